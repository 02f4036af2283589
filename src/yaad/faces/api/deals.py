"""Single deals: listed page by page, told one by one, moved, won, lost, noted on, and all of it taken back."""

import datetime as dt
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book import Book
from yaad.book.deals import Wanted, deal_of, deals_of, entries_of
from yaad.errors import InputError, UnknownName
from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import key_of, reads, writes
from yaad.faces.api.paging import Listing
from yaad.faces.api.parameters import Amount, AsOf, Body, Count, Cursor, DealId, Long, Name, Number, Text, day
from yaad.faces.api.shapes import deals as shapes
from yaad.faces.api.versions import hold
from yaad.model import WRITTEN as CAN_BE_WRITTEN
from yaad.model import DealEntry, LeavingEntry
from yaad.model.leaving import MOST_LINES
from yaad.server import cursors
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.writing import write_once
from yaad.show import Result
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
A_DAY = dt.timedelta(days=1)
"""Clocks and zones may differ by so much; an act later than that has not happened."""


@reads(
    router,
    "/deals",
    Capability.ROWS,
    shapes.Deals,
    example={"deals": [{"deal_id": "D-1001", "stage": "Quote", "owner": "Dana"}], "next": "eyJ…"},
)
def deals(
    request: HttpRequest,
    *,
    stage: Annotated[Text, Field(examples=["Quote"])] = "",
    outcome: Annotated[Text, Field(examples=["open"])] = "",
    owner: Annotated[Text, Field(examples=["Dana"])] = "",
    source: Annotated[Text, Field(examples=["Fair"])] = "",
    product: Annotated[Text, Field(examples=["Kitchen"])] = "",
    branch: Annotated[Text, Field(examples=["Haifa"])] = "",
    campaign: Annotated[Text, Field(examples=["Spring"])] = "",
    account: Annotated[Text, Field(examples=["Oak Kitchens"])] = "",
    created_from: AsOf = None,
    created_to: AsOf = None,
    cursor: Cursor = "",
    limit: Count = 50,
) -> Json:
    """Deals, page by page."""
    del request
    not_empty()
    asked = {
        "stage": stage,
        "outcome": outcome,
        "owner": owner,
        "source": source,
        "product": product,
        "branch": branch,
        "campaign": campaign,
        "account": account,
    }
    equal = {name: value for name, value in asked.items() if value}
    wanted = Wanted(equal, day(created_from, "created_from"), day(created_to, "created_to"))
    about = json.dumps([equal, str(created_from), str(created_to)], sort_keys=True)
    after = int(cursors.after(current(), about, cursor)) if cursor else 0
    found, last = opened().shelf.once(lambda book: deals_of(book, wanted, after, limit))
    return {"deals": found, "next": None if last is None else cursors.cursor(current(), about, last)}


@reads(
    router,
    "/deals/{path:deal_id}/entries",
    Capability.ROWS,
    shapes.Entries,
    example={"entries": [{"kind": "note", "seq": 7}], "next": None},
)
def entries(request: HttpRequest, deal_id: DealId, cursor: Cursor = "", limit: Count = 50) -> Json:
    """What was written of a deal by hand, in its order."""
    del request
    not_empty()
    listing: Listing[Json] = Listing("entries", lambda one: int(one["seq"]), lambda one: one, about={"deal": deal_id})
    return listing.page(opened().shelf.once(lambda book: entries_of(book, deal_id)), cursor, limit)


@reads(
    router,
    "/deals/{path:deal_id}/timeline",
    Capability.ROWS,
    shapes.DealStory,
    example={
        "deal_id": "D-1001",
        "name": "Oak Kitchens",
        "says": ["12 days in Quote", "No next step"],
        "timeline": [{"kind": "moved", "day": "2026-10-20", "said": "Moved to Quote", "number": 411}],
    },
)
def timeline(request: HttpRequest, deal_id: DealId) -> Result:
    """One deal as people work on it: how long and how sure, what is next, and all that happened, the latest first."""
    del request
    not_empty()
    today = dt.datetime.now(ZoneInfo(opened().shelf.book.zone)).date()
    return opened().shelf.once(lambda book: book.deal(deal_id, today=today))


class Act(Body):
    """Something that happened to a deal.

    Attributes:
        at: when; now when absent.
    """

    at: dt.datetime | None = None


Ticked = Annotated[list[Name], Field(max_length=MOST_LINES * MOST_LINES, default_factory=list)]


class Move(Act):
    """To another stage.

    Attributes:
        ticked: which of the lines that the stage asks are true; without the others it goes all the same.
    """

    stage: Name
    ticked: Ticked


