"""Who asks not to be contacted: said of one customer where they stand, of many in a list, and taken back."""

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from yaad.book import Book
from yaad.book.opt_outs import SHOWN, Listed, OptedOut
from yaad.errors import YaadError
from yaad.faces.web import beginning
from yaad.faces.web.entry_numbers import entry_number
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.templatetags.say import language
from yaad.model import OptOutEntry
from yaad.model.opt_outs import OPT_OUTS, SAID_BY
from yaad.server.questions import reading
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import stamp, write_once
from yaad.text import Message, day

LONGEST = 2_000_000
"""Letters of a list that is looked at."""


@require_POST
def opt_out(request: HttpRequest) -> HttpResponse:
    """Say it of the customer of a deal, or of a customer, or take it back; then show where it was said."""
    given = request.POST
    deal, customer = given.get("deal", ""), given.get("customer", "")
    what, is_out = given.get("what", ""), given.get("is_out", "yes") != "no"
    how: dict[str, Any] = {
        "channel": given.get("channel", "") or "other",
        "is_out": is_out,
        "key": form_key(given),
    }

    def write(book: Book) -> OptOutEntry:
        if deal:
            return book.opt_out_of_deal(deal, what, **how, **stamp())
        return book.opt_out(book.handles_of_customer(customer), what, **how, **stamp())

    write_once(write)
    if given.get("back") == "inquiries":
        return redirect(reverse("inquiries") + "?" + urlencode({"deal": deal, "said": f"asked_{what}"}))
    if deal:
        return redirect(reverse("deal") + "?" + urlencode({"id": deal}))
    return redirect(reverse("customer") + "?" + urlencode({"is": customer}))


@require_http_methods(["GET", "HEAD", "POST"])
def opt_outs(request: HttpRequest) -> HttpResponse:
    """All who ask it; a list of them is taken in, line by line."""
    if reading.is_empty():
        return beginning.begin(request)
    if request.method != "POST":
        return _page(request)
    given = request.POST
    if number := entry_number(given.get("undo", "")):
        return _taken_back(request, number)
    text, what, way = given.get("text", "")[:LONGEST], given.get("what", ""), given.get("channel", "") or "list"
    key = form_key(given)
    try:
        found = write_once(lambda book: book.opt_out_list(text, what, channel=way, key=key, **stamp()))
    except YaadError as error:
        return _page(request, error=error)
    return _page(request, found=found)


def _taken_back(request: HttpRequest, number: int) -> HttpResponse:
    """A list that was brought counts no more; another entry is not taken back here."""
    try:
        write_once(lambda book: book.unsay(book.opt_out_numbered(number).seq, **stamp()))
    except YaadError as error:
        return _page(request, error=error)
    return _page(request, is_back=True)


def ways() -> list[tuple[str, str]]:
    """By which way somebody says it: the word, and the key of its words."""
    return [(one, f"opt_outs.way_{one}") for one in SAID_BY if one != "list"]


def asked_in_short(entry: OptOutEntry | OptedOut) -> Message:
    """What somebody asked."""
    return Message(f"opt_outs.is_{entry.what}")


def asked_said(entry: OptOutEntry | OptedOut) -> Message:
    """What somebody asked, when, by which way, and who wrote it down."""
    values: dict[str, object] = {
        "what": asked_in_short(entry),
        "day": day(entry.at.date(), language()),
        "way": Message(f"opt_outs.way_{entry.channel}"),
    }
    return Message("opt_outs.told_by", values | {"by": entry.by}) if entry.by else Message("opt_outs.told", values)


def _page(
    request: HttpRequest, found: Listed | None = None, error: YaadError | None = None, *, is_back: bool = False
) -> HttpResponse:
    every = opened().shelf.once(lambda book: book.opted_out())
    context: Mapping[str, object] = {
        "page": "inquiries",
        "rows": [(one, _handle(one), asked_said(one)) for one in every[:SHOWN]],
        "n": len(every),
        "shown": SHOWN,
        "found": found,
        "is_back": is_back,
        "refused": [] if found is None else [(n, text) for n, text in found.refused.items()][:SHOWN],
        "kinds": [(one, f"opt_outs.ask_{one}") for one in OPT_OUTS],
        "typed": request.POST if error else {},
        "key": uuid.uuid4().hex,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/opt_outs.html", context, status=status_of(error) if error else 200)


def _handle(one: OptedOut) -> str:
    """The number or the address; nothing where they were erased."""
    return one.handle if one.handle.startswith("+") or "@" in one.handle else ""
