"""On which days a company works: by its country."""

import datetime as dt

import holidays
import pytest

from yaad.model import Calendar

FRIDAY, SATURDAY, SUNDAY = 4, 5, 6


def test_israel_is_the_same_by_its_country_and_by_its_clock():
    assert Calendar.of_country("IL") == Calendar.of_zone("Asia/Jerusalem") == Calendar.of_zone("Asia/Tel_Aviv")


@pytest.mark.parametrize(
    ("country", "free", "works"),
    [
        ("US", "2026-11-26", "2026-11-27"),  # Thanksgiving
        ("US", "2026-07-03", "2026-07-06"),  # the fourth of July is a Saturday: kept on the Friday before
        ("GB", "2026-12-28", "2026-12-29"),  # Boxing Day is a Saturday: kept on the Monday after
        ("DE", "2026-05-01", "2026-05-04"),
        ("FR", "2026-07-14", "2026-07-15"),
        ("IL", "2026-09-21", "2026-09-22"),  # Yom Kippur
        ("IL", "2026-05-22", "2026-05-24"),  # Shavuot, and the Sunday after
    ],
)
def test_holidays_are_those_of_the_country(country, free, works):
    calendar = Calendar.of_country(country)
    assert not calendar.is_working(dt.date.fromisoformat(free))
    assert calendar.is_working(dt.date.fromisoformat(works))


@pytest.mark.parametrize(
    ("country", "rest", "first"),
    [
        ("US", {SATURDAY, SUNDAY}, 0),
        ("IL", {FRIDAY, SATURDAY}, SUNDAY),
        ("SA", {FRIDAY, SATURDAY}, SUNDAY),
        ("AE", {SATURDAY, SUNDAY}, 0),
    ],
)
def test_the_week_is_that_of_the_country(country, rest, first):
    calendar = Calendar.of_country(country)
    assert (calendar.rest, calendar.first_weekday) == (rest, first)


def test_a_country_of_which_nothing_is_known_works_from_monday_to_friday():
    assert Calendar.of_country("ZZ") == Calendar() == Calendar.of_zone("Mars/Base")


def test_a_country_is_looked_up_once(monkeypatch):
    first = Calendar.of_country("US"), Calendar.of_country("XX")
    monkeypatch.setattr(holidays, "list_supported_countries", lambda: pytest.fail("asked again"))
    monkeypatch.setattr(holidays, "country_holidays", lambda *_: pytest.fail("asked again"))
    assert (Calendar.of_country("US"), Calendar.of_country("XX")) == first
