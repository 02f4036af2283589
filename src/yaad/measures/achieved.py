"""The sales that count towards a target, by the company's setting: closed, ordered, invoiced or collected."""

import ibis
import ibis.expr.types as ir

from yaad.measures.dimensions import grouped, keyed
from yaad.measures.scope import Scope
from yaad.model import Achieved

DAY = "counted_day"
"""The day on which a sale counts."""
SALES = ("counted_day", "currency", "tax", "n", "total", "without")
"""Columns of `sales_by_day`, beside those of the breakdown."""


def sales(scope: Scope) -> ir.Table:
    """One row a sale that counts, `keyed`, with its day in `DAY`; up to the as-of day.

    A closed sale is a deal won; an invoiced or collected one a won deal whose column holds a day; an ordered one a row
    of the orders.
    """
    setting = scope.settings.achieved
    if setting.by is Achieved.ORDERED:
        orders = scope.table("orders")
        rows = orders.mutate(**{DAY: orders.day})
    else:
        deals = scope.deals.filter(scope.deals.outcome == "won")
        rows = deals.mutate(**{DAY: deals.closed_day if setting.by is Achieved.CLOSED else _day(deals, setting.column)})
    counted = rows.filter(rows[DAY].notnull() & (rows[DAY] <= ibis.literal(scope.as_of)))
    return keyed(scope, counted, DAY)


def sales_by_day(scope: Scope) -> ir.Table:
    """Sales and their money, by day, currency and tax, for each group: all of time, for the curve within a period."""
    rows = sales(scope)
    unpriced = rows.amount.isnull() | (rows.amount == 0)
    return grouped(
        scope,
        rows,
        DAY,
        "currency",
        "tax",
        n=rows.count().cast("int64"),
        total=rows.amount.sum().cast("float64").fill_null(0.0),
        without=unpriced.cast("int64").sum(),
    )


def _day(deals: ir.Table, column: str | None) -> ir.DateValue:
    """The day in a column of deals, or of the company's own."""
    name = column or ""
    if name in deals.columns and name != "custom":
        return deals[name].cast("date")
    return deals.custom.get(name).try_cast("date")
