"""One company's book of business: facts bound to stages, zone and day. The only door for all that follows."""

from yaad.book.book import Book, open_book, read
from yaad.book.imports import ImportRecord
from yaad.book.reports import ImportReport, ImportsMade

__all__ = ["Book", "ImportRecord", "ImportReport", "ImportsMade", "open_book", "read"]
