"""Customers: how many, how often and how much they buy, who still buys, and what they are still worth.

A period asks for the customers whose first purchase was in it; what they bought is counted until the data's day.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.errors import CannotTell
from yaad.measures.catalogue.deals import event_rows
from yaad.measures.customer_value import Buyers, Terms
from yaad.measures.definition import Censoring, Family, Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import groups, integers
from yaad.measures.finishing import estimated
from yaad.measures.purchases import gaps, histories, money, unit_of
from yaad.measures.scope import Scope
from yaad.measures.statistics import LEVEL, Estimate, Sample, wilson
from yaad.measures.statistics.intervals import Z95
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

CUSTOMER_SHOWN = ("customer", "first_day", "last_day", "orders", "repeats", "span", "age", "total")
Told = tuple[Estimate, int, dict[str, Cell]]
"""An estimate, the customers behind it, and what belongs beside it."""


def _rows(scope: Scope) -> ir.Table:
    """The customers behind a figure."""
    told = histories(scope, "customer", "first_day", "last_day")
    return event_rows(scope, told, *CUSTOMER_SHOWN, order=("first_day", "customer"))


def _finish(
    table: pa.Table, scope: Scope, *, measure: str, unit: Unit, tell: Callable[[pa.Table], Told]
) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        currency = unit_of(rows) if unit is Unit.MONEY else unit.value
        estimate, n, beside = tell(rows)
        figures.append(
            estimated(
                scope,
                measure,
                estimate,
                currency,
                n=n,
                by=by,
                why=None if estimate.value is not None else _why(rows),
                beside=beside,
            )
        )
    return figures


def _why(rows: pa.Table) -> Message:
    if not rows.num_rows:
        return Message("customers.no_purchases")
    return Message("customers.nobody_again")


def _count(rows: pa.Table) -> Told:
    return Estimate(rows.num_rows, None, None), rows.num_rows, {}


def _mean_total(rows: pa.Table) -> Told:
    return Sample.count(money(rows, "total")).mean(), rows.num_rows, {}


def _mean_orders(rows: pa.Table) -> Told:
    return Sample.count(integers(rows, "orders")).mean(), rows.num_rows, {}


def _again(rows: pa.Table) -> Told:
    n, again = rows.num_rows, int((integers(rows, "repeats") > 0).sum())
    if not n:
        return Estimate(None, None, None), 0, {}
    return Estimate(again / n, *wilson(again, n)), n, {"again": again}


def _mean_repeat_value(rows: pa.Table) -> Told:
    repeats = integers(rows, "repeats")
    again = repeats > 0
    sample = Sample.count(money(rows, "repeat_total")[again] / repeats[again])
    return sample.mean(), sample.n, {}


def _span(rows: pa.Table) -> Told:
    again = integers(rows, "repeats") > 0
    sample = Sample.count(integers(rows, "span")[again])
    return sample.median(), sample.n, {"mean_days": sample.mean().value, "once": rows.num_rows - sample.n}


def _silence(rows: pa.Table) -> Told:
    sample = Sample.count(integers(rows, "age") - integers(rows, "span"))
    return sample.median(), sample.n, {"mean_days": sample.mean().value}


def buyers(rows: pa.Table) -> Buyers:
    """The customers of a table of `histories`."""
    repeats = integers(rows, "repeats").astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(repeats > 0, money(rows, "repeat_total") / repeats, np.nan)
    return Buyers(repeats, integers(rows, "span").astype(float), integers(rows, "age").astype(float), value)


def _numbered(table: pa.Table) -> pa.Table:
    return table.append_column("place", pa.array(np.arange(table.num_rows)))


def _finish_still(table: pa.Table, scope: Scope) -> list[Figure]:
    """The mean chance to still buy of those who came again; one model for all, averaged in each group.

    Of a customer who has bought once the model cannot tell: by it every one of them still buys.
    """
    every = buyers(table)
    try:
        alive, refused = every.alive(), None
    except CannotTell as error:
        alive, refused = np.full(table.num_rows, np.nan), error.message
    figures = []
    for by, rows in groups(scope, _numbered(table)):
        place = integers(rows, "place")
        which = place[every.repeats[place] > 0]
        untold = refused is not None or not len(which)
        figures.append(
            Figure(
                "still_buying",
                None if untold else float(alive[which].mean()),
                Unit.RATE,
                n=len(which),
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=refused or (Message("customers.nobody_again") if untold else None),
                beside={"once": len(place) - len(which)},
            )
        )
    return figures


def finish_value(table: pa.Table, scope: Scope, *, terms: Terms, every: Buyers | None = None) -> list[Figure]:
    """What a customer is still worth on average in each group, by these terms; one model for all.

    Args:
        table: rows of `histories`.
        scope: the question.
        terms: how the value is told.
        every: the customers of these rows, where a model was fitted to them already.

    Raises:
        InputError: amounts of mixed currency or tax.
    """
    every, unit = every or buyers(table), unit_of(table)
    try:
        worth, refused = every.worth(terms), None
    except CannotTell as error:
        worth, refused = np.full(table.num_rows, np.nan), error.message
    figures = []
    for by, rows in groups(scope, _numbered(table)):
        which = integers(rows, "place")
        figure = Figure(
            "clv",
            None,
            unit,
            n=len(which),
            as_of=scope.as_of,
            period=scope.period,
            by=by,
            why=refused or Message("customers.no_purchases"),
            beside={"months": terms.months, "discount": terms.discount, "margin": terms.margin},
        )
        if refused is None and len(which):
            value, half = float(worth[which].mean()), Z95 * every.error(terms, which)
            why = None if terms.margin is not None else Message("customers.no_margin")
            figure = replace(figure, value=value, low=max(value - half, 0.0), high=value + half, level=LEVEL, why=why)
        figures.append(figure)
    return figures


def _finish_value(table: pa.Table, scope: Scope) -> list[Figure]:
    """`finish_value` in the company's margin where it said one, in revenue else."""
    return finish_value(table, scope, terms=Terms(margin=scope.settings.margin))


