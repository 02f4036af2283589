"""Every table of a book and every result as CSV, XLSX and Parquet.

Tables of a book keep the names of their columns (`yaad.model.tables`), times in UTC. In CSV and XLSX the company's own
columns stand one by one after the known ones; Parquet keeps the types of the lake. A text that a spreadsheet would run
is a text: in CSV by an apostrophe before it (`yaad.show.bare` takes it away), in XLSX by its own kind of cell.
"""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from yaad.book import Book
from yaad.book.disk import appearing
from yaad.errors import InputError, UnknownName
from yaad.model import SCHEMAS
from yaad.reports.sizes import table_sizes
from yaad.reports.writing import bad_ending
from yaad.show import Result, Sheet, Table, inert, sheet_of, write_workbook
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.show.workbooks import Value

ENDINGS = ("csv", "xlsx", "parquet")
ALL = 1_000_000
BATCH = 10_000
CUSTOM = "custom"

RESULTS: dict[str, Callable[[Book], Result]] = {
    "funnel": lambda book: book.funnel(),
    "conversion": lambda book: book.conversion(),
    "dwell": lambda book: book.dwell(),
    "measures": lambda book: book.measure(*book.catalogue),
    "snapshots": lambda book: book.snapshots(),
    "stuck": lambda book: book.explain("stuck", limit=ALL),
    "deals_to_call": lambda book: book.deals_to_call(ALL),
    "doctor": lambda book: book.doctor(),
}
"""Results by the name that they are asked by."""

ORDER = {"stage_moves": ("deal", "sort_at", "seq"), "stage_visits": ("deal", "position", "visit")}


@dataclass(frozen=True)
class Written:
    """A file that was written.

    Attributes:
        path: where.
        tables: what it holds.
        rows: how many rows, heads left out.
        cut: texts that a cell of a spreadsheet could not hold whole.
    """

    path: Path
    tables: tuple[str, ...]
    rows: int
    cut: int = 0

    @property
    def said(self) -> Message:
        """What was written, in words."""
        return Message("reports.exported", {"n": self.rows, "path": str(self.path)})

    def to_dict(self) -> dict[str, object]:
        """As plain values."""
        return {"path": str(self.path), "tables": list(self.tables), "rows": self.rows, "cut": self.cut}


def export(book: Book, names: Sequence[str], out: Path, lang: str, ending: str | None = None) -> list[Written]:
    """Write tables and results of a book.

    Args:
        book: the book.
        names: tables or results; every table that has rows when empty.
        out: a file – its ending says what it is, and an XLSX holds a sheet for each table – or a folder.
        lang: the language of results, and the direction of sheets.
        ending: csv, xlsx or parquet, for a folder; csv when absent.

    Raises:
        UnknownName: there is no such table or result.
        InputError: the ending cannot be written, or one file would have to hold several tables.
    """
    for name in names:
        if name not in SCHEMAS and name not in RESULTS:
            raise UnknownName("table", name, [*SCHEMAS, *RESULTS])
    wanted = list(dict.fromkeys(names)) or filled_tables(book)
    suffix = out.suffix.lower().removeprefix(".")
    if suffix in ENDINGS and not out.is_dir():
        return [_into_one(book, wanted, out, suffix, lang)]
    if suffix and not out.is_dir():
        raise bad_ending(out, ENDINGS)
    kind = ending or ENDINGS[0]
    return [_into_one(book, [name], out / f"{name}.{kind}", kind, lang) for name in wanted]


def filled_tables(book: Book) -> list[str]:
    """The tables of a book that have rows."""
    return [name for name, rows in table_sizes(book).items() if rows]


def rows_of(book: Book, name: str) -> pa.Table:
    """The rows of a table, in an order that stays; moves and visits also with the source's id of their deal.

    Numbers and addresses of who asks not to be contacted are left out, as on every list.
    """
    facts, schema = book.facts, SCHEMAS[name]
    rows = facts.table(name).select(*schema.names)
    order = ORDER.get(name) or (str(schema.names[0]),)
    if name in ORDER:  # a book's own number of a deal says nothing outside of it
        known = facts.table("deals").select("deal", "deal_id")
        rows = rows.left_join(known, "deal").select("deal", "deal_id", *schema.names[1:])
        schema = schema.insert(1, pa.field("deal_id", pa.string()))
    return book.opt_outs.hide(facts.run(rows.order_by(*order)).cast(schema))


