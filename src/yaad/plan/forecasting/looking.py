"""From what a book shows on its day to what a forecast is made of: past months, months ahead, working days."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yaad.measures import Scope, default_window
from yaad.measures.outlook import MONTHS_A_YEAR, Outlook, month_number, outlook
from yaad.model import Calendar, Period
from yaad.model.figures import Cell
from yaad.plan.forecasting.seen import Frequencies, OpenDeals, Seen
from yaad.plan.ways import Floats, Integers, Stays

HALF_LIFE = 180.0
"""Days after which what was counts half for what will be."""
WITHIN = 365.0
"""Deals that came earlier say nothing of what will be – unless sales take so long that twice the days within which 9 of
10 are won are more."""
LATE_START = 3
"""A first month that began later than on this day of it is no whole month."""


@dataclass(frozen=True, eq=False)
class Looking:
    """A book seen on a day, ready for a forecast.

    Attributes:
        shown: what the book shows.
        seen: the same as numbers.
        ahead: the months ahead, the first of them begun where the day is not a month's last.
        won_so_far, money_so_far: won in that first month by the day, and in the months of its quarter before it.
    """

    shown: Outlook
    seen: Seen
    ahead: tuple[Period, ...]
    won_so_far: "SoFar"
    money_so_far: "SoFar"


@dataclass(frozen=True, eq=False)
class SoFar:
    """Already won, by part: in the first month ahead, and in its quarter (that month included)."""

    month: Floats
    quarter: Floats


def month_period(number: int) -> Period:
    """The calendar month of a number."""
    return Period.parse(f"{number // MONTHS_A_YEAR:04}-{number % MONTHS_A_YEAR + 1:02}")


def look(scope: Scope, months: int = 3, into: Mapping[Cell, Cell] | None = None, stays: Stays | None = None) -> Looking:
    """See a book for a forecast of `months` calendar months, the one of the next day first.

    Args:
        scope: the book; its breakdown names the parts.
        months: how many.
        into: what the parts belong to, where a forecast is told by that, such as persons by their teams.
        stays: the book's weighted stays where they are known already; they are the same for any breakdown.
    """
    shown = outlook(scope)
    if into is not None:
        shown = shown.gathered(into)
    first = month_number(shown.as_of + dt.timedelta(days=1))
    ahead = tuple(month_period(first + step) for step in range(months))
    known = stays or Stays.of(scope, HALF_LIFE, _within(scope, shown))
    seen = _seen(shown, known, scope.calendar, ahead)
    quarter = first - first % 3
    worths = [np.ones(len(shown.won_month)), np.nan_to_num(shown.won_size)]
    won, money = (SoFar(_since(shown, first, worth), _since(shown, quarter, worth)) for worth in worths)
    return Looking(shown, seen, ahead, won, money)


def _within(scope: Scope, shown: Outlook) -> float:
    return max(WITHIN, 2 * default_window(scope)) if len(shown.won_month) else WITHIN


def _since(shown: Outlook, month: int, worth: Floats) -> Floats:
    here = shown.won_month >= month
    return _added(shown.won_part[here], worth[here], len(shown.names))


def _added(codes: Integers, worth: Floats, size: int) -> Floats:
    return np.bincount(codes, worth, minlength=size).astype(np.float64)


def _seen(shown: Outlook, stays: Stays, calendar: Calendar, ahead: Sequence[Period]) -> Seen:
    first = month_number(ahead[0].start)
    past = list(range(_first_whole_month(shown, first), first))
    day = dt.timedelta(days=1)
    whole = [len(calendar.working_days(each.start - day, each.end - day)) for each in ahead]
    left = [len(calendar.working_days(max(each.start - day, shown.as_of), each.end - day)) for each in ahead]
    fade = 0.5 ** (shown.won_age / HALF_LIFE)
    sized = ~np.isnan(shown.won_size)
    by_month = {number: at for at, number in enumerate(past)}
    at = np.array([by_month.get(number, -1) for number in shown.won_month.tolist()], dtype=np.int64)
    counts, money = (
        _added(at[at >= 0], worth[at >= 0], len(past)) for worth in (np.ones(len(at)), np.nan_to_num(shown.won_size))
    )
    return Seen(
        stays=stays,
        open=OpenDeals(shown.place, shown.age, shown.size, shown.part),
        decided=shown.decided,
        arrivals=np.array([float(shown.came.get(number, 0)) for number in past]),
        work=np.array([float(_work(calendar, number)) for number in past]),
        won=counts,
        money=money,
        sizes=shown.won_size[sized],
        size_weights=fade[sized],
        ends=np.array([(each.end - day - shown.as_of).days for each in ahead]),
        begins=np.array([(each.start - day - shown.as_of).days for each in ahead]),
        work_ahead=np.array(left, dtype=np.float64),
        work_whole=np.array(whole, dtype=np.float64),
        calendar_month=np.array([number % MONTHS_A_YEAR for number in [*past, *range(first, first + len(ahead))]]),
        frequencies=tuple(Frequencies(one.won, one.lost, one.of_open) for one in shown.values if len(one.won)),
        parts=len(shown.names),
        part_wins=_added(shown.won_part, fade, len(shown.names)),
    )


def _first_whole_month(shown: Outlook, until: int) -> int:
    if shown.first_day is None:
        return until
    late = shown.first_day.day > LATE_START
    return min(month_number(shown.first_day) + late, until)


def _work(calendar: Calendar, number: int) -> int:
    month = month_period(number)
    day = dt.timedelta(days=1)
    return len(calendar.working_days(month.start - day, month.end - day))
