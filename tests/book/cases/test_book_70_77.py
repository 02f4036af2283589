"""Cases 70–77 of the catalogue of bad inputs, as a book answers them: files that come again, that overlap, that forget
rows, that meet another import, that are stopped, that wait for their deal.

Case 73, killed or on a full disk, is in `tests/book/test_killed.py` and `tests/book/test_full_disk.py`.
"""

import csv
import datetime as dt
import fcntl
import json

import pytest
from tests.book.few_deals import FIGURES, FIRST, HEAD, MAP

import yaad
from yaad.errors import BookError
from yaad.text import render

LATER = HEAD + "B,Noa,Lost,55,2026-01-02,2026-01-20\nC,Noa,Talk,70,2026-01-03,\nD,Tal,Talk,10,2026-01-18,\n"
TODAY = dt.date(2026, 2, 1)


@pytest.fixture
def book(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    return yaad.Book.create(tmp_path / "book")


@pytest.fixture
def bring(book, tmp_path):
    def bring(name, text):
        (tmp_path / name).write_text(text, "utf-8")
        report = book.import_files([tmp_path / name], mapping=tmp_path / "map.yaml", as_of=TODAY)
        for file in report.files:
            assert file.rows_in == file.loaded + file.rejected + file.skipped
        return report

    return bring


def figures(book):
    return book.measure(*FIGURES).to_dict()


def said(report, lang="en"):
    return {note.key: render(note, lang) for note in report.notes}


def changes(book):
    (path,) = (book.root / "differences").glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("name", ["first.csv", "the same under another name.csv"])
def test_case_70_the_same_file_twice_changes_nothing_and_says_so(book, bring, name):
    bring("first.csv", FIRST)
    before = figures(book)
    report = bring(name, FIRST)
    (file,) = report.files
    assert (file.rows_in, file.loaded, file.rejected, file.skipped_by) == (3, 0, 0, {"unchanged": 3})
    assert not report.stored.committed
    assert (report.stored.new, report.stored.changed) == (0, 0)
    assert said(report)["book.difference"] == "New deals: 0. Changed: 0. As they were: 3."
    assert "book.difference_written" not in said(report), "there is no change to list"
    assert not (book.root / "differences").exists()
    assert figures(book) == before


def test_case_71_an_overlapping_export_takes_what_is_new_and_lists_the_difference(book, bring):
    bring("first.csv", FIRST)
    report = bring("later.csv", LATER)
    (file,) = report.files
    assert (file.rows_in, file.loaded, file.skipped_by) == (3, 2, {"unchanged": 1})
    assert changes(book) == [
        ["changed", "B", "amount", "50.0000", "55.0000"],
        ["changed", "B", "stage", "Talk", "Lost"],
        ["in the book, not in the file", "A", "", "", ""],
    ]
    values = {one["id"]: one["value"] for one in book.measure("deals", "won", "lost", "open").to_dict()["measures"]}
    assert values == {"deals": 4, "won": 1, "lost": 1, "open": 2}, "each deal once"
    assert [one.files[0].name for one in book.imports()] == ["first.csv", "later.csv"], "the journal knows both"


def test_case_72_a_row_gone_at_its_source_is_listed_and_nothing_is_deleted(book, bring):
    bring("first.csv", FIRST)
    before = figures(book)
    less = "".join(line for line in FIRST.splitlines(keepends=True) if not line.startswith("C,"))
    report = bring("less.csv", less)
    assert changes(book) == [["in the book, not in the file", "C", "", "", ""]]
    assert "book.difference_stay" in said(report)
    assert book.facts.deal("C")["outcome"] == "open"
    assert figures(book) == before


def test_case_74_the_second_of_two_imports_at_once_gets_a_clear_answer(book, bring, tmp_path):
    bring("first.csv", FIRST)
    before = figures(book)
    with (book.root / "write.lock").open("w+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.write(json.dumps({"process": 4711, "purpose": "0002-other"}))
        lock.flush()
        with pytest.raises(BookError) as caught:
            bring("later.csv", LATER)
    assert (caught.value.message.key, caught.value.message.values["process"]) == ("facts.busy", "4711")
    assert figures(book) == before
    assert bring("later.csv", LATER).files[0].loaded == 2, "once the other has ended, it comes through"


class Stopped(Exception):
    """A person has pressed cancel."""


def test_case_75_an_import_that_is_stopped_leaves_the_book_as_it_was(book, bring, tmp_path):
    bring("first.csv", FIRST)
    before = figures(book)
    rows = "".join(f"X{n},Dana,Talk,5,2026-01-05,\n" for n in range(400_000))
    (tmp_path / "large.csv").write_text(HEAD + rows, "utf-8")
    told = []

    def stop(done, total):
        told.append((done, total))
        if len(told) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        book.import_files([tmp_path / "large.csv"], mapping=tmp_path / "map.yaml", on_progress=stop)
    assert told[0][0] < told[1][0] < told[1][1], "told part by part, and stopped before the end"
    assert figures(book) == before
    assert len(book.imports()) == 1


def test_case_76_a_file_cut_short_leaves_the_book_as_it_was(book, bring, tmp_path):
    bring("first.csv", FIRST)
    before = figures(book)
    with pytest.raises(yaad.errors.InputError):
        bring("cut.csv", HEAD + 'D,"Dana')
    assert figures(book) == before


def test_case_77_a_call_and_an_order_wait_for_their_deal_and_join_it_later(book, bring, tmp_path):
    bring("first.csv", FIRST)
    (tmp_path / "calls.csv").write_text("call id,deal id,call date,duration\n1,D,2026-01-19,60\n", "utf-8")
    (tmp_path / "orders.csv").write_text("order id,deal id,order date,total\n7,D,2026-01-20,10\n", "utf-8")
    for name in ("calls.csv", "orders.csv"):
        (file,) = book.import_files([tmp_path / name]).files
        assert (file.loaded, file.rejected) == (1, 0), "held, not lost"

    def orphans():
        found = {one["id"]: one["count"] for one in book.doctor().to_dict()["findings"]}
        return {name: count for name, count in found.items() if name.startswith("orphans")}

    assert orphans() == {"orphans_calls": 1, "orphans_orders": 1}, "and said"
    bring("later.csv", LATER)
    assert orphans() == {}, "joined"
    assert {row["deal_id"] for row in book.facts.run(book.facts.table("orders")).to_pylist()} == {"D"}
