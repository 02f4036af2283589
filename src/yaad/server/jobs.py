"""Long work: submit it, ask how far it is, cancel it. Each job runs in a child process; its row tells its progress.

The port is these three functions. Behind it stands one SQLite file and a process a job (see the decision on jobs); a
queue with workers can take their place without a change in the faces. Whatever a process leaves in its own folder of
temporary files goes when it has ended, however it ended; what the jobs of a killed server left goes at the next start.

On a server of companies a job that waited or was interrupted when the server ended goes on when it starts again. Each
is whole or not at all, so that beginning it anew does nothing twice.
"""

import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from yaad.book.disk import OF_A_JOB, told_when_full
from yaad.errors import UnknownName
from yaad.server import fork_server
from yaad.server.fork_server import TEMPORARY, Forked
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.turns import Turns
from yaad.server.writers import has_written

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
    pid INTEGER,
    started TEXT,
    folder TEXT,
    company TEXT NOT NULL DEFAULT '',
    account INTEGER,
    begun INTEGER NOT NULL DEFAULT 0
)
"""
ADDED = {
    "phase": "TEXT NOT NULL DEFAULT ''",
    "folder": "TEXT",
    "company": "TEXT NOT NULL DEFAULT ''",
    "account": "INTEGER",
    "begun": "INTEGER NOT NULL DEFAULT 0",
    "started": "TEXT",
}
"""Columns that older servers did not know."""
NEW = """
INSERT INTO job (id, task, arguments, state, company, account) VALUES (?, ?, ?, ?, ?, ?)
"""
LATEST = "SELECT id FROM job WHERE task = ? AND (? IS NULL OR arguments = ?) ORDER BY rowid DESC LIMIT 1"
WAITING = "SELECT id, company FROM job WHERE state = ? AND pid IS NULL ORDER BY rowid"
BEGIN = "UPDATE job SET folder = ?, begun = begun + 1 WHERE id = ?"
ANEW = "UPDATE job SET state = ?, pid = NULL, done = 0, total = NULL, phase = '' WHERE id = ?"
FAILS = "UPDATE job SET state = ?, error = '{}' WHERE id = ? AND state IN (?, ?)"
MOST_BEGINNINGS = 2
"""A job whose process was gone so often when the server came back is not begun again: it may be what ended it."""
PATIENCE = 5.0
"""Seconds that a process has to end by itself."""

Json = Any  # arguments, results and errors are plain JSON values of any kind
Process = subprocess.Popen[bytes] | Forked
"""Of a job."""


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
        account: for whom it works; None where one book is served.
    """

    id: str
    state: State
    done: int = 0
    total: int | None = None
    phase: str = ""
    result: Json = None
    error: dict[str, str] | None = None
    account: int | None = None

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


@dataclass(frozen=True)
class _Child:
    """The process of a job, and the thread that tidies up after it."""

    process: Process
    tidying: threading.Thread


