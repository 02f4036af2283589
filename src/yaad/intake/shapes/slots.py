"""Moves of files that have one row a deal: each row has a few slots in a known order, filled or not."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, pc
from yaad.intake.batch import MOVES, as_moments
from yaad.intake.deciding.moments import Dates
from yaad.intake.values import day_numbers, has_date, instants
from yaad.model.tables import AMOUNT


@dataclass(frozen=True)
class Slot:
    """One possible move of each row.

    Attributes:
        filled: rows that make this move.
        stage: row → name of the stage moved to.
        at: microseconds in UTC; meaningless where not `dated`.
        day: days since 1970.
        whole_day: the date had no time.
        dated: rows whose move has a date.
    """

    filled: Mask
    stage: pa.Array
    at: Ints
    day: Ints
    whole_day: Mask
    dated: Mask


def slot(filled: Mask, stage: str | pa.Array, dates: Dates | None) -> Slot:
    """A slot with a date of its own, or (None) moves at an unknown time."""
    rows = len(filled)
    names = pa.repeat(stage, rows) if isinstance(stage, str) else stage
    if dates is None:
        nothing = np.zeros(rows, np.int64)
        return Slot(filled, names, nothing, nothing, np.zeros(rows, np.bool_), np.zeros(rows, np.bool_))
    whole_day = np.asarray(pc.fill_null(dates.whole_day, False).to_numpy(zero_copy_only=False), np.bool_)  # noqa: FBT003 - Arrow's own signature
    return Slot(filled, names, instants(dates), day_numbers(dates), whole_day, has_date(dates))


def in_time_order(slots: list[Slot]) -> list[Slot]:
    """The same moves, each row's own dated ones in the order of their times (ties in the order given)."""
    never = np.iinfo(np.int64).max
    times = np.stack([np.where(one.filled & one.dated, one.at, never) for one in slots], axis=1)
    order = np.argsort(times, axis=1, kind="stable")
    rows = np.arange(len(times))
    names = pa.concat_arrays([one.stage for one in slots])
    sorted_slots = []
    for place in range(len(slots)):
        which = order[:, place]

        def taken(part: str, which: Ints = which) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
            return np.asarray(np.stack([getattr(one, part) for one in slots], axis=1)[rows, which])

        stage = names.take(pa.array(which * len(rows) + rows))
        filled, dated, whole_day = (taken(part).astype(np.bool_) for part in ("filled", "dated", "whole_day"))
        sorted_slots.append(Slot(filled, stage, taken("at"), taken("day"), whole_day, dated))
    return sorted_slots


def moves_table(slots: list[Slot], ids: pa.Array, alive: Mask) -> pa.Table:
    """All filled slots as moves; see `MOVES` for what `sort_at` and `seq` promise."""
    last = np.zeros(len(alive), np.int64)
    parts: list[pa.Table] = []
    for place, one in enumerate(slots):
        rows = np.flatnonzero(one.filled & alive)
        last[rows] = np.where(one.dated[rows], np.maximum(one.at[rows], last[rows]), last[rows])
        unknown = ~one.dated[rows]
        take = pa.array(rows)
        columns = [
            ids.take(take),
            as_moments(last[rows]),
            pa.array(rows * len(slots) + place),
            one.stage.take(take),
            as_moments(one.at[rows], unknown),
            pa.array(one.day[rows].astype(np.int32), mask=unknown).cast(pa.date32()),
            pa.array(one.whole_day[rows] & ~unknown),
            pa.nulls(len(rows), pa.string()),
            pa.nulls(len(rows), AMOUNT),
        ]
        parts.append(pa.table(columns, schema=MOVES))
    return pa.concat_tables(parts).combine_chunks() if parts else MOVES.empty_table()
