"""The engines behind one port: DuckDB on one machine, Sail (or any Spark Connect server) on many."""

import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from yaad.errors import BookError, UnknownName
from yaad.facts.engines.comparing import compare_by_thread
from yaad.facts.engines.duck import DuckEngine
from yaad.facts.engines.port import Engine
from yaad.facts.engines.standing_back import engines_stand_back, step_back
from yaad.text import Message

__all__ = ["DuckEngine", "Engine", "engine_named", "engines_stand_back", "step_back"]

compare_by_thread()


def engine_named(name: str, folders: Sequence[Path], memory_limit: str | None = None) -> Engine:
    """The engine that the user asks for.

    Args:
        name: ``duckdb``, ``sail`` or the address of a Spark Connect server, ``sc://host:port``.
        folders: the folders that it reads.
        memory_limit: of DuckDB.

    Raises:
        UnknownName: no such engine.
        BookError: nobody answers at the address.
    """
    if name == "duckdb":
        return DuckEngine(folders, memory_limit=memory_limit)
    if name == "sail" or name.startswith("sc://"):
        from yaad.facts.engines.sail import SailEngine

        if name != "sail":
            _reach(name)
        return SailEngine(None if name == "sail" else name)
    raise UnknownName("option", name, ["duckdb", "sail", "sc://host:port"])


SPARK_PORT = 15002  # of Spark Connect, when the address names none
PATIENCE = 5.0  # seconds to wait for a server's port to open


def _reach(address: str) -> None:
    """Hold that somebody listens there: the client itself would try for many minutes without a word."""
    found = urlsplit(address)
    try:
        with socket.create_connection((found.hostname or "", found.port or SPARK_PORT), PATIENCE):
            return
    except (OSError, ValueError) as error:
        raise BookError(Message("facts.no_server", {"address": address, "why": str(error)})) from None
