"""Pages of a large book are there at once: with the last figures, or with the word that they are being counted.

While newer figures are computed the last ones stand, with a line that says of when they are. Where there are none yet,
the page is asked for beside the requests; who waits gets it if it is there in a moment, and else a page that says so
and comes anew by itself. So nobody's page waits behind the figures of others.
"""

import copy
import random
from collections.abc import Callable
from concurrent.futures import TimeoutError as StillAtWork

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yaad.errors import YaadError
from yaad.faces.web.failing import say
from yaad.faces.web.formats import Format, is_file, wanted
from yaad.faces.web.templatetags.say import language
from yaad.server.beside import HANDS, TooBusy, in_line, once
from yaad.server.scoping import Access
from yaad.server.shelf import Key, NotYet, Taking, takes, taking, without_place
from yaad.server.writers import has_written, written

PAGES = "yaad.faces.web.views"
READING = ("GET", "HEAD")
A_MOMENT = 0.3
"""Seconds for which a page waits for its figures before it says that they are being counted."""
SOON, LATE = 2, 30
"""Seconds after which a page that waits comes anew, at the least and at the most."""
COUNTING = 202
"""Status of the page that waits: what was asked for is at work."""


class LastAnswers:
    """Lets pages take the last answers; never files, programs, or who has just written something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and remember who writes."""
        access: Access | None = getattr(request, "access", None)
        if access is None:
            return self.get_response(request)
        with takes(Taking(wrote=written(access.company, access.account))):
            try:
                return self.get_response(request)
            finally:
                if request.method not in READING:
                    has_written(access.company, access.account)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: object, named: dict[str, object]
    ) -> None:
        """Only a page that is read may show old figures, or none yet: it says so."""
        how, ending = taking(), named.get("ending")
        is_page = view.__module__.startswith(PAGES) and request.method in READING and not is_file(view)
        if how is not None and is_page and wanted(request, str(ending) if ending else None) is Format.HTML:
            how.may_be_old = how.at_once = True

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page whose figures are not there yet: in a moment, or the one that waits for them."""
        how = taking()
        if not isinstance(error, NotYet) or how is None:
            return None
        access: Access = request.access  # type: ignore[attr-defined] # figures are only asked for inside a company
        key = (access.company, access.viewer.key, access.role, request.get_full_path(), language())
        whose = None if access.account is None else (access.company, access.account)
        try:
            counting = once(key, lambda: _ask_for(request, how.held), error.version, whose)
        except TooBusy as told:
            return say(request, told)
        try:
            counting.result(timeout=A_MOMENT if in_line() <= HANDS else 0)
        except StillAtWork:
            return _waiting(request, counting.wait())
        # what still is not there is of what nobody keeps, such as that it cannot be told: that is asked here and now
        how.at_once = False
        try:
            return _page(request)
        except YaadError as told:
            return say(request, told)


def _ask_for(request: HttpRequest, held: dict[Key, object]) -> None:
    """Ask all that a page asks, so that its answers are kept; the page itself is nobody's.

    Args:
        request: for the page.
        held: what was asked for this request alone; it is not asked again when the page is there.
    """
    twin = copy.copy(request)
    twin.META = dict(request.META)
    twin.session = type(request.session)(request.session.session_key)  # what is taken out of it is not taken here
    with takes(Taking(held=held)), without_place():
        _page(twin)


def _page(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match
    assert match is not None  # its view was asked
    view: Callable[..., HttpResponse] = match.func
    return view(request, *match.args, **match.kwargs)


def _waiting(request: HttpRequest, seconds: float) -> HttpResponse:
    """The page that waits; those of many people come anew one after another."""
    match = request.resolver_match
    name = match.url_name if match else ""
    how = taking()
    counts_change = how is not None and how.has_just_written
    response = render(request, "web/counting.html", {"page": name, "counts_change": counts_change}, status=COUNTING)
    spread = seconds * random.uniform(0.9, 1.2)  # noqa: S311 – nothing is kept secret by it
    response["Refresh"] = response["Retry-After"] = str(round(min(LATE, max(SOON, spread))))
    return response
