"""Several kinds of rows as one batch: deals with their history, and what belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yaad.intake.arrow import Mask, mask, pc
from yaad.intake.batch import Batch, MorePart
from yaad.intake.kinds import HISTORY, Kind
from yaad.intake.mapping import Mapping
from yaad.intake.remarks import once
from yaad.intake.report import FileReport
from yaad.model import Pipeline
from yaad.text import Message

Places = npt.NDArray[np.int64]
GONE = -1


@dataclass(frozen=True)
class _Stacked:
    """Tables of one name below each other, and where each part's rows stand in it (`GONE`: left out)."""

    table: pa.Table
    places: list[Places]


def merged(
    batches: Sequence[Batch],
    mapping: Mapping,
    aside: Sequence[FileReport],
    notes: Sequence[Message],
) -> Batch:
    """One batch of several.

    A deal's history is that of its events; what the file of deals tells of it counts only before the first of them, so
    that the day it came is never lost. A deal that only the history knows is one too. Orders without an amount have
    that of their lines.

    Args:
        batches: a part each, deals first.
        mapping: of the whole.
        aside: accounts of files that only gave names.
        notes: what is said of the files together.
    """
    first = batches[0]
    tables: dict[str, pa.Table] = {}
    places: list[dict[str, Places]] = [{} for _ in batches]
    for name in dict.fromkeys(name for batch in batches for name in batch.tables):
        owners = [number for number, batch in enumerate(batches) if name in batch.tables]
        kept = _kept(name, [batches[number] for number in owners])
        stacked = _stack([batches[number].tables[name] for number in owners], kept)
        tables[name] = stacked.table
        for number, place in zip(owners, stacked.places, strict=True):
            places[number][name] = place
    if {"orders", "lines"} <= tables.keys():
        tables["orders"] = _with_amounts(tables["orders"], tables["lines"])
    events = [batch.last_event for batch in batches if batch.last_event is not None]
    days = [batch.last_day for batch in batches if batch.last_day is not None]
    return replace(
        first,
        tables=tables,
        pipeline=_pipeline(batches),
        files=(*(report for batch in batches for report in batch.files), *aside),
        mapping=mapping,
        last_event=max(events, default=None),
        last_day=max(days, default=None),
        notes=once((*notes, *(note for batch in batches for note in batch.notes))),
        parts=tuple(MorePart(batch, place) for batch, place in zip(batches, places, strict=True)),
        aside=tuple(aside),
    )


def _kept(name: str, batches: Sequence[Batch]) -> list[Mask]:
    """Rows of each part that stay: of deals those of the first part that has them, of moves as `merged` says."""
    kept = [np.ones(batch.tables[name].num_rows, np.bool_) for batch in batches]
    if name == "deals":
        for number in range(1, len(batches)):
            known = pa.concat_arrays([one for b in batches[:number] for one in b.tables[name]["deal_id"].chunks])
            kept[number] = ~mask(pc.is_in(batches[number].tables[name]["deal_id"], value_set=known))
    if name == "moves":
        events = [batch.tables[name] for batch in batches if batch.kind in HISTORY]
        for number, batch in enumerate(batches):
            if batch.kind is Kind.DEALS and events:
                kept[number] = _before(batch.tables[name], pa.concat_tables(events))
    return kept


def _before(told: pa.Table, events: pa.Table) -> Mask:
    """Told moves of deals without events, and those that came before the first event of their deal."""
    firsts = events.group_by("deal_id").aggregate([("at", "min"), ("day", "min")])
    place = pc.index_in(told["deal_id"], value_set=firsts["deal_id"].combine_chunks())
    at, day = (firsts[name].take(place) for name in ("at_min", "day_min"))
    earlier = pc.if_else(told["whole_day"], pc.less(told["day"], day), pc.less(told["at"], at))
    return mask(pc.is_null(place)) | mask(pc.fill_null(earlier, False))  # noqa: FBT003 - Arrow's own signature


def _stack(tables: Sequence[pa.Table], kept: Sequence[Mask]) -> _Stacked:
    """Rows that stay, one part's below the other's; columns that a part lacks are null there."""
    places: list[Places] = []
    parts: list[pa.Table] = []
    count = 0
    for table, rows in zip(tables, kept, strict=True):
        where = np.full(len(rows), GONE, np.int64)
        where[rows] = count + np.arange(int(rows.sum()))
        places.append(where)
        count += int(rows.sum())
        parts.append(table if rows.all() else table.filter(pa.array(rows)))
    stacked = pa.concat_tables(parts, promote_options="default").combine_chunks()
    if "seq" in stacked.column_names and len(parts) > 1:  # the order among equal times: told moves, then events
        stacked = stacked.set_column(stacked.column_names.index("seq"), "seq", pa.array(np.arange(count)))
    return _Stacked(stacked, places)


def _pipeline(batches: Sequence[Batch]) -> Pipeline | None:
    """The stages of all parts; one is silent only where no part has its history."""
    known = [(batch.pipeline, batch.kind in HISTORY) for batch in batches if batch.pipeline is not None]
    if not known:
        return None
    stages = {stage.name: stage for pipeline, _ in known for stage in pipeline.stages}
    silent = frozenset[str]() if any(history for _, history in known) else known[0][0].silent
    return Pipeline(tuple(stages.values()), silent)


def _with_amounts(orders: pa.Table, lines: pa.Table) -> pa.Table:
    """Orders that carry no amount get the sum of their lines: price × quantity, less the discount."""
    if not {"price", "quantity"} <= set(lines.column_names):
        return orders
    if "amount" in orders.column_names and orders["amount"].null_count < orders.num_rows:
        return orders
    part = pc.cast(lines["price"], pa.float64())
    part = pc.multiply(part, pc.cast(lines["quantity"], pa.float64()))
    if "discount" in lines.column_names:
        part = pc.multiply(part, pc.subtract(1.0, pc.fill_null(lines["discount"], 0.0)))
    sums = pa.table({"order": lines["order_id"], "part": part}).group_by("order").aggregate([("part", "sum")])
    place = pc.index_in(orders["order_id"], value_set=sums["order"].combine_chunks())
    amounts = pc.round(sums["part_sum"].take(place), ndigits=4).cast(pa.decimal128(18, 4), safe=False)
    more = {"amount": amounts}
    if "currency" in lines.column_names and "currency" not in orders.column_names:
        more["currency"] = pa.nulls(orders.num_rows, pa.string())
    if "tax" not in orders.column_names:
        more["tax"] = pa.array(["unknown"] * orders.num_rows, pa.string())
    for name, values in more.items():
        if name in orders.column_names:
            orders = orders.set_column(orders.column_names.index(name), name, values)
        else:
            orders = orders.append_column(name, values)
    return orders
