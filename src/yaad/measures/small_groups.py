"""Which figures are kept back so that a small group can neither be read nor reckoned from what is told beside it.

Who sees no persons may ask for whole months, quarters and years, for all time, and for each of these by one column of
few values. Such figures are the cells of a table with sums: months add up to quarters, quarters to years, years to all
time, and the values of the column to the whole. A cell of few rows is kept back, and with it as many others of each
line that it stands in as hide it from who subtracts (complementary suppression: Cox 1980, JASA 75:377). What is kept
back depends on the data alone, never on the question: whatever is asked, and in whatever order, it is the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from yaad.measures.matching import whole_months
from yaad.model import Cell, Grain, Period

COLUMNS = frozenset({"source", "product", "branch", "lost_reason"})
"""Columns by which figures are told to who sees no persons: of few values, none of them dividing another one."""
GRAINS = frozenset({Grain.MONTH.value, Grain.QUARTER.value, Grain.YEAR.value})
"""Parts of time by which they are: each made of whole ones of the next smaller."""
ALL = ""
"""All time."""
UNDATED = "undated"
"""What has no date: it is in no year, but in all time."""
NOTHING = 1e-9
"""Less than that is 0 in a sum of whole numbers."""
Key = tuple[Cell, ...]
"""A value of the column; empty for the whole."""
Place = tuple[Key, str]
"""One cell: whose, and when."""


def is_whole(period: Period) -> bool:
    """Whether a period is a month, a quarter or a year as they stand in the calendar.

    >>> [is_whole(Period.parse(name)) for name in ("2026-10", "2026-Q4", "2026", "2026-10-01..2026-10-30")]
    [True, True, True, False]
    """
    months = whole_months(period)
    return months in (1, 3, 12) and (period.start.month - 1) % months == 0


def place_of(period: Period | None) -> str | None:
    """What a whole period is called here; None for days that are none.

    >>> place_of(Period.parse("2026-10-01..2026-12-31")), place_of(None), place_of(Period.parse("2026-10-01"))
    ('2026-Q4', '', None)
    """
    if period is None:
        return ALL
    if not is_whole(period):
        return None
    start, months = period.start, whole_months(period)
    if months == 1:
        return f"{start:%Y-%m}"
    return f"{start:%Y}-Q{start.month // 3 + 1}" if months == 3 else f"{start:%Y}"


@dataclass(frozen=True)
class Hidden:
    """What is kept back of one figure.

    Attributes:
        places: the cells.
    """

    places: frozenset[Place]

    @classmethod
    def of(cls, dated: Mapping[Place, int], whole: Mapping[Key, int], least: int) -> "Hidden":
        """What has to be kept back.

        Args:
            dated: value and month → rows.
            whole: value → rows of all time, those without a date among them.
            least: fewer than so many are not told.
        """
        sizes = _with_sums(dated, whole)
        total = _summed(sizes)
        hidden = _closed(total, list(_stretches(total)), least, frozenset())
        values = {key for key, _ in sizes}
        if values - {()}:
            cells = {**total, **sizes}
            lines = [*_stretches(cells), *_sides(cells, values)]
            hidden = _closed(cells, lines, least, hidden)
        return cls(frozenset(hidden))

    def holds(self, key: Key, when: str | None) -> bool:
        """Whether a cell is kept back; days that are no whole period always are."""
        return when is None or (key, when) in self.places


def _with_sums(dated: Mapping[Place, int], whole: Mapping[Key, int]) -> dict[Place, int]:
    """The rows of each value in each month, quarter and year, without a date, and of all time."""
    found: dict[Place, int] = {}
    for (key, month), n in dated.items():
        for when in (month, _above(month), month[:4]):
            found[key, when] = found.get((key, when), 0) + n
    for key, n in whole.items():
        known = sum(size for (other, when), size in found.items() if other == key and len(when) == 4)
        found[key, UNDATED], found[key, ALL] = max(n - known, 0), max(n, known)
    return found


def _summed(sizes: Mapping[Place, int]) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for (_, when), n in sizes.items():
        found[(), when] = found.get(((), when), 0) + n
    return found


def _above(when: str) -> str:
    """The quarter of a month, the year of a quarter, all time of a year."""
    if len(when) == 7 and "Q" not in when:
        return f"{when[:4]}-Q{(int(when[5:]) + 2) // 3}"
    return when[:4] if "Q" in when else ALL


Line = tuple[Place, list[Place]]
"""A sum and its parts."""


def _stretches(sizes: Mapping[Place, int]) -> Iterator[Line]:
    """Each value's quarters with their months, and so on, from all time downwards."""
    parts: dict[Place, list[Place]] = {}
    for key, when in sorted(sizes, key=repr):
        if when != ALL:
            parts.setdefault((key, _above(when) if when != UNDATED else ALL), []).append((key, when))
    yield from sorted(parts.items(), key=lambda line: (len(line[0][1]), repr(line[0])))


