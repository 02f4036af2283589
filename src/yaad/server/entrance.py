"""The way in: a token that works once, printed where the server was started, opens a session of this browser."""

import hmac
import secrets
import threading
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CSRF_SESSION_KEY, get_token
from django.utils import timezone

from yaad.errors import YaadError
from yaad.server.scoping import local, on_behalf_of
from yaad.server.settings import LONGEST
from yaad.text import Message

PATH = "/enter/"
OPEN_PATHS = ("/static/",)
ENTERED = "entered"


class Refused(YaadError):
    """The address is not, or no longer, a way in."""


class Token:
    """A token that is accepted once.

    >>> token = Token()
    >>> value = token.value
    >>> token.accept(value + "x"), token.accept(value), token.accept(value)
    (False, True, False)
    """

    def __init__(self) -> None:
        self.value = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self._used = False

    def accept(self, offered: str) -> bool:
        """Whether this is the token and it was not used before; compared in constant time."""
        with self._lock:
            fits = hmac.compare_digest(offered.encode(), self.value.encode())
            if not fits or self._used:
                return False
            self._used = True
            return True


token = Token()
"""The token of this process."""


def is_in(request: HttpRequest) -> bool:
    """Whether a token opened this session, not too long ago."""
    session = getattr(request, "session", None)  # absent when the request failed before the session was read
    entered = session.get(ENTERED) if session is not None else None
    return isinstance(entered, float) and timezone.now().timestamp() - entered < LONGEST.total_seconds()


class Entrance:
    """Lets only sessions in that a token opened; the door of accounts will stand here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open a session at `PATH`; elsewhere answer only who is in."""
        if request.path == PATH:
            return self._enter(request)
        request.access = None  # type: ignore[attr-defined] # as Django's own middleware sets `user`
        if is_in(request):
            request.access = access = local()  # type: ignore[attr-defined] # as Django's own middleware sets `user`
            with on_behalf_of(access):
                return self.get_response(request)
        if request.path.startswith(OPEN_PATHS):
            return self.get_response(request)
        return self._refuse(request, Message("server.not_in"))

    def _enter(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or not token.accept(request.GET.get("token", "")):
            if is_in(request):
                return HttpResponseRedirect("/")
            return self._refuse(request, Message("server.token_refused"))
        request.session.flush()
        request.session[ENTERED] = timezone.now().timestamp()
        # The session lies in a cookie, and the last answer to arrive writes it: one that left before the first form was
        # shown would take the form's secret away again. So it is there from the beginning.
        get_token(request)
        request.session[CSRF_SESSION_KEY] = request.META["CSRF_COOKIE"]
        return HttpResponseRedirect("/")

    def _refuse(self, request: HttpRequest, message: Message) -> HttpResponse:
        from django.urls import get_resolver

        view = cast("Callable[[HttpRequest, Exception], HttpResponse]", get_resolver().resolve_error_handler(403))
        return view(request, Refused(message))