def _finish_gaps(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        again = rows.filter(rows["gap"].is_valid())
        sample = Sample.count(integers(again, "gap"), integers(again, "n"))
        value, low, high = sample.median()
        figures.append(
            Figure(
                "days_between_orders",
                value,
                Unit.DAYS,
                n=sample.n,
                as_of=scope.as_of,
                low=low,
                high=high,
                level=LEVEL if sample.n > 1 else None,
                period=scope.period,
                by=by,
                why=None if sample.n else Message("customers.nobody_again"),
                beside={"mean_days": sample.mean().value},
            )
        )
    return figures


def _measure(
    measure: str,
    kind: Kind,
    unit: Unit,
    tell: Callable[[pa.Table], Told],
    source: str,
    *,
    good: Good = Good.UP,
    has_rival: bool = False,
) -> Measure:
    return Measure(
        id=measure,
        kind=kind,
        unit=unit,
        family=Family.CUSTOMERS,
        grain=Grain.CUSTOMER,
        date_column="first_day",
        good=good,
        source=source,
        statistics=histories,
        finish=partial(_finish, measure=measure, unit=unit, tell=tell),
        rows=_rows,
        minimum=0 if kind is Kind.SIMPLE else FEW,
        has_rival=has_rival,
    )


CUSTOMERS = (
    _measure("new_customers", Kind.SIMPLE, Unit.COUNT, _count, "Fivetran, Shopify model: cohort of first purchase"),
    _measure(
        "customer_value_mean",
        Kind.RATIO,
        Unit.MONEY,
        _mean_total,
        "Shopify, amount spent a customer to date; interval: Student 1908",
        has_rival=True,
    ),
    _measure("orders_per_customer", Kind.RATIO, Unit.NUMBER, _mean_orders, "Shopify, orders a customer; Student 1908"),
    _measure(
        "repeat_rate",
        Kind.RATIO,
        Unit.RATE,
        _again,
        "Shopify, returning customer rate, of purchase days; interval: Wilson 1927",
        has_rival=True,
    ),
    _measure(
        "mean_repeat_value",
        Kind.RATIO,
        Unit.MONEY,
        _mean_repeat_value,
        "lifetimes, monetary_value; interval: Student 1908",
    ),
    _measure("buying_span", Kind.DURATION, Unit.DAYS, _span, "lifetimes, recency: first to last purchase"),
    _measure(
        "days_since_last",
        Kind.DURATION,
        Unit.DAYS,
        _silence,
        "segmentation, recency: last purchase to today",
        good=Good.DOWN,
    ),
    Measure(
        id="days_between_orders",
        kind=Kind.DURATION,
        unit=Unit.DAYS,
        family=Family.CUSTOMERS,
        grain=Grain.CUSTOMER,
        date_column="day",
        censoring=Censoring.CLOSED_ONLY,
        good=Good.DOWN,
        source="interpurchase time, of those that ended with a purchase; interval: Brookmeyer & Crowley 1982",
        statistics=gaps,
        finish=_finish_gaps,
        rows=_rows,
        minimum=FEW,
        has_rival=True,
    ),
    Measure(
        id="still_buying",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        family=Family.CUSTOMERS,
        grain=Grain.CUSTOMER,
        date_column="first_day",
        censoring=Censoring.OPEN_COUNTED,
        good=Good.UP,
        source="Fader, Hardie & Lee 2005 (BG/NBD), chance to be alive",
        statistics=histories,
        finish=_finish_still,
        rows=_rows,
        minimum=FEW,
        has_rival=True,
    ),
    Measure(
        id="clv",
        kind=Kind.DERIVED,
        unit=Unit.MONEY,
        family=Family.CUSTOMERS,
        grain=Grain.CUSTOMER,
        date_column="first_day",
        censoring=Censoring.OPEN_COUNTED,
        good=Good.UP,
        source="Fader, Hardie & Lee 2005 × Fader & Hardie 2013; interval: delta method",
        statistics=histories,
        finish=_finish_value,
        rows=_rows,
        minimum=FEW,
        has_rival=True,
    ),
)
