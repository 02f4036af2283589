"""The journal: what people wrote, entry after entry. It only ever grows.

It lies in the book's folder, unless a file there says that somebody else keeps it, such as the server's database.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from yaad.errors import BookError, InputError
from yaad.model import DealEntry, Entry
from yaad.model.entries import entry_from_json
from yaad.text import Message

NAME = "journal.sqlite"
ELSEWHERE = "journal.json"
"""In the book's folder: who keeps the journal, and under which name."""
FILES = frozenset({NAME, ELSEWHERE})
LONGEST_KEY = 200
"""Letters of an idempotency key."""
ALL = -1
"""As SQLite says it, there is no limit."""
OF_SUBJECTS = "SELECT seq, body FROM entries WHERE deal_id IN ($marks)"
PART = 500
"""Deals asked for at once: a database takes only so many values in one query."""
COMPANY = ""
"""In the column of deals: the entry is about the company."""
TABLES = (
    """CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, deal_id TEXT NOT NULL, body TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS entries_of_deal ON entries (deal_id)",
    "CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'append only'); END",
    "CREATE TRIGGER IF NOT EXISTS entries_last BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'append only'); END",
    # a row that another one would replace goes without a word to other triggers
    """CREATE TRIGGER IF NOT EXISTS entries_grow BEFORE INSERT ON entries
    WHEN EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq OR key = NEW.key)
    BEGIN SELECT RAISE(ABORT, 'append only'); END""",
)


class KeyTaken(InputError):
    """An entry with this key is kept already, and it says something else."""


class Journal(Protocol):
    """Where entries are kept: a file, or the server's database."""

    @property
    def last_seq(self) -> int:
        """Number of the last entry; 0 when there is none."""
        ...

    def append(self, entry: Entry) -> Entry:
        """Keep an entry for good and give it its number; of a key that is known, the entry already kept.

        Raises:
            KeyTaken: the key is known, of an entry that says something else; nothing is written.
            InputError: the key is too long.
        """
        ...

    def afterwards(self, work: Callable[[], None]) -> None:
        """Do some work once what was appended is kept for good; never where it is taken back."""
        ...

    def kept(self, key: str) -> Entry | None:
        """The entry with this key; None where there is none."""
        ...

    def since(self, seq: int, most: int | None = None) -> list[Entry]:
        """Entries after number `seq`, in order: the first so many of them, all where nothing is said."""
        ...

    def of(self, deal_ids: Iterable[str]) -> list[DealEntry]:
        """All entries of some deals, in order."""
        ...

    def of_company(self) -> list[Entry]:
        """All entries that are about no deal, in order."""
        ...


