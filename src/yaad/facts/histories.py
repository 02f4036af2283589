"""Moves that arrive against moves that are there: which deals have a new history, and what it is.

A deal's moves come from three hands. *Told* moves are what a snapshot, two dates or a date a stage say of its history;
the last import that tells it stands, with what earlier lists saw. *Events* are rows of a log; they only add up.
*People's* moves come from the journal. Events know more than what is told: between a deal's first and last event, told
moves give way.
"""

from collections.abc import Sequence
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from yaad.facts.lists import ListDay, with_earlier_lists

JOURNAL_SEQ = 1 << 40
"""People's moves are numbered from here (plus the entry's number): at equal times they come last."""
BIRTH_SEQ = 1 << 39
"""The moves with which deals begin that people wrote down are numbered from here: before their others of that time."""

VALUES = ("to_stage", "at", "day", "whole_day")


class History(StrEnum):
    """What the moves of an import are: the whole history of its deals as told (REPLACE), or events (ADD)."""

    REPLACE = "replace"
    ADD = "add"


def new_histories(came: ir.Table, old: ir.Table, history: History, snapshots: Sequence[int], this: ListDay) -> ir.Table:
    """All moves, from now on, of the deals that `came` speaks of.

    Equal events are merged, and an undated event gives way to a dated one into the same stage.

    Args:
        came: arriving moves.
        old: the moves that these deals have.
        history: what the arriving moves are.
        snapshots: `recorded_seq` of the imports whose moves were told.
        this: the day of the import, and which of the others are of earlier days.
    """
    # of a deal that people wrote down the source tells how it began, once it tells of it
    imported, people = old.filter(old.seq < BIRTH_SEQ), old.filter(old.seq >= JOURNAL_SEQ)
    is_told = imported.recorded_seq.isin(list(snapshots)) if snapshots else ibis.literal(value=False)
    told, events = imported.filter(is_told), imported.filter(~is_told)
    if history is History.REPLACE:
        told = with_earlier_lists(came, told, this)
    else:
        events = _added(came, events)
    return _outside(told, events).union(events, people, distinct=False)


def changed_deals(now: ir.Table, old: ir.Table) -> ir.Table:
    """Numbers of the deals (column `deal`) whose moves now are not what they were."""
    now, old = _numbered(now), _numbered(old)
    return _without(now, old).select("deal").union(_without(old, now).select("deal"), distinct=True)


def _added(came: ir.Table, events: ir.Table) -> ir.Table:
    """Events and those that arrive."""
    dated = came.filter(came["at"].notnull())
    dated = dated.anti_join(events, [dated.deal == events.deal, *_same(dated, events)])
    known = events.select("deal", "to_stage").distinct()
    undated = came.filter(came["at"].isnull()).anti_join(known, ["deal", "to_stage"])
    superseded = events.filter(events["at"].isnull()).semi_join(
        dated.select("deal", "to_stage").distinct(), ["deal", "to_stage"]
    )
    kept = events.anti_join(superseded.select("deal", "seq"), ["deal", "seq"])
    return kept.union(dated, undated, distinct=False)


def _outside(told: ir.Table, events: ir.Table) -> ir.Table:
    """Told moves before the first and after the last event of their deal; of deals without events, all."""
    spans = events.group_by("deal").aggregate(first_day=events.day.min(), last_day=events.day.max())
    both = told.left_join(spans.rename(event_deal="deal"), told.deal == spans.deal)
    outside = both.event_deal.isnull() | (both.day < both.first_day) | (both.day > both.last_day)
    return both.filter(outside).select(*told.columns)


def _numbered(moves: ir.Table) -> ir.Table:
    order = ibis.window(group_by="deal", order_by=["sort_at", "seq"])
    return moves.mutate(nth=ibis.row_number().over(order))


def _without(moves: ir.Table, others: ir.Table) -> ir.Table:
    """Moves that do not stand at the same place of the deal's history with the same values."""
    same = [*_same(moves, others), moves.by.identical_to(others.by), moves.amount.identical_to(others.amount)]
    return moves.anti_join(others, [moves.deal == others.deal, moves.nth == others.nth, *same])


def _same(moves: ir.Table, others: ir.Table) -> list[ir.BooleanValue]:
    return [moves[name].identical_to(others[name]) for name in VALUES]
