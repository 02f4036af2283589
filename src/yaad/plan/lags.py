"""How long a sale takes, and until when an inquiry still helps a period."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yaad.errors import CannotTell
from yaad.plan.backwards import INQUIRIES, Needed, Plan
from yaad.text import Message

Floats = NDArray[np.float64]
OPEN, WON, LOST = 0, 1, 2
"""How a deal stands, for `Lag.from_times`."""

END = "end"
"""Name of the deadline among the last useful days."""


@dataclass(frozen=True, eq=False)
class Lag:
    """Days from one point of the way to the sale, among those that are sold.

    Attributes:
        days: lengths in days, ascending.
        share: share of the sales that came within each length; ends at 1.
        undecided: part of the deals that were still open at the longest length seen. Above 0.05 the true lags are
            longer than these.
    """

    days: Floats
    share: Floats
    undecided: float = 0.0

    @classmethod
    def from_times(cls, days: ArrayLike, ended: ArrayLike) -> "Lag":
        """From deals one by one, those still open included.

        The share within t days is F(t) ÷ F(longest), F the cumulative incidence of a sale with a loss as the other
        way out and open deals censored (Aalen & Johansen 1978, Scand J Stat 5:141). Sales that are slow, and so still
        open, are not forgotten as they are in the mean of the won ones.

        Args:
            days: length of each deal's way until its end, or until the data's day while it is open.
            ended: `OPEN`, `WON` or `LOST` for each deal.

        Raises:
            CannotTell: none of them is won.
        """
        lengths, place = np.unique(np.asarray(days, dtype=np.float64), return_inverse=True)
        codes = np.asarray(ended)
        won, lost, still = (np.bincount(place[codes == code], minlength=len(lengths)) for code in (WON, LOST, OPEN))
        return cls.from_counts(lengths, won, lost, still)

    @classmethod
    def from_counts(cls, days: ArrayLike, won: ArrayLike, lost: ArrayLike, still_open: ArrayLike) -> "Lag":
        """From counts of deals for each length in days (ascending); see `from_times`.

        Raises:
            CannotTell: none of them is won.

        >>> Lag.from_counts([10, 20, 30], won=[2, 1, 1], lost=[0, 0, 0], still_open=[0, 1, 0]).share.round(3).tolist()
        [0.4, 0.6, 1.0]
        """
        wins, losses, opens = (np.asarray(part, dtype=np.float64) for part in (won, lost, still_open))
        if not wins.sum():
            raise CannotTell(Message("plan.no_wins"))
        leaving = wins + losses + opens
        at_risk = leaving[::-1].cumsum()[::-1]
        at_risk[at_risk == 0] = 1.0  # a length without deals: nobody leaves either
        stays = np.cumprod(1 - (wins + losses) / at_risk)
        incidence = np.cumsum(np.concatenate([[1.0], stays[:-1]]) * wins / at_risk)
        return cls.from_curve(days, incidence, undecided=float(stays[-1]))

    @classmethod
    def from_curve(cls, days: ArrayLike, incidence: ArrayLike, undecided: float = 0.0) -> "Lag":
        """From points of a curve that only grows: the part of all deals sold within each length."""
        rising = np.asarray(incidence, dtype=np.float64)
        if not len(rising) or rising[-1] <= 0:
            raise CannotTell(Message("plan.no_wins"))
        return cls(np.asarray(days, dtype=np.float64), rising / rising[-1], undecided)

    def quantile(self, level: float) -> float:
        """Days within which this part of the sales comes."""
        place = int(np.searchsorted(self.share, level - 1e-12))
        return float(self.days[min(place, len(self.days) - 1)])

    @property
    def weights(self) -> Floats:
        """Part of the sales at each length."""
        return np.diff(self.share, prepend=0.0)

    @property
    def mean(self) -> float:
        """Mean days, among those that are sold."""
        return float(self.weights @ self.days)

    def pmf(self) -> Floats:
        """Part of the sales by calendar days later (index = days); sums to 1.

        A way of 2.3 days that starts at any time of a day ends 2 days later in 7 of 10 cases, 3 days later in 3.
        """
        return _spread(self.days, self.weights)

    def month_shares(self, month_days: float = 30.0) -> Floats:
        """Of a month's sales, the part from inquiries of the same month, of one month before, and so on.

        Holds for a steady stream of inquiries.
        """
        return _spread(self.days / month_days, self.weights)


def _spread(lengths: Floats, weights: Floats) -> Floats:
    """Whole steps that lengths span when they start anywhere within a step: floor(length + uniform)."""
    spans = np.maximum(lengths, 0.0)
    whole = np.floor(spans).astype(np.int64)
    over = spans - whole
    size = int(whole.max()) + 2
    shares: Floats = np.zeros(size)
    np.add.at(shares, whole, weights * (1 - over))
    np.add.at(shares, whole + 1, weights * over)
    return shares[: int(np.flatnonzero(shares)[-1]) + 1]


def arrivals_to_wins(daily_inquiries: ArrayLike, win_lag_pmf: ArrayLike, rate: float) -> Floats:
    """Expected sales by day that a stream of inquiries brings.

    Args:
        daily_inquiries: inquiries of each day, shape (days,).
        win_lag_pmf: part of the sales by days after the inquiry (`Lag.pmf`), shape (lags,).
        rate: part of the inquiries that is sold in the end.

    Returns:
        Sales of each day from the first inquiry on, shape (days + lags − 1,); they sum to inquiries × rate.

    >>> arrivals_to_wins([100, 0, 50], [0.5, 0.5], rate=0.1).round(6).tolist()
    [5.0, 5.0, 2.5, 2.5]
    """
    arrivals, lags = np.asarray(daily_inquiries, dtype=np.float64), np.asarray(win_lag_pmf, dtype=np.float64)
    return np.asarray(np.convolve(arrivals, lags) * rate, dtype=np.float64)


def by_month(first_day: date, daily: Sequence[float] | Floats) -> dict[str, float]:
    """Daily figures added up by calendar month, named as ``2026-01``.

    >>> by_month(date(2026, 1, 30), [1.0, 2.0, 4.0])
    {'2026-01': 3.0, '2026-02': 4.0}
    """
    months: dict[str, float] = {}
    for offset, value in enumerate(daily):
        month = f"{first_day + timedelta(days=offset):%Y-%m}"
        months[month] = months.get(month, 0.0) + float(value)
    return months


@dataclass(frozen=True)
class LastUseful:
    """The last day on which something still counts for a period.

    Attributes:
        stage: `INQUIRIES`, a stage, or `END`.
        day: the last useful day.
        lag_days: days that the way from there to the sale takes, at the chance asked for.
        working_days_left: working days after the data's day up to `day`; None when they are not known.
        late: `day` has passed: what comes now counts for the next period.
        immature: too many deals are still open to know the lag; the true day is earlier.
    """

    stage: str
    day: date
    lag_days: float
    working_days_left: int | None
    late: bool
    immature: bool = False


def last_useful_dates(
    lags: Mapping[str, Lag],
    deadline: date,
    as_of: date,
    *,
    level: float = 0.8,
    working_days: Collection[date] | None = None,
) -> tuple[LastUseful, ...]:
    """Until when an inquiry, or a stage, must come so that most of its sales still fall into the period.

    Gives one answer a lag, and at last the deadline itself as `END`.

    The day is the deadline less the days within which `level` of those that are sold are sold (counted from the
    first entry of that stage), rounded up to whole days. A later one may still be in time; most will not be.

    Args:
        lags: `INQUIRIES` or a stage → days from there to the sale.
        deadline: last day of the period.
        as_of: the day the data are true for; days up to it are past.
        level: 0.8 means 8 of 10 of those that are sold.
        working_days: the company's working days, to count those that are left.

    >>> lag = Lag.from_curve([20, 40, 60], [0.05, 0.08, 0.10])
    >>> found = last_useful_dates({"inquiries": lag}, date(2026, 1, 31), date(2025, 12, 1))[0]
    >>> found.day, found.lag_days, found.late
    (datetime.date(2025, 12, 22), 40.0, False)
    """
    ways = [(stage, lag.quantile(level), lag.undecided > 0.05) for stage, lag in lags.items()]
    dates = []
    for stage, days, immature in (*ways, (END, 0.0, False)):
        day = deadline - timedelta(days=ceil(days - 1e-9))
        left = None if working_days is None else sum(as_of < working <= day for working in working_days)
        dates.append(LastUseful(stage, day, days, left, late=day < as_of, immature=immature))
    return tuple(dates)


def with_dates(plan: Plan, dates: Collection[LastUseful]) -> Plan:
    """The plan with the last useful day of each row; the customers' day is the deadline itself (`END`).

    Adds a note when the inquiries' day has passed: the target of this period then rests on what is already open.
    """
    known = {found.stage: found for found in dates}
    known[plan.needed[-1].stage] = known[END]
    notes = plan.notes
    if INQUIRIES in known and known[INQUIRIES].late:
        notes = (*notes, Message("plan.past_date", {"day": known[INQUIRIES].day}))
    return replace(plan, needed=tuple(_dated(row, known.get(row.stage)) for row in plan.needed), notes=notes)


def _dated(row: Needed, found: LastUseful | None) -> Needed:
    if found is None:
        return row
    return replace(row, last_useful=found.day, working_days_left=found.working_days_left, late=found.late)
