"""Verbs that write: move, win, lose, note, undo. Each prints the number by which it can be taken back."""

import datetime as dt
import getpass
import json
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import InputError
from yaad.faces.cli import options as o
from yaad.faces.cli.verbs import Asked, on_the_book
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.model import DealEntry

Reason = Annotated[str, typer.Option("--reason")]


@on_the_book
def move(
    asked: Asked,
    deal: o.DealId,
    stage: Annotated[str, typer.Argument(metavar="STAGE")],
    *,
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Move a deal to another stage."""
    with asked.opened() as book:
        entry = book.move(deal, stage, at=moment(at, book.zone), by=who(person))
        stands = book.facts.deal(deal)["stage"]
    if stands == stage:
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
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Close a deal as won."""
    with asked.opened() as book:
        when = moment(at, book.zone)
        entry = book.win(deal, at=when, by=who(person), amount=amount, reason=reason)
    _told(asked, entry, "cli.won", {"deal": deal})


@on_the_book
def lose(
    asked: Asked,
    deal: o.DealId,
    *,
    reason: Reason = "",
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Close a deal as lost."""
    with asked.opened() as book:
        entry = book.lose(deal, at=moment(at, book.zone), by=who(person), reason=reason)
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
    """Who writes: the name given, else the account on this machine."""
    return person or getpass.getuser()


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
    try:
        typed = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(Message("cli.bad_time", {"text": text})) from None
    at = typed if typed.tzinfo else typed.replace(tzinfo=local)
    if at > dt.datetime.now(local) + A_DAY:
        raise InputError(Message("cli.time_to_come", {"day": at.date()}))
    return at
