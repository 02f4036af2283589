"""The follow-up workbook: the open deals, one row each, to be filled in by hand and brought back.

Beside the sheet that people see stands a hidden one with the values as they were written. What differs between the two
when the workbook comes back is what people changed, whatever the book has learnt in the meantime.
"""

import datetime as dt
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from yaad.book.disk import appearing
from yaad.errors import InputError
from yaad.facts import Facts
from yaad.measures.opted_out import OptOuts
from yaad.show.workbooks import LONGEST_TEXT, day_format
from yaad.text import Message, direction, render

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MARKER = "yaad_follow_up"
"""Name of the hidden sheet with the values as they were written."""
LISTS = "yaad_lists"
"""Name of the hidden sheet that the drop-downs take their words from."""
CHANGED_ON = "changed_on"
MOST = 100_000
"""Rows; nobody fills in more by hand."""
MOST_CHOICES = 200
DIRECTORY = 1 << 20
"""Bytes of a workbook's list of sheets that are looked at."""


@dataclass(frozen=True)
class Field:
    """One column: its name, how wide it is, what is written in it (text, day, amount)."""

    name: str
    width: int
    value: str = "text"

    def head(self, lang: str) -> str:
        """What stands above it."""
        return render(Message(f"sources.head_{self.name}"), lang)


FIELDS = (
    Field("id", 14),
    Field("name", 28),
    Field("owner", 16),
    Field("stage", 18),
    Field("next_step", 30),
    Field("next_step_day", 14, "day"),
    Field("expected_close_day", 14, "day"),
    Field("amount", 14, "amount"),
    Field("phone", 16),
    Field("lost_reason", 24),
    Field(CHANGED_ON, 14, "day"),
)
"""The columns in their order; the last one is empty until a person says when a stage was changed."""
BASE = tuple(field.name for field in FIELDS if field.name != CHANGED_ON)
"""Columns that are compared with what they were."""

Row = dict[str, object]


def is_follow_up(path: Path) -> bool:
    """Whether a file is a follow-up workbook, by its hidden sheet."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as file:
            return f'name="{MARKER}"'.encode() in file.read(DIRECTORY)
    # no archive, none with such a part, one with a password or of a kind of compression that Python does not know
    except (OSError, KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return False


def as_text(name: str, value: object) -> str:
    """A value as it is compared: days as ISO, amounts without needless zeros, no value as nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)[:LONGEST_TEXT].strip() if name != "id" else str(value)


def rows_of(facts: Facts, owner: str | None, opt_outs: OptOuts) -> list[Row]:
    """The open deals, those of one person or all, in the order of their stages; numbers as lists tell them.

    Raises:
        InputError: there are none, or more than a person can fill in.
    """
    deals = facts.deals.filter(facts.deals.outcome == "open")
    if owner is not None:
        deals = deals.filter(deals.owner == owner)
    plain = deals.select(id="deal_id", email="email", **{name: name for name in BASE if name != "id"})
    found: list[Row] = opt_outs.hide(facts.run(plain.order_by("id").limit(MOST + 1))).to_pylist()
    if not found:
        known = facts.run(facts.deals.filter(facts.deals.outcome == "open").select("owner").distinct())["owner"]
        owners = ", ".join(sorted(name for name in known.to_pylist() if name))
        key = "sources.no_open_deals" if owner is None else "sources.no_open_deals_of"
        raise InputError(Message(key, {"owner": owner or "", "known": owners}))
    if len(found) > MOST:
        raise InputError(Message("sources.too_many_deals", {"n": MOST}))
    places = {stage.name: place for place, stage in enumerate(facts.pipeline.stages)}
    return sorted(found, key=lambda row: (places.get(str(row["stage"]), len(places)), str(row["id"])))


def reasons_of(facts: Facts) -> list[str]:
    """The reasons in the book why deals were not closed, most frequent first."""
    deals = facts.deals.filter(facts.deals.lost_reason.notnull())
    counted = deals.group_by("lost_reason").aggregate(n=deals.count())
    most = counted.order_by(ibis.desc("n"), "lost_reason").limit(MOST_CHOICES)
    return [str(one) for one in facts.run(most)["lost_reason"].to_pylist()]


