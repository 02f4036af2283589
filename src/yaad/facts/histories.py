"""Moves that arrive against moves that are there: which deals have a new history, and what it is."""

from enum import StrEnum

import ibis
import ibis.expr.types as ir

JOURNAL_SEQ = 1 << 40
"""Moves that people wrote are numbered from here (plus the entry's number): at equal times they come last, and an
import never replaces them."""

VALUES = ("to_stage", "at", "day", "whole_day")


class History(StrEnum):
    """What the moves of an import mean for deals that the book knows.

    REPLACE: the file tells a deal's whole history (a snapshot, two dates, a date a stage): it takes the place of what
    earlier imports told. ADD: the file tells events: new ones are added, equal ones merged, and an undated move gives
    way to a dated one into the same stage.
    """

    REPLACE = "replace"
    ADD = "add"


def changed_deals(came: ir.Table, old: ir.Table, history: History) -> ir.Table:
    """Numbers of the deals (column `deal`) whose moves are not as they were.

    Args:
        came: arriving moves with their `deal`.
        old: all present moves of these deals.
        history: what the arriving moves mean.
    """
    if history is History.ADD:
        return unseen(came, old).select("deal").distinct()
    came, made = _numbered(came), _numbered(old.filter(old.seq < JOURNAL_SEQ))
    gone, fresh = _without(made, came), _without(came, made)
    return gone.select("deal").union(fresh.select("deal"), distinct=True)


def new_histories(came: ir.Table, old: ir.Table, history: History) -> ir.Table:
    """The moves, from now on, of the deals that `came` speaks of."""
    if history is History.REPLACE:
        return came.union(old.filter(old.seq >= JOURNAL_SEQ), distinct=False)
    fresh = unseen(came, old)
    dated = fresh.filter(fresh["at"].notnull()).select("deal", "to_stage").distinct()
    unknown = old.filter(old["at"].isnull()).anti_join(dated, ["deal", "to_stage"])
    return old.filter(old["at"].notnull()).union(unknown, fresh, distinct=False)


def unseen(came: ir.Table, old: ir.Table) -> ir.Table:
    """Arriving events that are not there yet."""
    dated = came.filter(came["at"].notnull())
    dated = dated.anti_join(old, [dated.deal == old.deal, *_same(dated, old)])
    undated = came.filter(came["at"].isnull()).anti_join(
        old.select("deal", "to_stage").distinct(), ["deal", "to_stage"]
    )
    return dated.union(undated, distinct=False)


def _numbered(moves: ir.Table) -> ir.Table:
    order = ibis.window(group_by="deal", order_by=["sort_at", "seq"])
    return moves.mutate(nth=ibis.row_number().over(order))


def _without(moves: ir.Table, others: ir.Table) -> ir.Table:
    """Moves that do not stand at the same place of the deal's history with the same values."""
    same = [*_same(moves, others), moves.by.identical_to(others.by), moves.amount.identical_to(others.amount)]
    return moves.anti_join(others, [moves.deal == others.deal, moves.nth == others.nth, *same])


def _same(moves: ir.Table, others: ir.Table) -> list[ir.BooleanValue]:
    return [moves[name].identical_to(others[name]) for name in VALUES]
