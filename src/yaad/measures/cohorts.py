"""Of the customers who came in one month, quarter or year: how many are still there after so many of them.

Each share is read off the product-limit curve (Kaplan & Meier 1958) of the customers of one row, so that who is still
there counts until the last day on which that can be told, and never as lost. By contract that is the data's day.
Without contracts a customer is lost with the last purchase before a silence longer than `idle_days`; whether a silence
is one is known only after those days, so everybody is watched until the data's day less `idle_days`, and who came later
than that is too young to be told of.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa

from yaad.measures.catalogue.customers import buyers
from yaad.measures.dimensions import integers
from yaad.measures.purchases import histories
from yaad.measures.retention import has_contracts, idle_days, months_between, stays_by_contract
from yaad.measures.scope import Scope
from yaad.measures.statistics import Ending, Spells, kaplan_meier
from yaad.measures.statistics.spells import Floats
from yaad.model.figures import FEW

COLUMNS = 12
"""At most so many months, quarters or years of age are told."""
ROWS = 12
"""The finest cohorts are taken of which there are no more than so many."""


class Every(StrEnum):
    """How long a cohort's time of coming is, and a step of age."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Its length."""
        return {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}[self]


@dataclass(frozen=True)
class Remaining:
    """The share of a cohort that is still there at an age.

    Attributes:
        value: None where nobody was watched for so long.
        low, high: its range at 95 %.
        watched: customers of the cohort that came so long ago that this can be told of them.
        early: some of the cohort are younger: they count as far as they were watched.
        few: fewer than ten stand behind it.
    """

    value: float | None
    low: float | None
    high: float | None
    watched: int
    early: bool
    few: bool


@dataclass(frozen=True)
class Cohort:
    """The customers who came in one month, quarter or year.

    Attributes:
        name: of the time, as a period is typed; empty: all customers.
        n: customers.
        shares: at the ages 1, 2, … of the table.
    """

    name: str
    n: int
    shares: tuple[Remaining, ...]


@dataclass(frozen=True)
class Cohorts:
    """The table.

    Attributes:
        every: length of a cohort's time, and of a step of age.
        rows: the latest last.
        whole: all customers together.
        by_contract: told by contracts.
        idle_days: the silence after which a customer counts as lost; None by contract, and where too few came back.
    """

    every: Every
    rows: tuple[Cohort, ...]
    whole: Cohort
    by_contract: bool
    idle_days: int | None

    @property
    def ages(self) -> int:
        """Columns of ages."""
        return len(self.whole.shares)


@dataclass(frozen=True)
class _Stays:
    """When customers came, how many months each was watched and stayed, whether that was the end, and how many."""

    came: np.ndarray
    watched: Floats
    stayed: Floats
    lost: np.ndarray
    n: np.ndarray

    def where(self, kept: np.ndarray) -> "_Stays":
        return _Stays(self.came[kept], self.watched[kept], self.stayed[kept], self.lost[kept], self.n[kept])


def cohorts(scope: Scope, every: Every | None = None) -> Cohorts:
    """The table of a book; the period and the breakdown of the question do not count.

    Args:
        scope: the question.
        every: the finest of which there are at most twelve when absent.
    """
    whole = scope.asking(by=(), all_time=True)
    by_contract = has_contracts(whole)
    idle = None if by_contract else idle_days(whole)
    stays = _by_contract(whole) if by_contract else _by_purchases(whole, idle)
    size = every or _finest(stays.came)
    codes, ages = _codes(stays.came, size), _ages(stays, size)
    rows = tuple(
        _cohort(_name(code, size), stays.where(codes == code), ages, size) for code in np.unique(codes).tolist()
    )
    return Cohorts(size, rows, _cohort("", stays, ages, size), by_contract, idle)


def _by_contract(scope: Scope) -> _Stays:
    rows = scope.rows(stays_by_contract)
    came = _days(rows, "came")
    until, today = _days(rows, "until"), np.datetime64(scope.as_of, "D")
    lost = ~np.isnat(until)
    stayed = months_between(came, np.where(lost, until, today))
    return _Stays(came, months_between(came, np.full(len(came), today)), stayed, lost, integers(rows, "n"))


def _by_purchases(scope: Scope, idle: int | None) -> _Stays:
    """Where no silence tells who left, nobody has been watched long enough."""
    rows = scope.rows(histories, "first_day", "last_day")
    every = buyers(rows)
    came, last = _days(rows, "first_day"), _days(rows, "last_day")
    seen = np.full(len(came), np.datetime64(scope.as_of, "D") - (idle or 0))
    lost = every.age - every.span > (idle or 0)
    watched = np.where((seen > came) & (idle is not None), months_between(came, np.maximum(seen, came)), -1.0)
    stayed = np.where(lost, months_between(came, last), np.maximum(watched, 0.0))
    return _Stays(came, watched, stayed, lost, np.ones(len(came), dtype=np.int64))


def _days(rows: pa.Table, column: str) -> np.ndarray:
    return np.asarray(rows[column].to_numpy(zero_copy_only=False).astype("M8[D]"))


def _codes(came: np.ndarray, every: Every) -> np.ndarray:
    """Months, quarters or years since 1970."""
    return np.asarray(came.astype("M8[M]").astype(int) // every.months, dtype=np.int64)


def _name(code: int, every: Every) -> str:
    year, part = divmod(code, 12 // every.months)
    return {Every.MONTH: f"{year + 1970:04}-{part + 1:02}", Every.QUARTER: f"{year + 1970:04}-Q{part + 1}"}.get(
        every, f"{year + 1970:04}"
    )


def _finest(came: np.ndarray) -> Every:
    for every in (Every.MONTH, Every.QUARTER):
        if len(np.unique(_codes(came, every))) <= ROWS:
            return every
    return Every.YEAR


def _ages(stays: _Stays, every: Every) -> int:
    longest = float(stays.watched.max()) if len(stays.watched) else 0.0
    return max(min(int(longest / every.months), COLUMNS), 0)


def _cohort(name: str, stays: _Stays, ages: int, every: Every) -> Cohort:
    told = stays.where(stays.watched >= 0)
    endings = np.where(told.lost, Ending.LOST, Ending.OPEN)
    curve = kaplan_meier(Spells.count(told.stayed, endings, told.n))
    low, high = curve.band
    shares = []
    for age in range(1, ages + 1):
        at = float(age * every.months)
        watched = int(told.n[(told.watched >= at)].sum())
        early, few = bool((stays.watched < at).any()), watched < FEW
        if not watched:
            shares.append(Remaining(None, None, None, 0, early, few))
            continue
        place = int(np.searchsorted(curve.spells.times, at, side="right")) - 1
        ends = (float(low[place]), float(high[place])) if place >= 0 else (1.0, 1.0)
        shares.append(Remaining(curve.survival_at(at), *ends, watched, early, few))
    return Cohort(name, int(stays.n.sum()), tuple(shares))
