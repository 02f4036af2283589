"""A book of the six deals of each of five people, which tests of what is written on deals write into."""

from contextlib import closing

import pytest
from tests.people import EVENTS, rows

from yaad.book import Book


@pytest.fixture
def book(tmp_path):
    (tmp_path / "events.csv").write_text("\n".join(rows("here")), "utf-8")
    (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
    with closing(Book.create(tmp_path / "book")) as made:
        made.import_files([tmp_path / "events.csv"], mapping=tmp_path / "events.yaml")
    with closing(Book.open(tmp_path / "book")) as opened:
        yield opened
