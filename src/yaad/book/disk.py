"""Files that appear whole or not at all; a full disk, told as what it is, whichever library came upon it."""

import errno
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yaad.errors import BookError, YaadError
from yaad.text import Message

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
SAID = re.compile(r"no space left on device|disk quota exceeded|file too large|disk is full", re.IGNORECASE)
"""How DuckDB, deltalake, SQLite and XlsxWriter say it: they give no number of the error."""
OF_SQLITE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""What SQLite calls it where it says no more than "disk I/O error"."""
OF_A_JOB = "yaad-job-"
"""The folder in which a job keeps its temporary files is called so; it goes with the job."""
BOOK, FILE = "book.disk_full", "book.disk_full_file"
"""What is said where the book was written to, and where a file was that is handed over."""


@contextmanager
def told_when_full(folder: Path, said: str = BOOK) -> Iterator[None]:
    """Say that the disk is full where that is why something could not be written.

    Args:
        folder: where it is written.
        said: key of the sentence; it names the folder that is full.

    Raises:
        BookError: the disk is full, or the limit of this account is reached.
    """
    try:
        yield
    except YaadError:
        raise
    except Exception as error:
        if is_full(error):
            _let_go(error)
            raise BookError(Message(said, {"path": str(full_one(folder))})) from error
        raise


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A place to write to; it takes the name `path` once all is written, and goes when that fails.

    Raises:
        BookError: the disk is full.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")  # two processes may write the same at once
    try:
        with told_when_full(path.parent, FILE):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _let_go(error: BaseException) -> None:
    """Let go of what was being written: a half archive tries once more to be written when it goes, and says so."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        seen: BaseException | None = error
        while seen is not None:
            traceback.clear_frames(seen.__traceback__)
            seen = seen.__context__
    finally:
        sys.unraisablehook = hook


def is_full(error: BaseException) -> bool:
    """Whether this happened because there is no more room.

    >>> is_full(OSError(28, "No space left on device")), is_full(ValueError("no such column"))
    (True, False)
    """
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) in OF_SQLITE
    return (isinstance(error, OSError) and error.errno in FULL) or bool(SAID.search(str(error)))


def full_one(folder: Path) -> Path:
    """The folder that is full: the one that is written to, or that of temporary files where it has less room left."""
    temporary = Path(tempfile.gettempdir())
    if temporary.name.startswith(OF_A_JOB):
        temporary = temporary.parent
    there = next((place for place in (folder, *folder.absolute().parents) if place.is_dir()), temporary)
    same_disk = os.stat(there).st_dev == os.stat(temporary).st_dev  # noqa: PTH116 - one kind of path for both
    if same_disk or shutil.disk_usage(there).free <= shutil.disk_usage(temporary).free:
        return folder
    return temporary
