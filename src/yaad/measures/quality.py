"""How good the data of a book are: what is missing, impossible or silent, and what figures that takes away."""

import ibis
import ibis.expr.types as ir

from yaad.measures.dimensions import COLUMNS, custom_names
from yaad.measures.registry import measure
from yaad.measures.scope import Scope
from yaad.model import Finding
from yaad.text import Message

MISSING = ("owner", "source", "amount", "lost_reason", "phone", "expected_close_day", "next_step", "product")
"""Columns whose absence takes figures away, in the order in which people miss them."""

NO_AMOUNT = 0


def filled_columns(scope: Scope) -> list[str]:
    """Columns of deals that hold anything in this book, custom fields after the known ones."""
    deals = scope.deals
    counts = scope.run(deals.aggregate(**{name: deals[name].count() for name in COLUMNS})).to_pylist()[0]
    return [name for name in COLUMNS if counts[name]] + custom_names(scope)


def quality(scope: Scope) -> list[Finding]:
    """What is wrong or missing, most telling first; only what is there is listed.

    The counts are of deals. *Missing* looks at the deals that need the value: lost ones for the reason of the loss,
    open ones for the expected closing and the next step, all for the rest. An amount of 0 is a missing one.
    """
    deals = scope.deals
    counts = {name: _count(deals, flag) for name, flag in _flags(deals).items()}
    unmapped = custom_names(scope)  # a file may keep such a column under no mapping: it is not missing then
    wanted = [name for name in MISSING if name not in unmapped]
    needs = {f"of_{name}": _count(deals, _needs(deals, name)) for name in MISSING}
    row = scope.run(deals.aggregate(all=deals.count(), **counts, **needs)).to_pylist()[0]
    found = [_finding(name, row[name], row["all"]) for name in ("undated", "impossible", "reopened", "no_currency")]
    found.append(_finding("stalled", measure(["stalled"], scope)[0].value or 0, row["all"]))
    found += [_finding(f"no_{name}", row[f"no_{name}"], row[f"of_{name}"]) for name in wanted]
    found += [_silent(stage) for stage in sorted(scope.pipeline.silent)]
    return [each for each in found if each.count]


def _count(deals: ir.Table, flag: ir.BooleanValue) -> ir.IntegerScalar:
    return deals.count(where=flag)


def _flags(deals: ir.Table) -> dict[str, ir.BooleanValue]:
    missing = {f"no_{name}": _is_missing(deals, name) & _needs(deals, name) for name in MISSING}
    closed_first = deals.closed_day.notnull() & deals.created_day.notnull() & (deals.closed_day < deals.created_day)
    return {
        "undated": deals.created_day.isnull(),
        "impossible": closed_first,
        "reopened": deals.episodes > 1,
        "no_currency": deals.amount.notnull() & deals.currency.isnull(),
        **missing,
    }


def _is_missing(deals: ir.Table, name: str) -> ir.BooleanValue:
    if name == "amount":
        return deals.amount.isnull() | (deals.amount == NO_AMOUNT)
    return deals[name].isnull()


def _needs(deals: ir.Table, name: str) -> ir.BooleanValue:
    """Whether a deal is one that should carry the value."""
    if name == "lost_reason":
        return deals.outcome == "lost"
    if name in {"expected_close_day", "next_step", "phone"}:
        return deals.outcome == "open"
    return ibis.literal(value=True)


def _finding(name: str, count: float, of: float) -> Finding:
    return Finding(name, int(count), int(of), Message(f"quality.{name}"), Message(f"quality.{name}_means"))


def _silent(stage: str) -> Finding:
    means = Message("quality.silent_means")
    return Finding(f"silent:{stage}", 1, 1, Message("quality.silent", {"stage": stage}), means)
