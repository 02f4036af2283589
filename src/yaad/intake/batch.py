"""What an import hands to the facts: canonical tables, the pipeline, and the account of every file."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable
from collections.abc import Mapping as Said
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, pc
from yaad.intake.kinds import Kind
from yaad.intake.mapping import Mapping
from yaad.intake.refused import Refused, is_ours
from yaad.intake.report import FileReport
from yaad.intake.sieve import Sieve
from yaad.model import Pipeline
from yaad.model.tables import AMOUNT, MOMENT
from yaad.text import Message

MOVES = pa.schema(
    [
        ("deal_id", pa.string()),
        ("sort_at", MOMENT),
        ("seq", pa.int64()),
        ("to_stage", pa.string()),
        ("at", MOMENT),
        ("day", pa.date32()),
        ("whole_day", pa.bool_()),
        ("by", pa.string()),
        ("amount", AMOUNT),
    ]
)
"""Moves of a batch. ``(sort_at, seq)`` orders a deal's moves: `sort_at` is the move's time, never before that of the
move that the file's shape puts ahead of it, and carries that one's where the time is unknown (1970-01-01 when none)."""


Tables = Said[str, pa.Table]
"""Tables by name."""


@dataclass(frozen=True)
class Shaped:
    """Rows of a source as canonical tables.

    Attributes:
        tables: name → table.
        origins: name → for each row of the table, the place of the source's row that gave it.
    """

    tables: dict[str, pa.Table]
    origins: dict[str, Ints]


@dataclass(frozen=True)
class MorePart:
    """A part of a batch of several kinds.

    Attributes:
        batch: the part by itself.
        places: table → for each of the part's own rows, its place in the whole's table; -1 where it was left out.
    """

    batch: "Batch"
    places: dict[str, Ints]

    def settled(self, same: Said[str, Mask]) -> "tuple[FileReport, ...]":
        """The accounts of the part's files; what was left out told nothing new."""
        own = {}
        for name, place in self.places.items():
            own[name] = np.ones(len(place), np.bool_)
            own[name][place >= 0] = same[name][place[place >= 0]]
        return self.batch.settled(own)


@dataclass(frozen=True)
class Listed:
    """A list of deals as they stood on a day.

    Attributes:
        day: the day that it speaks of.
        originals: hashes of its files.
        tables: its rows of the batch's tables.
        rows: table → for each of them, its place there.
    """

    day: dt.date
    originals: frozenset[str]
    tables: dict[str, pa.Table]
    rows: dict[str, Ints]


@dataclass(frozen=True, kw_only=True)
class Brought(ABC):
    """What one import brings.

    Attributes:
        kind: what the rows are.
        pipeline: the stages; None for kinds without.
        files: the account of each file.
        mapping: the mapping as it was used, complete.
        zone: IANA name of the zone that local times were read by.
        last_event: the latest thing that really happened: created, moved, closed, called; never an expected date.
        last_day: its day in the zone.
        notes: what must be said of the data, in sentences.
        lists: the lists that it consists of, in the order of their days; none where its files bear no day.
    """

    kind: Kind
    pipeline: Pipeline | None
    files: tuple[FileReport, ...]
    mapping: Mapping
    zone: str
    last_event: dt.datetime | None
    last_day: dt.date | None
    notes: tuple[Message, ...]
    lists: tuple[Listed, ...] = ()

    @property
    @abstractmethod
    def content(self) -> "Tables | Iterable[Tables]":
        """The tables, or – where they are too large to be held at once – portions of them."""

    @property
    def is_joined(self) -> bool:
        """Whether two files stand side by side."""
        return False

    @property
    def is_correction(self) -> bool:
        """Whether the rows are refused ones, corrected and brought back: no list, so it says nothing of other deals."""
        return False

    @abstractmethod
    def took(self, same: Said[str, Mask]) -> None:
        """A portion is stored: table → for each of its rows, whether the book had it just so before."""

    @abstractmethod
    def refused(self) -> tuple[Refused, ...]:
        """The rows of each file that were not taken, cell by cell, in the order of `files`."""

    @abstractmethod
    def settled(self, same: Said[str, Mask], before: "Brought | None" = None) -> tuple[FileReport, ...]:
        """The account of each file once it is stored: rows that told the book nothing new are skipped as unchanged.

        Args:
            same: table → for each of its rows, whether the book had it just so before; empty of portions.
            before: the same files as they came the last time; it tells which of two joined files said what is new.
        """


