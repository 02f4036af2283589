"""The open deals as rows of a grid: narrowed as the board is, in an order that is asked for, a page at a time."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yaad.insight.board import Card, Held, Standing, Wanted, Yardsticks, choices_of

COLUMNS = ("name", "account", "contact", "owner", "stage", "amount", "next_step", "next_step_day", "expected_close_day")
"""Columns of the grid, each one of deals."""
SIZE = 100
"""Rows of a page."""
URGENT = ""
"""The order of the board: overdue steps first, then deals without one, then steps to come."""


@dataclass(frozen=True)
class Line:
    """One open deal as a row.

    Attributes:
        card: it, as the board tells it.
        says: column → what the deal says there; None: nothing.
    """

    card: Card
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Grid:
    """A page of the grid.

    Attributes:
        lines: its rows.
        n: deals on all pages.
        of: open deals that are seen.
        page, pages: which page it is, and how many there are.
        choices: column of `EQUAL` → its values among the open deals.
    """

    lines: tuple[Line, ...]
    n: int
    of: int
    page: int
    pages: int
    choices: Mapping[str, tuple[str, ...]]


def grid_of(
    standing: Standing,
    yard: Yardsticks,
    wanted: Wanted,
    today: dt.date,
    *,
    order: str = URGENT,
    is_falling: bool = False,
    page: int = 1,
) -> Grid:
    """A page of the open deals.

    Args:
        standing: the deals that are seen.
        yard: what they are held against.
        wanted: which of them.
        today: by which a next step is overdue.
        order: a column of `COLUMNS` by which they stand; else by urgency.
        is_falling: the last of it first; deals that say nothing there stand last either way.
        page: which page; the last one where there are fewer.
    """
    held = Held(standing, yard, today)
    at = np.flatnonzero(held.wanted(wanted))
    pages = max(-(-len(at) // SIZE), 1)
    page = min(max(page, 1), pages)
    first = (page - 1) * SIZE
    is_known = order in COLUMNS
    places = _by_column(standing, at, order, is_falling=is_falling) if is_known else held.in_order(at).tolist()
    shown = places[first : first + SIZE]
    rows = standing.rows.take(pa.array(shown, pa.int64())).to_pylist()
    lines = tuple(Line(held.card((place, row)), row) for place, row in zip(shown, rows, strict=True))
    return Grid(lines, len(at), standing.rows.num_rows, page, pages, choices_of(standing))


def line_of(standing: Standing, yard: Yardsticks, today: dt.date, deal_id: str) -> Line | None:
    """One open deal as a row; None where the viewer sees no such one."""
    rows = _rows_of(standing, [deal_id])
    if not rows:
        return None
    alone = replace(standing, rows=pa.Table.from_pylist(rows, standing.rows.schema))
    return Line(Held(alone, yard, today).card((0, rows[0])), rows[0])


def _rows_of(standing: Standing, deal_ids: Sequence[str]) -> list[dict[str, Any]]:
    among = pc.is_in(standing.rows["deal_id"], value_set=pa.array(list(deal_ids), pa.string()))
    found: list[dict[str, Any]] = standing.rows.filter(among).to_pylist()
    return found


def _by_column(standing: Standing, at: npt.NDArray[np.int64], order: str, *, is_falling: bool) -> list[int]:
    """Places of deals by a column, by their ids among equals."""
    key = _key_of(standing, order)
    said = standing.rows.select([order, "deal_id"]).take(pa.array(at)).to_pydict()
    known: list[tuple[Any, str, int]] = []
    silent: list[tuple[str, int]] = []
    for place, value, deal in zip(at.tolist(), said[order], said["deal_id"], strict=True):
        if value is None or value == "":
            silent.append((deal, place))
        else:
            known.append((key(value), deal, place))
    known.sort(key=lambda one: one[1])
    known.sort(key=lambda one: one[0], reverse=is_falling)
    return [*(one[2] for one in known), *(place for _, place in sorted(silent))]


def _key_of(standing: Standing, order: str) -> Callable[[Any], Any]:
    if order == "stage":
        places = {one.name: place for place, one in enumerate(standing.pipeline.stages)}
        return lambda name: (places.get(name, len(places)), name)
    return str.casefold if pa.types.is_string(standing.rows.schema.field(order).type) else lambda value: value
