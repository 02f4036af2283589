"""Tables as a workbook: real numbers and dates, texts that never run, right to left where the language is."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING

from yaad.show.speech import Said, say_plain
from yaad.show.tables import Column, Kind, Shown, Table
from yaad.text import Message, direction, inert
from yaad.text.numbers import SIGNS

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576
"""Rows of a sheet; what is more goes on in a further sheet."""
LONGEST_TEXT = 32_767
EXACT = 2**53
"""From here on a spreadsheet rounds whole numbers: they are written as text."""
SMALLEST, LARGEST = 1e-300, 1e300
"""Beyond these a spreadsheet shows nothing or an error."""
NARROW, WIDE = 9, 60
READ_FOR_WIDTH = 500
FIRST_DAY = dt.date(1900, 3, 1)
"""Spreadsheets count days from 1900 and take that year for a leap year: what is earlier is written as text."""
MOMENT = "yyyy-mm-dd hh:mm:ss"

Value = str | int | float | Decimal | bool | dt.date | dt.datetime | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows of values under heads.

    Attributes:
        name: of its tab.
        heads: one a column.
        rows: values, one a column each; read once.
        formats: number format of each column, "" for none.
        notes: sentences below the rows.
        title: above the heads; with it the rows are a paper's, without it a plain table that a program reads back.
        wrap: columns of sentences, by place: broken into lines.
    """

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence["Value | tuple[Value, str]"]]
    formats: Sequence[str] = ()
    notes: Sequence[str] = ()
    title: str = ""
    wrap: frozenset[int] = field(default_factory=frozenset)


def day_format(lang: str) -> str:
    """How a spreadsheet writes a date in a language."""
    return "d.m.yyyy" if lang == "he" else "d mmm yyyy"


def money_format(unit: str | None) -> str:
    """How a spreadsheet writes whole amounts of a currency; bare where it is unknown.

    >>> money_format("ILS"), money_format(None)
    ('#,##0 [$₪-40D]', '#,##0')
    """
    if unit == "ILS":
        return "#,##0 [$₪-40D]"
    return f"#,##0 [${SIGNS.get(unit, unit)}]" if unit else "#,##0"


_FORMATS = {Kind.COUNT: "#,##0", Kind.RATE: "0.0%", Kind.DAYS: "0.0", Kind.MONEY: "#,##0"}


def sheet_of(table: Table, name: str) -> Sheet:
    """A table in words as a sheet: ranges in two columns, dates and numbers as such, the notes below."""
    lang = table.lang
    heads = [say_plain(head, lang) for column in table.columns for head in _heads(column)]
    formats = [_format(column, lang) for column in table.columns for _ in _heads(column)]
    rows = [
        [value for cell, column in zip(row, table.columns, strict=True) for value in _values(cell, column, lang)]
        for row in (*table.rows, *([table.total] if table.total else []))
    ]
    places = [column for column in table.columns for _ in _heads(column)]
    wrap = frozenset(place for place, column in enumerate(places) if column.kind is Kind.TEXT)
    notes = [say_plain(note, lang) for note in table.notes]
    return Sheet(name, heads, rows, formats, notes, say_plain(table.title, lang), wrap)


def _heads(column: Column) -> tuple[Said, ...]:
    return (Message("show.head_low"), Message("show.head_high")) if column.kind is Kind.RANGE else (column.head,)


def _format(column: Column, lang: str) -> str:
    return day_format(lang) if column.kind is Kind.DAY else _FORMATS.get(column.kind, "")


def _values(cell: Shown, column: Column, lang: str) -> "list[Value | tuple[Value, str]]":
    if column.kind is Kind.RANGE:
        own = _like(cell, lang) or "0.0##"
        return [(end, own) for end in cell.ends or (None, None)]
    if isinstance(cell.value, bool) or cell.value is None:
        return [None if cell.value is None and not isinstance(cell.said, Message) else _words(cell, lang)]
    if isinstance(cell.value, int | float) and column.kind is Kind.FIGURE:
        return [(cell.value, _like(cell, lang) or ("#,##0" if float(cell.value).is_integer() else "#,##0.0#"))]
    if isinstance(cell.value, int | float | dt.date):
        return [cell.value]
    return [cell.value if isinstance(cell.said, str) else _words(cell, lang)]


def _words(cell: Shown, lang: str) -> str:
    return say_plain(cell.said, lang)


def _like(cell: Shown, lang: str) -> str:
    """The number format of a figure by how people read it: a percentage, money with its sign."""
    said = say_plain(cell.said, lang)
    if said.endswith("%"):
        return "0.0%"
    unit = next((unit for unit, sign in SIGNS.items() if sign in said), None)
    return money_format(unit) if unit else ""


