"""What a server holds, in one digest: two homes with the same digest hold the same accounts, entries and rows."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections

from yaad.server.home import Home

PASSING = frozenset({"server_session", "django_session", "django_content_type", "auth_permission", "sqlite_sequence"})
"""Tables that say nothing of what is kept: who is signed in just now, and what is made by itself."""


def tables(using: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    """Table of the database → SHA-256 of its rows in the order of their keys, whatever this version knows of them.

    Args:
        using: the connection.
    """
    return {name: _of_lines(_rows(name, using)) for name in _names(using)}


def counts(using: str = DEFAULT_DB_ALIAS) -> dict[str, int]:
    """Table of the database → how many rows it has."""
    return {name: sum(1 for _row in _rows(name, using)) for name in _names(using)}


def _names(using: str) -> list[str]:
    connection = connections[using]
    return sorted(set(connection.introspection.table_names()) - PASSING)


def _rows(table: str, using: str) -> Iterator[str]:
    """The rows of a table, a line each."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(" ".join(("SELECT * FROM", connection.ops.quote_name(table), "ORDER BY 1")))
        while rows := cursor.fetchmany(2000):
            yield from map(_plain, rows)


def books(home: Home) -> dict[str, str]:
    """``company/table`` of every book → SHA-256 of its rows as everybody sees them, in their order by themselves."""
    from yaad.book import Book
    from yaad.facts.pin import NAME
    from yaad.reports.exports import filled_tables, rows_of

    found = {}
    for folder in sorted(path.parent for path in home.companies.glob(f"*/{NAME}")):
        book = Book.open(folder)
        try:
            for name in filled_tables(book):
                found[f"{folder.name}/{name}"] = _of_lines(
                    sorted(_plain(row) for row in rows_of(book, name).to_pylist())
                )
        finally:
            book.close()
    return found


def digest(home: Home, using: str = DEFAULT_DB_ALIAS) -> str:
    """SHA-256 of all of it, in hex."""
    return _of_lines(json.dumps(one, sort_keys=True) for one in (tables(using), books(home)))


def of_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(row: object) -> str:
    return json.dumps(row, sort_keys=True, default=str, ensure_ascii=False)


def _of_lines(lines: Iterable[str]) -> str:
    found = hashlib.sha256()
    for line in lines:
        found.update(line.encode())
        found.update(b"\n")
    return found.hexdigest()
