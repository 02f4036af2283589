"""A folder of temporary files that lives as long as the process that made it, however that one ends."""

import fcntl
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO

PREFIX = "yaad-large-"
LOCK = "held"
"""A file that the process holds locked: the system gives the lock back when it dies."""


class Room:
    """The folder; it goes with this object, with the process, or – where that was killed – when the next one is made.

    Attributes:
        path: where it stands.
    """

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = (self.path / f"{LOCK}.new").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        (self.path / f"{LOCK}.new").rename(self.path / LOCK)  # nobody sees it before it is locked
        self._leave = weakref.finalize(self, _leave, self.path, lock)

    def close(self) -> None:
        """Take the folder away."""
        self._leave()


def _leave(path: Path, lock: IO[str]) -> None:
    shutil.rmtree(path, ignore_errors=True)
    lock.close()


def _sweep(folder: Path) -> None:
    """Take away what processes left that were killed."""
    for path in folder.glob(f"{PREFIX}*"):
        with suppress(OSError), (path / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises while its process lives
            shutil.rmtree(path, ignore_errors=True)
