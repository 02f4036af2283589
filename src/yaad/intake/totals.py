"""Rows of totals that a report puts under its table: they are no deal."""

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Mask, mask, pc, whole
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import cleaned
from yaad.intake.table import Table

LIKELY = "(?i)^.{0,3}(grand|sub|total|sum|som|gesamt|zwischen|sous|suma|итог|всего|ס).{0,40}$"
ENGLISH = ("total", "totals", "grand total", "sub total", "subtotal", "sum")
HEBREW = ('סה"כ', 'סה"כ כללי', "סך הכל", "סך הכול", "סיכום", "סכום ביניים")
OTHERS = (
    "summe", "gesamt", "gesamtsumme", "zwischensumme", "total général", "sous-total", "total general", "totale", "suma",
    "totaal", "subtotaal", "итого", "всего",
)  # fmt: skip
WORDS = frozenset(map(fold, (*ENGLISH, *HEBREW, *OTHERS)))
BEGINNINGS = tuple(fold(word) + " " for word in ('סה"כ', "סך הכל", "סך הכול", "grand total", "total for", "subtotal"))
"""How a total of something begins: סה"כ עד כאן, Total for March."""


def total_rows(table: Table, key: str) -> Mask:
    """Rows whose key, or one of whose first cells where the key is empty, is a word of totals.

    Where the key was made by us of a name and a day, it says nothing: then any cell may be that word.
    """
    if key.startswith("#"):
        told = np.zeros(len(table), np.bool_)
        for name, column in table.columns.items():
            if name != key:
                told |= _says_total(cleaned(whole(column)))
        return told
    keys = cleaned(table.columns[key])
    found = _says_total(keys)
    empty = mask(pc.is_null(keys))
    if empty.any():
        for column in list(table.columns.values())[:3]:
            found |= empty & _says_total(cleaned(whole(column)))
    return found


def _says_total(texts: pa.Array) -> Mask:
    likely = pc.unique(texts.filter(pc.fill_null(pc.match_substring_regex(texts, pattern=LIKELY), False)))  # noqa: FBT003 - Arrow's own signature
    words = [text for text in likely.to_pylist() if _is_total(fold(text.rstrip(": ")))]
    if not words:
        return np.zeros(len(texts), np.bool_)
    return mask(pc.is_in(texts, value_set=pa.array(words)))


def _is_total(folded: str) -> bool:
    return folded in WORDS or folded.startswith(BEGINNINGS)
