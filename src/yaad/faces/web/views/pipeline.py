"""The pipeline as a board: deals by stage, moved, written down, and all of it taken back."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from yaad.book import Book
from yaad.book.deals import entries_of, lacking_of
from yaad.errors import InputError, UnknownName, YaadError
from yaad.faces.web import beginning
from yaad.faces.web.entry_numbers import entry_number
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.leaving import BOARD, SEPARATOR, asks, leaving_of
from yaad.facts import KeyTaken
from yaad.insight import SHOWN, Board, Wanted
from yaad.insight.board import EQUAL, ONLY, Card, Column, called
from yaad.model import DealEntry, StageType
from yaad.server.questions import board_reading, reading
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import stamp, write_once
from yaad.text import Message, moment, money

KEY = 32
NO_STAGE = "–"
"""Stands in an address for the column of deals without a stage."""
NEW = ("account", "phone", "amount", "source", "next_step", "next_step_day")
"""What is asked of a deal that is written down; more of it is said on the deal itself."""


@dataclass(frozen=True)
class Lane:
    """A column as it is drawn.

    Attributes:
        column: it.
        stages: where a deal can go: name and type of each.
        asked: what narrows the board.
        lacks: deal_id → what it went on without.
    """

    column: Column
    stages: Sequence[tuple[str, str]]
    asked: Mapping[str, str]
    lacks: Mapping[str, tuple[str, ...]]

    @property
    def cards(self) -> list[tuple[Card, tuple[str, ...]]]:
        """Its cards, each with what it went on without."""
        return [(card, self.lacks.get(card.deal_id, ())) for card in self.column.cards]

    @cached_property
    def choices(self) -> SafeString:
        """The stages as choices, that of the column chosen; the same for all of its cards."""
        here = self.column.stage.name
        none = format_html('<option value=""></option>') if not here else SafeString()
        chosen = SafeString(" selected")
        said = ((chosen if one == here else "", one) for one, _ in self.stages)
        return none + format_html_join("", "<option{}>{}</option>", said)

    @property
    def whole(self) -> str:
        """The address of the board with all cards of the column."""
        return reverse("pipeline") + "?" + urlencode({**self.asked, "all": self.column.stage.name or NO_STAGE})


@require_GET
def pipeline(request: HttpRequest) -> HttpResponse:
    """The board."""
    if reading.is_empty():
        return beginning.begin_here(request)
    return page(request)


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Move a deal from the stage in which it was seen to another one."""
    deal, stage, seen = (request.POST.get(name, "") for name in ("deal", "stage", "seen"))
    if stage == seen:
        return redirect(board_as(request.POST))
    known = {one.name: one.type for one in opened().shelf.book.pipeline.stages}
    if known.get(stage) in (StageType.WON, StageType.LOST):  # asks why, and what was done well
        return redirect(f"{reverse('deal-close')}?{urlencode({'id': deal, 'to': stage})}")
    if asks(deal, seen, stage):
        at = {f"at_{name}": value for name, value in narrowing_of_form(request.POST).items()}
        return redirect(leaving_of(deal, stage, BOARD, at))
    key = _move_key(request.POST.get("key", ""), deal)
    return _written(request, lambda book: book.move(deal, stage, seen=seen, key=key, **stamp()))


def _move_key(key: str, deal: str) -> str:
    """The key of a move: that of the page, which all of its cards have in common, and the deal; none of no page's."""
    return hashlib.sha256(f"move\0{key}\0{deal}".encode()).hexdigest()[:KEY] if key else uuid.uuid4().hex


