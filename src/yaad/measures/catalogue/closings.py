"""Closings gross and net: every win as it was made, and what was taken back of them later.

A win is taken back when a deal that stood in a won stage moves to any other later: lost after all, cancelled, or opened
again. So a deal can be won, taken back and won again; each is counted by its own day. *Won* counts deals as they stand
now; these count what happened.
"""

from collections.abc import Callable
from functools import partial

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import event_rows
from yaad.measures.definition import Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import asked, grouped, groups, integers
from yaad.measures.finishing import counted_share
from yaad.measures.scope import Scope
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

SHOWN = ("deal_id", "name", "day", "is_win", "is_taken_back")


def changes(scope: Scope) -> ir.Table:
    """Every win and every win taken back, with ``is_win``, and of a win whether it ``is_taken_back`` later.

    Stages of rest (on hold, an attempt to call) change nothing.
    """
    won = sorted(stage.name for stage in scope.pipeline.won)
    moves = scope.moves.select("deal", "sort_at", "seq", "to_stage", "at", "day", "whole_day")
    if scope.pipeline.resting:
        moves = moves.filter(~moves.to_stage.isin(sorted(scope.pipeline.resting)))
    ever = moves.filter(moves.to_stage.isin(won)).select("deal").distinct()
    moves = moves.semi_join(scope.deals.select("deal"), "deal").semi_join(ever, "deal")
    moves = moves.mutate(is_win=moves.to_stage.isin(won))
    in_order = ibis.window(group_by="deal", order_by=["sort_at", "seq"])
    moves = moves.mutate(was_won=ibis.coalesce(moves.is_win.lag().over(in_order), ibis.literal(value=False)))
    found = moves.filter(moves.is_win != moves.was_won)
    found = found.mutate(is_taken_back=found.is_win & found.deal.lead().over(in_order).notnull())
    names = scope.deals.select(of_deal="deal", deal_id="deal_id", name="name")
    return found.join(names, found.deal == names.of_deal).drop("of_deal", "sort_at", "seq", "to_stage", "was_won")


def _asked(scope: Scope) -> ir.Table:
    return asked(scope, changes(scope), "day")


def _statistics(scope: Scope) -> ir.Table:
    """Wins, wins taken back, and wins that were to be taken back, in each group."""
    rows = _asked(scope)
    return grouped(
        scope,
        rows,
        gross=rows.count(where=rows.is_win),
        cancelled=rows.count(where=~rows.is_win),
        taken_back=rows.count(where=rows.is_taken_back),
    )


def _counts(rows: pa.Table) -> dict[str, int]:
    return {name: int(integers(rows, name).sum()) for name in ("gross", "cancelled", "taken_back")}


def _count(table: pa.Table, scope: Scope, *, measure: str, value: Callable[[dict[str, int]], int]) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        counts = _counts(rows)
        beside: dict[str, Cell] = {"gross": counts["gross"], "cancelled": counts["cancelled"]}
        n = counts["gross"] if measure != "cancellations" else counts["cancelled"]
        figures.append(
            Figure(
                measure,
                value(counts),
                Unit.COUNT,
                n=n,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                beside=beside,
            )
        )
    return figures


def _rate(table: pa.Table, scope: Scope) -> list[Figure]:
    """Of the wins of the period, those that were taken back by the data's day."""
    figures = []
    for by, rows in groups(scope, table):
        counts = _counts(rows)
        n, back = counts["gross"], counts["taken_back"]
        figures.append(
            counted_share(
                scope,
                "cancellation_rate",
                back,
                n,
                by,
                why=None if n else Message("measures.none_won"),
                beside={"taken_back": back},
            )
        )
    return figures


def _gross(counts: dict[str, int]) -> int:
    return counts["gross"]


def _cancelled(counts: dict[str, int]) -> int:
    return counts["cancelled"]


def _net(counts: dict[str, int]) -> int:
    return counts["gross"] - counts["cancelled"]


def _rows(scope: Scope, *, wins: bool | None) -> ir.Table:
    rows = _asked(scope)
    if wins is not None:
        rows = rows.filter(rows.is_win if wins else ~rows.is_win)
    return event_rows(scope, rows.mutate(order=rows.deal), *SHOWN, order=("day", "order", "is_win"))


def _measure(
    measure: str,
    finish: Callable[[pa.Table, Scope], list[Figure]],
    source: str,
    *,
    good: Good = Good.UP,
    wins: bool | None = True,
) -> Measure:
    is_rate = measure == "cancellation_rate"
    return Measure(
        id=measure,
        kind=Kind.RATIO if is_rate else Kind.SIMPLE,
        unit=Unit.RATE if is_rate else Unit.COUNT,
        grain=Grain.DEAL,
        date_column="day",
        good=good,
        source=source,
        statistics=_statistics,
        finish=finish,
        rows=partial(_rows, wins=wins),
        minimum=FEW if is_rate else 0,
        has_rival=measure == "closings_net",
    )


CLOSINGS = (
    _measure(
        "closings",
        partial(_count, measure="closings", value=_gross),
        "bookings, gross: every move into a won stage",
    ),
    _measure(
        "cancellations",
        partial(_count, measure="cancellations", value=_cancelled),
        "cancelled bookings: every move out of a won stage",
        good=Good.DOWN,
        wins=False,
    ),
    _measure(
        "closings_net",
        partial(_count, measure="closings_net", value=_net),
        "bookings, net of cancellations of the same period",
        wins=None,
    ),
    _measure(
        "cancellation_rate",
        _rate,
        "cancellation rate by the day of the win; interval: Wilson 1927",
        good=Good.DOWN,
    ),
)
