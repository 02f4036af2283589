"""From the first entry to closing: of the won (sales cycle), and of all closed (days to close)."""

from collections.abc import Callable
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.measures.catalogue.deals import CLOSED, deal_rows, deals_with
from yaad.measures.definition import Censoring, Good, Kind, Measure, Unit
from yaad.measures.dimensions import floats, groups, integers
from yaad.measures.lengths import counted, number
from yaad.measures.scope import Scope
from yaad.measures.statistics import LEVEL, Estimate, Sample
from yaad.model.figures import FEW, Figure
from yaad.text import Message


def _statistics(scope: Scope) -> ir.Table:
    """How many closed deals took each number of days, per outcome; null: undated, or closed before it began."""
    deals = deals_with(scope, "closed_day", CLOSED)
    days = ibis.ifelse(deals.cycle_days >= number(0), deals.cycle_days, ibis.null("float64"))
    return counted(scope, deals.mutate(days=days), "outcome")


def _finish(
    table: pa.Table,
    scope: Scope,
    *,
    measure: str,
    outcomes: tuple[str, ...],
    estimate: Callable[[Sample], Estimate],
) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        these = rows.filter(pc.is_in(rows["outcome"], pa.array(outcomes)))
        days, n = floats(these, "days"), integers(these, "n")
        usable = ~np.isnan(days)
        sample = Sample.count(days[usable], n[usable])
        value, low, high = estimate(sample)
        if value is None and scope.by and not len(n):
            continue
        figures.append(
            Figure(
                measure,
                value,
                Unit.DAYS,
                n=sample.n,
                as_of=scope.as_of,
                low=low,
                high=high,
                level=LEVEL if sample.n > 1 else None,
                period=scope.period,
                by=by,
                why=Message("measures.none_timed") if value is None else None,
                beside={"left_out": int(n[~usable].sum())},
            )
        )
    return figures


def _cycle(measure: str, outcomes: tuple[str, ...], estimate: Callable[[Sample], Estimate], source: str) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.DURATION,
        unit=Unit.DAYS,
        date_column="closed_day",
        censoring=Censoring.CLOSED_ONLY,
        good=Good.DOWN,
        source=source,
        statistics=_statistics,
        finish=partial(_finish, measure=measure, outcomes=outcomes, estimate=estimate),
        rows=partial(deal_rows, day="closed_day", outcomes=outcomes),
        minimum=FEW,
        has_rival=measure == "sales_cycle",
    )


MEDIAN_SOURCE = "interval: Brookmeyer & Crowley 1982 (log-log)"
CYCLES = (
    _cycle("sales_cycle", ("won",), Sample.median, f"HubSpot, sales cycle length: won deals; {MEDIAN_SOURCE}"),
    _cycle("sales_cycle_mean", ("won",), Sample.mean, "the same deals; interval: Student 1908"),
    _cycle("days_to_close", CLOSED, Sample.median, f"HubSpot, days to close; {MEDIAN_SOURCE}"),
    _cycle("days_to_close_mean", CLOSED, Sample.mean, "the same deals; interval: Student 1908"),
)
