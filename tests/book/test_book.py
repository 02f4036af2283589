"""The door: opening, beginning, writing, undoing, building anew."""

import datetime as dt

import pytest

import yaad
from yaad.errors import BookError, InputError, UnknownName

EVENTS = """\
deal,stage,at
A,New,2026-01-01
A,Quote,2026-01-05
A,Won,2026-01-09
B,New,2026-01-02
B,Lost,2026-01-08
C,New,2026-01-03
C,Quote,2026-01-06
"""
MAP = """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at}
stages: [New, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""
AT = dt.datetime(2026, 1, 9, 12, tzinfo=dt.UTC)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    return tmp_path


@pytest.fixture
def book(files):
    made = yaad.Book.create(files / "book")
    made.import_files([files / "events.csv"], mapping=files / "map.yaml")
    return made


def counts(book):
    return {figure.id: figure.value for figure in book.measure("won", "lost", "open").content}


def test_no_book_is_said(tmp_path):
    with pytest.raises(BookError, match="no book"):
        yaad.open(tmp_path)


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(BookError, match="something else"):
        yaad.Book.create(tmp_path)


def test_a_failed_import_begins_no_book(files):
    (files / "empty.csv").write_text("", "utf-8")
    with pytest.raises(InputError):
        yaad.Book.create(files / "new").import_files([files / "empty.csv"])
    assert not (files / "new").exists()


def test_what_people_write_counts_at_once_and_can_be_taken_back(book):
    assert counts(book) == {"won": 1, "lost": 1, "open": 1}
    entry = book.win("C", at=AT, by="dana")
    assert counts(book) == {"won": 2, "lost": 1, "open": 0}
    book.undo("C", entry.seq, at=AT, by="dana")
    assert counts(book) == {"won": 1, "lost": 1, "open": 1}


def test_the_same_key_is_one_entry(book):
    first, second = (book.lose("C", at=AT, by="dana", key="k") for _ in range(2))
    assert first.seq == second.seq
    assert counts(book)["lost"] == 2


def test_a_rebuild_changes_no_figure(book):
    book.move("C", "Won", at=AT, by="dana")
    ids = ("won", "lost", "open", "sales_cycle", "dwell", "win_rate", "inquiries")
    before = book.measure(*ids).to_dict(), book.funnel().to_dict(), book.dwell().to_dict()
    book.rebuild()
    assert (book.measure(*ids).to_dict(), book.funnel().to_dict(), book.dwell().to_dict()) == before


def test_the_same_file_again_changes_nothing(book, files):
    version = book.data_version
    report = book.import_files([files / "events.csv"], mapping=files / "map.yaml")
    assert book.data_version == version
    assert (report.files[0].loaded, report.files[0].skipped_by) == (0, {"unchanged": 7})


def test_names_that_do_not_exist_are_said_with_those_that_do(book):
    with pytest.raises(UnknownName, match="Quote"):
        book.move("C", "Qoute", at=AT, by="dana")
    with pytest.raises(UnknownName):
        book.win("Z", at=AT, by="dana")
    with pytest.raises(UnknownName, match="win_rate"):
        book.measure("winrate")
    with pytest.raises(InputError, match="entry number 9"):
        book.undo("C", 9, at=AT, by="dana")


def test_a_plan_needs_one_target(book):
    with pytest.raises(InputError, match="either"):
        book.plan()


def test_open_deals_at_month_ends(book):
    (january,) = book.snapshots(1).content
    assert january.counts == {"New": 0, "Quote": 1}


def test_the_name_is_the_folder_until_it_is_said(book):
    assert book.name == "book"
    book.rename("מרווה")
    assert yaad.open(book.root).name == "מרווה"


def test_a_file_of_other_stages_is_not_chained_without_asking(book, files):
    (files / "other.csv").write_text("deal,stage,at\nX,Lead,2026-01-01\nX,Trial,2026-01-03\n", "utf-8")
    (files / "other.yaml").write_text(MAP.replace("New, Quote", "Lead, Trial"), "utf-8")
    with pytest.raises(yaad.OpenQuestion, match="Lead, Trial"):
        book.import_files([files / "other.csv"], mapping=files / "other.yaml")
    assert book.measure("deals").content[0].value == 3


def test_a_book_says_what_it_is(book):
    assert repr(book).endswith("as of 2026-01-09)")