class Jobs:
    """The jobs of one server.

    Args:
        path: the database's file.
        turns: the line in which jobs wait; None: each begins at once.
    """

    def __init__(self, path: Path, turns: Turns | None = None) -> None:
        self.path = path
        self._turns = turns
        self._children: dict[str, _Child] = {}
        self._ending: set[str] = set()
        self._for: dict[str, tuple[str, int | None]] = {}
        self._lock = threading.Lock()
        with connect(path) as db:
            known = {column[1] for column in db.execute("PRAGMA table_info(job)")}
            for name, kind in ADDED.items():
                if name not in known:
                    db.execute(f"ALTER TABLE job ADD COLUMN {name} {kind}")
            self._sweep(db)
            left = _left(db) if turns is not None else []
        for job, company in left:
            self._line_up(job, company)

    def submit(self, task: str, arguments: dict[str, Json]) -> str:
        """Start a job on behalf of who asks, and return its id; the child asks anew what they may see.

        Raises:
            UnknownName: no face registered such a task.
        """
        if task not in _tasks:
            raise UnknownName("option", task, _tasks)
        job = secrets.token_hex(8)
        company, account = self._for[job] = _behalf()
        with connect(self.path) as db:
            db.execute(NEW, (job, _tasks[task], json.dumps(arguments), State.WAITING, company, account))
        if self._turns is None:
            self._begin(job)
        else:
            self._line_up(job, company)
        return job

    def _line_up(self, job: str, company: str) -> None:
        assert self._turns is not None
        self._turns.enter(company, job, lambda: self._begin(job))

    def _begin(self, job: str) -> None:
        """Start the process of a job; a job that finds no room is over.

        Raises:
            BookError: the disk is full.
        """
        folder = None
        try:
            with told_when_full(Path(tempfile.gettempdir())):
                folder = tempfile.mkdtemp(prefix=OF_A_JOB)
            with connect(self.path) as db:
                db.execute(BEGIN, (folder, job))
            self._spawn(job, folder)
        except BaseException:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            with suppress(Exception), connect(self.path) as db:  # what went wrong is told, not that this did too
                db.execute("UPDATE job SET state = ?, error = '{}' WHERE id = ?", (State.FAILED, job))
            raise

    def _spawn(self, job: str, folder: str) -> None:
        variables = os.environ | dict.fromkeys(TEMPORARY, folder)
        process = fork_server.begin(self.path, job, variables) or _new(self.path, job, variables)
        tidying = threading.Thread(target=_tidy, args=(process, folder, lambda: self._gone(job)), daemon=True)
        with self._lock:
            self._children[job] = _Child(process, tidying)
        tidying.start()

    def _gone(self, job: str) -> None:
        """The process of a job has ended: one that did not come to its end, and that nobody ended, has failed."""
        with self._lock:
            was_ended = job in self._ending
        self._landed(job)
        try:
            if not was_ended:
                with suppress(Exception), connect(self.path) as db:  # who asks after it finds the same
                    db.execute(FAILS, (State.FAILED, job, State.WAITING, State.RUNNING))
        finally:
            with self._lock:
                self._children.pop(job, None)  # with it goes its handle, which is an open file
            if self._turns is not None:
                self._turns.leave()

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
        if found.state.final:
            self._landed(job)
        return found

    def _landed(self, job: str) -> None:
        """Who began a job sees what it did from now on, once."""
        behalf = self._for.pop(job, None)
        if behalf is not None:
            has_written(*behalf)

    def of_mine(self, job: str) -> Job:
        """A job that works for who asks; who has a say about people, as an owner, may ask after everybody's.

        Raises:
            UnknownName: there is none, or it works for somebody else: the two are told alike.
        """
        found = self.progress(job)
        if not is_mine(found):
            raise UnknownName("option", job, [])
        return found

    def latest(self, task: str, arguments: dict[str, Json] | None = None) -> Job | None:
        """The last job that was submitted of this task; None while there was none.

        Args:
            task: its name.
            arguments: that it was submitted with; any where nothing is said.
        """
        told = None if arguments is None else json.dumps(arguments)
        with connect(self.path) as db:
            row = db.execute(LATEST, (_tasks.get(task, ""), told, told)).fetchone()
        return self.progress(row[0]) if row else None

    def arguments(self, job: str, task: str) -> dict[str, Json] | None:
        """What a job of this task was begun with; None where it is not one."""
        with connect(self.path) as db:
            told = "SELECT arguments FROM job WHERE id = ? AND task = ?"
            row = db.execute(told, (job, _tasks.get(task, ""))).fetchone()
        return json.loads(row[0]) if row else None

    def cancel(self, job: str) -> None:
        """Stop a job: its process is told to end, and ended by force when it does not within a few seconds."""
        if self._turns is not None:
            self._turns.withdraw(job)
        self._end(job)
        with connect(self.path) as db:
            db.execute(
                "UPDATE job SET state = ? WHERE id = ? AND state IN (?, ?)",
                (State.CANCELLED, job, State.WAITING, State.RUNNING),
            )

    @property
    def at_work(self) -> bool:
        """Whether a job runs or stands in line."""
        with self._lock:
            children = list(self._children.values())
        if any(child.tidying.is_alive() for child in children):
            return True
        with connect(self.path) as db:
            waiting = db.execute(WAITING, (State.WAITING,)).fetchall()
        return self._turns is not None and any(self._turns.holds(job) for job, _ in waiting)

    def close(self) -> None:
        """End all that still runs. On a server of companies it goes on when the server does, as what waits."""
        with self._lock:
            children = list(self._children)
        for job in children:
            if self._turns is None:
                self.cancel(job)
            elif not self._read(job).state.final:
                self._interrupt(job)

    def _interrupt(self, job: str) -> None:
        """End a job for now; one that comes to its end meanwhile is done."""
        self._end(job)
        with connect(self.path) as db:
            mine = "SELECT 1 FROM job WHERE id = ? AND state IN (?, ?, ?)"
            if db.execute(mine, (job, State.WAITING, State.RUNNING, State.CANCELLED)).fetchone():
                db.execute(ANEW, (State.WAITING, job))
                db.execute("UPDATE job SET begun = begun - 1 WHERE id = ?", (job,))  # it has not broken off by itself
        with self._lock:
            self._children.pop(job, None)

    def _end(self, job: str) -> None:
        """End the process of a job, where there is one; also one that has outlived the server which began it."""
        with self._lock:
            child = self._children.get(job)
            self._ending.add(job)
        if child is not None:
            _end(child.process)
            child.tidying.join()
            return
        with connect(self.path) as db:
            told = "SELECT pid, started FROM job WHERE id = ? AND state = ? AND pid IS NOT NULL"
            row = db.execute(told, (job, State.RUNNING)).fetchone()
        if row is not None:
            pid, at = row
            _end_foreign(pid, at, job)

    def _has_ended(self, job: str) -> bool:
        """Whether the job's process is gone; one that another server started is looked up by its number."""
        if self._turns is not None and self._turns.holds(job):
            return False
        with self._lock:
            child = self._children.get(job)
        if child is not None:
            return child.process.poll() is not None
        with connect(self.path) as db:
            row = db.execute("SELECT pid, started, state FROM job WHERE id = ?", (job,)).fetchone()
        if row is None:
            return True
        pid, started, state = row
        if pid is None:  # while it waits, another server has it in its line, or its process has not come so far
            return State(state) is not State.WAITING
        return not _is_alive(pid, started, job)

    def _sweep(self, db: sqlite3.Connection) -> None:
        """Remove what the jobs of a server that was killed have left; one whose process still runs keeps its folder."""
        rows = db.execute("SELECT id, pid, started, folder FROM job WHERE folder IS NOT NULL").fetchall()
        for job, pid, started, folder in rows:
            if pid is None or not _is_alive(pid, started, job):
                if Path(folder).name.startswith(OF_A_JOB):
                    shutil.rmtree(folder, ignore_errors=True)
                db.execute("UPDATE job SET folder = NULL WHERE id = ?", (job,))

    def _read(self, job: str) -> Job:
        with connect(self.path) as db:
            told = "SELECT state, done, total, phase, result, error, account FROM job WHERE id = ?"
            row = db.execute(told, (job,)).fetchone()
        if row is None:
            raise UnknownName("option", job, [])
        state, done, total, phase, result, error, account = row
        outcome, why = (json.loads(text) if text else None for text in (result, error))
        return Job(job, State(state), done, total, phase, outcome, why, account)


