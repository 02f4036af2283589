"""Data that somebody takes out of a company as a file leave a line in its audit log: who, which, how large."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from yaad.book import Book
from yaad.reports import rows_of, write_result, write_table
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.show import Table

FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "bin": "application/octet-stream",
}
"""Ending of a file → its kind, as an answer names it."""
SANDBOX = "default-src 'none'; sandbox"


def download(content: bytes, kind: str, name: str, noted: str = "") -> HttpResponse:
    """A file that a browser keeps and never shows as a page of ours; the audit log tells that it was taken out.

    Args:
        content: of the file.
        kind: of it, as an answer names it.
        name: of the file.
        noted: what the log calls it; its name when absent.
    """
    note(noted or name, len(content))
    return inert(content, kind, name)


def inert(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file that a browser keeps and never shows as a page of ours."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Content-Security-Policy"] = SANDBOX
    return response


def note(name: str, size: int) -> None:
    """Write the line, before the file goes out; one's own book has no such log.

    Args:
        name: of the file.
        size: its bytes.
    """
    access = current()
    if not access.company:
        return
    from yaad.server import audit

    audit.record(access.company, access.account, "export.made", f"file:{name}", {"bytes": size})


def table_as_file(table: str, ending: str, lang: str) -> bytes:
    """A table of the book, whole. It is not kept: it may be large, and is asked for seldom.

    Args:
        table: a name in `yaad.model.SCHEMAS`.
        ending: ``csv``, ``xlsx`` or ``parquet``.
        lang: the direction of sheets.
    """

    def written(book: Book) -> bytes:
        with TemporaryDirectory(prefix="yaad-table-") as folder:
            path = Path(folder) / "table"
            write_table(rows_of(book, table), path, ending, lang, table)
            return path.read_bytes()

    return opened().shelf.once(written)


def result_as_file(table: Table, ending: str) -> bytes:
    """A result's table as a file of this ending."""
    with TemporaryDirectory(prefix="yaad-file-") as folder:
        path = Path(folder) / "table"
        write_result(table, path, ending)
        return path.read_bytes()
