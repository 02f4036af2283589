"""The ways a text file can be written: a codec, and what must be done to each cell after it.

Names of encodings say three things here. ``windows-1255``: the codec alone. ``cp862-visual`` (and ``iso-8859-8``, which
is visual by its standard): Hebrew is stored from left to right, as it looks, and is turned round. ``utf-8-as-1252``:
the text was UTF-8, some program took it for Windows-1252 and saved it again; the mistake is undone.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Mask, codes, mask, pc

Mend = Callable[[str], str | None]
"""A cell as it should be; None when it cannot be mended."""

HEBREW = re.compile("[\u05d0-\u05ea]")
LEFT_TO_RIGHT = re.compile(r"[^\s\u0590-\u05ff()\[\]{}<>]+(?:[ \t]+(?=[A-Za-z])[^\s\u0590-\u05ff()\[\]{}<>]+)*")
EDGE = re.compile(r"^([^\w\u0590-\u05ff₪$€£%+-]*)(.*?)([^\w\u0590-\u05ff₪$€£%+-]*)$", re.DOTALL)
MIRRORED = str.maketrans("()[]{}<>", ")(][}{><")
BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
SPOILED = re.compile("[×ÃÂâ\u05f3]")  # what a mistake leaves; a word without it was never part of one
GERESH = "\u05f3"  # the byte 0xD7 in Windows-1255: the first one of every Hebrew letter in UTF-8


@dataclass(frozen=True)
class Way:
    """How a file is written.

    Attributes:
        codec: the codec of its bytes.
        mend: what is done to each cell that holds a letter beyond ASCII.
        sign: only cells with this sign need it.
    """

    codec: str
    mend: Mend | None = None
    sign: str = ""


def to_logical(cell: str) -> str:
    """A cell of Hebrew stored as it looks, turned into the order in which it is read.

    The whole is reversed, then numbers and Latin words are put right again.

    >>> to_logical("(5%) החנהב 120 תועש") == "שעות 120 בהנחה (5%)"
    True
    """
    if not HEBREW.search(cell):
        return cell
    return LEFT_TO_RIGHT.sub(_run, cell[::-1].translate(MIRRORED))


def _run(found: "re.Match[str]") -> str:
    """A run of left-to-right text put right; marks at its edges belong to the Hebrew around it."""
    edges = EDGE.match(found[0])
    assert edges is not None
    return edges[1] + edges[2][::-1] + edges[3]


def undo(meant: str, taken: str) -> Mend:
    """The mend of a text that is `meant` and was `taken` for another codec."""

    def mended(run: "re.Match[str]") -> str:
        raw = b"".join(_byte(letter, taken) for letter in run[0])
        return raw.decode(meant)

    def mend(cell: str) -> str | None:
        if HEBREW.search(cell):
            return cell  # not every cell has gone through the mistake
        try:
            return BEYOND_ASCII.sub(mended, cell)
        except UnicodeError:
            return None if SPOILED.search(cell) else cell

    return mend


def _byte(letter: str, codec: str) -> bytes:
    """The byte that a codec shows as this letter; bytes that it does not know pass as they are."""
    try:
        return letter.encode(codec)
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def none_of_utf8(cell: str) -> str | None:
    """A cell of Windows-1255, unless its bytes are plainly Hebrew in UTF-8."""
    try:
        text = cell.encode("windows-1255").decode("utf-8")
    except UnicodeError:
        return cell
    return None if HEBREW.search(text) else cell


UNDO_1252, UNDO_1255, UNDO_LATIN = "utf-8-as-1252", "utf-8-as-1255", "1255-as-1252"
WAYS: dict[str, Way] = {
    "utf-8": Way("utf-8"),
    "utf-8-sig": Way("utf-8-sig"),
    "windows-1255": Way("windows-1255", none_of_utf8, GERESH),
    "cp1255": Way("windows-1255", none_of_utf8, GERESH),
    "windows-1252": Way("windows-1252"),
    "cp1252": Way("windows-1252"),
    "windows-1251": Way("windows-1251"),
    "cp1251": Way("windows-1251"),
    "utf-16": Way("utf-16"),
    "utf-16-le": Way("utf-16-le"),
    "utf-16-be": Way("utf-16-be"),
    "cp862": Way("cp862"),
    "cp862-visual": Way("cp862", to_logical),
    "iso-8859-8": Way("iso-8859-8", to_logical),
    "iso-8859-8-i": Way("iso-8859-8"),
    "utf-8-visual": Way("utf-8", to_logical),
    UNDO_1252: Way("utf-8", undo("utf-8", "windows-1252")),
    UNDO_1255: Way("utf-8", undo("utf-8", "windows-1255")),
    UNDO_LATIN: Way("utf-8", undo("windows-1255", "windows-1252")),
}
"""Every name of an encoding that a mapping may use."""


def known_encoding(name: str) -> str | None:
    """The name as it is written here; None when it is none we read.

    >>> known_encoding("Windows-1255"), known_encoding("ebcdic")
    ('windows-1255', None)
    """
    plain = unicodedata.normalize("NFKC", name).strip().lower().replace("_", "-")
    plain = {"utf8": "utf-8", "utf16": "utf-16", "iso8859-8": "iso-8859-8"}.get(plain, plain)
    return plain if plain in WAYS else None


def mended(column: pa.Array, way: Way) -> tuple[pa.Array, Mask]:
    """A column after the mend, and the rows where it failed."""
    none = np.zeros(len(column), np.bool_)
    if way.mend is None or (way.sign and not mask(pc.match_substring(column, way.sign)).any()):
        return column, none
    numbers, distinct = codes(column)
    texts: list[str | None] = [cell if cell.isascii() else way.mend(cell) for cell in distinct.to_pylist()]
    failed = np.array([text is None for text in texts], np.bool_)
    result = pa.array(texts, pa.string()).take(pa.array(numbers, mask=numbers < 0))
    return result, np.append(failed, np.False_)[numbers]
