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

    Jobs that bring files in, take imports back or erase run in processes of their own and do not take it. They need
    not: they write no entries, and whoever is alone here writes nothing but entries and measures of the company's own.

    - An import makes new files of the lake and names them in its last step, under the lake's own lock of writers. What
      is written meanwhile has a higher number than the pin names, and counts on top of the new tables like before.
    - A picture of the facts holds the files and the entries of one moment; the look before an entry may be of that
      before an import. The entry is true all the same: it names a deal by its id, and says one thing of it. The fold
      decides by day and number what stands, whichever of the two came first, and the same in a book made anew.
    - The tail is folded in after an entry only where nobody else writes into the lake; else a later entry does it.
    - A deal that an import takes back while something is written of it keeps its entries; they wait until it comes
      again.
    - What is written of a person while they are erased is found by the look at the end; then it is done once more.
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
