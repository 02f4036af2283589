"""The same list taken week after week: files that are alike, tell of the same deals, and carry a day in their names."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import mask, pc
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import propose_fields
from yaad.intake.deciding.moments import cleaned
from yaad.intake.kinds import Kind
from yaad.intake.mapping import Mapping
from yaad.intake.parts import Part
from yaad.intake.presets import recognise
from yaad.intake.reading import Grid
from yaad.intake.table import Table, stack

DAY = "#snapshot date"
"""The column that we add to the earlier files: the day in each one's name."""
YEAR_FIRST = re.compile(r"(?<!\d)(20\d\d)[-_. ]?(0\d|1[0-2])[-_. ]?([0-2]\d|3[01])(?!\d)")
DAY_FIRST = re.compile(r"(?<!\d)([0-2]?\d|3[01])[-_. ](0?\d|1[0-2])[-_. ](20\d\d)(?!\d)")


def day_in(name: str) -> dt.date | None:
    """The day in a file's name: year first, else day first.

    >>> (
    ...     day_in("deals 2025-01-05.csv"),
    ...     day_in("עסקאות_5.1.2025.xlsx"),
    ...     day_in("deals_20250105.csv"),
    ...     day_in("deals.csv"),
    ... )
    (datetime.date(2025, 1, 5), datetime.date(2025, 1, 5), datetime.date(2025, 1, 5), None)
    """
    if found := YEAR_FIRST.search(name):
        year, month, day = map(int, found.groups())
    elif found := DAY_FIRST.search(name):
        day, month, year = map(int, found.groups())
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def snapshot_parts(grids: Sequence[Grid], mapping: Mapping) -> tuple[Part, ...]:
    """The latest file as the deals, the earlier ones as their history; empty where the files are no such snapshots."""
    days = [day_in(grid.source.name) for grid in grids]
    alike = len({frozenset(map(fold, grid.headers)) for grid in grids}) == 1
    if len(grids) < 2 or None in days or len(set(days)) < len(days) or not alike or mapping.columns or mapping.files:
        return ()
    ordered = [grid for _, grid in sorted(zip(days, grids, strict=True), key=lambda pair: str(pair[0]))]
    export = recognise(grids[0].headers, Kind.DEALS)
    fields = propose_fields(grids[0].headers, Kind.DEALS, export.export if export else None)
    if not {"id", "stage"} <= fields.keys() or not _overlap(ordered, fields["id"]):
        return ()
    return (
        Part(Kind.DEALS.value, Kind.DEALS, export, (ordered[-1],)),
        Part(Kind.STAGE_HISTORY.value, Kind.STAGE_HISTORY, None, tuple(ordered[:-1]), snapshots=True),
    )


def _overlap(grids: Sequence[Grid], header: str) -> bool:
    """Each file tells of some deal that the one before it told of."""
    names = [next(name for name in grid.headers if fold(name) == fold(header)) for grid in grids]
    ids = [cleaned(grid.columns[name]).drop_null() for grid, name in zip(grids, names, strict=True)]
    return all(mask(pc.is_in(b, value_set=a)).any() for a, b in pairwise(ids) if len(a))


def with_days(part: Part) -> Table:
    """The earlier files below each other, each row with the day of its file."""
    table = stack(part.grids)
    days = pa.array([str(day_in(grid.source.name)) for grid in part.grids], pa.string())
    column = pa.chunked_array([days.take(pa.array(table.origin.astype(np.int32)))])
    return replace(table, columns={**table.columns, DAY: column})


def history_mapping(deals: Mapping, told: Mapping) -> Mapping:
    """How the earlier files are read: the deal, its stage, the day of the file; the latest file tells the rest."""
    if told.columns:
        return told
    columns = {name: deals.columns[name] for name in ("id", "stage") if name in deals.columns} | {"at": DAY}
    return replace(told, kind=Kind.STAGE_HISTORY, columns=columns, zone=deals.zone)
