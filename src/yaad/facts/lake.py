"""The lake: the tables of one book as Delta tables under its folder, read at the versions that the pin names.

Parquet files are written by the engine and entered into the Delta log here, one commit a table. A commit counts only
when the pin names it: what a killed import left behind is neither read nor built upon.
"""

import json
import re
import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from yaad.errors import BookError
from yaad.facts.lock import writer_lock
from yaad.facts.overlays import OVERLAYS
from yaad.facts.pin import NAME, Pin, flush, read_pin, write_pin
from yaad.model import SCHEMAS
from yaad.text import Message

TABLES = SCHEMAS | {"overlays": OVERLAYS}
"""All tables of the lake."""

KEEP_HOURS = 7 * 24
"""Files that no version needs any more are kept so long for readers that still hold an older pin."""

FOREIGN = frozenset({"deletionVectors", "columnMapping"})
"""Features that another writer may have switched on: the files alone no longer tell the rows."""

PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")
"""Folders of other names are reached by a link from a temporary folder: deltalake panics at a bracket and decodes
per cents, Sail knows neither Hebrew nor `#`, DuckDB reads brackets and stars as patterns."""


@dataclass(frozen=True)
class Part:
    """One Parquet file of a table.

    Attributes:
        name: of the file, inside the table's folder.
        rows: how many rows it holds.
        low, high: least and greatest `deal` in it; None in tables that are not cut by deal.
        size: in bytes.
    """

    name: str
    rows: int
    low: int | None = None
    high: int | None = None
    size: int = 0


