"""Where the server keeps what is its own, beside the book's facts: its key, its jobs, what was uploaded."""

import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = "server"
PERSONS = "persons"
KEY_BYTES = 48


@dataclass(frozen=True)
class Place:
    """The server's folder inside the folder of a book.

    Attributes:
        book: the folder of the book.
    """

    book: Path

    @property
    def folder(self) -> Path:
        """Made on first use, readable by its owner alone."""
        path = self.book / FOLDER
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    @property
    def jobs(self) -> Path:
        """The database of jobs."""
        return self.folder / "jobs.sqlite"

    @property
    def uploads(self) -> Path:
        """Where uploaded files wait until they are imported; outside of anything that is served."""
        path = self.folder / "uploads"
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    @property
    def persons(self) -> Path:
        """Where what was asked of persons waits until it is fetched; gone whenever somebody is erased, in no backup."""
        return self.folder / PERSONS

    @cached_property
    def secret_key(self) -> str:
        """The key that signs sessions: made once for each book, never a default, never in the code."""
        path = self.folder / "secret.key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(KEY_BYTES), "ascii")
        key = path.read_text("ascii").strip()
        if len(key) < KEY_BYTES:
            path.unlink()
            raise ValueError(path)
        return key

    @property
    def name(self) -> str:
        """A short name of this place: cookies of two servers on one machine share their host, so they carry it."""
        return hashlib.sha256(str(self.book.resolve()).encode()).hexdigest()[:8]
