"""The encoding of a text file, by evidence over all of its bytes: marks, validity, and what the letters look like."""

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from yaad.errors import Question
from yaad.intake.files import BLOCK, Source, looks_wide
from yaad.text import Message

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
CHOICES = ("utf-8", "windows-1255", "windows-1252", "utf-16-le", "utf-16-be", "cp862", "iso-8859-8")
"""Encodings that a mapping may name, and the options of the question."""
LONE = re.compile("[\udc80-\udcff]")
BACKSLASH_QUOTE = re.compile(rb'[^\r\n]*\\"[^\r\n]*')


@dataclass
class Bytes:
    """What one pass over a text file's bytes shows.

    Attributes:
        histogram: how often each byte occurs, in blocks that have bytes beyond ASCII (zeros: in all).
        broken: bytes that are no part of valid UTF-8.
        letters: characters beyond ASCII that are valid UTF-8.
        neighbours: Hebrew letters of Windows-1255 that stand beside another one.
        final_first: final letters (ם ן ץ ף ך) at the start of a word; logical Hebrew has hardly any.
        final_last: final letters at the end of a word.
        even_zeros, odd_zeros: zero bytes by the parity of their place, UTF-16's sign.
        escapes: some lines that hold a backslash before a quote.
    """

    histogram: np.ndarray[tuple[int], np.dtype[np.int64]] = field(default_factory=lambda: np.zeros(256, np.int64))
    broken: int = 0
    letters: int = 0
    neighbours: int = 0
    final_first: int = 0
    final_last: int = 0
    even_zeros: int = 0
    odd_zeros: int = 0
    escapes: list[bytes] = field(default_factory=list)

    @property
    def zeros(self) -> int:
        """Zero bytes."""
        return int(self.histogram[0])

    @property
    def high(self) -> int:
        """Bytes beyond ASCII."""
        return int(self.histogram[128:].sum())

    @property
    def hebrew(self) -> int:
        """Bytes that are Hebrew letters in Windows-1255."""
        return int(self.histogram[0xE0:0xFB].sum())


@dataclass(frozen=True)
class Encoding:
    """The decision: a codec's name, how we know, or the question when the bytes do not decide."""

    name: str
    how: Message
    question: Question | None = None


def survey(path: Path) -> Bytes:
    """Look at all bytes of a file once."""
    found = Bytes()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        place = 0
        while block := file.read(BLOCK):
            _look(found, block, place)
            _try_utf8(found, decoder, block)
            place += len(block)
    found.broken += len(LONE.findall(decoder.decode(b"", final=True)))
    return found


def _look(found: Bytes, block: bytes, place: int) -> None:
    values = np.frombuffer(block, np.uint8)
    plain = block.isascii()
    if plain:
        found.histogram[0] += block.count(0)
    else:
        found.histogram += np.bincount(values, minlength=256)
    if block.count(0):
        even = values[place % 2 :: 2]
        found.even_zeros += int((even == 0).sum())
        found.odd_zeros += block.count(0) - int((even == 0).sum())
    if b'\\"' in block and len(found.escapes) < 20:
        found.escapes += BACKSLASH_QUOTE.findall(block)[:20]
    if plain:
        return
    letter = (values >= 0xE0) & (values <= 0xFA)
    found.neighbours += int((letter[1:] & letter[:-1]).sum())
    final = np.isin(values, (0xEA, 0xED, 0xEF, 0xF3, 0xF5))
    found.final_first += int((final[1:-1] & ~letter[:-2] & letter[2:]).sum())
    found.final_last += int((final[1:-1] & letter[:-2] & ~letter[2:]).sum())


def _try_utf8(found: Bytes, decoder: codecs.IncrementalDecoder, block: bytes) -> None:
    if block.isascii() and not decoder.getstate()[0]:
        return
    text = decoder.decode(block)
    broken = len(LONE.findall(text))
    found.broken += broken
    ascii_bytes = int((np.frombuffer(block, np.uint8) < 128).sum())
    found.letters += max(len(text) - ascii_bytes - broken, 0)


def decide_encoding(source: Source, seen: Bytes, told: str | None) -> Encoding:
    """Choose the encoding of a text file.

    A byte order mark decides; then valid UTF-8 (a few broken lines are rejected later, one by one); then Hebrew
    letters of Windows-1255, which stand side by side, where accents of Western languages stand alone. Else: asked.
    """
    with source.path.open("rb") as file:
        head = file.read(4)
    for mark, name in MARKS:
        if head.startswith(mark):
            return Encoding(name, Message("intake.how_encoding_mark", {"encoding": name.removesuffix("-sig")}))
    if told is not None:
        return Encoding(told, Message("intake.how_told", {"value": told}))
    return _by_letters(source, seen)


def _by_letters(source: Source, seen: Bytes) -> Encoding:
    """The encoding of a file without a mark, by what its bytes would spell."""
    if looks_wide(seen.zeros, max(seen.even_zeros, seen.odd_zeros), source.size):
        likely = "utf-16-be" if seen.even_zeros > seen.odd_zeros else "utf-16-le"
        return _ask(source, seen, likely)
    if seen.broken == 0:
        return Encoding("utf-8", Message("intake.how_encoding_utf8", {"n": seen.letters}))
    if seen.broken <= (seen.broken + seen.letters) / 10:
        return Encoding("utf-8", Message("intake.how_encoding_mostly_utf8", {"n": seen.broken}))
    if _looks_hebrew(seen):
        return Encoding("windows-1255", Message("intake.how_encoding_hebrew", {"n": seen.hebrew}))
    return _ask(source, seen, "windows-1255" if seen.hebrew * 2 > seen.high else "windows-1252")


def _looks_hebrew(seen: Bytes) -> bool:
    undefined = int(seen.histogram[0xD9:0xE0].sum() + seen.histogram[[0xFB, 0xFC, 0xFF]].sum())
    return (
        seen.hebrew >= 0.7 * seen.high
        and seen.neighbours >= 0.5 * seen.hebrew
        and undefined <= seen.high / 1000
        and seen.final_first <= seen.final_last
    )


def _ask(source: Source, seen: Bytes, likely: str) -> Encoding:
    options = {
        name: Message("intake.option_encoding", {"encoding": name, "sample": _sample(source, name)}) for name in CHOICES
    }
    question = Question(
        f"encoding:{source.name}",
        Message("intake.ask_encoding", {"name": source.name}),
        (Message("intake.evidence_encoding", {"n": seen.broken, "hebrew": seen.hebrew, "high": seen.high}),),
        options,
        f"encoding: {likely}",
    )
    return Encoding(likely, Message("intake.how_open"), question)


def _sample(source: Source, name: str) -> str:
    """The first words beyond ASCII as an encoding shows them."""
    with source.path.open("rb") as file:
        text = file.read(4096).decode(name, "replace")
    words = [word for word in text.split() if not word.isascii()]
    return " ".join(words[:3])[:40]


def known_encoding(name: str) -> str | None:
    """The codec's own name of an encoding that a mapping names; None when it is none we read."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    known = {codecs.lookup(choice).name for choice in (*CHOICES, "utf-8-sig", "utf-16")}
    return name.lower() if found in known else None
