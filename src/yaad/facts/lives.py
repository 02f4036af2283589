"""Lives: what the moves say of each deal as a whole – where it is, how it ended, how far it came, how long it took."""

import ibis
import ibis.expr.types as ir

from yaad.facts.steps import LOST, NOT_INQUIRY, OPEN, WON, build_steps, days_between
from yaad.model import NOT_INQUIRY_PLACE, Pipeline

LIFE_COLUMNS = (
    "stage",
    "outcome",
    "furthest",
    "episodes",
    "created_at",
    "created_day",
    "closed_at",
    "closed_day",
    "whole_days",
    "cycle_days",
)
"""The columns of DEALS that are derived from the moves."""


def build_lives(moves: ir.Table, pipeline: Pipeline) -> ir.Table:
    """The derived columns of deals, one row a deal that has a move.

    - `stage`: of the last move, as the company names it.
    - `outcome`: of the latest episode (won, lost, open, not_inquiry). A move into an open stage after a closing opens
      the next episode; what the earlier one ended with counts no more.
    - `furthest`: highest position of a measured stage that the deal stood in, in any episode; the number of measured
      stages when it is won. A deal that is only known as lost stood in the first.
    - `created_*`: the first dated move into an open stage; null when there is none.
    - `closed_*`: the closing of the latest episode (the first of equal neighbours); null while open or unknown.
    - `cycle_days`: created → closed; null while open, undated, or when the closing comes first.

    Args:
        moves: a table of the schema STAGE_MOVES; row order means nothing.
        pipeline: the company's stages.
    """
    return lives_of(build_steps(moves, pipeline), pipeline)


def lives_of(steps: ir.Table, pipeline: Pipeline) -> ir.Table:
    """`build_lives` from steps."""
    is_last = steps.after.isnull()
    flagged = steps.mutate(
        is_dated=steps.is_open & steps.at.notnull(),
        is_closing=is_last & ~steps.is_open,
        is_reopening=(steps.is_open & steps.before.notnull() & ~steps.before.between(0, _last(pipeline))),
    )
    closing_place = _only(flagged.is_closing, flagged.place).max()
    furthest = _only(flagged.is_open, flagged.place).max()
    per_deal = flagged.group_by("deal").aggregate(
        stage=flagged.now_stage.max(),
        closing_place=closing_place,
        furthest_open=furthest,
        reopened=flagged.is_reopening.cast("int64").sum(),
        created_at=flagged.at.argmin(flagged.step, where=flagged.is_dated),
        created_day=flagged.day.argmin(flagged.step, where=flagged.is_dated),
        created_whole=flagged.whole_day.cast("int8").argmin(flagged.step, where=flagged.is_dated),
        closed_at=_only(flagged.is_closing, flagged.at).max(),
        closed_day=_only(flagged.is_closing, flagged.day).max(),
        closed_whole=_only(flagged.is_closing, flagged.whole_day.cast("int8")).max(),
    )
    won = len(pipeline.measured)
    outcome = ibis.cases(
        (per_deal.closing_place == won, WON),
        (per_deal.closing_place == -1, LOST),
        (per_deal.closing_place == NOT_INQUIRY_PLACE, NOT_INQUIRY),
        else_=OPEN,
    )
    whole_days = (per_deal.created_whole.fill_null(0) + per_deal.closed_whole.fill_null(0)) > 0
    return per_deal.select(
        "deal",
        "stage",
        outcome=outcome,
        furthest=ibis.ifelse(outcome == WON, won, per_deal.furthest_open.fill_null(0)).cast("int16"),
        episodes=(per_deal.reopened + 1).cast("int16"),
        created_at=per_deal.created_at,
        created_day=per_deal.created_day,
        closed_at=per_deal.closed_at,
        closed_day=per_deal.closed_day,
        whole_days=whole_days,
        cycle_days=days_between(
            per_deal.created_at, per_deal.created_day, per_deal.closed_at, per_deal.closed_day, whole_days
        ),
    )


def _last(pipeline: Pipeline) -> int:
    return len(pipeline.measured) - 1


def _only(flag: ir.BooleanValue, value: ir.Value) -> ir.Value:
    """The value where the flag stands, else null: with one flagged row a deal, its maximum is that row's value."""
    return ibis.ifelse(flag, value, ibis.null(value.type()))
