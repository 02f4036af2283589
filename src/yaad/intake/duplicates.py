"""Several rows with one id: equal ones are one, of others the newer counts where the file says which that is."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Codes, Ints, Mask, codes, pc, whole
from yaad.intake.table import Table


@dataclass(frozen=True)
class Duplicates:
    """Rows that share an id.

    Attributes:
        equal: rows that say again what an earlier row says.
        others: rows that share their id with a different one (all of them).
        order: row → its place among the rows of its id, by `updated` (then by place in the file), last = newest.
        last: the newest row of its id.
        first: the oldest row of its id.
        ids: how many ids have different rows.
        example: one of those ids.
    """

    equal: Mask
    others: Mask
    last: Mask
    first: Mask
    ids: int = 0
    example: str = ""


def find_duplicates(table: Table, ids: pa.Array, updated: Ints | None, lists: Codes | None = None) -> Duplicates:
    """Find rows that share an id.

    Args:
        table: the rows.
        ids: their ids; null ones share nothing.
        updated: microseconds of each row's last change, where the file has them.
        lists: row → its list, where each list tells of the same things again; rows of two lists share nothing.
    """
    number, distinct = codes(ids if lists is None else _of_its_list(ids, lists))
    rows = len(number)
    none = np.zeros(rows, np.bool_)
    if len(distinct) == int((number >= 0).sum()):
        return Duplicates(none, none, none, none)
    shared = np.append(np.bincount(number[number >= 0], minlength=len(distinct)) > 1, np.False_)[number]
    where = np.flatnonzero(shared)
    said = _signatures(table, where)
    pair = number[where].astype(np.int64) * (int(said.max(initial=0)) + 1) + said
    _, first_of_pair = np.unique(pair, return_index=True)
    fresh = np.zeros(len(where), np.bool_)
    fresh[first_of_pair] = True
    equal, others = none.copy(), none.copy()
    equal[where[~fresh]] = True
    left = where[fresh]
    many = np.bincount(number[left], minlength=len(distinct)) > 1
    others[left[many[number[left]]]] = True
    first, last = _ends(number, np.flatnonzero(others), updated, rows)
    example = ids[int(np.flatnonzero(others)[0])].as_py() if others.any() else ""
    return Duplicates(equal, others, last, first, int(many.sum()), example)


def _of_its_list(ids: pa.Array, lists: Codes) -> pa.Array:
    """Ids that are each of their list alone; null ones stay null."""
    return pc.binary_join_element_wise(ids, pa.array(lists).cast(pa.string()), "\x1f")


def _signatures(table: Table, where: Ints) -> Ints:
    """One number for all cells of a row; equal rows have equal numbers."""
    take = pa.array(where)
    cells = [pc.fill_null(whole(column).take(take).cast(pa.string()), "\0") for column in table.columns.values()]
    said, _ = codes(pc.binary_join_element_wise(*cells, "\x1f"))
    return said.astype(np.int64)


def _ends(number: Codes, where: Ints, updated: Ints | None, rows: int) -> tuple[Mask, Mask]:
    """Of each id, its oldest and its newest row."""
    first, last = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
    when = updated[where] if updated is not None else np.zeros(len(where), np.int64)
    order = where[np.lexsort((where, when, number[where]))]
    if len(order):
        change = number[order][1:] != number[order][:-1]
        first[order[np.append(np.True_, change)]] = True
        last[order[np.append(change, np.True_)]] = True
    return first, last
