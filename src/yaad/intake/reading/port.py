"""The port of all readers: a file → named columns of text in chunks, with every record accounted for."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np
import pyarrow as pa

from yaad.errors import InputError
from yaad.intake.arrow import Ints, Mask, mask, pc, text_ends, trimmed
from yaad.intake.deciding.folding import fold
from yaad.intake.files import Source
from yaad.intake.report import Reject, Tally
from yaad.text import Message

CHUNK = 1 << 16
"""Records a chunk."""
WIDEST = 2_000
"""A file with more columns is refused."""
LONGEST_CELL = 1 << 20
"""Bytes; a record with a longer cell is rejected."""
SHOWN = 1_000
"""Letters of each cell that a rejected record shows."""

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Hints:
    """What a mapping says of how to read a file; None leaves it to the evidence.

    Attributes:
        encoding: of a text file.
        delimiter: of a text file.
        header_row: 1-based line of the names of the columns; 0 where there are none.
        sheet: of a workbook, or a table of a database.
        merged: whether a merged cell's value holds for all of its rows (``fill``) or the first (``leave``).
        expected: folded names of columns that the mapping uses: they help to find the header.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    merged: str | None = None
    expected: frozenset[str] = frozenset()


@dataclass
class Found:
    """How a file was read, and how we know.

    Attributes:
        encoding: of a text file.
        delimiter: of a text file.
        header_row: 1-based line of the names of the columns.
        sheet: of a workbook.
        date1904: the workbook counts its days from 1904.
        evidence: a sentence a decision.
        notes: what must be known of the file's look: hidden columns and rows.
        paint: row → the colour that a person painted it with.
        zone: whose days and times the file holds, where it is a table of ours and they tell.
        unsaved: column → rows whose formula there has no value in the file; "" where the cell does not say its column.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    date1904: bool = False
    notes: list[Message] = field(default_factory=list)
    paint: dict[int, str] = field(default_factory=dict)
    unsaved: dict[str, list[int]] = field(default_factory=dict)
    evidence: list[Message] = field(default_factory=list)
    zone: str | None = None


@dataclass(frozen=True)
class Chunk:
    """Some records: their 1-based places in the file and one array a column, all of one length."""

    rows: Ints
    columns: list[pa.Array]


class RecordReader(Protocol):
    """One format's reader. `tally` is complete, and `check` may be called, once `chunks` is exhausted."""

    source: Source
    headers: tuple[str, ...]
    found: Found
    tally: Tally

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """Records after the header, those of a wrong form already rejected."""
        ...

    def counts(self) -> tuple[int, int]:
        """Records as this reader met them, and as an independent, simpler count finds them."""
        ...


@dataclass(frozen=True)
class Grid:
    """One file as read: columns of text (typed ones where the format has types), none of it understood yet.

    Attributes:
        source: the file.
        headers: names of the columns, each one once (a repeated name is written ``name#2``).
        rows: 1-based place of each record in the file.
        columns: name → values.
        tally: what was read, skipped, rejected so far.
        found: how it was read.
    """

    source: Source
    headers: tuple[str, ...]
    rows: Ints
    columns: dict[str, pa.ChunkedArray]
    tally: Tally
    found: Found

    def raw(self, index: int) -> str:
        """A record as text, for the list of rejected rows."""
        cells = (self.columns[name][index].as_py() for name in self.headers)
        return ",".join("" if cell is None else str(cell) for cell in cells)


def unique_headers(names: list[str]) -> tuple[str, ...]:
    """Names of columns, each one once: a nameless column is ``#3``, a repeated name ``amount#1``, ``amount#2``.

    >>> unique_headers(["id", "", "amount", "Amount "])
    ('id', '#2', 'amount#1', 'Amount#2')
    """
    plain = [name.strip(" \t\r\n\u00a0\u200e\u200f\ufeff") for name in names]
    keys = [fold(name) for name in plain]
    seen: dict[str, int] = {}
    unique: list[str] = []
    for position, (name, key) in enumerate(zip(plain, keys, strict=True), start=1):
        if not key:
            unique.append(f"#{position}")
        elif keys.count(key) > 1:
            seen[key] = seen.get(key, 0) + 1
            unique.append(f"{name}#{seen[key]}")
        else:
            unique.append(name)
    return tuple(unique)


def empty_cells(column: pa.Array) -> Mask:
    """Cells without a value: null, or white space only."""
    if not pa.types.is_string(column.type):
        return mask(pc.is_null(column))
    return mask(pc.fill_null(pc.equal(pc.binary_length(trimmed(column)), 0), True))  # noqa: FBT003 - Arrow's own signature


