"""One name spelled several ways – composed letters, case, look-alike letters, invisible marks – is one name."""

import re
import unicodedata
from collections import defaultdict

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, codes, mask, pc

HIDDEN = "[\u202a-\u202e\u2066-\u2069\u200b\u200c\u2060\ufeff]"
"""Marks that nobody sees and that turn or split a text: embeddings, overrides, isolates, zero-width signs."""
LOOK_ALIKES = str.maketrans("аеорсухіјѕԁһɡаорνοαρτυικχѵ", "aeopcyxijsdhgaopvoaptuikxv")
"""Cyrillic and Greek letters → the Latin ones that they look like (after folding the case)."""
SPACES = re.compile(r"\s+")


def skeleton(text: str) -> str:
    """What a name looks like: two names with one skeleton are one name.

    >>> skeleton("José") == skeleton("JOSE\u0301"), skeleton("Dаna") == skeleton("Dana ")
    (True, True)
    """
    if text.isascii():  # nearly all names: nothing is composed or looks alike
        return SPACES.sub(" ", text.casefold()).strip()
    plain = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return SPACES.sub(" ", seen).strip().translate(LOOK_ALIKES)


def one_spelling(texts: pa.Array) -> tuple[pa.Array, Mask]:
    """Names with the commonest spelling of each, and the rows that were spelled otherwise."""
    number, distinct = codes(texts)
    counts = np.bincount(number[number >= 0], minlength=len(distinct))
    chosen = np.append(commonest(distinct, counts), -1)[number]
    changed = (chosen != number) & (number >= 0)
    if not changed.any():
        return texts, changed
    return distinct.take(pa.array(chosen, mask=number < 0)), changed


def spelled_as(texts: pa.Array, known: tuple[pa.Array, pa.Array] | None) -> tuple[pa.Array, Mask]:
    """Names in one spelling each, and the rows that were spelled otherwise.

    Args:
        texts: names.
        known: spellings, and for each the one that stands for it; by the texts themselves when absent.
    """
    if known is None:
        return one_spelling(texts)
    chosen = pc.coalesce(known[1].take(pc.index_in(texts, value_set=known[0])), texts)
    changed = mask(pc.not_equal(chosen, texts))
    return chosen, changed


def commonest(distinct: pa.Array, counts: Ints) -> Ints:
    """For each spelling, the place of the commonest one of the same name.

    Args:
        distinct: spellings, each once.
        counts: how many rows have each.
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, spelling in enumerate(distinct.to_pylist()):
        groups[skeleton(spelling)].append(place)
    best = np.arange(len(distinct))
    for members in groups.values():
        best[members] = max(members, key=lambda place: counts[place])
    return best


def hides_marks(texts: pa.Array) -> Mask:
    """Rows whose text holds marks that nobody sees."""
    if pc.all(pc.string_is_ascii(texts)).as_py() in (True, None):  # the quick way through most files
        return np.zeros(len(texts), np.bool_)
    return mask(pc.match_substring_regex(texts, pattern=HIDDEN))
