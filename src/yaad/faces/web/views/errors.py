"""Pages for what went wrong, in words."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from yaad.book.disk import is_full
from yaad.errors import YaadError
from yaad.faces.web.failing import no_room, say
from yaad.faces.web.templatetags.say import language
from yaad.text import Message


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a request that cannot be meant; a foreign host name gets nothing but the status."""
    if isinstance(exception, RequestDataTooBig):
        return say(request, YaadError(Message("web.pasted_too_large")), 413)
    return HttpResponse(status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the door is closed; says how to get in."""
    error = exception if isinstance(exception, YaadError) else YaadError(Message("server.not_in"))
    return say(request, error, 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that did not come from our own pages, or from a page that is too old."""
    del reason
    return say(request, YaadError(Message("web.form_too_old")), 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or no such company for who asks."""
    error = exception if isinstance(exception, YaadError) else YaadError(Message("web.no_page"))
    return say(request, error, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault; says that nothing was lost. When even the page around it fails, the bare sentence is sent."""
    cause = sys.exc_info()[1]  # what is sent is read before any view: only here can a disk without room for it be told
    error = no_room() if cause is not None and is_full(cause) else YaadError(Message("web.broken"))
    try:
        return say(request, error, 500)
    except Exception:  # noqa: BLE001 - whatever broke the page may break this one too; a person still gets a sentence
        return HttpResponse(error.say(language()), status=500, content_type="text/plain; charset=utf-8")
