r"""A target of a period: what is won already, what the open deals bring in it, what new inquiries must still bring.

By convolution, never by dividing within a month: an inquiry of day a is won by day t with chance W(t − a), so of its
sales the part (W(end − a) − W(start − 1 − a)) ÷ W(∞) falls into the period (`yaad.plan.ways`). W is what was seen, W(∞)
the chance in the end, which shares out what was undecided at the longest stay: times a ratio that does the same, the
part is what was seen. Ratios that count what is open as not sold go with ways that do (`Ways.ending`). The open deals
bring theirs by stage and age. The customers of the period are

.. math:: T = won + \sum_i Bernoulli(q_i) + Binomial(N, p \cdot landing)

q_i the chance of each open deal to be won within the period, p the ratio of a sale, as uncertain as the past leaves it,
and landing the part of the sales that falls into the period when N inquiries come evenly from tomorrow until the last
useful day. The answer is the smallest N for which T reaches the target with the chance asked for. The sum over open
deals is exact by the discrete Fourier transform of its generating function (Hong 2013, Comput. Stat. Data Anal. 59:41).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr

from yaad.errors import InputError
from yaad.model import Period
from yaad.plan.backwards import INQUIRIES, LARGEST, LEVELS, Needed
from yaad.plan.chance import Chances, chances_of, smallest
from yaad.plan.ratios import Ratio
from yaad.plan.ways import Ways
from yaad.text import Message

Floats = NDArray[np.float64]
DAY = dt.timedelta(days=1)
EXACT = 4000
"""Up to so many open deals their sum is exact; above, the normal distribution is as good."""
POINTS = 256
"""Values of p that stand for all, beside the sum of the open deals."""
TOO_LATE = 0.02
"""With less of the sales of new inquiries in the period than this, no number of them is told."""
SMALL_MONTH = 0.005
YEAR = 366
MONTH_DAYS = 30.4375
COMING_MONTHS, COMING_QUARTERS = 5, 2


def coming(as_of: dt.date) -> list[str]:
    """Periods that are offered for a plan: the coming months, this one while it lasts, and the quarters after.

    >>> coming(dt.date(2026, 11, 17))
    ['2026-11', '2026-12', '2027-01', '2027-02', '2027-03', '2027-Q1', '2027-Q2']
    >>> coming(dt.date(2026, 11, 30))[0]
    '2026-12'
    """
    this = as_of.year * 12 + as_of.month - 1
    first = this if (as_of + DAY).month == as_of.month else this + 1
    months = [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, first + COMING_MONTHS)]
    quarter = as_of.year * 4 + (as_of.month - 1) // 3 + 1
    return [*months, *(f"{one // 4}-Q{one % 4 + 1}" for one in range(quarter, quarter + COMING_QUARTERS))]


def next_month(as_of: dt.date) -> Period:
    """The calendar month after a day's.

    >>> next_month(dt.date(2026, 12, 31)).name
    '2027-01'
    """
    return Period.parse(f"{as_of.year + as_of.month // 12}-{as_of.month % 12 + 1:02}")


def months_of(period: Period) -> float:
    """How many months a period is; a whole number when it begins and ends with one.

    >>> months_of(Period.parse("2026-Q1")), months_of(Period.parse("2026"))
    (3.0, 12.0)
    """
    if period.start.day == 1 and period.end.day == 1:
        return float((period.end.year - period.start.year) * 12 + period.end.month - period.start.month)
    return (period.end - period.start).days / MONTH_DAYS


def win_curve(ways: Ways) -> Floats | None:
    """Part of the sales within 0, 1, 2, … days of the inquiry; None while nothing was won.

    It rises to 1, or to the part of the sales that come within the longest stays seen.
    """
    whole = float(ways.chance(0)[0]) if ways.stages else 0.0
    if not whole:
        return None
    curve = ways.win_by(0, None, ways.stages * (ways.longest + 1))[0] / whole
    return np.asarray(curve[: int(np.searchsorted(curve, curve[-1] - 1e-9)) + 1], dtype=np.float64)


def usual(as_of: dt.date) -> str:
    """The period of a plan that nobody has chosen: the month after the next, which inquiries can still change most.

    >>> usual(dt.date(2026, 11, 17))
    '2027-01'
    """
    month = as_of.year * 12 + as_of.month + 1
    return f"{month // 12}-{month % 12 + 1:02}"


@dataclass(frozen=True, eq=False)
class Standing:
    """What there is on the data's day.

    Attributes:
        won: deals won in the period already.
        place, days, n: the open deals: stage, days they have been there (NaN: unknown, as new), how many.
    """

    won: int
    place: NDArray[np.int64]
    days: Floats
    n: NDArray[np.int64]

    @classmethod
    def nothing(cls) -> "Standing":
        """A company that begins."""
        none = np.empty(0, dtype=np.int64)
        return cls(0, none, np.empty(0), none)

    @property
    def open(self) -> int:
        """Open deals."""
        return int(self.n.sum())


@dataclass(frozen=True, eq=False)
class Credit:
    """What counts for the period without any new inquiry.

    Attributes:
        won: won in it already.
        open: open deals.
        chances, n: the chances to be won within it, and how many deals have each.
    """

    won: int
    open: int
    chances: Floats
    n: NDArray[np.int64]

    @property
    def expected(self) -> float:
        """Customers that the open deals bring in the period."""
        return float(self.chances @ self.n)

    @cached_property
    def counts(self) -> Floats:
        """The chance that the open deals bring exactly 0, 1, 2, … customers; sums to 1."""
        some = self.chances > 0
        chance, n = self.chances[some], self.n[some]
        if n.sum() > EXACT:
            return _normal(float(chance @ n), float((chance * (1 - chance)) @ n))
        size = int(n.sum()) + 1
        turns = np.exp(-2j * np.pi * np.arange(size) / size)
        generating = np.ones(size, dtype=np.complex128)
        for part, times in zip(chance, n, strict=True):
            generating *= (1 - part + part * turns) ** times
        found = np.clip(np.fft.ifft(generating).real, 0.0, None)
        return np.asarray(found / found.sum(), dtype=np.float64)

    @cached_property
    def range(self) -> tuple[int, int]:
        """In 8 of 10 cases the open deals bring a number between these, both included."""
        below = np.cumsum(self.counts)
        return int(np.searchsorted(below, 0.1 + 1e-12)), int(np.searchsorted(below, 0.9 - 1e-12))


@dataclass(frozen=True)
class MonthPart:
    """What the inquiries of one month are to a period.

    Attributes:
        month: its name, such as ``2026-11``.
        part: of the period's customers, the part that comes from them, with as many inquiries each month.
        lands: of the sales that they bring, the part that falls into the period.
        past: all of it is over.
    """

    month: str
    part: float
    lands: float
    past: bool


@dataclass(frozen=True)
class PeriodPlan:
    """A target of a period.

    Attributes:
        period: the period.
        target: customers wanted in it.
        credit: what is won and what the open deals bring.
        missing: customers that must come from new inquiries, on average.
        until: the last day on which new inquiries are reckoned with; None when that has passed.
        landing: of the sales of inquiries that come evenly until then, the part that falls into the period.
        still: new inquiries, and how many of them must have reached each stage by its last useful day.
        chance: level → new inquiries with which the target is reached with that chance; empty when it is too late.
        without: the chance to reach the target without any new inquiry.
        pace: inquiries that come until then at today's pace; None when not known.
        at_pace: customers of the period with these and those after them, on average; `at_pace_chance` that they reach
            the target.
        months: which months' inquiries count, and how much.
        notes: what to know about it.
    """

    period: Period
    target: int
    credit: Credit
    missing: float
    until: dt.date | None
    landing: float
    still: tuple[Needed, ...]
    chance: dict[float, int]
    without: float
    pace: int | None = None
    at_pace: float | None = None
    at_pace_chance: float | None = None
    months: tuple[MonthPart, ...] = ()
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, eq=False)
class Outlook:
    """What a company's plan of a period is made of, whatever the target and the ratios.

    Attributes:
        period: half-open; it may have begun.
        as_of: the data's day.
        ways: by when deals are won.
        standing: what there is on the data's day.
        last_days: `INQUIRIES` and each stage → its last useful day.
        daily: inquiries that come a day now; None when not known.
    """

    period: Period
    as_of: dt.date
    ways: Ways
    standing: Standing
    last_days: Mapping[str, dt.date]
    daily: float | None = None

    def __post_init__(self) -> None:
        """Hold that the period is not over."""
        if self.period.end <= self.as_of + DAY:
            raise InputError(Message("levers.period_over", {"period": self.period.name, "day": self.as_of}))

    @property
    def last(self) -> dt.date:
        """Last day of the period."""
        return self.period.end - DAY

    @property
    def days(self) -> int:
        """Days on which new inquiries can come and be useful."""
        return max((min(self.last_days.get(INQUIRIES, self.last), self.last) - self.as_of).days, 0)


def plan_period(target: int, ratios: Sequence[Ratio], outlook: Outlook, levels: Sequence[float] = LEVELS) -> PeriodPlan:
    """What a target of a period still needs.

    Args:
        target: customers wanted in the period.
        ratios: the funnel.
        outlook: the rest.
        levels: chances wanted.
    """
    return _planned(target, tuple(ratios), outlook, tuple(levels))


@lru_cache(maxsize=16)
def _planned(target: int, ratios: tuple[Ratio, ...], outlook: Outlook, levels: tuple[float, ...]) -> PeriodPlan:
    """See `plan_period`; a page asks it of the same outlook several times."""
    period, as_of, days = outlook.period, outlook.as_of, outlook.days
    credit = credit_of(outlook)
    missing = max(target - credit.won - credit.expected, 0.0)
    landing = landing_of(outlook.ways, as_of + DAY, days, period)
    total = _Total(target, credit, chances_of(ratios)[-1], landing)
    told = days > 0 and landing >= TOO_LATE * outlook.ways.in_time > 0
    pace = None if outlook.daily is None or not told else round(outlook.daily * days)
    coming = None if pace is None else round(pace + _later(outlook, days) / landing)
    return PeriodPlan(
        period=period,
        target=target,
        credit=credit,
        missing=missing,
        until=as_of + days * DAY if told else None,
        landing=landing,
        still=_still(ratios, missing, landing, outlook) if told else (),
        chance={level: total.inquiries_for(level) for level in levels} if told else {},
        without=total.reached(0),
        pace=pace,
        at_pace=None if coming is None else credit.won + credit.expected + coming * total.mean,
        at_pace_chance=None if coming is None else total.reached(coming),
        months=month_parts(outlook.ways, period, as_of),
        notes=() if told else (Message("levers.too_late", {"period": period.name}),),
    )


def chance_with(inquiries: int, target: int, ratios: Sequence[Ratio], outlook: Outlook) -> float:
    """The chance of a target when so many inquiries come evenly until the last useful day, and none after it.

    Args:
        inquiries: how many.
        target: customers wanted in the period.
        ratios: the funnel.
        outlook: the rest.
    """
    landing = landing_of(outlook.ways, outlook.as_of + DAY, outlook.days, outlook.period)
    return _Total(target, credit_of(outlook), chances_of(ratios)[-1], landing).reached(inquiries)


def _later(outlook: Outlook, days: int) -> float:
    """Of the sales of the inquiries that come after so many days until the period ends, those that fall into it."""
    rest = (outlook.last - outlook.as_of).days - days
    return (
        (outlook.daily or 0.0) * rest * landing_of(outlook.ways, outlook.as_of + (days + 1) * DAY, rest, outlook.period)
    )


def credit_of(outlook: Outlook) -> Credit:
    """What counts for a period without any new inquiry."""
    standing, ways = outlook.standing, outlook.ways
    first, last = (outlook.period.start - outlook.as_of).days, (outlook.last - outlook.as_of).days
    chances: Floats = np.zeros(len(standing.n))
    for place in np.unique(standing.place).tolist():
        here = standing.place == place
        by_day = ways.win_by(int(place), standing.days[here], last)
        chances[here] = by_day[:, last] - (by_day[:, first - 1] if first > 0 else 0.0)
    return Credit(standing.won, standing.open, np.clip(chances, 0.0, 1.0), standing.n)


def landing_of(ways: Ways, first_day: dt.date, days: int, period: Period) -> float:
    """Of the sales of inquiries that come evenly on so many days, the part that falls into a period."""
    if days <= 0:
        return 0.0
    offsets = np.array([(first_day - period.start).days + step for step in range(days)])
    return float(_lands(ways, offsets, (period.end - period.start).days).mean())


def month_parts(ways: Ways, period: Period, as_of: dt.date) -> tuple[MonthPart, ...]:
    """Which months' inquiries count for a period, and how much; months of less than half a per cent are left out."""
    length = (period.end - period.start).days
    offsets = np.arange(-ways.stages * (ways.longest + 1), length)
    offsets = offsets[offsets >= -4 * YEAR]
    lands = _lands(ways, offsets, length)
    names = [f"{period.start + offset * DAY:%Y-%m}" for offset in offsets.tolist()]
    parts: dict[str, list[float]] = {}
    for name, part in zip(names, lands.tolist(), strict=True):
        parts.setdefault(name, []).append(part)
    whole = float(lands.sum())
    if not whole:
        return ()
    return tuple(
        MonthPart(name, sum(found) / whole, sum(found) / len(found), past=name < f"{as_of:%Y-%m}")
        for name, found in parts.items()
        if sum(found) / whole >= SMALL_MONTH
    )


