"""The layout of a table of texts, by evidence: which sign parts the cells, and which row names the columns."""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yaad.errors import InputError, Question
from yaad.intake.deciding.folding import fold
from yaad.intake.presets.exchange import headless_names
from yaad.intake.reading.port import WIDEST, Hints
from yaad.text import Message

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|", "^", "~")
"""Signs that are looked for; any other may be told."""
SEP_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
LOOKED_AT = 200
"""Records that decide the delimiter."""
TITLES = 40
"""Lines among which the header is looked for."""
VALUE = re.compile(r"^[-+(]?[₪$€£]?\s*[\d.,/:\- ]*\d[\d.,/:\- TZ+]*\)?\s*[%₪$€£]?$")


@dataclass(frozen=True)
class Dialect:
    """How the cells of a text file are parted.

    Attributes:
        delimiter: sign between two cells.
        escape: a backslash stands before a quote inside a quoted cell (else the quote is doubled).
        told_by_file: the file's first line says so (``sep=;``).
    """

    delimiter: str
    escape: bool = False
    told_by_file: bool = False

    def reader(self, lines: Iterable[str], *, strict: bool = True) -> "Reader":
        """The standard library's reader of this dialect."""
        if self.escape:
            return csv.reader(lines, delimiter=self.delimiter, strict=strict, escapechar="\\", doublequote=False)
        return csv.reader(lines, delimiter=self.delimiter, strict=strict)


@dataclass(frozen=True)
class Header:
    """The row that names the columns.

    Attributes:
        index: its place among the records (from 0; -1 where no row names them).
        names: its cells.
        question: set when no row looks like a header.
    """

    index: int
    names: list[str]
    question: Question | None = None


def decide_dialect(sample: str, escapes: Sequence[str], told: str | None) -> Dialect:
    """Choose the delimiter under which most records have one width, the header included, and the kind of escape.

    Args:
        sample: the first part of the file, ended at a line's end.
        escapes: lines of anywhere in the file that hold a backslash before a quote.
        told: the mapping's delimiter.
    """
    first = SEP_LINE.match(sample.split("\n", 1)[0].rstrip("\r"))
    if told is not None or first:
        delimiter = told if told is not None else first[1] if first else ","
        return Dialect(delimiter, _escaped(sample, escapes, delimiter), told_by_file=bool(first))
    best = max(DELIMITERS, key=lambda sign: _score(sample, sign))
    return Dialect(best, _escaped(sample, escapes, best))


def _records(sample: str, dialect: Dialect, limit: int) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = dialect.reader(io.StringIO(sample, newline=""), strict=False)
    for row in reader:
        rows.append(row)
        if len(rows) >= limit:
            break
    return rows


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """Share of the records that have the commonest width (nearly all counts as all), then that width."""
    widths = [len(row) for row in _records(sample, Dialect(delimiter), LOOKED_AT) if any(row)]
    usual = Counter(width for width in widths if width > 1)
    if not usual:
        return (0.0, 1)
    width, count = max(usual.items(), key=lambda item: (item[1], item[0]))
    share = count / len(widths)
    named = _names_columns(_records(sample, Dialect(delimiter), TITLES), width)
    return (round(share * (1.0 if named else 0.7), 1), width)


def _names_columns(rows: list[list[str]], width: int) -> bool:
    """The first record of the usual width is made of words, as a header is."""
    first = next((row for row in rows if len(row) == width and sum(map(bool, row)) * 2 >= width), None)
    return first is not None and not any(VALUE.match(cell) for cell in first)


def _escaped(sample: str, escapes: Sequence[str], delimiter: str) -> bool:
    """Backslash before a quote: only when reading so repairs what doubled quotes cannot read."""
    if not escapes:
        return False
    lines = [*sample.splitlines()[:50], *escapes]
    return _faults(lines, Dialect(delimiter, escape=True)) < _faults(lines, Dialect(delimiter))


