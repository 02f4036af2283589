"""What has to be true before a deal goes on: the company writes it for each stage, and it is ticked at the move."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from yaad.book import Book
from yaad.errors import Changed, UnknownName, YaadError
from yaad.faces.web.entry_numbers import entry_numbers
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.templatetags.say import language
from yaad.insight.deal import Deal
from yaad.model import SettingEntry, StageType
from yaad.model.leaving import EXIT, LONGEST_LINE, MOST_LINES, Exits, asked_on, read_exit
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import stamp, write_once
from yaad.show.deal import DealResult
from yaad.text import Message

SEPARATOR = " · "
"""Between lines that stand beside each other."""
BOARD, GRID = "board", "grid"
WAYS_BACK = {BOARD: "pipeline", GRID: "grid"}
"""From where a deal was moved → the address that it leads back to; the page of the deal when absent."""
AT = "at_"
"""So begin the fields that say how the board was narrowed."""


@dataclass(frozen=True)
class Asked:
    """What a move asks.

    Attributes:
        needed: lines of the stage that is left.
        lacks: lines of earlier stages that nobody has ticked since.
    """

    needed: tuple[str, ...]
    lacks: tuple[str, ...]


def asks(deal_id: str, seen: str, to: str) -> bool:
    """Whether a move asks anything of the stage that is left; one from where the deal stands no more does not."""
    book = opened().shelf.book
    if not asked_on(book.pipeline, book.exits, seen, to):
        return False
    try:
        return (opened().shelf.once(lambda mine: mine.deal_now(deal_id))["stage"] or "") == seen
    except UnknownName:
        return False


def asked_of(deal: Deal, to: str) -> Asked:
    """What is asked of a deal as it goes on."""
    needed = asked_on(opened().shelf.book.pipeline, {deal.stage: deal.needed}, deal.stage, to)
    return Asked(needed, tuple(line for line in deal.lacks if line not in needed) if needed else ())


def onward_of(deal: Deal) -> str:
    """The stage that comes next by the company's order; empty where a deal goes on to its end, or to nowhere."""
    names = [one.name for one in opened().shelf.book.pipeline.stages if one.type is StageType.OPEN]
    at = names.index(deal.stage) + 1 if deal.stage in names else len(names)
    return names[at] if at < len(names) else ""


def leaving_of(deal_id: str, to: str, back: str = "", at: Mapping[str, str] | None = None) -> str:
    """The address of the page that asks what is true before a deal goes on."""
    told = {"id": deal_id, "to": to, **({"back": back} if back else {}), **(at or {})}
    return f"{reverse('deal-leave')}?{urlencode(told)}"


