"""What takes too long for a page: a job computes it once for the same data, and the page says how far that is."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from yaad.book import Book
from yaad.errors import UnknownName
from yaad.faces.web import tasks
from yaad.faces.web.templatetags.say import language
from yaad.intake import Progress
from yaad.server.jobs import Job, State
from yaad.server.state import opened


@dataclass(frozen=True)
class Long:
    """Something that takes long.

    Attributes:
        page: name of the page that shows it.
        work: computes it; the book keeps the result.
    """

    page: str
    work: Callable[[Book, Progress], object]


LONG: Mapping[str, Long] = {
    "backtest": Long("forecast", Book.backtest),
    "chances": Long("chances", Book.win_chances),
}
"""By the name in the address."""


@dataclass(frozen=True)
class Waiting:
    """A page waits for a result.

    Attributes:
        what: is computed; a name in `LONG`.
        job: computes it, or has failed or been stopped.
    """

    what: str
    job: Job

    @property
    def is_at_work(self) -> bool:
        """Whether the result may still come by itself."""
        return not self.job.state.final

    @property
    def is_stopped(self) -> bool:
        """Whether the person stopped it."""
        return self.job.state is State.CANCELLED

    @property
    def error(self) -> str | None:
        """What went wrong, in words."""
        return (self.job.error or {}).get(language())


_one = threading.Lock()
"""Two pages that open at once begin one job."""


def waiting(what: str) -> Waiting:
    """The job that computes this for the data as they are now; it begins with the first page that waits for it.

    Raises:
        UnknownName: nothing that takes long is called so.
    """
    arguments = _arguments(what)
    jobs = opened().jobs
    with _one:
        found = jobs.latest(tasks.COMPUTE, arguments)
        return Waiting(what, found or jobs.progress(jobs.submit(tasks.COMPUTE, arguments)))


def _arguments(what: str) -> dict[str, str]:
    if what not in LONG:
        raise UnknownName("option", what, LONG)
    version = opened().shelf.once(lambda book: book.facts.deals_version)  # what the results are kept by
    return {"book": str(opened().place.book), "what": what, "version": version}


@require_GET
def progress(request: HttpRequest, what: str) -> HttpResponse:
    """How far it is, for the page that waits; the page comes anew when it has ended."""
    found = waiting(what)
    if not found.is_at_work:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/parts/progress.html", {"job": found.job})


@require_POST
def start(request: HttpRequest, what: str) -> HttpResponse:
    """Begin once more after a failure or a stop."""
    del request
    arguments = _arguments(what)
    jobs = opened().jobs
    with _one:
        found = jobs.latest(tasks.COMPUTE, arguments)
        if found is None or found.state.final:
            jobs.submit(tasks.COMPUTE, arguments)
    return redirect(LONG[what].page)


@require_POST
def cancel(request: HttpRequest, what: str) -> HttpResponse:
    """Stop it; the page says so and offers to begin again."""
    del request
    found = opened().jobs.latest(tasks.COMPUTE, _arguments(what))
    if found is not None:
        opened().jobs.cancel(found.id)
    return redirect(LONG[what].page)