class Lake:
    """The folder of one book.

    Attributes:
        root: the folder; the tables stand in ``root/lake/<table>``, the pin in ``root/current.json``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._alias = root
        if not PLAIN_PATH.fullmatch(str(root.absolute())):
            link = tempfile.mkdtemp(prefix="yaad-")
            weakref.finalize(self, shutil.rmtree, link, ignore_errors=True)
            self._alias = Path(link) / "book"
            self._alias.symlink_to(root.absolute(), target_is_directory=True)

    @classmethod
    def exists(cls, root: Path) -> bool:
        """Whether the folder holds a book."""
        return (root / NAME).is_file()

    @classmethod
    def create(cls, root: Path) -> "Lake":
        """A new, empty book in `root`, made if absent.

        Raises:
            BookError: there is a book already, or the folder cannot be made.
        """
        if cls.exists(root):
            raise BookError(Message("facts.book_exists", {"path": str(root)}))
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BookError(Message("facts.no_folder", {"path": str(root), "why": str(error)})) from None
        write_pin(root, Pin())
        return cls(root)

    @classmethod
    def open(cls, root: Path) -> "Lake":
        """The book in `root`.

        Raises:
            BookError: there is none, or it is damaged.
        """
        read_pin(root)
        return cls(root)

    def pin(self) -> Pin:
        """What the book is now.

        Raises:
            BookError: the pin is absent or damaged.
        """
        return read_pin(self.root)

    @contextmanager
    def writer(self, purpose: str) -> Iterator[Pin]:
        """Hold the right to write; gives the pin as it is then.

        Raises:
            BookError: somebody else is writing.
        """
        with writer_lock(self.root, purpose):
            yield self.pin()

    def folder(self, table: str) -> Path:
        """Where the files of a table stand, by a path that every engine can read."""
        return self._alias / "lake" / table

    def new_file(self, table: str) -> Path:
        """The path of a new file of a table."""
        folder = self.folder(table)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"part-{uuid.uuid4().hex}.parquet"

    def parts(self, table: str, pin: Pin) -> list[Part]:
        """The files of a table at the pinned version, in order of deal.

        Raises:
            BookError: the version that the pin names is not there.
        """
        version = pin.tables.get(table)
        if version is None:
            return []
        values: dict[str, object] = {"table": table, "version": str(version)}
        with self._log(table) as uri:
            try:
                log = DeltaTable(uri, version=version)
                actions = pa.table(log.get_add_actions(flatten=True))
                features = set(log.protocol().reader_features or ())
            except Exception as error:  # noqa: BLE001 - whatever deltalake raises here, the log is damaged
                raise BookError(Message("facts.damaged_table", values | {"why": str(error)})) from None
        if features & FOREIGN:
            raise BookError(Message("facts.damaged_table", values | {"why": ", ".join(sorted(features & FOREIGN))}))
        return sorted((_part(row) for row in actions.to_pylist()), key=lambda part: (part.low or 0, part.name))

    def files(self, table: str, pin: Pin) -> list[str]:
        """Paths of the files of a table at the pinned version."""
        return [str(self.folder(table) / part.name) for part in self.parts(table, pin)]

    def rows_of(self, table: str, pin: Pin) -> int:
        """How many rows a table has at the pinned version, as its log says; no file is read for it."""
        return sum(part.rows for part in self.parts(table, pin))

    def commit(self, table: str, pin: Pin, parts: Sequence[Part]) -> int:
        """Enter into the table's log that it consists of exactly `parts`; gives the version.

        What the log holds beyond the pinned version (a killed import) is undone by the same commit. New files are
        flushed to disk first, the log after; nothing is visible before the pin names the version.
        """
        schema = TABLES[table]
        folder = self.folder(table)
        (folder / "_delta_log").mkdir(parents=True, exist_ok=True)
        known = {part.name for part in self.parts(table, pin)}
        for part in parts:
            if part.name not in known:
                flush(folder / part.name)
        flush(folder)
        with self._log(table) as uri:
            if not DeltaTable.is_deltatable(uri):
                DeltaTable.create(uri, schema=schema)
            log = DeltaTable(uri)
            present = set(pa.table(log.get_add_actions())["path"].to_pylist())
            wanted = {part.name for part in parts}
            stamp = max((_milliseconds(folder / name) for name in wanted), default=0)
            actions: list[AddAction | RemoveAction] = [
                RemoveAction(name, data_change=True, deletion_timestamp=stamp) for name in sorted(present - wanted)
            ]
            actions += [_add(folder, part) for part in parts if part.name not in present]
            if actions:
                log.create_write_transaction(actions, mode="append", schema=schema)
            version = int(DeltaTable(uri).version())
            if actions:
                flush(folder / "_delta_log" / f"{version:020}.json")
                flush(folder / "_delta_log")
        return version

    def publish(self, pin: Pin) -> None:
        """Make `pin` the book; the last step of every write."""
        write_pin(self.root, pin)

    def replace_with(self, other: "Lake", since: Pin) -> None:
        """Take over the tables of a book that was built anew elsewhere; the journal is folded in again from its start.

        Args:
            other: the book built anew.
            since: what this book was when that began.

        Raises:
            BookError: somebody else is writing, or something was imported meanwhile.
        """
        with self.writer("rebuild") as pin:
            if pin.imports != since.imports:
                raise BookError(Message("facts.imported_meanwhile"))
            fresh = other.pin()
            versions = _take_over(other, fresh, self, pin)
            self.publish(fresh.moved(tables=versions, seq=max(pin.seq, fresh.seq) + 1, journal_seq=0))

    def copied(self, root: Path, pin: Pin) -> "Lake":
        """A new book in `root` with the tables of this one as `pin` names them, and no journal."""
        copy = Lake.create(root)
        copy.publish(pin.moved(tables=_take_over(self, pin, copy, Pin())))
        return copy

    def vacuum(self, pin: Pin, *, keep_hours: int = KEEP_HOURS) -> int:
        """Delete files that no version within `keep_hours` needs; gives how many. Only under the writer lock."""
        gone = 0
        for table, version in pin.tables.items():
            folder = self.folder(table)
            with self._log(table, with_files=True) as uri:
                unneeded = DeltaTable(uri).vacuum(
                    retention_hours=keep_hours,
                    dry_run=True,
                    enforce_retention_duration=False,
                    full=True,
                    keep_versions=[version],
                )
            for name in unneeded:
                (folder / name).unlink(missing_ok=True)
                gone += 1
        return gone

    @contextmanager
    def _log(self, table: str, *, with_files: bool = False) -> Iterator[str]:
        """The table's address for deltalake, which follows links of a folder: an odd path is rebuilt of links."""
        folder = self.folder(table)
        if self._alias is self.root:
            yield str(folder.absolute())
            return
        with tempfile.TemporaryDirectory(prefix="yaad-") as link:
            names = [path.name for path in folder.glob("*.parquet")] if with_files else []
            for name in ["_delta_log", *names]:
                (Path(link) / name).symlink_to(folder / name)
            yield link


def _take_over(source: Lake, theirs: Pin, target: Lake, mine: Pin) -> dict[str, int]:
    """Copy the files of one lake into another; gives the new version of each table there."""
    versions = {}
    for table in sorted(mine.tables.keys() | theirs.tables.keys()):
        parts = source.parts(table, theirs)
        for part in parts:
            path = target.folder(table) / part.name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():  # a file never changes once it is written
                shutil.copyfile(source.folder(table) / part.name, path)
        versions[table] = target.commit(table, mine, parts)
    return versions


def _part(row: dict[str, object]) -> Part:
    """A file as the Delta log tells it."""
    low, high = row.get("min.deal"), row.get("max.deal")
    return Part(
        str(row["path"]),
        rows=int(str(row["num_records"] or 0)),
        low=low if isinstance(low, int) else None,
        high=high if isinstance(high, int) else None,
        size=int(str(row["size_bytes"])),
    )


def _milliseconds(path: Path) -> int:
    return path.stat().st_mtime_ns // 1_000_000


def _add(folder: Path, part: Part) -> AddAction:
    path = folder / part.name
    stats: dict[str, object] = {"numRecords": part.rows}
    if part.low is not None:
        stats |= {"minValues": {"deal": part.low}, "maxValues": {"deal": part.high}}
    return AddAction(part.name, path.stat().st_size, {}, _milliseconds(path), data_change=True, stats=json.dumps(stats))
