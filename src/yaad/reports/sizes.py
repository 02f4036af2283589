"""How much a book holds."""

from yaad.book import Book
from yaad.model import SCHEMAS


def table_sizes(book: Book) -> dict[str, int]:
    """How many rows each table of a book has."""
    facts = book.facts
    return {
        name: facts.run(facts.table(name).aggregate(n=facts.table(name).count()))["n"][0].as_py() for name in SCHEMAS
    }
