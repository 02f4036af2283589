"""Pages of a large book go on being served while newer figures are computed, with a line that says of when they are."""

import threading
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from yaad.faces.web.formats import Format, wanted
from yaad.server.shelf import Taking, takes, taking

PAGES = "yaad.faces.web.views"
READING = ("GET", "HEAD")
MOST = 10_000
"""Accounts whose last writing is remembered."""


class LastAnswers:
    """Lets pages take the last answers; never files, programs, or who has just written something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._wrote: dict[object, float] = {}
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and remember who writes."""
        access = getattr(request, "access", None)
        who = (access.company, access.account) if access else None
        with takes(Taking(wrote=self._wrote.get(who, 0.0))):
            try:
                return self.get_response(request)
            finally:
                if request.method not in READING:
                    self._written(who)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: object, named: dict[str, object]
    ) -> None:
        """Only a page that is read may show old figures: it says so."""
        how, ending = taking(), named.get("ending")
        is_page = view.__module__.startswith(PAGES) and request.method in READING
        if how is not None and is_page and wanted(request, str(ending) if ending else None) is Format.HTML:
            how.may_be_old = True

    def _written(self, who: object) -> None:
        with self._lock:
            if len(self._wrote) >= MOST:
                self._wrote.clear()
            self._wrote[who] = time.monotonic()
