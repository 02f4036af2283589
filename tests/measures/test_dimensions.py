"""Breakdowns: columns, the person under either name, custom fields, grains of time; and what is unknown."""

from dataclasses import replace

import pytest

from yaad.errors import UnknownName
from yaad.measures import conversion, dwell, funnel, measure


@pytest.fixture(scope="module")
def scope(written):
    book = written("Meeting", "Quote")
    book.deal(
        ("Meeting", "2023-12-30"), ("Quote", "2024-01-02"), ("Won", "2024-01-06"),
        owner="Ann", source="Web", product="A", custom={"region": "North"}, amount="10.5",
    )  # fmt: skip
    book.deal(
        ("Meeting", "2023-12-31"),
        ("Lost", "2024-01-07"),
        owner="Ben",
        source="Phone",
        product="B",
        custom={"size": "L"},
    )
    book.deal(("Meeting", "2024-01-06"), ("Won", "2024-03-31"), owner="Ann", product="B", custom={"region": "South"})
    book.deal(("Meeting", "2024-01-07"), owner="Ben", source="Web")
    book.deal(("Meeting", None), owner="Ben")
    return book.scope("2024-04-01")


def values(scope, name, *by):
    return {tuple(f.by.values()): f.value for f in measure([name], replace(scope, by=by))}


def test_a_column(scope):
    assert values(scope, "inquiries", "source") == {("Phone",): 1, ("Web",): 2, (None,): 2}


def test_rep_is_the_owner_under_the_name_asked(scope):
    assert values(scope, "won", "rep") == values(scope, "won", "owner") == {("Ann",): 2}
    assert measure(["won"], replace(scope, by=("rep",)))[0].by == {"rep": "Ann"}


def test_a_column_that_visits_do_not_carry_is_joined(scope):
    rows = {tuple(flow.by.values()): flow.stages[0].entered for flow in funnel(replace(scope, by=("product",)))}
    assert rows == {("A",): 1, ("B",): 2, (None,): 2}
    times = {tuple(each.by.values()): each.stages[0].n for each in dwell(replace(scope, by=("product",)))}
    assert times == {("A",): 1, ("B",): 2, (None,): 1}


def test_a_custom_field(scope):
    assert values(scope, "deals", "region") == {("North",): 1, ("South",): 1, (None,): 3}
    rows = {tuple(row.by.values()): row.reached for row in conversion(replace(scope, by=("region",)))}
    assert rows == {("North",): 1, ("South",): 1, (None,): 0}


def test_several_at_once(scope):
    assert values(scope, "deals", "owner", "product") == {
        ("Ann", "A"): 1, ("Ann", "B"): 1, ("Ben", "B"): 1, ("Ben", None): 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("grain", "came", "won"),
    [
        ("day", ["2023-12-30", "2023-12-31", "2024-01-06", "2024-01-07"], ["2024-01-06", "2024-03-31"]),
        # weeks begin on Sunday: 31 December 2023 and 7 January 2024 are Sundays
        ("week", ["2023-12-24", "2023-12-31", "2024-01-07"], ["2023-12-31", "2024-03-31"]),
        ("month", ["2023-12", "2024-01"], ["2024-01", "2024-03"]),
        ("quarter", ["2023-Q4", "2024-Q1"], ["2024-Q1"]),
        ("year", ["2023", "2024"], ["2024"]),
    ],
)
def test_grains_of_the_measures_own_date(scope, grain, came, won):
    assert [f.by[grain] for f in measure(["inquiries"], replace(scope, by=(grain,)))] == came
    assert [f.by[grain] for f in measure(["won"], replace(scope, by=(grain,)))] == won


def test_undated_deals_stand_beside_each_period_of_their_group(scope):
    figures = measure(["inquiries"], replace(scope, by=("owner", "month")))
    assert {(f.by["owner"], f.by["month"]): f.beside["undated"] for f in figures} == {
        ("Ann", "2023-12"): 0, ("Ann", "2024-01"): 0, ("Ben", "2023-12"): 1, ("Ben", "2024-01"): 1,
    }  # fmt: skip


def test_dates_and_amounts_as_groups_are_plain(scope):
    assert ("2023-12-30",) in values(scope, "deals", "created_day")
    assert (10.5,) in values(scope, "deals", "amount")
    assert (2,) in values(scope, "deals", "furthest")


@pytest.mark.parametrize("name", ["colour", "deal", "custom", "file", ""])
def test_an_unknown_column_says_what_there_is(scope, name):
    with pytest.raises(UnknownName) as told:
        measure(["won"], replace(scope, by=(name,)))
    assert {"owner", "rep", "month", "region", "size"} <= set(told.value.known)
    with pytest.raises(UnknownName):
        funnel(replace(scope, by=(name,)))


def test_the_stage_is_no_breakdown_of_what_has_a_row_for_each_stage(scope):
    assert [flow.by for flow in funnel(replace(scope, by=("stage",)))] == [{}]
    assert [list(times.by) for times in dwell(replace(scope, by=("stage", "owner")))] == [["owner"], ["owner"]]
