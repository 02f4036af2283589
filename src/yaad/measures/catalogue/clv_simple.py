"""The well-known shortcut to the value of a customer, told as the rival that it is."""

from collections.abc import Sequence
from dataclasses import replace

import ibis.expr.types as ir

from yaad.measures.catalogue.orders import ORDERS
from yaad.measures.catalogue.staying import STAYING
from yaad.measures.definition import Family, Good, Grain, Kind, Measure, Unit
from yaad.measures.retention import Window
from yaad.measures.scope import Scope
from yaad.model.figures import Figure
from yaad.text import Message

CHURN = next(each for each in STAYING if each.id == "churn_rate")
_EVER = next(each for each in ORDERS if each.id == "arpu")


def _of_window(scope: Scope) -> ir.Table:
    """Revenue a customer of the same window as `churn_rate`: the last year where no period is asked for."""
    return _EVER.statistics(replace(scope, period=Window.of(scope).period))


ARPU = replace(_EVER, statistics=_of_window)


def _combine(parts: Sequence[Sequence[Figure]], scope: Scope) -> list[Figure]:
    """Revenue a customer ÷ churn of the same window, in each group."""
    revenue, churn = parts
    lost = {tuple(figure.by.items()): figure for figure in churn}
    figures = []
    for figure in revenue:
        beside = lost.get(tuple(figure.by.items()))
        why = figure.why or (None if beside is None else beside.why if beside.value is None else None)
        value = None
        if figure.value is not None and beside is not None and beside.value:
            value = figure.value / beside.value
        elif why is None:
            why = Message("customers.nobody_lost")
        figures.append(
            Figure(
                "clv_simple",
                value,
                figure.unit,
                n=figure.n,
                as_of=scope.as_of,
                period=scope.period,
                by=figure.by,
                why=why,
                beside={"arpu": figure.value, "churn_rate": None if beside is None else beside.value},
            )
        )
    return figures


SIMPLE = (
    Measure(
        id="clv_simple",
        kind=Kind.DERIVED,
        unit=Unit.MONEY,
        family=Family.CUSTOMERS,
        grain=Grain.CUSTOMER,
        date_column="day",
        good=Good.UP,
        source="SaaS glossaries: revenue a customer ÷ churn of the same time",
        statistics=_of_window,
        finish=lambda _rows, _scope: [],
        rows=CHURN.rows,
        has_rival=True,
        parts=(ARPU, CHURN),
        combine=_combine,
    ),
)
