"""The engines behind one port: DuckDB on one machine, Sail (or any Spark Connect server) on many."""

from collections.abc import Sequence
from pathlib import Path

from yaad.errors import UnknownName
from yaad.facts.engines.duck import DuckEngine
from yaad.facts.engines.port import Engine

__all__ = ["DuckEngine", "Engine", "engine_named"]


def engine_named(name: str, folders: Sequence[Path], memory_limit: str | None = None) -> Engine:
    """The engine that the user asks for.

    Args:
        name: ``duckdb``, ``sail`` or the address of a Spark Connect server, ``sc://host:port``.
        folders: the folders that it reads.
        memory_limit: of DuckDB.

    Raises:
        UnknownName: no such engine.
    """
    if name == "duckdb":
        return DuckEngine(folders, memory_limit=memory_limit)
    if name == "sail" or name.startswith("sc://"):
        from yaad.facts.engines.sail import SailEngine

        return SailEngine(None if name == "sail" else name)
    raise UnknownName("option", name, ["duckdb", "sail", "sc://host:port"])
