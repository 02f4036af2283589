"""The child process of a job: ``python -m yaad.server.worker DATABASE JOB``."""

import importlib
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from yaad.errors import YaadError
from yaad.server import logs, stop
from yaad.server.jobs import Json, State, connect, started
from yaad.server.scoping import Access, local, on_behalf_of, scope
from yaad.text import LANGUAGES

if TYPE_CHECKING:
    from yaad.server.running import Running

log = logging.getLogger("yaad.jobs")

TAKE = "UPDATE job SET state = ?, pid = ?, started = ? WHERE id = ? AND state = ? AND pid IS NULL"
BROKEN = 1
"""The exit code of a job that broke; why stands in a line of the log."""
EVERY = 0.2  # seconds between two writes of the progress
BEHIND_PAGES = 10  # steps of the system's own priority, of 19
BEHIND_JOBS = 9  # further steps
UNASKED = frozenset({"yaad.server.tasks:compute"})
"""Tasks that pages begin by themselves: they take what imports and reports, which people wait for, leave free."""


class Report(Protocol):
    """What a task calls with how much is done, of how much (None while unknown), and in which phase of its work."""

    def __call__(self, done: int, total: int | None = None, phase: str = "", /) -> None:
        """Tell it."""
        ...


def _stop(_signal: int, _frame: object) -> None:
    stop.asked.set()
    raise stop.Stopped


def reporter(database: Path, job: str) -> Report:
    """A function that writes the progress into the job's row, at most every `EVERY` seconds."""
    last, before = 0.0, ""

    def report(done: int, total: int | None = None, phase: str = "", /) -> None:
        nonlocal last, before
        if time.monotonic() - last < EVERY and done != total and phase == before:
            return
        last, before = time.monotonic(), phase
        with connect(database) as db:
            db.execute("UPDATE job SET done = ?, total = ?, phase = ? WHERE id = ?", (done, total, phase, job))

    return report


def _finish(database: Path, job: str, state: State, **columns: Json) -> None:
    result, error = (json.dumps(columns[name]) if name in columns else None for name in ("result", "error"))
    with connect(database) as db:
        db.execute(
            "UPDATE job SET state = ?, result = ?, error = ? WHERE id = ? AND state = ?",
            (state, result, error, job, State.RUNNING),
        )


def _start(database: Path, job: str) -> tuple[str, Json, str, int | None] | None:
    """Take the job; its task's dotted name, its arguments, the company and the account that it is done for.

    None: it was stopped meanwhile, or another process has taken it.
    """
    with connect(database) as db:
        pid = os.getpid()
        mine = db.execute(TAKE, (State.RUNNING, pid, started(pid), job, State.WAITING)).rowcount
        if not mine:
            return None
        row = db.execute("SELECT task, arguments, company, account FROM job WHERE id = ?", (job,)).fetchone()
    task, arguments, company, account = row
    return str(task), json.loads(arguments), str(company), account


def _access(company: str, account: int | None) -> Access:
    """What the account may see now, however long the job has waited.

    A job of a company and of no account is the server keeper's own.

    Raises:
        NoSuchCompany: the account has no part in the company any more.
    """
    if not company:
        return local()
    from yaad.server.home import Home
    from yaad.server.running import Running
    from yaad.server.settings import configure_server

    limit(Running.from_environment(os.environ))
    configure_server(Home.from_environment(os.environ))
    if account is None:
        from yaad.server.acting import as_server
        from yaad.server.keeper import keeper_of  # reads tables, which Django must know first

        with as_server():
            return keeper_of(company)
    return scope(account, company)


def limit(running: "Running") -> None:
    """Take a ceiling of memory and of processor time, where the system has them; what is mapped from files is free.

    Who waits for a page goes first: a job takes the processors while pages leave them free.
    """
    try:
        import resource
    except ImportError:  # Windows has none
        return
    os.nice(BEHIND_PAGES)
    resource.setrlimit(resource.RLIMIT_DATA, (running.job_memory, running.job_memory))
    resource.setrlimit(resource.RLIMIT_CPU, (running.job_seconds, running.job_seconds + 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def stand_back(task: str) -> None:
    """Go behind the jobs that people wait for, where this is none of them."""
    if task in UNASKED:
        os.nice(BEHIND_JOBS)


def main(database: Path, job: str) -> int:
    """Run one job to its end and write how it ended."""
    signal.signal(signal.SIGTERM, _stop)
    company = ""
    try:
        taken = _start(database, job)
        if taken is None:
            return 0
        task, arguments, company, account = taken
        module, _, function = task.partition(":")
        stand_back(task)
        with on_behalf_of(_access(company, account)):
            result = getattr(importlib.import_module(module), function)(arguments, reporter(database, job))
        _finish(database, job, State.DONE, result=result)
    except BaseException as error:
        if stop.asked.is_set():  # whatever it has become on its way out: an engine makes an error of its own of it
            _finish(database, job, State.CANCELLED)
        elif isinstance(error, YaadError):
            _finish(database, job, State.FAILED, error={lang: error.say(lang) for lang in LANGUAGES})
        else:
            _finish(database, job, State.FAILED, error={})
            logs.to_terminal()
            log.exception("a job broke", extra={"job": job, "company": company or None})
            return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
