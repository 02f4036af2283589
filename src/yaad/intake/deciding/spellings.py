"""One name spelled several ways – composed letters, case, look-alike letters, invisible marks – is one name."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, codes, mask, pc
from yaad.intake.deciding.folding import fold

HIDDEN = "[\u202a-\u202e\u2066-\u2069\u200b\u200c\u2060\ufeff]"
"""Marks that nobody sees and that turn or split a text: embeddings, overrides, isolates, zero-width signs."""
LOOK_ALIKES = str.maketrans("аеорсухіјѕԁһɡаорνοαρτυικχѵ", "aeopcyxijsdhgaopvoaptuikxv")
"""Cyrillic and Greek letters → the Latin ones that they look like (after folding the case)."""
UNSEEN = "[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
GAPS = "[ \t\r\n\f\u00a0]+"
PLAIN = "^[\t\n\f\r -~\u00a0\u05d0-\u05ea\u05f3\u05f4\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]*$"
"""Texts of Latin and Hebrew letters without points: in them nothing is composed, and no letter looks like another."""
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


def called_alike(texts: pa.Array, same: Mapping[str, str]) -> pa.Array:
    """Texts under other names, whatever their spelling.

    Args:
        texts: as they are.
        same: text → what it is called.
    """
    keys = {fold(name): to for name, to in same.items()}
    distinct = pc.unique(texts)
    names = [None if one is None else keys.get(fold(one), one) for one in distinct.to_pylist()]
    return pa.array(names, pa.string()).take(pc.index_in(texts, distinct))


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
    best = np.arange(len(distinct))
    number, names = codes(skeletons(distinct))
    if len(names) == len(distinct):
        return best
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place in np.flatnonzero(np.bincount(number)[number] > 1).tolist():
        groups[number[place]].append(place)
    for members in groups.values():
        best[members] = max(members, key=lambda place: counts[place])
    return best


def skeletons(texts: pa.Array) -> pa.Array:
    """`skeleton` of each text.

    >>> skeletons(pa.array(["Dana \u200fCohen", "José"])).to_pylist() == [skeleton("dana cohen"), skeleton("José")]
    True
    """
    plain = pc.replace_substring_regex(pc.ascii_lower(texts), pattern=UNSEEN, replacement="")
    plain = pc.ascii_trim_whitespace(pc.replace_substring_regex(plain, pattern=GAPS, replacement=" "))
    known = mask(pc.match_substring_regex(texts, pattern=PLAIN))
    if known.all():
        return plain
    rest = pa.array([skeleton(text) for text in texts.filter(pa.array(~known)).to_pylist()], pa.string())
    return pc.replace_with_mask(plain, pa.array(~known), rest)


def hides_marks(texts: pa.Array) -> Mask:
    """Rows whose text holds marks that nobody sees."""
    if pc.all(pc.string_is_ascii(texts)).as_py() in (True, None):  # the quick way through most files
        return np.zeros(len(texts), np.bool_)
    return mask(pc.match_substring_regex(texts, pattern=HIDDEN))
