"""Tables that a book of Yaad was exported to, read back as what they were before.

In them times are UTC with the local day beside them, and a date without a time is the midnight that began it. Here such
a date is a date again, the zone is what the days tell, and the apostrophes that kept texts inert in CSV are gone.
"""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from yaad.intake.arrow import Mask, mask, pc, whole
from yaad.intake.deciding.moments import cleaned
from yaad.intake.files import Format
from yaad.intake.presets.export import recognise
from yaad.model.tables import MOMENT
from yaad.text import GUARDED

if TYPE_CHECKING:
    from yaad.intake.reading.port import Grid

ZONES = ("Asia/Jerusalem", "UTC")
"""Zones that the days of a table are held against."""
TIMES = {"created_at": "created_day", "closed_at": "closed_day", "at": "day"}
"""A time → its local day."""
CUSTOM = "custom"
WHOLE = ("whole_day", "whole_days")
OURS = r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z?$"
WRITTEN = "%Y-%m-%dT%H:%M:%SZ"


def as_given(grid: "Grid") -> "Grid":
    """A table of ours as it was before it was exported; any other file as it is."""
    found = recognise(grid.headers)
    if found is None or not found.export.complete:
        return grid
    columns = {name: whole(column) for name, column in grid.columns.items()}
    if grid.source.format is Format.CSV:
        columns = {name: _bare(column) for name, column in columns.items()}
    if grid.source.format is Format.PARQUET and CUSTOM in columns:
        columns |= _own_columns(columns.pop(CUSTOM), set(columns))
    flags = next((columns[name] for name in WHOLE if name in columns), None)
    times = {name: day for name, day in TIMES.items() if name in columns and day in columns}
    if flags is None or not times:
        return _with(grid, columns)
    dates = mask(pc.equal(pc.utf8_lower(pc.fill_null(cleaned(flags), "")), "true"))
    moments = {name: (_moments(columns[name]), _days(columns[day])) for name, day in times.items()}
    zone = _zone([(at, day, dates) for at, day in moments.values()], several=len(times) > 1)
    for name, (at, day) in moments.items():
        whole_day = pa.array(dates & _at_midnight(at, zone)) if len(times) > 1 else pa.array(dates)
        told = pc.if_else(pc.and_(whole_day, pc.is_valid(day)), day, pc.strftime(at, WRITTEN))
        columns[name] = pc.coalesce(told, cleaned(columns[name]))
    return _with(replace(grid, found=replace(grid.found, zone=zone)), columns)


def _with(grid: "Grid", columns: dict[str, pa.Array]) -> "Grid":
    return replace(
        grid, headers=tuple(columns), columns={name: pa.chunked_array([column]) for name, column in columns.items()}
    )


def _own_columns(maps: pa.Array, taken: set[str]) -> dict[str, pa.Array]:
    """The company's own columns, named as in CSV: ``custom.`` before one that has a known one's name."""
    rows = [json.loads(text) if text else {} for text in maps.to_pylist()]
    names = dict.fromkeys(name for row in rows for name in row)
    own = {name: f"{CUSTOM}.{name}" if name in taken else name for name in names}
    return {header: pa.array([row.get(name) for row in rows], pa.string()) for name, header in own.items()}


def _bare(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column
    return pc.replace_substring_regex(column, pattern=GUARDED, replacement=r"\1", max_replacements=1)


def _days(column: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(cleaned(column), 0, 10)


def _moments(column: pa.Array) -> pa.Array:
    """Times as a book writes them, in UTC; null where somebody has written another way."""
    texts = cleaned(column)
    ours = pc.fill_null(pc.match_substring_regex(texts, pattern=OURS), False)  # noqa: FBT003 - Arrow's own signature
    plain = pc.utf8_slice_codeunits(pc.if_else(ours, texts, pa.scalar(None, pa.string())), 0, 26)
    return pc.utf8_rtrim(plain, characters="Z").cast(pa.timestamp("us")).cast(MOMENT)


def _local(at: pa.Array, zone: str) -> pa.Array:
    return pc.local_timestamp(at.cast(pa.timestamp("us", zone)))


def _at_midnight(at: pa.Array, zone: str | None) -> Mask:
    """Times that are a midnight; all of them where no zone is known."""
    if zone is None:
        return mask(pc.is_valid(at))
    local = _local(at, zone)
    return mask(pc.fill_null(pc.equal(pc.floor_temporal(local, unit="day"), local), False))  # noqa: FBT003 - Arrow's own signature


def _zone(columns: list[tuple[pa.Array, pa.Array, Mask]], *, several: bool) -> str | None:
    """The one zone in which all days are those of their times, and dates without a time are midnights."""
    fitting = [
        zone for zone in ZONES if all(_fits(at, day, dates, zone, several=several) for at, day, dates in columns)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _fits(at: pa.Array, day: pa.Array, dates: Mask, zone: str, *, several: bool) -> bool:
    local = pc.strftime(_local(at, zone), "%Y-%m-%d")
    if not pc.all(pc.fill_null(pc.equal(local, day), True)).as_py():  # noqa: FBT003 - Arrow's own signature
        return False
    return several or bool((_at_midnight(at, zone) | ~dates | ~mask(pc.is_valid(at))).all())
