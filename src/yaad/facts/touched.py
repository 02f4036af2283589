"""The deals that the journal's tail touches, computed anew: the lake's own rows and what people wrote."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from yaad.facts.arrivals import DESCRIPTIVE
from yaad.facts.engines.port import Engine
from yaad.facts.fold import NOTE_ID, Tail, fold, written_values
from yaad.facts.histories import JOURNAL_SEQ
from yaad.facts.journal import Journal
from yaad.facts.overlays import from_table, overlaid, to_table
from yaad.facts.pin import Pin
from yaad.facts.texts import as_value
from yaad.model import SCHEMAS, CreateEntry, DealEntry

DEAL_COLUMNS = ("deal", "deal_id", *DESCRIPTIVE, "recorded_seq", "file", "row")


@dataclass(frozen=True)
class Touched:
    """Rows of the touched deals from now on.

    Attributes:
        last_seq: the last entry looked at.
        waiting: ids of deals that entries speak of and the book does not know.
        gone: numbers of deals that people wrote down, which the lake has, and took back.
        tail: the fold of all entries of these deals.
        deals: without what their moves tell.
        moves: all of them.
        notes: their activities that people wrote.
        overlays: fields that people spoke of.
    """

    last_seq: int
    waiting: tuple[str, ...]
    gone: tuple[int, ...]
    tail: Tail
    deals: pa.Table
    moves: pa.Table
    notes: pa.Table
    overlays: pa.Table

    @property
    def numbers(self) -> pa.Table:
        """Column `deal`: whose rows of the lake count no more."""
        return pa.table({"deal": pa.array([*self.deals["deal"].to_pylist(), *self.gone], pa.int64())})

    @property
    def is_empty(self) -> bool:
        """Whether no row of the lake changes by it."""
        return not (self.deals.num_rows or self.gone)


def touched_deals(engine: Engine, lake: Mapping[str, ir.Table], pin: Pin, journal: Journal) -> Touched | None:
    """The rows of all deals that an entry beyond the pin speaks of; None when there is no entry.

    All entries of these deals are folded anew, so that an entry may undo one that is in the lake already. Entries of
    deals that the book does not know wait for their deal, unless it begins with one of them.
    """
    fresh = journal.since(pin.journal_seq)
    spoken_of = {entry.deal_id for entry in fresh if isinstance(entry, DealEntry)} | set(pin.waiting)
    if not fresh and not spoken_of:
        return None
    entries = journal.of(spoken_of)
    tail = fold(entries, pin.pipeline, zone=pin.zone, whole_days=pin.whole_days)
    ids = engine.memtable("touched_ids", pa.table({"deal_id": pa.array(sorted(tail.deal_ids), pa.string())}))
    known_rows = engine.run(lake["deals"].semi_join(ids, "deal_id").select(*DEAL_COLUMNS)).to_pylist()
    numbers = {str(row["deal_id"]): int(row["deal"]) for row in known_rows}
    known = engine.memtable("touched_numbers", pa.table({"deal": pa.array(sorted(numbers.values()), pa.int64())}))
    present = from_table(engine.run(lake["overlays"].semi_join(known, "deal")))
    lake_moves = lake["stage_moves"]
    imported = engine.run(lake_moves.filter(lake_moves.seq < JOURNAL_SEQ).semi_join(known, "deal"))
    of_sources = {*imported["deal"].to_pylist(), *(row["deal"] for row in known_rows if row["file"] is not None)}
    gone = {numbers[one] for one in tail.unborn & numbers.keys()} - of_sources
    rows = [row for row in known_rows if row["deal"] not in gone]
    rows += _new_rows(engine, lake["deals"], tail.born.keys() - numbers.keys(), tail, pin)
    numbers = {str(row["deal_id"]): int(row["deal"]) for row in rows}
    overlays = overlaid(rows, tail.fields, present, pin.export_days)
    schema = pa.schema([SCHEMAS["deals"].field(name) for name in DEAL_COLUMNS])
    moves_schema = SCHEMAS["stage_moves"]
    return Touched(
        last_seq=fresh[-1].seq if fresh else pin.journal_seq,
        waiting=tuple(sorted(tail.deal_ids - numbers.keys() - tail.unborn)),
        gone=tuple(sorted(gone)),
        tail=tail,
        deals=pa.Table.from_pylist(rows, schema=schema),
        moves=pa.concat_tables([imported.cast(moves_schema), _numbered(tail.moves, numbers, pin, moves_schema)]),
        notes=_numbered(tail.notes, numbers, pin, SCHEMAS["activities"]),
        overlays=to_table(overlays),
    )


def _new_rows(engine: Engine, deals: ir.Table, new: Collection[str], tail: Tail, pin: Pin) -> list[dict[str, Any]]:
    """Rows of deals that people wrote down and the lake does not have, with the next free numbers, in their order."""
    if not new:
        return []
    top = engine.run(deals.aggregate(top=deals.deal.max()))["top"][0].as_py() or 0
    begun = sorted((tail.born[deal_id] for deal_id in new), key=lambda entry: entry.seq)
    return [_new_row(entry, number, pin) for number, entry in enumerate(begun, top + 1)]


def _new_row(entry: CreateEntry, number: int, pin: Pin) -> dict[str, Any]:
    """The row of one deal, as it was written down."""
    told = {name: as_value(name, text) for name, text in written_values(entry.values).items()}
    given = {"deal": number, "deal_id": entry.deal_id, "recorded_seq": pin.seq + 1}
    return dict.fromkeys(DEAL_COLUMNS) | told | given


def without_notes_of(activities: ir.Table, numbers: ir.Table) -> ir.Table:
    """Activities without what people wrote on these deals; the fold brings it anew."""
    others = activities.filter(~activities.activity_id.startswith(NOTE_ID))
    return others.union(notes_in(activities).anti_join(numbers, "deal"), distinct=False)


def notes_in(activities: ir.Table) -> ir.Table:
    """The activities that people wrote."""
    return activities.filter(activities.activity_id.startswith(NOTE_ID))


def _numbered(rows: pa.Table, numbers: dict[str, int], pin: Pin, schema: pa.Schema) -> pa.Table:
    """Rows of the fold with their deal's number and the next commit's; those of unknown deals are left out."""
    deals = pa.array([numbers.get(deal_id) for deal_id in rows["deal_id"].to_pylist()], pa.int64())
    rows = rows.append_column("deal", deals)
    rows = rows.append_column("recorded_seq", pa.array([pin.seq + 1] * rows.num_rows, pa.int64()))
    return rows.filter(pc.is_valid(rows["deal"])).select(schema.names).cast(schema)
