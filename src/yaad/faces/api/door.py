"""The door of the interface: who asks, in which company, how often; and that every error leaves it as a problem."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import HttpError, ValidationError
from ninja.utils import check_csrf

from yaad.errors import YaadError
from yaad.faces.api import problems
from yaad.faces.api.versions import Conflict
from yaad.server import answered, limits, tokens
from yaad.server.acting import as_account
from yaad.server.beside import TooBusy
from yaad.server.models import Token
from yaad.server.scoping import Access, NoSuchCompany, on_behalf_of, scope
from yaad.server.sign_in import second_step
from yaad.server.statuses import LATER, status_of
from yaad.server.writers import has_written
from yaad.text import LANGUAGES, Message

View = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")
BEARER = "bearer "
_log = logging.getLogger("yaad.api")


class NotSignedIn(YaadError):
    """Nobody asks: no token, and no session."""


class OldForm(YaadError):
    """A write by a session without the secret of our own pages."""


class TooOften(YaadError):
    """Too many requests in a minute.

    Attributes:
        wait: seconds.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(Message("api.too_often", {"n": wait}))
        self.wait = wait


STATUS: tuple[tuple[type[YaadError], int], ...] = (
    (tokens.TokenRefused, 401),
    (NotSignedIn, 401),
    (OldForm, 403),
    (TooOften, 429),
    (Conflict, 412),
    (answered.OtherQuestion, 422),
    (answered.StillAtWork, 409),
)


FOREIGN: tuple[tuple[type[Exception], int, str], ...] = (
    (RequestDataTooBig, 413, "api.too_large"),
    (HttpError, 400, "api.unreadable"),
    (SuspiciousOperation, 400, "api.unreadable"),
    (MultiPartParserError, 400, "api.unreadable"),
    (UnreadablePostError, 400, "api.unreadable"),
    (Http404, 404, "api.no_address"),
)
"""Errors of the framework: what they are answered with, the more special ones first."""


def language_of(request: HttpRequest) -> str:
    """The language that the program reads best of those that we speak."""
    for told, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200]):
        found = told.partition("-")[0].lower()
        if found in LANGUAGES:
            return found
    return str(settings.LANGUAGE_CODE)


def guarded(view: View, *, is_open: bool = False) -> View:
    """A view behind the door.

    Args:
        view: of the addresses; ``company`` among its arguments is the id of a company.
        is_open: anybody may ask.
    """

    @csrf_exempt  # who comes by a session is asked for the secret here, who comes by a token has none
    @wraps(view)
    def behind(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 – what the address holds
        lang = language_of(request)
        with translation.override(lang):
            try:
                with nullcontext() if is_open else _entered(request, kwargs.get("company")):
                    response = view(request, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 – whatever it is, a program gets a problem and no page
                response = told(error, request, lang)
        if response.status_code >= 400 and response.get("Content-Type") != problems.TYPE:
            response = _as_problem(response, lang)
        response.headers["Vary"] = "Accept, Accept-Language, Authorization, Cookie"
        response.setdefault("Content-Language", lang)
        response.setdefault("Cache-Control", "no-store")
        return response

    return behind


def told(error: Exception, request: HttpRequest, lang: str) -> HttpResponse:
    """The answer that says an error."""
    if isinstance(error, YaadError):
        return _in_words(error, lang)
    if isinstance(error, ValidationError):
        return problems.unfit(error.errors, _written(request), lang)
    for kind, status, key in FOREIGN:
        if isinstance(error, kind):
            return problems.message(error.status_code if isinstance(error, HttpError) else status, key, lang)
    _log.exception("an operation broke", exc_info=error)
    return problems.message(500, "web.broken", lang)


def _written(request: HttpRequest) -> object:
    """What was sent as JSON; None where nothing was, or what nobody can read beside a question that does not fit."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError, OSError, RawPostDataException, SuspiciousOperation):
        return None


def _in_words(error: YaadError, lang: str) -> HttpResponse:
    """An error of the product's family, with the headers that belong to it."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), None) or status_of(error)
    response = problems.said(error, status, lang)
    if isinstance(error, TooOften):
        response["Retry-After"] = str(error.wait)
    if isinstance(error, answered.StillAtWork):
        response["Retry-After"] = "1"
    if isinstance(error, TooBusy):
        response["Retry-After"] = LATER
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def missing(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """An address that is none."""
    del request
    raise Http404


@contextmanager
def _entered(request: HttpRequest, company: str | None) -> Iterator[None]:
    """On behalf of who asks, as long as this lasts.

    Raises:
        NotSignedIn, TokenRefused, OldForm, TooOften, NoSuchCompany: see there.
    """
    token = _token(request)
    account = token.account_id if token else _account(request)
    request.token, request.account_id = token, account  # type: ignore[attr-defined] # read by the operations
    if wait := limits.asking.wait(f"token {token.pk}" if token else f"account {account}"):
        raise TooOften(wait)
    if company is None:
        with as_account(account):
            yield
        return
    with on_behalf_of(_access(token, account, company)):
        try:
            yield
        finally:
            if request.method not in SAFE:
                has_written(company, account)


def _token(request: HttpRequest) -> Token | None:
    shown = request.headers.get("Authorization", "")
    if not shown:
        return None
    if shown[: len(BEARER)].lower() != BEARER:
        raise tokens.TokenRefused(Message("api.token_refused"))
    return tokens.find(shown[len(BEARER) :].strip())


def _account(request: HttpRequest) -> int:
    """Who has signed in, in the browser that asks; what writes must come from our own pages."""
    if not request.user.is_authenticated or request.user.pk is None:
        raise NotSignedIn(Message("api.not_signed_in"))
    if request.method not in SAFE and check_csrf(request) is not None:
        raise OldForm(Message("web.form_too_old"))
    return int(request.user.pk)


def _access(token: Token | None, account: int, company: str) -> Access:
    if token is None:
        access = scope(account, company)
        second_step.hold(access)
        return access
    if token.company_id != company:
        raise NoSuchCompany(Message("server.no_such_company"))
    return tokens.access_of(token)


def _as_problem(response: HttpResponse, lang: str) -> HttpResponse:
    """What the framework answers by itself, such as a method that an address does not know."""
    key = "api.no_method" if response.status_code == 405 else "api.unreadable"
    found = problems.message(response.status_code, key, lang)
    for name in ("Allow", "Retry-After"):
        if name in response:
            found[name] = response[name]
    return found
