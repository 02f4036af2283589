"""The open deals of a day one by one, with what each of them is expected to bring, to compare with another day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from yaad.errors import InputError
from yaad.measures.dimensions import floats, integers
from yaad.measures.scope import Scope
from yaad.measures.winning import StageChances, standing
from yaad.model import Tax, single_unit
from yaad.text import Message

TOLD = ("deal", "deal_id", "name", "owner", "stage", "amount", "created_day", "expected_close_day")
"""Columns of deals that are told of each."""


@dataclass(frozen=True)
class OpenDeal:
    """A deal that is open on a day.

    Attributes:
        deal: the book's number of it.
        deal_id, name, owner: as the company calls them.
        stage: where it stands.
        amount: None where there is none.
        expected: its amount times the chance to be won in the end; 0 without an amount.
        came: its first day; None when unknown.
        expected_close: the day on which it is to close; None when nobody said.
    """

    deal: int
    deal_id: str
    name: str | None
    owner: str | None
    stage: str
    amount: float | None
    expected: float
    came: date | None
    expected_close: date | None


def open_deals(scope: Scope) -> list[OpenDeal]:
    """The open deals of the day of `scope`, by number; its period and breakdown are not looked at."""
    rows = scope.rows(_open)
    chances = StageChances.of(scope).chances(integers(rows, "place"), floats(rows, "days"))
    columns = (rows[name].to_pylist() for name in TOLD)
    return [
        OpenDeal(deal, deal_id, name, owner, stage, amount, (amount or 0.0) * chance, came, expected_close)
        for deal, deal_id, name, owner, stage, amount, came, expected_close, chance in zip(
            *columns, chances.tolist(), strict=True
        )
    ]


def _open(scope: Scope) -> ir.Table:
    rows = standing(scope, scope.deals)
    return rows.mutate(amount=rows.amount.cast("float64")).select(*TOLD, "place", "days").order_by("deal")


def outcomes(scope: Scope, deals: Sequence[int]) -> dict[int, str]:
    """What became of deals by the day of `scope`; those that it does not know are left out."""
    every = scope.deals if scope.left_out is None else scope.deals.union(scope.left_out)
    rows = scope.run(every.filter(every.outcome != "open").select("deal", "outcome"))
    rows = rows.filter(pc.is_in(rows["deal"], value_set=pa.array(deals, pa.int64())))
    return dict(zip(rows["deal"].to_pylist(), rows["outcome"].to_pylist(), strict=True))


def ended_since(scope: Scope, since: date) -> dict[int, str]:
    """Deals that came after a day and were won or lost by the day of `scope`, by number → which of the two.

    One whose first day nobody knows is not known to have come since; one that is no inquiry was neither won nor lost,
    so `Scope.left_out` is not looked at, as it is in `outcomes`.
    """
    rows = scope.rows(_ended, since)
    return dict(zip(rows["deal"].to_pylist(), rows["outcome"].to_pylist(), strict=True))


def _ended(scope: Scope, since: date) -> ir.Table:
    deals = scope.deals
    is_since = (deals.created_day > since) & (deals.closed_day > since)
    return deals.filter(deals.outcome.isin(["won", "lost"]) & is_since).select("deal", "outcome")


def unit_of(*scopes: Scope) -> tuple[str | None, Message | None]:
    """The currency of the open deals' amounts, and why they cannot be added up where they cannot."""
    currencies: set[str | None] = set()
    taxes: set[str | None] = set()
    for scope in scopes:
        deals = scope.deals.filter((scope.deals.outcome == "open") & (scope.deals.amount > 0))
        for row in scope.run(deals.select("currency", "tax").distinct()).to_pylist():
            currencies.add(row["currency"])
            taxes.add(None if row["tax"] in (None, Tax.UNKNOWN.value) else row["tax"])
    try:
        single_unit(taxes)
        return single_unit(currencies), None
    except InputError as error:
        return None, error.message
