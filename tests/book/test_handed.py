"""Whom an inquiry waits for since it was handed on: counted by hand, entry by entry."""

import datetime as dt
from contextlib import closing

import pytest
from tests.people import EVENTS

from yaad.book import Book
from yaad.book.handed import handed_on
from yaad.book.morning import inquiries_of
from yaad.model import ActEntry, ChangeEntry, CreateEntry, MoveEntry, NoteEntry, UndoEntry, Viewer
from yaad.model.inquiries import Touch

AT = dt.datetime(2026, 10, 20, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def written(*told):
    """Entries of one deal, an hour apart, numbered from 1."""
    return [
        make(deal_id="a", at=AT + n * HOUR, by=by, key=str(n), seq=n + 1, **more)
        for n, (make, by, more) in enumerate(told)
    ]


BEGUN = (CreateEntry, "Ann", {"to_stage": "New", "values": {"owner": "Ann"}})
FOR_BEN = (CreateEntry, "Ann", {"to_stage": "New", "values": {"owner": "Ben"}})
TALKED = (ActEntry, "Ann", {"did": "call"})
HANDED = (ChangeEntry, "Ann", {"values": {"owner": "Ben"}})
STEP = {"next_step_day": "2026-10-22"}


@pytest.mark.parametrize(
    ("told", "to"),
    [
        ((BEGUN, TALKED), None),
        ((FOR_BEN,), "Ben"),
        ((FOR_BEN, (ActEntry, "", {"did": "call", "incoming": True})), "Ben"),  # it was talked to, but not by Ben
        ((FOR_BEN, (ActEntry, "Ben", {"did": "call"})), None),
        (((CreateEntry, "Ann", {"to_stage": "New", "values": {}}),), None),
        ((BEGUN, TALKED, HANDED), "Ben"),
        ((TALKED, HANDED), "Ben"),  # a file tells how it began
        ((BEGUN, HANDED, (NoteEntry, "Ann", {"text": "x"})), "Ben"),
        ((BEGUN, HANDED, (ActEntry, "", {"did": "message", "incoming": True})), "Ben"),
        ((BEGUN, HANDED, (ActEntry, "Ben", {"did": "call"})), None),
        ((BEGUN, HANDED, (ActEntry, "Ben", {"did": "call"}), (UndoEntry, "Ben", {"undoes": 3})), "Ben"),
        ((BEGUN, HANDED, (MoveEntry, "Ben", {"to_stage": "Quote"})), None),
        ((BEGUN, HANDED, (ChangeEntry, "Ann", {"values": STEP})), None),
        ((BEGUN, HANDED, (ChangeEntry, "Ann", {"values": {"name": "y"}})), "Ben"),
        ((BEGUN, HANDED, (ChangeEntry, "Ann", {"values": {"next_step": None, "next_step_day": None}})), "Ben"),
        ((BEGUN, (ChangeEntry, "Ann", {"values": {"owner": "Ben", **STEP}})), None),  # it is due on that day
        ((BEGUN, HANDED, (ChangeEntry, "Ben", {"values": {"owner": "Eli"}})), "Eli"),
        ((BEGUN, HANDED, (ChangeEntry, "Ann", {"values": {"owner": None}})), None),
        ((BEGUN, (ChangeEntry, "Ben", {"values": {"owner": "Ben"}})), None),  # taken by whoever knows of it
        ((BEGUN, (ChangeEntry, "Eli", {"values": {"owner": "Ann"}})), None),
        ((BEGUN, HANDED, (UndoEntry, "Ann", {"undoes": 2})), None),
    ],
)
def test_whom_it_waits_for(told, to):
    found = handed_on(written(*told))
    assert (found.to if found else None) == to


LIST = "deal,stage,at,who,title,source,amount,phone\n"
CALLS = """\
kind: activities
columns: {deal: deal, id: id, kind: kind, at: at, by: who}
dates: iso
zone: UTC
"""


@pytest.fixture
def made(tmp_path):
    """A book with one deal of Ben's that began on October 1, and a folder for more files."""
    (tmp_path / "events.csv").write_text(f"{LIST}x,Meeting,2026-10-01,Ben,,,,\n")
    (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
    (tmp_path / "calls.yaml").write_text(CALLS, "utf-8")
    with closing(Book.create(tmp_path / "book")) as begun:
        begun.import_files([tmp_path / "events.csv"], mapping=tmp_path / "events.yaml")
    with closing(Book.open(tmp_path / "book")) as book:
        yield book, tmp_path


def handed(book, hours=4, **days):
    return [one.deal_id for one in book.unanswered(AT + hours * HOUR, **days).handed]


def test_it_waits_by_the_day_on_which_it_was_handed_on_whenever_it_came(made, monkeypatch):
    book, _ = made
    monkeypatch.setattr("yaad.book.inquiries.LOOKED_AT", 0)  # however much was written since
    one = book.inquiry(Touch(name="Dana", owner="Ann"), at=AT - 40 * 24 * HOUR, by="Ann").deal_id
    book.act(one, "call", at=AT - 39 * 24 * HOUR, by="Ann")
    assert handed(book) == []
    book.change(one, {"owner": "Ben"}, at=AT - 24 * HOUR, by="Ann")
    assert handed(book) == [one]
    yesterday = AT.date() - dt.timedelta(days=1)
    assert handed(book, first=yesterday, last=yesterday) == [one]
    assert handed(book, first=AT.date(), last=AT.date()) == []
    assert handed(book, hours=24 * 40) == []  # longer ago than touches are one inquiry


@pytest.mark.parametrize(
    ("name", "told", "waits"),
    [
        ("calls", "deal,id,kind,at,who\nx,1,call,2026-10-20T08:00,Ben\n", True),  # before it was handed on
        ("calls", "deal,id,kind,at,who\nx,1,call,2026-10-20T10:00,Ben\n", False),
        ("calls", "deal,id,kind,at,who\nx,1,call,2026-10-20,Ben\nx,2,note,2026-10-21,Ben\n", True),
        ("events", f"{LIST}x,Meeting,2026-10-01,Ann,,,,\nx,Quote,2026-10-21,Ann,,,,\n", False),
    ],
)
def test_what_a_file_tells_was_done_since_is_done(made, name, told, waits):
    book, folder = made
    book.act("x", "call", at=AT - 72 * HOUR, by="Ben")
    book.change("x", {"owner": "Ann"}, at=AT, by="Ben")
    assert handed(book) == ["x"]
    (folder / "more.csv").write_text(told, "utf-8")
    book.import_files([folder / "more.csv"], mapping=folder / f"{name}.yaml")
    assert handed(book, hours=30) == (["x"] if waits else [])


def test_it_stands_on_the_day_of_whom_it_was_handed_to_until_something_is_done(made):
    book, _ = made
    one = book.inquiry(Touch(name="Dana", phone="050-7654321", owner="Ann"), at=AT, by="Ann").deal_id
    book.act(one, "call", at=AT + HOUR, by="Ann")

    def day(person):
        seen = book.seen_by(Viewer(frozenset({person})))
        found = inquiries_of(seen.unanswered(AT + 4 * HOUR))
        return [(row.name, row.handed, row.minutes) for row in found.rows], found.n

    assert day("Ann") == ([], 0)  # somebody talked to them
    book.change(one, {"owner": "Ben"}, at=AT + 2 * HOUR, by="Ann")
    assert day("Ann") == ([], 0)
    rows, n = day("Ben")
    assert (rows[0][:2], n) == (("Dana", True), 1)
    assert book.unanswered(AT + 4 * HOUR, last=AT.date() - dt.timedelta(days=1)).n_handed == 0
    done = book.act(one, "message", at=AT + 3 * HOUR, by="Ben")
    assert day("Ben") == ([], 0)
    book.undo(one, done.seq, at=AT + 3 * HOUR, by="Ben")
    book.lose(one, at=AT + 3 * HOUR, by="Ben")
    assert day("Ben") == ([], 0)
