"""The same list of deals week after week: what a list says against what the lists before it said.

A list tells in which stage a deal stands, not since when: its last move has no date. Where the deal stood elsewhere in
an earlier list, or came since, it moved there in between, and the move bears the day of the list that saw it first
(`seen`). What the earlier lists saw and this one cannot know – the stages on the way, a winning before the deal was
opened again – stays.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from yaad.facts.steps import NO

RIGHT_AFTER = ibis.interval(microseconds=1)
"""What earlier lists saw comes right after what this list tells of the deal's beginning."""

YES = ibis.literal(value=True)


@dataclass(frozen=True)
class ListDay:
    """The day of a list, and the imports that told lists of earlier days.

    Attributes:
        day: the day that the list speaks of.
        earlier: `recorded_seq` of the imports that did so of an earlier day.
        ends: names of the stages that end a deal.
        last: the latest of the earlier days; None when there is none.
    """

    day: dt.date
    earlier: Sequence[int]
    ends: Sequence[str]
    last: dt.date | None = None

    @property
    def midnight(self) -> ir.TimestampScalar:
        """The day as a time: like every date without one, its midnight in UTC."""
        return ibis.literal(dt.datetime.combine(self.day, dt.time(), dt.UTC), type="timestamp('UTC', 6)")


def with_earlier_lists(came: ir.Table, told: ir.Table, this: ListDay) -> ir.Table:
    """The told moves of the deals that a list speaks of, from now on.

    - A deal that stands where it stood keeps the day since when it is known to.
    - One that stands elsewhere moved there by the day of this list; so did one that came since the list before.
    - Places that earlier lists saw stay, but for those after its end, and those that this list has a date for.

    Args:
        came: the moves that the list tells; the last one of a deal has no date where the list has none.
        told: the moves of these deals that lists before it told.
        this: its day.
    """
    came, told = _ranked(came), _ranked(told)
    before = told.filter(told.is_last).select(
        was_deal="deal",
        was_stage="to_stage",
        was_at="at",
        was_day="day",
        was_whole="whole_day",
        was_seen="seen",
        was_sort="sort_at",
        was_recorded="recorded_seq",
        was_earlier=told.recorded_seq.isin(list(this.earlier)),
    )
    return ibis.union(_dated(came, before, this), _back(came, told, before, this), _still_known(came, told, this))


def _ranked(moves: ir.Table) -> ir.Table:
    """Moves with `is_last` of their deal, whether they are undated, and whether only a list's day dates them."""
    backwards = ibis.window(group_by="deal", order_by=[moves.sort_at.desc(), moves.seq.desc()])
    return moves.mutate(
        is_last=ibis.row_number().over(backwards) == 0,
        undated=moves["at"].isnull(),
        is_seen=moves.seen.fill_null(NO),
    )


def _dated(came: ir.Table, before: ir.Table, this: ListDay) -> ir.Table:
    """The list's own moves; where a deal stands is dated by what the lists before it said."""
    begins = came.group_by(begun_deal="deal").aggregate(begins=came.day.min())
    both = came.left_join(before, came.deal == before.was_deal)
    both = both.left_join(begins, both.deal == begins.begun_deal)
    open_end = both.is_last & both.undated & both.was_stage.notnull()
    stays = open_end & (both.to_stage == both.was_stage)
    moved = open_end & (both.to_stage != both.was_stage) & both.was_earlier
    if this.last is not None:
        moved |= both.is_last & both.undated & both.was_stage.isnull() & (both.begins > ibis.literal(this.last))
    sort_at = ibis.cases(
        (stays, ibis.greatest(both.sort_at, both.was_sort)),
        (moved, ibis.greatest(both.sort_at, both.was_sort, this.midnight)),
        else_=both.sort_at,
    )
    return both.mutate(
        at=ibis.cases((stays, both.was_at), (moved, this.midnight), else_=both["at"]),
        day=ibis.cases((stays, both.was_day), (moved, ibis.literal(this.day)), else_=both.day),
        whole_day=ibis.cases((stays, both.was_whole), (moved, YES), else_=both.whole_day),
        seen=ibis.cases((stays, both.was_seen), (moved, YES), else_=both.seen),
        recorded_seq=ibis.ifelse(stays, both.was_recorded, both.recorded_seq),
        sort_at=sort_at,
    ).select(*_columns(came))


def _back(came: ir.Table, told: ir.Table, before: ir.Table, this: ListDay) -> ir.Table:
    """Deals that stand again where they began: the list tells that beginning alone, which was told before."""
    rows = came.filter(came.is_last & ~came.undated & ~came.to_stage.isin(list(this.ends)))
    rows = rows.semi_join(told.filter(~told.is_seen), ["deal", "to_stage", "at"])
    rows = rows.inner_join(before, rows.deal == before.was_deal)
    rows = rows.filter(rows.was_earlier & (rows.was_stage != rows.to_stage))
    return rows.mutate(
        at=this.midnight,
        day=ibis.literal(this.day),
        whole_day=YES,
        seen=YES,
        sort_at=ibis.greatest(rows.sort_at, rows.was_sort, this.midnight),
    ).select(*_columns(came))


def _still_known(came: ir.Table, told: ir.Table, this: ListDay) -> ir.Table:
    """Moves of earlier lists that stay although this one does not tell them."""
    last = came.filter(came.is_last)
    now = last.select(
        now_deal="deal",
        now_stage="to_stage",
        now_undated="undated",
        now_day="day",
        now_ended=last.to_stage.isin(list(this.ends)),
    )
    begins = came.group_by(begun_deal="deal").aggregate(begins=came.sort_at.min())
    dated_now = came.filter(~came.undated).select("deal", "to_stage").distinct()
    told_dates = told.filter(~told.undated & ~told.is_seen).select("deal", "to_stage").distinct()
    on_the_way = came.filter(~came.is_last).select("deal", "to_stage").distinct()
    rows = told.filter(told.recorded_seq.isin(list(this.earlier)))
    rows = rows.inner_join(now, rows.deal == now.now_deal).inner_join(begins, rows.deal == begins.begun_deal)
    rows = rows.filter(~rows.now_ended | (rows.day <= rows.now_day).fill_null(YES))
    here = rows.is_last & (rows.to_stage == rows.now_stage)
    seen = rows.filter(rows.is_seen & ~(here & (rows.now_undated | rows.now_ended)))
    # what the list before left open, or an end that this one knows nothing of
    others = rows.filter(~rows.is_seen & ~here & (rows.undated | (rows.is_last & ~rows.now_ended)))
    rows = seen.union(others.anti_join(on_the_way, ["deal", "to_stage"]))
    rows = rows.anti_join(dated_now.anti_join(told_dates, ["deal", "to_stage"]), ["deal", "to_stage"])
    return rows.mutate(sort_at=ibis.greatest(rows.sort_at, rows.begins + RIGHT_AFTER)).select(*_columns(came))


def _columns(moves: ir.Table) -> list[str]:
    return [name for name in moves.columns if name not in ("is_last", "undated", "is_seen")]
