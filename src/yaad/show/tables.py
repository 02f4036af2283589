"""A table of any result: columns that know what they hold, cells that know their value and how people read it."""

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from yaad.model import Cell
from yaad.show.speech import Said, say_plain
from yaad.text import Message, day, days, inert, money, number, percent

if TYPE_CHECKING:
    import pyarrow as pa

NOTHING = "–"


class Kind(StrEnum):
    """What a column holds; numbers stand at the end of the line, the rest at its start."""

    NAME = "name"
    TEXT = "text"
    COUNT = "count"
    RATE = "rate"
    DAYS = "days"
    MONEY = "money"
    DAY = "day"
    RANGE = "range"
    FIGURE = "figure"

    @property
    def numeric(self) -> bool:
        """Whether it is aligned as a number."""
        return self not in (Kind.NAME, Kind.TEXT)


@dataclass(frozen=True)
class Column:
    """One column: its key in files, its head in words, what it holds."""

    key: str
    head: Said
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Shown:
    """One cell: the value as data (a range has two: its ends), and as people read it."""

    value: Cell | dt.date
    said: Said
    ends: tuple[float | None, float | None] | None = None


@dataclass(frozen=True)
class Table:
    """A result as rows, in one language.

    Attributes:
        lang: the language of its texts.
        title: what it shows and as of when.
        columns: from the reading side on.
        rows: one cell a column each.
        total: a last row that sums up, or None.
        notes: sentences that belong below it.
    """

    lang: str
    title: Said
    columns: tuple[Column, ...]
    rows: tuple[tuple[Shown, ...], ...]
    total: tuple[Shown, ...] | None = None
    notes: tuple[Said, ...] = field(default=())

    def to_csv(self) -> str:
        """As CSV with heads in words; what a spreadsheet would run as a formula is made text by an apostrophe."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([inert(say_plain(head, self.lang)) for column in self.columns for head in _heads(column)])
        for row in (*self.rows, *([self.total] if self.total else [])):
            cells = zip(row, self.columns, strict=True)
            writer.writerow([value for cell, column in cells for value in _csv_values(cell, column, self.lang)])
        return out.getvalue()

    def to_arrow(self) -> "pa.Table":
        """The rows as values under the columns' keys, for programs; a range is two columns, a total is left out."""
        import pyarrow as pa

        columns: dict[str, list[Cell | dt.date]] = {}
        for place, column in enumerate(self.columns):
            cells = [row[place] for row in self.rows]
            if column.kind is Kind.RANGE:
                ends = [cell.ends or (None, None) for cell in cells]
                columns |= {"low": [low for low, _ in ends], "high": [high for _, high in ends]}
            else:
                columns[column.key] = [cell.value for cell in cells]
        return pa.table({key: _arrow_column(values) for key, values in columns.items()})

    def to_text(self) -> str:
        """As plain text: the title, aligned columns, the total after a rule, the notes."""
        heads = [say_plain(column.head, self.lang) for column in self.columns]
        body, foot = ([self._texts(row) for row in rows] for rows in (self.rows, [self.total] if self.total else []))
        widths = [max(map(_width, cells)) for cells in zip(heads, *body, *foot, strict=True)]
        rule = ["-" * width for width in widths]
        lines = [heads, rule, *body, *([rule, *foot] if foot else [])] if heads else []
        parts = [
            say_plain(self.title, self.lang),
            "\n".join(self._line(cells, widths) for cells in lines),
            "\n".join(say_plain(note, self.lang) for note in self.notes),
        ]
        return "\n\n".join(part for part in parts if part)

    def _texts(self, row: Sequence[Shown]) -> list[str]:
        """The cells of a row, each on one line."""
        return [" ".join(say_plain(cell.said, self.lang).split()) for cell in row]

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> str:
        padded = []
        for cell, width, column in zip(cells, widths, self.columns, strict=True):
            space = " " * (width - _width(cell))
            padded.append(space + cell if column.kind.numeric else cell + space)
        return "  ".join(padded).rstrip()


def _arrow_column(values: "Sequence[Cell | dt.date]") -> "pa.Array":
    """Values of one column; where texts stand among numbers (an id that looks like one), all are texts."""
    import pyarrow as pa

    if any(isinstance(value, str) for value in values):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    if any(isinstance(value, float) for value in values):
        return pa.array(values, pa.float64())
    return pa.array(values)


