"""Breakdowns of the other tables of the book: their own columns, those of their deal, parts of time, custom fields."""

import datetime as dt
from dataclasses import replace

import pytest

from yaad.errors import UnknownName
from yaad.measures.dimensions import asked, grouped, groups, integers
from yaad.model import Calendar, Period


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def scope(written):
    book = written("Meeting")
    book.deal(("Meeting", "2024-01-01"), owner="Ann", product="A", branch="North", custom={"size": "L"})
    book.deal(("Meeting", "2024-01-02"), owner="Ben", product="B", custom={"size": "S"})
    book.row("activities", deal=1, kind="Visit", by="Cid", at=at("2024-03-28T22:30"), day="2024-03-29")
    book.row("activities", deal=1, kind="Visit", by="Ann", at=at("2024-03-29T22:30"), day="2024-03-30")
    book.row("activities", deal=2, kind="Chat", by="Ann", at=at("2024-10-27T06:10"), day="2024-10-27", tone="warm")
    book.row("activities", deal=None, kind="Chat", by=None, day="2024-10-28", whole_day=True)
    book.row("orders", order_id="O1", deal_id="D2", day="2024-01-05", amount="10")
    book.row("contracts", contract_id="C1", account="Acme", start_day="2024-01-05")
    return book.scope("2024-12-31", zone="Asia/Jerusalem", calendar=Calendar.of_zone("Asia/Jerusalem"))


def counts(scope, table, *by, day="day", period=None):
    asking = replace(scope, by=by, period=period)
    rows = asked(asking, scope.table(table), day)
    found = asking.run(grouped(asking, rows, n=rows.count()))
    return [(*group.values(), int(integers(part, "n").sum())) for group, part in groups(asking, found)]


def test_who_did_it_is_the_owner_and_rep(scope):
    assert counts(scope, "activities", "owner") == [("Ann", 2), ("Cid", 1), (None, 1)]
    assert counts(scope, "activities", "rep") == counts(scope, "activities", "owner")


def test_own_columns_come_before_those_of_the_deal(scope):
    assert counts(scope, "activities", "kind") == [("Chat", 2), ("Visit", 2)]
    assert counts(scope, "activities", "product") == [("A", 2), ("B", 1), (None, 1)]
    assert counts(scope, "activities", "branch", "kind") == [("North", "Visit", 2), (None, "Chat", 2)]


def test_a_column_that_the_table_never_fills_is_the_deals(scope):
    assert counts(scope, "orders", "owner") == [("Ben", 1)]  # the order names no owner, its deal does
    assert counts(scope, "orders", "account") == [(None, 1)]  # neither of them has one


def test_custom_fields_of_the_row_and_of_its_deal(scope):
    assert counts(scope, "activities", "tone") == [("warm", 1), (None, 3)]
    assert counts(scope, "activities", "size") == [("L", 2), ("S", 1), (None, 1)]


def test_hours_are_those_of_the_company_on_both_sides_of_a_change_of_clocks(scope):
    # In 2024 the clocks went forward on 29 March at 02:00 and back on 27 October at 02:00.
    assert counts(scope, "activities", "day", "hour") == [
        ("2024-03-29", 0, 1),
        ("2024-03-30", 1, 1),
        ("2024-10-27", 8, 1),
        ("2024-10-28", None, 1),  # a date without a time
    ]


def test_days_of_the_week_stand_in_the_order_of_the_companys_week(scope):
    told = [("sunday", 1), ("monday", 1), ("friday", 1), ("saturday", 1)]
    assert counts(scope, "activities", "weekday") == told
    abroad = replace(scope, calendar=Calendar())
    assert counts(abroad, "activities", "weekday") == [("monday", 1), ("friday", 1), ("saturday", 1), ("sunday", 1)]


def test_days_before_1970_have_their_day_of_the_week(scope, written):
    book = written("Meeting").deal(("Meeting", "1969-12-28"))
    assert counts(book.scope("1970-01-10"), "deals", "weekday", day="created_day") == [("sunday", 1)]


def test_a_period_takes_rows_by_their_own_date(scope):
    assert counts(scope, "activities", "kind", period=Period.parse("2024-10")) == [("Chat", 2)]


def test_a_table_that_names_no_deal_knows_only_its_own(scope):
    assert counts(scope, "accounts") == [(0,)]
    with pytest.raises(UnknownName) as told:
        counts(scope, "accounts", "colour", day="name")
    assert {"sector", "city", "month", "weekday"} <= set(told.value.known)
