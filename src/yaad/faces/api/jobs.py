"""Jobs: what takes long is begun, asked how far it is, stopped. A job is told to whom it works for, with any token."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import SIGNED_IN, reads, writes
from yaad.faces.api.parameters import Name, lang
from yaad.faces.api.shapes import work as shapes
from yaad.server import computing
from yaad.server.jobs import Job, is_mine
from yaad.server.roles import Capability
from yaad.server.scoping import Forbidden
from yaad.server.state import opened
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
JobId = Annotated[Name, Field(examples=["9b1d5c0e7a2f4683"])]
JOB = {
    "id": "9b1d5c0e7a2f4683",
    "state": "running",
    "done": 1200,
    "total": 5000,
    "part": 24,
    "phase": "reading",
    "error": None,
}


@writes(router, "/computations/{what}", Capability.ROWS, shapes.Job, status=202, example=JOB)
def compute(request: HttpRequest, what: Annotated[Literal["backtest", "chances"], Field(examples=["chances"])]) -> Json:
    """Begin to compute what takes long."""
    del request
    not_empty()
    return told(computing.begun(what, again=True))


@reads(router, "/jobs/{job}", SIGNED_IN, shapes.Job, kept=False, example=JOB)
def job(request: HttpRequest, job: JobId) -> Json:
    """How far a job is."""
    del request
    return told(computing.followed(job))


@writes(router, "/jobs/{job}/cancel", SIGNED_IN, shapes.Job, example={**JOB, "state": "cancelled"})
def cancel_job(request: HttpRequest, job: JobId) -> Json:
    """Stop a job of one's own."""
    del request
    if not is_mine(computing.followed(job)):
        raise Forbidden(Message("server.forbidden"))
    return stopped(job)


def begun(name: str) -> Json:
    """A job that was just begun."""
    return told(opened().jobs.progress(name))


def stopped(name: str) -> Json:
    """A job of who asks, once it is stopped; one that has ended stays as it ended.

    Raises:
        UnknownName: it works for somebody else.
    """
    jobs = opened().jobs
    jobs.cancel(jobs.of_mine(name).id)
    return begun(name)


def told(found: Job) -> Json:
    """A job, without what it returned: that stands where it belongs."""
    error = None if found.error is None else found.error.get(lang(), "")
    return {
        "id": found.id,
        "state": found.state.value,
        "done": found.done,
        "total": found.total,
        "part": found.part,
        "phase": found.phase,
        "error": error,
    }
