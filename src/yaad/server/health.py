"""Whether the server can work: its database, its home, its engine; and how far the tables follow the journals."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from django.db import connection
from django.db.models import Max

from yaad.errors import BookError
from yaad.facts import engine_named
from yaad.facts.pin import read_pin
from yaad.server.checking import writable
from yaad.server.companies import home
from yaad.server.models import JournalEntry

LEAST_ROOM = 256 << 20
"""Bytes that must be free, for entries and the answers to questions."""


def ready() -> dict[str, bool]:
    """What the server needs → whether it is there; nothing is raised."""
    return {"database": _holds(_database), "home": _holds(_home), "engine": _holds(_engine)}


def lag() -> tuple[int, int]:
    """Entries that are in no table yet: of all companies together, and of the one that has most."""
    from yaad.server.acting import as_server

    with as_server():
        last = JournalEntry.objects.order_by().values_list("company").annotate(Max("seq"))
        behind = [max(0, seq - _folded(home().company(company))) for company, seq in last]
    return sum(behind), max(behind, default=0)


def _folded(root: Path) -> int:
    """The last entry that is in the tables of a book."""
    try:
        return read_pin(root).journal_seq
    except BookError:
        return 0


def _holds(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except Exception:  # noqa: BLE001 – whatever it is, it is not ready
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() is not None


def _home() -> bool:
    folder = home().folder
    return writable(folder) and shutil.disk_usage(folder).free >= LEAST_ROOM and os.access(home().companies, os.W_OK)


def _engine() -> bool:
    import pyarrow as pa

    engine = engine_named("duckdb", [])
    try:
        return bool(engine.run(engine.memtable("one", pa.table({"one": [1]}))).num_rows == 1)
    finally:
        engine.close()
