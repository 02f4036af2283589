"""Stop what runs for a page; the page says afterwards what became of it."""

from collections.abc import Callable
from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yaad.server.state import opened


class Worked(Protocol):
    """Something that a job may be at work for; its name is empty while none is."""

    @property
    def job(self) -> str:
        """The name of the job."""
        ...


def stops(load: Callable[[str], Worked], page: str) -> Callable[[HttpRequest, str], HttpResponse]:
    """A view that stops the job of what is loaded by its id, where it is one's own, and leads back to its page."""

    @require_POST
    def cancel(request: HttpRequest, name: str) -> HttpResponse:
        del request
        if job := load(name).job:
            jobs = opened().jobs
            jobs.cancel(jobs.of_mine(job).id)
        return redirect(page, name)

    return cancel