def _into_one(book: Book, names: Sequence[str], path: Path, ending: str, lang: str) -> Written:
    if ending != "xlsx" and len(names) > 1:
        raise InputError(Message("reports.one_table", {"path": str(path), "n": len(names)}))
    with appearing(path) as partial:
        if ending == "xlsx":
            counted = _Counted(_sheet(book, name, lang) for name in names)
            cut = write_workbook(partial, counted.sheets(), lang, streamed=True)
            return Written(path, tuple(names), counted.rows, cut)
        (name,) = names
        if name in RESULTS:
            return Written(path, (name,), write_result(RESULTS[name](book).table(lang), partial, ending))
        return Written(path, (name,), write_table(rows_of(book, name), partial, ending, lang, name))


class _Counted:
    """Sheets on their way to a workbook; their rows are counted as they pass."""

    def __init__(self, given: Iterable[Sheet]) -> None:
        self.given, self.rows = given, 0

    def sheets(self) -> Iterator[Sheet]:
        """The sheets, their rows counted."""
        for sheet in self.given:
            yield Sheet(
                sheet.name, sheet.heads, self._passing(sheet.rows), sheet.formats, sheet.notes, sheet.title, sheet.wrap
            )

    def _passing(
        self, rows: "Iterable[Sequence[Value | tuple[Value, str]]]"
    ) -> "Iterator[Sequence[Value | tuple[Value, str]]]":
        for row in rows:
            self.rows += 1
            yield row


def _sheet(book: Book, name: str, lang: str) -> Sheet:
    return (
        sheet_of(RESULTS[name](book).table(lang), name) if name in RESULTS else sheet_of_rows(rows_of(book, name), name)
    )


# ---- results ----------------------------------------------------------------------------------------------------


def write_result(table: Table, path: Path, ending: str) -> int:
    """Write a result's table to a file; how many rows it has, its total left out."""
    if ending == "csv":
        path.write_text("\ufeff" + table.to_csv(), "utf-8", newline="")
    elif ending == "parquet":
        pq.write_table(table.to_arrow(), path)
    else:
        write_workbook(path, [sheet_of(table, "yaad")], table.lang)
    return len(table.rows)


# ---- tables of a book -------------------------------------------------------------------------------------------


def write_table(rows: pa.Table, path: Path, ending: str, lang: str, name: str = "yaad") -> int:
    """Write rows of a table to a file; how many they are."""
    if ending == "parquet":
        pq.write_table(rows, path)
    elif ending == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow([inert(head) for head in heads_of(rows)])
            for row in values_of(rows):
                writer.writerow([_csv(value) for value in row])
    else:
        write_workbook(path, [sheet_of_rows(rows, name)], lang, streamed=True)
    return int(rows.num_rows)


def sheet_of_rows(rows: pa.Table, name: str) -> Sheet:
    """Rows of a table as a plain sheet."""
    return Sheet(name, heads_of(rows), values_of(rows))


def heads_of(rows: pa.Table) -> list[str]:
    """The known columns, then the company's own; ``custom.`` goes before one that has a known one's name."""
    known = [name for name in rows.column_names if name != CUSTOM]
    return known + [f"{CUSTOM}.{key}" if key in known else key for key in _own(rows)]


def _own(rows: pa.Table) -> list[str]:
    """The company's own columns, in the order in which they first appear."""
    if CUSTOM not in rows.column_names:
        return []
    found: dict[str, None] = {}
    for batch in rows.select([CUSTOM]).to_batches(BATCH):
        for pairs in batch.column(0).to_pylist():
            found |= dict.fromkeys(key for key, _ in pairs or ())
    return list(found)


def values_of(rows: pa.Table) -> "Iterator[Sequence[Value]]":
    """The values under `heads_of`, row by row, without holding them all."""
    own = _own(rows)
    known = [name for name in rows.column_names if name != CUSTOM]
    for batch in rows.to_batches(BATCH):
        columns = [batch.column(name).to_pylist() for name in known]
        if own:
            pairs = [dict(item or ()) for item in batch.column(CUSTOM).to_pylist()]
            columns += [[item.get(key) for item in pairs] for key in own]
        yield from zip(*columns, strict=True)


def _csv(value: "Value") -> str | int | float:
    """A value in CSV: texts inert, decimals without trailing zeros, times in UTC as spreadsheets read them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return value.isoformat() if isinstance(value, dt.date) else inert(str(value))
