"""The pin file: what it says, and what happens when it is absent, damaged or newer."""

import datetime as dt

import pytest

from yaad.errors import BookError
from yaad.facts.pin import NAME, Pin, end_of_day, read_pin, write_pin


def test_it_reads_back_as_it_was_written(tmp_path, pipeline):
    pin = Pin(
        tables={"deals": 3},
        journal_seq=7,
        seq=4,
        pipeline=pipeline,
        zone="Asia/Jerusalem",
        as_of_day=dt.date(2024, 3, 1),
        last_event=dt.datetime(2024, 3, 1, 8, 30, tzinfo=dt.UTC),
        last_day=dt.date(2024, 3, 1),
        whole_days=True,
        imports=("0001", "ייבוא"),
        export_days={4: dt.date(2024, 3, 1)},
        next_move=11,
    )
    write_pin(tmp_path, pin)
    assert read_pin(tmp_path) == pin
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_its_version_changes_with_every_commit():
    assert Pin().version == Pin().version
    assert len({Pin().version, Pin(seq=1).version, Pin(seq=1, zone="Asia/Jerusalem").version}) == 3


def test_the_as_of_instant_is_the_end_of_the_day_in_the_zone():
    assert Pin(as_of_day=dt.date(2024, 3, 1)).as_of_at == dt.datetime(2024, 3, 2, tzinfo=dt.UTC)
    assert end_of_day(dt.date(2024, 3, 28), "Asia/Jerusalem") == dt.datetime(2024, 3, 28, 22, tzinfo=dt.UTC)
    # the night in which clocks go forward: the day ends an hour earlier in UTC
    assert end_of_day(dt.date(2024, 3, 29), "Asia/Jerusalem") == dt.datetime(2024, 3, 29, 21, tzinfo=dt.UTC)


def test_an_absent_book_says_so(tmp_path):
    with pytest.raises(BookError, match="There is no book in"):
        read_pin(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "x"}'])
def test_a_damaged_pin_says_so(tmp_path, text):
    (tmp_path / NAME).write_text(text, "utf-8")
    with pytest.raises(BookError, match="damaged"):
        read_pin(tmp_path)


def test_a_newer_book_says_so(tmp_path):
    (tmp_path / NAME).write_text('{"format": 99}', "utf-8")
    with pytest.raises(BookError, match="newer"):
        read_pin(tmp_path)
