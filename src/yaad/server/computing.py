"""What takes too long for an answer: a job computes it once for the same data, and the book keeps the result."""

import threading
from collections.abc import Callable, Mapping

from yaad.book import Book
from yaad.errors import UnknownName
from yaad.intake import Progress
from yaad.server import tasks
from yaad.server.jobs import Job, State
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
    with _one:
        found = jobs.latest(tasks.COMPUTE, arguments)
        if found is None or (again and found.state.final) or (found.state is State.DONE and not _is_kept(what)):
            found = jobs.progress(jobs.submit(tasks.COMPUTE, arguments))
        return found


def _is_kept(what: str) -> bool:
    return opened().shelf.once(KEPT[what])


def _arguments(what: str) -> dict[str, str]:
    if what not in WORK:
        raise UnknownName("option", what, WORK)
    version = opened().shelf.once(lambda book: book.facts.deals_version)  # what the results are kept by
    return {"book": str(opened().place.book), "what": what, "version": version}
