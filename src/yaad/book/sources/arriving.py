"""A file on its way from elsewhere: written beside its place, counted, hashed, and cut off where it is too much."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from yaad.book.sources.outgoing import PUBLIC, Outgoing
from yaad.book.sources.patience import Wait
from yaad.errors import InputError
from yaad.text import Message

CHUNK = 1 << 18
MEGABYTE = 1_000_000
MINUTE = 60.0
LONGEST_NAME = 120


@dataclass(frozen=True)
class Outside:
    """What fetching needs of the world.

    Attributes:
        way: the way out.
        wait: called with seconds where patience is asked for.
        clock: seconds of a clock that only goes on.
        most_bytes: of one file.
        longest: seconds that one file may take.
    """

    way: Outgoing = PUBLIC
    wait: Wait = time.sleep
    clock: Callable[[], float] = time.monotonic
    most_bytes: int = 2_000 * MEGABYTE
    longest: float = 30 * MINUTE


@dataclass(frozen=True)
class Known:
    """What is known of the file that came last, by which an unchanged one is told.

    Attributes:
        place: where it came from.
        etag, modified: as the server gave them; HTTP.
        size, mtime: in bytes and seconds; SFTP.
        sha256: of its content.
    """

    place: str = ""
    etag: str = ""
    modified: str = ""
    size: int = -1
    mtime: int = -1
    sha256: str = ""


@dataclass(frozen=True)
class Fetched:
    """A file that came whole.

    Attributes:
        path: where it lies, under its own name.
        known: by which it is known again.
    """

    path: Path
    known: Known


@dataclass
class Receiving:
    """A file being written.

    Args:
        source: the name of the source.
        path: of the file; what stood there is written over.
        outside: the limits and the clock.
    """

    source: str
    path: Path
    outside: Outside
    size: int = 0
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.outside.clock()
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in ("sha256", "md5")}
        self.path.write_bytes(b"")

    def add(self, chunk: bytes) -> None:
        """The next part.

        Raises:
            InputError: the file is larger than may be, or takes longer.
        """
        self.size += len(chunk)
        if self.size > self.outside.most_bytes:
            raise self.too_large()
        if self.outside.clock() - self._began > self.outside.longest:
            raise self.too_slow()
        for one in self._hashes.values():
            one.update(chunk)
        with self.path.open("ab") as file:
            file.write(chunk)

    def too_large(self) -> InputError:
        """It has more bytes than a file may have."""
        return self._no("get_large", self.outside.most_bytes // MEGABYTE)

    def too_slow(self) -> InputError:
        """It takes longer than a file may take."""
        return self._no("get_slow", int(self.outside.longest // MINUTE))

    def _no(self, key: str, n: int) -> InputError:
        return InputError(Message(f"sources.{key}", {"system": self.source, "n": n}))

    def digest(self, name: str) -> bytes:
        """The hash of what came, ``sha256`` or ``md5``."""
        return self._hashes[name].digest()


def own_name(told: str, otherwise: str) -> str:
    r"""A file's name without anything that leads elsewhere.

    >>> (
    ...     own_name("../../etc/passwd", "x"),
    ...     own_name("C:\\a\\deals.csv", "x"),
    ...     own_name("..", "x"),
    ...     own_name("a%20b.csv", "x"),
    ... )
    ('passwd', 'deals.csv', 'x', 'a b.csv')
    """
    last = unquote(told).replace("\\", "/").rpartition("/")[2]
    fine = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip().lstrip(".~")
    if len(fine.encode()) > LONGEST_NAME:
        stem, dot, ending = fine.rpartition(".")
        short = (stem or ending).encode()[: LONGEST_NAME - 20].decode(errors="ignore")
        fine = short + (dot + ending if stem and len(ending.encode()) < 20 else "")
    return fine or otherwise
