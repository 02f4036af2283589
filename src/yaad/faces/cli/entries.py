"""Verbs that write of deals: new, change, did, move, win … Each prints the number by which it can be taken back."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import InputError
from yaad.faces.cli import options as o
from yaad.faces.cli.language import CURRENT
from yaad.faces.cli.verbs import Asked, figures, on_the_book
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.model import DealEntry
    from yaad.show import Result

Reason = Annotated[str, typer.Option("--reason")]


Ticked = Annotated[list[str] | None, typer.Option("--ticked", metavar="TEXT")]
Values = Annotated[list[str] | None, typer.Argument(metavar="FIELD=VALUE")]


@on_the_book
def new(
    asked: Asked,
    stage: Annotated[str, typer.Argument(metavar="STAGE")],
    values: Values = None,
    *,
    deal: Annotated[str | None, typer.Option("--id", metavar="DEAL")] = None,
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Write a deal down that no file has."""
    with asked.opened() as book:
        said = {name: value or "" for name, value in said_values(values or []).items()}
        entry = book.write_down(stage, said, at=moment(at, book.zone), by=who(person), deal_id=deal)
    _told(asked, entry, "cli.written_down", {"deal": entry.deal_id})


@figures
def deal(asked: Asked, deal: o.DealId) -> "Result":
    """One deal: where it stands, what is next, and what happened."""
    with asked.opened() as book:
        return book.deal(deal)


@on_the_book
def change(asked: Asked, deal: o.DealId, values: Values = None, *, at: o.At = None, person: o.Person = None) -> None:
    """Say what fields of a deal are."""
    with asked.opened() as book:
        entry = book.change(deal, said_values(values or []), at=moment(at, book.zone), by=who(person))
    _told(asked, entry, "cli.changed", {"deal": deal})


@on_the_book
def did(
    asked: Asked,
    deal: o.DealId,
    what: Annotated[str, typer.Argument(metavar="WHAT")],
    *,
    went: Annotated[str, typer.Option("--went", metavar="HOW")] = "",
    text: Annotated[str, typer.Option("--text", metavar="TEXT")] = "",
    incoming: Annotated[bool, typer.Option("--incoming")] = False,
    due: Annotated[str | None, typer.Option("--due", metavar="TIME")] = None,
    settles: Annotated[int | None, typer.Option("--settles", metavar="NUMBER")] = None,
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Write down what was done with the customer, or is planned."""
    with asked.opened() as book:
        entry = book.act(
            deal,
            what,
            at=moment(at, book.zone),
            by=who(person),
            went=went,
            text=text,
            incoming=incoming,
            due=None if due is None else typed_time(due, book.zone),
            settles=settles,
        )
    _told(asked, entry, "cli.did", {"deal": deal})


def said_values(typed: list[str]) -> dict[str, str | None]:
    """Fields as ``name=value``; nothing behind the sign: it has none.

    Raises:
        InputError: there is no sign in one of them.

    >>> said_values(["owner=Dana", "source="])
    {'owner': 'Dana', 'source': None}
    """
    found: dict[str, str | None] = {}
    for one in typed:
        name, sign, value = one.partition("=")
        if not sign:
            raise InputError(Message("cli.no_value", {"text": one}))
        found[name.strip()] = value or None
    return found


@on_the_book
def move(
    asked: Asked,
    deal: o.DealId,
    stage: Annotated[str, typer.Argument(metavar="STAGE")],
    *,
    ticked: Ticked = None,
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Move a deal to another stage."""
    with asked.opened() as book:
        entry = book.move(deal, stage, at=moment(at, book.zone), by=who(person), ticked=ticked or ())
        stands = book.facts.deal(deal)["stage"]
    without = " · ".join(getattr(entry, "without", ()))
    if stands == stage and without:
        _told(asked, entry, "cli.moved_without", {"deal": deal, "stage": stage, "without": without})
    elif stands == stage:
        _told(asked, entry, "cli.moved", {"deal": deal, "stage": stage})
    else:  # an earlier move was told after the fact: later ones stand
        _told(asked, entry, "cli.moved_before", {"deal": deal, "stage": stage, "now": stands})


@on_the_book
def win(
    asked: Asked,
    deal: o.DealId,
    *,
    amount: Annotated[str | None, typer.Option("--amount", metavar="AMOUNT")] = None,
    reason: Reason = "",
    well: Annotated[list[str] | None, typer.Option("--well", metavar="TEXT")] = None,
    ticked: Ticked = None,
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Close a deal as won."""
    with asked.opened() as book:
        when = moment(at, book.zone)
        told = "\n".join(well or [])
        entry = book.win(
            deal, at=when, by=who(person), amount=amount, reason=reason, done_well=told, ticked=ticked or ()
        )
    _told(asked, entry, "cli.won", {"deal": deal})


@on_the_book
def lose(
    asked: Asked,
    deal: o.DealId,
    *,
    reason: Reason = "",
    text: Annotated[str, typer.Option("--text", metavar="TEXT")] = "",
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Close a deal as lost."""
    with asked.opened() as book:
        entry = book.lose(deal, at=moment(at, book.zone), by=who(person), reason=reason, text=text)
    _told(asked, entry, "cli.lost", {"deal": deal})


@on_the_book
def note(
    asked: Asked,
    deal: o.DealId,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    *,
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Write a note on a deal."""
    with asked.opened() as book:
        entry = book.note(deal, text, at=moment(at, book.zone), by=who(person))
    _told(asked, entry, "cli.noted", {"deal": deal})


@on_the_book
def undo(
    asked: Asked,
    deal: o.DealId,
    number: Annotated[int, typer.Argument(metavar="NUMBER")],
    *,
    person: o.Person = None,
) -> None:
    """Take back something that was written."""
    with asked.opened() as book:
        entry = book.undo(deal, number, at=moment(None, book.zone), by=who(person))
    _told(asked, entry, "cli.undone", {"n": number})


def _told(asked: Asked, entry: "DealEntry", key: str, values: dict[str, object]) -> None:
    undo_line = f"yaad undo {entry.deal_id} {entry.seq}"
    written = json.loads(entry.to_json()) | {"seq": entry.seq}
    message = Message(key, values if key == "cli.undone" else values | {"undo": undo_line})
    asked.screen.told(message, **written)


def who(person: str | None) -> str:
    """Who writes: the name given, else what they are called on this machine."""
    from yaad.server.own_name import own_name

    return person or own_name(CURRENT.get())


A_DAY = dt.timedelta(days=1)
"""Clocks and zones may differ by so much; an act later than that has not happened."""


def moment(text: str | None, zone: str) -> dt.datetime:
    """When it happened: as typed, in the company's zone unless it says its own; now when nothing is typed.

    Raises:
        InputError: it is no time, or it is still to come.
    """
    from zoneinfo import ZoneInfo

    local = ZoneInfo(zone)
    if text is None:
        return dt.datetime.now(local)  # a face may read the clock: the act is stamped with the time of the act
    at = typed_time(text, zone)
    if at > dt.datetime.now(local) + A_DAY:
        raise InputError(Message("cli.time_to_come", {"day": at.date()}))
    return at


def typed_time(text: str, zone: str) -> dt.datetime:
    """A time as typed, in the company's zone unless it says its own.

    Raises:
        InputError: it is no time.
    """
    from zoneinfo import ZoneInfo

    try:
        typed = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(Message("cli.bad_time", {"text": text})) from None
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(zone))