@require_POST
def write_down(request: HttpRequest) -> HttpResponse:
    """Write a deal down."""
    if reading.is_empty() or request.POST.get("begins"):
        return beginning.write_first(request)
    said = {name: request.POST.get(name, "").strip() for name in (*NEW, "owner")}
    key, stage = form_key(request.POST), request.POST.get("stage", "")
    if not (said["account"] or said["phone"]):
        return page(request, InputError(Message("pipeline.no_name")))
    return _written(request, lambda book: book.write_down(stage, said, key=key, **stamp()))


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done last."""
    deal, number = request.POST.get("deal", ""), entry_number(request.POST.get("number", "")) or 0
    return _written(request, lambda book: book.undo(deal, number, **stamp()), back="1")


def _written(request: HttpRequest, write: Callable[[Book], DealEntry], **more: str) -> HttpResponse:
    """Write, and show the board as it was narrowed; what cannot be written is said there.

    Args:
        request: the form.
        write: what to write.
        more: what the address of the board says of it; which deal it was, and the number, when absent.
    """
    try:
        entry = write_once(write)
    except YaadError as error:
        return page(request, error)
    return redirect(board_as(request.POST, **(more or {"deal": entry.deal_id, "done": str(entry.seq)})))


def board_as(given: Mapping[str, str], **more: str) -> str:
    """Of the board as it is narrowed, with what was done."""
    return reverse("pipeline") + "?" + urlencode({**narrowing_of_form(given), **more})


def narrowing(given: Mapping[str, str]) -> dict[str, str]:
    """What narrows the board."""
    found = {name: value for name in (*EQUAL, "q", "only", "all") if (value := given.get(name, "").strip())}
    if found.get("only") not in ONLY:
        found.pop("only", None)
    return found


def narrowing_of_form(given: Mapping[str, str]) -> dict[str, str]:
    """The same as a form that writes carries it: under other names, since its own fields are called so."""
    return narrowing({name.removeprefix("at_"): value for name, value in given.items() if name.startswith("at_")})


def shown(request: HttpRequest) -> dict[str, object]:
    """What the columns of the board are drawn from, as the address narrows them, or the form that was sent."""
    asked = narrowing_of_form(request.POST) if request.method == "POST" else narrowing(request.GET)
    more = asked.get("all")
    seen = board_reading.seen(wanted_of(asked), SHOWN, "" if more == NO_STAGE else more)
    found, stages = seen.board, [(one.name, one.type.value) for one in seen.standing.pipeline.stages]
    cards = [card.deal_id for column in found.columns for card in column.cards]
    lacks = lacking_of(opened().shelf.book, cards)
    request.as_of = seen.standing.as_of  # type: ignore[attr-defined] # the day of what this page shows
    return {
        "board": found,
        "version": seen.look.version,
        "lanes": [Lane(one, stages, asked, lacks) for one in found.columns],
        "form_head": form_head(request, asked),
        "move_key": uuid.uuid4().hex,
        "held_since": _clock(seen),
        "asked": asked,
        "narrowed": f"?{urlencode(asked)}" if asked else "",
        "stages": stages,
        "lead": _lead(found, asked),
        "may_write": current().may(Capability.WRITE),
        "may_lead": current().may(Capability.PEOPLE),
        "moment": seen.look.moment,
    }


def page(
    request: HttpRequest, error: YaadError | None = None, many: Mapping[str, object] | None = None
) -> HttpResponse:
    """The board as a page.

    Args:
        request: for it, or what was sent.
        error: why something was not done.
        many: what was done with several deals, see `board_many`.
    """
    drawn = shown(request)
    asked, found = cast("dict[str, str]", drawn["asked"]), cast("Board", drawn["board"])
    context = {
        "page": "pipeline",
        **drawn,
        **filters_of(asked, found.choices, "pipeline"),
        "owners": owners_of(found.choices, str(drawn["moment"])),
        "key": uuid.uuid4().hex if isinstance(error, KeyTaken) else request.POST.get("key") or uuid.uuid4().hex,
        "typed": request.POST if "do" not in request.POST else {},
        "many_key": uuid.uuid4().hex,
        "done": _done(request) if error is None else None,
        "back": "back" in request.GET,
        "error": error.say(language()) if error else "",
        "many": many,
    }
    status = status_of(error) if error else 200
    return render(request, "web/pipeline.html", context, status=status)


def filters_of(asked: Mapping[str, str], choices: Mapping[str, Sequence[str]], here: str) -> dict[str, object]:
    """What the filters of board and grid are drawn from; `here` names the address that they narrow."""
    given = [
        (name, f"pipeline.by_{name}", choices[name], asked.get(name, "")) for name in EQUAL if len(choices[name]) > 1
    ]
    address = reverse(here)
    return {"here_at": address, "choices": given, "only": [_only(asked, name, address) for name in ("", *ONLY)]}


def _only(asked: Mapping[str, str], name: str, address: str) -> tuple[str, str, bool]:
    """A link that shows some of the deals alone: its words, its address, and whether it is what is shown."""
    kept = {one: value for one, value in asked.items() if one != "only"} | ({"only": name} if name else {})
    word = name or "all"
    return f"pipeline.only_{word}", address + "?" + urlencode(kept), asked.get("only", "") == name


def form_head(request: HttpRequest, asked: Mapping[str, str]) -> SafeString:
    """What each form of a card begins with; there are many of them."""
    token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
    more = ((f"at_{name}", value) for name, value in asked.items())
    return token + format_html_join("", '<input type="hidden" name="{}" value="{}">', more)


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """Which deals are asked for."""
    equal = {name: asked[name] for name in EQUAL if name in asked}
    return Wanted(equal, asked.get("q", ""), asked.get("only", ""))


def owners_of(choices: Mapping[str, Sequence[str]], of_moment: str) -> list[str]:
    """Who can be given a deal: whom the viewer leads, else all who ever had one."""
    mine = sorted(current().viewer.owners or ())
    if mine:
        return mine
    names, _ = opened().shelf.lasting("owners", lambda book: book.goals.names("owner"), of_moment, of_moment)
    return sorted({*names, *choices["owner"]})


def _clock(seen: board_reading.Seen) -> str | None:
    """From when the chances are, by the company's clock, where something was written since."""
    if seen.held_since is None:
        return None
    return moment(seen.held_since.astimezone(ZoneInfo(seen.standing.zone)), language())


