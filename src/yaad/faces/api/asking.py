"""Questions to the book of the company: its answer kept until the data change, also as of an earlier day."""

import datetime as dt
from collections.abc import Callable
from contextlib import closing

from yaad.book import Book
from yaad.errors import BookError
from yaad.faces.api.declared import computed
from yaad.faces.api.parameters import day, lang
from yaad.server.state import opened
from yaad.show import Result
from yaad.show.results import Json
from yaad.text import Message


def ask(name: str, question: Callable[[Book], Result], *about: object, as_of: dt.date | None = None) -> Json:
    """The JSON object of a result, as every face gives it.

    Args:
        name: of the question.
        question: to the book.
        about: what it is about; with `name` it tells one question from another.
        as_of: the day to see the book from; the data's own when absent.

    Raises:
        BookError: nothing was imported yet.
    """
    seen = day(as_of, "as_of")

    def asked(book: Book) -> Result:
        if seen is None:
            return question(book)
        with closing(Book.open(book.root, as_of=seen, viewer=book.viewer)) as past:
            return question(past)

    not_empty()
    known = opened().shelf.once(computed)
    result: Result = opened().shelf.ask(f"api {name}", asked, seen, known, *about)
    return result.to_dict(lang())


def not_empty() -> None:
    """Go on only in a book that holds something.

    Raises:
        BookError: nothing was imported yet.
    """
    if opened().shelf.book.is_empty:
        raise BookError(Message("api.empty"))
