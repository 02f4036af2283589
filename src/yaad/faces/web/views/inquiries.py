"""Inquiries: who waits for an answer, one taken in within seconds, and what was done about each."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaad.book import Book
from yaad.book.inquiries import Received
from yaad.errors import InputError, UnknownName, YaadError
from yaad.faces.web import beginning
from yaad.faces.web.device import is_sent_later, need_own, stamp_of, told
from yaad.faces.web.entry_numbers import entry_number
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.reaching import reach
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.opt_outs import ways
from yaad.insight.board import name_of
from yaad.model import DealEntry
from yaad.model.inquiries import CHANNELS, Touch
from yaad.model.opt_outs import OPT_OUTS
from yaad.server.questions import goal_reading, reading
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import stamp, write_once
from yaad.show.my_day import waited_said
from yaad.text import Message

ALL, TODAY, YESTERDAY = "all", "today", "yesterday"
WHEN = (ALL, TODAY, YESTERDAY)
DONE: Mapping[str, tuple[str, str]] = {
    "called": ("call", ""),
    "no_answer": ("call", "no_show"),
    "wrote": ("message", ""),
    "mailed": ("email", ""),
}
"""What can be said with one tap that was done → what it is, and how it went."""
HANDED = "handed"
"""It was handed on to somebody."""
AGREED = "agreed"
"""It was said when it goes on."""
STEP = ("next_step", "next_step_day")
BY_HAND = ("phone", "whatsapp", "walk_in", "email", "referral")
"""How somebody comes whom a person writes down."""
SOURCES = 8
"""Sources that are offered with one tap."""
TYPED = ("phone", "name", "company", "email", "text", "source", "channel", "owner")
LONGEST_SHOWN = 60
MOST_NUMBERS = 2
"""Entries that a form writes."""


@require_GET
def inquiries(request: HttpRequest) -> HttpResponse:
    """Who waits."""
    if reading.is_empty():
        return beginning.begin_here(request)
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take an inquiry in; what was typed stays where it cannot be."""
    if reading.is_empty():
        return beginning.begin_here(request)
    if request.method != "POST":
        return _form(request)
    typed = {name: request.POST.get(name, "").strip() for name in TYPED}
    source = request.POST.get("other_source", "").strip() or typed["source"]
    touch = Touch(**{**typed, "source": source, "channel": typed["channel"] or BY_HAND[0]})
    key = form_key(request.POST)
    try:
        need_own(request)
        found = write_once(lambda book: book.inquiry(touch, key=key, **stamp_of(request)))
    except YaadError as error:
        if is_sent_later(request):
            raise
        return _form(request, error)
    return told(request, reverse("inquiry-new") + "?" + urlencode(_told(found)))


@require_POST
def answered(request: HttpRequest) -> HttpResponse:
    """Write down what was done about an inquiry: it was answered, or handed on to somebody."""
    deal, done = request.POST.get("deal", ""), request.POST.get("done", "")
    key = form_key(request.POST)
    if done == HANDED:
        to, seen = ({"owner": request.POST.get(name, "") or None} for name in ("owner", "seen"))
        step = {name: value for name in STEP if (value := request.POST.get(name, "").strip())}
        if step and to == seen:  # it goes on with whom it is
            return _written(request, lambda book: book.change(deal, step, key=key, **stamp()), AGREED)
        return _written(request, lambda book: book.change(deal, {**to, **step}, seen=seen, key=key, **stamp()), HANDED)
    if done not in DONE:
        return _page(request, UnknownName("option", done, (*DONE, HANDED)))
    did, went = DONE[done]
    return _written(request, lambda book: book.act(deal, did, went=went, key=key, **stamp()), "answered")


