"""The door to a company: ``/c/<company>/…`` is asked on behalf of who signed in, or not at all.

The rest of the address is that of the pages of a book. Links that the pages make lead back into the same company, since
Django puts what was taken off the address in front of them again; two windows on two companies never mix.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_resolver, get_script_prefix, reverse, set_script_prefix

from yaad.errors import YaadError
from yaad.server.acting import as_account
from yaad.server.scoping import NoSuchCompany, on_behalf_of, scope
from yaad.server.sign_in import second_step, sessions

ADDRESS = re.compile(r"(/c/(c[0-9a-f]{12}))(/.*)?")
PAGES = "yaad.faces.web.urls"


def prefix_of(company: str) -> str:
    """What stands before the addresses of a company's pages."""
    return f"/c/{company}/"


class InCompany:
    """Sets ``request.access`` and works on its behalf; without a company in the address it is None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse without telling whether there is such a company."""
        with as_account(request.user.pk):
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        request.access = None  # type: ignore[attr-defined] # as Django's own middleware sets `user`
        asked = ADDRESS.fullmatch(request.path_info)
        if asked is None:
            return self.get_response(request)
        if not request.user.is_authenticated or request.user.pk is None:
            return redirect_to_login(request.get_full_path())
        try:
            access = scope(request.user.pk, asked[2])
        except NoSuchCompany as error:
            return _refuse(request, error)
        if second_step.is_missing(access):
            return HttpResponseRedirect(reverse("account_second_step"))
        sessions.follow_role(request.session, access)
        request.access = access  # type: ignore[attr-defined] # as Django's own middleware sets `user`
        request.urlconf = PAGES
        request.path_info = asked[3] or "/"
        with on_behalf_of(access), _prefixed(prefix_of(access.company)):
            return self.get_response(request)


@contextmanager
def _prefixed(prefix: str) -> Iterator[None]:
    """Let the addresses that are made begin so."""
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_script_prefix(before)


def _refuse(request: HttpRequest, error: YaadError) -> HttpResponse:
    view = cast("Callable[[HttpRequest, Exception], HttpResponse]", get_resolver().resolve_error_handler(404))
    return view(request, error)
