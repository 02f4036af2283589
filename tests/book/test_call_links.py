"""Calls of an exchange find their deals by the telephone number, or are held until these come."""

from contextlib import closing

import pyarrow.parquet as pq
import pytest

import yaad

HEAD = "deal,stage,entered,closed,phone,customer\n"
MAP = (
    "kind: deals\nshape: two_dates\n"
    "columns: {id: deal, stage: stage, entered: entered, closed: closed, phone: phone, account: customer}\n"
    "entered_opens: Talk\nstages: [{name: Talk}, {name: Won, type: won}]\ndates: iso\nzone: UTC\n"
)
CALLS = "start,src,dst,billsec,disposition,uniqueid\n"


@pytest.fixture
def book(tmp_path):
    made = yaad.Book.create(tmp_path / "book")

    def bring(name, text, mapping=None):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        if mapping:
            (tmp_path / "map.yaml").write_text(mapping, "utf-8")
        return made.import_files([path], mapping=tmp_path / "map.yaml" if mapping else None)

    made.bring = bring
    made.deals_in = lambda *rows: bring("deals.csv", HEAD + "".join(f"{row}\n" for row in rows), MAP)
    made.calls_in = lambda *rows: bring("cdr.csv", CALLS + "".join(f"{row}\n" for row in rows))
    yield made
    made.close()


def links(book):
    """Call → the deal that it belongs to."""
    return {row["call_id"]: row["deal_id"] for row in book.facts.run(book.facts.table("calls")).to_pylist()}


def call(number, phone, day, way="in"):
    src, dst = (phone, "201") if way == "in" else ("201", phone)
    return f"{day} 09:00:00,{src},{dst},30,ANSWERED,{number}"


def test_a_call_belongs_to_the_deal_of_its_number_however_it_is_written(book):
    book.deals_in(
        "A,Talk,2026-01-01,,050-1111111,Gal",
        "B,Talk,2026-01-01,,+972 50 222 2222,Dor",
        "C,Talk,2026-01-01,,503333333,Lia",
        'D,Talk,2026-01-01,,"054-4444444, 03-5555555",Tal',
        "E,Talk,2026-01-01,,123,Ben",
    )
    book.calls_in(
        call("1", "0501111111", "2026-01-02"),
        call("2", "0502222222", "2026-01-02", "out"),
        call("3", "00972503333333", "2026-01-02"),
        call("4", "0544444444", "2026-01-02"),
        call("5", "0509999999", "2026-01-02"),
        call("6", "123", "2026-01-02"),
        call("7", "anonymous", "2026-01-02"),
    )
    assert links(book) == {"1": "A", "2": "B", "3": "C", "4": "D", "5": None, "6": None, "7": None}


def test_of_several_deals_it_is_the_one_of_its_time(book):
    book.deals_in(
        "A,Won,2026-01-01,2026-02-01,0501111111,Gal",
        "B,Talk,2026-03-01,,0501111111,Gal",
        "C,Talk,2026-06-01,,0501111111,Gal",
    )
    book.calls_in(
        call("before", "0501111111", "2025-12-15"),
        call("long before", "0501111111", "2025-11-01"),
        call("first", "0501111111", "2026-02-28"),
        call("second", "0501111111", "2026-03-01"),
        call("third", "0501111111", "2026-09-01"),
    )
    assert links(book) == {"before": "A", "long before": None, "first": "A", "second": "B", "third": "C"}


def test_a_call_is_held_until_its_deal_comes(book):
    book.deals_in("A,Talk,2026-01-01,,0501111111,Gal")
    rows = [call("1", "0501111111", "2026-01-02"), call("2", "0502222222", "2026-01-02")]
    book.calls_in(*rows)
    assert links(book) == {"1": "A", "2": None}
    book.deals_in("A,Talk,2026-01-01,,0501111111,Gal", "B,Talk,2026-01-04,,050-2222222,Dor")
    assert links(book) == {"1": "A", "2": "B"}
    version = book.data_version
    again = book.calls_in(*rows)
    assert (again.stored.committed, book.data_version) == (False, version)
    kept = links(book)
    book.rebuild()
    assert links(book) == kept
    book.undo_import(book.imports()[-1].name)
    assert links(book) == {"1": "A", "2": None}


