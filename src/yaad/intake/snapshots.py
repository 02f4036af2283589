"""The same list taken week after week: files that are alike, tell of the same deals, and carry a day in their names."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from yaad.intake.arrow import mask, pc
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import propose_fields
from yaad.intake.deciding.moments import cleaned
from yaad.intake.kinds import Kind
from yaad.intake.mapping import Mapping
from yaad.intake.presets import recognise
from yaad.intake.reading import Grid

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


def without_day(name: str) -> str:
    """A file's name as it is every week.

    >>> without_day("deals 2025-01-05.csv") == without_day("deals 2025-01-12.csv")
    True
    """
    return DAY_FIRST.sub("*", YEAR_FIRST.sub("*", name))


def lists_by_day(grids: Sequence[Grid], mapping: Mapping) -> tuple[Grid, ...]:
    """The files in the order of their days; empty where they are not one list taken on several days."""
    alike = len({frozenset(map(fold, grid.headers)) for grid in grids}) == 1
    if not _have_days(grids) or not alike or mapping.files:
        return ()
    ordered = tuple(sorted(grids, key=lambda grid: str(day_in(grid.source.name))))
    if mapping.snapshots:
        return ordered
    export = recognise(grids[0].headers, Kind.DEALS)
    fields = propose_fields(grids[0].headers, Kind.DEALS, export.export if export else None)
    fields = {**fields, **{name: header for name, header in mapping.columns.items() if header in grids[0].headers}}
    if mapping.kind not in (None, Kind.DEALS) or not {"id", "stage"} <= fields.keys():
        return ()
    return ordered if _overlap(ordered, fields["id"]) else ()


def are_lists(grids: Sequence[Grid], mapping: Mapping) -> bool:
    """Whether these files are several lists of the same deals, a day each."""
    return mapping.snapshots and _have_days(grids)


def _have_days(grids: Sequence[Grid]) -> bool:
    """Whether there are several files, and each bears a day of its own in its name."""
    days = {day_in(grid.source.name) for grid in grids}
    return 1 < len(grids) == len(days - {None})


def day_of(grids: Sequence[Grid]) -> dt.date | None:
    """The day that all of these files bear in their names; None where one bears none or another."""
    days = {day_in(grid.source.name) for grid in grids}
    return days.pop() if len(days) == 1 else None


def _overlap(grids: Sequence[Grid], header: str) -> bool:
    """Each file tells of some deal that the one before it told of."""
    names = [next(name for name in grid.headers if fold(name) == fold(header)) for grid in grids]
    ids = [cleaned(grid.columns[name]).drop_null() for grid, name in zip(grids, names, strict=True)]
    return all(mask(pc.is_in(b, value_set=a)).any() for a, b in pairwise(ids) if len(a))
