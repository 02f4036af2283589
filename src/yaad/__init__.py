"""Yaad, the expert sales consultant in software: target, measured pipeline, diagnosis, action, measured effect.

``yaad.read("deals.csv")`` gives a `Book` in a temporary folder, ``yaad.open("folder")`` the book that is kept there.
Names are imported when they are first used, so that ``import yaad`` costs nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaad.book import Book, ImportReport, read
    from yaad.book import open_book as open  # noqa: A004 - `yaad.open` reads as what it does
    from yaad.errors import BookError, CannotTell, InputError, OpenQuestion, UnknownName, YaadError

__version__ = "0.1.0"

__all__ = [
    "Book",
    "BookError",
    "CannotTell",
    "ImportReport",
    "InputError",
    "OpenQuestion",
    "UnknownName",
    "YaadError",
    "open",
    "read",
]

_BOOK = {"Book": "Book", "ImportReport": "ImportReport", "open": "open_book", "read": "read"}


def __getattr__(name: str) -> object:
    if name in _BOOK:
        import yaad.book

        return getattr(yaad.book, _BOOK[name])
    if name in __all__:
        import yaad.errors

        return getattr(yaad.errors, name)
    raise AttributeError(name)