def write_follow_up(facts: Facts, path: Path, lang: str, *, opt_outs: OptOuts, owner: str | None = None) -> int:
    """Write the follow-up workbook of a book.

    Args:
        facts: the book's.
        path: the file.
        lang: of its words; decides the direction of the sheet.
        opt_outs: those whose numbers stand on no list.
        owner: only the deals of this person.

    Returns:
        How many deals stand in it.

    Raises:
        InputError: there are no open deals, or the file is none of a workbook's name.
    """
    import xlsxwriter

    if path.suffix.lower() != ".xlsx":
        raise InputError(Message("sources.only_xlsx", {"path": str(path)}))
    rows = rows_of(facts, owner, opt_outs)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with appearing(path) as partial, xlsxwriter.Workbook(str(partial), options) as book:
        page = book.add_worksheet(render(Message("sources.sheet"), lang))
        marks, lists = book.add_worksheet(MARKER), book.add_worksheet(LISTS)
        _page(book, page, rows, lang)
        _marks(marks, rows)
        choices = {"stage": [stage.name for stage in facts.pipeline.stages], "lost_reason": reasons_of(facts)}
        _choices(page, lists, choices, len(rows), lang)
        for sheet in (marks, lists):
            sheet.very_hidden()
    return len(rows)


HEADS_AT = 1
FIRST_ROW = 2


def _page(book: "xlsxwriter.Workbook", page: "Worksheet", rows: Sequence[Row], lang: str) -> None:
    """What people see: one line that says what to do, the heads, the deals."""
    order = {"reading_order": 2} if direction(lang) == "rtl" else {}
    if order:
        page.right_to_left()
    forms = {
        "text": book.add_format({"locked": False, "num_format": "@", "valign": "top", **order}),
        "day": book.add_format({"locked": False, "num_format": day_format(lang), "valign": "top", **order}),
        "amount": book.add_format({"locked": False, "num_format": "#,##0.##", "valign": "top"}),
        "id": book.add_format({"locked": True, "num_format": "@", "font_color": "#6b7280", "valign": "top", **order}),
    }
    page.write_string(0, 0, render(Message("sources.what_to_do"), lang), book.add_format({"italic": True, **order}))
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#eef2f1", "text_wrap": True, **order})
    for place, field in enumerate(FIELDS):
        page.set_column(place, place, field.width)
        page.write_string(HEADS_AT, place, field.head(lang), head)
    for at, row in enumerate(rows, FIRST_ROW):
        for place, field in enumerate(FIELDS):
            _cell(page, at, place, row.get(field.name), forms["id" if field.name == "id" else field.value])
    page.freeze_panes(FIRST_ROW, 2)
    page.autofilter(HEADS_AT, 0, HEADS_AT + len(rows), len(FIELDS) - 1)
    page.protect("", {"format_cells": True, "format_columns": True, "format_rows": True, "autofilter": True})


def _cell(page: "Worksheet", at: int, place: int, value: object, form: "Format") -> None:
    if value is None:
        page.write_blank(at, place, None, form)
    elif isinstance(value, dt.date):
        page.write_datetime(at, place, dt.datetime.combine(value, dt.time()), form)
    elif isinstance(value, Decimal) and Decimal(format(float(value), ".15g")) == value:  # what a spreadsheet keeps
        page.write_number(at, place, value, form)
    else:
        page.write_string(at, place, as_text("", value), form)


def _marks(page: "Worksheet", rows: Sequence[Row]) -> None:
    """The values as they are written, as text."""
    for place, name in enumerate(BASE):
        page.write_string(0, place, name)
        for at, row in enumerate(rows, 1):
            page.write_string(at, place, as_text(name, row.get(name)))


def _choices(page: "Worksheet", lists: "Worksheet", choices: dict[str, list[str]], rows: int, lang: str) -> None:
    """Drop-downs, and what may be written in columns of days and amounts."""
    last = FIRST_ROW + rows - 1
    says = {"error_title": render(Message("sources.not_so"), lang)}
    for column, (name, words) in enumerate(choices.items()):
        lists.write_column(0, column, words)
        place = _place(name)
        if words:
            letter = "AB"[column]
            listed = {"validate": "list", "source": f"={LISTS}!${letter}$1:${letter}${len(words)}"}
            free = {"error_type": "information"} if name == "lost_reason" else {}
            told = {"error_message": render(Message(f"sources.only_{name}"), lang)}
            page.data_validation(FIRST_ROW, place, last, place, {**listed, **says, **told, **free})
    for field in FIELDS:
        told = {"error_message": render(Message(f"sources.only_{field.value}"), lang)} if field.value != "text" else {}
        if field.value == "day":
            rule: dict[str, object] = {"validate": "date", "criteria": ">=", "value": dt.date(1990, 1, 1)}
            page.data_validation(FIRST_ROW, _place(field.name), last, _place(field.name), {**rule, **says, **told})
        elif field.value == "amount":
            rule = {"validate": "decimal", "criteria": ">=", "value": 0}
            page.data_validation(FIRST_ROW, _place(field.name), last, _place(field.name), {**rule, **says, **told})


def _place(name: str) -> int:
    return next(place for place, field in enumerate(FIELDS) if field.name == name)
