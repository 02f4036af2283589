"""The plain part of a text table, by Arrow: whole blocks whose quotes are in order and whose records have one width."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from yaad.intake.arrow import Ints
from yaad.intake.files import BLOCK, Source
from yaad.intake.reading.layout import Dialect
from yaad.intake.reading.port import Chunk, Progress

QUOTE, CR, LF = 34, 13, 10


@dataclass(frozen=True)
class TextLayout:
    """All that is decided of a text table before its records are read.

    Attributes:
        source: the file.
        encoding: its codec.
        dialect: how cells are parted.
        names: cells of the header.
        head_records: records up to and including the header.
        head_lines: lines up to and including the header.
    """

    source: Source
    encoding: str
    dialect: Dialect
    names: tuple[str, ...]
    head_records: int
    head_lines: int


@dataclass(frozen=True)
class Resume:
    """Where the strict reader must go on to the end of the file: bytes and lines already read."""

    offset: int
    lines: int


@dataclass(frozen=True)
class Hard:
    """Whole records that only the strict reader can take apart.

    Attributes:
        text: their bytes.
        lines: lines of the file before them.
        last: the file ends with them.
    """

    text: bytes
    lines: int
    last: bool


@dataclass(frozen=True)
class _Cut:
    """Where a block is cut: after its last whole record.

    Attributes:
        size: bytes of whole records.
        starts: for each of them, the lines of the block before it.
        lines: ends of lines in them.
    """

    size: int
    starts: Ints
    lines: int


def plain_blocks(layout: TextLayout, on_progress: Progress | None) -> Iterator[Chunk | Hard | Resume]:
    """The records of the file in chunks, hard blocks as they stand; at the first doubtful quote one last `Resume`."""
    if layout.encoding.startswith("utf-16") or layout.dialect.escape:
        yield Resume(0, 0)
        return
    with layout.source.path.open("rb") as file:
        head = b"".join(file.readline() for _ in range(layout.head_lines))
        if _lone_returns(head) or not layout.head_lines:
            yield Resume(0, 0)
            return
        offset, lines, carry, ended = len(head), layout.head_lines, b"", False
        while not ended:
            block = file.read(BLOCK)
            ended = not block
            text = carry + block
            if not text:
                continue
            cut = _cut(text, ord(layout.dialect.delimiter), ended=ended)
            if cut is None or (not cut.size and len(text) > 4 * BLOCK):
                yield Resume(offset, lines)
                return
            part, carry = text[: cut.size], text[cut.size :]
            if part:
                yield _parsed(part, layout, cut, lines) or Hard(
                    part, lines, last=offset + cut.size == layout.source.size
                )
            offset, lines = offset + cut.size, lines + cut.lines + _lone_returns(part)
            if on_progress is not None:
                on_progress(offset, layout.source.size)


def _lone_returns(text: bytes) -> int:
    """Returns that end a line on their own, as old Macs wrote them."""
    return text.count(b"\r") - text.count(b"\r\n") if b"\r" in text else 0


def _cut(text: bytes, delimiter: int, *, ended: bool) -> _Cut | None:
    """Cut a block after its last whole record; None where a quote stands in doubt.

    Quotes are in order when each one that opens stands at the start of a cell, and each one that closes at its end, or
    beside the other one of a doubled pair: then a line's end is a record's end where the quotes before it are even.
    """
    if b'"' not in text:
        size = len(text) if ended else text.rfind(b"\n") + 1
        lines = text.count(b"\n", 0, size) + (ended and not text.endswith(b"\n"))
        return _Cut(size, np.arange(lines, dtype=np.int64), lines)
    values = np.frombuffer(text, np.uint8)
    quotes, ends = np.flatnonzero(values == QUOTE), np.flatnonzero(values == LF)
    outside = np.searchsorted(quotes, ends) % 2 == 0
    if ended and len(quotes) % 2:
        return None
    whole = np.flatnonzero(outside)
    size = len(text) if ended else (int(ends[whole[-1]]) + 1 if len(whole) else 0)
    if not _in_order(values, quotes[: np.searchsorted(quotes, size)], delimiter):
        return None
    starts = np.concatenate(([0], whole + 1)).astype(np.int64)
    unfinished = ended and not text.endswith(b"\n")
    lines = len(ends) + unfinished if ended else int(whole[-1]) + 1 if len(whole) else 0
    return _Cut(size, starts if unfinished else starts[:-1], lines)


def _in_order(values: "np.ndarray[tuple[int], np.dtype[np.uint8]]", quotes: Ints, delimiter: int) -> bool:
    """Every quote opens a cell, closes one, or is half of a doubled pair."""
    opening, closing = quotes[::2], quotes[1::2]
    before = values[np.maximum(opening - 1, 0)]
    starts = (opening == 0) | (before == delimiter) | (before == LF) | (before == CR)
    starts[1:] |= opening[1:] - 1 == closing[: len(opening) - 1]
    after = values[np.minimum(closing + 1, len(values) - 1)]
    stops = (closing == len(values) - 1) | (after == delimiter) | (after == LF) | (after == CR) | (after == QUOTE)
    return bool(starts.all() and stops.all())


def _parsed(part: bytes, layout: TextLayout, cut: _Cut, lines: int) -> Chunk | None:
    """The records of a block; None when Arrow cannot be trusted with it."""
    if _lone_returns(part):
        return None
    if not layout.encoding.startswith("utf-8"):
        try:
            part = codecs.decode(part, layout.encoding).encode()
        except UnicodeDecodeError:
            return None
    quoted = b'"' in part
    names = [str(place) for place in range(len(layout.names))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(part),
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=len(part) + 1),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.dialect.delimiter,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(cut.starts):
        return None
    return Chunk(cut.starts + lines + 1, [table[name].combine_chunks() for name in names])
