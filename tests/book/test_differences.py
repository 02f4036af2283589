"""An import into a book that is not empty: what it changes is said and listed; it can be taken back."""

import csv
import datetime as dt

import pytest
from tests.book.few_deals import FIGURES, FIRST, HEAD, MAP

import yaad
from yaad.errors import UnknownName

LATER = HEAD + "A,Dana,Won,100,2026-01-01,2026-01-09\nB,Tal,Lost,55,2026-01-02,2026-01-20\nD,Tal,Talk,10,2026-01-18,\n"


@pytest.fixture
def bring(tmp_path):
    book = yaad.Book.create(tmp_path / "book")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")

    def bring(name, text, lang="en"):
        (tmp_path / name).write_text(text, "utf-8")
        return book.import_files([tmp_path / name], mapping=tmp_path / "map.yaml", lang=lang)

    bring.book = book
    return bring


def listed(bring):
    (path,) = (bring.book.root / "differences").glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_first_import_differs_from_nothing(bring):
    assert [note.key for note in bring("first.csv", FIRST).notes if note.key.startswith("book.")] == []
    assert not (bring.book.root / "differences").exists()


def test_what_changed_is_counted_and_listed_field_by_field(bring):
    bring("first.csv", FIRST)
    report = bring("later.csv", LATER)
    said = {note.key: note.values for note in report.notes if note.key.startswith("book.")}
    assert said["book.difference"] == {"new": 1, "changed": 1, "unchanged": 1}
    assert said["book.difference_stay"] == {"n": 1}
    assert listed(bring) == [
        ["what happened", "deal", "field", "before", "now"],
        ["changed", "B", "amount", "50.0000", "55.0000"],
        ["changed", "B", "owner", "Noa", "Tal"],
        ["changed", "B", "stage", "Talk", "Lost"],
        ["in the book, not in the file", "C", "", "", ""],
    ]


def test_what_people_wrote_stands_and_is_listed(bring):
    bring("first.csv", FIRST)
    bring.book.win("B", at=dt.datetime(2026, 1, 19, tzinfo=dt.UTC), by="dana", amount="77")
    report = bring("same-day.csv", FIRST.replace("Noa,Talk,50", "Noa,Talk,51"))
    assert {"n": 1} in [note.values for note in report.notes if note.key == "book.difference_stand"]
    assert ["the file says otherwise; what was written by hand stays", "B", "amount", "51", "77"] in listed(bring)


def test_an_import_is_taken_back_and_what_people_wrote_stays(bring):
    bring("first.csv", FIRST)
    bring.book.note("B", "rang twice", at=dt.datetime(2026, 1, 8, tzinfo=dt.UTC), by="dana")
    before = bring.book.measure(*FIGURES).to_dict()
    bring("later.csv", LATER)
    assert bring.book.measure(*FIGURES).to_dict() != before
    _, later = bring.book.imports()
    assert later.files[0].name == "later.csv"
    bring.book.undo_import(later.name)
    assert bring.book.measure(*FIGURES).to_dict() == before
    assert [one.files[0].name for one in bring.book.imports()] == ["first.csv"]
    report = bring("later.csv", LATER)  # it may come again
    assert report.stored.new == 1


def test_taking_back_an_import_that_never_was(bring):
    bring("first.csv", FIRST)
    with pytest.raises(UnknownName, match="0001-"):
        bring.book.undo_import("0009-none")


def test_taking_back_the_only_import_leaves_an_empty_book(bring):
    bring("first.csv", FIRST)
    (only,) = bring.book.imports()
    bring.book.undo_import(only.name)
    assert bring.book.is_empty
    assert bring.book.imports() == []
    assert bring("first.csv", FIRST).files[0].loaded == 3


def test_a_breakdown_is_asked_for_by_the_heading_of_the_file(bring):
    text = FIRST.replace("deal,rep,", "deal,sales_agent,")
    (bring.book.root.parent / "map2.yaml").write_text(MAP.replace("rep: rep", "rep: sales_agent"), "utf-8")
    (bring.book.root.parent / "named.csv").write_text(text, "utf-8")
    book = bring.book
    book.import_files([book.root.parent / "named.csv"], mapping=book.root.parent / "map2.yaml")
    assert book.measure("deals", by="sales_agent").content == book.measure("deals", by="owner").content
    with pytest.raises(UnknownName) as caught:
        book.measure("deals", by="entered")
    assert len(caught.value.known) == len(set(caught.value.known))
