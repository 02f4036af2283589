"""What is found out once for a picture of the facts: not again by the next question, and never for another viewer."""

import datetime as dt
import gc
import weakref
from contextlib import closing

import pytest

from yaad.book import Book
from yaad.measures.pictures import once_a_picture
from yaad.model import SettingEntry, Viewer

ROWS = """\
deal,rep,stage,contact,phone,entered,closed
A1,Ann,Won,Levi,0521111111,2026-01-01,2026-01-09
A2,Ann,Talk,Levi,0522222222,2026-01-02,
B1,Ben,Won,Levi,0523333333,2026-01-05,2026-03-01
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, rep: rep, stage: stage, contact: contact, phone: phone, entered: entered, closed: closed}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""
ANN, BEN = (Viewer(frozenset({name})) for name in ("Ann", "Ben"))
AT = dt.datetime(2026, 3, 20, 8, tzinfo=dt.UTC)


@pytest.fixture
def book(tmp_path):
    table, mapping = tmp_path / "deals.csv", tmp_path / "deals.yaml"
    table.write_text(ROWS, "utf-8")
    mapping.write_text(MAP, "utf-8")
    with closing(Book.create(tmp_path / "book")) as made:
        made.import_files([table], mapping=mapping)
        yield made


@pytest.fixture
def names():
    """The deals of a picture by their ids, and of which pictures that was asked: one entry each time."""
    asked: list[tuple[str, ...]] = []

    @once_a_picture
    def found(scope):
        deals = scope.run(scope.table("deals").select("deal_id").order_by("deal_id"))["deal_id"].to_pylist()
        asked.append(tuple(deals))
        return deals

    found.asked = asked
    return found


def test_the_next_question_of_the_same_picture_asks_nothing(book, names):
    assert [names(book._scope()) for _ in range(5)] == [["A1", "A2", "B1"]] * 5
    assert names(book._scope(by="owner", period="2026-01")) == ["A1", "A2", "B1"]
    assert len(names.asked) == 1


def test_each_viewer_is_told_of_their_own_rows(book, names):
    looks = [(book, ["A1", "A2", "B1"]), (book.seen_by(ANN), ["A1", "A2"]), (book.seen_by(BEN), ["B1"])]
    for _ in range(3):
        for seen, own in looks:
            assert names(seen._scope()) == own
    assert names.asked == [tuple(own) for _, own in looks]


def test_what_was_written_since_and_another_day_are_other_pictures(book, names):
    assert names(book._scope()) == ["A1", "A2", "B1"]
    assert names(book._on(dt.date(2026, 1, 3))._scope()) == ["A1", "A2"]
    book.write(SettingEntry(name="achieved", value='"invoiced"', at=AT, by="Ann", key="said"))
    assert names(book._scope()) == ["A1", "A2", "B1"]
    assert names.asked == [("A1", "A2", "B1"), ("A1", "A2"), ("A1", "A2", "B1")]


def test_nothing_is_held_of_a_picture_that_is_gone(book, names):
    names(book._scope())
    gone = weakref.ref(book.facts)
    book.close()
    gc.collect()
    assert gone() is None
