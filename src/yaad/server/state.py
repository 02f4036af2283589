"""What a running server holds of each book: its shelf, its jobs, its uploads; asked by the views, whoever is served."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from yaad.facts.engines import engines_stand_back
from yaad.server.beside import BEHIND_REQUESTS
from yaad.server.jobs import Jobs, has_left
from yaad.server.place import Place
from yaad.server.running import Running, usual_questions
from yaad.server.scoping import Access, current
from yaad.server.shelf import Places, Shelf
from yaad.server.turns import Turns
from yaad.server.uploads import Uploads

SHELVES = 256
"""Books held open at once, each as one viewer sees it."""
COMPANIES = 64
"""Companies held open at once, where the others can be let go of."""
IDLE, SETTLED = 900.0, 60.0
"""Seconds after which a company that nobody asks for is let go of: as a rule, and where too many are open."""

log = logging.getLogger("yaad.jobs")


@dataclass(frozen=True)
class Opened:
    """What belongs to one book, as one viewer sees it."""

    place: Place
    shelf: Shelf
    jobs: Jobs
    uploads: Uploads

    def close(self) -> None:
        """End the jobs and let go of the book."""
        self.jobs.close()
        self.shelf.close()


class Desks:
    """The books of all companies of a server; those that nobody asked for longest are let go of.

    Args:
        folder_of: company → the folder of its book.
        running: how much is done at once.
    """

    def __init__(self, folder_of: Callable[[str], Path], running: Running) -> None:
        self._folder_of = folder_of
        self.turns = Turns(running.jobs)
        self.places = Places(running.questions)
        self._lock = threading.Lock()
        self._common: dict[str, Opened] = {}
        self._shelves: OrderedDict[tuple[str, str], Shelf] = OrderedDict()
        self._asked: dict[str, float] = {}

    def of(self, access: Access) -> Opened:
        """The book of a company as somebody sees it."""
        with self._lock:
            common = self._common_of(access.company)
            if not access.viewer.key:
                return common
            key = (access.company, access.viewer.key)
            shelf = self._shelves.get(key) or Shelf(common.place.book, access.viewer, self.places, common.shelf)
            self._shelves[key] = shelf
            self._shelves.move_to_end(key)
            oldest = self._shelves.popitem(last=False)[1] if len(self._shelves) > SHELVES else None
        if oldest is not None:
            oldest.close()
        return Opened(common.place, shelf, common.jobs, common.uploads)

    def _common_of(self, company: str) -> Opened:
        """What everybody of a company shares; its book itself is opened by the first question. Call it locked."""
        self._asked[company] = time.monotonic()
        common = self._common.get(company)
        if common is None:
            place = Place(self._folder_of(company))
            shelf = Shelf(place.book, places=self.places)
            common = Opened(place, shelf, Jobs(place.jobs, self.turns), Uploads(place.uploads))
            common.uploads.sweep()
            self._common[company] = common
        return common

    def go_on(self, companies: Iterable[str]) -> None:
        """Let the jobs go on that waited or were interrupted when the server ended, the companies in turn.

        Companies without such jobs are left alone, and no book is opened.

        Args:
            companies: all whose jobs may go on.
        """
        with self.turns.held():
            for company in companies:
                try:
                    if has_left(Place(self._folder_of(company)).jobs):
                        with self._lock:
                            self._common_of(company)
                except Exception:  # the others are not to blame for it
                    log.exception("jobs could not go on", extra={"company": company})

    def let_go(self) -> None:
        """Let go of companies that nobody has asked for in a while; one whose jobs run or wait stays."""
        shelves: list[Shelf] = []
        with self._lock:
            now, surplus = time.monotonic(), len(self._common) - COMPANIES
            for company in sorted(self._common, key=self._asked.__getitem__):
                since = now - self._asked[company]
                if since < (SETTLED if surplus > 0 else IDLE) or self._common[company].jobs.at_work:
                    continue
                surplus -= 1
                del self._asked[company]
                shelves.append(self._common.pop(company).shelf)
                shelves += [self._shelves.pop(key) for key in list(self._shelves) if key[0] == company]
        for shelf in shelves:  # what is asked of it still comes to its end
            shelf.close()

    def close(self) -> None:
        """End all jobs and let go of all books; jobs that wait go on when the server does."""
        self.turns.close()
        with self._lock:
            for shelf in self._shelves.values():
                shelf.close()
            for common in self._common.values():
                common.close()
            self._shelves.clear()
            self._common.clear()


@dataclass(frozen=True)
class _Held:
    """How the views come to what is theirs, and how all of it is closed."""

    opened: Callable[[], Opened]
    close: Callable[[], None]


_held: list[_Held] = []


def open_place(place: Place) -> Opened:
    """Serve one book, to whoever is let in; it is the one that `opened` gives from now on."""
    close()
    one = Opened(place, Shelf(place.book), Jobs(place.jobs), Uploads(place.uploads))
    one.uploads.sweep()
    _held.append(_Held(lambda: one, one.close))
    return one


def open_companies(folder_of: Callable[[str], Path], running: Running | None = None) -> Desks:
    """Serve the books of companies; `opened` gives that of the company and the viewer on whose behalf a thread works.

    Args:
        folder_of: company → the folder of its book.
        running: how much is done at once; as usual when absent.
    """
    close()
    engines_stand_back(BEHIND_REQUESTS)
    desks = Desks(folder_of, running or Running(questions=usual_questions()))
    _held.append(_Held(lambda: desks.of(current()), desks.close))
    return desks


def opened() -> Opened:
    """What is open for whom this thread works for.

    Raises:
        IndexError: nothing is.
        LookupError: companies are served, and this thread works for nobody.
    """
    return _held[-1].opened()


def close() -> None:
    """End the jobs and let go of the books."""
    while _held:
        _held.pop().close()
