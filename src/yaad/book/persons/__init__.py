"""One person in a book: found, taken out as a file, erased so that they stay erased."""

from yaad.book.persons.finding import Found, Part, find
from yaad.book.persons.marks import FILE, KEY, Erased, Marks, last_erasing

__all__ = ["FILE", "KEY", "Erased", "Found", "Marks", "Part", "find", "last_erasing"]
