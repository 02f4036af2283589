"""What a device needs to go on without a network: who it belongs to, the page that it shows, and what keeps both."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from yaad.faces.web.device import mark_of
from yaad.faces.web.formats import gives_file
from yaad.faces.web.static_files import ASSETS
from yaad.faces.web.views.inquiries import BY_HAND
from yaad.faces.web.views.visits import DID, own_deals
from yaad.server.questions import my_day_reading, reading
from yaad.server.scoping import current
from yaad.text import direction

KEPT = 300
"""Own deals that a device may know by name."""


@require_GET
@gives_file
def device(request: HttpRequest) -> HttpResponse:
    """Whose the device is now, with a fresh word for forms; and their own deals by name, where that is asked.

    Nobody but our own pages can read it: the answer is of one origin, and another one's page gets no cookie sent.
    """
    access = current()
    told: dict[str, object] = {"who": mark_of(access), "token": get_token(request)}
    mine = my_day_reading.person_of(access)
    if "deals" in request.GET and not reading.is_empty() and (mine or not access.company):
        told["deals"] = own_deals(mine, KEPT)
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@require_GET
def worker(_request: HttpRequest) -> HttpResponse:
    """The script that stands between the pages and the network; from the root, so that it stands before all of them."""
    answer = HttpResponse(ASSETS.files["worker.js"], content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_GET
def offline(request: HttpRequest, lang: str) -> HttpResponse:
    """The page without a network: the same for everybody, and of nobody."""
    context = {"lang": lang, "dir": direction(lang), "channels": BY_HAND, "ways": DID, "did": DID[0]}
    with translation.override(lang):
        answer = render(request, "web/offline.html", context)
    answer["Content-Language"] = lang
    return answer
