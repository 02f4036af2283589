"""Store the tables that come row by row: accounts, products, orders, lines, calls, activities."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.facts.arrivals import Mask, checked, conform, not_among, said
from yaad.facts.call_links import adopt_calls, with_deals_by_phone
from yaad.facts.parts import Workshop
from yaad.facts.upserts import Counts, counted, last_of_each
from yaad.model import SCHEMAS
from yaad.model.tables import KEYS

COMPACT_AT = 20
"""Files of a table; then it is written anew as one."""

ORDER: dict[str, tuple[str, ...]] = {"activities": ("deal", "at", "activity_id")}
"""How rows lie in a file; by their key where it is not said."""

ORIGIN = ("recorded_seq", "file", "row")


def store_flat(shop: Workshop, table: str, came: pa.Table) -> tuple[Counts, Mask]:
    """Bring rows in by their key: new ones in a file beside the others, or all anew when some changed.

    Returns:
        the counts, and for each arriving row whether the book had it just so.
    """
    key = KEYS[table]
    old = shop.old(table)
    if table == "calls":
        came = with_deals_by_phone(shop, came)
    came = checked(came, key)
    counts, rows = _upsert(shop, table, came, old)
    if not counts.new and not counts.changed:
        return counts, np.ones(came.num_rows, np.bool_)
    same = not_among(came[key], shop.bench.run(rows.select(key))[key])
    present = shop.present(table)
    if table == "activities":
        rows = with_deals(rows, shop.old("deals"))
    if counts.changed or len(present) >= COMPACT_AT:
        rows, present = old.anti_join(rows, key).union(rows.select(*old.columns), distinct=False), []
    part = shop.write(table, rows, ORDER.get(table, (key,)))
    shop.parts[table] = [*present, *([part] if part else [])]
    return counts, same


def with_deals(activities: ir.Table, deals: ir.Table) -> ir.Table:
    """Activities with the number of their deal, where the book has it."""
    numbers = deals.select(known="deal", known_id="deal_id")
    both = activities.left_join(numbers, activities.deal_id == numbers.known_id)
    return both.mutate(deal=both.known).select(*SCHEMAS["activities"].names)


def adopt_orphans(shop: Workshop) -> None:
    """Give activities and calls that waited for their deal its number, when it has come."""
    adopt_calls(shop)
    activities, deals = shop.old("activities"), shop.old("deals")
    orphans = activities.filter(activities.deal.isnull())
    found = orphans.semi_join(deals, "deal_id")
    if shop.bench.run(found.aggregate(n=found.count()))["n"][0].as_py():
        shop.replace("activities", with_deals(activities, deals), ORDER["activities"])


def _upsert(shop: Workshop, table: str, came: pa.Table, old: ir.Table) -> tuple[Counts, ir.Table]:
    """The counts, and the new and changed rows in the table's schema (activities without `deal`)."""
    bench, seq = shop.bench, shop.pin.seq + 1
    schema, key = SCHEMAS[table], KEYS[table]
    described = tuple(name for name in schema.names if name not in (*ORIGIN, "deal", key))
    told = said(came, described, empty_too=shop.says_all)
    arrived = last_of_each(bench, bench.arrow(f"came_{table}", conform(came, schema)), key)
    was = old.select(was_key=key, **{f"was_{name}": old[name] for name in schema.names if name != key})
    both = arrived.left_join(was, arrived[key] == was.was_key)
    is_new = both.was_key.isnull()
    differs = is_new
    for name in told:
        differs = differs | ~both[name].identical_to(both[f"was_{name}"])
    kept = {
        name: both[name] if name in told else both[f"was_{name}"]
        for name in ("deal", *described)
        if name in schema.names
    }
    rows = both.select(key, "file", "row", **kept, recorded_seq=_number(seq), is_new=is_new, differs=differs)
    rows = bench.keep(f"fresh_{table}", rows)
    counts = counted(bench, rows, rows.differs, came.num_rows)
    return counts, rows.filter(rows.differs).select(*schema.names)


def _number(seq: int) -> ir.IntegerScalar:
    return ibis.literal(seq, type="int64")
