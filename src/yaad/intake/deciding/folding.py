"""One key for the spellings of one word: headers and stage names are compared by it, never shown by it."""

import re
import unicodedata
from functools import lru_cache

QUOTES = "'\"`´’‘“”„״׳"
NIQQUD = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")
SEPARATORS = re.compile(r"[\s_\-–—./\\:|־]+")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Without case, niqqud, direction marks, quotes and gershayim; separators become one space.

    >>> fold("Close_Date"), fold("ת. סגירה"), fold('סכום (ש"ח)'), fold("שָׁלָב\u200f ")
    ('close date', 'ת סגירה', 'סכום (שח)', 'שלב')
    """
    plain = NIQQUD.sub("", unicodedata.normalize("NFKC", text)).casefold()
    kept = "".join(ch for ch in plain if ch not in QUOTES and unicodedata.category(ch) not in ("Cf", "Cc"))
    return SEPARATORS.sub(" ", kept if kept.strip() else plain).strip()
