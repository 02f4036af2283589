"""The deals that the journal's tail touches, computed anew: the lake's own rows and what people wrote."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from yaad.facts.arrivals import DESCRIPTIVE
from yaad.facts.fold import NOTE_ID, Tail, fold
from yaad.facts.histories import BIRTH_SEQ
from yaad.facts.journal import Journal
from yaad.facts.overlays import from_table, overlaid, to_table
from yaad.facts.pin import Pin
from yaad.model import SCHEMAS, DealEntry

DEAL_COLUMNS = ("deal", "deal_id", *DESCRIPTIVE, "recorded_seq", "file", "row")


@dataclass(frozen=True)
class Touched:
    """Rows of the touched deals from now on.

    Attributes:
        last_seq: the last entry looked at.
        last_event: the latest moment of a move that people wrote of deals that the book knows; None without one.
        last_day: its local day.
        waiting: ids of deals that entries speak of and the book does not know.
        gone: numbers of deals that people wrote down, which the lake has, and took back.
        tail: the fold of all entries of these deals.
        deals: without what their moves tell.
        moves: all of them.
        notes: their activities that people wrote.
        overlays: fields that people spoke of.
    """

    last_seq: int
    last_event: dt.datetime | None
    last_day: dt.date | None
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


class Asks(Protocol):
    """What it takes to make deals anew: see `Engine`."""

    def memtable(self, name: str, table: pa.Table) -> ir.Table:
        """A small table that stands in memory."""
        ...

    def run(self, expr: ir.Table) -> pa.Table:
        """Compute an expression."""
        ...


def touched_deals(engine: Asks, lake: Mapping[str, ir.Table], pin: Pin, journal: Journal) -> Touched | None:
    """The rows of all deals that an entry beyond the pin speaks of; None when there is no entry."""
    fresh = journal.since(pin.journal_seq)
    spoken_of = {entry.deal_id for entry in fresh if isinstance(entry, DealEntry)} | set(pin.waiting)
    if not fresh and not spoken_of:
        return None
    last_seq = fresh[-1].seq if fresh else pin.journal_seq
    return made_anew(engine, lake, pin, journal, spoken_of=spoken_of, last_seq=last_seq)


def made_anew(
    engine: Asks,
    lake: Mapping[str, ir.Table],
    pin: Pin,
    journal: Journal,
    *,
    spoken_of: Collection[str],
    last_seq: int,
    at: Mapping[str, int] | None = None,
) -> Touched:
    """The rows of some deals by all that is written of them.

    All entries of these deals are folded anew, so that an entry may undo one that is in the lake already. Entries of
    deals that the book does not know wait for their deal, unless it begins with one of them.

    Args:
        engine: runs the queries.
        lake: its tables at the pin.
        pin: the book's.
        journal: what people wrote.
        spoken_of: ids of the deals.
        last_seq: the last entry looked at.
        at: deal_id → the number of its deal in the lake, where that is known of all of them: a number is found without
            looking through all of the ids.
    """
    entries = journal.of(spoken_of)
    tail = fold(entries, pin.pipeline, zone=pin.zone, whole_days=pin.whole_days)
    if at is not None:
        wanted, column = engine.memtable("touched_at", _column("deal", sorted(at.values()), pa.int64())), "deal"
    else:
        wanted, column = engine.memtable("touched_ids", _column("deal_id", sorted(spoken_of), pa.string())), "deal_id"
    known_rows = engine.run(lake["deals"].semi_join(wanted, column).select(*DEAL_COLUMNS)).to_pylist()
    numbers = {str(row["deal_id"]): int(row["deal"]) for row in known_rows}
    known = engine.memtable("touched_numbers", _column("deal", sorted(numbers.values()), pa.int64()))
    present = from_table(engine.run(lake["overlays"].semi_join(known, "deal")))
    lake_moves = lake["stage_moves"]
    imported = engine.run(lake_moves.filter(lake_moves.seq < BIRTH_SEQ).semi_join(known, "deal"))
    of_moves = set(imported["deal"].to_pylist())
    of_sources = {*of_moves, *(row["deal"] for row in known_rows if row["file"] is not None)}
    gone = {numbers[one] for one in tail.unborn & numbers.keys()} - of_sources
    rows = [row for row in known_rows if row["deal"] not in gone]
    rows += _new_rows(engine, lake["deals"], tail.born.keys() - numbers.keys(), tail, pin)
    numbers = {str(row["deal_id"]): int(row["deal"]) for row in rows}
    moves_schema = SCHEMAS["stage_moves"]
    moved = _numbered(_without_late_births(tail, of_moves, numbers), numbers, pin, moves_schema)
    overlays = overlaid(rows, tail.fields, present, pin.export_days)
    schema = pa.schema([SCHEMAS["deals"].field(name) for name in DEAL_COLUMNS])
    return Touched(
        last_seq=last_seq,
        last_event=pc.max(moved["at"]).as_py(),
        last_day=pc.max(moved["day"]).as_py(),
        waiting=tuple(sorted(tail.deal_ids - numbers.keys())),
        gone=tuple(sorted(gone)),
        tail=tail,
        deals=pa.Table.from_pylist(rows, schema=schema),
        moves=pa.concat_tables([imported.cast(moves_schema), moved]),
        notes=_numbered(tail.notes, numbers, pin, SCHEMAS["activities"]),
        overlays=to_table(overlays),
    )


def _column(name: str, values: Sequence[object], kind: pa.DataType) -> pa.Table:
    return pa.table({name: pa.array(values, kind)})


def _without_late_births(tail: Tail, of_moves: set[int], numbers: Mapping[str, int]) -> pa.Table:
    """The moves that people wrote; how a deal began is what a source tells, where one tells of its moves."""
    told = {tail.born[deal_id].seq + BIRTH_SEQ for deal_id in tail.born if numbers.get(deal_id) in of_moves}
    return tail.moves.filter(pc.invert(pc.is_in(tail.moves["seq"], value_set=pa.array(told, pa.int64()))))


def _new_rows(engine: Asks, deals: ir.Table, new: Collection[str], tail: Tail, pin: Pin) -> list[dict[str, Any]]:
    """Rows of deals that people wrote down and the lake does not have, with the next free numbers, in their order."""
    if not new:
        return []
    top = engine.run(deals.aggregate(top=deals.deal.max()))["top"][0].as_py() or 0
    begun = sorted(new, key=lambda deal_id: tail.born[deal_id].seq)
    blank = dict.fromkeys(DEAL_COLUMNS)  # what is written of them are fields that people wrote: no source told any
    return [
        blank | {"deal": number, "deal_id": deal_id, "recorded_seq": pin.seq + 1}
        for number, deal_id in enumerate(begun, top + 1)
    ]


def without_notes_of(activities: ir.Table, numbers: ir.Table) -> ir.Table:
    """Activities without what people wrote on these deals; the fold brings it anew."""
    others = activities.filter(~activities.activity_id.startswith(NOTE_ID))
    return others.union(notes_in(activities).anti_join(numbers, "deal"), distinct=False)


def without_deal(activities: ir.Table, gone: Sequence[int]) -> ir.Table:
    """Activities of deals that are no more wait for a deal again: a number may be given to another one."""
    if not gone:
        return activities
    deal = ibis.ifelse(activities.deal.isin(list(gone)), ibis.null("int64"), activities.deal)
    return activities.mutate(deal=deal)


def notes_in(activities: ir.Table) -> ir.Table:
    """The activities that people wrote."""
    return activities.filter(activities.activity_id.startswith(NOTE_ID))


def _numbered(rows: pa.Table, numbers: dict[str, int], pin: Pin, schema: pa.Schema) -> pa.Table:
    """Rows of the fold with their deal's number and the next commit's; those of unknown deals are left out."""
    deals = pa.array([numbers.get(deal_id) for deal_id in rows["deal_id"].to_pylist()], pa.int64())
    rows = rows.append_column("deal", deals)
    rows = rows.append_column("recorded_seq", pa.array([pin.seq + 1] * rows.num_rows, pa.int64()))
    return rows.filter(pc.is_valid(rows["deal"])).select(schema.names).cast(schema)
