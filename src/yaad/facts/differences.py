"""What an import says otherwise than the book did: field by field, and the deals that it does not speak of."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.facts.parts import Workshop

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


def difference(shop: Workshop, old: ir.Table, merged: ir.Table, moved: ir.Table, told: Sequence[str]) -> Difference:
    """List what an import changed, after its parts were written.

    Args:
        shop: the write in progress.
        old: the book's deals before it.
        merged: the deals that it speaks of, as they are now.
        moved: the deals whose moves are not as they were (column `deal`).
        told: the descriptive columns that the source speaks of.
    """
    before = old.select(was_deal="deal", **{f"was_{name}": old[name] for name in (*told, "stage")})
    known = merged.filter(merged.differs & ~merged.is_new)
    both = known.inner_join(before, known.deal == before.was_deal)
    parts = [_changed(both, name, both[name]) for name in told if name not in UNLISTED]
    now = shop.old("deals").semi_join(moved, "deal").select("deal", "deal_id", "stage")
    stages = now.inner_join(before, now.deal == before.was_deal)
    changes = ibis.union(_changed(stages, "stage", stages.stage), *parts).order_by("deal_id", "field").limit(LISTED)
    absent = old.anti_join(merged, "deal").select("deal_id").order_by("deal_id").limit(LISTED)
    return Difference(
        shop.bench.run(changes).cast(CHANGES), tuple(str(one) for one in shop.bench.run(absent)["deal_id"].to_pylist())
    )


def _changed(both: ir.Table, name: str, now: ir.Value) -> ir.Table:
    rows = both.filter(~now.identical_to(both[f"was_{name}"]))
    before = rows[f"was_{name}"].cast("string")
    return rows.select(deal_id=rows.deal_id, field=ibis.literal(name), before=before, now=rows[name].cast("string"))