class Win(Act):
    """Won.

    Attributes:
        stage: a won stage; the first one when absent.
        amount: replaces the deal's.
        reason: why.
        done_well: what was done well on the way, a line each.
        ticked: see `Move`.
    """

    stage: Name | None = None
    amount: Amount | None = None
    reason: Text = ""
    done_well: Long | None = None
    ticked: Ticked


class Lose(Act):
    """Lost.

    Attributes:
        stage: a lost stage; the first one when absent.
        reason: why.
        text: free words.
    """

    stage: Name | None = None
    reason: Text = ""
    text: Long | None = None


class Note(Act):
    """A note."""

    text: Long


class NewDeal(Act):
    """A deal that begins.

    Attributes:
        stage: where it stands first.
        values: column of deals → its value.
        deal_id: its id; one is made when absent.
    """

    stage: Name
    values: Annotated[dict[str, Long], Field(max_length=len(CAN_BE_WRITTEN), default_factory=dict)]
    deal_id: Name | None = None


class DealChange(Act):
    """What fields of a deal are.

    Attributes:
        values: column of deals → its value; null: it has none.
    """

    values: Annotated[dict[str, Long | None], Field(min_length=1, max_length=len(CAN_BE_WRITTEN))]


class DealAct(Act):
    """What was done with the customer, or is planned.

    Attributes:
        did: call, meeting, visit, message or email.
        went: planned, held, no_show or cancelled; it took place when absent.
        due: when it is planned for.
        settles: number of the entry that planned it.
    """

    did: Text
    went: Text = ""
    text: Long | None = None
    incoming: bool = False
    due: dt.datetime | None = None
    settles: Number | None = None


class Undo(Body):
    """Something that was written.

    Attributes:
        seq: its number.
    """

    seq: Number


WRITTEN = {"deal_id": "D-1001", "seq": 411, "stage": "Quote", "outcome": "open", "version": "3f2a9c0d41b7e865"}
WRITTEN |= {"without": []}
ONE = {name: one for name, one in WRITTEN.items() if name not in ("seq", "without")} | {"way": [], "entries": []}


@writes(
    router,
    "/deals/{path:deal_id}/move",
    Capability.WRITE,
    shapes.DealWritten,
    body={"stage": "Quote", "at": "2026-10-20T09:30:00+03:00", "ticked": ["The budget is known"]},
    example=WRITTEN,
    matched=True,
)
def move(request: HttpRequest, deal_id: DealId, body: Move) -> Json:
    """Move a deal to another stage."""
    return written(
        request,
        deal_id,
        body.at,
        lambda book, at, by, key: book.move(deal_id, body.stage, at=at, by=by, ticked=body.ticked, key=key),
    )


@writes(
    router,
    "/deals/{path:deal_id}/win",
    Capability.WRITE,
    shapes.DealWritten,
    body={"amount": "12500.00", "reason": "Price", "done_well": "Answered the same day"},
    example={**WRITTEN, "stage": "Won", "outcome": "won"},
    matched=True,
)
def win(request: HttpRequest, deal_id: DealId, body: Win) -> Json:
    """Close a deal as won."""

    def write(book: Book, at: dt.datetime, by: str, key: str | None) -> DealEntry:
        return book.win(
            deal_id,
            at=at,
            by=by,
            amount=body.amount,
            reason=body.reason,
            done_well=body.done_well or "",
            to_stage=body.stage,
            ticked=body.ticked,
            key=key,
        )

    return written(request, deal_id, body.at, write)


@writes(
    router,
    "/deals/{path:deal_id}/lose",
    Capability.WRITE,
    shapes.DealWritten,
    body={"reason": "Too late"},
    example={**WRITTEN, "stage": "Lost", "outcome": "lost"},
    matched=True,
)
def lose(request: HttpRequest, deal_id: DealId, body: Lose) -> Json:
    """Close a deal as lost."""
    return written(
        request,
        deal_id,
        body.at,
        lambda book, at, by, key: book.lose(
            deal_id, at=at, by=by, reason=body.reason, text=body.text or "", to_stage=body.stage, key=key
        ),
    )


@writes(
    router,
    "/deals/{path:deal_id}/note",
    Capability.NOTE,
    shapes.DealWritten,
    body={"text": "Wants a second quote"},
    example=WRITTEN,
    matched=True,
)
def note(request: HttpRequest, deal_id: DealId, body: Note) -> Json:
    """Write a note on a deal."""
    return written(
        request, deal_id, body.at, lambda book, at, by, key: book.note(deal_id, body.text, at=at, by=by, key=key)
    )


