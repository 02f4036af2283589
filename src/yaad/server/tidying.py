"""What was kept long enough goes: what imports left beside the book, files of imports that were taken back, backups.

What the book is made of stays as long as the book: originals of its imports, mappings, the journal. The audit log stays
too; no rule asks for less than two years of it, and none of its lines names a person in words.
"""

import datetime as dt
import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from yaad.book import Book
from yaad.book.persons import Marks
from yaad.errors import InputError
from yaad.facts import Lake
from yaad.server import audit, persons
from yaad.server.backup_form import MANIFEST
from yaad.server.home import Home
from yaad.server.models import Company
from yaad.server.place import Place
from yaad.server.uploads import Uploads
from yaad.text import Message

USUAL_DAYS, USUAL_BACKUP_DAYS = 730, 35
LEAST_DAYS = 30
BESIDE = ("rejects", "differences")


@dataclass(frozen=True)
class Tidied:
    """What went, and what was done to its end.

    Attributes:
        files: files of books.
        backups: files of backups.
        erased: companies in which an erasing that was broken off was done to its end.
    """

    files: int = 0
    backups: int = 0
    erased: int = 0


def tidy(
    home: Home,
    now: dt.datetime,
    *,
    days: int = USUAL_DAYS,
    backups: Path | None = None,
    backup_days: int = USUAL_BACKUP_DAYS,
) -> Tidied:
    """Delete what was kept long enough, in every company of a home.

    Args:
        home: whose settings are Django's.
        now: the moment it is.
        days: how long refused rows, differences and files of imports that were taken back are kept.
        backups: a folder of backups; None: none is looked at.
        backup_days: how long a backup is kept.

    Raises:
        InputError: so short a time cannot be meant.
        BookError: a book is being written to.
    """
    if min(days, backup_days) < LEAST_DAYS:
        raise InputError(Message("person.too_short", {"least": LEAST_DAYS}))
    files = erased = 0
    for company in Company.objects.order_by("pk"):
        root = home.company(company.pk)
        if not Lake.exists(root):
            continue
        if Marks(root).unfinished:
            persons.go_on(company.pk)
            erased += 1
        files += _book(root, now - dt.timedelta(days=days))
    gone = _backups(backups, now - dt.timedelta(days=backup_days)) if backups else 0
    with transaction.atomic():
        audit.record(None, None, "home.tidied", "", {"files": files, "backups": gone, "days": days})
    return Tidied(files, gone, erased)


def _book(root: Path, before: dt.datetime) -> int:
    Uploads(Place(root).uploads).sweep()
    gone = 0
    with Lake.open(root).writer("tidy"), closing(Book.open(root)) as book:  # a file may be brought in again meanwhile
        records = book.imports()
        needed = {file.sha256 for record in records for file in record.files}
        made = {record.name for record in records}
        for name in BESIDE:
            gone += sum(_delete(path, before) for path in _files(root / name))
        gone += sum(_delete(path, before) for path in _files(root / "originals") if path.name not in needed)
        gone += sum(_delete(path, before) for path in _files(root / "imports") if path.stem not in made)
    return gone


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _delete(path: Path, before: dt.datetime) -> bool:
    if path.stat().st_mtime >= before.timestamp():
        return False
    path.unlink()
    return True


def _backups(folder: Path, before: dt.datetime) -> int:
    """Only what is a backup of ours goes, whatever else lies in the folder."""
    old = [path for path in _files(folder) if path.stat().st_mtime < before.timestamp()]
    return sum(_delete(path, before) for path in old if _is_backup(path))


def _is_backup(path: Path) -> bool:
    try:
        with tarfile.open(path, "r:gz") as file:
            return any(member.name == MANIFEST for member in file)
    except (OSError, tarfile.TarError, EOFError):
        return False
