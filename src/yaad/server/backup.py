"""A copy of a home in one file, made while people work in it.

The books are copied first, each as its pin says at that moment, then the database in one moment of its own: so every
entry that is in a table is in its journal too, and what was written in between follows from the journal. Files of deals
and links of quotes, which entries name and hold not, are looked through once more after that. Last in the file stands
the manifest: every file with its SHA-256, the rows of the database by table, and the last line of every chain of the
audit log.
"""

import datetime as dt
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.models import Max

from yaad.book.papers import FOLDER as PAPERS
from yaad.book.quote_links import FOLDER as QUOTES
from yaad.errors import BookError
from yaad.facts.pin import NAME as PIN
from yaad.facts.pin import Pin
from yaad.server import digesting, postgres_copies
from yaad.server.acting import as_server
from yaad.server.backup_form import FORMAT, MANIFEST, POSTGRES, SQLITE
from yaad.server.home import Home
from yaad.server.models import AuditEvent, Session
from yaad.server.place import FOLDER, PERSONS
from yaad.server.schema import standing
from yaad.text import Message

LEFT_OUT = frozenset({"jobs.sqlite", "jobs.sqlite-wal", "jobs.sqlite-shm", "secret.key", "write.lock"})
"""Files of a book that belong to the process that runs: its jobs, its key, its lock."""
LOG = re.compile(r"(\d{20})\.(json|checkpoint\.parquet)")
"""Steps of a table's log."""
TRIES = 5
COPY = "copy"
"""The connection to a copied database."""

Json = dict[str, Any]  # values of a manifest are JSON of any kind


def back_up(home: Home, file: Path) -> Json:
    """Copy a home into a new file, readable by its owner alone.

    Args:
        home: whose settings are Django's.
        file: which does not exist yet.

    Returns:
        The manifest.

    Raises:
        BookError: the file is there already, or a book changes faster than it can be copied.
    """
    if file.exists():
        raise BookError(Message("house.backup_there", {"path": str(file)}))
    part = file.with_name(file.name + ".part")
    made_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=home.folder) as work, _opened(part) as tar:
            files: dict[str, Json] = {}
            books = sorted(folder for folder in home.companies.iterdir() if folder.is_dir())
            for folder in books:
                files |= _book(folder, Path(work), tar)
            told = _database(home, Path(work), tar, files)
            for folder in books:
                _named_since(folder, Path(work), tar, files)
            manifest = {"format": FORMAT, "made_at": made_at, "version": version("yaad"), "files": files, **told}
            _text(tar, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        with part.open("rb") as whole:
            os.fsync(whole.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    held = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(held, "wb") as out, tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        yield tar


def _book(folder: Path, work: Path, tar: tarfile.TarFile) -> dict[str, Json]:
    """One book as its pin says now; begun anew when files of it go while they are copied."""
    for _ in range(TRIES):
        into = work / folder.name
        try:
            _copy_book(folder, into)
        except FileNotFoundError:
            shutil.rmtree(into, ignore_errors=True)
            continue
        files: dict[str, Json] = {}
        for path in sorted(one for one in into.rglob("*") if one.is_file()):
            files |= _put(tar, f"companies/{path.relative_to(work)}", path)
        shutil.rmtree(into)
        return files
    raise BookError(Message("house.book_in_motion", {"path": str(folder)}))


def _named_since(folder: Path, work: Path, tar: tarfile.TarFile, files: dict[str, Json]) -> None:
    """Files of deals and links of quotes that came while the rest was copied: an entry of the copy may name them."""
    for path in sorted(one for name in (PAPERS, QUOTES) for one in (folder / name).glob("*")):
        name = f"companies/{folder.name}/{path.parent.name}/{path.name}"
        if name in files or not path.is_file() or path.is_symlink() or not _belongs(path.relative_to(folder), Pin()):
            continue
        copy = work / path.name
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:  # gone with somebody who was erased meanwhile
            continue
        files.update(_put(tar, name, copy))
        copy.unlink()


def _copy_book(folder: Path, into: Path) -> None:
    into.mkdir()
    pin = Pin()
    if (folder / PIN).exists():  # a company that has brought nothing in yet has what it said of itself, and no tables
        text = (folder / PIN).read_text("utf-8")
        pin = Pin.from_json(text)
        (into / PIN).write_text(text, "utf-8")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and name != Path(PIN) and _belongs(name, pin):
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".sqlite":
                copy_sqlite(path, target)
            elif "lake" in name.parts or "originals" in name.parts:
                os.link(path, target)  # never written again
            else:
                shutil.copy2(path, target)


def _belongs(name: Path, pin: Pin) -> bool:
    """Whether a file is part of the book as its pin says, not of a later or unfinished state."""
    if name.name in LEFT_OUT or name.suffix in (".new", ".part") or name.name.endswith(("-wal", "-shm")):
        return False
    if name.parts[:2] == (FOLDER, PERSONS):
        return False
    if name.parts[0] == "lake" and "_delta_log" in name.parts:
        last = pin.tables.get(name.parts[1], -1)
        step = LOG.fullmatch(name.name)
        return int(step[1]) <= last if step else name.name != "_last_checkpoint"
    return True


def copy_sqlite(path: Path, target: Path) -> None:
    """A copy of a SQLite file at one moment, while others write into it."""
    with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself


def _database(home: Home, work: Path, tar: tarfile.TarFile, files: dict[str, Json]) -> Json:
    """The database at one moment, and what is to be known of it."""
    if home.database:
        path = work / "yaad.dump"
        with postgres_copies.at_one_moment(home, path) as using:
            told = _told(using)
        files |= _put(tar, POSTGRES, path)
        return {"database": "postgresql", **told}
    path = work / "yaad.sqlite"
    copy_sqlite(home.folder / "yaad.sqlite", path)
    with _copied(home, path) as using:
        Session.objects.using(using).all().delete()  # nobody is signed in by a copy
        with connections[using].cursor() as cursor:
            cursor.execute("VACUUM")  # nor by what stood in pages that are free by now
        told = _told(using)
    files |= _put(tar, SQLITE, path)
    return {"database": "sqlite", **told}


@contextmanager
def _copied(home: Home, path: Path) -> Iterator[str]:
    """A connection to a copied SQLite database."""
    usual = connections.databases["default"]
    connections.databases[COPY] = {**usual, **home.databases()["default"], "NAME": str(path), "OPTIONS": {}}
    try:
        yield COPY
    finally:
        connections[COPY].close()
        del connections[COPY]
        del connections.databases[COPY]


def _told(using: str) -> Json:
    with as_server():
        last = AuditEvent.objects.using(using).order_by().values_list("company").annotate(Max("seq"))
        heads = [
            AuditEvent.objects.using(using).values_list("company", "seq", "digest").get(company=company, seq=seq)
            for company, seq in last
        ]
        return {
            "steps": list(standing(using).done),
            "counts": digesting.counts(using),
            "tables": digesting.tables(using),
            "chains": [list(head) for head in heads],
        }


def _put(tar: tarfile.TarFile, name: str, path: Path) -> dict[str, Json]:
    tar.add(path, arcname=name, recursive=False)
    return {name: {"sha256": digesting.of_file(path), "bytes": path.stat().st_size}}


def _text(tar: tarfile.TarFile, name: str, text: str) -> None:
    told = text.encode()
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(told), 0o600
    tar.addfile(info, io.BytesIO(told))
