"""What somebody is told in the morning, of the questions that the pages ask."""

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from yaad.book.inquiries import Unanswered
from yaad.book.usual import calendar_of
from yaad.errors import InputError, UnknownName, YaadError
from yaad.facts import journal_of, undone
from yaad.insight.my_day import steps_due
from yaad.model import DealEntry, Viewer, Whose, WinEntry
from yaad.model.calendar import Calendar
from yaad.model.periods import Period
from yaad.model.targets import WON_VALUE, named
from yaad.plan.forecasting.moved import Heading
from yaad.plan.goals import Goal
from yaad.show.digest import ASKS, Asks, Digest, Success
from yaad.show.my_day import Inquiries, MyDay, Waits, waited_said
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book.book import Book

TOLD = ("new", "won", "lost")
"""Headings of what moved that are told."""
CALLS = WAITING = 10
"""Whom to call, and on a person's day who waits for an answer, are told one by one up to so many."""
LATELY = dt.timedelta(days=7)
"""A success is of the last days."""
LONGEST_REST = 14
NAMED = 20
"""People who are named where nobody said whose day it is."""


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
        asks=[
            Asks(one.name, one.phone, waited_said(one.minutes, one.came_day, waiting.day_minutes))
            for one in waiting.inquiries[:ASKS]
        ],
        waiting=waiting.n,
        goal=_month(book, today),
        calls=book.deals_to_call(CALLS).content,
        success=_success(book, now),
    )


def my_day(book: "Book", person: str, now: dt.datetime) -> MyDay:
    """One person's day in a book of one's own: what its page says.

    Args:
        book: of all deals.
        person: as the deals name them; empty: the only one who has any.
        now: the moment.

    Raises:
        InputError: nobody was named, and several people have deals.
        UnknownName: nobody is called so.
        Withheld: single deals are not told to the viewer.
    """
    book.need_persons()
    people = book.goals.names("owner")
    person = person or (people[0] if len(people) == 1 else "")
    if not person:
        raise InputError(Message("morning.whose", {"people": ", ".join(people[:NAMED])}))
    if person not in people:
        raise UnknownName("person", person, people)
    today, seen = now.astimezone(ZoneInfo(book.zone)).date(), book.seen_by(Viewer(frozenset({person})))
    return MyDay(
        person=person,
        day=today,
        as_of=book.as_of,
        inquiries=inquiries_of(seen.unanswered(now, shown=WAITING)),
        calls=seen.deals_to_call(CALLS).content,
        steps=steps_due(book.standing(), person, today),
        meets=seen.planned_on(today),
        goal=_month_of(book, person),
        strengths=book.strengths(person, book.advancing()),
    )


def inquiries_of(found: Unanswered) -> Inquiries:
    """Those of a person that wait: nobody answered them, they turned to us again since, or they were handed on."""
    rows = [
        Waits(
            one.deal_id,
            one.name,
            one.phone,
            one.email,
            one.came_day,
            one.minutes,
            one.is_late,
            again=those is found.again,
            asked_not=one.asked_not,
            handed=those is found.handed,
        )
        for those in (found.inquiries, found.again, found.handed)
        for one in those
    ]
    rows.sort(key=lambda one: one.came_day)  # of a day, who came first stands before who turned to us again
    n = found.n + found.n_again + found.n_handed
    return Inquiries(rows[:WAITING], n, found.has_log, found.answer_minutes, day_minutes=found.day_minutes)


def _month_of(book: "Book", person: str) -> Goal | None:
    """How somebody's month stands; None where that cannot be told."""
    month = named(book.as_of.year, book.as_of.month, 1)
    try:
        return book.goals.status(month, measure=WON_VALUE, whose=Whose(owner=person), ahead=False).content
    except YaadError:
        return None


def _before_last_working_day(calendar: Calendar, today: dt.date) -> dt.date:
    """The day before the one on which people worked last: what is new since its end is new since yesterday."""
    for step in range(1, LONGEST_REST):
        if calendar.is_working(today - dt.timedelta(days=step)):
            return today - dt.timedelta(days=step + 1)
    return today - dt.timedelta(days=LONGEST_REST)


def _new(book: "Book", since: dt.date) -> dict[str, int]:
    if book.as_of <= since:
        return {}
    moved = book.moved(since, book.as_of).content
    found = Counter({one.heading.value: one.deals for one in moved.changes})
    for heading, n in moved.passed.items():  # what came and ended since is new, and won or lost
        found[heading.value] += n
        found[Heading.NEW.value] += n
    return {name: found[name] for name in TOLD}


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
