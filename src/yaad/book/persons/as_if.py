"""What an erasing would find, before anything is begun."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from yaad.book.persons.cleaning import Cleaner
from yaad.book.persons.finding import Found
from yaad.book.persons.marks import Marks

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Nobody is erased by this."""


@contextmanager
def as_if_erased(found: Found) -> Iterator[Cleaner]:
    """What erasing somebody would find, without writing anything: what is taken out is what would be erased."""
    with tempfile.TemporaryDirectory(prefix="yaad-person-") as folder:
        marks = Marks(Path(folder))
        marks.add(found.values, NEVER, found.country)
        yield Cleaner(marks)
