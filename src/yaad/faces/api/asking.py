"""Questions to the book of a company: one that holds nothing yet is told so."""

from yaad.errors import BookError
from yaad.server.state import opened
from yaad.text import Message


def not_empty() -> None:
    """Go on only in a book that holds something.

    Raises:
        BookError: nothing was imported yet.
    """
    if opened().shelf.book.is_empty:
        raise BookError(Message("api.empty"))
