"""What measures share: which deals they are about, and the rows behind a figure."""

import ibis.expr.types as ir

from yaad.measures.dimensions import asked, key_columns
from yaad.measures.scope import Scope

SHOWN = (
    "deal_id",
    "name",
    "owner",
    "source",
    "stage",
    "outcome",
    "amount",
    "currency",
    "created_day",
    "closed_day",
    "cycle_days",
)
"""Columns of deals that `explain` shows."""

STAY_SHOWN = ("owner", "source", "stage", "entered_day", "until_day", "first_ended", "days")
"""Columns of stays that `explain` shows, beside those of the deal."""

CLOSED = ("won", "lost")


def deals_with(scope: Scope, day: str, outcomes: tuple[str, ...] = ()) -> ir.Table:
    """The deals that the question is about, by the date column `day`; of these outcomes, or of any."""
    deals = asked(scope, scope.deals, day)
    return deals.filter(deals.outcome.isin(outcomes)) if outcomes else deals


def deal_rows(scope: Scope, day: str, outcomes: tuple[str, ...] = ()) -> ir.Table:
    """The same deals as rows to show, the breakdown's values first, in the book's own order."""
    return shown(scope, deals_with(scope, day, outcomes))


def shown(scope: Scope, deals: ir.Table, *more: str) -> ir.Table:
    """`keyed` deals as rows to show; `more` columns at the end."""
    keys = [deals[column].name(name) for column, name in zip(key_columns(scope), scope.by, strict=True)]
    columns = [deals[column] for column in (*SHOWN, *more) if column not in scope.by]
    return deals.order_by("deal").select(*keys, *columns)


def stay_rows(scope: Scope, stays: ir.Table, *more: str) -> ir.Table:
    """`keyed` stays as rows to show, with the deal's id, name and amount; `more` columns at the end."""
    deals = scope.deals.select(of_deal="deal", deal_id="deal_id", name="name", amount="amount", currency="currency")
    rows = stays.join(deals, stays.deal == deals.of_deal, how="left")
    keys = [rows[column].name(name) for column, name in zip(key_columns(scope), scope.by, strict=True)]
    columns = [name for name in ("deal_id", "name", *STAY_SHOWN, "amount", "currency", *more) if name not in scope.by]
    return rows.order_by("deal", "position").select(*keys, *columns)


def event_rows(scope: Scope, rows: ir.Table, *columns: str, order: tuple[str, ...]) -> ir.Table:
    """`keyed` rows of another table (activities, calls, orders …) as rows to show.

    Args:
        scope: the question.
        rows: the rows.
        columns: those of its columns that are shown, after the breakdown's values.
        order: columns that put them in a fixed order.
    """
    keys = [rows[column].name(name) for column, name in zip(key_columns(scope), scope.by, strict=True)]
    return rows.order_by(*order).select(*keys, *(rows[column] for column in columns if column not in scope.by))