def is_mine(found: Job) -> bool:
    """Whether who asks has the say over a job: it works for them, or they have a say about people, as an owner."""
    access = current()
    return found.account == access.account or access.may(Capability.PEOPLE)


def has_left(path: Path) -> bool:
    """Whether a database of jobs, where there is one, holds some that have not come to their end."""
    if not path.is_file():
        return False
    with connect(path) as db:
        told = "SELECT 1 FROM job WHERE state IN (?, ?) LIMIT 1"
        return db.execute(told, (State.WAITING, State.RUNNING)).fetchone() is not None


def _left(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Jobs that a server which ended has not come to, or in which it was interrupted, and their companies."""
    running = db.execute("SELECT id, pid, started, begun FROM job WHERE state = ?", (State.RUNNING,)).fetchall()
    for job, pid, started, begun in running:
        if pid is not None and _is_alive(pid, started, job):
            continue  # its process has outlived the server
        if begun < MOST_BEGINNINGS:
            db.execute(ANEW, (State.WAITING, job))
        else:
            db.execute("UPDATE job SET state = ?, error = '{}' WHERE id = ?", (State.FAILED, job))
    return db.execute(WAITING, (State.WAITING,)).fetchall()


def _behalf() -> tuple[str, int | None]:
    """The company and the account that a job is begun for; neither where one book is served."""
    try:
        access = current()
    except LookupError:
        return "", None
    return access.company, access.account


def _new(database: Path, job: str, variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """The process of a job that is an interpreter of its own."""
    command = [sys.executable, "-m", "yaad.server.worker", str(database), job]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no text of a user
        command, stdin=subprocess.DEVNULL, start_new_session=True, env=variables
    )


def _end(process: Process) -> None:
    """Tell a process to end; end it by force when it does not within a few seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _end_foreign(pid: int, at: str | None, job: str) -> None:
    """The same for the process of a job that is no child of ours."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + PATIENCE
        while _is_alive(pid, at, job) and time.monotonic() < until:
            with suppress(ProcessLookupError):
                os.killpg(pid, sent)
            time.sleep(0.1)


def _tidy(process: Process, folder: str, gone: Callable[[], None]) -> None:
    """Once a process has ended, end what it had begun and left behind, remove its temporary files, and say so."""
    process.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
    gone()


def started(pid: int) -> str | None:
    """When a process that works began, in the system's own count; None where it works no more.

    One that has ended and that nobody has asked after yet does not work. A system that keeps no such count says nothing
    of processes that work: an empty text.
    """
    if not Path("/proc").is_dir():
        try:
            os.kill(pid, 0)
        except OSError:
            return None
        return ""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    state, *numbers = told.rpartition(")")[2].split()
    return None if state == "Z" else numbers[18]


def _is_alive(pid: int, at: str | None, job: str) -> bool:
    """Whether a process still works at its job.

    Numbers of processes come again, after a start of the machine above all: it must have begun when the job's did. An
    older server did not write that down; its process has the job in its command line.
    """
    if at is not None:
        return started(pid) == at
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return job.encode() in words
