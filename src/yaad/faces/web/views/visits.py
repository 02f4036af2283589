"""What was done with a customer, written down on the way: which deal, what, a note, and what is next."""

import datetime as dt
import uuid
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from yaad.book import Book
from yaad.errors import InputError, UnknownName, YaadError
from yaad.faces.web import beginning
from yaad.faces.web.device import is_sent_later, need_own, stamp_of, told
from yaad.faces.web.entry_numbers import entry_numbers
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.deal import STEP, did_and_next
from yaad.insight.board import called
from yaad.model import DealEntry
from yaad.server.questions import board_reading, my_day_reading, reading
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import write_once
from yaad.show.speech import say_plain
from yaad.text import Message

DID = ("visit", "meeting", "call", "message", "email")
"""What may have been done, a visit first."""
NEWER = "newer"
"""Says in an address that a next step was left out, as a newer one stands."""
MOST = 500
"""Deals to choose from."""
NAMED = ("deal_id", "name", "account", "contact", "phone", "email", "owner")
"""Columns by which a deal is called, and whose it is."""


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write down what was done; what was typed stays where it cannot be."""
    if reading.is_empty():
        return beginning.begin_here(request)
    if request.method != "POST":
        return _form(request)
    deal_id, key = request.POST.get("id", ""), form_key(request.POST)
    try:
        need_own(request)
        if not deal_id:
            raise InputError(Message("my_day.no_deal_chosen"))
        entries = write_once(lambda book: _write(book, request, deal_id, key))
    except YaadError as error:
        if is_sent_later(request):
            raise
        return _form(request, error)
    said = {"deal": deal_id, "done": ",".join(str(one.seq) for one in entries)}
    left_out = len(entries) == 1 and any(request.POST.get(name, "").strip() for name in STEP)
    if left_out:
        said["step"] = NEWER
    words = say_plain(Message("my_day.step_left_out"), language()) if left_out else ""
    return told(request, reverse("visit-new") + "?" + urlencode(said), words)


def _write(book: Book, request: HttpRequest, deal_id: str, key: str) -> list[DealEntry]:
    came = book.facts.deal(deal_id)["created_at"] if is_sent_later(request) else None
    since = came if isinstance(came, dt.datetime) else None
    return did_and_next(book, deal_id, request.POST, key, stamp_of(request, since))


def own_deals(person: str, most: int) -> list[dict[str, str]]:
    """The open deals of a person, of all where none is named: id and name, in the order of their names."""
    standing = board_reading.look().standing or opened().shelf.once(lambda book: book.standing())
    rows = standing.rows.select(NAMED).to_pylist()
    mine = [row for row in rows if not person or row["owner"] == person]
    opt_outs = opened().shelf.once(lambda book: book.opt_outs)
    found = [{"id": row["deal_id"], "name": called(row, opt_outs)} for row in mine]
    return sorted(found, key=lambda one: (one["name"].casefold(), one["id"]))[:most]


def _form(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    deals = own_deals(my_day_reading.person_of(current()), MOST)
    chosen = typed.get("id", "")
    if chosen and chosen not in {one["id"] for one in deals} and (name := _called(chosen)) is not None:
        deals = [{"id": chosen, "name": name}, *deals]
    context = {
        "page": "today",
        "typed": typed,
        "deals": deals,
        "chosen": chosen,
        "did": typed.get("did") if typed.get("did") in DID else DID[0],
        "ways": DID,
        "key": uuid.uuid4().hex,
        "done": _done(request) if error is None else None,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/visit_new.html", context, status=status_of(error) if error else 200)


def _called(deal_id: str) -> str | None:
    """What a deal is called; None where there is none for who asks."""
    try:
        return opened().shelf.once(lambda book: called(book.facts.deal(deal_id), book.opt_outs))
    except UnknownName:
        return None


def _done(request: HttpRequest) -> dict[str, object] | None:
    """What the form that was sent has done, and the numbers that take it back."""
    deal_id = request.GET.get("deal", "")
    numbers = entry_numbers(request.GET.get("done", "").split(","))[:2]
    name = _called(deal_id) if deal_id and numbers else None
    if name is None:
        return None
    return {
        "words": Message("inquiries.was_answered", {"name": name}),
        "deal": deal_id,
        "numbers": numbers,
        "left_out": request.GET.get("step") == NEWER,
    }