def _lands(ways: Ways, offsets: NDArray[np.int64], length: int) -> Floats:
    """Of the sales of inquiries of each day, the part within a period of `length` days, from `offsets` on its start."""
    horizon = int(max(length - 1 - offsets.min(), 0)) if len(offsets) else 0
    curve = ways.win_by(0, None, horizon)[0]
    whole = float(ways.chance(0)[0])
    if not whole:
        return np.zeros(len(offsets))
    before = np.concatenate([[0.0], curve])  # before[t + 1] = won within t days
    end = np.clip(length - 1 - offsets + 1, 0, horizon + 1)
    start = np.clip(-offsets, 0, horizon + 1)
    return np.asarray((before[end] - before[start]) / whole, dtype=np.float64)


def _still(ratios: Sequence[Ratio], missing: float, landing: float, outlook: Outlook) -> tuple[Needed, ...]:
    """New inquiries on average, how many of them must be in each stage by its last useful day, and the customers."""
    new = missing / (float(ratios[-1].of_inquiries) * landing)
    if new > LARGEST:
        return ()
    rows = [Needed(INQUIRIES, ceil(new - 1e-9), outlook.as_of + outlook.days * DAY)]
    for place, ratio in enumerate(ratios[:-1], 1):
        by = min(outlook.last_days.get(ratio.stage, outlook.last), outlook.last)
        came = _come_by(outlook.ways, place, outlook.days, (by - outlook.as_of).days) * float(ratio.of_inquiries)
        rows.append(Needed(ratio.stage, ceil(new * came - 1e-9), by, late=by <= outlook.as_of))
    return (*rows, Needed(ratios[-1].stage, ceil(missing - 1e-9), outlook.last))


