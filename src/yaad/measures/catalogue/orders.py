"""Orders and what they bring: how many, revenue net of returns, the mean order, revenue of a customer.

All are of the purchases in the asked period. Where a book has no orders, its won deals stand for them. Currencies, and
amounts with and without VAT, are never added up; whether VAT is in the amounts is told beside.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.catalogue.deals import event_rows
from yaad.measures.definition import Family, Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import asked, grouped, groups, integers
from yaad.measures.purchases import UNTOLD, money, per_customer, purchases, unit_of, units_again
from yaad.measures.scope import Scope
from yaad.measures.statistics import LEVEL, Estimate, mean_of
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

ORDER_SHOWN = ("order_id", "customer", "owner", "day", "amount", "currency", "is_return")
TOP = 0.1
"""The share of customers whose part of the revenue is told."""


class Sums(NamedTuple):
    """One group's purchases."""

    orders: int
    returns: int
    revenue: float
    squares: float
    without_amount: int
    nameless: int
    customers: int
    customers_total: float
    customers_squares: float
    paying: int
    paying_total: float
    paying_squares: float


def _statistics(scope: Scope) -> ir.Table:
    each = per_customer(scope)
    named, total = each.customer.notnull(), each.total.cast("float64")
    paying = named & (total > 0)
    return grouped(
        scope,
        each,
        orders=each.orders.sum(),
        returns=each.returns.sum(),
        revenue=each.total.sum(),
        squares=each.squares.sum(),
        without_amount=each.without_amount.sum(),
        nameless=each.orders.sum(where=~named),
        customers=each.count(where=named & (each.orders > 0)),
        customers_total=total.sum(where=named),
        customers_squares=(total * total).sum(where=named),
        paying=each.count(where=paying),
        paying_total=total.sum(where=paying),
        paying_squares=(total * total).sum(where=paying),
        **units_again(each),
    )


def _sums(rows: pa.Table) -> Sums:
    def counted(name: str) -> int:
        return int(integers(rows, name).sum())

    def summed(name: str) -> float:
        return float(money(rows, name).sum())

    return Sums(
        orders=counted("orders"),
        returns=counted("returns"),
        revenue=summed("revenue"),
        squares=summed("squares"),
        without_amount=counted("without_amount"),
        nameless=counted("nameless"),
        customers=counted("customers"),
        customers_total=summed("customers_total"),
        customers_squares=summed("customers_squares"),
        paying=counted("paying"),
        paying_total=summed("paying_total"),
        paying_squares=summed("paying_squares"),
    )


def _finish(
    table: pa.Table, scope: Scope, *, measure: str, tell: Callable[[Sums], tuple[Estimate, int]], is_money: bool
) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        sums = _sums(rows)
        (value, low, high), n = tell(sums)
        unit = unit_of(rows) if is_money else Unit.COUNT.value
        why = _why(sums, n)
        told = why is None
        figures.append(
            Figure(
                measure,
                value if told else None,
                unit,
                n=n,
                as_of=scope.as_of,
                low=low if told else None,
                high=high if told else None,
                level=LEVEL if told and low is not None else None,
                period=scope.period,
                by=by,
                why=why,
                beside=_beside(sums, rows, is_money=is_money),
            )
        )
    return figures


def _why(sums: Sums, n: int) -> Message | None:
    """Why no figure is given: nothing bought, or most purchases have no amount, or nothing names a customer."""
    if not sums.orders and not (n and sums.returns):
        return Message("customers.no_purchases")
    if sums.without_amount * 2 > sums.orders:
        return Message("customers.no_amounts", {"n": sums.without_amount, "of": sums.orders})
    return None if n else Message("customers.nobody_named")


def _beside(sums: Sums, rows: pa.Table, *, is_money: bool) -> dict[str, Cell]:
    beside: dict[str, Cell] = {"returns": sums.returns, "nameless": sums.nameless}
    if is_money:
        (tax,) = set(rows["tax_low"].to_pylist()) or {None}
        beside |= {"without_amount": sums.without_amount, "tax": "unknown" if tax in (None, UNTOLD) else tax}
    return beside


def _orders(sums: Sums) -> tuple[Estimate, int]:
    return Estimate(sums.orders, None, None), sums.orders