def test_calls_may_come_before_any_deal(book):
    book.calls_in(call("1", "0501111111", "2026-01-02"))
    assert links(book) == {"1": None}
    book.deals_in("A,Talk,2026-01-03,,0501111111,Gal")
    assert links(book) == {"1": "A"}


def test_the_number_of_the_customer_counts_too(book):
    book.deals_in("A,Talk,2026-01-01,,,Gal", "B,Talk,2026-01-01,,,Dor")
    book.bring("customers.csv", "name,phone,city\nGal,0501111111,Haifa\nDor,0502222222,Eilat\n")
    book.calls_in(call("1", "0501111111", "2026-01-02"), call("2", "0502222222", "2026-01-02"))
    assert links(book) == {"1": "A", "2": "B"}


def test_a_deal_that_the_log_names_stays_its_deal(book):
    book.deals_in("A,Talk,2026-01-01,,0501111111,Gal", "B,Talk,2026-01-01,,0502222222,Dor")
    text = "Call ID,Deal ID,Phone,Direction,Start time,Seconds\nC1,B,0501111111,out,2026-01-02 08:00,30\n"
    book.bring("calls.csv", text)
    assert links(book) == {"C1": "B"}


def answered(book):
    """Call → whether it was answered."""
    return {row["call_id"]: row["answered"] for row in book.facts.run(book.facts.table("calls")).to_pylist()}


TWO = ("2026-01-02 09:00:00,0501111111,201,0,NO ANSWER,1", "2026-01-02 09:05:00,0502222222,201,30,ANSWERED,2")


def test_whether_a_call_was_answered_is_known_and_told_anew(book):
    book.calls_in(*TWO)
    assert answered(book) == {"1": False, "2": True}
    book.calls_in("2026-01-02 09:00:00,0501111111,201,12,ANSWERED,1")
    assert answered(book) == {"1": True, "2": True}


def test_a_book_stored_before_calls_had_the_column_is_read_and_added_to(book, monkeypatch):
    from yaad.facts import lake
    from yaad.model import SCHEMAS

    now = SCHEMAS["calls"]
    older = now.remove(now.get_field_index("answered"))
    with monkeypatch.context() as before:
        for schemas in (SCHEMAS, lake.TABLES):
            before.setitem(schemas, "calls", older)
        book.calls_in(*TWO)
    root = book.root
    (part,) = (root / "lake" / "calls").glob("*.parquet")
    assert "answered" not in pq.read_schema(part).names
    with closing(yaad.Book.open(root)) as again:
        assert answered(again) == {"1": None, "2": None}
    book.calls_in("2026-01-03 09:00:00,0503333333,201,7,ANSWERED,3")
    with closing(yaad.Book.open(root)) as again:
        assert answered(again) == {"1": None, "2": None, "3": True}
    book.calls_in(*TWO)
    book.deals_in("A,Talk,2026-01-01,,0501111111,Acme")
    with closing(yaad.Book.open(root)) as again:
        assert answered(again) == {"1": False, "2": True, "3": True}
        assert links(again)["1"] == "A"


def test_a_word_that_does_not_say_whether_a_call_was_answered_is_refused_and_not_lost(book, tmp_path):
    (tmp_path / "log.csv").write_text("when,who,phone,picked\n2026-01-02 09:00,Dana,0501111111,perhaps\n", "utf-8")
    (tmp_path / "map.yaml").write_text(
        "kind: calls\ncolumns: {at: when, by: who, phone: phone, answered: picked}\ndates: iso\nzone: UTC\n", "utf-8"
    )
    (report,) = book.import_files([tmp_path / "log.csv"], mapping=tmp_path / "map.yaml").files
    assert (report.rows_in, report.loaded, report.rejected) == (1, 0, 1)
