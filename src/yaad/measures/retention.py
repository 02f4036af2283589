"""Who stayed: by contracts where a book has them, else by a stated time of silence.

By contracts, a customer is there on a day when one of the customer's contracts has begun and has not ended by it. A
contract whose end lies ahead, or that names none, still runs: it is counted until the data's day and never as lost.
Without contracts, a customer is there while no more days have passed since the last purchase than lie between nine of
ten purchases of the book (`idle_days`).
"""

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.dimensions import asked, floats, grouped, integers, keyed
from yaad.measures.pictures import has_any, once_a_picture
from yaad.measures.purchases import gaps, purchases
from yaad.measures.scope import Scope
from yaad.measures.statistics import Ending, Sample, Spells
from yaad.measures.time_parts import TIMES
from yaad.model.figures import FEW
from yaad.model.periods import Period

USUAL = 0.9
"""The share of gaps between purchases that are no longer than the stated time of silence."""
YEAR = 365
FOREVER = dt.date(9999, 12, 31)


@once_a_picture
def has_contracts(scope: Scope) -> bool:
    """Whether the book has contracts."""
    return has_any(scope, "contracts")


def idle_days(scope: Scope) -> int | None:
    """The stated time of silence; None where fewer than `FEW` times somebody came back, which tell no silence."""
    return scope.asking(by=(), all_time=True).tell(_idle, gaps)


def came_back(scope: Scope) -> int:
    """How often a customer bought again after an earlier day."""
    return scope.asking(by=(), all_time=True).tell(_again, gaps)


def _again(rows: pa.Table) -> int:
    return int(integers(rows.filter(rows["gap"].is_valid()), "n").sum())


def _idle(rows: pa.Table) -> int | None:
    again = rows.filter(rows["gap"].is_valid())
    if _again(rows) < FEW:
        return None
    found = Sample.count(floats(again, "gap"), integers(again, "n")).quantile(USUAL)
    return None if found is None else int(found)


@dataclass(frozen=True)
class Window:
    """The time that is asked about: who was there at its start, and is there at its end."""

    start: dt.date
    end: dt.date

    @classmethod
    def of(cls, scope: Scope) -> "Window":
        """The asked period up to the data's day; the last year where none is asked for."""
        after = scope.as_of + dt.timedelta(days=1)
        if scope.period is None:
            return cls(after - dt.timedelta(days=YEAR), after)
        return cls(scope.period.start, min(scope.period.end, after))

    @property
    def period(self) -> Period | None:
        """As a period, named by its first and last day; None where it has not begun."""
        if self.start >= self.end:
            return None
        last = self.end - dt.timedelta(days=1)
        return Period(self.start, self.end, f"{self.start.isoformat()}..{last.isoformat()}")


def without_time(scope: Scope) -> Scope:
    """The question without parts of time and period: who is there is asked of days, not of rows."""
    return scope.asking(by=tuple(name for name in scope.by if name not in TIMES), all_time=True)


def contracts_of(scope: Scope, *, begun: bool = True) -> ir.Table:
    """Contracts with ``customer`` and ``ended`` (null: it still runs on the data's day).

    Args:
        scope: the facts.
        begun: those alone that have begun; else also what is signed and begins later, as a renewal does.
    """
    contracts = scope.table("contracts")
    today = ibis.literal(scope.as_of)
    customer = ibis.coalesce(contracts.account, contracts.contract_id)
    ended = ibis.ifelse(contracts.end_day <= today, contracts.end_day, ibis.null("date"))
    found = contracts.mutate(customer=customer, ended=ended)
    return found.filter(found.start_day <= today) if begun else found


