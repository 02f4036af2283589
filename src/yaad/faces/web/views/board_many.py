"""Several deals of the board at a time: each is done or told why not, and all that was done is taken back at once."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from yaad.book import Book
from yaad.errors import InputError, UnknownName, YaadError
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.pipeline import page
from yaad.insight.board import called
from yaad.model import DealEntry, LeavingEntry, StageType
from yaad.server.writing import stamp, write_once
from yaad.text import Message

MOST = 200
"""Deals at a time."""
KEY = 16
MOVE, OWNER, STEP, LOSE = "move", "owner", "step", "lose"


@dataclass(frozen=True)
class Picked:
    """A deal that was picked, as it was seen.

    Attributes:
        deal: its id.
        stage, owner, day: where it stood, whose it was, and the day of its next step; empty: nothing.
    """

    deal: str
    stage: str = ""
    owner: str = ""
    day: str = ""
    number: int = 0

    @classmethod
    def of(cls, text: str) -> "Picked":
        """As a box of the page tells it."""
        told = {name: values[0] for name, values in parse_qs(text, max_num_fields=8).items()}
        number = told.get("number", "")
        return cls(
            told.get("deal", ""),
            told.get("stage", ""),
            told.get("owner", ""),
            told.get("day", ""),
            int(number) if number.isdecimal() and len(number) <= KEY else 0,
        )


@dataclass(frozen=True)
class Happened:
    """What happened to a deal.

    Attributes:
        name: what it is called.
        entry: what was written; None where it was not.
        why: why not.
    """

    name: str
    entry: DealEntry | None = None
    why: str = ""

    @property
    def again(self) -> str:
        """What takes it back, as a form carries it."""
        return "" if self.entry is None else urlencode({"deal": self.entry.deal_id, "number": self.entry.seq})


@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Move the deals that were picked, hand them over, set the day of their next step, or close them as lost."""
    done = request.POST.get("do", "")
    if done not in WAYS:
        return page(request, InputError(Message("pipeline.many_what")))
    return _answered(request, lambda book, one: WAYS[done](request, book, one), "pipeline.many_done")


@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Take back what was done with several deals."""

    def undo(book: Book, one: Picked) -> DealEntry:
        return book.undo(one.deal, one.number, key=_key(request, one), **stamp())

    return _answered(request, undo, "pipeline.many_back")


def _answered(request: HttpRequest, write: Callable[[Book, Picked], DealEntry], said: str) -> HttpResponse:
    picked = [Picked.of(text) for text in dict.fromkeys(request.POST.getlist("pick"))]
    if not picked:
        return page(request, InputError(Message("pipeline.many_none")))
    if len(picked) > MOST:
        return page(request, InputError(Message("pipeline.many_most", {"most": MOST})))
    happened = write_once(lambda book: list(_each(book, picked, write)))
    done = [one for one in happened if one.entry is not None]
    told = {
        "words": Message(said, {"n": len(done)}) if done else None,
        "without": sum(isinstance(one.entry, LeavingEntry) and bool(one.entry.without) for one in done),
        "not_done": [one for one in happened if one.entry is None],
        "back": [one.again for one in done] if said == "pipeline.many_done" else [],
    }
    return page(request, many=told)


def _each(book: Book, picked: list[Picked], write: Callable[[Book, Picked], DealEntry]) -> Iterator[Happened]:
    """One deal after the other: what cannot be done with one is done with the others all the same."""
    for one in picked:
        try:
            name = called(book.deal_now(one.deal), book.opt_outs)
        except UnknownName:  # it was taken back, or is somebody else's by now
            name = one.deal
        try:
            yield Happened(name, write(book, one))
        except YaadError as error:
            yield Happened(name, why=error.say(language()))


def _key(request: HttpRequest, one: Picked) -> str:
    """The key of an entry: the same form sent twice writes once."""
    told = f"{request.POST.get('key', '')}\0{one.deal}"
    return hashlib.sha256(told.encode()).hexdigest()[: 2 * KEY]


def _move(request: HttpRequest, book: Book, one: Picked) -> DealEntry:
    stage = request.POST.get("stage", "")
    if book.pipeline.stage(stage).type is not StageType.OPEN:
        raise InputError(Message("pipeline.many_closing"))
    if stage == one.stage:
        raise InputError(Message("pipeline.many_there", {"stage": stage}))
    return book.move(one.deal, stage, seen=one.stage, key=_key(request, one), **stamp())


def _hand(request: HttpRequest, book: Book, one: Picked) -> DealEntry:
    seen = {"owner": one.owner or None}
    return book.change(
        one.deal, {"owner": request.POST.get("owner", "") or None}, seen=seen, key=_key(request, one), **stamp()
    )


def _step(request: HttpRequest, book: Book, one: Picked) -> DealEntry:
    day, seen = request.POST.get("next_step_day", ""), {"next_step_day": one.day or None}
    return book.change(one.deal, {"next_step_day": day or None}, seen=seen, key=_key(request, one), **stamp())


def _lose(request: HttpRequest, book: Book, one: Picked) -> DealEntry:
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise InputError(Message("pipeline.many_why"))
    return book.lose(one.deal, reason=reason, seen=one.stage, key=_key(request, one), **stamp())


WAYS: dict[str, Callable[[HttpRequest, Book, Picked], DealEntry]] = {
    MOVE: _move,
    OWNER: _hand,
    STEP: _step,
    LOSE: _lose,
}
"""What can be done with several deals."""
