"""An import against what people wrote: what they wrote later stands.

The import is compared with what the source said before, not with what stands.
"""

import datetime as dt

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.facts.overlays import FIELDS, Kept, Overlay, as_text, as_value, from_table, to_table
from yaad.facts.parts import Workshop
from yaad.model import SCHEMAS


def source_says(shop: Workshop) -> ir.Table:
    """The book's deals with what their source said last, where people wrote something else."""
    overlays = _overlays(shop)
    if not overlays:
        return shop.old("deals")
    return _replaced(shop, shop.old("deals"), "told", {key: one.told for key, one in overlays.items()})


def with_standing(shop: Workshop, rows: ir.Table, day: dt.date) -> tuple[ir.Table, tuple[Kept, ...]]:
    """Arriving rows with what stands in the end, and where that is not what the import says.

    Args:
        shop: the write in progress; its table of overlays is written when the source says something new.
        rows: arriving rows, one a deal, with what the import says.
        day: that the source speaks of.
    """
    overlays = _overlays(shop)
    if not overlays:
        return rows, ()
    deals = _memo(shop, "overlaid_deals", sorted({deal for deal, _ in overlays}))
    said = {
        row["deal"]: row
        for row in shop.bench.run(rows.semi_join(deals, "deal").select("deal", "deal_id", *FIELDS)).to_pylist()
    }
    now = {
        key: one.retold(as_text(said[one.deal][one.field]), day) if one.deal in said else one
        for key, one in overlays.items()
    }
    if now != overlays:
        shop.replace("overlays", shop.bench.memtable("overlays_now", to_table(now.values())), ("deal", "field"))
    kept = tuple(
        Kept(said[one.deal]["deal_id"], one.field, one.told, str(one.standing))
        for one in now.values()
        if one.deal in said and one.told is not None and one.standing != one.told
    )
    standing = {key: one.standing for key, one in now.items() if one.deal in said}
    return _replaced(shop, rows, "standing", standing), kept


def _overlays(shop: Workshop) -> dict[tuple[int, str], Overlay]:
    return from_table(shop.bench.run(shop.old("overlays"))) if shop.present("overlays") else {}


def _memo(shop: Workshop, name: str, deals: list[int]) -> ir.Table:
    return shop.bench.memtable(name, pa.table({"deal": pa.array(deals, pa.int64())}))


def _replaced(shop: Workshop, rows: ir.Table, name: str, values: dict[tuple[int, str], str | None]) -> ir.Table:
    """Rows with some fields of some deals replaced."""
    for field in FIELDS:
        of_field = {deal: as_value(field, text) for (deal, one), text in values.items() if one == field}
        kind = SCHEMAS["deals"].field(field).type
        table = pa.table({"other_deal": pa.array(of_field, pa.int64()), "other": pa.array(of_field.values(), kind)})
        others = shop.bench.memtable(f"{name}_{field}", table)
        both = rows.left_join(others, rows.deal == others.other_deal)
        value = ibis.ifelse(both.other_deal.notnull(), both.other, both[field])
        rows = both.mutate(**{field: value}).select(*rows.columns)
    return rows