def _come_by(ways: Ways, place: int, days: int, by: int) -> float:
    """Of inquiries that come evenly on `days` days, of those that ever reach a stage, the part there within `by`."""
    if by <= 0:
        return 0.0
    entering: Floats = np.zeros(by + 1)
    entering[0] = 1.0
    for stage in range(min(place, ways.stages)):
        step, whole = ways.advanced[stage], float(ways.in_the_end[stage]) or 1.0
        entering = np.asarray(np.convolve(entering, step[: by + 1] / whole)[: by + 1], dtype=np.float64)
    reached = np.cumsum(entering)
    since = by - np.arange(1, days + 1)
    return float(np.where(since >= 0, reached[np.maximum(since, 0)], 0.0).mean())


class _Total:
    """The customers of a period: won, of open deals, and of new inquiries."""

    def __init__(self, target: int, credit: Credit, sale: Chances, landing: float) -> None:
        self.mean = float(np.mean(sale.draws)) * landing
        counts = credit.counts
        kept = np.flatnonzero(counts > 1e-9)
        left = target - credit.won - kept  # what new inquiries must bring beside each number from open deals
        self._left, self._weight = left[left > 0], counts[kept][left > 0]
        self._done = float(counts[kept][left <= 0].sum())
        draws = sale.draws * landing
        if len(self._left) > 1 and len(draws) > POINTS:  # equal parts of the sorted values, each by its mean
            draws = np.sort(draws).reshape(POINTS, -1).mean(axis=1)
        self._draws = draws
        self._known: dict[int, float] = {}  # the searches for several chances try the same numbers

    def reached(self, inquiries: int) -> float:
        """The chance that the target is reached with so many new inquiries."""
        if inquiries not in self._known:
            self._known[inquiries] = self._reached(inquiries)
        return self._known[inquiries]

    def _reached(self, inquiries: int) -> float:
        enough = self._left <= inquiries
        left = self._left[enough][:, None]
        if not len(left):
            return min(self._done, 1.0)
        come = betainc(left, inquiries - left + 1, self._draws[None, :]).mean(axis=1)
        return min(self._done + float(come @ self._weight[enough]), 1.0)

    def inquiries_for(self, level: float) -> int:
        """Fewest new inquiries with which the target is reached with a chance."""
        guess = ceil(float(self._left @ self._weight) / self.mean) if self.mean else 0
        return smallest(lambda inquiries: self.reached(inquiries) >= level, 0, min(guess, LARGEST))


def _normal(mean: float, variance: float) -> Floats:
    """A normal distribution cut into whole numbers from 0 on."""
    spread = max(variance, 1e-9) ** 0.5
    edges = np.arange(floor(mean + 8 * spread) + 2) + 0.5
    below = np.asarray(ndtr((edges - mean) / spread), dtype=np.float64)
    counts = np.diff(below, prepend=0.0)
    return np.asarray(counts / counts.sum(), dtype=np.float64)
