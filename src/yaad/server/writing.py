"""Whoever writes in a company does so alone, pages and programs alike: nothing comes between a look and the entry."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypedDict, TypeVar

from yaad.book import Book
from yaad.server.scoping import current
from yaad.server.state import opened

Done = TypeVar("Done")

_alone: dict[str, threading.RLock] = {}


class Stamp(TypedDict):
    """Who writes, and when."""

    at: dt.datetime
    by: str


def stamp() -> Stamp:
    """Who writes, and when: an act is stamped with the time of the act."""
    return Stamp(at=dt.datetime.now(dt.UTC), by=current().name)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Alone among those who write in the company, as long as this lasts; who is alone already goes on.

    Take it before a place is waited for and before the database is written, never inside of either: whoever is alone
    may wait for both.
    """
    with _alone.setdefault(current().company, threading.RLock()):
        yield


def write_once(work: Callable[[Book], Done]) -> Done:
    """Do what writes into the book of the company, alone.

    Args:
        work: looks at the book as it is now, and writes.
    """
    with one_at_a_time():
        return opened().shelf.once(work)
