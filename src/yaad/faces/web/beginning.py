"""A company without data: who may bring files in is led there, the others are told that there is nothing yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yaad.server.roles import Capability
from yaad.server.scoping import current


def begin(request: HttpRequest) -> HttpResponse:
    """The answer of a page that has nothing to show yet."""
    if current().may(Capability.IMPORT):
        return redirect("files")
    return render(request, "web/nothing_yet.html", {"page": ""})
