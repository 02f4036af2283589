"""When a source is due: by the company's clock, right over its changes."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yaad.book.sources.schedule import AGAIN, DAYS, Schedule, due_at
from yaad.errors import InputError

ZONES = ["Asia/Jerusalem", "America/New_York", "Australia/Lord_Howe", "Europe/London", "America/Santiago", "UTC"]
JERUSALEM = ZoneInfo("Asia/Jerusalem")
zones = st.sampled_from(ZONES).map(ZoneInfo)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
moments = st.integers(0, 15 * 365 * 24 * 3600).map(
    lambda seconds: dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
)
steps = st.integers(5, 10_080).map(lambda minutes: Schedule(step=dt.timedelta(minutes=minutes)))
schedules = st.one_of(steps, st.builds(Schedule, at=times), st.builds(Schedule, at=times, day=st.integers(0, 6)))


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("words", "moment", "due"),
    [
        ("daily 06:00", "2026-01-10 03:59", "2026-01-10 04:00"),  # winter: two hours before UTC
        ("daily 06:00", "2026-01-10 04:00", "2026-01-11 04:00"),  # a moment that is due is not due again
        ("daily 06:00", "2026-03-26 12:00", "2026-03-27 03:00"),  # the clock jumps at 02:00 on Friday the 27th
        ("daily 02:30", "2026-03-26 12:00", "2026-03-27 00:30"),  # a time that is skipped
        ("daily 02:30", "2026-03-27 00:30", "2026-03-27 23:30"),
        ("daily 01:30", "2026-10-24 12:00", "2026-10-24 22:30"),  # a time that comes twice: the first
        ("daily 01:30", "2026-10-24 22:30", "2026-10-25 23:30"),
        ("weekly sun 06:00", "2026-03-22 05:00", "2026-03-29 03:00"),
        ("weekly Sunday 6:00", "2026-10-19 00:00", "2026-10-25 04:00"),
        ("every 2h", "2026-03-27 00:00:01", "2026-03-27 02:00"),
        ("every 2h", "2026-03-27 02:00", "2026-03-27 04:00"),
        ("every 15 m", "2026-03-27 02:07", "2026-03-27 02:15"),
    ],
)
def test_worked_examples(words, moment, due):
    assert Schedule.parse(words).next_after(utc(moment), JERUSALEM) == utc(due)


@given(times, zones, st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1)))
@example(dt.time(2, 30), JERUSALEM, dt.date(2026, 3, 20))
@example(dt.time(1, 30), JERUSALEM, dt.date(2026, 10, 20))
@example(dt.time(2, 15), ZoneInfo("Australia/Lord_Howe"), dt.date(2026, 10, 1))
@example(dt.time(0, 0), ZoneInfo("America/Santiago"), dt.date(2026, 9, 4))
def test_daily_is_once_each_day_of_the_calendar(at, zone, day):
    schedule = Schedule(at=at)
    moment = dt.datetime.combine(day, dt.time(12), zone).astimezone(dt.UTC)
    told = []
    for _ in range(20):
        moment = schedule.next_after(moment, zone)
        told.append(moment)
    days = [one.astimezone(zone).date() for one in told]
    assert [later - sooner for sooner, later in itertools.pairwise(days)] == [dt.timedelta(days=1)] * 19
    for one in told:
        local = one.astimezone(zone)
        skipped = dt.datetime.combine(local.date(), at, zone)
        exists = skipped.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == skipped.replace(tzinfo=None)
        assert local.time() == at if exists else local.time() > at
        assert local.fold == 0


@given(times, st.integers(0, 6), zones, moments)
def test_weekly_is_once_a_week_on_its_day(at, day, zone, moment):
    schedule = Schedule(at=at, day=day)
    first = schedule.next_after(moment, zone)
    second = schedule.next_after(first, zone)
    assert {one.astimezone(zone).weekday() for one in (first, second)} == {day}
    assert (second.astimezone(zone).date() - first.astimezone(zone).date()).days == 7
    assert moment < first
    assert first - moment <= dt.timedelta(days=7, hours=2)


@given(schedules, zones, moments, st.timedeltas(dt.timedelta(0), dt.timedelta(days=9)))
def test_what_is_due_next_is_the_same_until_it_is_reached(schedule, zone, moment, later):
    due = schedule.next_after(moment, zone)
    assert moment < due
    between = min(moment + later, due - dt.timedelta(microseconds=1))
    assert schedule.next_after(between, zone) == due


@given(st.integers(5, 10_080), moments)
def test_steps_are_even_over_every_change_of_the_clock(minutes, moment):
    schedule = Schedule(step=dt.timedelta(minutes=minutes))
    due = schedule.next_after(moment, JERUSALEM)
    assert schedule.next_after(due, JERUSALEM) - due == schedule.step


@given(schedules)
@example(Schedule(step=dt.timedelta(minutes=10_079)))
def test_words_come_back(schedule):
    assert Schedule.parse(str(schedule)) == schedule


@pytest.mark.parametrize(
    "text",
    ["", "daily", "daily 24:00", "daily 6", "daily 06:60", "weekly 06:00", "weekly xyz 06:00", "weekly su 06:00",
     "every", "every 0h", "every 4m", "every 2d", "every -2h", "every 200h", "hourly", "06:00", "daily 06:00 sun"],
)  # fmt: skip
def test_other_words_are_told(text):
    with pytest.raises(InputError) as caught:
        Schedule.parse(text)
    assert caught.value.message.key == "sources.bad_schedule"


def test_what_never_ran_is_due_and_what_failed_is_due_soon():
    schedule, now = Schedule.parse("daily 06:00"), utc("2026-05-05 12:00")
    assert due_at(schedule, None, now, JERUSALEM, failed=False) == now
    assert due_at(schedule, now, now, JERUSALEM, failed=False) == utc("2026-05-06 03:00")
    assert due_at(schedule, now, now, JERUSALEM, failed=True) == now + AGAIN
    late = utc("2026-05-06 02:50")
    assert due_at(schedule, late, late, JERUSALEM, failed=True) == utc("2026-05-06 03:00")


def test_a_week_has_seven_days():
    assert len({Schedule.parse(f"weekly {day} 06:00").day for day in DAYS}) == 7
