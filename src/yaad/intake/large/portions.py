"""What a large file brings, portion by portion: on disk until it is stored, each row accounted for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Said
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from yaad.errors import InputError
from yaad.intake.arrow import Ints, Mask, mask, pc, whole
from yaad.intake.batch import Batch, Brought
from yaad.intake.large.room import Room
from yaad.intake.refused import Refused
from yaad.intake.report import FileReport
from yaad.intake.sieve import UNCHANGED
from yaad.text import Message

MOST_REFUSED = 1_000_000
"""Refused rows of one file; with more of them it was misunderstood, and nothing of it is taken."""
SHOWN = 100_000
"""Refused rows whose cells are laid out to be corrected; the list of them goes on."""
PACKED = pa.ipc.IpcWriteOptions(compression="lz4")
ROW, FILE = "#row", "#file"
"""Columns beside a portion's own: the row that told it, and the number of its file."""


class Spool:
    """The tables of all portions, on disk for as long as this lives; gone through in their order, as often as wanted.

    Attributes:
        room: where they stand.
        fresh: file's number → rows of it that told the book anything new, as `took` heard.
    """

    def __init__(self) -> None:
        self.room = Room()
        self._tables: list[list[str]] = []
        self._from: dict[str, tuple[Ints, Ints]] = {}
        self._varying, self._told = set[str](), set[tuple[str, str]]()
        self.fresh = Counter[int]()

    def close(self) -> None:
        """Take the tables away."""
        self.room.close()

    def __len__(self) -> int:
        return len(self._tables)

    def add(self, batch: Batch, files: Ints, varying: set[str]) -> None:
        """One portion more.

        Args:
            batch: its tables.
            files: row → the number of its file.
            varying: columns that change within a deal here: in no portion they are the deal's own.
        """
        folder = self._place(len(self._tables))
        folder.mkdir()
        for name, table in batch.tables.items():
            rows = batch.origins[name]
            self._told |= {(name, column) for column in table.column_names if table[column].null_count < len(table)}
            kept = table.append_column(ROW, pa.array(rows)).append_column(FILE, pa.array(files[rows]))
            with pa.ipc.new_file(str(folder / name), kept.schema, options=PACKED) as out:
                out.write_table(kept)
        self._tables.append(list(batch.tables))
        self._varying |= varying

    def __iter__(self) -> Iterator[dict[str, pa.Table]]:
        self.fresh.clear()
        for number, names in enumerate(self._tables):
            tables = {name: self._read(number, name) for name in names}
            self._from = {name: (_numbers(table, ROW), _numbers(table, FILE)) for name, table in tables.items()}
            yield {name: self._own(name, table) for name, table in tables.items()}

    def took(self, same: Said[str, Mask]) -> None:
        """The portion that was given last is stored: table → for each of its rows, whether the book had it just so."""
        told = [(rows[~same[name]], files[~same[name]]) for name, (rows, files) in self._from.items()]
        rows, first = np.unique(np.concatenate([rows for rows, _ in told]), return_index=True)
        files = np.concatenate([files for _, files in told])[first]
        self.fresh.update(Counter(dict(enumerate(np.bincount(files).tolist())) if len(rows) else {}))

    def _place(self, number: int) -> Path:
        return self.room.path / str(number)

    def _read(self, number: int, name: str) -> pa.Table:
        with pa.memory_map(str(self._place(number) / name)) as file:
            return pa.ipc.open_file(file).read_all()

    def _own(self, name: str, table: pa.Table) -> pa.Table:
        """Without what is ours, without columns that are empty in all portions or change within some deal of any."""
        silent = [one for one in table.column_names if name != "moves" and (name, one) not in self._told]
        table = table.drop_columns([ROW, FILE, *(one for one in silent if one not in (ROW, FILE))])
        if self._varying and "custom" in table.column_names:
            kept = _without(whole(table["custom"]), self._varying)
            table = table.set_column(table.column_names.index("custom"), "custom", kept)
        return table


def _numbers(table: pa.Table, name: str) -> Ints:
    return np.asarray(whole(table[name]).to_numpy(), np.int64)