@writes(
    router,
    "/deals",
    Capability.WRITE,
    shapes.DealWritten,
    status=201,
    body={"stage": "New", "values": {"account": "Oak Kitchens", "phone": "+97235550100", "source": "Phone"}},
    example=WRITTEN | {"stage": "New"},
)
def write_down(request: HttpRequest, body: NewDeal) -> Json:
    """Write a deal down that no file has. Who sees only their own deals has to name themselves as its ``owner``."""
    not_empty()
    access = current()

    def act(book: Book) -> Json:
        at, key = moment_of(body.at, book.zone), key_of(request)
        entry = book.write_down(body.stage, body.values, at=at, by=access.name, key=key, deal_id=body.deal_id)
        return _stands(book, entry)

    return write_once(act)


@writes(
    router,
    "/deals/{path:deal_id}/change",
    Capability.WRITE,
    shapes.DealWritten,
    body={"values": {"next_step": "Send the drawing", "next_step_day": "2026-10-25"}},
    example=WRITTEN,
    matched=True,
)
def change(request: HttpRequest, deal_id: DealId, body: DealChange) -> Json:
    """Say what fields of a deal are."""
    return written(
        request, deal_id, body.at, lambda book, at, by, key: book.change(deal_id, body.values, at=at, by=by, key=key)
    )


@writes(
    router,
    "/deals/{path:deal_id}/act",
    Capability.WRITE,
    shapes.DealWritten,
    body={"did": "call", "went": "no_show"},
    example=WRITTEN,
    matched=True,
)
def act(request: HttpRequest, deal_id: DealId, body: DealAct) -> Json:
    """Write down what was done with the customer, or is planned."""

    def write(book: Book, at: dt.datetime, by: str, key: str | None) -> DealEntry:
        due = None if body.due is None else _aware(body.due, book.zone)
        return book.act(
            deal_id,
            body.did,
            at=at,
            by=by,
            went=body.went,
            text=body.text or "",
            incoming=body.incoming,
            due=due,
            settles=body.settles,
            key=key,
        )

    return written(request, deal_id, body.at, write)


@writes(
    router,
    "/deals/{path:deal_id}/undo",
    Capability.WRITE,
    shapes.DealWritten,
    body={"seq": 411},
    example=WRITTEN,
    matched=True,
)
def undo(request: HttpRequest, deal_id: DealId, body: Undo) -> Json:
    """Take back something that was written of a deal."""
    return written(
        request, deal_id, None, lambda book, at, by, key: book.undo(deal_id, body.seq, at=at, by=by, key=key)
    )


@reads(
    router,
    "/deals/{path:deal_id}",
    Capability.ROWS,
    shapes.OneDeal,
    kept=False,
    example=ONE,
)
def deal(request: HttpRequest, deal_id: DealId) -> Json:
    """One deal, with its way and what was written of it."""
    del request
    not_empty()
    return opened().shelf.once(lambda book: deal_of(book, deal_id))


Write = Callable[[Book, dt.datetime, str, str | None], DealEntry]


def written(request: HttpRequest, deal_id: str, said: dt.datetime | None, write: Write) -> Json:
    """Write an entry of a deal, where it still is as the program saw it; how it stands afterwards.

    Raises:
        Conflict: ``If-Match`` names another version than the deal has now.
        InputError: the moment is still to come, or before all calendars of trade.
        UnknownName: there is no such deal, or not for who asks.
    """
    not_empty()
    access = current()

    def act(book: Book) -> Json:
        hold(request, lambda: str(deal_of(book, deal_id)["version"]), Message("api.conflict", {"deal": deal_id}))
        return _stands(book, write(book, moment_of(said, book.zone), access.name, key_of(request)))

    return write_once(act)


def _stands(book: Book, entry: DealEntry) -> Json:
    """How a deal stands after an entry; without a stage where it is none of theirs any more."""
    told: Json = {"deal_id": entry.deal_id, "stage": None, "outcome": "", "version": "", "seq": entry.seq}
    told["without"] = list(entry.without) if isinstance(entry, LeavingEntry) else []
    with suppress(UnknownName):
        found = deal_of(book, entry.deal_id)
        told |= {name: found[name] for name in ("stage", "outcome", "version")}
    return told


def moment_of(said: dt.datetime | None, zone: str) -> dt.datetime:
    """When it happened; a face may read the clock."""
    local = ZoneInfo(zone)
    now = dt.datetime.now(local)
    if said is None:
        return now
    if not 1970 <= said.year <= now.year + 1:
        raise InputError(Message("api.day_out_of_range", {"name": "at"}))
    at = _aware(said, zone)
    if at > now + A_DAY:
        raise InputError(Message("api.day_out_of_range", {"name": "at"}))
    return at


def _aware(said: dt.datetime, zone: str) -> dt.datetime:
    """A moment with its zone: the company's where none is said."""
    return said if said.tzinfo else said.replace(tzinfo=ZoneInfo(zone))
