"""The win rate: of what was decided, how much was won."""

from functools import partial

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import CLOSED, deal_rows, deals_with
from yaad.measures.definition import Censoring, Good, Kind, Measure, Unit
from yaad.measures.dimensions import grouped, groups, integers
from yaad.measures.finishing import counted_share
from yaad.measures.scope import Scope
from yaad.model.figures import FEW, Figure
from yaad.text import Message


def _statistics(scope: Scope) -> ir.Table:
    """Deals won and deals lost, of each group."""
    deals = deals_with(scope, "closed_day", CLOSED)
    return grouped(
        scope,
        deals,
        won=deals.count(where=deals.outcome == "won"),
        lost=deals.count(where=deals.outcome == "lost"),
        reopened=deals.count(where=deals.episodes > 1),
    )


def _finish(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        won, lost, reopened = (int(integers(rows, column).sum()) for column in ("won", "lost", "reopened"))
        n = won + lost
        figures.append(
            counted_share(
                scope,
                "win_rate",
                won,
                n,
                by,
                why=_why(won, lost),
                beside={"won": won, "lost": lost, "reopened": reopened},
            )
        )
    return figures


def _why(won: int, lost: int) -> Message | None:
    if not won + lost:
        return Message("measures.none_decided")
    return None if lost else Message("measures.no_losses", {"n": won})


RATES = (
    Measure(
        id="win_rate",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        date_column="closed_day",
        censoring=Censoring.CLOSED_ONLY,
        good=Good.UP,
        source="Oracle Analytics, Opportunity Stage Progression; Oracle CRM On Demand; interval: Wilson 1927",
        statistics=_statistics,
        finish=_finish,
        rows=partial(deal_rows, day="closed_day", outcomes=CLOSED),
        minimum=FEW,
        has_rival=True,
    ),
)
