"""An import against what people wrote: what they wrote later stands.

The import is compared with what the source said before, not with what stands.
"""

import datetime as dt
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.facts.engines.duck import DuckEngine
from yaad.facts.overlays import FIELDS, Kept, Overlay, from_table, to_table
from yaad.facts.parts import Workshop
from yaad.facts.texts import as_text, as_value
from yaad.model import SCHEMAS

Standing = dict[tuple[int, str], str | None]
"""Deal and field → a value as the overlay keeps it."""


def overlaid_numbers(shop: Workshop) -> list[int]:
    """The deals of which people wrote a field."""
    return sorted({deal for deal, _ in _overlays(shop)})


def told_before(shop: Workshop) -> Standing:
    """What the source said last of the fields that people wrote."""
    return {key: one.told for key, one in _overlays(shop).items()}


def what_stands(shop: Workshop, rows: ir.Table, day: dt.date) -> tuple[Standing, tuple[Kept, ...]]:
    """What stands in the end of the fields that people wrote, and where that is not what the import says.

    Args:
        shop: the write in progress; its table of overlays is written when the source says something new.
        rows: arriving rows of the deals of `overlaid_numbers`, with what the import says.
        day: that the source speaks of.
    """
    overlays = _overlays(shop)
    said = {row["deal"]: row for row in shop.bench.run(rows.select("deal", "deal_id", *FIELDS)).to_pylist()}
    now = {
        key: one.retold(as_text(said[one.deal][one.field]), day) if one.deal in said else one
        for key, one in overlays.items()
    }
    if now != overlays:
        shop.replace("overlays", shop.bench.memtable("overlays_now", to_table(now.values())), ("deal", "field"))
    kept = tuple(
        Kept(said[one.deal]["deal_id"], one.field, one.told, one.standing)
        for one in now.values()
        if one.deal in said and one.told is not None and one.standing != one.told
    )
    return {key: one.standing for key, one in now.items() if one.deal in said}, kept


def _overlays(shop: Workshop) -> dict[tuple[int, str], Overlay]:
    return from_table(shop.bench.run(shop.old("overlays"))) if shop.present("overlays") else {}


def replacements(bench: DuckEngine, name: str, values: Standing) -> dict[str, ir.Table]:
    """Field → the values that take the place of others, under a name of their own."""
    found = {}
    for field in FIELDS:
        of_field = {deal: as_value(field, text) for (deal, one), text in values.items() if one == field}
        kind = SCHEMAS["deals"].field(field).type
        table = pa.table({"other_deal": pa.array(of_field, pa.int64()), "other": pa.array(of_field.values(), kind)})
        if of_field:
            found[field] = bench.memtable(f"{name}_{field}", table)
    return found


def replaced(rows: ir.Table, values: Mapping[str, ir.Table]) -> ir.Table:
    """Rows with some fields of some deals replaced."""
    for field, others in values.items():
        both = rows.left_join(others, rows.deal == others.other_deal)
        value = ibis.ifelse(both.other_deal.notnull(), both.other, both[field])
        rows = both.mutate(**{field: value}).select(*rows.columns)
    return rows