def staying_by_contract(scope: Scope, window: Window | None) -> ir.Table:
    """Customers who were there at the start of a window, and of them those who were lost in it, in each group.

    Without a window: all who ever came, and of them those who are not there today.
    """
    whole = without_time(scope)
    contracts = keyed(whole, contracts_of(whole), "start_day")
    begun, ended = contracts.start_day, contracts.ended
    if window is None:
        each = grouped(whole, contracts, "customer", there=begun.notnull().max(), stays=ended.isnull().max())
        return _counted(whole, each)
    start, end = ibis.literal(window.start), ibis.literal(window.end)
    runs = (begun <= start) & (ended.isnull() | (ended >= start))  # renewed on the first day: was there before
    stays = (begun <= end) & (ended.isnull() | (ended >= end))
    each = grouped(whole, contracts, "customer", came=begun.min(), runs=runs.max(), stays=stays.max())
    return _counted(whole, each.mutate(there=each.runs & (each.came < start)))


def staying_by_silence(scope: Scope, window: Window, idle: int) -> ir.Table:
    """The same by purchases: there is who bought within the last `idle` days."""
    whole = without_time(scope)
    bought = purchases(whole)
    named = keyed(whole, bought.filter(bought.customer.notnull() & ~bought.is_return), "day")
    silence = dt.timedelta(days=idle)
    start, end = ibis.literal(window.start), ibis.literal(window.end)
    there = (named.day < start) & (named.day >= ibis.literal(window.start - silence))
    stays = (named.day < end) & (named.day >= ibis.literal(window.end - silence))
    each = grouped(whole, named, "customer", there=there.max(), stays=stays.max())
    return _counted(whole, each)


def _counted(scope: Scope, each: ir.Table) -> ir.Table:
    there, stays = each.there.cast("boolean"), each.stays.cast("boolean")
    return grouped(scope, each, there=each.count(where=there), lost=each.count(where=there & ~stays))


def first_purchase(scope: Scope) -> dt.date | None:
    """The day of the first purchase of the book."""
    day: dt.date | None = scope.asking(by=(), all_time=True).rows(_first_bought)["first"][0].as_py()
    return day


def _first_bought(scope: Scope) -> ir.Table:
    bought = purchases(scope)
    return bought.aggregate(first=bought.day.min())


def stays_by_contract(scope: Scope) -> ir.Table:
    """How many customers stayed from which day to which, in each group; a period asks for the day they came.

    ``until`` is null for those who are still there. A customer with several contracts came with the first and left when
    the last one ended.
    """
    contracts = contracts_of(scope)
    first = contracts.group_by("customer").aggregate(came=contracts.start_day.min()).rename(of_customer="customer")
    dated = contracts.join(first, contracts.customer == first.of_customer).drop("of_customer")
    rows = asked(scope, dated, "came")
    forever = ibis.literal(FOREVER)
    each = grouped(scope, rows, "customer", "came", until=rows.ended.fill_null(forever).max())
    told = each.mutate(until=ibis.ifelse(each.until == forever, ibis.null("date"), each.until))
    return grouped(scope, told, "came", "until", n=told.count())


def months_between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Months between days: whole ones from a day of the month to the same, or from a month's last day to a last day.

    Else 1/31 of a month for each further day, as MONTHS_BETWEEN of Oracle and Spark.

    >>> months_between(np.array(["2025-01-31"], "M8[D]"), np.array(["2026-02-28"], "M8[D]")).tolist()
    [13.0]
    """
    first, last = start.astype("M8[M]"), end.astype("M8[M]")
    day_first = (start - first.astype("M8[D]")).astype(int)
    day_last = (end - last.astype("M8[D]")).astype(int)
    both_last = _is_last(start) & _is_last(end)
    part = np.where(both_last, 0.0, (day_last - day_first) / 31)
    return np.asarray((last - first).astype(int) + part, dtype=np.float64)


def _is_last(day: np.ndarray) -> np.ndarray:
    return np.asarray((day + 1).astype("M8[M]") > day.astype("M8[M]"))


def spells_of(rows: pa.Table, as_of: dt.date) -> Spells:
    """Times with the company in months, from rows of `stays_by_contract`; those who are still there run on."""
    came = rows["came"].to_numpy().astype("M8[D]")
    until = rows["until"].to_numpy(zero_copy_only=False).astype("M8[D]")
    running = np.isnat(until)
    length = months_between(came, np.where(running, np.datetime64(as_of, "D"), until))
    return Spells.count(length, np.where(running, Ending.OPEN, Ending.LOST), integers(rows, "n"))
