"""A source that stopped, because who set it up may not have it any more, runs on in the name of who takes it over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yaad.server import scheduled
from yaad.server.scoping import current


@require_POST
def take_over(request: HttpRequest, name: str) -> HttpResponse:
    """Let it run in the name of who asks."""
    del request
    scheduled.take_over(current(), name)
    return redirect("source", name=name)
