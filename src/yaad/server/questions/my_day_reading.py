"""One person's day: of whom it may be asked, and what it holds. Every part is asked as that person sees the book."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from yaad.book import Book
from yaad.book.morning import WAITING, digest, inquiries_of
from yaad.errors import UnknownName, YaadError
from yaad.insight.my_day import Steps, Strengths, steps_due
from yaad.model import EVERYBODY, Viewer, Whose
from yaad.model.targets import WON_VALUE, named
from yaad.plan.goals import Goal
from yaad.server.beside import TooBusy
from yaad.server.questions import board_reading, goal_reading, reading
from yaad.server.roles import Role
from yaad.server.scoping import Access, current, on_behalf_of
from yaad.server.shelf import Shelf
from yaad.server.state import opened
from yaad.show.digest import Digest, of_day
from yaad.show.my_day import MyDay

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Asked:
    """Whose day is asked for.

    Attributes:
        person: as the deals name them; empty: nobody is chosen yet.
        mine: the name of who asks among those who sell; empty: they have none.
        people: of whom it may be asked.
    """

    person: str
    mine: str
    people: tuple[str, ...]

    @property
    def is_mine(self) -> bool:
        """Whether who asks looks at their own day."""
        return bool(self.mine) and self.person == self.mine


def asked(name: str) -> Asked:
    """Whose day is asked for: that of who is named, else one's own.

    Args:
        name: of a person; empty: one's own.

    Raises:
        UnknownName: nobody is called so, or not for who asks.
    """
    mine, people = person_of(current()), tuple(goal_reading.people())
    if current().role is Role.REP:
        people = (mine,) if mine else ()
    if name and name not in people:
        raise UnknownName("person", name, people)
    return Asked(name or mine, mine, people)


def person_of(access: Access) -> str:
    """The name in the data of who asks; empty where there is none, and where a book belongs to no server."""
    if not access.company:
        return ""
    from yaad.server.models import Membership

    parts = Membership.objects.filter(company=access.company, account=access.account)
    return parts.values_list("person", flat=True).first() or ""


def day(person: str, now: dt.datetime) -> MyDay:
    """Somebody's day.

    Args:
        person: of `Asked.people`, or who asks.
        now: the moment.
    """
    today = now.astimezone(ZoneInfo(opened().shelf.book.zone)).date()
    with _as_seen_by(person) as seen:
        waiting = seen.once(lambda book: book.unanswered(now, shown=WAITING))
        calls = seen.ask("calls", lambda book: book.deals_to_call(reading.TO_CALL), reading.TO_CALL, seen.has_chances)
        meets = seen.ask("planned_on", lambda book: book.planned_on(today), today)
    return MyDay(
        person=person,
        day=today,
        as_of=reading.as_of() or today,
        inquiries=inquiries_of(waiting),
        calls=calls.content,
        steps=_steps(person, today),
        meets=meets,
        goal=month_of(person),
        strengths=_strengths(person),
    )


def text(person: str, now: dt.datetime) -> Digest:
    """A morning in plain text: what the page of somebody's day says; without a name that of all whom the reader sees.

    Args:
        person: as in `day`, or nobody.
        now: the moment.
    """
    if not person:
        return opened().shelf.once(lambda book: digest(book, now))
    return of_day(day(person, now), opened().shelf.book.name)


def month_of(person: str) -> Goal | None:
    """How somebody's month stands; None where that cannot be told."""
    today = reading.as_of()
    if today is None:
        return None
    try:
        month = named(today.year, today.month, 1)
        return goal_reading.status(month, WON_VALUE, Whose(owner=person), ahead=False).content
    except TooBusy:
        raise
    except YaadError:
        return None


class _Seen:
    """The shelf of a book, asked as one person sees it."""

    def __init__(self, shelf: Shelf, person: str) -> None:
        self._shelf, self._person = shelf, person
        self._narrowed: Book | None = None

    @property
    def has_chances(self) -> bool:
        return reading.has_chances()

    def ask(self, name: str, question: Callable[[Book], Answer], *about: object) -> Answer:
        """See `Shelf.ask`."""
        if self._is_theirs:
            return self._shelf.ask(name, question, *about)
        return self._shelf.ask(name, lambda book: question(self._of(book)), *about, self._person)

    def once(self, question: Callable[[Book], Answer]) -> Answer:
        """See `Shelf.once`."""
        return self._shelf.once(lambda book: question(self._of(book)))

    @property
    def _is_theirs(self) -> bool:
        return self._shelf.viewer.owners == frozenset({self._person})

    def _of(self, book: Book) -> Book:
        if self._is_theirs:
            return book
        if self._narrowed is None:  # one for all that is asked: what is built for the one serves the other
            self._narrowed = book.seen_by(_viewer(self._person))
        return self._narrowed


def _viewer(person: str) -> Viewer:
    return Viewer(frozenset({person}))


@contextmanager
def _as_seen_by(person: str) -> Iterator[_Seen]:
    """The book as somebody sees it: on a server their own shelf, of one's own book the same one, narrowed."""
    access = current()
    if not access.company:
        yield _Seen(opened().shelf, person)
        return
    with on_behalf_of(replace(access, viewer=_viewer(person))):
        yield _Seen(opened().shelf, person)


def _steps(person: str, today: dt.date) -> Steps:
    shelf = opened().shelf
    standing = board_reading.look().standing or shelf.once(lambda book: book.standing())
    return steps_due(replace(standing, opt_outs=shelf.once(lambda book: book.opt_outs)), person, today)


def _strengths(person: str) -> Strengths:
    """The company's deals are compared, whoever looks; of others no more is told than what the comparison says."""
    access = current()
    with on_behalf_of(replace(access, viewer=EVERYBODY)):
        among = opened().shelf.ask("advancing", lambda book: book.advancing())
    return Book.strengths(person, among)
