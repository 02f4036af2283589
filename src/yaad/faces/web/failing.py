"""Errors on their way to a person: in words, with the status that fits, in the rendering that was asked for."""

from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from yaad.book.disk import BOOK, full_one, is_full
from yaad.errors import BookError, YaadError
from yaad.faces.web.formats import Format, wanted
from yaad.faces.web.templatetags.say import language
from yaad.server.beside import TooBusy
from yaad.server.state import opened
from yaad.server.statuses import LATER, status_of
from yaad.text import Message


class InWords:
    """Answers every error of the product's family with a page, an object or a fragment that says it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say that a request did not come in whole, where the server had no room for it."""
        if getattr(request, "cut", False):
            return say(request, no_room())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say the errors that people can mend; the others are for the handler of 500."""
        if is_full(error) and not isinstance(error, YaadError):
            return say(request, no_room())
        return say(request, error) if isinstance(error, YaadError) else None


def no_room() -> BookError:
    """The error that says that the server's disk is full."""
    return BookError(Message(BOOK, {"path": str(full_one(_folder()))}))


def _folder() -> Path:
    """Where what is sent is kept: in the company that is worked for, else in the home of the server."""
    try:
        return opened().place.folder
    except LookupError:  # outside of any company
        from yaad.server.companies import home  # reads tables, which the server of one book does not have

        return home().folder


def say(request: HttpRequest, error: YaadError, status: int | None = None) -> HttpResponse:
    """The answer that says an error."""
    code = status or status_of(error)
    match = request.resolver_match
    kind = wanted(request, match.kwargs.get("ending") if match else None)
    response: HttpResponse
    if kind is Format.JSON:
        said = {"error": error.say(language())}
        response = JsonResponse(said, status=code, json_dumps_params={"ensure_ascii": False})
    else:
        template = "web/parts/error.html" if kind is Format.FRAGMENT else "web/error.html"
        context = {"error": error, "words": error.say(language()), "status": code}
        response = render(request, template, context, status=code)
    if isinstance(error, TooBusy):
        response["Retry-After"] = LATER
    return response
