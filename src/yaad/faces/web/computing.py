"""What takes too long for a page: the page says how far the job is that computes it, stops it, begins it again."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from yaad.faces.web.progress import part
from yaad.faces.web.templatetags.say import language
from yaad.server import computing
from yaad.server.jobs import Job, State
from yaad.server.state import opened

PAGES: Mapping[str, str] = {"backtest": "forecast", "chances": "chances"}
"""What is computed → the name of the page that shows it."""


@dataclass(frozen=True)
class Waiting:
    """A page waits for a result.

    Attributes:
        what: is computed; a name in `yaad.server.computing.WORK`.
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


def waiting(what: str) -> Waiting:
    """The job that computes this for the data as they are now; it begins with the first page that waits for it.

    Raises:
        UnknownName: nothing that takes long is called so.
    """
    return Waiting(what, computing.begun(what))


@require_GET
def progress(request: HttpRequest, what: str) -> HttpResponse:
    """How far it is, for the page that waits; the page comes anew when it has ended."""
    return part(request, waiting(what).job)


@require_POST
def start(request: HttpRequest, what: str) -> HttpResponse:
    """Begin once more after a failure or a stop."""
    del request
    computing.begun(what, again=True)
    return redirect(PAGES[what])


@require_POST
def cancel(request: HttpRequest, what: str) -> HttpResponse:
    """Stop it where it is one's own; the page says so and offers to begin again."""
    del request
    found = computing.latest(what)
    if found is not None:
        jobs = opened().jobs
        jobs.cancel(jobs.of_mine(found.id).id)
    return redirect(PAGES[what])
