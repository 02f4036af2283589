"""How far a period should be by a day: the company's own curve over the working days of its past periods.

At the end of the k-th of W working days a period is at k ÷ W of its way. Of each past period the curve knows which part
of what it achieved had come by each point of the way, days without work counted to the last working day before them.
The plan for today is the mean of these parts; between the lower and the upper quarter of them is on pace. With fewer
than six past periods the way itself stands in: so much of the working days, so much of the target.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from yaad.measures.statistics.spells import Floats
from yaad.model import Calendar, Period, months_of
from yaad.model.targets import named

FEWEST, MOST = 6, 12
"""Past periods: with fewer than so many there is no curve of one's own, and at most so many are looked at."""
NEAR = 0.05
"""Of the target; without a curve of one's own so near to the plan is on pace."""
FROM_ITS_BEGINNING = dt.timedelta(days=3)
"""A period in which the first of all came no later than so was seen from its beginning."""


class State(StrEnum):
    """Where something stands against its plan."""

    AHEAD = "ahead"
    ON_PACE = "on_pace"
    BEHIND = "behind"


@dataclass(frozen=True)
class Curve:
    """The part of a period's result that has come by a day.

    Attributes:
        way: part of the working days that are over, 0–1.
        days_over, days: working days that are over, and all of them.
        shares: of each past period, the part that had come by this point of the way; empty: a straight line stands in.
        rest: of each past period, how much came after it.
    """

    way: float
    days_over: int
    days: int
    shares: Floats
    rest: Floats

    @property
    def is_own(self) -> bool:
        """Whether it is the company's own curve."""
        return len(self.shares) >= FEWEST

    @property
    def share(self) -> float:
        """The part that should have come."""
        return float(self.shares.mean()) if self.is_own else self.way

    @property
    def usual(self) -> tuple[float, float]:
        """Between these parts is on pace."""
        if not self.is_own:
            return max(self.way - NEAR, 0.0), min(self.way + NEAR, 1.0)
        low, high = np.quantile(self.shares, [0.25, 0.75])
        return float(low), float(high)

    def state(self, achieved: float, target: float) -> State:
        """Ahead, on pace or behind; with a target of nothing there is nothing to be behind of."""
        if target <= 0:
            return State.AHEAD
        low, high = self.usual
        # a period that is over has no slack
        part = achieved / target
        if part < low - 1e-12:
            return State.BEHIND
        return State.AHEAD if part > high + 1e-12 or (self.way >= 1 and part >= 1) else State.ON_PACE

    def enough(self, missing: float) -> tuple[int, int] | None:
        """In how many of the past periods as much as is missing came in the rest of the way; None: too few to tell."""
        return enough_of(self.rest, missing) if self.is_own else None


def enough_of(rest: Floats, missing: float) -> tuple[int, int] | None:
    """In how many past periods as much as is missing came after this point of the way; None: too few to tell.

    Args:
        rest: of each past period, how much came after it.
        missing: how much is missing now.
    """
    return (int(np.sum(rest >= missing)), len(rest)) if len(rest) >= FEWEST else None


def rest_of(
    daily: Mapping[dt.date, float], period: Period, past: Sequence[Period], today: dt.date, calendar: Calendar
) -> Floats:
    """How much came in the rest of each past period, as `Curve.rest`; one in which nothing came counts with nothing.

    Of one person that is what another one's sales say nothing of, and their empty months are months like others.

    Args:
        daily: what they achieved on each day.
        period: the one asked about.
        past: complete periods of the same length before it, since their first sale; the latest `MOST` count.
        today: the day the data are true for.
        calendar: says on which days the company works.

    >>> months = [Period.parse(f"2025-{month:02}") for month in range(1, 7)]
    >>> daily = {months[0].start: 10.0, months[5].end - dt.timedelta(days=1): 30.0}
    >>> rest_of(daily, Period.parse("2025-07"), months, dt.date(2025, 7, 15), Calendar()).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 30.0]
    """
    over, days = _over(period, today, calendar), len(_working(period, calendar))
    way = over / days if days else float(today >= period.end)
    ends = [(one, _day_at(one, way, calendar)) for one in past[-MOST:]]
    return np.array(
        [sum(value for day, value in daily.items() if end < day < one.end) for one, end in ends], dtype=float
    )


