"""What people said of the company: targets beside sheets, settings, and words taken back."""

import datetime as dt
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.book import Book
from yaad.errors import InputError, UnknownName
from yaad.facts.said import settings_of, targets_of
from yaad.model import Calendar, Period, RetractEntry, SettingEntry, Settings, TargetEntry, Working
from yaad.model.tables import TARGETS

AT = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)


def target(seq, value, *, measure="won_value", period="2026-03", **more):
    return TargetEntry(at=AT, by="Dana", key=str(seq), seq=seq, measure=measure, period=period, value=value, **more)


def setting(seq, name, value):
    return SettingEntry(at=AT, by="Dana", key=str(seq), seq=seq, name=name, value=value)


def retract(seq, undoes):
    return RetractEntry(at=AT, by="Dana", key=str(seq), seq=seq, undoes=undoes)


def sheet(*rows):
    filled = [{"target_id": str(place), "recorded_seq": 1, **row} for place, row in enumerate(rows)]
    return TARGETS.empty_table() if not rows else type(TARGETS.empty_table()).from_pylist(filled, schema=TARGETS)


def amounts(table):
    return [(row["owner"], row["measure"], row["months"], row["amount"]) for row in table.to_pylist()]


def test_the_later_of_two_entries_counts():
    found = targets_of(sheet(), [target(1, "100"), target(2, "120"), target(3, "80", owner="Avi")], {})
    assert amounts(found) == [(None, "won_value", 1, 120), ("Avi", "won_value", 1, 80)]


def test_a_word_taken_back_leaves_what_was_before():
    entries = [target(1, "100"), target(2, "120")]
    assert amounts(targets_of(sheet(), [*entries, retract(3, 2)], {})) == [(None, "won_value", 1, 100)]
    assert amounts(targets_of(sheet(), [*entries, retract(3, 2), retract(4, 3)], {})) == [(None, "won_value", 1, 120)]


MARCH = {"owner": "Dana", "month": dt.date(2026, 3, 1), "amount": 50}


def test_what_people_wrote_stands_against_an_earlier_sheet_and_gives_way_to_a_later_one():
    entries = [target(7, "60", owner="Dana")]
    assert amounts(targets_of(sheet(MARCH), entries, {})) == [("Dana", "won_value", 1, 60)]
    assert amounts(targets_of(sheet(MARCH), entries, {1: 6})) == [("Dana", "won_value", 1, 60)]
    assert amounts(targets_of(sheet(MARCH), entries, {1: 7})) == [("Dana", None, None, 50)]


def test_taking_a_target_away_takes_that_of_the_sheet_too():
    assert amounts(targets_of(sheet(MARCH), [target(7, None, owner="Dana")], {})) == []
    assert amounts(targets_of(sheet(MARCH), [target(7, None)], {})) == [("Dana", None, None, 50)]


def test_a_month_and_the_quarter_that_begins_with_it_are_two_targets():
    found = targets_of(sheet(), [target(1, "10", period="2026-01"), target(2, "40", period="2026-Q1")], {})
    assert [months for _, _, months, _ in amounts(found)] == [1, 3]


def test_an_entry_that_cannot_be_read_is_passed_over():
    found = targets_of(sheet(MARCH), [target(1, "a lot"), target(2, "5", period="2026-03-04"), target(3, "9")], {})
    assert amounts(found) == [("Dana", None, None, 50), (None, "won_value", 1, 9)]


@given(st.lists(st.tuples(st.sampled_from(["Dana", "Avi", None]), st.integers(0, 9)), max_size=6))
def test_writing_and_taking_back_is_as_before(words):
    entries = [target(seq, str(value), owner=owner) for seq, (owner, value) in enumerate(words, 1)]
    more = [target(90, "77", owner="Dana"), retract(91, 90)]
    before = targets_of(sheet(MARCH), entries, {})
    after = targets_of(sheet(MARCH), [*entries, *more], {})
    assert sorted(map(str, amounts(before))) == sorted(map(str, amounts(after)))