class SqliteJournal:
    """The journal in one SQLite file, made with the first entry. May be used from several threads and processes.

    When `append` returns, the entry survives a kill and a power cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    @property
    def last_seq(self) -> int:
        """See `Journal.last_seq`."""
        if not self.path.exists():
            return 0
        with self._open() as file:
            return int(file.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()[0])

    def append(self, entry: Entry) -> Entry:
        """See `Journal.append`."""
        fitting(entry)
        with self._open() as file:
            file.execute("BEGIN IMMEDIATE")
            try:
                row = file.execute("SELECT seq, body FROM entries WHERE key = ?", (entry.key,)).fetchone()
                if row is None:
                    row = file.execute(
                        "INSERT INTO entries (key, deal_id, body) VALUES (?, ?, ?) RETURNING seq, body",
                        (entry.key, entry.subject, entry.to_json()),
                    ).fetchone()
                file.execute("COMMIT")
            except BaseException:
                if file.in_transaction:  # a full disk has ended it already
                    file.execute("ROLLBACK")
                raise
        return kept_for(entry, entry_from_json(row[1], row[0]))

    def afterwards(self, work: Callable[[], None]) -> None:
        """See `Journal.afterwards`."""
        work()

    def kept(self, key: str) -> Entry | None:
        """See `Journal.kept`."""
        if not self.path.exists():
            return None
        with self._open() as file:
            row = file.execute("SELECT seq, body FROM entries WHERE key = ?", (key,)).fetchone()
        return None if row is None else entry_from_json(row[1], row[0])

    def since(self, seq: int, most: int | None = None) -> list[Entry]:
        """See `Journal.since`."""
        if not self.path.exists():
            return []
        with self._open() as file:
            asked = "SELECT seq, body FROM entries WHERE seq > ? ORDER BY seq LIMIT ?"
            rows = file.execute(asked, (seq, ALL if most is None else most)).fetchall()
        return [entry_from_json(body, number) for number, body in rows]

    def of(self, deal_ids: Iterable[str]) -> list[DealEntry]:
        """See `Journal.of`."""
        entries = self._about(sorted(set(deal_ids) - {COMPANY}))
        return [entry for entry in entries if isinstance(entry, DealEntry)]

    def of_company(self) -> list[Entry]:
        """See `Journal.of_company`."""
        return self._about([COMPANY])

    def _about(self, subjects: Iterable[str]) -> list[Entry]:
        """All entries about these, in order."""
        if not self.path.exists():
            return []
        found: list[Entry] = []
        asked = list(subjects)
        with self._open() as file:
            for start in range(0, len(asked), PART):
                part = asked[start : start + PART]
                rows = file.execute(OF_SUBJECTS.replace("$marks", ", ".join("?" * len(part))), part).fetchall()
                found += [entry_from_json(body, number) for number, body in rows]
        return sorted(found, key=lambda entry: entry.seq)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One connection a call: nothing is shared between threads."""
        file = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            file.execute("PRAGMA synchronous = FULL")
            if not file.execute("SELECT count(*) FROM sqlite_master WHERE name = 'entries_grow'").fetchone()[0]:
                file.execute("PRAGMA journal_mode = WAL")  # stays with the file: readers do not wait for a writer
                for statement in TABLES:
                    file.execute(statement)
            yield file
        finally:
            file.close()


def fitting(entry: Entry) -> None:
    """Refuse an entry whose key no journal would hold.

    Raises:
        InputError: the key is empty or too long.
    """
    if not 0 < len(entry.key) <= LONGEST_KEY or "\0" in entry.key:
        raise InputError(Message("journal.bad_key", {"most": LONGEST_KEY}))


def kept_for(entry: Entry, kept: Entry) -> Entry:
    """What is kept under the key of an entry, where it is this one.

    Raises:
        KeyTaken: it says something else.
    """
    if not kept.says_the_same(entry):
        raise KeyTaken(Message("journal.key_taken", {"key": entry.key, "number": kept.seq}))
    return kept


_keepers: dict[str, Callable[[str], Journal]] = {}


def register_keeper(keeper: str, opener: Callable[[str], Journal]) -> None:
    """Say how to open the journals that somebody keeps outside of the books' folders.

    Args:
        keeper: such as ``server``.
        opener: the journal of a name.
    """
    _keepers[keeper] = opener


def is_kept_elsewhere(root: Path) -> bool:
    """Whether the folder says so of its journal."""
    return (root / ELSEWHERE).is_file()


def keep_elsewhere(root: Path, keeper: str, name: str) -> None:
    """Say, before anything is written into a book, that its journal is kept by somebody else."""
    root.mkdir(parents=True, exist_ok=True)
    new = root / f"{ELSEWHERE}.new"
    with new.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"keeper": keeper, "name": name}))
        file.flush()
        os.fsync(file.fileno())
    new.replace(root / ELSEWHERE)  # half of it would send what people write into another journal


def journal_of(root: Path) -> Journal:
    """The journal of the book in a folder.

    Raises:
        BookError: somebody else keeps it whom this process does not know.
    """
    try:
        said = json.loads((root / ELSEWHERE).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return SqliteJournal(root / NAME)
    if said["keeper"] not in _keepers:
        raise BookError(Message("facts.journal_elsewhere", {"path": str(root), "keeper": said["keeper"]}))
    return _keepers[said["keeper"]](said["name"])
