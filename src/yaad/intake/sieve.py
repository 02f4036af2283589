"""What becomes of each row: loaded, rejected with the first reason met, or skipped; and the account of each file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, mask, pc, whole
from yaad.intake.reading import Grid
from yaad.intake.report import REJECTS, FileReport, rejects_table
from yaad.intake.table import Table

UNCHANGED = "unchanged"
"""Reason of a row that the book had just so before."""


@dataclass(frozen=True)
class _Cause:
    """Why rows fell: rejected with a column and a reason, or skipped for a reason."""

    rejected: bool
    column: str
    reason: str


class Sieve:
    """Holds the fate of a table's rows.

    Attributes:
        alive: rows that are still to be loaded.
    """

    def __init__(self, table: Table) -> None:
        self.alive: Mask = np.ones(len(table), np.bool_)
        self._table = table
        self._causes: list[_Cause] = []
        self._cause_of = np.full(len(table), -1, np.int32)
        self._flags: list[Counter[str]] = [Counter() for _ in table.grids]
        self._watched: dict[str, Mask] = {}

    def reject(self, rows: Mask, column: str, reason: str) -> None:
        """Rows that cannot be used; one that fell before keeps its first reason."""
        self._fall(rows, _Cause(rejected=True, column=column, reason=reason))

    def skip(self, rows: Mask, reason: str) -> None:
        """Rows left out on purpose."""
        self._fall(rows, _Cause(rejected=False, column="", reason=reason))

    def _fall(self, rows: Mask, cause: _Cause) -> None:
        falling = rows & self.alive
        if falling.any():
            self._causes.append(cause)
            self._cause_of[falling] = len(self._causes) - 1
            self.alive &= ~falling

    def flag(self, name: str, rows: Mask) -> None:
        """Rows that are loaded though something about them is odd or was mended."""
        counts = np.bincount(self._table.origin[rows & self.alive], minlength=len(self._flags))
        for flags, number in zip(self._flags, counts.tolist(), strict=True):
            flags[name] += number

    def watch(self, name: str, rows: Mask) -> None:
        """Rows that are flagged if they are loaded in the end."""
        self._watched[name] = rows | self._watched.get(name, np.zeros(len(rows), np.bool_))

    def count(self, name: str, number: int) -> None:
        """The same where only a number is known; it counts for the first file."""
        if number:
            self._flags[0][name] += number

    def reports(self) -> tuple[FileReport, ...]:
        """The account of each file, the joined one last; cells that no later account tells of are let go."""
        while self._watched:
            self.flag(*self._watched.popitem())
        own = [self._own(index, grid) for index, grid in enumerate(self._table.grids)]
        if self._table.beside is not None:
            return (*own, self._beside())
        self._let_go()
        return tuple(own)

    def _let_go(self) -> None:
        """Keep the cells of the refused rows alone: the others are in tables by now, and fill the memory."""
        refused = np.isin(self._cause_of, [n for n, cause in enumerate(self._causes) if cause.rejected])
        place, grids = np.zeros(len(refused), np.int64), list[Grid]()
        for index, grid in enumerate(self._table.grids):
            rows = refused & (self._table.origin == index)
            kept = np.zeros(len(grid.rows), np.bool_)
            kept[self._table.place[rows]] = True
            place[rows] = (np.cumsum(kept) - 1)[self._table.place[rows]]
            columns = {name: column.filter(pa.array(kept)) for name, column in grid.columns.items()}
            grids.append(replace(grid, rows=grid.rows[kept], columns=columns))
        self._table = replace(self._table, grids=tuple(grids), columns={}, place=place)

    @property
    def is_joined(self) -> bool:
        """Whether the rows have records of another file beside them."""
        return self._table.beside is not None

    def settled(self, told_new: Mask, described_anew: Mask, before: "Sieve | None" = None) -> tuple[FileReport, ...]:
        """The account of each file after its rows were stored.

        Args:
            told_new: rows that told the book anything new; the other loaded ones are skipped as unchanged.
            described_anew: those whose description was new: a record of the joined file changed with one of them.
            before: the same two files as they came the last time. What a row with a record beside it told anew, was
                told by the one of the two that did not stand there then; by both, where neither or each of them did.
        """
        beside = self._table.beside
        if beside is not None and before is not None:
            left, right = self._known_from(before)
            there = beside.of >= 0
            right_known = ~there | np.append(right, np.True_)[beside.of]
            by_right = told_new & there & left & ~right_known
            by_left = told_new & there & ~left & right_known
            told_new, described_anew = told_new & ~by_right, (described_anew | by_right) & ~by_left
        self.skip(~told_new, UNCHANGED)
        own = [self._own(index, grid) for index, grid in enumerate(self._table.grids)]
        return (*own, self._beside(described_anew)) if self._table.beside is not None else tuple(own)

    def grids(self) -> tuple[Grid, ...]:
        """The files as they were read, in the order of their reports."""
        beside = self._table.beside
        return (*self._table.grids, beside.grid) if beside is not None else tuple(self._table.grids)

    def _known_from(self, before: "Sieve") -> tuple[Mask, Mask]:
        """Rows, and records of the joined file, that stood just so in the files of the last time."""
        earlier = {grid.headers: grid for grid in before.grids()}
        known = [_standing_in(grid, earlier.get(grid.headers)) for grid in self.grids()]
        mine = np.zeros(len(self.alive), np.bool_)
        for index in range(len(self._table.grids)):
            rows = self._table.origin == index
            mine[rows] = known[index][self._table.place[rows]]
        return mine, known[-1]

    def _own(self, index: int, grid: Grid) -> FileReport:
        mine = self._table.origin == index
        skipped = Counter(grid.tally.skipped_by)
        rejected: list[pa.Table] = [rejects_table(grid.tally.rejects)]
        for number, cause in enumerate(self._causes):
            rows = mine & (self._cause_of == number)
            if cause.rejected and rows.any():
                rejected.append(_rejected(grid, self._table.place[rows], cause.column, cause.reason))
            elif rows.any():
                skipped[cause.reason] += int(rows.sum())
        loaded = int((mine & self.alive).sum())
        return _report(grid, loaded, rejected, skipped, grid.tally.flags + self._flags[index])

    def _beside(self, described_anew: Mask | None = None) -> FileReport:
        """A record of the joined file is loaded when a row that took it is; unchanged, when it described none anew."""
        beside = self._table.beside
        assert beside is not None
        grid = beside.grid
        taken, loaded = np.zeros(len(grid.rows), np.bool_), np.zeros(len(grid.rows), np.bool_)
        taken[beside.of[beside.of >= 0]] = True
        loaded[beside.of[(beside.of >= 0) & self._good()]] = True
        rejected = [rejects_table(grid.tally.rejects)]
        gone = {**beside.gone, "intake.rejected_joined_row": taken & ~loaded}
        rejected += [_rejected(grid, np.flatnonzero(rows), "", reason) for reason, rows in gone.items() if rows.any()]
        skipped = Counter(grid.tally.skipped_by)
        skipped["duplicate"] += int(beside.same.sum())
        if described_anew is not None:
            changed = np.zeros(len(grid.rows), np.bool_)
            changed[beside.of[(beside.of >= 0) & described_anew]] = True
            skipped[UNCHANGED] += int((loaded & ~changed).sum())
            loaded &= changed
        return _report(grid, int(loaded.sum()), rejected, skipped, grid.tally.flags)

    def _good(self) -> Mask:
        """Rows that were not turned away: those to be loaded, and those that the book had already."""
        known = [number for number, cause in enumerate(self._causes) if cause.reason == UNCHANGED]
        return self.alive | np.isin(self._cause_of, known)


def aside(grid: Grid, reason: str) -> FileReport:
    """The account of a file of which no row is loaded: it only gives names to others, or nobody knows what it is."""
    skipped = Counter(grid.tally.skipped_by)
    skipped[reason] += len(grid.rows)
    return _report(grid, 0, [rejects_table(grid.tally.rejects)], skipped, grid.tally.flags)


def _standing_in(grid: Grid, other: Grid | None) -> Mask:
    """For each record, whether another file has one with the same cells."""
    if other is None:
        return np.zeros(len(grid.rows), np.bool_)
    mine, theirs = (_records(each) for each in (grid, other))
    return mask(pc.is_in(mine, value_set=theirs))


def _records(grid: Grid) -> pa.Array:
    """Each record as one text."""
    cells = [pc.fill_null(whole(grid.columns[name]).cast(pa.string()), "\x00") for name in grid.headers]
    return pc.binary_join_element_wise(*cells, "\x1f")


def _rejected(grid: Grid, places: Ints, column: str, reason: str) -> pa.Table:
    """Rejected records with their text as it stood in the file."""
    count = len(places)
    take = pa.array(places)
    cells = [pc.fill_null(whole(grid.columns[name]).take(take).cast(pa.string()), "") for name in grid.headers]
    raw = pc.binary_join_element_wise(*cells, grid.found.delimiter or ",")
    values = [pa.array(grid.rows[places]), pa.repeat(column, count), pa.repeat(reason, count), raw]
    return pa.table(values, schema=REJECTS)


def _report(
    grid: Grid, loaded: int, rejected: list[pa.Table], skipped: Counter[str], flags: Counter[str]
) -> FileReport:
    rejects = pa.concat_tables(rejected).sort_by("row")
    by_reason = _positive(skipped.items())
    return FileReport(
        name=grid.source.name,
        sha256=grid.source.sha256,
        rows_in=grid.tally.rows_in,
        loaded=loaded,
        rejected=rejects.num_rows,
        skipped=sum(by_reason.values()),
        skipped_by=by_reason,
        rejects=rejects,
        format=grid.source.format.value,
        encoding=grid.found.encoding,
        delimiter=grid.found.delimiter,
        header_row=grid.found.header_row,
        sheet=grid.found.sheet,
        flags=_positive(flags.items()),
    )


def _positive(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {name: count for name, count in counts if count}
