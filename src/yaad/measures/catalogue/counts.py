"""Counts of deals: inquiries, deals, won, lost, open."""

from functools import partial

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import deal_rows, shown
from yaad.measures.definition import AsOf, Censoring, Good, Kind, Measure, Unit
from yaad.measures.dimensions import grouped, groups, has_grain, in_period, integers, keyed
from yaad.measures.scope import Scope
from yaad.measures.time_parts import TIMES
from yaad.model.figures import Cell, Figure


def _statistics(scope: Scope, *, day: str, outcome: str | None) -> ir.Table:
    """Deals of each group by their date, those without one apart, and how many were reopened."""
    deals = keyed(scope, scope.deals, day)
    if outcome is not None:
        deals = deals.filter(deals.outcome == outcome)
    dated = deals[day].notnull()
    here = dated & in_period(scope, deals, day)
    return grouped(
        scope,
        deals,
        dated=deals.count(where=here),
        undated=deals.count(where=~dated),
        reopened=deals.count(where=here & (deals.episodes > 1)),
    )


def _finish(table: pa.Table, scope: Scope, *, measure: str) -> list[Figure]:
    """All deals of each group. Undated ones are in the whole and in no period, and always told beside it.

    In a breakdown by time they stand beside every period of their group, since they may belong to any.
    """
    found = list(groups(scope, table))
    undated: dict[tuple[Cell, ...], int] = {}
    for by, rows in found:
        place = _apart_from_time(by)
        undated[place] = undated.get(place, 0) + int(integers(rows, "undated").sum())
    in_periods = scope.period is not None or has_grain(scope)
    figures = []
    for by, rows in found:
        without = undated[_apart_from_time(by)]
        value = int(integers(rows, "dated").sum()) + (0 if in_periods else without)
        beside: dict[str, Cell] = {"undated": without, "reopened": int(integers(rows, "reopened").sum())}
        if value or not scope.by:
            figures.append(_figure(scope, measure, value, by, beside))
    return figures


def _apart_from_time(by: dict[str, Cell]) -> tuple[Cell, ...]:
    return tuple(value for name, value in by.items() if name not in TIMES)


def _figure(scope: Scope, measure: str, value: int, by: dict[str, Cell], beside: dict[str, Cell]) -> Figure:
    return Figure(measure, value, Unit.COUNT, n=value, as_of=scope.as_of, period=scope.period, by=by, beside=beside)


def _undated(scope: Scope) -> ir.Table:
    deals = keyed(scope.asking(all_time=True), scope.deals, "created_day")
    return deals.filter(deals.created_day.isnull())


def _undated_statistics(scope: Scope) -> ir.Table:
    deals = _undated(scope)
    return grouped(scope, deals, undated=deals.count())


def _undated_rows(scope: Scope) -> ir.Table:
    return shown(scope, _undated(scope))


def _undated_finish(table: pa.Table, scope: Scope) -> list[Figure]:
    """Deals without a date are in no period: a period asked for changes nothing."""
    whole = scope.asking(all_time=True)
    return [
        _figure(whole, "inquiries_undated", int(integers(rows, "undated").sum()), by, {})
        for by, rows in groups(scope, table)
    ]


def _count(measure: str, day: str, outcome: str | None, *, good: Good, source: str, state: bool = False) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.SIMPLE,
        unit=Unit.COUNT,
        date_column=day,
        as_of=AsOf.STATE if state else AsOf.EVENTS,
        censoring=Censoring.NONE,
        good=good,
        source=source,
        statistics=partial(_statistics, day=day, outcome=outcome),
        finish=partial(_finish, measure=measure),
        rows=partial(deal_rows, day=day, outcomes=(outcome,) if outcome else ()),
    )


COUNTS = (
    _count("inquiries", "created_day", None, good=Good.UP, source="frappe CRM, Lead: a request before it is qualified"),
    Measure(
        id="inquiries_undated",
        kind=Kind.SIMPLE,
        unit=Unit.COUNT,
        date_column="created_day",
        good=Good.DOWN,
        source="Yaad: what a file does not date is shown, not dropped",
        statistics=_undated_statistics,
        finish=_undated_finish,
        rows=_undated_rows,
    ),
    _count("deals", "created_day", None, good=Good.NEITHER, source="Salesforce object reference, Opportunity"),
    _count("won", "closed_day", "won", good=Good.UP, source="Salesforce, OpportunityStage.IsWon"),
    _count("lost", "closed_day", "lost", good=Good.DOWN, source="Salesforce, OpportunityStage.IsClosed and not IsWon"),
    _count(
        "open", "created_day", "open", good=Good.NEITHER, state=True, source="Salesforce, OpportunityStage not IsClosed"
    ),
)
