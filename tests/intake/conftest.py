"""Small made-up files for the tests of the intake."""

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import pytest
import xlwt

from yaad.intake.files import open_source
from yaad.intake.reading import Grid, Hints, read

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """``write("deals.csv", "id,stage\\n…")``: a file of text (in an encoding) or of bytes."""

    def make(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


@pytest.fixture
def grid(write: Write) -> Callable[..., Grid]:
    """``grid(text)``: a small file as its reader gives it."""

    def make(content: str | bytes, written: str = "utf-8", name: str = "deals.csv", **hints: object) -> Grid:
        return read(open_source(write(name, content, written)), Hints(**hints))

    return make


@pytest.fixture(scope="session")
def rows_of() -> Callable[[Grid], list[tuple[str, ...]]]:
    """``rows_of(grid)``: the records of a grid as tuples."""

    def tell(grid: Grid) -> list[tuple[str, ...]]:
        return list(zip(*(column.to_pylist() for column in grid.columns.values()), strict=True))

    return tell


# --- one table written in every format that can be read -------------------------------------------------------------

Row = list[str]
ODS_KIND = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def csv_text(rows: list[Row], delimiter: str = ",", end: str = "\n") -> str:
    """A table as text; every cell quoted where some cell holds a lone return."""
    out = io.StringIO(newline="")
    lone = any("\r" in cell for row in rows for cell in row)
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if lone else csv.QUOTE_MINIMAL
    )
    writer.writerows(rows)
    return out.getvalue()


def write_xlsx(path: Path, rows: list[Row], sheets: dict[str, list[Row]] | None = None) -> None:
    """A workbook of texts."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in (sheets or {"Sheet": rows}).items():
        sheet = book.create_sheet(name)
        for r, row in enumerate(cells, start=1):
            for c, cell in enumerate(row, start=1):
                if cell:
                    sheet.cell(r, c, cell).data_type = "s"
    book.save(path)


def write_xls(path: Path, rows: list[Row]) -> None:
    """A workbook of old Excel, of texts."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell:
                sheet.write(r, c, cell)
    book.save(str(path))


def ods_cell(cell: str) -> str:
    """A cell of text; an empty one."""
    if not cell:
        return "<table:table-cell/>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in cell.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def ods_table(name: str, rows: str, style: str = "shown") -> str:
    """A sheet."""
    return f'<table:table table:name={quoteattr(name)} table:style-name="{style}">{rows}</table:table>'


def write_ods(
    path: Path, rows: list[Row] | None = None, tables: str = "", manifest: str = MANIFEST, styles: str = ""
) -> None:
    """A LibreOffice workbook of texts, or of tables as given; `styles` are those of its content."""
    inner = "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows or [])
    hidden = '<style:style style:name="hidden"><style:table-properties table:display="false"/></style:style>'
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES}>'
        f"<office:automatic-styles>{hidden}{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables or ods_table('Sheet', inner)}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS_KIND)
        archive.writestr("content.xml", text)
        archive.writestr("META-INF/manifest.xml", manifest)


def write_json(path: Path, rows: list[Row], *, lines: bool) -> None:
    """Records, one a line or in a list."""
    records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    parts = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(parts) + "\n" if lines else "[" + ",\n".join(parts) + "]", "utf-8")


def write_sqlite(path: Path, rows: list[Row], table: str = "deals") -> None:
    """A database with one table of texts."""
    names = ", ".join('"' + name.replace('"', '""') + '" TEXT' for name in rows[0])
    connection = sqlite3.connect(path)
    connection.execute(f'CREATE TABLE "{table}" ({names})')
    connection.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(rows[0]))})', rows[1:])
    connection.commit()
    connection.close()


def write_table(path: Path, rows: list[Row]) -> Path:
    """A table in the format that the path's ending names."""
    ending = path.suffix
    if ending == ".xlsx":
        write_xlsx(path, rows)
    elif ending == ".xls":
        write_xls(path, rows)
    elif ending == ".ods":
        write_ods(path, rows)
    elif ending in (".json", ".jsonl"):
        write_json(path, rows, lines=ending == ".jsonl")
    elif ending == ".sqlite":
        write_sqlite(path, rows)
    elif ending == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("deals.csv", csv_text(rows))
    else:
        path.write_bytes(csv_text(rows, "\t" if ending == ".tsv" else ",").encode())
    return path


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The writers above, by their names."""
    return SimpleNamespace(
        csv_text=csv_text,
        xlsx=write_xlsx,
        xls=write_xls,
        ods=write_ods,
        ods_table=ods_table,
        ods_cell=ods_cell,
        ods_spaces=SPACES,
        json=write_json,
        sqlite=write_sqlite,
        table=write_table,
    )
