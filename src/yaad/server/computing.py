"""What takes too long for an answer: a job computes it once for the same data, and the book keeps the result."""

import threading
from collections.abc import Callable, Mapping

from yaad.book import Book
from yaad.errors import UnknownName
from yaad.intake import Progress
from yaad.server import tasks
from yaad.server.jobs import Job, State
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened

WORK: Mapping[str, Callable[[Book, Progress], object]] = {"backtest": Book.backtest, "chances": Book.win_chances}
"""Name → computes it."""

KEPT: Mapping[str, Callable[[Book], bool]] = {
    "backtest": lambda book: book.is_backtested,
    "chances": lambda book: book.kept_win_chances() is not None,
}
"""Name → whether the book holds its result for the data as they are now."""

_one = threading.Lock()
"""Two who ask at once begin one job."""


def latest(what: str) -> Job | None:
    """The last job that computed this for the data as they are now; None while there was none.

    Raises:
        UnknownName: nothing that takes long is called so.
    """
    return opened().jobs.latest(tasks.COMPUTE, _arguments(what))


def begun(what: str, *, again: bool = False) -> Job:
    """The job that computes this for the data as they are now; it begins with the first who asks.

    One that is done and whose result is gone, such as after a restore of the book without it, is begun again.

    Args:
        what: a name in `WORK`.
        again: begin once more where the last one has ended.

    Raises:
        UnknownName: nothing that takes long is called so.
    """
    arguments, jobs = _arguments(what), opened().jobs
    found = jobs.latest(tasks.COMPUTE, arguments)
    if found is not None and not _is_lost(found, what, again=again):
        return found
    with _one:  # in it nobody waits for a place among the questions: other companies stand behind
        last = jobs.latest(tasks.COMPUTE, arguments)
        if last is None or (found is not None and last.id == found.id):
            last = jobs.progress(jobs.submit(tasks.COMPUTE, arguments))
        return last


def _is_lost(found: Job, what: str, *, again: bool) -> bool:
    """Whether nothing comes of a job any more, so that another one may begin."""
    if found.state is State.DONE:
        return not opened().shelf.glance(KEPT[what])
    return again and found.state.final


def followed(name: str) -> Job:
    """A job that who asks may follow: one of their own, or one that computes for all who see the same rows.

    Raises:
        UnknownName: there is none, or it is not for them: the two are told alike.
    """
    jobs, access = opened().jobs, current()
    told = jobs.arguments(name, tasks.COMPUTE)
    if told is not None and access.may(Capability.ROWS) and told.get("viewer") == access.viewer.key:
        return jobs.progress(name)
    return jobs.of_mine(name)


def _arguments(what: str) -> dict[str, str]:
    if what not in WORK:
        raise UnknownName("option", what, WORK)
    version = opened().shelf.glance(lambda book: book.facts.deals_version)  # what the results are kept by
    return {"book": str(opened().place.book), "what": what, "version": version, "viewer": current().viewer.key}
