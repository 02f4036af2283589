"""Local times of files without Hebrew headers are the book's own, once it has a zone; a first file stays as it is."""

import datetime as dt

import pytest

import yaad
from yaad.intake import Mapping

HEBREW = "מספר;סטטוס;תאריך פנייה;טלפון\n1;חדש;2026-01-14 10:00;0501111111\n2;חדש;2026-01-15 11:00;0502222222\n"
CALLS = "start,src,dst,billsec,disposition\n2026-01-20 09:00:00,0501111111,201,30,ANSWERED\n"
ENGLISH = "Deal ID,Stage,Create Date\n7,חדש,2026-01-21 23:30\n"


@pytest.fixture
def bring(tmp_path):
    book = yaad.Book.create(tmp_path / "book")

    def bring(name, text):
        (tmp_path / name).write_text(text, "utf-8")
        return [note for note in book.import_files([tmp_path / name]).notes if note.key.startswith("intake.note_zone")]

    bring.book = book
    yield bring
    book.close()


def called_at(book):
    (row,) = book.facts.run(book.facts.table("calls")).to_pylist()
    return row["at"].astimezone(dt.UTC).replace(tzinfo=None), row["day"]


def test_a_call_log_is_read_by_the_clock_of_the_book(bring):
    bring("deals.csv", HEBREW)
    (note,) = bring("cdr.csv", CALLS)
    assert (note.key, note.values) == ("intake.note_zone_of_book", {"zone": "Asia/Jerusalem"})
    assert called_at(bring.book) == (dt.datetime(2026, 1, 20, 7, 0), dt.date(2026, 1, 20))  # noqa: DTZ001 - in UTC


def test_deals_in_english_do_not_move_the_book_to_another_zone(bring):
    bring("deals.csv", HEBREW)
    (note,) = bring("more.csv", ENGLISH)
    assert note.key == "intake.note_zone_of_book"
    assert bring.book.zone == "Asia/Jerusalem"
    assert str(bring.book.facts.deal("7")["created_day"]) == "2026-01-21"
    kept = bring.book.facts.deal("7")
    bring.book.rebuild()
    assert bring.book.facts.deal("7") == kept


def test_a_first_file_and_files_in_hebrew_are_read_as_ever(bring):
    (note,) = bring("cdr.csv", CALLS)
    assert (note.key, note.values) == ("intake.note_zone", {"zone": "UTC"})
    assert called_at(bring.book)[0] == dt.datetime(2026, 1, 20, 9, 0)  # noqa: DTZ001 - in UTC
    (note,) = bring("deals.csv", HEBREW)
    assert (note.key, note.values) == ("intake.note_zone", {"zone": "Asia/Jerusalem"})


def test_a_mapping_has_the_last_word(bring, tmp_path):
    bring("deals.csv", HEBREW)
    (tmp_path / "cdr.csv").write_text(CALLS, "utf-8")
    (tmp_path / "map.yaml").write_text("zone: Europe/London\n", "utf-8")
    report = bring.book.import_files([tmp_path / "cdr.csv"], mapping=tmp_path / "map.yaml")
    assert not [note for note in report.notes if note.key.startswith("intake.note_zone")]
    assert called_at(bring.book)[0] == dt.datetime(2026, 1, 20, 9, 0)  # noqa: DTZ001 - in UTC


def test_the_book_of_a_file_is_no_part_of_its_mapping():
    mapping = Mapping(usual_zone="Asia/Jerusalem")
    assert mapping.to_yaml() == Mapping().to_yaml()
