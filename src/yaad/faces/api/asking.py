"""Questions to the book of a company: one that holds nothing yet is told so, and who writes is stamped."""

import datetime as dt
from typing import TypedDict

from yaad.errors import BookError
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.text import Message


class Stamp(TypedDict):
    """Who writes, and when."""

    at: dt.datetime
    by: str


def stamp() -> Stamp:
    """Who writes, and when; a face may read the clock."""
    return Stamp(at=dt.datetime.now(dt.UTC), by=current().name)


def not_empty() -> None:
    """Go on only in a book that holds something.

    Raises:
        BookError: nothing was imported yet.
    """
    if opened().shelf.book.is_empty:
        raise BookError(Message("api.empty"))