def test_settings_of_words():
    found = settings_of(
        [
            setting(1, "achieved", '{"by": "collected", "column": "paid on"}'),
            setting(2, "answer_minutes", "30"),
            setting(3, "capacity:Quote", "40"),
            setting(4, "source_cost:Facebook", '{"per": "inquiry", "amount": "45", "currency": "ILS"}'),
            setting(5, "person:Dana", '{"share": 0.5, "away": [{"start": "2026-03-01", "end": "2026-03-02"}]}'),
            setting(6, "capacity:Quote", "50"),
            setting(7, "answer_minutes", None),
            setting(8, "answer_minutes", '"soon"'),
            setting(9, "colour", '"red"'),
            setting(10, "capacity:Lead", "1"),
            retract(11, 10),
        ]
    )
    assert (found.achieved.by, found.achieved.column) == ("collected", "paid on")
    assert found.answer_minutes is None
    assert found.capacity == {"Quote": 50}
    assert (found.source_costs["Facebook"].amount, found.source_costs["Facebook"].per) == (45, "inquiry")
    assert (found.working("Dana").share, len(found.working("Dana").away)) == (0.5, 1)
    assert found.working("Avi") == Working()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("achieved", '{"by": "collected"}'),
        ("achieved", '{"by": "closed", "column": "x"}'),
        ("answer_minutes", "0"),
        ("answer_minutes", "true"),
        ("capacity:Quote", "-1"),
        ("source_cost:x", '{"per": "week", "amount": "1"}'),
        ("source_cost:x", '{"per": "month", "amount": "-1"}'),
        ("person:x", '{"share": 1.5}'),
        ("person:x", '{"start": "2026-02-01", "end": "2026-01-01"}'),
        ("person:x", "[1]"),
        ("achieved", "not json"),
    ],
)
def test_a_value_that_a_setting_cannot_hold_is_refused(name, value):
    with pytest.raises(InputError):
        Settings().with_entry(name, value)


@pytest.mark.parametrize("name", ["colour", "capacity", "capacity:", "achieved:x"])
def test_a_name_that_is_no_setting_is_refused(name):
    with pytest.raises(UnknownName):
        Settings().with_entry(name, None)


def test_the_part_of_a_month_that_a_person_works():
    march, israel = Period.parse("2026-03"), Calendar.of_zone("Asia/Jerusalem")
    assert Working().part_of(march, israel) == 1.0
    days = israel.working_days(dt.date(2026, 2, 28), dt.date(2026, 3, 31))
    assert len(days) == 23, "no holiday of March 2026 falls on a working day"
    away = Settings().with_entry(
        "person:Dana",
        '{"start": "2026-03-08", "share": 0.5,'
        ' "away": [{"start": "2026-03-10", "end": "2026-03-12", "why": "reserve"}]}',
    )
    # 23 working days, the first 5 before she came, 3 in reserve duty: 15 of them, at half a position
    assert away.working("Dana").part_of(march, israel) == pytest.approx(0.5 * 15 / 23)


def test_a_book_tells_targets_of_sheets_and_people_in_one_table(tmp_path):
    deals, sheets = tmp_path / "deals.csv", tmp_path / "targets 2026.csv"
    deals.write_text("deal id,stage,created,closed\n1,Won,2026-01-02,2026-01-20\n2,Lead,2026-01-05,\n", "utf-8")
    sheets.write_text("rep,Jan,Feb,Mar\nDana,10,20,\n", "utf-8")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([deals, sheets])
        version = book.data_version
        entry = TargetEntry(at=AT, by="Avi", key="1", measure="won", period="2026-01", value="3")
        book.write(entry)
        book.write(
            TargetEntry(at=AT, by="Avi", key="2", measure="won_value", period="2026-02", value="25", owner="Dana")
        )
        assert book.data_version != version
        told = {(one.measure, one.period.name, one.whose.owner, one.value) for one in book.facts.targets}
        assert told == {
            ("won", "2026-01", None, 3),
            ("won_value", "2026-01", "Dana", 10),
            ("won_value", "2026-02", "Dana", 25),
        }
        sheets.write_text("rep,Jan,Feb,Mar\nDana,10,30,\n", "utf-8")
        book.import_files([sheets])
        later = [(one.period.name, one.value) for one in book.facts.targets if one.whose.owner]
        assert later == [("2026-01", 10), ("2026-02", 30)], "a sheet that came after the entry"
        book.rebuild()
        assert [(one.period.name, one.value) for one in book.facts.targets if one.whose.owner] == later
        assert book.settings == Settings()
        book.set_setting("capacity:Quote", 12, at=AT, by="Avi")
        assert book.settings.capacity == {"Quote": 12}
        with pytest.raises(InputError):
            book.set_setting("capacity:Quote", "many", at=AT, by="Avi")
