"""Arriving rows with the number of their deal, cut into the lake's parts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yaad.facts.arrivals import Mask, typed
from yaad.facts.parts import Workshop, part_of_each
from yaad.memory import give_back

Numbers = npt.NDArray[np.int64]


class Cut:
    """The rows of a table by part of the lake; a part is a view where the rows lie in its order already."""

    def __init__(self, table: pa.Table, deals: Numbers) -> None:
        """Args: the rows, and the number of the deal of each."""
        parts = part_of_each(deals)
        self._table = table
        self._order = None if np.all(parts[:-1] <= parts[1:]) else np.argsort(parts, kind="stable")
        self._deals = deals if self._order is None else deals[self._order]
        self._parts = part_of_each(self._deals)

    def deals(self, number: int) -> Numbers:
        """The deal of each row of one part."""
        low, high = np.searchsorted(self._parts, [number, number + 1])
        return self._deals[low:high]

    def part(self, number: int, schema: pa.Schema) -> pa.Table:
        """The rows of one part, in a schema, with `deal`."""
        low, high = np.searchsorted(self._parts, [number, number + 1])
        return self._rows(slice(low, high), schema)

    def of(self, deals: Sequence[int], schema: pa.Schema) -> pa.Table:
        """The rows of some deals, in a schema, with `deal`."""
        return self._rows(np.flatnonzero(np.isin(self._deals, deals)), schema)

    def _rows(self, which: "slice | Numbers", schema: pa.Schema) -> pa.Table:
        if self._order is not None:
            rows = self._table.take(pa.array(self._order[which]))
        elif isinstance(which, slice):
            rows = self._table.slice(which.start, which.stop - which.start)
        else:
            rows = self._table.take(pa.array(which))
        return typed(rows.append_column("deal", pa.array(self._deals[which])), schema)


@dataclass(frozen=True)
class Arrived:
    """What an import says of deals.

    Attributes:
        ids: the number of each deal that it speaks of; new ones in the order of their first row, those that only moves
            speak of behind the others.
        deals: one row a deal: what the import says of it last, `is_new`, and whether it is described (`in_file`).
        moves: the moves, with `seq` behind all that came before.
        deal_of: `deals` and `moves` → for each row that arrived, the number of its deal.
        seq_of: for each move that arrived, its number.
        is_new: the book knows none of these deals.
    """

    ids: Numbers
    deals: Cut
    moves: Cut
    deal_of: dict[str, Numbers]
    seq_of: Numbers
    is_new: bool

    def parts(self) -> list[int]:
        """The parts that it speaks of."""
        return [int(number) for number in np.unique(part_of_each(self.ids))]

    def untouched(self, table: str, deals: Sequence[Numbers]) -> Mask:
        """For each row that arrived, whether its deal is none of these."""
        return ~np.isin(self.deal_of[table], np.concatenate([np.empty(0, np.int64), *deals]))


def arrived(shop: Workshop, deals: pa.Table, moves: pa.Table) -> Arrived:
    """Give every arriving row the number of its deal: the one that it has, else the next free one.

    Args:
        shop: the write in progress.
        deals: arriving rows with `deal_id`.
        moves: arriving moves with `deal_id`, `sort_at` and `seq`.
    """
    give_back()  # what it took to read the import
    column = pa.chunked_array([*deals["deal_id"].chunks, *moves["deal_id"].chunks], pa.string())
    encoded = column.combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    numbers, is_new = _numbers(shop, encoded.dictionary)
    rows = _described(deals, codes[: deals.num_rows], encoded.dictionary)
    order = np.argsort(moves["seq"].to_numpy(), kind="stable")
    seq = np.empty(len(order), np.int64)
    seq[order] = np.arange(len(order)) + shop.pin.next_move
    moves = moves.drop_columns(["deal_id", "seq"]).append_column("seq", pa.array(seq))
    of_deals, of_moves = numbers[codes[: deals.num_rows]], numbers[codes[deals.num_rows :]]
    return Arrived(
        ids=numbers,
        deals=Cut(rows.append_column("is_new", pa.array(is_new)), numbers),
        moves=Cut(moves, of_moves),
        deal_of={"deals": of_deals, "moves": of_moves},
        seq_of=seq,
        is_new=bool(is_new.all()),
    )


def _described(rows: pa.Table, codes: npt.NDArray[np.int32], ids: pa.Array) -> pa.Table:
    """One row an id: the last one that describes it; nothing but the id where only moves speak of it."""
    last = np.full(len(ids), -1, np.int64)
    last[codes] = np.arange(len(codes))
    described = last >= 0
    if len(codes) != len(ids) or not np.array_equal(last, np.arange(len(ids))):
        rows = rows.take(pa.array(last, mask=~described))
    return rows.drop_columns("deal_id").append_column("deal_id", ids).append_column("in_file", pa.array(described))


def _numbers(shop: Workshop, ids: pa.Array) -> tuple[Numbers, Mask]:
    """The number of each id, and whether it was given just now."""
    old, number = shop.old("deals"), np.full(len(ids), -1, np.int64)
    top = 0
    if shop.present("deals"):
        arriving = shop.bench.arrow("arriving_ids", pa.table({"deal_id": ids}))
        known = shop.bench.run(old.semi_join(arriving, "deal_id").select("deal", "deal_id"))
        place = pc.index_in(ids, value_set=known["deal_id"].combine_chunks())
        found = np.asarray(pc.fill_null(place, -1).to_numpy(zero_copy_only=False), np.int64)
        number = np.append(known["deal"].to_numpy(), -1)[found]
        top = max(part.high or 0 for part in shop.present("deals"))
    is_new = number < 0
    number[is_new] = np.arange(int(is_new.sum())) + top + 1
    return number, is_new
