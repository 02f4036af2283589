"""The strict part of a text table: the standard library's reader, record by record, with exact lines and reasons."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import IO

import numpy as np
import pyarrow as pa

from yaad.errors import InputError
from yaad.intake.arrow import Ints
from yaad.intake.reading.encoding import LONE
from yaad.intake.reading.gershayim import FATAL, with_gershayim
from yaad.intake.reading.layout import DELIMITERS
from yaad.intake.reading.port import CHUNK, Chunk, Progress
from yaad.intake.reading.text_plain import Hard, Resume, TextLayout
from yaad.intake.report import Reject, Tally
from yaad.text import Message

LONGEST_CELL = 1 << 24
BREAKS = re.compile(r"\r\n|\r|\n")
NUL = "\0"

Row = list[str]


class StrictRecords:
    """Records of a text table from a place on.

    Attributes:
        records: records met so far, also rejected and blank ones.
    """

    def __init__(self, layout: TextLayout, tally: Tally) -> None:
        self.records = 0
        self._layout = layout
        self._tally = tally
        self._width = len(layout.names)
        last = max((place for place, name in enumerate(layout.names, start=1) if name.strip()), default=0)
        self._named = last or self._width
        self._last_line, self._at_end = 0, False
        self._untold: dict[int, int] = {}  # first line → last line of records whose text is still to be fetched

    def rest(self, resume: Resume, on_progress: Progress | None) -> Iterator[Chunk]:
        """All records from `resume` to the end of the file; those of a wrong form go to the tally.

        Raises:
            InputError: a quote is never closed, the delimiter changes, or the bytes end in mid-character.
        """
        size, self._at_end = self._layout.source.size, True
        with self._layout.source.path.open("rb") as raw:
            raw.seek(resume.offset)
            stream = self._text(raw)
            base = resume.lines
            while base < self._layout.head_lines:
                stream.readline()
                base += 1
            for chunk in self._records_of(stream, base):
                yield chunk
                if on_progress is not None:
                    on_progress(min(raw.tell(), size), size)
        if on_progress is not None:
            on_progress(size, size)

    def block(self, hard: Hard) -> Iterator[Chunk]:
        """The records of a part of the file.

        Raises:
            InputError: the delimiter changes.
        """
        self._at_end = hard.last
        yield from self._records_of(self._text(io.BytesIO(hard.text)), hard.lines)

    def finish(self) -> None:
        """What can be told at the end only: whether the file was cut, and the text of records that none could read."""
        if self._at_end:
            self._look_at_end(self._last_line)
        self._fetch_untold()

    def _text(self, raw: IO[bytes]) -> io.TextIOWrapper:
        return io.TextIOWrapper(raw, self._layout.encoding, errors="surrogateescape", newline="")

    def _records_of(self, stream: io.TextIOWrapper, base: int) -> Iterator[Chunk]:
        csv.field_size_limit(LONGEST_CELL)
        reader = self._layout.dialect.reader(with_gershayim(stream, self._layout.dialect, self._tally))
        ended = False
        while not ended:
            before = base + reader.line_num
            rows, fault, ended = self._next(reader)
            self._last_line = base + reader.line_num
            lines = _lines(rows, before, self._last_line, faulty=fault is not None)
            self.records += len(rows)
            chunk = self._chunk(rows, lines)
            if chunk is not None:
                yield chunk
            if fault is not None:
                self._fault(fault, int(lines[-1]) + _height(rows[-1]) if rows else before + 1, self._last_line)

    def _next(self, reader: Iterator[Row]) -> tuple[list[Row], str | None, bool]:
        """The next records, the fault that ended them, and whether the file has ended."""
        rows: list[Row] = []
        try:
            rows.extend(islice(reader, CHUNK))
        except csv.Error as error:
            return rows, str(error), False
        except UnicodeError:
            raise InputError(Message("intake.file_cut", {"name": self._layout.source.name})) from None
        return rows, None, len(rows) < CHUNK

    def _fault(self, fault: str, first: int, last: int) -> None:
        """A record that breaks the rules of quotes; a quote that is never closed swallows the rest: refused."""
        name = self._layout.source.name
        if fault.startswith(FATAL):
            raise InputError(Message("intake.file_open_quote", {"name": name, "row": first}), file=name, row=first)
        self.records += 1
        self._untold[first] = last
        self._tally.rejects.append(Reject(first, "", "intake.rejected_bad_quote", ""))

    def _chunk(self, rows: list[Row], lines: Ints) -> Chunk | None:
        if set(map(len, rows)) - {self._width}:
            rows, lines = self._only_whole(rows, lines)
        if not rows:
            return None
        try:
            columns = _columns(rows)
        except UnicodeEncodeError:
            rows, lines = self._without(rows, lines, _has_bad_bytes, "intake.rejected_bad_bytes")
            columns = _columns(rows) if rows else []
        return Chunk(lines, columns) if rows else None

    def _only_whole(self, rows: list[Row], lines: Ints) -> tuple[list[Row], Ints]:
        """Records of the header's width; a blank one is skipped, empty cells beyond the width are cut off."""
        kept: list[Row] = []
        places: list[int] = []
        for row, line in zip(rows, lines.tolist(), strict=True):
            whole = row if len(row) == self._width else self._mended(row, line)
            if whole is not None:
                kept.append(whole)
                places.append(line)
        return kept, np.array(places, np.int64)

    def _mended(self, row: Row, line: int) -> Row | None:
        if not any(cell.strip() for cell in row):
            self._tally.skipped_by["blank"] += 1
            return None
        if self._named <= len(row) < self._width:
            return row + [""] * (self._width - len(row))
        if len(row) > self._width and not any(cell.strip() for cell in row[self._width :]):
            self._tally.flags["trailing_commas"] += 1
            return row[: self._width]
        self._refuse_other_delimiter(row, line)
        reason = "intake.rejected_short_row" if len(row) < self._width else "intake.rejected_long_row"
        self._tally.rejects.append(Reject(line, "", reason, _shown(self._layout.dialect.delimiter.join(row))))
        return None

    def _refuse_other_delimiter(self, row: Row, line: int) -> None:
        """A record of the wrong width that has the right one under another delimiter: the file changes midway."""
        used = self._layout.dialect.delimiter
        text = used.join(row)
        for other in DELIMITERS:
            if self._width >= 3 and other != used and text.count(other) == self._width - 1:
                values: dict[str, object] = {
                    "name": self._layout.source.name,
                    "row": line,
                    "before": used,
                    "after": other,
                }
                raise InputError(Message("intake.file_delimiter_changes", values), file=values["name"], row=line)

    def _without(self, rows: list[Row], lines: Ints, bad: Callable[[str], bool], reason: str) -> tuple[list[Row], Ints]:
        """Without the records that hold something no text may hold."""
        kept = np.ones(len(rows), np.bool_)
        for index, row in enumerate(rows):
            text = self._layout.dialect.delimiter.join(row)
            if bad(text):
                kept[index] = False
                self._tally.rejects.append(Reject(int(lines[index]), "", reason, _shown(text)))
        return [row for row, keep in zip(rows, kept, strict=True) if keep], lines[kept]

    def _look_at_end(self, last_line: int) -> None:
        """A last record without an end of line that is too short, or ends within a letter: the file was cut there."""
        rejects = self._tally.rejects
        if not rejects or rejects[-1].row != last_line:
            return
        end = self._end()
        short = rejects[-1].reason == "intake.rejected_short_row"
        in_letter = rejects[-1].reason == "intake.rejected_bad_bytes" and not end[-1:].isascii()
        if (short or in_letter) and not (b"\n" in end or b"\r" in end):
            rejects[-1] = Reject(last_line, "", "intake.rejected_cut", rejects[-1].raw)
            self._tally.flags["looks_cut"] += 1

    def _end(self) -> bytes:
        """The last two bytes, in which a line's end stands also where letters have two bytes."""
        with self._layout.source.path.open("rb") as file:
            file.seek(-min(2, self._layout.source.size), os.SEEK_END)
            return file.read()

    def _fetch_untold(self) -> None:
        """Fetch the text of records that the reader could not read."""
        if not self._untold:
            return
        texts: dict[int, list[str]] = {}
        owner: dict[int, int] = {line: first for first, last in self._untold.items() for line in range(first, last + 1)}
        layout = self._layout
        with layout.source.path.open("r", encoding=layout.encoding, errors="surrogateescape", newline="") as lines:
            for number, line in enumerate(lines, start=1):
                if number in owner:
                    texts.setdefault(owner[number], []).append(line)
        self._tally.rejects[:] = [
            Reject(r.row, r.column, r.reason, _shown("".join(texts[r.row]).rstrip("\r\n"))) if r.row in texts else r
            for r in self._tally.rejects
        ]


def _columns(rows: Sequence[Row]) -> list[pa.Array]:
    return [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]


def _height(row: Row) -> int:
    """Lines that a record takes."""
    return 1 + sum(len(BREAKS.findall(cell)) for cell in row if "\n" in cell or "\r" in cell)


def _lines(rows: list[Row], before: int, after: int, *, faulty: bool) -> Ints:
    """The first line of each record."""
    if after - before == len(rows) and not faulty:
        return np.arange(before + 1, after + 1, dtype=np.int64)
    heights = np.fromiter(map(_height, rows), np.int64, len(rows))
    ends = before + np.cumsum(heights)
    return ends - heights + 1


def _has_bad_bytes(text: str) -> bool:
    return LONE.search(text) is not None


def _shown(text: str) -> str:
    """Text with broken bytes and zeros made visible."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace(NUL, "\\x00")
