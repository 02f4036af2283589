"""SQLite: tables read as they stand; nothing that the file itself says is executed.

The database is opened read-only and immutable, its schema is not trusted, no extension can be loaded, and an
authorizer lets through nothing but reading columns of its tables: no view, no virtual table, no function.
"""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from yaad.intake.reading.apart.refusing import Refused

TABLES = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid"
COLUMNS = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (0, 3) ORDER BY cid"
"""Columns with a stored value; virtual ones (hidden 2) would be computed by an expression of the file."""
Cell = str | int | float | bytes | None


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{Path(path).as_uri()}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _allow(action: int, _first: str | None, second: str | None, _database: str | None, through: str | None) -> int:
    """Reading is allowed, directly from a table; a view or a trigger would come with its name in `through`."""
    reads = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) and through is None
    counts = action == sqlite3.SQLITE_FUNCTION and second == "count"
    return sqlite3.SQLITE_OK if reads or counts else sqlite3.SQLITE_DENY


def _select(columns: list[str], table: str) -> str:
    """Columns of a table; no statement can bind a name, so names are quoted as the standard says."""
    names = ['"' + name.replace('"', '""') + '"' for name in [*columns, table]]
    return " ".join(["SELECT", ", ".join(names[:-1]) or "count(*)", "FROM", names[-1], "NOT INDEXED"])


def _check_whole(path: Path) -> None:
    """The file is as long as it says, and none of its rows stand in a journal beside it.

    Raises:
        Refused: it was cut, or a program still has it open.
    """
    with path.open("rb") as file:
        head = file.read(100)
    size, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    told = head[24:28] == head[92:96]  # the number of pages is kept by every program since 2010
    if len(head) < 100 or (told and path.stat().st_size < pages * (size if size > 1 else 1 << 16)):
        raise Refused("file_broken")
    for ending in ("-wal", "-journal"):
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            raise Refused("database_open")


def about(task: dict[str, Any]) -> dict[str, Any]:
    """The tables of people, each with its rows.

    Raises:
        Refused: no database, a broken one, or one that a program still has open.
    """
    _check_whole(Path(task["path"]))
    try:
        connection = _open(task["path"])
        connection.set_authorizer(_allow)
        parts = []
        for name, sql in connection.execute(TABLES).fetchall():
            plain = not str(name).lower().startswith("sqlite_")
            if plain and not str(sql).lstrip().upper().startswith("CREATE VIRTUAL"):
                parts.append({"name": name, "shown": True, "rows": _count(connection, name)})
    except sqlite3.Error:
        raise Refused("file_broken") from None
    return {"parts": parts, "date1904": False}


def _count(connection: sqlite3.Connection, table: str) -> int:
    found = connection.execute(_select([], table)).fetchone()
    return int(found[0])


def rows(task: dict[str, Any], table: str) -> Iterator[list[str]]:
    """The names of the columns, then every row in the order it was stored."""
    connection = _open(task["path"])
    names = [str(name) for (name,) in connection.execute(COLUMNS, [table])]
    connection.set_authorizer(_allow)
    yield names
    for row in connection.execute(_select(names, table)):
        yield [shown(cell) for cell in row]


def shown(cell: Cell) -> str:
    """A value as text, exactly; a picture or another blob as its size.

    >>> shown(9007199254740993), shown(0.1), shown(1e22), shown(5.0), shown(None), shown(b"abc")
    ('9007199254740993', '0.1', '10000000000000000000000', '5.0', '', '(3 bytes)')
    """
    if cell is None:
        return ""
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f")
    return f"({len(cell)} bytes)" if isinstance(cell, bytes) else str(cell)


def recount(task: dict[str, Any]) -> int:
    """Rows of a table by the database's own count."""
    connection = _open(task["path"])
    connection.set_authorizer(_allow)
    return _count(connection, task["recount"])
