"""What a running server holds: its shelf, its jobs, its uploads; opened once, asked by the views."""

from dataclasses import dataclass

from yaad.server.jobs import Jobs
from yaad.server.place import Place
from yaad.server.shelf import Shelf
from yaad.server.uploads import Uploads


@dataclass(frozen=True)
class Opened:
    """The three of one place."""

    place: Place
    shelf: Shelf
    jobs: Jobs
    uploads: Uploads


_opened: list[Opened] = []


def open_place(place: Place) -> Opened:
    """Open a place; it is the one that `opened` gives from now on."""
    close()
    opened_now = Opened(place, Shelf(place.book), Jobs(place.jobs), Uploads(place.uploads))
    opened_now.uploads.sweep()
    _opened.append(opened_now)
    return opened_now


def opened() -> Opened:
    """What is open.

    Raises:
        IndexError: nothing is.
    """
    return _opened[-1]


def close() -> None:
    """End the jobs and let go of the book."""
    while _opened:
        last = _opened.pop()
        last.jobs.close()
        last.shelf.close()
