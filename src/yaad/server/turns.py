"""Whose job is next: so many run at once over all companies, and the companies take turns."""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

log = logging.getLogger("yaad.jobs")


@dataclass(frozen=True)
class _Waiting:
    """A job in the line."""

    job: str
    begin: Callable[[], None]


@dataclass
class Turns:
    """The line of jobs.

    A company that sends many jobs waits for them itself; the next one's first job does not stand behind them all.

    Attributes:
        at_once: how many run at once.
    """

    at_once: int
    _running: int = 0
    _closed: bool = False
    _held: int = 0
    _beginning: set[str] = field(default_factory=set)
    _lines: OrderedDict[str, deque[_Waiting]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def running(self) -> int:
        """How many run."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return sum(len(line) for line in self._lines.values())

    def enter(self, company: str, job: str, begin: Callable[[], None]) -> None:
        """Stand in line.

        Args:
            company: whose job it is.
            job: its name.
            begin: starts it; `leave` is called once it has ended. When it raises, it has ended already.
        """
        with self._lock:
            self._lines.setdefault(company, deque()).append(_Waiting(job, begin))
        self._go()

    def leave(self) -> None:
        """A job has ended."""
        with self._lock:
            self._running -= 1
        self._go()

    def withdraw(self, job: str) -> bool:
        """Take a job out of the line; false when it does not stand there (any more)."""
        with self._lock:
            for company, line in self._lines.items():
                for one in line:
                    if one.job == job:
                        line.remove(one)
                        if not line:
                            del self._lines[company]
                        return True
        return False

    def holds(self, job: str) -> bool:
        """Whether a job stands in line, or is about to begin."""
        with self._lock:
            return job in self._beginning or any(one.job == job for line in self._lines.values() for one in line)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Begin nothing meanwhile: all who come stand in line before the first one's turn."""
        with self._lock:
            self._held += 1
        try:
            yield
        finally:
            with self._lock:
                self._held -= 1
            self._go()

    def close(self) -> None:
        """Begin nothing any more."""
        with self._lock:
            self._closed = True
            self._lines.clear()

    def _next(self) -> _Waiting | None:
        with self._lock:
            if self._closed or self._held or self._running >= self.at_once or not self._lines:
                return None
            company, line = self._lines.popitem(last=False)
            one = line.popleft()
            if line:
                self._lines[company] = line  # behind the other companies
            self._running += 1
            self._beginning.add(one.job)
            return one

    def _go(self) -> None:
        while (one := self._next()) is not None:
            try:
                one.begin()
            except Exception:  # whoever stands behind it is not to blame for it
                log.exception("a job could not begin")
                with self._lock:
                    self._running -= 1
            finally:
                with self._lock:
                    self._beginning.discard(one.job)
