"""Measures of time in stage, open deals counted; without `stage` in the breakdown, of the whole way to closing."""

from collections.abc import Callable, Iterator
from functools import partial

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import deal_rows, stay_rows
from yaad.measures.definition import Censoring, Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import asked, groups, with_stage, without_stage
from yaad.measures.dwells import TOTAL, Lasting, dwell_statistics, lasting, stays_of
from yaad.measures.finishing import estimated
from yaad.measures.scope import Scope
from yaad.measures.statistics import Estimate
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message


def _statistics(scope: Scope) -> ir.Table:
    return dwell_statistics(without_stage(scope))


def _finish(table: pa.Table, scope: Scope, *, measure: str, estimate: Callable[[Lasting], Estimate]) -> list[Figure]:
    figures = []
    for by, rows in groups(without_stage(scope), table):
        places = dict(_places(scope, by))
        stays = lasting(rows, list(places))
        figures += [
            _figure(scope, measure, group, each, estimate) for group, each in zip(places.values(), stays, strict=True)
        ]
    return figures


def _places(scope: Scope, by: dict[str, Cell]) -> Iterator[tuple[int, dict[str, Cell]]]:
    """The places that are asked about, each with its group."""
    if "stage" not in scope.by:
        yield TOTAL, by
        return
    for place, stage in enumerate(scope.stages):
        yield place, with_stage(scope, by, stage)


def _figure(
    scope: Scope, measure: str, by: dict[str, Cell], stays: Lasting, estimate: Callable[[Lasting], Estimate]
) -> Figure:
    found = estimate(stays)
    closed_only = estimate is _mean_closed
    return estimated(
        scope,
        measure,
        found,
        Unit.DAYS,
        n=stays.closed.n if closed_only else stays.spells.total,
        by=by,
        why=_why(stays) if found.value is None else None,
        beside={
            "n_open": stays.spells.running,
            "left_out": stays.left_out,
            "horizon_days": None if stays.is_untold else stays.curve.horizon,
        },
    )


def _why(stays: Lasting) -> Message:
    """Why there is no value: no stay of a known length, or too many still running."""
    if not stays.spells.total:
        return Message("measures.none_timed")
    if stays.is_untold:
        return Message("measures.ends_untold_why", {"n": stays.ends_unknown})
    return Message("measures.too_many_open", {"n": stays.spells.running})


def _median(stays: Lasting) -> Estimate:
    return stays.median


def _mean(stays: Lasting) -> Estimate:
    return stays.mean


def _mean_closed(stays: Lasting) -> Estimate:
    return stays.closed.mean()


def _rows(scope: Scope) -> ir.Table:
    """The stays behind a time in stage, or the deals behind the whole way."""
    if "stage" not in scope.by:
        return deal_rows(scope, "created_day")
    return stay_rows(scope, stays_of(scope, asked(scope, scope.watched_visits, "entered_day"), "first"))


def _measure(measure: str, censoring: Censoring, estimate: Callable[[Lasting], Estimate], source: str) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.DURATION,
        unit=Unit.DAYS,
        grain=Grain.STAY,
        date_column="entered_day",
        censoring=censoring,
        good=Good.DOWN,
        source=source,
        statistics=_statistics,
        finish=partial(_finish, measure=measure, estimate=estimate),
        rows=_rows,
        minimum=FEW,
        has_rival=measure == "dwell",
    )


TIMES = (
    _measure(
        "dwell",
        Censoring.OPEN_COUNTED,
        _median,
        "Kaplan & Meier 1958; interval: Brookmeyer & Crowley 1982 (log-log Greenwood), as lifelines 0.30",
    ),
    _measure(
        "dwell_mean",
        Censoring.OPEN_COUNTED,
        _mean,
        "restricted mean, Irwin 1949; interval: Klein & Moeschberger 2003, 4.5",
    ),
    _measure(
        "dwell_mean_closed",
        Censoring.CLOSED_ONLY,
        _mean_closed,
        "Oracle, Average # of Days in Stage; interval: Student 1908",
    ),
)
