"""Since when lists have watched the deals, and so of which deals the stages tell."""

import datetime as dt

import ibis
import ibis.expr.types as ir

from yaad.facts.engines.duck import DuckEngine
from yaad.facts.steps import NO
from yaad.model import FEW, Pipeline

UNWATCHED = 0.1
"""Share of lost deals that may have been lost before the first list while its stages count as known."""


def stages_watched(bench: DuckEngine, moves: ir.Table, pipeline: Pipeline, first: dt.date) -> Pipeline:
    """The stages once lists have watched the deals since the day `first`: silent ones speak.

    Of a deal that was lost before the first list nobody knows how far it came. While such deals are at most a tenth of
    the lost ones, the stages speak of all deals. Else they speak of those that came since the first list
    (`watched_since`), once ten of these are decided; before that they stay silent. A deal that was open on the first
    list is not one of them: it was seen only because it had lasted so long, and the deals that came with it and were
    lost sooner show no steps (left truncation), so that it would make the early stages look better than they are.

    Args:
        bench: the engine.
        moves: all moves of the book from now on.
        pipeline: the stages so far.
        first: the day of the first list.
    """
    lost = moves.filter(moves.to_stage.isin([stage.name for stage in pipeline.lost]))
    unwatched = ~lost.seen.fill_null(NO) & (lost.day.isnull() | (lost.day <= ibis.literal(first)))
    share = bench.run(lost.aggregate(share=unwatched.cast("float64").mean()))["share"][0].as_py() or 0.0
    if share <= UNWATCHED:
        return Pipeline(pipeline.stages, listed_since=first)
    if pipeline.watched_since is None and _decided_since(bench, moves, pipeline, first) < FEW:
        return pipeline
    return Pipeline(pipeline.stages, listed_since=first, watched_since=first)


def _decided_since(bench: DuckEngine, moves: ir.Table, pipeline: Pipeline, first: dt.date) -> int:
    """Deals that came on the day `first` or after it, and were won or lost."""
    ends = [stage.name for stage in (*pipeline.won, *pipeline.lost)]
    ended = moves.to_stage.isin(ends)
    each = moves.group_by("deal").aggregate(came=moves.day.min(where=~ended), decided=ended.any())
    counts = each.aggregate(n=each.count(where=each.decided & (each.came >= ibis.literal(first))))
    return int(bench.run(counts)["n"][0].as_py())
