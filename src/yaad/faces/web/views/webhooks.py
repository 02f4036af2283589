"""Webhooks: addresses that are told what happens, with what they did not take."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from yaad.book.events import KINDS
from yaad.errors import InputError, YaadError
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.server.statuses import status_of
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.webhooks.keeping import Webhook

Made = tuple["Webhook", str]
LETTERS = 50
"""Events that were given up, of one webhook, on the page."""


@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """All webhooks; POST makes one and shows its secret, this once."""
    access = of_server()
    if request.method != "POST":
        return _page(request)
    from yaad.server.webhooks import managing

    try:
        made = managing.make(
            access, request.POST.get("name", ""), request.POST.get("address", ""), request.POST.getlist("kind")
        )
    except InputError as error:
        return _page(request, error=error)
    return _page(request, made=made)


@require_POST
def webhook(request: HttpRequest, webhook: str) -> HttpResponse:
    """Switch one on or off, give it another secret, or take it away."""
    access = of_server()
    from yaad.server.webhooks import managing

    what = request.POST.get("what", "")
    if what == "rotate":
        return _page(request, made=managing.rotate(access, webhook))
    if what == "remove":
        managing.remove(access, webhook)
        return redirect("webhooks")
    if what not in ("on", "off"):
        return _page(request, error=InputError(Message("outgoing.what")))
    managing.switch(access, webhook, is_active=what == "on")
    return redirect(reverse("webhooks") + f"#webhook-{webhook}")


@require_POST
def letter(request: HttpRequest, webhook: str, letter: str) -> HttpResponse:
    """Have an event sent again that an address did not take, or let it go."""
    access = of_server()
    from yaad.server.webhooks import managing

    do = managing.letter_again if request.POST.get("what") == "again" else managing.drop_letter
    do(access, webhook, letter)
    return redirect(reverse("webhooks") + f"#webhook-{webhook}")


def _page(request: HttpRequest, *, made: Made | None = None, error: YaadError | None = None) -> HttpResponse:
    from yaad.server.webhooks import managing
    from yaad.server.webhooks.rounds import NEEDED

    access = of_server()
    asked = request.POST.getlist("kind") if error else list(KINDS)
    context = {
        "page": "webhooks",
        "webhooks": [
            {
                "one": one,
                "state": state,
                "kinds": [_kind(kind) for kind in one.kinds],
                "by": managing.setter_of(access, one),
                "stopped": Message(one.stopped) if one.stopped else None,
                "letters": [(letter, _kind(letter.kind)) for letter in state.letters[:LETTERS]],
                "more": max(len(state.letters) - LETTERS, 0),
            }
            for one, state in managing.webhooks_of(access)
        ],
        "made": made,
        "may": all(access.may(needed) for needed in NEEDED),
        "kinds": [(kind, _kind(kind), kind in asked) for kind in KINDS],
        "typed_name": request.POST.get("name", "") if error else "",
        "typed_address": request.POST.get("address", "") if error else "",
        "error": error.say(language()) if error else "",
    }
    answer = render(request, "web/webhooks.html", context, status=status_of(error) if error else 200)
    if made is not None:
        answer["Cache-Control"] = "no-store"
    return answer


def _kind(kind: str) -> Message:
    word = kind.replace(".", "_")
    return Message(f"outgoing.kind_{word}")
