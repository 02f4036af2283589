"""The board while colleagues work on it: a stream that says that something changed, and what the board shows then."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yaad.faces.web.views.pipeline import shown
from yaad.server.live import stream
from yaad.server.policy import by_itself
from yaad.server.scoping import Access, NoSuchCompany, current, scope

KIND = "text/event-stream"


@by_itself
@require_GET
def live(request: HttpRequest) -> StreamingHttpResponse:
    """The stream of a tab; what it shows is told by its version."""
    access, version = current(), request.GET.get("seen", "")
    told = stream(access, version, _may_still(request, access), once=not isinstance(request, ASGIRequest))
    response = StreamingHttpResponse(told, content_type=KIND)
    response["X-Accel-Buffering"] = "no"  # a proxy that waits for the end would never pass anything on
    return response


@by_itself
@require_GET
def lanes(request: HttpRequest) -> HttpResponse:
    """The columns of the board as they are by now, narrowed as the page is."""
    return render(request, "web/parts/board_now.html", shown(request))


def _may_still(request: HttpRequest, access: Access) -> Callable[[], bool]:
    """Whether who looks is signed in still, with the part that they had."""
    if access.account is None:
        return lambda: True
    account, key, kind = access.account, request.session.session_key, type(request.session)

    def may() -> bool:
        try:
            part = scope(account, access.company)
        except NoSuchCompany:
            return False
        is_in = key is not None and SESSION_KEY in kind(key).load()  # of a session that is over it is empty
        return is_in and part.viewer == access.viewer and part.role is access.role

    return may
