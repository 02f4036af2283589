"""What is made of a book while somebody is erased from it does not bring them back."""

import datetime as dt
from contextlib import closing

import pytest

from yaad.book import Book
from yaad.book.computed import FOLDER, keep
from yaad.book.persons import Part, find
from yaad.book.persons.erasing import begin, finish
from yaad.errors import BookError
from yaad.server import computing, tasks
from yaad.server.scoping import local, on_behalf_of
from yaad.server.shelf import Shelf

AT = dt.datetime(2026, 10, 25, tzinfo=dt.UTC)
ROWS = (
    "deal,stage,at,who,title,phone\n1,Meeting,2026-10-01,Ann,Moshe Levi,0501234567\n"
    "2,Meeting,2026-10-02,Ann,Dvora Katz,0507654321\n"
)
MAPPING = (
    "kind: events\nshape: events\ncolumns: {id: deal, stage: stage, at: at, rep: who, name: title, phone: phone}\n"
    "stages: [Meeting, {name: Won, type: won}]\nequal_times: file_order\nzone: UTC\n"
)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "events.csv").write_text(ROWS, "utf-8")
    (tmp_path / "events.yaml").write_text(MAPPING, "utf-8")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([tmp_path / "events.csv"], mapping=tmp_path / "events.yaml")
    with on_behalf_of(local()):
        yield tmp_path / "book"


def put_on_the_list(root):
    with closing(Book.open(root)) as book:
        begin(root, find(book.facts, "0501234567", Part.CUSTOMER), AT)


def erased(root):
    put_on_the_list(root)
    finish(root, AT)


def names_in(folder):
    return [path.name for path in folder.rglob("*") if path.is_file() and b"Moshe" in path.read_bytes()]


def writes_names(book):
    """As what computes does at its end."""
    keep(book.root, "slow", "1", ["Moshe Levi"])


def unheard(*_said):
    """Nobody follows the work."""


@pytest.mark.parametrize("meanwhile", [erased, put_on_the_list])
def test_what_was_computed_of_the_data_from_before_goes_and_the_job_says_why(root, monkeypatch, meanwhile):
    def slow(book, _report):
        meanwhile(root)
        writes_names(book)

    monkeypatch.setattr(computing, "WORK", {"slow": slow})
    monkeypatch.setattr(computing, "KEPT", {"slow": lambda _book: True})
    with pytest.raises(BookError) as failed:
        tasks.compute({"book": str(root), "what": "slow"}, unheard)
    assert failed.value.message.key == "person.erased_meanwhile"
    assert names_in(root / FOLDER) == []


def test_while_an_erasing_is_under_way_nothing_is_made_and_afterwards_it_is(root, monkeypatch):
    monkeypatch.setattr(computing, "WORK", {"slow": lambda book, _report: writes_names(book)})
    monkeypatch.setattr(computing, "KEPT", {"slow": lambda _book: True})
    put_on_the_list(root)
    with pytest.raises(BookError):
        tasks.compute({"book": str(root), "what": "slow"}, unheard)
    assert not (root / FOLDER).exists()
    finish(root, AT)
    assert tasks.compute({"book": str(root), "what": "slow"}, unheard) == {}
    assert names_in(root / FOLDER)


def test_an_xray_of_the_data_from_before_goes_too(root, tmp_path, monkeypatch):
    folder = tmp_path / "report"
    folder.mkdir()

    def slow(_arguments, place, _report):
        erased(root)
        for ending in ("pdf", "xlsx"):
            (place / f"xray.{ending}").write_bytes(b"Moshe Levi")
        return {"files": ["pdf", "xlsx"], "missing": None}

    monkeypatch.setattr(tasks, "_xray", slow)
    with pytest.raises(BookError):
        tasks.xray({"book": str(root), "folder": str(folder)}, unheard)
    assert list(folder.iterdir()) == []


def test_who_is_reading_when_the_older_files_go_is_told_of_the_newer_ones(root):
    shelf, asked = Shelf(root), []

    def question(book):
        asked.append(book.data_version)
        if len(asked) == 1:
            erased(root)
        return [row["name"] for row in book.facts.run(book.facts.table("deals").order_by("deal_id")).to_pylist()]

    told = shelf.ask("names", question)
    assert len(set(asked)) == 2
    assert told[1] == "Dvora Katz"
    assert "Moshe" not in str(told)
    shelf.close()


def test_what_fails_of_data_that_stand_fails_once(root):
    shelf, asked = Shelf(root), []

    def question(_book):
        asked.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shelf.ask("broken", question)
    assert len(asked) == 1
    shelf.close()
