"""Who stands where, as far as the company lets its people see it.

The places need the sales of all; they are reckoned here as the company sees them, and nothing leaves but what the
setting allows: one's own figures, one's place, names, or names with amounts.
"""

from dataclasses import dataclass, replace

from yaad.book import Book
from yaad.insight.standings import Result, Standing, Standings, standings
from yaad.measures.one_money import SOME, said_left_out
from yaad.model import EVERYBODY, Achieved, Period
from yaad.server.models import Company, Membership
from yaad.server.roles import Capability, Role, Transparency
from yaad.server.scoping import Access, on_behalf_of
from yaad.server.state import opened
from yaad.text import Message


@dataclass(frozen=True)
class Row:
    """One person on the board; what the setting keeps from who looks is None.

    Attributes:
        place: from 1.
        name: of the person.
        is_me: whether it is who looks.
        achieved, wanted: net sales and target.
        share: the part of the target that is reached.
    """

    place: int | None
    name: str | None
    is_me: bool
    achieved: float | None = None
    wanted: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class Board:
    """What somebody sees.

    Attributes:
        period: the month.
        shown: the setting that holds for them.
        rows: those that they see, from the first on.
        of: how many have a place; None where that is not shown.
        by_target: whether targets put them in order.
        unit, tax: of the amounts.
        person: the name in the data of who looks; empty: none is chosen.
        is_whole: whether who looks sees all of it, whoever they are in the data.
        notes: what stands in no sum; how much that is of others is told to who sees all of it.
    """

    period: Period
    shown: Transparency
    rows: tuple[Row, ...]
    of: int | None
    by_target: bool
    unit: str | None
    tax: str | None
    person: str = ""
    notes: tuple[Message, ...] = ()
    is_whole: bool = False

    @property
    def me(self) -> Row | None:
        """Who looks."""
        return next((one for one in self.rows if one.is_me), None)


@dataclass(frozen=True)
class _Told:
    """What the company's own book says; `in_short` that something is left out, to who is not told how much."""

    period: Period
    results: tuple[Result, ...]
    unit: str | None
    tax: str | None
    notes: tuple[Message, ...]
    in_short: tuple[Message, ...]


def board(access: Access, period: str | None = None) -> Board:
    """The board as somebody may see it.

    Who sees all rows sees all of it; who leads a team, that team alone; who sells, what the company's setting allows.

    Args:
        access: of who looks.
        period: a month; that of the data's day when absent.

    Raises:
        Forbidden: they see no persons.
        InputError: no such month.
    """
    access.need(Capability.ROWS)
    shown = shown_in(access.company)
    parts = Membership.objects.filter(company=access.company, account=access.account)
    person = parts.values_list("person", flat=True).first() or ""
    with on_behalf_of(replace(access, viewer=EVERYBODY)):
        told = opened().shelf.ask("leaderboard", lambda book: _told(book, period), period)
    if access.viewer.sees_all or access.role is Role.MANAGER:
        owners = access.viewer.owners
        results = [one for one in told.results if owners is None or one.name in owners]
        sees_all = owners is None
        return _board(told, standings(results), Transparency.AMOUNTS, person, is_whole=True, sees_all=sees_all)
    return _board(told, standings(told.results), shown, person, is_whole=False)


def shown_in(company: str) -> Transparency:
    """What people of a company see of each other."""
    return Transparency(Company.objects.values_list("transparency", flat=True).get(pk=company))


def _told(book: Book, period: str | None) -> _Told:
    goal = book.goals.of_people(period)
    results = tuple(
        Result(part.name, part.achieved, part.wanted.value if part.wanted is not None else None)
        for part in goal.parts["owner"]
        if part.name is not None
    )
    are_orders = book.settings.achieved.by is Achieved.ORDERED
    short = (said_left_out(SOME, are_orders=are_orders),) if goal.left_out else ()
    return _Told(goal.period, results, goal.unit, goal.tax, goal.notes, short)


def _board(
    told: _Told, found: Standings, shown: Transparency, person: str, *, is_whole: bool, sees_all: bool = False
) -> Board:
    """The rows that are seen, and what is left out: of how many deals, to who sees all of them."""
    mine = found.of(person) if person else None
    if is_whole:
        seen = found.rows
    elif not person:
        seen = ()  # whoever is nobody of the data has no place among them
    elif shown in (Transparency.OFF, Transparency.RANK):
        seen = (mine,) if mine is not None else ()
    else:
        seen = found.beside(person)
    rows = [_row(one, shown, person) for one in seen]
    if mine is None:  # without a target of their own, or without sales: no place, but their own figures
        own = next((one for one in told.results if one.name == person), None)
        rows += [_figures(Row(None, person, is_me=True), own)] if own is not None and person else []
        rows += [_figures(Row(None, one.name, is_me=False), one) for one in found.apart if is_whole and one != own]
    elif is_whole:
        rows += [_figures(Row(None, one.name, is_me=False), one) for one in found.apart]
    of = None if shown is Transparency.OFF else len(found.rows)
    notes = told.notes if sees_all else told.in_short
    return Board(told.period, shown, tuple(rows), of, found.by_target, told.unit, told.tax, person, notes, is_whole)


def _row(one: Standing, shown: Transparency, person: str) -> Row:
    """A row with what the setting shows of it; of oneself, one's figures always."""
    is_me = bool(person) and one.result.name == person
    row = Row(None if shown is Transparency.OFF else one.place, one.result.name, is_me)
    return _figures(row, one.result) if is_me or shown is Transparency.AMOUNTS else row


def _figures(row: Row, result: Result) -> Row:
    wanted = None if result.wanted is None else float(result.wanted)
    return replace(row, achieved=float(result.achieved), wanted=wanted, share=result.share)
