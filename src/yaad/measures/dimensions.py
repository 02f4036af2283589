"""Breakdowns and periods, for every measure alike: names → columns in the engine, and rows → groups.

A breakdown adds a column ``by_0``, ``by_1``… to a table. A name is, in this order: a grain of time (of the measure's
own date; weeks begin on Sunday), a column of deals (`rep` is said for `owner`), or a custom field. In visits the
owner, the source and the stage stand in the row; any other column is joined from deals.
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

from yaad.errors import UnknownName
from yaad.measures.scope import Scope
from yaad.model import SCHEMAS, Grain
from yaad.model.figures import Cell

ALIASES = {"rep": "owner"}
TECHNICAL = frozenset({"deal", "custom", "recorded_seq", "file", "row"})
COLUMNS = tuple(name for name in SCHEMAS["deals"].names if name not in TECHNICAL)
IN_VISITS = frozenset({"owner", "source", "stage", "outcome", "furthest"})
GRAINS = {grain.value: grain for grain in Grain}
DIMENSIONS = frozenset((*COLUMNS, *ALIASES, *GRAINS))
"""What a breakdown may be called in any book; custom fields come beside."""
EPOCH = dt.date(1970, 1, 1)
SUNDAY = dt.date(1970, 1, 4)


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
    """Whether a grain of time is part of the breakdown."""
    return any(name in GRAINS for name in scope.by)


def keyed(scope: Scope, table: ir.Table, day: str) -> ir.Table:
    """`table` (deals or visits) with a column for each part of the breakdown.

    Args:
        scope: the question.
        table: deals, or visits.
        day: the measure's own date column in it, for grains.

    Raises:
        UnknownName: there is no such column.
    """
    added: dict[str, ir.Value] = {}
    joined: dict[str, ir.Value] = {}
    is_visits = "position" in table.columns
    for column, name in zip(key_columns(scope), scope.by, strict=True):
        own = ALIASES.get(name, name)
        if name in GRAINS:
            added[column] = _grain_code(table[day], GRAINS[name])
        elif own in COLUMNS and not _stands_in_custom(scope, own, name):
            from_deals = is_visits and own not in IN_VISITS
            (joined if from_deals else added)[column] = (scope.deals if from_deals else table)[own]
        elif _has_custom(scope, name):
            (joined if is_visits else added)[column] = (scope.deals if is_visits else table).custom.get(name)
        else:
            raise UnknownName("column", name, [*COLUMNS, *ALIASES, *GRAINS, *custom_names(scope)])
    keyed_table = table.mutate(**added) if added else table
    if not joined:
        return keyed_table
    right = scope.deals.select(joined_deal=scope.deals.deal, **joined)
    return keyed_table.join(right, keyed_table.deal == right.joined_deal, how="left").drop("joined_deal")


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
        cells.append([_told(name, raw[place]) for place in order])
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


def _grain_code(day: ir.DateValue, grain: Grain) -> ir.IntegerValue:
    """A whole number for the period of `day`; whole numbers group alike in every engine."""
    if grain is Grain.DAY:
        return day.delta(ibis.literal(EPOCH), unit="day").cast("int64")
    if grain is Grain.WEEK:
        return (day.delta(ibis.literal(SUNDAY), unit="day").cast("float64") / _float(7)).floor().cast("int64")
    year = day.year().cast("int64")
    if grain is Grain.MONTH:
        return year * 12 + day.month() - 1
    return year * 4 + day.quarter() - 1 if grain is Grain.QUARTER else year


def _float(value: float) -> ir.FloatingScalar:
    return ibis.literal(float(value), type="float64")


def _told(name: str, value: object) -> Cell:
    """A value of a group as it is told: periods by name."""
    return _period_name(GRAINS[name], value) if name in GRAINS and isinstance(value, int) else plain(value)


def _period_name(grain: Grain, code: int) -> str:
    if grain is Grain.DAY:
        return (EPOCH + dt.timedelta(days=code)).isoformat()
    if grain is Grain.WEEK:
        return (SUNDAY + dt.timedelta(weeks=code)).isoformat()
    if grain is Grain.MONTH:
        return f"{code // 12:04}-{code % 12 + 1:02}"
    return f"{code // 4:04}-Q{code % 4 + 1}" if grain is Grain.QUARTER else f"{code:04}"


def _rank(scope: Scope, name: str, value: object) -> tuple[bool, Any]:
    if name == "stage" and isinstance(value, str):
        return False, (scope.pipeline.positions.get(value, 0), value)
    return value is None, "" if value is None else value


def _stands_in_custom(scope: Scope, column: str, name: str) -> bool:
    """Whether a column of deals is empty while a custom field has its name: a file may keep it under no mapping."""
    filled = scope.deals.filter(scope.deals[column].notnull()).select("deal").limit(1)
    return not scope.run(filled).num_rows and _has_custom(scope, name)


def _has_custom(scope: Scope, name: str) -> bool:
    found = scope.deals.filter(scope.deals.custom.contains(name)).select("deal").limit(1)
    return bool(scope.run(found).num_rows)


def custom_names(scope: Scope) -> list[str]:
    """Names of the custom fields in this book."""
    names = scope.deals.select(name=scope.deals.custom.keys().unnest()).distinct()
    return sorted(scope.run(names)["name"].to_pylist())
