"""Rows that arrive against rows that are there, by their key: what is new, what changed, what is as it was."""

from dataclasses import dataclass, fields

import ibis
import ibis.expr.types as ir

from yaad.facts.arrivals import DESCRIPTIVE, PLACE
from yaad.facts.engines.duck import DuckEngine

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

    def plus(self, other: "Counts") -> "Counts":
        """The sums of both."""
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Counts)))


def last_of_each(bench: DuckEngine, came: ir.Table, key: str) -> ir.Table:
    """The last row of each key, at the place where the key came first."""
    repeated = came.group_by(key).aggregate(first_place=came[PLACE].min(), last_place=came[PLACE].max(), n=came.count())
    repeated = repeated.filter(repeated.n > 1)
    if not bench.run(repeated.aggregate(n=repeated.count()))["n"][0].as_py():
        return came
    both = came.left_join(repeated.rename(again=key), came[key] == repeated[key])
    both = both.filter(both.last_place.isnull() | (both[PLACE] == both.last_place))
    return both.mutate(**{PLACE: both.first_place.fill_null(both[PLACE])}).select(*came.columns)


def counted(bench: DuckEngine, rows: ir.Table, touched: ir.BooleanValue, arrived: int) -> Counts:
    """What the rows that came did; what stays absent is known once all of them have come.

    Args:
        bench: the engine.
        rows: one row a key of the import, with `is_new`.
        touched: whether it is not as it was.
        arrived: how many rows the import brought.
    """
    flags = rows.select(is_new=rows.is_new.cast("int64"), changed=(touched & ~rows.is_new).cast("int64"))
    sums = flags.aggregate(n=flags.count(), new=flags.is_new.sum(), changed=flags.changed.sum())
    told = bench.run(sums).to_pylist()[0]
    n, new, changed = told["n"], told["new"] or 0, told["changed"] or 0
    return Counts(new, changed, n - new - changed, repeated=max(arrived - n, 0))


def new_deals(came: ir.Table, seq: int) -> ir.Table:
    """`merged_deals` of deals of which the book knows none."""
    recorded = ibis.literal(seq, type="int64")
    described = ("deal", "deal_id", *DESCRIPTIVE)
    return came.select(*described, "file", "row", "is_new", "moves_changed", recorded_seq=recorded, differs=~NO)


def merged_deals(came: ir.Table, told: tuple[str, ...], old: ir.Table, seq: int) -> ir.Table:
    """The deals that an import speaks of, as rows from now on, without what their moves tell.

    A column that the source is silent about stays as the book has it.

    Args:
        came: one row a deal: what arrived, `is_new`, `in_file` (deals that only moves speak of are described by none),
            `moves_changed`.
        told: the descriptive columns that the source speaks of.
        old: the book's deals.
        seq: number of this import.

    Returns:
        deal, deal_id, the descriptive columns, recorded_seq, file, row, is_new, differs, moves_changed.
    """
    was = old.select(
        was_deal="deal", **{f"was_{name}": old[name] for name in (*DESCRIPTIVE, "recorded_seq", "file", "row")}
    )
    both = came.left_join(was, came.deal == was.was_deal)
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
        recorded_seq=ibis.ifelse(differs | both.moves_changed, seq, both.was_recorded_seq).cast("int64"),
        file=ibis.ifelse(placed, both.file, both.was_file),
        row=ibis.ifelse(placed, both.row, both.was_row),
        is_new=both.is_new,
        differs=differs,
        moves_changed=both.moves_changed,
    )
