"""What is in the orders: pieces per basket, how often one thing is sold with another, and the discount given."""

from collections.abc import Callable
from math import sqrt

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.baskets import baskets, lines_of_orders, with_list_price
from yaad.measures.catalogue.deals import event_rows
from yaad.measures.definition import Family, Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import asked, floats, grouped, groups, integers
from yaad.measures.finishing import counted_share, estimated
from yaad.measures.scope import Scope
from yaad.measures.statistics import Estimate, mean_of
from yaad.measures.statistics.intervals import Z95
from yaad.model import Tax, single_unit
from yaad.model.figures import FEW, Figure
from yaad.text import Message

LINE_SHOWN = ("line_id", "order_id", "product", "quantity", "price", "discount", "listed", "paid", "day", "owner")


def _basket_statistics(scope: Scope) -> ir.Table:
    """Orders of each group, the sum and the sum of squares of their pieces, and those with two products or more."""
    orders = baskets(scope)
    return grouped(
        scope,
        orders,
        n=orders.count(),
        total=orders["items"].sum(),
        squares=(orders["items"] * orders["items"]).sum(),
        several=orders.count(where=orders.products > 1),
    )


def _numbers(rows: pa.Table, *names: str) -> list[float]:
    return [float(np.nansum(floats(rows, name))) for name in names]


def _items(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        n = int(integers(rows, "n").sum())
        mean = mean_of(n, *_numbers(rows, "total", "squares"))
        figures.append(
            estimated(
                scope,
                "items_per_basket",
                mean,
                Unit.NUMBER,
                n=n,
                by=by,
                why=None if n else Message("measures.no_lines"),
            )
        )
    return figures


def _attached(table: pa.Table, scope: Scope) -> list[Figure]:
    """Orders with two different products or more ÷ orders."""
    figures = []
    for by, rows in groups(scope, table):
        n, several = (int(integers(rows, name).sum()) for name in ("n", "several"))
        figures.append(
            counted_share(
                scope,
                "attach_rate",
                several,
                n,
                by,
                why=None if n else Message("measures.no_lines"),
                beside={"several": several},
            )
        )
    return figures


def _priced(scope: Scope) -> ir.Table:
    return asked(scope, with_list_price(scope, lines_of_orders(scope)), "day")


def _discount_statistics(scope: Scope) -> ir.Table:
    """Lines of each group with the sums that a ratio of sums and its interval are made of, per currency and tax."""
    lines = _priced(scope)
    off = lines.listed - lines.paid
    return grouped(
        scope,
        lines,
        "currency",
        "tax",
        lines=lines.count(),
        n=lines.listed.count(),
        listed=lines.listed.sum(),
        off=off.sum(),
        listed_squares=(lines.listed * lines.listed).sum(),
        off_squares=(off * off).sum(),
        products=(off * lines.listed).sum(),
    )


def _discount(table: pa.Table, scope: Scope) -> list[Figure]:
    """1 − paid ÷ listed, over all lines of known list price; interval: linearised ratio of sums (Cochran 1977, 6.3).

    Raises:
        InputError: lines of mixed currency or tax in one group.
    """
    figures = []
    for by, rows in groups(scope, table):
        known = rows.filter(np.asarray(integers(rows, "n") > 0))
        single_unit(known["currency"].to_pylist())
        single_unit(None if tax in (None, Tax.UNKNOWN.value) else tax for tax in known["tax"].to_pylist())
        n, every = int(integers(rows, "n").sum()), int(integers(rows, "lines").sum())
        listed, off, squares, off_squares, products = _numbers(
            rows, "listed", "off", "listed_squares", "off_squares", "products"
        )
        value = off / listed if listed > 0 else None
        low = high = None
        if value is not None and n > 1:
            spread = max(off_squares - 2 * value * products + value**2 * squares, 0.0)
            half = Z95 * sqrt(spread * n / (n - 1)) / listed
            low, high = value - half, value + half
        figures.append(
            estimated(
                scope,
                "discount",
                Estimate(value, low, high),
                Unit.RATE,
                n=n,
                by=by,
                why=None if n else Message("measures.no_list_prices" if every else "measures.no_lines"),
                beside={"left_out": every - n},
            )
        )
    return figures


def _basket_rows(scope: Scope) -> ir.Table:
    return event_rows(scope, baskets(scope), "order_id", "day", "items", "products", order=("day", "order_id"))


def _discount_rows(scope: Scope) -> ir.Table:
    lines = _priced(scope)
    return event_rows(scope, lines.filter(lines.listed.notnull()), *LINE_SHOWN, order=("day", "order_id", "line_id"))


def _measure(
    measure: str,
    unit: Unit,
    *,
    statistics: Callable[[Scope], ir.Table],
    finish: Callable[[pa.Table, Scope], list[Figure]],
    rows: Callable[[Scope], ir.Table],
    source: str,
) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.RATIO,
        unit=unit,
        family=Family.VALUE,
        grain=Grain.LINE if measure == "discount" else Grain.ORDER,
        date_column="day",
        good=Good.DOWN if measure == "discount" else Good.UP,
        source=source,
        statistics=statistics,
        finish=finish,
        rows=rows,
        minimum=FEW,
        has_rival=measure in ("attach_rate", "discount"),
    )


BASKETS = (
    _measure(
        "items_per_basket",
        Unit.NUMBER,
        statistics=_basket_statistics,
        finish=_items,
        rows=_basket_rows,
        source="retail, units per transaction; interval: Student 1908",
    ),
    _measure(
        "attach_rate",
        Unit.RATE,
        statistics=_basket_statistics,
        finish=_attached,
        rows=_basket_rows,
        source="retail, attach rate: orders with more than one product; interval: Wilson 1927",
    ),
    _measure(
        "discount",
        Unit.RATE,
        statistics=_discount_statistics,
        finish=_discount,
        rows=_discount_rows,
        source="Salesforce CPQ, discount against the list price, by money; interval: Cochran 1977, 6.3",
    ),
)
