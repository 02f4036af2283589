"""Breakdowns and periods, for every measure alike: names → columns in the engine, and rows → groups.

A breakdown adds a column ``by_0``, ``by_1``… to deals, visits, or any other table of the book. A name is a part of time
(see `time_parts`) of the measure's own date, a column or a custom field (see `columns`); `rep` is said for `owner`.
"""

import datetime as dt
from collections.abc import Iterator
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.measures.columns import ALIASES, COLUMNS, place_of, with_deal
from yaad.measures.scope import Scope
from yaad.measures.time_parts import TIMES, time_code, time_name
from yaad.model.figures import Cell

DIMENSIONS = frozenset((*COLUMNS, *ALIASES, *TIMES))
"""What a breakdown may be called in any book; custom fields come beside."""


class Group(NamedTuple):
    """The rows of one group."""

    by: dict[str, Cell]
    rows: pa.Table


def without_stage(scope: Scope) -> Scope:
    """The question without `stage` in its breakdown, for results that have a row for each stage anyway."""
    return scope.asking(by=tuple(name for name in scope.by if name != "stage"))


def with_stage(scope: Scope, by: dict[str, Cell], stage: str) -> dict[str, Cell]:
    """A group of `without_stage` with a stage, in the order that was asked for."""
    return {name: stage if name == "stage" else by[name] for name in scope.by}


def key_columns(scope: Scope) -> list[str]:
    """Names of the columns that `keyed` adds."""
    return [f"by_{place}" for place in range(len(scope.by))]


def has_grain(scope: Scope) -> bool:
    """Whether a part of time is in the breakdown."""
    return any(name in TIMES for name in scope.by)


def keyed(scope: Scope, table: ir.Table, day: str) -> ir.Table:
    """`table` with a column for each part of the breakdown.

    Args:
        scope: the question.
        table: deals, visits, or any other table of the book; what it does not know itself is joined from the deal that
            it names by ``deal`` or ``deal_id``.
        day: the measure's own date column in it, for parts of time.

    Raises:
        UnknownName: neither the table nor its deal has such a column.
    """
    added: dict[str, ir.Value] = {}
    joined: dict[str, ir.Value] = {}
    for column, name in zip(key_columns(scope), scope.by, strict=True):
        if name in TIMES:
            added[column] = time_code(scope, table, day, name)
        else:
            place = place_of(scope, table, name)
            (joined if place.is_of_deal else added)[column] = place.values
    keyed_table = table.mutate(**added) if added else table
    return with_deal(scope, keyed_table, joined) if joined else keyed_table


def in_period(scope: Scope, table: ir.Table, day: str) -> ir.BooleanValue:
    """Whether a row's date is in the asked period; without a period, always."""
    if scope.period is None:
        return ibis.literal(value=True)
    return table[day].notnull() & (table[day] >= scope.period.start) & (table[day] < scope.period.end)


def asked(scope: Scope, table: ir.Table, day: str) -> ir.Table:
    """`keyed`, and only the rows that the question is about; a row without a date is in no period."""
    keys = keyed(scope, table, day)
    tests = []
    if scope.period is not None:
        tests.append(in_period(scope, keys, day))
    if has_grain(scope):
        tests.append(keys[day].notnull())
    return keys.filter(reduce(and_, tests)) if tests else keys


def grouped(scope: Scope, table: ir.Table, *more: str, **figures: ir.Value) -> ir.Table:
    """`figures` for each group of a `keyed` table, and for each value of the columns `more` in it."""
    keys = [*key_columns(scope), *more]
    return table.group_by(keys).aggregate(**figures) if keys else table.aggregate(**figures)


def groups(scope: Scope, table: pa.Table) -> Iterator[Group]:
    """The rows of each group, in order: stages as in the pipeline, the rest by value, nothing last.

    Without a breakdown there is exactly one group, also when `table` is empty.
    """
    keys = key_columns(scope)
    if not keys:
        yield Group({}, table)
        return
    codes, cells = [], []
    for column, name in zip(keys, scope.by, strict=True):
        values = table[column].combine_chunks().dictionary_encode(null_encoding="encode")
        raw = values.dictionary.to_pylist()
        ranks = [_rank(scope, name, value) for value in raw]
        order = sorted(range(len(raw)), key=ranks.__getitem__)
        rank = np.empty(len(raw), dtype=np.int64)
        rank[order] = np.arange(len(raw))
        codes.append(rank[values.indices.to_numpy(zero_copy_only=False)])
        cells.append([_told(scope, name, raw[place]) for place in order])
    yield from _split(scope, table, codes, cells)


def _split(scope: Scope, table: pa.Table, codes: list[np.ndarray], cells: list[list[Cell]]) -> Iterator[Group]:
    if not table.num_rows:
        return
    order = np.lexsort(codes[::-1])
    stacked = np.stack(codes)[:, order]
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(stacked, axis=1) != 0).any(axis=0)]))
    ends = np.append(starts[1:], table.num_rows)
    ordered = table.take(pa.array(order))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        by = {name: cells[place][stacked[place, start]] for place, name in enumerate(scope.by)}
        yield Group(by, ordered.slice(start, end - start))


def plain(value: object) -> Cell:
    """A value of the engine as text or number: days and times in ISO form, exact decimals as floats."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return int(value) if isinstance(value, int) else float(str(value))


def flags(rows: pa.Table, column: str) -> np.ndarray:
    """A column of truths; null is false."""
    return np.asarray(pc.fill_null(rows[column], False).to_numpy(), dtype=bool)  # noqa: FBT003 – Arrow takes the value


def floats(rows: pa.Table, column: str) -> np.ndarray:
    """A column as float64; null is NaN."""
    return np.asarray(pc.cast(rows[column], pa.float64()).to_numpy(), dtype=np.float64)


def integers(rows: pa.Table, column: str) -> np.ndarray:
    """A column as int64; null is 0."""
    return np.asarray(pc.fill_null(pc.cast(rows[column], pa.int64()), 0).to_numpy(), dtype=np.int64)


def _told(scope: Scope, name: str, value: object) -> Cell:
    """A value of a group as it is told: parts of time by name."""
    return time_name(scope, name, value) if name in TIMES and isinstance(value, int) else plain(value)


def _rank(scope: Scope, name: str, value: object) -> tuple[bool, Any]:
    if name == "stage" and isinstance(value, str):
        return False, (scope.pipeline.positions.get(value, 0), value)
    return value is None, "" if value is None else value
