"""Verbs that write: move, win, lose, note, undo. Each prints the number by which it can be taken back."""

import datetime as dt
import getpass
import json
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import InputError
from yaad.faces.cli import options as o
from yaad.faces.cli.figures import opened, screen_for
from yaad.faces.cli.language import Lang
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.model import Entry

ENGINE = "duckdb"  # writing reads one deal; there is nothing to distribute

Reason = Annotated[str, typer.Option("--reason")]


def move(
    deal: o.DealId,
    stage: Annotated[str, typer.Argument(metavar="STAGE")],
    *,
    at: o.At = None,
    person: o.Person = None,
    book: o.BookDir = o.BOOK,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Move a deal to another stage."""
    with opened(book, ENGINE, None) as opened_book:
        entry = opened_book.move(deal, stage, at=moment(at, opened_book.zone), by=who(person))
    _told(entry, "cli.moved", {"deal": deal, "stage": stage}, lang, as_json=as_json)


def win(
    deal: o.DealId,
    *,
    amount: Annotated[str | None, typer.Option("--amount", metavar="AMOUNT")] = None,
    reason: Reason = "",
    at: o.At = None,
    person: o.Person = None,
    book: o.BookDir = o.BOOK,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Close a deal as won."""
    with opened(book, ENGINE, None) as opened_book:
        when = moment(at, opened_book.zone)
        entry = opened_book.win(deal, at=when, by=who(person), amount=amount, reason=reason)
    _told(entry, "cli.won", {"deal": deal}, lang, as_json=as_json)


def lose(
    deal: o.DealId,
    *,
    reason: Reason = "",
    at: o.At = None,
    person: o.Person = None,
    book: o.BookDir = o.BOOK,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Close a deal as lost."""
    with opened(book, ENGINE, None) as opened_book:
        entry = opened_book.lose(deal, at=moment(at, opened_book.zone), by=who(person), reason=reason)
    _told(entry, "cli.lost", {"deal": deal}, lang, as_json=as_json)


def note(
    deal: o.DealId,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    *,
    at: o.At = None,
    person: o.Person = None,
    book: o.BookDir = o.BOOK,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Write a note on a deal."""
    with opened(book, ENGINE, None) as opened_book:
        entry = opened_book.note(deal, text, at=moment(at, opened_book.zone), by=who(person))
    _told(entry, "cli.noted", {"deal": deal}, lang, as_json=as_json)


def undo(
    deal: o.DealId,
    number: Annotated[int, typer.Argument(metavar="NUMBER")],
    *,
    person: o.Person = None,
    book: o.BookDir = o.BOOK,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Take back something that was written."""
    with opened(book, ENGINE, None) as opened_book:
        entry = opened_book.undo(deal, number, at=moment(None, opened_book.zone), by=who(person))
    _told(entry, "cli.undone", {"n": number}, lang, as_json=as_json)


def _told(entry: "Entry", key: str, values: dict[str, object], lang: Lang | None, *, as_json: bool) -> None:
    undo_line = f"yaad undo {entry.deal_id} {entry.seq}"
    written = json.loads(entry.to_json()) | {"seq": entry.seq}
    message = Message(key, values if key == "cli.undone" else values | {"undo": undo_line})
    screen_for(lang, as_json=as_json).told(message, **written)


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
