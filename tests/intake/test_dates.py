"""Dates: the order is decided by the whole column, asked where both fit, and no row is ever guessed."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.intake.deciding.dates import decide_dates
from yaad.intake.deciding.days import Look, Order, look, read_day
from yaad.intake.deciding.moments import read_moments, take_apart

JERUSALEM = "Asia/Jerusalem"


def column(*texts):
    return pa.chunked_array([pa.array(texts, pa.string())])


def read(*texts, zone="UTC", told=None, epoch=None):
    parts = take_apart(column(*texts))
    decision = decide_dates(parts, "when", told=told, epoch=epoch)
    if decision.null_words:
        parts = take_apart(column(*texts), decision.null_words)
    return decision, read_moments(parts, decision.order, zone, serial=decision.serial)


def faults(dates):
    return {reason: rows.tolist() for reason, rows in dates.faults.items()}


def test_one_date_decides_for_its_column():
    decision, dates = read("03/04/2025", "25/12/2024")
    assert (decision.order, decision.question) == (Order.DAY_FIRST, None)
    assert dates.day.to_pylist() == [dt.date(2025, 4, 3), dt.date(2024, 12, 25)]
    decision, dates = read("03/04/2025", "12/25/2024")
    assert decision.order is Order.MONTH_FIRST
    assert dates.day.to_pylist()[0] == dt.date(2025, 3, 4)


def test_dates_that_fit_both_ways_are_asked_with_evidence():
    decision, _ = read("03/04/2025", "05/06/2025", "07/07/2025")
    question = decision.question
    assert question is not None
    assert question.id == "dates:when"
    assert question.evidence[0].values == {"n": 2, "day_first": 0, "month_first": 0}
    assert set(question.options) == {"day_first", "month_first"}


def test_the_same_day_both_ways_needs_no_question():
    decision, dates = read("03/03/2025", "07/07/2025")
    assert decision.question is None
    assert dates.day.to_pylist() == [dt.date(2025, 3, 3), dt.date(2025, 7, 7)]


def test_a_misfit_among_many_is_rejected_and_half_and_half_is_asked():
    decision, dates = read(*["25/12/2024"] * 19, "12/25/2024")
    assert decision.order is Order.DAY_FIRST
    assert faults(dates) == {"intake.rejected_date_order": [False] * 19 + [True]}
    decision, _ = read("25/06/2025", "06/25/2025")
    assert decision.question is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/02/2024", "intake.rejected_impossible_date"),
        ("29/02/2023", "intake.rejected_impossible_date"),
        ("01/02/0202", "intake.rejected_year"),
        ("25/12/9999", "intake.rejected_year"),
        ("2024-13-01", "intake.rejected_impossible_date"),
        ("soon", "intake.rejected_bad_date"),
        ("12/2024", "intake.rejected_bad_date"),
        ("5", "intake.rejected_bad_date"),
    ],
)
def test_what_is_no_date_is_a_fault(text, reason):
    _, dates = read("25/12/2024", text)
    assert faults(dates) == {reason: [False, True]}
    assert dates.day.to_pylist() == [dt.date(2024, 12, 25), None]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 במרץ 2025", dt.date(2025, 3, 3)),
        ("3 מרץ 2025", dt.date(2025, 3, 3)),
        ("3-Mar-25", dt.date(2025, 3, 3)),
        ("Mar 3, 2025", dt.date(2025, 3, 3)),
        ("3. ספט׳ 2025", dt.date(2025, 9, 3)),
        ("Tue, 3 Jun 2025", dt.date(2025, 6, 3)),
        ("20250303", dt.date(2025, 3, 3)),
        ("2025/3/3", dt.date(2025, 3, 3)),
        ("2025.03.03", dt.date(2025, 3, 3)),
        ("٠٣.٠٣.٢٠٢٥", dt.date(2025, 3, 3)),
        ("３/３/２０２５", dt.date(2025, 3, 3)),
        ("\u200f3.3.2025", dt.date(2025, 3, 3)),
    ],
)
def test_dates_as_people_write_them(text, day):
    _, dates = read(text)
    assert dates.day.to_pylist() == [day]


def test_two_digit_years_follow_the_stated_pivot():
    assert read_day("31/12/69", Order.DAY_FIRST) == read_day("2069-12-31", None)
    assert read_day("31/12/70", Order.DAY_FIRST) == read_day("1970-12-31", None)
    assert read_day("31/12/30", Order.DAY_FIRST, pivot=29) == "intake.rejected_year"


def test_words_for_no_value_are_no_fault_in_a_column_of_dates():
    decision, dates = read("2024-01-01", "-", "N/A", "אין", "")
    assert set(decision.null_words) == {"-", "N/A", "אין"}
    assert (dates.day.null_count, dates.faults) == (4, {})


def test_times_naive_zulu_and_with_offset_stand_side_by_side():
    _, dates = read("2025-01-01T10:00:00Z", "2025-01-01T10:00:00+05:00", "2025-01-01 10:00", zone=JERUSALEM)
    assert [at.hour for at in dates.at.to_pylist()] == [10, 5, 8]
    assert dates.whole_day.to_pylist() == [False] * 3


def test_local_days_are_the_zones_own():
    _, dates = read("2025-01-01T23:30:00Z", "2025-01-01T10:00:00Z", zone=JERUSALEM)
    assert dates.day.to_pylist() == [dt.date(2025, 1, 2), dt.date(2025, 1, 1)]


def test_clock_times_that_never_were_or_were_twice():
    _, dates = read("2025-03-28 02:30", "2025-10-26 01:30", "2025-06-01 12:00", zone=JERUSALEM)
    first, second, _ = dates.at.to_pylist()
    assert first == dt.datetime(2025, 3, 28, 0, 30, tzinfo=dt.UTC)  # 03:30 by the new clock
    assert second == dt.datetime(2025, 10, 25, 22, 30, tzinfo=dt.UTC)  # the first of the two
    assert dates.odd_clock == 2


def test_whole_days_do_not_shift_through_utc():
    for texts in (["2025-01-01"], ["2025-01-01 00:00:00"], ["01/01/2025"], ["2025-01-01 00:00:00+02:00"]):
        _, dates = read(*texts, zone=JERUSALEM)
        assert dates.day.to_pylist() == [dt.date(2025, 1, 1)]
        assert dates.at.to_pylist() == [dt.datetime(2025, 1, 1, tzinfo=dt.UTC)]
        assert dates.whole_day.to_pylist() == [True]


def test_afternoon_clock():
    _, dates = read("12/25/2024 1:05 PM", "12/25/2024 12:00 am")
    assert [(at.hour, at.minute) for at in dates.at.to_pylist()] == [(13, 5), (0, 0)]


def test_day_numbers_of_both_workbook_epochs():
    decision, dates = read("45292", "45293", epoch=1900)
    assert (decision.serial, dates.day.to_pylist()[0]) == (1900, dt.date(2024, 1, 1))
    _, dates = read("43830", epoch=1904)
    assert dates.day.to_pylist() == [dt.date(2024, 1, 1)]
    _, dates = read("45292", "60", epoch=1900)
    assert faults(dates) == {"intake.rejected_impossible_date": [False, True]}
    _, dates = read("45292", "2024-01-01")
    assert faults(dates) == {"intake.rejected_bad_date": [True, False]}


def test_typed_columns_are_taken_as_they_are():
    at = pa.chunked_array([pa.array([dt.datetime(2024, 1, 1, 23, 30), None], pa.timestamp("ns"))])  # noqa: DTZ001 - naive on purpose
    parts = take_apart(at)
    dates = read_moments(parts, None, JERUSALEM)
    assert dates.at.to_pylist() == [dt.datetime(2024, 1, 1, 21, 30, tzinfo=dt.UTC), None]
    days = read_moments(take_apart(pa.chunked_array([pa.array([dt.date(2024, 1, 1)])])), None, JERUSALEM)
    assert (days.day.to_pylist(), days.whole_day.to_pylist()) == ([dt.date(2024, 1, 1)], [True])


MOMENT = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001 - local times


@given(moments=st.lists(MOMENT, min_size=1, max_size=20), zone=st.sampled_from(["UTC", JERUSALEM, "America/New_York"]))
def test_quick_and_careful_ways_agree(moments, zone):
    told = {"UTC": None}
    ways = [
        [at.isoformat(sep=" ") for at in moments],  # read at once by Arrow
        [at.strftime("%d/%m/%Y %H:%M:%S") for at in moments],  # split at one place
        [f"{at.day}/{at.month}/{at.year:04} {at.hour}:{at:%M:%S}" for at in moments],  # each text apart
    ]
    found = [read(*texts, zone=zone, told=Order.DAY_FIRST if i else told["UTC"])[1] for i, texts in enumerate(ways)]
    assert found[0].day.to_pylist() == found[1].day.to_pylist() == found[2].day.to_pylist()
    assert found[1].at.to_pylist() == found[2].at.to_pylist()
    if any(at.hour or at.minute or at.second for at in moments):
        assert found[0].at.to_pylist() == found[1].at.to_pylist()


@given(days=st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2100, 12, 31)), min_size=1, max_size=15))
def test_a_written_date_comes_back_or_is_asked(days):
    for form, order in (("%d/%m/%Y", Order.DAY_FIRST), ("%m/%d/%Y", Order.MONTH_FIRST), ("%Y-%m-%d", Order.ISO)):
        texts = [day.strftime(form) for day in days]
        decision, dates = read(*texts)
        if decision.question is None:
            assert dates.day.to_pylist() == days
        else:
            assert order is not Order.ISO
            assert read(*texts, told=order)[1].day.to_pylist() == days


@pytest.mark.parametrize(
    "text",
    ["3. März 2026", "3 mars 2026", "3 de marzo de 2026", "3 março 2026", "3 марта 2026", "3-Mrz-26", "3 mars. 2026"],
)
def test_months_are_known_in_the_languages_of_exports(text):
    assert look(text) is Look.NAMED
    assert read_day(text, Order.DAY_FIRST) == (dt.date(2026, 3, 3) - dt.date(1970, 1, 1)).days
