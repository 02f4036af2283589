"""One writer a book: a lock that the operating system gives back when its holder dies."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yaad.errors import BookError
from yaad.text import Message

NAME = "write.lock"


@contextmanager
def writer_lock(root: Path, purpose: str) -> Iterator[None]:
    """Hold the right to write in `root`; the file says who does and what for.

    Raises:
        BookError: somebody else is writing.
    """
    with (root / NAME).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BookError(_busy(file.name)) from None
        file.truncate(0)
        file.write(json.dumps({"process": os.getpid(), "purpose": purpose}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
            file.flush()
            fcntl.flock(file, fcntl.LOCK_UN)


def _busy(path: str) -> Message:
    """Who is writing, as far as the lock file tells."""
    try:
        holder = json.loads(Path(path).read_text("utf-8"))
        return Message("facts.busy", {"process": str(holder["process"]), "purpose": str(holder["purpose"])})
    except (ValueError, KeyError, TypeError):
        return Message("facts.busy_plain")
