"""The encoding of a text file, by evidence over all of its bytes: marks, validity, and what the letters look like."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from yaad.errors import InputError, Question
from yaad.intake.files import BLOCK, Source, looks_wide
from yaad.intake.reading.writing import GERESH, UNDO_1252, UNDO_1255, UNDO_LATIN, WAYS, Way, known_encoding
from yaad.text import Message

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
BYTES = ("windows-1255", "iso-8859-8", "cp862", "cp862-visual", "windows-1252", "windows-1251")
"""Encodings that may be meant where the bytes are no Unicode."""
WIDE = ("utf-16-le", "utf-16-be")
SAMPLE = 1 << 20
LONE = re.compile("[\udc80-\udcff]")
APART = re.compile(r"[,;\t|\r\n]")
FINAL_FIRST = re.compile("(?<![\u05d0-\u05ea\"'״׳])[ךםןףץ](?=[\u05d0-\u05ea])")
FINAL_LAST = re.compile("(?<=[\u05d0-\u05ea])[ךםןףץ](?![\u05d0-\u05ea])")
"""Final letters where no word has them, and where words do."""


def _followed(lead: str, codec: str) -> re.Pattern[bytes]:
    """The first byte of a Hebrew letter in UTF-8, and one of its second bytes, as a codec shows them."""
    second = range(0x90, 0xAB)
    shown = {chr(byte) for byte in second} | {bytes([byte]).decode(codec, "ignore") for byte in second} - {""}
    return re.compile(re.escape(lead.encode()) + b"(?:" + b"|".join(re.escape(one.encode()) for one in shown) + b")")


TWICE_1252, TWICE_1255 = _followed("×", "windows-1252"), _followed(GERESH, "windows-1255")
LATIN_RUN = re.compile(rb"(?:\xc3[\xa0-\xba]){3,}")
BACKSLASH_QUOTE = re.compile(rb'[^\r\n]*\\"[^\r\n]*')


@dataclass
class Bytes:
    """What one pass over a text file's bytes shows.

    Attributes:
        histogram: how often each byte occurs in blocks that are no UTF-8.
        broken: bytes that are no part of valid UTF-8.
        letters: characters beyond ASCII that are valid UTF-8.
        neighbours: Hebrew letters of Windows-1255 that stand beside another one.
        beside: bytes from 0xC0 on that stand beside another one.
        twice_1252, twice_1255: Hebrew letters in UTF-8 whose bytes were taken for that codec and saved in UTF-8 again.
        latin_runs: letters that Windows-1252 shows where Windows-1255 has Hebrew, in runs of three and more.
        even_zeros, odd_zeros: zero bytes by the parity of their place, UTF-16's sign.
        escapes: some lines that hold a backslash before a quote.
    """

    histogram: np.ndarray[tuple[int], np.dtype[np.int64]] = field(default_factory=lambda: np.zeros(256, np.int64))
    broken: int = 0
    letters: int = 0
    neighbours: int = 0
    beside: int = 0
    twice_1252: int = 0
    twice_1255: int = 0
    latin_runs: int = 0
    even_zeros: int = 0
    odd_zeros: int = 0
    escapes: list[bytes] = field(default_factory=list)

    @property
    def zeros(self) -> int:
        """Zero bytes."""
        return self.even_zeros + self.odd_zeros

    @property
    def high(self) -> int:
        """Bytes beyond ASCII."""
        return int(self.histogram[128:].sum())

    @property
    def hebrew(self) -> int:
        """Bytes that are Hebrew letters in Windows-1255."""
        return int(self.histogram[0xE0:0xFB].sum())

    @property
    def undefined(self) -> int:
        """Bytes that are nothing in Windows-1255."""
        return int(self.histogram[0xD9:0xE0].sum() + self.histogram[[0xFB, 0xFC, 0xFF]].sum())

    @property
    def foreign(self) -> int:
        """Bytes that are capital letters in Windows-1251, or nothing in 1255; there Hebrew has its points, if any."""
        return int(self.histogram[0xC0:0xD9].sum()) + self.undefined

    @property
    def dos(self) -> int:
        """Bytes that are Hebrew letters in CP862."""
        return int(self.histogram[0x80:0x9B].sum())


@dataclass(frozen=True)
class Encoding:
    """The decision: the name of an encoding, the way it is read, how we know, or the question when it is open."""

    name: str
    way: Way
    how: Message
    question: Question | None = None


def survey(path: Path) -> Bytes:
    """Look at all bytes of a file once."""
    found = Bytes()
    place, carry = 0, b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            _look(found, block, place)
            carry = b"" if block.isascii() and not carry else _try_utf8(found, carry + block)
            place += len(block)
    found.broken += len(carry)
    return found


def _look(found: Bytes, block: bytes, place: int) -> None:
    """Zero bytes, signs of spoiled Hebrew, and lines with a backslash before a quote."""
    if b"\0" in block:
        even = block[place % 2 :: 2].count(0)
        found.even_zeros += even
        found.odd_zeros += block.count(0) - even
    if b"\\" in block and len(found.escapes) < 20:
        found.escapes += BACKSLASH_QUOTE.findall(block)[:20]
    if b"\xc3" in block:
        found.twice_1252 += len(TWICE_1252.findall(block))
        found.latin_runs += sum(map(len, LATIN_RUN.findall(block))) // 2
    if b"\xd7\xb3" in block:
        found.twice_1255 += len(TWICE_1255.findall(block))


def _try_utf8(found: Bytes, block: bytes) -> bytes:
    """Count the letters of a block as UTF-8, and what is none; the bytes of a letter cut at its end are left over."""
    values = np.frombuffer(block, np.uint8)
    try:
        _, used = codecs.utf_8_decode(block, "strict", False)  # noqa: FBT003 - the codec's own signature
        broken = 0
    except UnicodeDecodeError:
        text, used = codecs.utf_8_decode(block, "surrogateescape", False)  # noqa: FBT003 - the codec's own signature
        broken = len(LONE.findall(text))
        found.histogram += np.bincount(values, minlength=256)
        letter = (values >= 0xE0) & (values <= 0xFA)
        found.neighbours += int((letter[1:] & letter[:-1]).sum())
        letter = values >= 0xC0
        found.beside += int((letter[1:] & letter[:-1]).sum())
    found.broken += broken
    found.letters += max(int((values[:used] >= 0xC0).sum()) - broken, 0)
    return block[used:]


def decide_encoding(source: Source, seen: Bytes, told: str | None) -> Encoding:
    """Choose the encoding of a text file.

    A byte order mark decides; then valid UTF-8 (a few broken lines are rejected later, one by one); then Hebrew
    letters of Windows-1255, which stand side by side, where accents of Western languages stand alone. Else it is asked;
    so it is where the words come out backwards, or were spoiled on their way here.

    Raises:
        InputError: what is told is no encoding.
    """
    with source.path.open("rb") as file:
        head = file.read(4)
    mark = next((name for sign, name in MARKS if head.startswith(sign)), None)
    if told is not None:
        way = _told_way(told, source)
        codec = mark if mark is not None and (way.mend is None or way.codec == "utf-8") else way.codec
        return Encoding(told, replace(way, codec=codec), Message("intake.how_told", {"value": told}))
    if mark is not None:
        name = mark.removesuffix("-sig")
        found = Encoding(name, Way(mark), Message("intake.how_encoding_mark", {"encoding": name}))
    else:
        found = _by_letters(source, seen)
    return found if found.question is not None else _doubted(source, seen, found)


def _told_way(told: str, source: Source) -> Way:
    """The way that a mapping or an answer names.

    Raises:
        InputError: it is none that we read.
    """
    known = known_encoding(told)
    if known is None:
        values: dict[str, object] = {"question": f"encoding:{source.name}", "answer": told, "known": ", ".join(WAYS)}
        raise InputError(Message("intake.answer_no_option", values))
    return WAYS[known]


def _by_letters(source: Source, seen: Bytes) -> Encoding:
    """The encoding of a file without a mark, by what its bytes would spell."""
    if looks_wide(seen.zeros, max(seen.even_zeros, seen.odd_zeros), source.size):
        return _ask(source, seen, WIDE[::-1] if seen.even_zeros > seen.odd_zeros else WIDE)
    if seen.broken == 0:
        return Encoding("utf-8", WAYS["utf-8"], Message("intake.how_encoding_utf8", {"n": seen.letters}))
    if seen.broken <= (seen.broken + seen.letters) / 10:
        return Encoding("utf-8", WAYS["utf-8"], Message("intake.how_encoding_mostly_utf8", {"n": seen.broken}))
    if _looks_hebrew(seen):
        how = Message("intake.how_encoding_hebrew", {"n": seen.hebrew})
        return Encoding("windows-1255", WAYS["windows-1255"], how)
    return _ask(source, seen, _first(_likely(source, seen), BYTES))


def _likely(source: Source, seen: Bytes) -> str:
    """The encoding of bytes that are no Unicode, by where their letters are and stand."""
    if seen.dos * 2 > seen.high:
        first, last = _finals(_text(source, "cp862"))
        return "cp862-visual" if first > last else "cp862"
    letters = int(seen.histogram[0xC0:].sum())
    if seen.foreign * 50 > seen.high and letters * 10 >= seen.high * 7 and seen.beside * 2 >= letters:
        return "windows-1251"
    # accents of the West stand alone
    is_hebrew = seen.hebrew * 2 > seen.high and seen.neighbours * 2 >= seen.hebrew
    return "windows-1255" if is_hebrew else "windows-1252"


def _looks_hebrew(seen: Bytes) -> bool:
    is_spelled = seen.hebrew >= 0.7 * seen.high and seen.neighbours >= 0.5 * seen.hebrew
    return is_spelled and seen.undefined <= seen.high / 1000 and seen.foreign <= seen.high / 10


def _doubted(source: Source, seen: Bytes, found: Encoding) -> Encoding:
    """A decision that the words themselves speak against is asked."""
    codec = found.way.codec
    if codec.startswith("utf-8"):
        spoiled = {UNDO_1252: seen.twice_1252 >= 2, UNDO_1255: seen.twice_1255 * 4 > seen.letters + 4}
        spoiled[UNDO_LATIN] = seen.latin_runs * 2 > seen.letters
        mends = [name for name, is_so in spoiled.items() if is_so]
        if mends:
            evidence = Message("intake.evidence_spoiled", {"n": max(seen.twice_1252, seen.twice_1255, seen.latin_runs)})
            return _ask(source, seen, [*mends, "utf-8"], evidence)
    first, last = _finals(_text(source, codec))
    if first > last:
        visual = {"windows-1255": "iso-8859-8", "utf-8": "utf-8-visual", "utf-8-sig": "utf-8-visual"}.get(codec)
        if visual is not None:
            evidence = Message("intake.evidence_finals", {"n": first, "last": last})
            return _ask(source, seen, [visual, found.name], evidence)
    return found


def _first(likely: str, names: Sequence[str]) -> list[str]:
    """The likely one first."""
    return [likely, *(name for name in names if name != likely)]


def _finals(text: str) -> tuple[int, int]:
    """Final letters that begin a word, and that end one."""
    return len(FINAL_FIRST.findall(text)), len(FINAL_LAST.findall(text))


def _text(source: Source, codec: str) -> str:
    """The first part of the file."""
    with source.path.open("rb") as file:
        return codecs.getincrementaldecoder(codec)("replace").decode(file.read(SAMPLE))


def _ask(source: Source, seen: Bytes, names: Sequence[str], evidence: Message | None = None) -> Encoding:
    options = {
        name: Message("intake.option_encoding", {"encoding": name, "sample": _sample(source, name)}) for name in names
    }
    counts: dict[str, object] = {"n": seen.broken, "hebrew": seen.hebrew, "high": seen.high}
    question = Question(
        f"encoding:{source.name}",
        Message("intake.ask_encoding", {"name": source.name}),
        (evidence or Message("intake.evidence_encoding", counts),),
        options,
        f"encoding: {names[0]}",
    )
    return Encoding(names[0], WAYS[names[0]], Message("intake.how_open"), question)


def _sample(source: Source, name: str) -> str:
    """The first words beyond ASCII as an encoding shows them; those with letters first, since dashes look alike."""
    way = WAYS[name]
    cells, raw = (APART.split(_text(source, codec)[:8192]) for codec in (way.codec, "latin-1"))
    lettered = [cell for cell, told in zip(cells, raw, strict=False) if any(letter >= "\xc0" for letter in told)]
    told = lettered if lettered and len(cells) == len(raw) else [cell for cell in cells if not cell.isascii()]
    shown = [(way.mend(cell) if way.mend is not None else cell) or cell for cell in dict.fromkeys(told)]
    return " ".join(cell.strip(' "\ufeff') for cell in shown[:4])[:40]
