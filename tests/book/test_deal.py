"""A deal of a book: what people said of closing it stays through undo, other days and a rebuild; old words are read."""

import datetime as dt
import json

import pytest

import yaad
from yaad.errors import Changed, InputError, UnknownName
from yaad.model import LoseEntry, Viewer, WinEntry
from yaad.model.entries import entry_from_json

EVENTS = """\
deal,stage,at,owner,amount
A,New,2026-01-01,Noa,900
A,Quote,2026-01-05,Noa,900
B,New,2026-01-02,Gil,
B,Lost,2026-01-08,Gil,
"""
MAP = """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at, owner: owner, amount: amount}
stages: [New, Quote, {name: Won, type: won}, {name: Signed, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""


def at(day):
    return dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC)


@pytest.fixture
def book(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    made = yaad.Book.create(tmp_path / "book")
    made.import_files([tmp_path / "events.csv"], mapping=tmp_path / "map.yaml")
    return made


def lines(book, deal="A"):
    return [(one.kind.value, one.reason, one.done_well, one.text) for one in book.deal(deal).content.happened]


def test_why_it_was_won_and_what_was_done_well_stay(book):
    won = book.win("A", at=at(9), by="Noa", reason="Price", done_well="Fast\nKind", to_stage="Signed")
    assert lines(book)[0] == ("won", "Price", "Fast\nKind", "")
    assert book.facts.deal("A")["stage"] == "Signed"
    book.rebuild()
    assert lines(book)[0] == ("won", "Price", "Fast\nKind", "")
    past = yaad.open(book.root, as_of=dt.date(2026, 1, 8))
    assert [one[0] for one in lines(past)] == ["moved", "came"]
    assert past.deal("A").content.is_open
    book.undo("A", won.seq, at=at(9), by="Noa")
    assert [one[0] for one in lines(book)] == ["moved", "came"]
    book.undo("A", won.seq + 1, at=at(9), by="Noa")
    assert lines(book)[0][0] == "won"


def test_why_it_was_lost_is_said_in_two_ways(book):
    book.lose("A", at=at(9), by="Noa", reason="Price", text="Too dear for them")
    assert lines(book)[0] == ("lost", "Price", "", "Too dear for them")
    assert book.facts.deal("A")["lost_reason"] == "Price"
    assert book.closing_words().lost == ("Price",)


def test_entries_of_earlier_days_are_read():
    written = {"kind": "win", "at": "2026-01-09T12:00:00+00:00", "by": "Noa", "key": "k", "deal_id": "A",
               "to_stage": "Won", "reason": "Price", "amount": None}  # fmt: skip
    won = entry_from_json(json.dumps(written), 3)
    assert isinstance(won, WinEntry)
    assert (won.reason, won.done_well, won.seq) == ("Price", "", 3)
    lost = entry_from_json(json.dumps({**written, "kind": "lose"}), 4)
    assert isinstance(lost, LoseEntry)
    assert (lost.reason, lost.text) == ("Price", "")


def test_a_stage_of_another_kind_closes_nothing(book):
    with pytest.raises(InputError, match="Lost does not end"):
        book.win("A", at=at(9), by="Noa", to_stage="Lost")
    with pytest.raises(UnknownName):
        book.lose("A", at=at(9), by="Noa", to_stage="Nowhere")
    with pytest.raises(Changed, match="stands in Quote"):
        book.win("A", at=at(9), by="Noa", seen="New")
    assert lines(book)[0][0] == "moved"


def test_a_column_is_changed_only_as_it_was_seen(book):
    book.change("A", {"amount": "1,000"}, at=at(9), by="Noa", seen={"amount": "900"})
    with pytest.raises(Changed, match="1000 by now"):
        book.change("A", {"amount": "1,100"}, at=at(9), by="Noa", seen={"amount": "900"})
    change = book.deal("A").content.happened[0].changes[0]
    assert (change.field, change.before, change.after) == ("amount", "900", "1000")
    book.change("A", {"contact": "Rut"}, at=at(9), by="Noa", seen={"contact": None})


def test_a_deal_is_told_to_who_sees_it(book):
    noa = book.seen_by(Viewer(frozenset({"Noa"})))
    assert noa.deal("A").content.name == "A"
    with pytest.raises(UnknownName):
        noa.deal("B")
    book.win("A", at=at(9), by="Noa", reason="Price", done_well="Fast")
    gil = book.seen_by(Viewer(frozenset({"Gil"})))
    assert gil.closing_words().won == ()
    assert noa.closing_words().done_well == ("Fast",)


def test_a_deal_that_was_written_down_is_told_from_its_beginning(book):
    made = book.write_down("New", {"account": "Oak"}, at=at(9), by="Noa", key="k")
    [line] = book.deal(made.deal_id).content.happened
    assert (line.kind.value, line.stage, line.number) == ("came", "New", made.seq)
