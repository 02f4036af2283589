"""One list taken week after week: the moves between the weeks are told again."""

import datetime as dt

import pytest

import yaad
from yaad import measures
from yaad.intake import Mapping, load, understand

HEAD = "deal id,stage,amount,created date,close date,owner\n"
WEEKS = {
    "deals 2025-01-05.csv": "1,New,10,2025-01-02,,Dana\n2,New,20,2025-01-03,,Dana\n4,New,5,2025-01-04,,Dana\n",
    "deals 2025-01-12.csv": "1,Quote,10,2025-01-02,,Dana\n2,New,20,2025-01-03,,Dana\n3,New,30,2025-01-10,,Eli\n",
    "deals 2025-01-19.csv": "1,Negotiation,15,2025-01-02,,\n2,Won,20,2025-01-03,2025-01-16,\n3,Quote,30,2025-01-10,,\n",
}


@pytest.fixture
def weeks(write):
    return [write(name, HEAD + text) for name, text in WEEKS.items()]


def test_each_list_is_told_by_itself_in_the_order_of_their_days(weeks):
    found = understand(list(reversed(weeks)))
    assert found.questions == ()
    assert found.notes[0].values == {"n": 3, "last": "deals 2025-01-19.csv"}
    again = Mapping.from_yaml(found.mapping.to_yaml(), name="weeks.yaml")
    for batch in (load(weeks, found.mapping), load(weeks, again)):
        assert [one.day.isoformat() for one in batch.lists] == ["2025-01-05", "2025-01-12", "2025-01-19"]
        assert [one.tables["deals"]["deal_id"].to_pylist() for one in batch.lists] == [
            ["1", "2", "4"],
            ["1", "2", "3"],
            ["1", "2", "3"],
        ]
        assert [(report.name, report.rows_in, report.loaded) for report in batch.files] == [
            ("deals 2025-01-05.csv", 3, 3),
            ("deals 2025-01-12.csv", 3, 3),
            ("deals 2025-01-19.csv", 3, 3),
        ]


def test_a_deal_that_is_twice_in_one_list_is_asked_about(weeks, write):
    write("deals 2025-01-12.csv", HEAD + "1,Quote,10,2025-01-02,,Dana\n1,New,10,2025-01-02,,Dana\n")
    found = understand(weeks)
    (question,) = found.questions
    assert question.id == "duplicates"
    assert question.text.values == {"n": 1, "example": "1"}


def test_they_are_one_import_of_a_book(weeks, tmp_path):
    book = yaad.Book.create(tmp_path / "book")
    book.import_files(weeks)
    assert book.as_of == dt.date(2025, 1, 19)
    (funnel,) = measures.funnel(book._scope())
    assert [(row.stage, row.entered) for row in funnel.stages] == [("New", 4), ("Quote", 3), ("Negotiation", 2)]
    stays = book.facts.run(book.facts.visits.filter(book.facts.visits.stage == "New")).to_pylist()
    assert sorted(row["days"] for row in stays if row["days"] is not None) == [9, 10, 13]
    deals = {row["deal_id"]: row for row in book.facts.run(book.facts.deals).to_pylist()}
    assert deals["1"]["amount"] == 15, "the latest list says what a deal is worth"
    assert deals["4"]["created_day"] == dt.date(2025, 1, 4), "one that is gone from the list is not forgotten"
    assert not book.import_files(weeks).stored.committed
    before = measures.funnel(book._scope())
    book.rebuild()
    assert measures.funnel(book._scope()) == before


def test_files_without_days_in_their_names_are_read_as_before(write):
    paths = [write(f"deals {n}.csv", HEAD + text) for n, text in enumerate(WEEKS.values())]
    found = understand(paths)
    assert not found.mapping.snapshots
    assert [question.id for question in found.questions] == ["duplicates"], "a day of creation is no time of a move"


def test_files_of_other_deals_are_no_snapshots(write):
    january = write("deals 2025-01-31.csv", HEAD + "1,New,10,2025-01-02,,Dana\n")
    february = write("deals 2025-02-28.csv", HEAD + "2,New,10,2025-02-02,,Dana\n")
    found = understand([january, february])
    assert not found.mapping.snapshots
    assert load([january, february], found.mapping).tables["deals"].num_rows == 2