def _width(text: str) -> int:
    """Places that a text takes where all letters are equally wide."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _heads(column: Column) -> tuple[Said, ...]:
    """A range is two columns in a file, so that both ends can be computed with."""
    return (Message("show.head_low"), Message("show.head_high")) if column.kind is Kind.RANGE else (column.head,)


def _csv_values(cell: Shown, column: Column, lang: str) -> tuple[str | int | float, ...]:
    if column.kind is Kind.RANGE:
        return tuple("" if end is None else end for end in cell.ends or (None, None))
    return (_csv_cell(cell, lang),)


def _csv_cell(cell: Shown, lang: str) -> str | int | float:
    """Numbers as numbers, dates in ISO form, the rest as text."""
    if isinstance(cell.value, bool) or cell.value is None:
        return ""
    if isinstance(cell.value, int | float):
        return cell.value
    if isinstance(cell.value, dt.date):
        return cell.value.isoformat()
    return inert(cell.value if isinstance(cell.said, str) else say_plain(cell.said, lang))


# ---- cells ------------------------------------------------------------------------------------------------------


def name(value: Cell) -> Shown:
    """A name that people typed; a group without a name is said to have none."""
    if value is None or value == "":
        return Shown("", Message("show.no_name"))
    return Shown(value, str(value))


def text(said: Said, lang: str) -> Shown:
    """Words."""
    return Shown(say_plain(said, lang), said)


def count(value: int | None, lang: str) -> Shown:
    """How many."""
    return Shown(value, NOTHING if value is None else number(value, lang))


def rate(value: float | None, lang: str) -> Shown:
    """A share of 0–1 as a percentage with one decimal."""
    return Shown(value, NOTHING if value is None else percent(value, lang, 1))


def hinted(value: float | None, lang: str, *, immature: bool, few: bool) -> Shown:
    """A share that is to be expected, marked where it is no more than a hint."""
    cell = rate(value, lang)
    if value is None or not (immature or few):
        return cell
    return Shown(value, Message("show.rate_early" if immature else "show.rate_few", {"rate": cell.said}))


def length(value: float | None, lang: str) -> Shown:
    """A length of time in days (the head of the column says "days")."""
    return Shown(value, NOTHING if value is None else _exact_days(value, lang))


def date(value: dt.date | None, lang: str) -> Shown:
    """A day."""
    return Shown(value, NOTHING if value is None else day(value, lang))


PLAIN_UNITS = ("count", "number", "rate", "days", "hours")
"""Units of figures that are no money."""


def figure(value: float | int | None, unit: str | None, lang: str) -> Shown:
    """A value in its unit: one of `PLAIN_UNITS`, or money (`unit` is its currency, None when unknown)."""
    return Shown(value, NOTHING if value is None else in_unit(value, unit, lang))


def in_unit(value: float, unit: str | None, lang: str) -> Said:
    """A value with its unit, exact enough to be compared."""
    if unit in ("count", "number"):
        return number(value, lang)
    if unit == "rate":
        return percent(value, lang, 1)
    if unit == "days":
        return days_said(value, lang)
    if unit == "hours":
        return hours_said(value, lang)
    return money(value, unit, lang, short=False)


def days_said(value: float, lang: str) -> Message:
    """A number of days with its word."""
    shown = _exact_days(value, lang)
    if shown.isdigit():
        return Message("show.days", {"n": int(shown)})
    return Message("show.days_part", {"days": shown})


def hours_said(value: float, lang: str) -> Message:
    """A length of time in hours with its word; below an hour in minutes."""
    minutes = round(value * 60)
    if minutes < 60:
        return Message("show.minutes", {"n": minutes})
    shown = _exact_days(value, lang)
    return Message("show.hours", {"n": int(shown)}) if shown.isdigit() else Message("show.hours_part", {"hours": shown})


def _exact_days(value: float, lang: str) -> str:
    """Days with one decimal below a hundred: whole ones bare, as 69 and 14.3."""
    return days(value, lang) if abs(value) < 0.05 or abs(value) >= 100 else _one_decimal(value)


def _one_decimal(value: float) -> str:
    rounded = f"{value:.1f}"
    return rounded.removesuffix(".0")


def span(low: float | None, high: float | None, unit: str | None, lang: str) -> Shown:
    """A range; an end that is not reached is said as "or more"."""
    if low is None:
        return Shown(None, "")
    if high is None:
        return Shown(None, Message("show.or_more", {"low": _bare(low, unit, lang)}), (low, None))
    ends = [_bare(end, unit, lang) for end in (low, high)]
    return Shown(None, ends[0] if ends[0] == ends[1] else "–".join(ends), (low, high))


def _bare(value: float, unit: str | None, lang: str) -> str:
    if unit == "rate":
        return percent(value, lang, 1)
    if unit in ("days", "hours"):
        return _exact_days(value, lang)
    return number(value, lang)
