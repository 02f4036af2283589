"""The tables of the lake at one moment, as an engine reads them: each is opened when it is first asked for."""

import threading
from collections.abc import Iterator, Mapping

import ibis.expr.types as ir

from yaad.facts.engines.port import Engine
from yaad.facts.lake import TABLES, Lake
from yaad.facts.pin import Pin


class InLake(Mapping[str, ir.Table]):
    """Table → its rows. Several threads may ask at once.

    Args:
        lake: of the book.
        engine: that reads it.
        pin: the moment.
    """

    def __init__(self, lake: Lake, engine: Engine, pin: Pin) -> None:
        self._lake, self._engine, self._pin = lake, engine, pin
        self._opened: dict[str, ir.Table] = {}
        self._lock = threading.Lock()

    def __getitem__(self, table: str) -> ir.Table:
        schema = TABLES[table]
        with self._lock:
            if table not in self._opened:
                files = self._lake.files(table, self._pin)
                self._opened[table] = self._engine.read(f"lake_{table}", files, schema)
            return self._opened[table]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)
