"""The rows that are to be understood: one file's, several alike below each other, or two side by side by a key."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from yaad.errors import InputError, OpenQuestion, Question
from yaad.intake.arrow import Codes, Ints, Mask, codes, mask, pc, whole
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import cleaned
from yaad.intake.mapping import Join
from yaad.intake.reading import COLOURS, Grid
from yaad.text import Message

ALONE = ("intake.rejected_no_key", "intake.rejected_no_match")
"""Reasons of records of the joined file that belong to no row."""


@dataclass(frozen=True)
class Beside:
    """The file that was joined from the right.

    Attributes:
        grid: its records.
        of: row of the table → its record there; -1 where there is none.
        gone: reason → its records that no row of the table can take.
        same: its records that say again what an earlier one says.
    """

    grid: Grid
    of: Codes
    gone: dict[str, Mask] = field(default_factory=dict)
    same: Mask = field(default_factory=lambda: np.zeros(0, np.bool_))


@dataclass(frozen=True)
class Table:
    """Rows under named columns, each row with the file and the line it came from.

    Attributes:
        grids: the files whose records are the rows.
        columns: name → values.
        origin: row → place in `grids`.
        place: row → record of that file.
        lines: row → 1-based line there.
        epochs: columns of workbooks → 1900 or 1904, how their day numbers count.
        beside: the joined file.
    """

    grids: tuple[Grid, ...]
    columns: dict[str, pa.ChunkedArray]
    origin: Codes
    place: Ints
    lines: Ints
    epochs: dict[str, int]
    beside: Beside | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def find(self, header: str) -> str | None:
        """The column that a mapping's header means: exactly, or the only one that folds to it.

        Raises:
            OpenQuestion: the file has that name twice.
        """
        if header in self.columns:
            return header
        key = fold(header)
        found = [name for name in self.columns if fold(name) == key]
        if len(found) == 1:
            return found[0]
        twins = [name for name in self.columns if fold(name.rpartition("#")[0]) == key and key]
        if len(found) + len(twins) > 1:
            raise OpenQuestion([_ask_twin(header, found or twins, self)])
        return None


def _ask_twin(header: str, twins: Sequence[str], table: Table) -> Question:
    options = {
        name: Message("intake.option_column", {"column": name, "example": _example(table.columns[name])})
        for name in twins
    }
    return Question(
        f"column:{header}",
        Message("intake.ask_twin", {"column": header, "n": len(twins)}),
        (),
        options,
        f'columns: {{…: "{twins[0]}"}}',
    )


def _example(column: pa.ChunkedArray) -> str:
    texts = cleaned(column).drop_null()
    return str(texts[0].as_py())[:40] if len(texts) else ""


def stack(grids: Sequence[Grid]) -> Table:
    """Files with the same columns below each other; columns are matched by name, never by place.

    Raises:
        InputError: a file has other columns than the first.
    """
    grids = _all_coloured(grids)
    first = grids[0]
    keys = {fold(name): name for name in first.headers}
    parts: dict[str, list[pa.ChunkedArray]] = {name: [] for name in first.headers}
    for grid in grids:
        own = {fold(name): name for name in grid.headers}
        if own.keys() != keys.keys():
            odd = ", ".join(sorted(own.get(key) or keys[key] for key in own.keys() ^ keys.keys()))
            values: dict[str, object] = {"first": first.source.name, "second": grid.source.name, "columns": odd[:200]}
            raise InputError(Message("intake.files_differ", values), file=grid.source.name)
        for key, name in keys.items():
            parts[name].append(grid.columns[own[key]])
    return Table(
        grids=tuple(grids),
        columns={name: _below(columns) for name, columns in parts.items()},
        origin=np.repeat(np.arange(len(grids), dtype=np.int32), [len(grid.rows) for grid in grids]),
        place=np.concatenate([np.arange(len(grid.rows), dtype=np.int64) for grid in grids]),
        lines=np.concatenate([grid.rows for grid in grids]),
        epochs=_epochs(first, first.headers),
    )


def _all_coloured(grids: Sequence[Grid]) -> Sequence[Grid]:
    """Sheets of which some are painted: the others get an empty column of colours."""
    column = next((name for grid in grids for name in grid.headers if name in COLOURS), None)
    if column is None:
        return grids
    return [grid if column in grid.headers else _with_empty(grid, column) for grid in grids]


def _with_empty(grid: Grid, column: str) -> Grid:
    empty = pa.chunked_array([pa.nulls(len(grid.rows), pa.string())])
    return replace(grid, headers=(*grid.headers, column), columns={**grid.columns, column: empty})


def _below(columns: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    kinds = {str(column.type) for column in columns}
    plain = columns if len(kinds) == 1 else [column.cast(pa.string()) for column in columns]
    return pa.chunked_array([chunk for column in plain for chunk in column.chunks], type=plain[0].type)


def _epochs(grid: Grid, names: Sequence[str]) -> dict[str, int]:
    if grid.found.sheet is None:
        return {}
    return dict.fromkeys(names, 1904 if grid.found.date1904 else 1900)


def side_by_side(left: Table, right: Grid, join: Join) -> Table:
    """Each row of `left` with the record of `right` that has its key; a name of both gets the right file's before it.

    Records of `right` without a partner are no row: they are rejected with the reason, as are later ones with a key
    that was there before (equal ones are skipped).

    Raises:
        InputError: a file lacks the key.
    """
    left_key, right_key = _key(left.columns, join, left.grids[0]), _key(right.columns, join, right)
    mine, theirs = cleaned(left.columns[left_key]), cleaned(right.columns[right_key])
    number, distinct = codes(theirs)
    first = _first_places(number, len(distinct))
    later = (number >= 0) & (first[number] != np.arange(len(number)))
    same = later & _equal_to(right, np.arange(len(number)), first[number])
    found = pc.fill_null(pc.index_in(mine, value_set=distinct), -1).to_numpy(zero_copy_only=False)
    of = np.append(first, -1)[found].astype(np.int32)
    met = np.zeros(len(number), np.bool_)
    met[of[of >= 0]] = True
    gone = {
        "intake.rejected_no_key": number < 0,
        "intake.rejected_repeated_key": later & ~same,
        "intake.rejected_no_match": (number >= 0) & ~later & ~met,
    }
    take = pa.array(of, mask=of < 0)
    columns, epochs = dict(left.columns), dict(left.epochs)
    for name, values in right.columns.items():
        if name != right_key:
            own = f"{join.right}.{name}" if any(fold(name) == fold(other) for other in left.columns) else name
            columns[own] = pa.chunked_array([whole(values).take(take)])
            epochs |= _epochs(right, [own])
    beside = Beside(right, of, {reason: rows for reason, rows in gone.items() if rows.any()}, same)
    return Table(left.grids, columns, left.origin, left.place, left.lines, epochs, beside)


def _key(columns: dict[str, pa.ChunkedArray], join: Join, grid: Grid) -> str:
    found = [name for name in columns if fold(name) == fold(join.key)]
    if len(found) != 1:
        values: dict[str, object] = {"column": join.key, "columns": ", ".join(columns)[:300]}
        raise InputError(Message("intake.column_absent", values), file=grid.source.name)
    return found[0]


def _first_places(number: Codes, distinct: int) -> Ints:
    """The first record of each distinct key."""
    first = np.full(distinct, len(number), np.int64)
    np.minimum.at(first, number[number >= 0], np.flatnonzero(number >= 0))
    return np.append(first, -1)


def _equal_to(grid: Grid, places: Ints, others: Ints) -> Mask:
    """Records that hold the same cells as another record of the file."""
    equal = np.ones(len(places), np.bool_)
    for column in grid.columns.values():
        values = whole(column)
        one, other = values.take(pa.array(places)), values.take(pa.array(others, mask=others < 0))
        both_null = pc.and_(pc.is_null(one), pc.is_null(other))
        equal &= mask(pc.or_(pc.fill_null(pc.equal(one, other), False), both_null))  # noqa: FBT003 - Arrow's own signature
    return equal


def propose_join(grids: Sequence[Grid]) -> tuple[dict[str, str], Join] | None:
    """Two files that share one column whose values in the smaller file are all known to the larger: left and right."""
    if len(grids) != 2:
        return None
    large, small = sorted(grids, key=lambda grid: -len(grid.rows))
    shared = {fold(name): name for name in large.headers if not name.startswith("#")}
    for name in small.headers:
        key = shared.get(fold(name))
        if key is None:
            continue
        mine, theirs = cleaned(large.columns[key]), cleaned(small.columns[name])
        unique = len(pc.unique(theirs)) == len(theirs)
        known = mask(pc.is_in(theirs, value_set=pc.unique(mine)))
        if unique and len(theirs) and known.mean() >= 0.95:
            files = {"left": glob.escape(large.source.name), "right": glob.escape(small.source.name)}
            return files, Join("left", "right", key)
    return None