def write_workbook(target: Path | IO[bytes], sheets: Iterable[Sheet], lang: str, *, streamed: bool = False) -> int:
    """Write sheets as an XLSX file.

    Texts stay texts whatever they begin with, nothing becomes a link, numbers that a spreadsheet would round (from
    2⁵³ on) are texts, and a sheet with more rows than fit goes on in a further one.

    Args:
        target: the file, or an open one.
        sheets: in the order of their tabs; rows are read as they are written.
        lang: decides the direction of the sheets and the form of dates.
        streamed: rows go to the disk as they come, so that a large table takes little memory.

    Returns:
        How many texts were cut at the 32,767 signs that a cell holds.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    options["constant_memory"] = streamed
    with xlsxwriter.Workbook(target if not isinstance(target, Path) else str(target), options) as book:
        writer = _Writer(book, lang)
        for sheet in sheets:
            writer.write(sheet)
        return writer.cut


class _Writer:
    """The sheets of one workbook and their formats, each made once."""

    def __init__(self, book: "xlsxwriter.Workbook", lang: str) -> None:
        self.book, self.lang = book, lang
        self.rtl = direction(lang) == "rtl"
        self.made: dict[tuple[tuple[str, object], ...], Format] = {}
        self.names: set[str] = set()
        self.cut = 0

    def write(self, sheet: Sheet) -> None:
        """One sheet, or as many as its rows take."""
        rows = iter(sheet.rows)
        more = True
        while more:
            more = self._page(sheet, rows)

    def _page(self, sheet: Sheet, rows: "Iterator[Sequence[Value | tuple[Value, str]]]") -> bool:
        """So many rows as one sheet takes; whether it was full."""
        page = self.book.add_worksheet(self._name(sheet.name))
        if self.rtl:
            page.right_to_left()
        at = 0
        if sheet.title:
            self._line(page, 0, 0, sheet.title, bold=True, font_size=14)
            at = 2
        for place, head in enumerate(sheet.heads):
            self._line(page, at, place, head, bold=True, bottom=1, text_wrap=True, valign="top")
        page.freeze_panes(at + 1, 0)
        widths = [min(max(len(head) + 2, NARROW), WIDE // 2) for head in sheet.heads]
        first = at = at + 1
        full = False
        for row in rows:
            self._row(page, at, row, sheet, widths if at - first < READ_FOR_WIDTH else None)
            at += 1
            if at == MOST_ROWS:
                full = True
                break
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        for place, note in enumerate(sheet.notes if not full else ()):
            self._line(page, at + 1 + place, 0, note, font_color="#4a5257")
        return full

    def _name(self, wanted: str) -> str:
        """The name of a tab: at most 31 signs, none of those that a spreadsheet forbids, each once."""
        clean = "".join(" " if char in "[]:*?/\\" else char for char in wanted).strip("' ")[:31] or "1"
        name, number = clean, 2
        while name.casefold() in self.names:
            name = f"{clean[: 30 - len(str(number))]} {number}"
            number += 1
        self.names.add(name.casefold())
        return name

    def _made(self, **properties: object) -> "Format":
        if self.rtl:
            properties |= {"reading_order": 2}
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(dict(properties))
        return self.made[key]

    def _row(
        self,
        page: "Worksheet",
        at: int,
        row: "Sequence[Value | tuple[Value, str]]",
        sheet: Sheet,
        widths: list[int] | None,
    ) -> None:
        for place, given in enumerate(row):
            value, own = given if isinstance(given, tuple) else (given, "")
            form = own or (sheet.formats[place] if place < len(sheet.formats) else "")
            length = self._cell(page, at, place, value, form, wrap=place in sheet.wrap)
            if widths is not None:
                widths[place] = min(max(widths[place], length + 2), WIDE)

    def _cell(self, page: "Worksheet", at: int, place: int, value: Value, form: str, *, wrap: bool) -> int:
        """Write one value by its own kind; about how many signs it takes."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return 0
        if isinstance(value, bool):
            page.write_boolean(at, place, value)
            return NARROW
        if isinstance(value, dt.date) and _day(value) >= FIRST_DAY:
            return self._moment(page, at, place, value, form)
        if isinstance(value, int | float | Decimal) and _exact(value):
            page.write_number(at, place, value, self._made(num_format=form) if form else None)
            return len(f"{value:,.1f}") + 3
        return self._text(page, at, place, value.isoformat() if isinstance(value, dt.date) else str(value), wrap=wrap)

    def _moment(self, page: "Worksheet", at: int, place: int, value: dt.date, form: str) -> int:
        if isinstance(value, dt.datetime):
            page.write_datetime(at, place, value.replace(tzinfo=None), self._made(num_format=MOMENT))
            return len(MOMENT)
        page.write_datetime(at, place, value, self._made(num_format=form or day_format(self.lang)))
        return 11

    def _line(self, page: "Worksheet", at: int, place: int, text: str, **properties: object) -> None:
        """A text; one that a spreadsheet would run does not do so when its cell is edited either."""
        if inert(text) != text:
            properties["quote_prefix"] = True
        self.cut += len(text) > LONGEST_TEXT
        page.write_string(at, place, text[:LONGEST_TEXT], self._made(**properties) if properties or self.rtl else None)

    def _text(self, page: "Worksheet", at: int, place: int, text: str, *, wrap: bool) -> int:
        properties: dict[str, object] = {"text_wrap": True, "valign": "top"} if wrap else {}
        self._line(page, at, place, text, **properties)
        return len(text)


def _day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _exact(value: float | Decimal) -> bool:
    """Whether a spreadsheet keeps the number: its numbers are doubles, shown with 15 digits."""
    if isinstance(value, int):
        return abs(value) < EXACT
    if isinstance(value, float):
        return not value or SMALLEST < abs(value) < LARGEST
    return Decimal(repr(float(value))) == value
