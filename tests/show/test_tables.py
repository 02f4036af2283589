"""Tables: files that spreadsheets read safely, ranges, days, kinds."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.show import Column, Kind, Shown, Table, say_plain
from yaad.show import tables as t


def table(*cells: Shown, kind: Kind = Kind.NAME) -> Table:
    return Table("en", "x", (Column("a", "A", kind),), tuple((cell,) for cell in cells))


def rows(made: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.to_csv())))


@given(st.text(max_size=20))
def test_no_cell_is_run_by_a_spreadsheet(value):
    (cell,) = rows(table(t.name(value)))[1]
    assert not cell.lstrip(" \n\u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_numbers_stay_numbers_in_a_file():
    made = Table(
        "he",
        "x",
        (Column("a", "A", Kind.COUNT), Column("b", "B", Kind.RATE), Column("c", "C", Kind.DAY)),
        ((t.count(8800, "he"), t.rate(-0.25, "he"), t.date(dt.date(2017, 12, 31), "he")),),
    )
    assert rows(made)[1] == ["8800", "-0.25", "2017-12-31"]


def test_a_range_is_two_columns_in_a_file():
    made = table(t.span(0.61, 0.64, "rate", "en"), t.span(67.0, None, "days", "en"), kind=Kind.RANGE)
    assert rows(made) == [
        ["At least, in 19 of 20 cases", "At most, in 19 of 20 cases"],
        ["0.61", "0.64"],
        ["67.0", ""],
    ]


def test_a_missing_group_is_said():
    assert [say_plain(t.name(None).said, lang) for lang in ("en", "he")] == ["not stated", "לא צוין"]


@pytest.mark.parametrize(
    ("value", "english", "hebrew"),
    [
        (1, "1 day", "יום אחד"),
        (2, "2 days", "יומיים"),
        (69.0, "69 days", "69 ימים"),
        (14.343, "14.3 days", "14.3 ימים"),
        (0.0005, "<0.1 days", "<0.1 ימים"),
        (1234.4, "1,234 days", "1,234 ימים"),
    ],
)
def test_days_have_their_plural(value, english, hebrew):
    assert say_plain(t.days_said(value, "en"), "en") == english
    assert say_plain(t.days_said(value, "he"), "he") == hebrew


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(4238 / 6711, "rate", "63.2%"), (8800, "count", "8,800"), (10_005_534, "ILS", "₪10,005,534"), (950, None, "950")],
)
def test_values_in_their_unit(value, unit, said):
    assert say_plain(t.in_unit(value, unit, "en"), "en") == said


def test_an_end_that_is_not_reached():
    assert say_plain(t.span(67.0, None, "days", "en").said, "en") == "67 or more"
    assert t.span(None, None, "days", "en").said == ""