def _lead(found: Board, asked: Mapping[str, str]) -> list[Message]:
    """What the board says in a sentence: how much, what it is worth, and how many wait for nothing."""
    if asked.keys() - {"all"}:
        return [Message("pipeline.lead_found", {"n": found.n, "of": found.of})]
    said = Message("pipeline.lead_plain", {"n": found.n})
    if found.value is not None and found.weighted is not None and found.between is not None:
        told = {"value": found.value, "weighted": found.weighted, "low": found.between[0], "high": found.between[1]}
        sums = {name: money(one, found.currency, language()) for name, one in told.items()}
        said = Message("pipeline.lead", {"n": found.n, **sums})
    without = found.without_step
    return [said, Message("pipeline.lead_steps", {"n": without})] if without else [said]


def _done(request: HttpRequest) -> Mapping[str, object] | None:
    """What the page that was left has done: the deal, where it stands now, and the number that takes it back."""
    deal, number = request.GET.get("deal", ""), request.GET.get("done", "")
    if not deal or entry_number(number) is None:
        return None
    try:
        row, name, written = opened().shelf.once(lambda book: _told_of(book, deal))
    except UnknownName:  # it was handed on, or taken back by somebody else
        return None
    entries = [one for one in written if one["seq"] == entry_number(number) and one["counts"]]
    if not entries:
        return None
    said = "pipeline.written_down" if entries[0]["kind"] == "create" else "pipeline.moved"
    values: dict[str, object] = {"name": name, "stage": str(row["stage"])}
    if entries[0].get("without"):
        said, values = "exits.moved_without", {**values, "what": SEPARATOR.join(entries[0]["without"])}
    return {"words": Message(said, values), "deal": deal, "number": number}


def _told_of(book: Book, deal: str) -> tuple[Mapping[str, object], str, list[dict[str, Any]]]:
    """A deal as it stands, what it is called, and what was written of it."""
    row = book.deal_now(deal)
    return row, called(row, book.opt_outs), entries_of(book, deal)
