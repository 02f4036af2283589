"""Which days a period is compared with: the one before it, and the same one last year, fairly.

Of a running period only the days up to the data's day count, and the other period is cut after as many working days.
Last year's period is the one that holds the same days of Passover and Tishrei, which wander through the civil year by
the Hebrew calendar.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from yaad.model import Calendar, Period
from yaad.model.feasts import with_the_same_feasts

MONTHS_A_YEAR = 12
WEEKS_A_YEAR = dt.timedelta(weeks=52)


class Against(StrEnum):
    """What a period is compared with."""

    PREVIOUS = "previous"
    LAST_YEAR = "last_year"


@dataclass(frozen=True)
class Match:
    """Two stretches of days that are compared.

    Attributes:
        against: what with.
        current, then: the days.
        now_days, then_days: working days in each.
        is_running: the period is not over: both are cut after as many working days.
        is_moved: last year's days were moved so as to hold the same days of Passover and Tishrei.
    """

    against: Against
    current: Period
    then: Period
    now_days: int
    then_days: int
    is_running: bool = False
    is_moved: bool = False


def matches(period: Period, calendar: Calendar, as_of: dt.date) -> tuple[Match, ...]:
    """The stretches of days that a period is compared by; none before it began.

    Of a period of whole years the one before it is the same one last year, and stands once.
    """
    if period.start > as_of:
        return ()
    previous = the_one_before(period)
    civil = a_year_before(period)
    moved = with_the_same_feasts(calendar.country, period, civil) or civil
    found = [_match(Against.PREVIOUS, period, previous, calendar, as_of)]
    if civil.start != previous.start:
        last = _match(Against.LAST_YEAR, period, moved, calendar, as_of, is_moved=moved != civil)
        found.append(last)
    return tuple(found)


def the_one_before(period: Period) -> Period:
    """The period of the same kind just before: of whole months as many months, else as many days.

    >>> the_one_before(Period.parse("2026-01")).name, the_one_before(Period.parse("2026-Q1")).name
    ('2025-12', '2025-Q4')
    >>> the_one_before(Period.parse("2026-03-08..2026-03-14")).name
    '2026-03-01..2026-03-07'
    """
    months = whole_months(period)
    return _days_back(period, period.end - period.start) if months is None else months_back(period, months)


def a_year_before(period: Period) -> Period:
    """The same months of the civil year before; of other periods the days 52 weeks before, on the same weekdays.

    >>> a_year_before(Period.parse("2026-Q3")).name, a_year_before(Period.parse("2026-11-15")).name
    ('2025-Q3', '2025-11-16')
    """
    return _days_back(period, WEEKS_A_YEAR) if whole_months(period) is None else months_back(period, MONTHS_A_YEAR)


def months_back(period: Period, months: int) -> Period:
    """A period of whole months, so many months earlier, under the name that people give it."""
    start, end = (_shifted(day, -months) for day in (period.start, period.end))
    length = whole_months(period)
    if length == 1:
        name = f"{start:%Y-%m}"
    elif length == MONTHS_A_YEAR and start.month == 1:
        name = f"{start:%Y}"
    elif length == 3 and start.month % 3 == 1:
        name = f"{start:%Y}-Q{start.month // 3 + 1}"
    else:
        name = _range_name(start, end)
    return Period(start, end, name)


def whole_months(period: Period) -> int | None:
    """How many whole months a period is; None when it is none."""
    if period.start.day != 1 or period.end.day != 1:
        return None
    return (period.end.year - period.start.year) * MONTHS_A_YEAR + period.end.month - period.start.month


def _shifted(first: dt.date, months: int) -> dt.date:
    whole = first.year * MONTHS_A_YEAR + first.month - 1 + months
    return dt.date(whole // MONTHS_A_YEAR, whole % MONTHS_A_YEAR + 1, 1)


def _days_back(period: Period, by: dt.timedelta) -> Period:
    start, end = period.start - by, period.end - by
    return Period(start, end, start.isoformat() if (end - start).days == 1 else _range_name(start, end))


def _range_name(start: dt.date, end: dt.date) -> str:
    return f"{start.isoformat()}..{(end - dt.timedelta(days=1)).isoformat()}"


def _match(
    against: Against, period: Period, other: Period, calendar: Calendar, as_of: dt.date, *, is_moved: bool = False
) -> Match:
    last = period.end - dt.timedelta(days=1)
    if as_of >= last:
        return Match(against, period, other, _working(period, calendar), _working(other, calendar), is_moved=is_moved)
    day_after = as_of + dt.timedelta(days=1)
    now = Period(period.start, day_after, _range_name(period.start, day_after))
    worked = _working(now, calendar)
    then = _first_working_days(other, worked, calendar)
    return Match(against, now, then, worked, _working(then, calendar), is_running=True, is_moved=is_moved)


def _first_working_days(period: Period, count: int, calendar: Calendar) -> Period:
    """The beginning of a period, up to its `count`-th working day; the whole where it has no more."""
    days = calendar.working_days(period.start - dt.timedelta(days=1), period.end - dt.timedelta(days=1))
    if not count or len(days) <= count:
        return period
    end = days[count - 1] + dt.timedelta(days=1)
    return Period(period.start, end, _range_name(period.start, end))


def _working(period: Period, calendar: Calendar) -> int:
    return len(calendar.working_days(period.start - dt.timedelta(days=1), period.end - dt.timedelta(days=1)))