@dataclass(frozen=True, kw_only=True)
class Batch(Brought):
    """What one import brings, as tables in memory.

    Attributes:
        tables: name → table. Kinds of deals give ``deals`` and ``moves`` (and ``activities`` of events that are no
            stage); the others one table of their own name. Ids are the source's texts.
        origins: table → for each of its rows, the place of the source's row that gave it.
        sieve: what became of each row of the source.
        parts: the kinds that it was put together from; none where the files hold one kind.
        aside: accounts of files that only gave names to others; they are the last of `files`.
    """

    tables: dict[str, pa.Table]
    origins: dict[str, Ints]
    sieve: Sieve
    parts: tuple[MorePart, ...] = ()
    aside: tuple[FileReport, ...] = ()

    @property
    def content(self) -> Tables:
        """The tables."""
        return self.tables

    @property
    def is_correction(self) -> bool:
        """Whether all of its files are workbooks of refused rows; our own columns tell."""
        return all(any(map(is_ours, grid.headers)) for grid in self.sieve.grids())

    def took(self, same: Said[str, Mask]) -> None:
        """See `Brought.took`; `settled` is told of them all at once."""

    def refused(self) -> tuple[Refused, ...]:
        """The rows of each file that were not taken, cell by cell, in the order of `files`."""
        if self.parts:
            own = [refused for part in self.parts for refused in part.batch.refused()]
            return (*own, *(Refused((), (), (), (), ()) for _ in self.aside))
        return tuple(Refused.of(report, grid) for report, grid in zip(self.files, self.sieve.grids(), strict=True))

    @property
    def is_joined(self) -> bool:
        """Whether two files stand side by side."""
        return not self.parts and self.sieve.is_joined

    def settled(self, same: Said[str, Mask], before: Brought | None = None) -> tuple[FileReport, ...]:
        """See `Brought.settled`."""
        if self.parts:
            return (*(report for part in self.parts for report in part.settled(same)), *self.aside)
        told_new = np.zeros(len(self.sieve.alive), np.bool_)
        described_anew = np.zeros(len(self.sieve.alive), np.bool_)
        for name, origin in self.origins.items():
            told_new[origin[~same[name]]] = True
        if "deals" in self.origins:
            described_anew[self.origins["deals"][~same["deals"]]] = True
        return self.sieve.settled(told_new, described_anew, before.sieve if isinstance(before, Batch) else None)


def latest(tables: dict[str, pa.Table]) -> tuple[dt.datetime | None, dt.date | None]:
    """The latest instant and day of what really happened in some tables."""
    instants: list[dt.datetime] = []
    days: list[dt.date] = []
    for table in tables.values():
        if "at" in table.column_names and table.num_rows:
            instant, day = pc.max(table["at"]).as_py(), pc.max(table["day"]).as_py()
            instants += [instant.astimezone(dt.UTC)] if instant is not None else []
            days += [day] if day is not None else []
    return max(instants, default=None), max(days, default=None)


def typed_table(columns: dict[str, pa.Array], schema: pa.Schema) -> pa.Table:
    """Columns in the schema's order and types; those that the source lacks are left out.

    A few long texts that stand in many rows may come, and stay, as a dictionary.
    """
    told = {field.name: columns[field.name] for field in schema if field.name in columns}
    typed = {
        name: column if pa.types.is_dictionary(column.type) else column.cast(schema.field(name).type)
        for name, column in told.items()
    }
    return pa.table(typed)


def as_moments(
    values: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    missing: "np.ndarray[tuple[int], np.dtype[np.bool_]] | None" = None,
) -> pa.Array:
    """Microseconds since 1970 as times in UTC."""
    return pa.array(values, mask=missing).cast(MOMENT)
