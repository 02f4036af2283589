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


def steps(batch) -> dict[str, list[tuple[str, str | None]]]:
    found: dict[str, list[tuple[str, str | None]]] = {}
    moves = batch.tables["moves"].sort_by([("sort_at", "ascending"), ("seq", "ascending")])
    for row in moves.to_pylist():
        before = found.setdefault(row["deal_id"], [])
        if not before or before[-1][0] != row["to_stage"]:
            before.append((row["to_stage"], row["day"].isoformat() if row["day"] else None))
    return found


EXPECTED = {
    "1": [("New", "2025-01-02"), ("Quote", "2025-01-12"), ("Negotiation", "2025-01-19")],
    "2": [("New", "2025-01-03"), ("Won", "2025-01-16")],
    "3": [("New", "2025-01-10"), ("Quote", "2025-01-19")],
    "4": [("New", "2025-01-05")],
}


def test_moves_are_told_again(weeks):
    found = understand(weeks)
    assert found.questions == ()
    assert found.notes[0].values == {"n": 3, "last": "deals 2025-01-19.csv"}
    batch = load(weeks, found.mapping, understood=found)
    assert steps(batch) == EXPECTED
    deals = {row["deal_id"]: row for row in batch.tables["deals"].to_pylist()}
    assert deals["1"]["amount"] == 15, "the latest list says what a deal is worth"
    assert set(deals) == {"1", "2", "3", "4"}, "one that is gone from the list is not forgotten"
    assert [(report.name, report.rows_in, report.loaded) for report in batch.files] == [
        ("deals 2025-01-19.csv", 3, 3),
        ("deals 2025-01-05.csv", 3, 3),
        ("deals 2025-01-12.csv", 3, 3),
    ]


def test_the_mapping_reads_them_again_in_any_order(weeks):
    found = understand(list(reversed(weeks)))
    again = Mapping.from_yaml(found.mapping.to_yaml(), name="weeks.yaml")
    assert steps(load(weeks, again)) == EXPECTED


def test_they_are_one_import_of_a_book(weeks, tmp_path):
    book = yaad.Book.create(tmp_path / "book")
    book.import_files(weeks)
    assert book.as_of == dt.date(2025, 1, 19)
    (funnel,) = measures.funnel(book._scope())
    assert [(row.stage, row.entered) for row in funnel.stages] == [("New", 4), ("Quote", 3), ("Negotiation", 2)]
    stays = book.facts.run(book.facts.visits.filter(book.facts.visits.stage == "New")).to_pylist()
    assert sorted(row["days"] for row in stays if row["days"] is not None) == [9, 10, 13]
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
