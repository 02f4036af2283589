"""What somebody is told in the morning, of the questions that the pages ask."""

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from yaad.book.usual import calendar_of
from yaad.errors import YaadError
from yaad.facts import journal_of, undone
from yaad.model import DealEntry, WinEntry
from yaad.model.calendar import Calendar
from yaad.model.periods import Period
from yaad.plan.goals import Goal
from yaad.show.digest import Asks, Digest, Success

if TYPE_CHECKING:
    from yaad.book.book import Book

TOLD = ("new", "won", "lost")
"""Headings of what moved that are told."""
CALLS, ASKS = 10, 3
"""Whom to call, and who waits for an answer, are told one by one up to so many."""
LATELY = dt.timedelta(days=7)
"""A success is of the last days."""
LONGEST_REST = 14


def digest(book: "Book", now: dt.datetime) -> Digest:
    """The morning of who looks at the book.

    Args:
        book: as its viewer sees it.
        now: the moment.

    Raises:
        Withheld: single deals are not told to the viewer.
    """
    book.need_persons()
    today = now.astimezone(ZoneInfo(book.zone)).date()
    since = _before_last_working_day(calendar_of(book.root, book.zone), today)
    waiting = book.unanswered(now)
    return Digest(
        company=book.name,
        day=today,
        since=since,
        new=_new(book, since),
        asks=[Asks(one.name, one.phone, one.minutes) for one in waiting.inquiries[:ASKS]],
        waiting=waiting.n,
        goal=_month(book, today),
        calls=book.deals_to_call(CALLS).content,
        success=_success(book, now),
    )


def _before_last_working_day(calendar: Calendar, today: dt.date) -> dt.date:
    """The day before the one on which people worked last: what is new since its end is new since yesterday."""
    for step in range(1, LONGEST_REST):
        if calendar.is_working(today - dt.timedelta(days=step)):
            return today - dt.timedelta(days=step + 1)
    return today - dt.timedelta(days=LONGEST_REST)


def _new(book: "Book", since: dt.date) -> dict[str, int]:
    if book.as_of <= since:
        return {}
    found = {one.heading.value: one.deals for one in book.moved(since, book.as_of).content.changes}
    return {name: found.get(name, 0) for name in TOLD}


def _month(book: "Book", today: dt.date) -> Goal | None:
    """How the month stands; None where it has no target, or that cannot be told."""
    try:
        found: Goal = book.goals.status(Period.parse(f"{today:%Y-%m}")).content
    except YaadError:
        return None
    return found if found.wanted is not None else None


def _success(book: "Book", now: dt.datetime) -> Success | None:
    """The latest winning of the last days of which somebody said why, or what was done well."""
    entries = [one for one in journal_of(book.root).since(0) if isinstance(one, DealEntry)]
    gone = undone(entries)
    lately = [
        one
        for one in entries
        if isinstance(one, WinEntry) and one.seq not in gone and now - LATELY <= one.at <= now
        if one.reason.strip() or one.done_well.strip()
    ]
    for one in reversed(lately):
        deals = book.facts.deals
        rows = book.facts.run(deals.filter(deals.deal_id == one.deal_id).select("name", "deal_id", "owner", "outcome"))
        row = next(iter(rows.to_pylist()), None)
        if row is not None and row["outcome"] == "won":
            well = tuple(line.strip() for line in one.done_well.splitlines() if line.strip())
            return Success(row["name"] or row["deal_id"], row["owner"], well, one.reason.strip())
    return None
