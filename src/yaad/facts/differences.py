"""What an import says otherwise than the book did: field by field, and the deals that it does not speak of."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.facts.engines.duck import DuckEngine

LISTED = 10_000
"""Rows listed; the counts go on. More than that nobody reads, and a book of a million deals must not be held twice."""

CHANGES = pa.schema([("deal_id", pa.string()), ("field", pa.string()), ("before", pa.string()), ("now", pa.string())])
UNLISTED = ("custom",)
"""Fields that are many in one: that they changed is counted, not listed."""


@dataclass(frozen=True)
class Difference:
    """What an import changed in a book that was not empty.

    Attributes:
        changes: known deals in the schema CHANGES, one row a field; the first LISTED of them.
        absent: ids of deals that the import does not speak of; the first LISTED of them.
    """

    changes: pa.Table = field(default_factory=CHANGES.empty_table)
    absent: tuple[str, ...] = ()


def changes(before: ir.Table, now: ir.Table, merged: ir.Table, moved: ir.Table, told: Sequence[str]) -> ir.Table:
    """What an import changed of some known deals, in the schema CHANGES, in order; the first LISTED of it.

    Args:
        before: the book's deals before it.
        now: the same after it.
        merged: the deals that it speaks of, as they are now.
        moved: the deals whose moves are not as they were (column `deal`).
        told: the descriptive columns that the source speaks of.
    """
    was = before.select(was_deal="deal", **{f"was_{name}": before[name] for name in (*told, "stage")})
    known = merged.filter(merged.differs & ~merged.is_new)
    both = known.inner_join(was, known.deal == was.was_deal)
    parts = [_changed(both, name, both[name]) for name in told if name not in UNLISTED]
    now = now.semi_join(moved, "deal").select("deal", "deal_id", "stage")
    stages = now.inner_join(was, now.deal == was.was_deal)
    return ibis.union(_changed(stages, "stage", stages.stage), *parts).order_by("deal_id", "field").limit(LISTED)


def absent_from(bench: DuckEngine, before: ir.Table, numbers: ir.Table) -> tuple[str, ...]:
    """Ids of the book's deals that are none of `numbers`, in order; the first LISTED of them."""
    absent = before.anti_join(numbers, "deal").select("deal_id").order_by("deal_id").limit(LISTED)
    return tuple(str(one) for one in bench.run(absent)["deal_id"].to_pylist())


def _changed(both: ir.Table, name: str, now: ir.Value) -> ir.Table:
    rows = both.filter(~now.identical_to(both[f"was_{name}"]))
    before = rows[f"was_{name}"].cast("string")
    return rows.select(deal_id=rows.deal_id, field=ibis.literal(name), before=before, now=rows[name].cast("string"))
