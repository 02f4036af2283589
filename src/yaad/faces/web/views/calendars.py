"""The next steps in one's own calendar: a secret link made, renewed and ended, and what a calendar finds behind it."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from yaad.errors import YaadError
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.server.limits import Limit
from yaad.server.scoping import on_behalf_of
from yaad.text import Message
from yaad.text import render as words

KIND = "text/calendar; charset=utf-8"
LONGEST = 100
by_link, by_sender = Limit(30), Limit(120)
"""How often a link is asked in a minute, and all that one address asks."""


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """One's own link: whether there is one; POST makes a new one and shows it, this once, or ends it."""
    access = of_server()
    from yaad.server import calendars

    made = ""
    if request.method == "POST":
        if request.POST.get("what") == "end":
            calendars.end(access)
            return redirect(reverse("calendar") + "?ended")
        _, secret = calendars.make(access, everybody="everybody" in request.POST)
        made = request.build_absolute_uri(f"/calendar/{secret}.ics")  # it belongs to no company's addresses
    link = calendars.link_of(access)
    context = {
        "page": "tokens",
        "made": made,
        "link": link,
        "of_everybody": link is not None and calendars.ALL in link.scopes,
        "has_own": calendars.has_own(access),
        "is_ended": "ended" in request.GET,
    }
    return render(request, "web/calendar.html", context)


@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """The calendar behind a link; of one that is none, or has ended, nothing is told but that."""
    from yaad.server import calendars, tokens

    waits = by_sender.wait(request.META.get("REMOTE_ADDR", "")) or by_link.wait(
        hashlib.sha256(key.encode()).hexdigest()
    )
    if waits:
        answer = _plain(429, Message("calendar.too_often"))
        answer["Retry-After"] = str(waits)
        return answer
    try:
        if len(key) > LONGEST:
            raise tokens.TokenRefused(Message("api.token_refused"))
        link = tokens.find(key, calendar=True)
        access = calendars.access_of(link)
    except YaadError:
        return _plain(404, Message("calendar.no_such"))
    lang = link.account.language or language()
    with on_behalf_of(access), translation.override(lang):
        address = request.build_absolute_uri(f"/c/{access.company}/deal/")
        found = calendars.feed(link, address, lang)
    if found.tag in [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(found.text.encode(), content_type=KIND)
        answer["Content-Disposition"] = 'inline; filename="yaad.ics"'
    answer["ETag"] = found.tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _plain(status: int, why: Message) -> HttpResponse:
    answer = HttpResponse(words(why, language()) + "\n", status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