def one_of(deal_id: str) -> DealResult:
    """One deal as who asks sees it."""
    today = dt.datetime.now(ZoneInfo(opened().shelf.book.zone)).date()
    return opened().shelf.in_request("deal", lambda book: book.deal(deal_id, today=today), deal_id, today)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Ask what is true by now of what the stage asks, and move the deal on with it."""
    given = request.POST if request.method == "POST" else request.GET
    deal_id, to = given.get("id", ""), given.get("to", "")
    found = one_of(deal_id).content
    opened().shelf.book.pipeline.stage(to)
    if request.method != "POST":
        return _leaving(request, found, to)
    key = form_key(given)
    ticked = request.POST.getlist("ticked")
    try:
        entry = write_once(
            lambda book: book.move(deal_id, to, seen=given.get("seen", ""), ticked=ticked, key=key, **stamp())
        )
    except YaadError as error:
        return _leaving(request, one_of(deal_id).content, to, error)
    if given.get("back") in WAYS_BACK:
        narrowed = {name.removeprefix(AT): value for name, value in given.items() if name.startswith(AT)}
        told = {**narrowed, "deal": deal_id, "done": str(entry.seq)}
        return redirect(f"{reverse(WAYS_BACK[given['back']])}?{urlencode(told)}")
    return redirect(f"{reverse('deal')}?{urlencode({'id': deal_id, 'done': entry.seq})}")


def _leaving(request: HttpRequest, deal: Deal, to: str, error: YaadError | None = None) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    context = {
        "page": "pipeline",
        "deal": deal,
        "to": to,
        "asked": asked_of(deal, to),
        "ticked": given.getlist("ticked"),
        "back": given.get("back", ""),
        "way_back": WAYS_BACK.get(given.get("back", "")),
        "at": [(name, value) for name, value in given.items() if name.startswith(AT)],
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/deal_leave.html", context, status=status_of(error) if error else 200)


# ---- what the company asks -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def exits(request: HttpRequest) -> HttpResponse:
    """What each stage asks; POST keeps what was changed of it."""
    if request.method != "POST":
        return _page(request)
    says, seen = _typed(request, "lines"), _typed(request, "seen")

    def write(book: Book) -> list[SettingEntry]:
        now = book.exits
        mine = _touched(says, seen)
        lines = {stage: read_exit(_lines(text)) if text.strip() else () for stage, text in mine.items()}
        for stage in lines:
            book.pipeline.stage(stage)
        changed = {stage: one for stage, one in lines.items() if one != now.get(stage, ())}
        _hold({stage: seen[stage] for stage in changed if stage in seen}, now)
        return [book.set_setting(f"{EXIT}:{stage}", list(one) or None, **stamp()) for stage, one in changed.items()]

    try:
        entries = write_once(write)
    except YaadError as error:
        return _page(request, error)
    done = ",".join(str(one.seq) for one in entries)
    return redirect(f"{reverse('exits')}?{urlencode({'done': done})}")


def _hold(seen: Mapping[str, str], now: Exits) -> None:
    """Hold that stages ask what was seen there.

    Raises:
        Changed: somebody changed one of them meanwhile; it is said to what.
    """
    others = [stage for stage, text in seen.items() if _lines(text) != list(now.get(stage, ()))]
    if others:
        told = (f"{stage}: {SEPARATOR.join(now.get(stage, ())) or '–'}" for stage in others)
        raise Changed(Message("exits.changed_meanwhile", {"what": "; ".join(told)}))


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what one form changed."""
    numbers = entry_numbers(request.POST.getlist("number"))
    try:
        write_once(lambda book: [book.unsay(one, **stamp()) for one in sorted(numbers, reverse=True)])
    except YaadError as error:
        return _page(request, error)
    return redirect(f"{reverse('exits')}?back=1")


def _page(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    book = opened().shelf.book
    now = {stage: "\n".join(lines) for stage, lines in book.exits.items()}
    typed, seen = (_typed(request, "lines"), _typed(request, "seen")) if error else ({}, {})
    typed = _touched(typed, seen)
    if isinstance(error, Changed):  # it is told what others wrote: who keeps theirs now knows it
        seen = {}
    stages = [one.name for one in book.pipeline.stages if one.type is StageType.OPEN]
    stages += [name for name in now if name not in stages]  # of a stage that is no more, to be taken away
    told = request.GET.get("done") if error is None else None
    context = {
        "page": "pipeline",
        "stages": [(one, typed.get(one, now.get(one, "")), seen.get(one, now.get(one, ""))) for one in stages],
        "lines": MOST_LINES,
        "letters": LONGEST_LINE,
        "done": None if told is None else entry_numbers(told.split(",")),
        "back": "back" in request.GET,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/exits.html", context, status=status_of(error) if error else 200)


def _typed(request: HttpRequest, field: str) -> dict[str, str]:
    """What the form says of each stage in one of its fields."""
    return dict(zip(request.POST.getlist("stage"), request.POST.getlist(field), strict=False))


def _touched(typed: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, str]:
    """What was typed of stages where it is not what was seen there; all of it where nothing says what was seen."""
    return {one: text for one, text in typed.items() if one not in seen or _lines(text) != _lines(seen[one])}


def _lines(text: str) -> list[str]:
    """The lines of a text that say something, each as it is kept."""
    return list(dict.fromkeys(filter(None, (" ".join(one.split()) for one in text.splitlines()))))