def _without(custom: pa.MapArray, headers: set[str]) -> pa.MapArray:
    """Cells by header, without those of some headers."""
    keys, items = custom.keys, custom.items
    kept = ~mask(pc.is_in(keys, value_set=pa.array(sorted(headers), keys.type)))
    if kept.all():
        return custom
    offsets = np.concatenate(([0], np.cumsum(kept)))[np.asarray(custom.offsets.to_numpy())].astype(np.int32)
    take = pa.array(kept)
    return pa.MapArray.from_arrays(pa.array(offsets), keys.filter(take), items.filter(take)).cast(custom.type)


@dataclass(frozen=True, kw_only=True)
class LargeBatch(Brought):
    """What an import brings that is too large to be held at once; its list, where it is one, has no tables.

    Attributes:
        portions: the tables, portion by portion.
        cells: the refused rows of each file, the first `SHOWN` of them.
    """

    portions: Spool
    cells: tuple[Refused, ...]

    @property
    def content(self) -> Spool:
        """The tables, portion by portion."""
        return self.portions

    def took(self, same: Said[str, Mask]) -> None:
        """See `Brought.took`."""
        self.portions.took(same)

    def refused(self) -> tuple[Refused, ...]:
        """The rows of each file that were not taken, cell by cell, in the order of `files`; the first `SHOWN`."""
        return self.cells

    def settled(self, same: Said[str, Mask], before: Brought | None = None) -> tuple[FileReport, ...]:
        """See `Brought.settled`; the portions have told already which rows were new."""
        del same, before
        return tuple(_settled(report, self.portions.fresh[number]) for number, report in enumerate(self.files))


def _settled(report: FileReport, fresh: int) -> FileReport:
    unchanged = report.loaded - fresh
    if not unchanged:
        return report
    skipped_by = {**report.skipped_by, UNCHANGED: report.skipped_by.get(UNCHANGED, 0) + unchanged}
    return replace(report, loaded=fresh, skipped=report.skipped + unchanged, skipped_by=skipped_by)


class Account:
    """The account of the files, added up over their bins."""

    def __init__(self) -> None:
        self._reports: list[list[FileReport]] = []
        self._cells: list[list[Refused]] = []
        self._laid_out = 0

    def take(self, batch: Batch) -> None:
        """What became of one bin's rows.

        Raises:
            InputError: too many rows of a file are refused.
        """
        self._reports = self._reports or [[] for _ in batch.files]
        self._cells = self._cells or [[] for _ in batch.files]
        for own, report in zip(self._reports, batch.files, strict=True):
            own.append(report)
            refused = sum(one.rejected for one in own)
            if refused > MOST_REFUSED:
                reason = Counter(report.rejects["reason"].to_pylist()).most_common(1)[0][0]
                values: dict[str, object] = {"name": report.name, "n": refused, "reason": Message(reason)}
                raise InputError(Message("intake.too_many_refused", values), file=report.name)
        if self._laid_out < SHOWN:
            for cells, refused_rows in zip(self._cells, batch.refused(), strict=True):
                cells.append(refused_rows)
                self._laid_out += len(refused_rows.lines)

    def reports(self) -> tuple[FileReport, ...]:
        """Of each file."""
        return tuple(map(_sum, self._reports))

    def refused(self) -> tuple[Refused, ...]:
        """The refused rows of each file."""
        return tuple(map(_in_order, self._cells))


def _sum(reports: Sequence[FileReport]) -> FileReport:
    skipped: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    for report in reports:
        skipped.update(report.skipped_by)
        flags.update(report.flags)
    return replace(
        reports[0],
        rows_in=sum(report.rows_in for report in reports),
        loaded=sum(report.loaded for report in reports),
        rejected=sum(report.rejected for report in reports),
        skipped=sum(report.skipped for report in reports),
        skipped_by=dict(skipped),
        rejects=pa.concat_tables([report.rejects for report in reports]).sort_by("row"),
        flags=dict(flags),
    )


def _in_order(parts: Sequence[Refused]) -> Refused:
    lines = np.concatenate([np.array(part.lines, np.int64) for part in parts])
    order = np.argsort(lines, kind="stable")[:SHOWN].tolist()

    def sorted_by_line(name: str) -> tuple:  # type: ignore[type-arg]  # of texts, or of rows of texts
        values = [value for part in parts for value in getattr(part, name)]
        return tuple(values[place] for place in order)

    return Refused(parts[0].headers, *(sorted_by_line(name) for name in ("rows", "lines", "columns", "reasons")))
