"""The rows behind a figure, page by page, of all or of one group of a breakdown."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from yaad.measures.definition import Measure
from yaad.measures.dimensions import plain
from yaad.measures.registry import find
from yaad.measures.scope import Scope
from yaad.measures.time_parts import CLOCK, GRAINS, time_name
from yaad.model import Cell, Grain, Period

IDS = ("deal_id", "activity_id", "call_id", "order_id", "line_id", "contract_id", "account_id", "product_id", "stage")
WEEK = dt.timedelta(days=7)
CODES = range(24)
"""Codes of an hour; those of a day of the week are among them."""


@dataclass(frozen=True)
class Behind:
    """Some of the rows behind a figure, the latest first.

    Attributes:
        measure: whose.
        rows: from `offset` on.
        total: rows in all.
        offset: rows before these.
        group: dimension → the value that all rows have.
        period: None for all time.
        as_of: the data's day.
    """

    measure: Measure
    rows: tuple[dict[str, Cell], ...]
    total: int
    offset: int
    group: Mapping[str, str]
    period: Period | None
    as_of: dt.date


def behind(measure_id: str, scope: Scope, group: Mapping[str, str], limit: int, offset: int = 0) -> Behind:
    """The rows behind a figure.

    Args:
        measure_id: whose.
        scope: the question; its breakdown is not looked at.
        group: dimension → its value in the group asked for, as figures tell it; empty text: without a value.
        limit: at most so many rows.
        offset: rows to pass over.

    Raises:
        UnknownName: no such measure or column.
        InputError: a part of time that is no period.
    """
    found = find(measure_id, scope.own)
    asked = _narrowed(scope, group)
    rows = found.rows(asked)
    for name in asked.by:
        rows = rows.filter(_is(asked, rows[name], name, group[name]))
    total = int(asked.run(rows.aggregate(n=rows.count()))["n"][0].as_py())
    part = asked.run(rows.order_by(_order(found, rows)).limit(limit, offset=offset))
    shown = asked.opt_outs.hide(part).to_pylist()
    told = tuple({name: plain(value) for name, value in row.items() if name not in CLOCK} for row in shown)
    return Behind(found, told, total, offset, dict(group), asked.period, scope.as_of)


def _narrowed(scope: Scope, group: Mapping[str, str]) -> Scope:
    """The same question of the group's periods, broken down by its other dimensions."""
    asked = replace(scope, by=tuple(name for name in group if name not in GRAINS))
    for name in group.keys() & GRAINS.keys():
        asked = replace(asked, period=_within(asked.period, _part(GRAINS[name], group[name])))
    return asked


def _part(grain: Grain, name: str) -> Period:
    """A period by the name that figures give it; a week's is its first day."""
    period = Period.parse(name)
    return replace(period, end=period.start + WEEK) if grain is Grain.WEEK else period


def _within(asked: Period | None, part: Period) -> Period:
    if asked is None:
        return part
    start = max(asked.start, part.start)
    return Period(start, max(start, min(asked.end, part.end)), part.name)


def _is(scope: Scope, column: ir.Value, name: str, value: str) -> ir.BooleanValue:
    """Whether a row is of the group."""
    if not value:
        return column.isnull() | (column.cast("string") == ibis.literal(""))
    if name in CLOCK:
        codes = [code for code in CODES if str(time_name(scope, name, code)) == value]
        return column.isin(codes[:1])
    if column.type().is_numeric():
        return column.cast("float64") == ibis.literal(value).cast("float64")
    return column.cast("string") == ibis.literal(value)


def _order(found: Measure, rows: ir.Table) -> list[ir.Value]:
    """The latest first, by the measure's own date, then by what names a row."""
    latest = [rows[found.date_column].desc()] if found.date_column in rows.columns else []
    names = [name for name in IDS if name in rows.columns] or list(rows.columns[:1])
    return [*latest, *(rows[name] for name in names)]