def _faults(lines: Sequence[str], dialect: Dialect) -> int:
    """Lines that cannot be read, or not in the usual width, on their own."""
    widths: list[int] = []
    for line in lines:
        try:
            widths.append(len(next(dialect.reader([line]), [])))
        except csv.Error:
            widths.append(-1)
    usual = Counter(width for width in widths if width > 0).most_common(1)
    return sum(width != usual[0][0] for width in widths) if usual else len(widths)


def find_header(
    records: Sequence[Sequence[str]], hints: Hints, name: str, places: Sequence[int] | None = None
) -> Header:
    """Find the row that names the columns, below title lines.

    The mapping's word on the row decides, then its columns; a call log without any is known by its shape; else it is
    the first row that fills at least half of the usual width with words. Where other rows stand above it, or it looks
    like values itself, it is asked.

    Args:
        records: the first rows of the file.
        hints: the mapping's word.
        name: of the file.
        places: the line of each record, where records and lines differ.

    Raises:
        InputError: no rows at all, or more columns than any table has.
    """
    rows = [[str(cell) for cell in row] for row in records]
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    if not any(filled):
        raise InputError(Message("intake.file_no_rows", {"name": name}))
    if max(map(len, rows)) > WIDEST:
        raise InputError(Message("intake.file_too_wide", {"name": name, "widest": WIDEST}))
    lines = list(places) if places is not None else list(range(1, len(rows) + 1))
    if not hints.header_row and (names := headless_names(rows)) is not None:
        return Header(-1, names)
    if hints.header_row is not None:
        return _told_header(rows, lines, hints.header_row)
    by_name = _by_names(rows, hints.expected)
    if by_name is not None:
        return Header(by_name, rows[by_name])
    usual = max(_extent(row) for row in rows)
    widths = Counter(_extent(row) for row in rows if any(row))
    commonest = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    least = max(1, math.ceil(min(usual, commonest) / 2), 2 if commonest > 1 else 1)
    index = next((i for i, count in enumerate(filled[:TITLES]) if count >= least), 0)
    above = any(filled[:index])
    values = _is_values(rows[index])
    question = _ask_header(rows, lines, index, name, values=values) if values or above else None
    return Header(index, rows[index], question)


def _told_header(rows: list[list[str]], lines: list[int], told: int) -> Header:
    """The row that the mapping names; without any, the columns are nameless."""
    if told == 0:
        width = Counter(map(len, filter(any, rows))).most_common(1)[0][0]
        return Header(-1, [""] * width)
    index = next((i for i, line in enumerate(lines) if line >= told), len(rows) - 1)
    return Header(index, rows[index])


def _extent(row: Sequence[str]) -> int:
    """Cells up to the last one with a value."""
    return max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _by_names(rows: list[list[str]], expected: frozenset[str]) -> int | None:
    """The row that holds most of the mapping's columns (at least half of them)."""
    if not expected:
        return None
    hits = [len(expected & {fold(cell) for cell in row}) for row in rows[:TITLES]]
    best = max(hits)
    return hits.index(best) if best * 2 >= len(expected) else None


def _is_values(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return sum(bool(VALUE.match(cell)) for cell in cells) * 4 >= len(cells)


def _ask_header(rows: list[list[str]], lines: list[int], index: int, name: str, *, values: bool) -> Question:
    """Which row is the header: the one that was found, one above it, the one below, or none."""
    nearby = [place for place in range(index + 2) if place < len(rows) and any(map(str.strip, rows[place]))]
    order = sorted(nearby, key=lambda place: (place != index, place))
    options = {str(lines[place]): Message("intake.option_header", {"cells": _told(rows[place])}) for place in order}
    none = {"0": Message("intake.option_header_none")}
    return Question(
        f"header_row:{name}",
        Message("intake.ask_header" if values else "intake.ask_header_below", {"name": name, "row": lines[index]}),
        (Message("intake.evidence_header", {"cells": _told(rows[index])}),),
        none | options if values else options | none,
        f"header_row: {0 if values else lines[index]}",
    )


def _told(row: Sequence[str]) -> str:
    return " | ".join(cell.strip() for cell in row if cell.strip())[:80]
