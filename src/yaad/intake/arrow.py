"""The one place where Arrow's functions lose their types, and small verbs that several modules share.

``pyarrow.compute`` makes its functions when it is imported, so a type checker cannot see them: here they are `Any`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
"""Zero-width characters and direction marks: at the ends of a cell they are no part of it."""
EDGES = " \t\r\n\v\f\u00a0\u2007\u202f" + INVISIBLE


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def trimmed(column: pa.Array) -> pa.Array:
    """Text without the white space and direction marks at its ends."""
    return pc.utf8_trim(column, characters=EDGES)


def mask(booleans: pa.Array | pa.ChunkedArray) -> Mask:
    """Arrow booleans as NumPy, null as false."""
    filled = whole(pc.fill_null(booleans, False))  # noqa: FBT003 - Arrow's own signature
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.bool_)


def text_ends(texts: pa.Array) -> Codes:
    """Where each text of a column begins among its bytes, and where the last one ends."""
    return np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]


def codes(column: pa.Array) -> tuple[Codes, pa.Array]:
    """Each row's number of its distinct value (-1: null), and the distinct values."""
    encoded = column.dictionary_encode()
    numbers = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int32)
    return numbers, encoded.dictionary


def picked(values: pa.Array, numbers: Codes) -> pa.Array:
    """The distinct values spread over the rows again (-1 gives null)."""
    return values.take(pa.array(numbers, mask=numbers < 0))
