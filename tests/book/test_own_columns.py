"""The company's own columns of deals: which there are, and what deals say there."""

import datetime as dt
from contextlib import closing

import pytest

from yaad.book import Book
from yaad.book.deals import own_columns_of, own_values_of
from yaad.errors import Withheld
from yaad.measures.opted_out import Handles
from yaad.model import Viewer

MAPPING = """kind: deals
columns: {id: id, contact: customer, phone: phone, owner: rep, stage: stage, created: created}
stages: [Meeting, {name: Won, type: won}]
zone: UTC
dates: iso
"""
ROWS = """id,customer,phone,rep,stage,created,Colour,Asked by
D1,Dana,050-1234567,Ann,Meeting,2026-01-05,white,
D2,Ron,052-7654321,Ben,Meeting,2026-02-05,,050-1234567 of Dana
"""
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "deals.csv").write_text(ROWS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAPPING, "utf-8")
    with closing(Book.create(tmp_path / "book")) as made:
        made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    return tmp_path / "book"


def test_what_files_tell_beyond_our_columns_is_told_of_the_deals_that_are_seen(root):
    with closing(Book.open(root)) as book:
        assert own_columns_of(book) == ["Asked by", "Colour"]
        assert own_values_of(book, ["D1", "D2"], ["Colour"]) == {"D1": {"Colour": "white"}, "D2": {}}
        assert own_values_of(book, ["D2"], ["Asked by"])["D2"] == {"Asked by": "050-1234567 of Dana"}
    with closing(Book.open(root, viewer=Viewer(frozenset({"Ben"})))) as book:
        assert own_values_of(book, ["D1", "D2"], ["Colour"]) == {"D2": {}}
    with closing(Book.open(root, viewer=Viewer(persons=False))) as book, pytest.raises(Withheld):
        own_columns_of(book)


def test_a_number_of_who_asks_not_to_be_called_is_in_none(root):
    with closing(Book.open(root)) as book:
        book.opt_out(Handles(frozenset({"+972501234567"})), "calls", at=AT, by="Ann")
        assert own_values_of(book, ["D2"], ["Asked by"])["D2"] == {}
