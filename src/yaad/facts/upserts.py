"""Rows that arrive against rows that are there, by their key: what is new, what changed, what is as it was."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.facts.arrivals import DESCRIPTIVE, PLACE, conform, said
from yaad.facts.engines.duck import DuckEngine
from yaad.model import SCHEMAS
from yaad.model.tables import KEYS

NO = ibis.literal(False)  # noqa: FBT003 - a literal is a value by its position


@dataclass(frozen=True)
class Counts:
    """What an import did to one table.

    Attributes:
        new: rows under a key that was not there.
        changed: rows under a known key with another content.
        unchanged: rows that are as they were.
        absent: rows of the book that the import does not speak of; they stay.
        repeated: rows whose key comes again later in the same import; the last one counts.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    absent: int = 0
    repeated: int = 0


def last_of_each(came: ir.Table, key: str) -> ir.Table:
    """The last row of each key, at the place where the key came first."""
    later = ibis.window(group_by=key, order_by=ibis.desc(PLACE))
    ranked = came.mutate(
        rank_in_key=ibis.row_number().over(later), first_place=came[PLACE].min().over(ibis.window(group_by=key))
    )
    last = ranked.filter(ranked.rank_in_key == 0)
    return last.mutate(**{PLACE: last.first_place}).drop("rank_in_key", "first_place")


def give_numbers(ids: ir.Table, old: ir.Table, next_deal: int) -> ir.Table:
    """The deal number of each id: the one it has, else the next free ones in order of arrival.

    Args:
        ids: deal_id and PLACE, one row an id.
        old: deal and deal_id of the book.
        next_deal: the next free number.
    """
    both = ids.left_join(old.select("deal", known_id="deal_id"), ids.deal_id == old.deal_id)
    known = both.filter(both.deal.notnull()).select("deal", "deal_id", is_new=NO)
    fresh = both.filter(both.deal.isnull())
    number = (ibis.row_number().over(ibis.window(order_by=PLACE)) + next_deal).cast("int64")
    return known.union(fresh.select(deal=number, deal_id="deal_id", is_new=~NO), distinct=False)


def merged_deals(numbers: ir.Table, came: ir.Table, told: tuple[str, ...], old: ir.Table, seq: int) -> ir.Table:
    """The touched deals' rows from now on, without what their moves tell.

    A column that the source is silent about stays as the book has it.

    Args:
        numbers: from `give_numbers`.
        came: arriving rows, one an id; ids that only moves speak of have none.
        told: the descriptive columns that the source speaks of.
        old: the book's deals.
        seq: number of this import.

    Returns:
        deal, deal_id, the descriptive columns, recorded_seq, file, row, is_new, differs.
    """
    came = came.mutate(in_file=~NO)
    was = old.select(
        was_deal="deal", **{f"was_{name}": old[name] for name in (*DESCRIPTIVE, "recorded_seq", "file", "row")}
    )
    both = numbers.left_join(came.rename(came_id="deal_id"), numbers.deal_id == came.deal_id)
    both = both.left_join(was, both.deal == was.was_deal)
    both = both.mutate(in_file=both.in_file.fill_null(NO))
    columns = {
        name: ibis.ifelse(both.in_file, both[name], both[f"was_{name}"]) if name in told else both[f"was_{name}"]
        for name in DESCRIPTIVE
    }
    differs = both.is_new
    for name in told:
        differs = differs | (both.in_file & ~both[name].identical_to(both[f"was_{name}"]))
    placed = differs & both.in_file
    return both.select(
        "deal",
        "deal_id",
        **columns,
        recorded_seq=ibis.ifelse(differs, seq, both.was_recorded_seq).cast("int64"),
        file=ibis.ifelse(placed, both.file, both.was_file),
        row=ibis.ifelse(placed, both.row, both.was_row),
        is_new=both.is_new,
        differs=differs,
    )


def upsert_flat(bench: DuckEngine, table: str, came: pa.Table, old: ir.Table, seq: int) -> tuple[Counts, ir.Table]:
    """Arriving rows of a table without deals of its own against the book's.

    Returns:
        The counts, and the new and changed rows in the table's schema (for activities without `deal`).
    """
    schema, key = SCHEMAS[table], KEYS[table]
    told = said(came, tuple(name for name in schema.names if name not in ("recorded_seq", "file", "row", "deal", key)))
    arrived = last_of_each(bench.memtable(f"came_{table}", conform(came, schema)), key)
    was = old.select(was_key=key, **{f"was_{name}": old[name] for name in schema.names if name != key})
    both = arrived.left_join(was, arrived[key] == was.was_key)
    is_new = both.was_key.isnull()
    differs = is_new
    for name in told:
        differs = differs | ~both[name].identical_to(both[f"was_{name}"])
    kept = {
        name: both[name] if name in told else both[f"was_{name}"]
        for name in schema.names
        if name not in (key, "recorded_seq", "file", "row")
    }
    rows = bench.keep(
        f"fresh_{table}",
        both.select(
            key, "file", "row", **kept, recorded_seq=ibis.literal(seq, type="int64"), is_new=is_new, differs=differs
        ),
    )
    count = bench.run(
        rows.aggregate(
            n=rows.count(),
            new=rows.is_new.cast("int64").sum(),
            changed=(rows.differs & ~rows.is_new).cast("int64").sum(),
        )
    ).to_pylist()[0]
    present = bench.run(old.aggregate(n=old.count())).to_pylist()[0]["n"]
    new, changed = count["new"] or 0, count["changed"] or 0
    counts = Counts(
        new=new,
        changed=changed,
        unchanged=count["n"] - new - changed,
        absent=present - (count["n"] - new),
        repeated=came.num_rows - count["n"],
    )
    return counts, rows.filter(rows.differs).select(*schema.names)