def _sides(sizes: Mapping[Place, int], values: Iterable[Key]) -> Iterator[Line]:
    """Each stretch of time with its values."""
    for when in sorted({when for key, when in sizes if key == ()}):
        yield ((), when), [(key, when) for key in sorted(values, key=repr) if (key, when) in sizes]


def _closed(sizes: Mapping[Place, int], lines: list[Line], least: int, told: frozenset[Place]) -> frozenset[Place]:
    """What is hidden once no line tells what one of its parts is.

    Args:
        sizes: rows of each cell.
        lines: the sums.
        least: see `Hidden.of`.
        told: what is hidden of the whole; where there are values, the whole hides no more than it does without them.
    """
    is_of_values = any(key for key, _ in sizes)
    hidden = set(told) | {cell for cell, n in sizes.items() if 0 < n < least and (cell[0] or not is_of_values)}

    def hide(cell: Place | None) -> bool:
        """Hide a cell; not the whole of all values: it is told as it is without them."""
        if cell is None or cell in hidden or (is_of_values and not cell[0]):
            return False
        hidden.add(cell)
        return True

    while True:
        grows = False
        for whole, parts in lines:
            while hide(_next(whole, parts, sizes, hidden, least)):
                grows = True
        if grows:
            continue
        known = [cell for cell in _reckoned(lines, hidden) if 0 < sizes[cell] < least]
        beside = [_beside(cell, lines, sizes, hidden) for cell in known]
        if sum(map(hide, beside)) == 0:
            return frozenset(hidden)


def _reckoned(lines: list[Line], hidden: set[Place]) -> list[Place]:
    """The hidden cells that all lines together tell: two circles of hidden cells tell the one between them."""
    cells = sorted(hidden, key=repr)
    column = {cell: number for number, cell in enumerate(cells)}
    rows = [line for line in lines if any(cell in hidden for cell in (line[0], *line[1]))]
    if not rows:
        return []
    sums = np.zeros((len(rows), len(cells)))
    for number, (whole, parts) in enumerate(rows):
        for cell, sign in ((whole, -1), *((part, 1) for part in parts)):
            if cell in hidden:
                sums[number, column[cell]] = sign
    values, vectors = np.linalg.eigh(sums.T @ sums)
    free = vectors[:, values < NOTHING]
    return [cell for cell, way in zip(cells, np.abs(free).max(axis=1, initial=0), strict=True) if way < NOTHING]


def _beside(cell: Place, lines: list[Line], sizes: Mapping[Place, int], hidden: set[Place]) -> Place | None:
    """The smallest cell in a line with another one that is told still; of one value rather than the whole."""
    near = {one for whole, parts in lines if cell in (whole, *parts) for one in (whole, *parts)}
    left = [one for one in near if one not in hidden and one[0]]
    return min(left, key=lambda one: (not sizes[one], sizes[one], repr(one)), default=None)


def _next(whole: Place, parts: list[Place], sizes: Mapping[Place, int], hidden: set[Place], least: int) -> Place | None:
    """What has to be hidden next in a line, so that it tells no part of it; None when it does not."""
    gone = [part for part in parts if part in hidden]
    rest = sum(sizes[part] for part in gone)
    enough = bool(gone) if whole in hidden else not gone or (len(gone) > 1 and rest >= least)
    if enough:
        return None
    left = [part for part in parts if part not in hidden]
    if left:
        return min(left, key=lambda part: (not sizes[part], sizes[part], repr(part)))
    return None if whole in hidden else whole