def collect(reader: RecordReader, on_progress: Progress | None) -> Grid:
    """Read all of a file, leave out blank records and repeated headers, hold the count against an independent one.

    Raises:
        InputError: the file is broken, or the two counts differ.
    """
    places, columns = together(reader.headers, list(kept_chunks(reader, on_progress)))
    grid = Grid(reader.source, reader.headers, places, columns, reader.tally, reader.found)
    tally = grid.tally
    tally.rows_in = len(places) + len(tally.rejects) + tally.skipped_by.total()
    return grid


def together(headers: Sequence[str], chunks: Sequence[Chunk]) -> tuple[Ints, dict[str, pa.ChunkedArray]]:
    """The places of the records of several chunks, and their columns; without any, columns of text."""
    kinds = [column.type for column in chunks[0].columns] if chunks else [pa.string()] * len(headers)
    columns = {
        name: pa.chunked_array([chunk.columns[place] for chunk in chunks], type=kinds[place])
        for place, name in enumerate(headers)
    }
    return np.concatenate([np.empty(0, np.int64), *(chunk.rows for chunk in chunks)]), columns


def kept_chunks(reader: RecordReader, on_progress: Progress | None) -> Iterator[Chunk]:
    """The records of a file piece by piece, without blank ones and repeated headers; at the end they are counted again.

    Raises:
        InputError: the file is broken, or the two counts differ.
    """
    for chunk in reader.chunks(on_progress):
        kept = _sift(_storable(chunk, reader), reader.headers, reader.tally)
        if len(kept.rows):
            yield kept
    read, counted = reader.counts()
    if read != counted:
        values: dict[str, object] = {"read": read, "counted": counted}
        raise InputError(Message("intake.count_differs", values), file=reader.source.name)


def _storable(chunk: Chunk, reader: RecordReader) -> Chunk:
    """Without records that no table of facts can hold: with a zero character, or with a cell of a megabyte."""
    fine = np.ones(len(chunk.rows), np.bool_)
    zeros, long = ~fine, ~fine
    for column in chunk.columns:
        if pa.types.is_string(column.type) and len(column):
            if _longest(column) > LONGEST_CELL:
                long |= mask(pc.greater(pc.binary_length(column), LONGEST_CELL))
            if _has_zero(column):
                zeros |= mask(pc.match_substring(column, "\0"))
    for rows, reason in ((zeros, "intake.rejected_nul"), (long & ~zeros, "intake.rejected_long_cell")):
        for place in np.flatnonzero(rows).tolist():
            raw = (reader.found.delimiter or ",").join(_shown(column[place].as_py()) for column in chunk.columns)
            reader.tally.rejects.append(Reject(int(chunk.rows[place]), "", reason, raw))
            fine[place] = False
    if fine.all():
        return chunk
    kept = pa.array(fine)
    return Chunk(chunk.rows[fine], [column.filter(kept) for column in chunk.columns])


def _longest(column: pa.Array) -> int:
    """Bytes of the longest text of a column that has some."""
    return int(np.diff(text_ends(column)).max())


def _has_zero(column: pa.Array) -> bool:
    """Some byte of a column's text is zero; the text is one buffer, so this costs no more than reading it once."""
    text = column.buffers()[2]
    return text is not None and text.size > 0 and bool(np.frombuffer(text, np.uint8).min() == 0)


def _shown(cell: object) -> str:
    """A cell of a rejected record, shortened where it is long, a zero character made visible."""
    text = "" if cell is None else str(cell)
    short = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return short.replace("\0", "\\x00")


def _sift(chunk: Chunk, headers: tuple[str, ...], tally: Tally) -> Chunk:
    """Without blank records and headers that are repeated in the middle; both are counted."""
    blank = _everywhere(chunk, [empty_cells] * len(headers))
    again = _everywhere(chunk, [partial(_names_itself, header=header) for header in headers]) & ~blank
    tally.skipped_by["blank"] += int(blank.sum())
    tally.skipped_by["repeated_header"] += int(again.sum())
    gone = blank | again
    if not gone.any():
        return chunk
    kept = pa.array(~gone)
    return Chunk(chunk.rows[~gone], [column.filter(kept) for column in chunk.columns])


def _names_itself(column: pa.Array, header: str) -> Mask:
    """Cells that hold the name of their own column."""
    if header.startswith("#"):
        return empty_cells(column)
    if not pa.types.is_string(column.type):
        return np.zeros(len(column), np.bool_)
    names = pa.array([header, re.sub(r"#\d+$", "", header)])
    return mask(pc.is_in(trimmed(column), value_set=names))


def _everywhere(chunk: Chunk, tests: list[Callable[[pa.Array], Mask]]) -> Mask:
    """Records that pass the test of each column; stops at the first column where none is left."""
    passed = np.ones(len(chunk.rows), np.bool_)
    for column, test in zip(chunk.columns, tests, strict=True):
        passed &= test(column)
        if not passed.any():
            break
    return passed
