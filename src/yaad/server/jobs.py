"""Long work: submit it, ask how far it is, cancel it. Each job runs in a child process; its row tells its progress.

The port is these three functions. Behind it stands one SQLite file and a process a job (see the decision on jobs); a
queue with workers can take their place without a change in the faces.
"""

import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from yaad.book.disk import told_when_full
from yaad.errors import UnknownName

TABLE = """
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY,
    task TEXT NOT NULL,
    arguments TEXT NOT NULL,
    state TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER,
    phase TEXT NOT NULL DEFAULT '',
    result TEXT,
    error TEXT,
    pid INTEGER
)
"""

Json = Any  # arguments, results and errors are plain JSON values of any kind


class State(StrEnum):
    """Where a job stands; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return self in (State.DONE, State.FAILED, State.CANCELLED)


@dataclass(frozen=True)
class Job:
    """A job as it is now.

    Attributes:
        id: its name.
        state: where it stands.
        done, total: how much of it is done, of how much; `total` is None while unknown.
        phase: the part of the work in which it is, by the task's own name for it; empty where it has none.
        result: what the task returned.
        error: language → what went wrong, in words; empty when the process itself broke.
    """

    id: str
    state: State
    done: int = 0
    total: int | None = None
    phase: str = ""
    result: Json = None
    error: dict[str, str] | None = None

    @property
    def part(self) -> int | None:
        """How much is done in percent; None while unknown."""
        return min(100, 100 * self.done // self.total) if self.total else None


_tasks: dict[str, str] = {}


def register(name: str, function: str) -> None:
    """Give a task its name; a face does this for each of its jobs.

    Args:
        name: such as ``import``.
        function: ``package.module:function`` of a function ``(arguments, report) -> JSON``.
    """
    _tasks[name] = function


@contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """The database of jobs, inside one transaction that is committed at the end.

    Raises:
        BookError: the disk is full.
    """
    with (
        told_when_full(path.parent),
        closing(sqlite3.connect(path, timeout=20, isolation_level="IMMEDIATE")) as connection,
        connection,
    ):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(TABLE)
        yield connection


class Jobs:
    """The jobs of one server.

    Args:
        path: the database's file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        with connect(path) as db:
            if "phase" not in {column[1] for column in db.execute("PRAGMA table_info(job)")}:
                db.execute("ALTER TABLE job ADD COLUMN phase TEXT NOT NULL DEFAULT ''")  # older servers knew none

    def submit(self, task: str, arguments: dict[str, Json]) -> str:
        """Start a job and return its id.

        Raises:
            UnknownName: no face registered such a task.
        """
        if task not in _tasks:
            raise UnknownName("option", task, _tasks)
        job = secrets.token_hex(8)
        with connect(self.path) as db:
            row = (job, _tasks[task], json.dumps(arguments), State.WAITING)
            db.execute("INSERT INTO job (id, task, arguments, state) VALUES (?, ?, ?, ?)", row)
        command = [sys.executable, "-m", "yaad.server.worker", str(self.path), job]
        with self._lock:
            self._children[job] = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no text of a user
                command, stdin=subprocess.DEVNULL, start_new_session=True
            )
        return job

    def progress(self, job: str) -> Job:
        """How far a job is.

        Raises:
            UnknownName: there is no such job.
        """
        ended = self._has_ended(job)
        found = self._read(job)
        if ended and not found.state.final:
            with connect(self.path) as db:
                db.execute("UPDATE job SET state = ?, error = '{}' WHERE id = ?", (State.FAILED, job))
            found = self._read(job)
        return found

    def cancel(self, job: str) -> None:
        """Stop a job: its process is told to end, and ended by force when it does not within a few seconds."""
        with self._lock:
            child = self._children.get(job)
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        with connect(self.path) as db:
            db.execute(
                "UPDATE job SET state = ? WHERE id = ? AND state IN (?, ?)",
                (State.CANCELLED, job, State.WAITING, State.RUNNING),
            )

    def close(self) -> None:
        """End all that still runs."""
        for job in list(self._children):
            self.cancel(job)

    def _has_ended(self, job: str) -> bool:
        """Whether the job's process is gone; one that another server started is looked up by its number."""
        with self._lock:
            child = self._children.get(job)
        if child is not None:
            return child.poll() is not None
        with connect(self.path) as db:
            row = db.execute("SELECT pid FROM job WHERE id = ?", (job,)).fetchone()
        return row is None or row[0] is None or not _is_alive(row[0])

    def _read(self, job: str) -> Job:
        with connect(self.path) as db:
            row = db.execute("SELECT state, done, total, phase, result, error FROM job WHERE id = ?", (job,)).fetchone()
        if row is None:
            raise UnknownName("option", job, [])
        state, done, total, phase, result, error = row
        loaded = [json.loads(text) if text else None for text in (result, error)]
        return Job(job, State(state), done, total, phase, *loaded)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
