"""How far a job is, on the page that waits for it."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yaad.faces.web.formats import Format, wanted
from yaad.server.jobs import Job


def part(request: HttpRequest, job: Job | None, phases: Sequence[str] = ()) -> HttpResponse:
    """How far it is; once it has ended the page that shows it comes anew.

    Args:
        request: the request.
        job: None where it has ended.
        phases: that it passes, in order.
    """
    if job is None or job.state.final:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/parts/progress.html", {"job": job, "phases": phases})


def part_alone(request: HttpRequest, job: Job | None, phases: Sequence[str] = ()) -> HttpResponse | None:
    """The same where the page asks for that part alone; None where all of the page is asked for."""
    return part(request, job, phases) if wanted(request, None) is Format.FRAGMENT else None
