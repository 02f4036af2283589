"""Moves of files that have one row a deal: each row has a few slots in a known order, filled or not."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Codes, Ints, Mask, pc
from yaad.intake.batch import MOVES, as_moments
from yaad.intake.deciding.moments import Dates
from yaad.intake.values import day_numbers, has_date, instants
from yaad.model.tables import AMOUNT


@dataclass(frozen=True)
class Slot:
    """One possible move of each row.

    Attributes:
        filled: rows that make this move.
        stage: row → name of the stage moved to; a dictionary, for a few names stand in many rows.
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
    names = named(np.zeros(rows, np.int32), pa.array([stage])) if isinstance(stage, str) else stage
    if dates is None:
        nothing, never = np.broadcast_to(np.int64(0), rows), np.broadcast_to(np.False_, rows)
        return Slot(filled, names, nothing, nothing, never, never)
    whole_day = np.asarray(pc.fill_null(dates.whole_day, False).to_numpy(zero_copy_only=False), np.bool_)  # noqa: FBT003 - Arrow's own signature
    return Slot(filled, names, instants(dates), day_numbers(dates), whole_day, has_date(dates))


def named(numbers: Codes, names: pa.Array) -> pa.Array:
    """A few names spread over many rows by their numbers (negative: none)."""
    return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=numbers < 0), names)


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
    if not slots:
        return MOVES.empty_table()
    rows = [np.flatnonzero(one.filled & alive) for one in slots]
    last = np.zeros(len(alive), np.int64)
    sort_at: list[Ints] = []
    for one, mine in zip(slots, rows, strict=True):
        last[mine] = np.where(one.dated[mine], np.maximum(one.at[mine], last[mine]), last[mine])
        sort_at.append(last[mine])

    def of_each(part: str) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        return np.concatenate([getattr(one, part)[mine] for one, mine in zip(slots, rows, strict=True)])

    whole = np.concatenate(rows)
    unknown = ~of_each("dated").astype(np.bool_)
    stages = [one.stage.take(pa.array(mine)).cast(pa.string()) for one, mine in zip(slots, rows, strict=True)]
    columns = [
        ids.take(pa.array(whole)),
        as_moments(np.concatenate(sort_at)),
        pa.array(np.concatenate([mine * len(slots) + place for place, mine in enumerate(rows)])),
        pa.concat_arrays(stages),
        as_moments(of_each("at"), unknown),
        pa.array(of_each("day").astype(np.int32), mask=unknown).cast(pa.date32()),
        pa.array(of_each("whole_day").astype(np.bool_) & ~unknown),
        pa.nulls(len(whole), pa.string()),
        pa.nulls(len(whole), AMOUNT),
    ]
    return pa.table(columns, schema=MOVES)
