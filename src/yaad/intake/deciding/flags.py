"""Yes and no as people write them: כן/לא, V/X, 1/0, TRUE/FALSE."""

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Mask, codes
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import cleaned

YES = frozenset({"true", "yes", "y", "1", "v", "✓", "✔", "כן", "t", "won", "זכייה"})
NO = frozenset({"false", "no", "n", "0", "x", "✗", "לא", "f"})


def read_flags(column: pa.ChunkedArray | pa.Array) -> Mask | None:
    """Rows that say yes; None when the column says anything else than yes and no."""
    if not pa.types.is_string(column.type) and not pa.types.is_integer(column.type):
        return None
    number, distinct = codes(cleaned(column))
    keys = [fold(text) for text in distinct.to_pylist()]
    if not keys or not set(keys) <= YES | NO:
        return None
    says = np.append(np.array([key in YES for key in keys], np.bool_), np.False_)
    return np.asarray(says[number], np.bool_)
