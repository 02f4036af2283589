"""Why deals are lost: the reason that is named most, and what part of the lost deals it takes."""

from functools import partial

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import deal_rows, deals_with
from yaad.measures.definition import Censoring, Good, Kind, Measure, Unit
from yaad.measures.dimensions import grouped, groups, integers
from yaad.measures.finishing import counted_share
from yaad.measures.scope import Scope
from yaad.model.figures import FEW, Figure
from yaad.text import Message


def _statistics(scope: Scope) -> ir.Table:
    """Lost deals of each group by the reason that is named: ``reason``, ``n``."""
    deals = deals_with(scope, "closed_day", ("lost",))
    deals = deals.mutate(reason=deals.lost_reason)
    return grouped(scope, deals, "reason", n=deals.count())


def _finish(table: pa.Table, scope: Scope) -> list[Figure]:
    """The most frequent reason's part of the lost deals that name one; of equal ones the first by name."""
    figures = []
    for by, rows in groups(scope, table):
        reasons, counts = rows["reason"].to_pylist(), integers(rows, "n").tolist()
        named = sorted((-n, str(reason)) for reason, n in zip(reasons, counts, strict=True) if reason is not None)
        n, every = -sum(count for count, _ in named), sum(counts)
        top, reason = (-named[0][0], named[0][1]) if named else (0, None)
        figures.append(
            counted_share(
                scope,
                "lost_reason_top",
                top,
                n,
                by,
                why=Message("measures.top_reason", {"reason": reason}) if n else _why(every),
                beside={"reason": reason, "count": top, "without_reason": every - n},
            )
        )
    return figures


def _why(lost: int) -> Message:
    return Message("measures.no_reasons" if lost else "measures.none_lost")


REASONS = (
    Measure(
        id="lost_reason_top",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        date_column="closed_day",
        censoring=Censoring.CLOSED_ONLY,
        good=Good.NEITHER,
        source="Salesforce, Loss Reason; interval: Wilson 1927",
        statistics=_statistics,
        finish=_finish,
        rows=partial(deal_rows, day="closed_day", outcomes=("lost",)),
        minimum=FEW,
    ),
)
