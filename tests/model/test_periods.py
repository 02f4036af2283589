"""Periods are half-open and named as people name them."""

import datetime as dt

import pytest

from yaad.errors import InputError
from yaad.model import Period, parse_day


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2017", "2017-01-01", "2018-01-01"),
        ("2017-Q4", "2017-10-01", "2018-01-01"),
        ("2017q1", "2017-01-01", "2017-04-01"),
        ("2017-12", "2017-12-01", "2018-01-01"),
        ("2016-02", "2016-02-01", "2016-03-01"),
        ("2017-03-15", "2017-03-15", "2017-03-16"),
        ("2017-03-30..2017-04-02", "2017-03-30", "2017-04-03"),
    ],
)
def test_names(text, start, end):
    period = Period.parse(text)
    assert (period.start, period.end) == (dt.date.fromisoformat(start), dt.date.fromisoformat(end))


@pytest.mark.parametrize("text", ["", "2017-13", "2017-Q5", "last month", "2017-03-02..2017-03-01", "2017-02-30"])
def test_what_is_no_period_is_said(text):
    with pytest.raises(InputError, match="is not a period"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["2026-11-10", "10.11.2026", " 10.11.2026 "])
def test_a_day_is_read_as_it_is_typed(text):
    assert parse_day(text) == dt.date(2026, 11, 10)


@pytest.mark.parametrize("text", ["", "11/10/2026", "31.02.2026", "10.13.2026", "10.11.26", "yesterday"])
def test_what_is_no_day_is_said(text):
    with pytest.raises(InputError, match="is not a date"):
        parse_day(text)