def lean_of(
    daily: Mapping[dt.date, float], period: Period, window: tuple[dt.date, dt.date], calendar: Calendar
) -> float:
    """How much more than an even share comes in a part of a period: what came there in past periods ÷ the even share.

    1 is an even share, and what is told where fewer than `FEWEST` past periods brought anything, or the part does not
    lie within the period. Past periods count by what they brought.

    Args:
        daily: what came on each day.
        period: the one asked about.
        window: the day that is over, and the last day of the part.
        calendar: says on which days the company works.

    >>> months = [Period.parse(f"2025-{month:02}") for month in range(1, 7)]
    >>> daily = {month.start: 10.0 for month in months} | {month.end - dt.timedelta(days=1): 30.0 for month in months}
    >>> round(lean_of(daily, Period.parse("2025-07"), (dt.date(2025, 7, 15), dt.date(2025, 7, 31)), Calendar()), 2)
    1.44
    """
    over, until = window
    days = len(_working(period, calendar))
    first, last = _over(period, over, calendar), _over(period, until, calendar)
    if not days or last <= first or not period.start <= over < until < period.end:
        return 1.0
    came = even = 0.0
    told, first_day = 0, min(daily, default=period.start)
    for one in periods_before(period):
        if first_day - one.start > FROM_ITS_BEGINNING:
            continue
        start, end = _day_at(one, first / days, calendar), _day_at(one, last / days, calendar)
        total = sum(value for day, value in daily.items() if one.start <= day < one.end)
        told += total > 0
        came += sum(value for day, value in daily.items() if start < day <= end)
        even += total * (last - first) / days
    return came / even if told >= FEWEST and even else 1.0


def curve_of(
    daily: Mapping[dt.date, float], period: Period, past: Sequence[Period], today: dt.date, calendar: Calendar
) -> Curve:
    """The curve at the end of a day.

    Args:
        daily: what was achieved on each day, of past periods and this one.
        period: the one asked about.
        past: complete periods of the same length before it; those without anything achieved are left out, and of the
            others the latest `MOST` count.
        today: the day the data are true for.
        calendar: says on which days the company works.

    >>> months = [Period.parse(f"2025-{month:02}") for month in range(1, 7)]
    >>> daily = {month.start: 10.0 for month in months} | {month.end - dt.timedelta(days=1): 30.0 for month in months}
    >>> curve_of(daily, Period.parse("2025-07"), months, dt.date(2025, 7, 15), Calendar()).share
    0.25
    """
    over, days = _over(period, today, calendar), len(_working(period, calendar))
    way = over / days if days else float(today >= period.end)
    shares, rest = [], []
    for one in past:
        inside = {day: value for day, value in daily.items() if one.start <= day < one.end}
        total = sum(inside.values())
        if total <= 0:
            continue
        until = _day_at(one, way, calendar) if today >= period.start else one.start - dt.timedelta(days=1)
        came = sum(value for day, value in inside.items() if day <= until)
        shares.append(came / total)
        rest.append(total - came)
    latest = slice(-MOST, None)
    if len(shares) < FEWEST:
        return Curve(way, over, days, np.empty(0), np.empty(0))
    return Curve(way, over, days, np.array(shares[latest]), np.array(rest[latest]))


def _working(period: Period, calendar: Calendar) -> tuple[dt.date, ...]:
    return calendar.working_days(period.start - dt.timedelta(days=1), period.end - dt.timedelta(days=1))


def _over(period: Period, today: dt.date, calendar: Calendar) -> int:
    """Working days of the period that are over by the end of today."""
    return sum(day <= today for day in _working(period, calendar))


def _day_at(period: Period, way: float, calendar: Calendar) -> dt.date:
    """The last day of this part of the period's way, with the days without work that follow it."""
    days = _working(period, calendar)
    place = round(way * len(days))
    return days[place] - dt.timedelta(days=1) if place < len(days) else period.end - dt.timedelta(days=1)


def periods_before(period: Period, count: int = MOST) -> tuple[Period, ...]:
    """So many periods of the same length before one, rising.

    >>> [one.name for one in periods_before(Period.parse("2026-Q1"), 2)]
    ['2025-Q3', '2025-Q4']
    """
    months = months_of(period)
    first = period.start.year * 12 + period.start.month - 1
    starts = [first - months * step for step in range(count, 0, -1)]
    return tuple(named(start // 12, start % 12 + 1, months) for start in starts)
