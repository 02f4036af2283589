"""A full disk, told as what it is, whichever library came upon it."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yaad.errors import BookError, YaadError
from yaad.text import Message

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
SAID = re.compile(r"no space left on device|disk quota exceeded|file too large|disk is full", re.IGNORECASE)
"""How DuckDB, deltalake and SQLite say it: they give no number of the error."""


@contextmanager
def told_when_full(root: Path) -> Iterator[None]:
    """Say that the disk is full where that is why something could not be written.

    Args:
        root: the folder of the book.

    Raises:
        BookError: the disk is full, or the limit of this account is reached.
    """
    try:
        yield
    except YaadError:
        raise
    except Exception as error:
        if is_full(error):
            raise BookError(Message("book.disk_full", {"path": str(root)})) from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether this happened because there is no more room.

    >>> is_full(OSError(28, "No space left on device")), is_full(ValueError("no such column"))
    (True, False)
    """
    return (isinstance(error, OSError) and error.errno in FULL) or bool(SAID.search(str(error)))