@require_POST
def no_inquiry(request: HttpRequest) -> HttpResponse:
    """Say that it never was an inquiry: a double, a wrong number, somebody who looks for work."""
    deal, stage, seen = (request.POST.get(name, "") for name in ("deal", "stage", "seen"))
    kinds = dict(_stages())
    if kinds.get(stage) != "not_inquiry":
        return _page(request, InputError(Message("inquiries.no_such_reason")))
    key = form_key(request.POST)
    return _written(request, lambda book: book.move(deal, stage, seen=seen, key=key, **stamp()), "taken_out")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was written last: all that one form wrote, the last first."""
    deal = request.POST.get("deal", "")
    numbers = sorted(
        {entry_number(one) or 0 for one in request.POST.getlist("number")[:MOST_NUMBERS]}, reverse=True
    ) or [0]

    def write(book: Book) -> DealEntry:
        entries = [book.undo(deal, one, **stamp()) for one in numbers]
        return entries[-1]

    return _written(request, write, "back")


def _written(request: HttpRequest, write: Callable[[Book], DealEntry], said: str) -> HttpResponse:
    """Write, and show who still waits; what cannot be written is said there."""
    try:
        entry = write_once(write)
    except YaadError as error:
        return _page(request, error)
    told = {"when": _when(request.POST.get("at_when", "")), "said": said, "deal": entry.deal_id}
    return redirect(reverse("inquiries") + "?" + urlencode(told | {"done": str(entry.seq)}))


def _page(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    asked = request.POST.get("at_when", "") if request.method == "POST" else request.GET.get("when", "")
    when, now = _when(asked), dt.datetime.now(dt.UTC)
    today = now.astimezone(ZoneInfo(opened().shelf.book.zone)).date()
    first, last = _between(when, today)
    found = opened().shelf.once(lambda book: book.unanswered(now, first, last))
    country = opened().shelf.book.dials_in
    context = {
        "page": "inquiries",
        "found": found,
        "when": when,
        "choices": [(f"inquiries.when_{one}", _address(one), one == when) for one in WHEN],
        "lists": [
            (
                name,
                n,
                [
                    (
                        one,
                        waited_said(one.minutes, one.came_day, found.day_minutes),
                        reach(one.phone, {}, country, "", one.email),
                    )
                    for one in those
                ],
            )
            for name, n, those in (
                ("first", found.n, found.inquiries),
                ("handed", found.n_handed, found.handed),
                ("again", found.n_again, found.again),
            )
        ],
        "done_ways": [(name, f"inquiries.done_{name}") for name in DONE],
        "reasons": [name for name, kind in _stages() if kind == "not_inquiry"],
        "owners": goal_reading.people(),
        "may_write": current().may(Capability.WRITE),
        "may_lead": current().may(Capability.PEOPLE),
        "ways": ways(),
        "key": uuid.uuid4().hex,
        "done": _done(request) if error is None else None,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/inquiries.html", context, status=status_of(error) if error else 200)


def _form(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    context = {
        "page": "inquiries",
        "typed": typed,
        "channels": [(name, f"inquiries.channel_{name}") for name in BY_HAND],
        "channel": typed.get("channel") if typed.get("channel") in CHANNELS else BY_HAND[0],
        "sources": opened().shelf.ask("usual-sources", lambda book: book.usual_sources())[:SOURCES],
        "owners": goal_reading.people(),
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "done": _done(request) if error is None else None,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/inquiry_new.html", context, status=status_of(error) if error else 200)


def _told(found: Received) -> dict[str, str]:
    said = "began" if found.is_new else "folded"
    more = {"touch": str(found.entry.seq)} if found.no_phone else {}  # what was typed stands in no address
    return {"said": said, "deal": found.deal_id, "done": ",".join(map(str, found.numbers)), **more}


SAID = ("answered", HANDED, AGREED, "taken_out", "back", "began", "folded")
ASKED = "asked_"
"""So begins what was said of who asks not to be contacted."""


def _done(request: HttpRequest) -> Mapping[str, object] | None:
    """What the page that was left has done, in words, with the number that takes it back."""
    deal, number, said = (request.GET.get(name, "") for name in ("deal", "done", "said"))
    asked = said.removeprefix(ASKED) if said.startswith(ASKED) else ""
    if not deal or (said not in SAID and asked not in OPT_OUTS):
        return None
    try:
        row = opened().shelf.once(lambda book: book.opt_outs.hidden(book.facts.deal(deal)))
    except UnknownName:  # it was taken back, or handed on
        gone = {"back": "inquiries.was_back", HANDED: "inquiries.was_handed_away"}
        return {"words": Message(gone[said])} if said in gone else None
    if asked:
        return {"words": Message(f"opt_outs.was_{asked}", {"name": name_of(row)})}
    is_handed = said in ("began", "folded", HANDED) and row["owner"]
    key = f"inquiries.was_{said}_to" if is_handed else f"inquiries.was_{said}"
    words = Message(key, {"name": name_of(row), **({"owner": row["owner"]} if is_handed else {})})
    numbers = [one for one in number.split(",")[:MOST_NUMBERS] if entry_number(one) is not None]
    touch = entry_number(request.GET.get("touch", ""))
    told = "" if touch is None else opened().shelf.once(lambda book: book.no_phone_of(deal, touch))
    no_phone = told[:LONGEST_SHOWN]
    return {
        "words": words,
        "more": Message("inquiries.phone_in_note", {"text": no_phone}) if no_phone else None,
        "deal": deal,
        "numbers": [] if said == "back" else numbers,
        "asks": said in ("answered", HANDED) and not row["next_step_day"],
        "owner": row["owner"] or "",
    }


def _when(text: str) -> str:
    return text if text in WHEN else ALL


def _between(when: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The days between which the inquiries came that are asked for."""
    day = {TODAY: today, YESTERDAY: today - dt.timedelta(days=1)}.get(when)
    return day, day


def _address(when: str) -> str:
    return reverse("inquiries") + ("" if when == ALL else "?" + urlencode({"when": when}))


def _stages() -> list[tuple[str, str]]:
    """Name and type of each stage."""
    stages = opened().shelf.ask("pipeline", lambda book: book.pipeline).stages
    return [(one.name, one.type.value) for one in stages]
