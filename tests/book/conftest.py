"""A book of the six deals of each of five people, which tests write into; and the demo company, to be asked."""

from contextlib import closing

import pytest
from tests.people import EVENTS, rows

from yaad.book import Book
from yaad.demo import write_company


@pytest.fixture
def book(tmp_path):
    (tmp_path / "events.csv").write_text("\n".join(rows("here")), "utf-8")
    (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
    with closing(Book.create(tmp_path / "book")) as made:
        made.import_files([tmp_path / "events.csv"], mapping=tmp_path / "events.yaml")
    with closing(Book.open(tmp_path / "book")) as opened:
        yield opened


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with closing(Book.create(folder / "book")) as book:
        for export in write_company(folder / "files", "en"):
            book.import_files([export.path], mapping=export.mapping, kind=export.kind)
        yield book
