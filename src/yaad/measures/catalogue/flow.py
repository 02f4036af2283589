"""Measures of the way through the stages: deals that reached them, conversion and drop-off.

With `stage` in the breakdown there is a row for each stage, of the step from it to the next; without it the figure is
of the whole way, from the first stage to won. Where only lists tell the stages, they are of the deals that came since
the first list.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import deal_rows
from yaad.measures.definition import Censoring, Good, Kind, Measure, Unit
from yaad.measures.dimensions import with_stage, without_stage
from yaad.measures.finishing import counted_share
from yaad.measures.funnels import Followed, follow, funnel_statistics, watched_since
from yaad.measures.scope import Scope
from yaad.measures.statistics import IMMATURE, Share
from yaad.model.figures import FEW, Figure
from yaad.text import Message


def _funnel_statistics(scope: Scope) -> ir.Table:
    return funnel_statistics(without_stage(scope))


def _finish_funnel(
    table: pa.Table, scope: Scope, *, figure: Callable[[Scope, Followed, int, int], Figure]
) -> list[Figure]:
    """One figure a stage (to the next one), or one of the whole way from the first stage to won."""
    figures = []
    figure = _of_watched(figure)
    for deals in follow(without_stage(scope), table):
        if "stage" not in scope.by:
            figures.append(figure(scope, deals, 0, deals.stages))
            continue
        for place, stage in enumerate(scope.stages):
            each = figure(scope, deals, place, place + 1)
            figures.append(replace(each, by=with_stage(scope, deals.by, stage)))
    return figures


def _of_watched(
    figure: Callable[[Scope, Followed, int, int], Figure],
) -> Callable[[Scope, Followed, int, int], Figure]:
    """The figure, and since when the deals came that it is of, where only lists tell the stages."""

    def with_day(scope: Scope, deals: Followed, start: int, end: int) -> Figure:
        found, day = figure(scope, deals, start, end), scope.pipeline.watched_since
        if day is None:
            return found
        (said,) = watched_since(scope, deals.entered(0))
        return replace(found, why=found.why or said, beside=found.beside | {"since": day.isoformat()})

    return with_day


def _reached(scope: Scope, deals: Followed, start: int, end: int) -> Figure:
    del end
    value = deals.entered(start)
    return Figure(
        "reached",
        value,
        Unit.COUNT,
        n=value,
        as_of=scope.as_of,
        period=scope.period,
        by=deals.by,
        beside={"undated": deals.undated},
    )


def _conversion(scope: Scope, deals: Followed, start: int, end: int) -> Figure:
    return _share(
        scope,
        "conversion_rate",
        deals,
        start=start,
        end=end,
        counted=deals.entered(end),
        expected=deals.expected(start, end),
    )


def _drop_off(scope: Scope, deals: Followed, start: int, end: int) -> Figure:
    share = deals.expected(start, end)
    lost = Share(
        rate=None if share.rate is None else 1 - share.rate,
        low=None if share.high is None else 1 - share.high,
        high=None if share.low is None else 1 - share.low,
        immature=share.immature,
        undecided=share.undecided,
        decided=share.decided,
    )
    counted = deals.lost_between(start, end)
    return _share(scope, "drop_off", deals, start=start, end=end, counted=counted, expected=lost)


def _share(
    scope: Scope, measure: str, deals: Followed, *, start: int, end: int, counted: int, expected: Share
) -> Figure:
    """A share as counted today with Wilson's interval; what is to be expected when all is decided stands beside."""
    entered, undecided = deals.entered(start), deals.open_between(start, end)
    why = Message("measures.still_open", {"n": undecided}) if entered and undecided > IMMATURE * entered else None
    return counted_share(
        scope,
        measure,
        counted,
        entered,
        deals.by,
        why=why if entered else Message("measures.none_entered"),
        beside={
            "entered": entered,
            "reached": deals.entered(end),
            "lost": deals.lost_between(start, end),
            "undecided": undecided,
            "rate_expected": expected.rate,
            "expected_low": expected.low,
            "expected_high": expected.high,
        },
    )


def _rows(scope: Scope) -> ir.Table:
    return deal_rows(without_stage(scope).of_watched(), "created_day")


def _measure(
    measure: str,
    *,
    kind: Kind,
    unit: Unit,
    good: Good,
    censoring: Censoring,
    figure: Callable[[Scope, Followed, int, int], Figure],
    source: str,
) -> Measure:
    return Measure(
        id=measure,
        kind=kind,
        unit=unit,
        date_column="created_day",
        censoring=censoring,
        good=good,
        source=source,
        statistics=_funnel_statistics,
        finish=partial(_finish_funnel, figure=figure),
        rows=_rows,
        minimum=FEW if unit is Unit.RATE else 0,
        has_rival=True,
    )


EXPECTED = "expected: Aalen & Johansen 1978, Putter, Fiocco & Geskus 2007; interval: Wilson 1927"
FLOW = (
    _measure(
        "reached",
        kind=Kind.CUMULATIVE,
        unit=Unit.COUNT,
        good=Good.UP,
        censoring=Censoring.NONE,
        figure=_reached,
        source="PostHog, funnels: persons that reached a step",
    ),
    _measure(
        "conversion_rate",
        kind=Kind.CONVERSION,
        unit=Unit.RATE,
        good=Good.UP,
        censoring=Censoring.OPEN_APART,
        figure=_conversion,
        source=f"PostHog, conversion rate by cohort of entry; dbt, conversion metrics; {EXPECTED}",
    ),
    _measure(
        "drop_off",
        kind=Kind.CONVERSION,
        unit=Unit.RATE,
        good=Good.DOWN,
        censoring=Censoring.OPEN_APART,
        figure=_drop_off,
        source=f"PostHog, drop-off; those still open are not dropped; {EXPECTED}",
    ),
)