def _revenue(sums: Sums) -> tuple[Estimate, int]:
    return Estimate(sums.revenue, None, None), sums.orders + sums.returns


def _order_mean(sums: Sums) -> tuple[Estimate, int]:
    return mean_of(sums.orders, sums.revenue, sums.squares), sums.orders


def _active(sums: Sums) -> tuple[Estimate, int]:
    return Estimate(sums.customers, None, None), sums.customers


def _a_customer(sums: Sums) -> tuple[Estimate, int]:
    return mean_of(sums.customers, sums.customers_total, sums.customers_squares), sums.customers


def _a_paying_customer(sums: Sums) -> tuple[Estimate, int]:
    return mean_of(sums.paying, sums.paying_total, sums.paying_squares), sums.paying


def _finish_count(
    table: pa.Table, scope: Scope, *, measure: str, tell: Callable[[Sums], tuple[Estimate, int]]
) -> list[Figure]:
    """A count is told also where amounts are missing or mixed; none is 0."""
    figures = []
    for by, rows in groups(scope, table):
        sums = _sums(rows)
        (value, _, _), n = tell(sums)
        figures.append(
            Figure(
                measure,
                int(value or 0),
                Unit.COUNT,
                n=n,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                beside=_beside(sums, rows, is_money=False),
            )
        )
    return figures


def _rows(scope: Scope) -> ir.Table:
    """The orders behind a figure."""
    return event_rows(scope, asked(scope, purchases(scope), "day"), *_shown(scope), order=("day", "order_id"))


def _shown(scope: Scope) -> tuple[str, ...]:
    return tuple(name for name in ORDER_SHOWN if name not in scope.by)


def _totals(scope: Scope) -> ir.Table:
    """What each named customer brought."""
    each = per_customer(scope)
    return each.filter(each.customer.notnull() & (each.orders > 0))


def _finish_top(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        unit_of(rows)
        totals = np.sort(money(rows, "total"))[::-1]
        n, whole = len(totals), float(totals.sum())
        top = int(np.ceil(TOP * n - 1e-9))
        value = float(totals[:top].sum()) / whole if whole > 0 else None
        figures.append(
            Figure(
                "top_customers_share",
                value,
                Unit.RATE,
                n=n,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=Message("customers.no_purchases") if value is None else None,
                beside={"top": top},
            )
        )
    return figures


def _measure(
    measure: str, kind: Kind, tell: Callable[[Sums], tuple[Estimate, int]], source: str, *, has_rival: bool = False
) -> Measure:
    is_count = kind is Kind.SIMPLE and tell is not _revenue
    finish = partial(_finish_count, measure=measure, tell=tell)
    return Measure(
        id=measure,
        kind=kind,
        unit=Unit.COUNT if is_count else Unit.MONEY,
        family=Family.CUSTOMERS,
        grain=Grain.ORDER,
        date_column="day",
        good=Good.UP,
        source=source,
        statistics=_statistics,
        finish=finish if is_count else partial(_finish, measure=measure, tell=tell, is_money=True),
        rows=_rows,
        minimum=0 if kind is Kind.SIMPLE else FEW,
        has_rival=has_rival,
        counts_once=tell is _active,
    )


ORDERS = (
    _measure("orders", Kind.SIMPLE, _orders, "Shopify, orders: returns are not orders"),
    _measure("revenue", Kind.SIMPLE, _revenue, "Shopify, net sales: orders less returns", has_rival=True),
    _measure("aov", Kind.RATIO, _order_mean, "e-commerce, average order value; interval: Student 1908", has_rival=True),
    _measure("active_customers", Kind.SIMPLE, _active, "GA4, purchasers"),
    _measure("arpu", Kind.RATIO, _a_customer, "GA4, revenue a user; interval: Student 1908", has_rival=True),
    _measure("arppu", Kind.RATIO, _a_paying_customer, "GA4, revenue a paying user; interval: Student 1908"),
    Measure(
        id="top_customers_share",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        family=Family.CUSTOMERS,
        grain=Grain.CUSTOMER,
        date_column="day",
        good=Good.NEITHER,
        source="Pareto: the share of revenue that the best tenth of customers brings",
        statistics=_totals,
        finish=_finish_top,
        rows=_rows,
        minimum=FEW,
    ),
)
