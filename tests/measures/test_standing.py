"""Who stays, is due or has stopped: counted by hand, and found again where it was planted."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from yaad.demo import Bought, draw_purchases
from yaad.measures.cohorts import Every, cohorts
from yaad.measures.opted_out import OptOuts
from yaad.measures.standing import STOPPED, State, standing
from yaad.model import OptOutEntry, Settings

STOPPING = (0.6, 40.0, 0.8, 2.4)
NOBODY_STOPS = (0.6, 40.0, 0.0, 1.0)
AS_OF = dt.date(2026, 3, 31)


def shop_of(written):
    """Ada buys on three days, Ben on two, Cal and Dan once."""
    book = written("Quote")
    for number, (day, account, amount, owner) in enumerate(
        [
            ("2026-01-01", "Ada", 10, "Lea"),
            ("2026-01-11", "Ada", 20, "Lea"),
            ("2026-03-12", "Ada", 40, "Noa"),
            ("2026-01-31", "Ben", 100, "Noa"),
            ("2026-02-10", "Ben", 50, "Noa"),
            ("2026-02-01", "Cal", 80, "Noa"),
            ("2026-01-06", "Dan", 60, None),
        ]
    ):
        book.row("orders", order_id=f"O{number}", account=account, day=day, amount=amount, currency="ILS", owner=owner)
    book.row("accounts", account_id="1", name="Ben", phone="050-1")
    return book


def subscribers_of(written):
    book = written("Quote")
    for account, start, end in (
        ("Ada", "2025-01-01", "2025-12-31"),
        ("Ada", "2026-01-01", "2026-12-31"),
        ("Ben", "2025-03-01", "2025-09-01"),
        ("Cal", "2025-07-01", None),
        ("Dan", "2026-01-15", "2026-02-15"),
        ("Fay", "2025-10-01", "2026-04-15"),
    ):
        book.row(
            "contracts", contract_id=f"{account}{start}", account=account, start_day=start, end_day=end, amount=70,
            currency="ILS", owner="Lea",
        )  # fmt: skip
    return book


def test_by_purchases_counted_by_hand(written):
    found: Any = standing(shop_of(written).scope("2026-03-31"))
    rows = {one.name: one for one in found.listed(list(State))}
    # Ada's own gaps are 10 and 60 days, 35 on average, and 19 have passed; Ben's one gap is no habit, so the typical
    # gap of the book counts: the middle one of 10, 10 and 60
    assert {name: (one.state, one.usual_days, one.own, one.silent_days) for name, one in rows.items()} == {
        "Ada": (State.STAYS, 35, True, 19),
        "Ben": (State.DUE, 10, False, 49),
        "Cal": (State.ONCE, 10, False, 58),
        "Dan": (State.ONCE, 10, False, 84),
    }
    assert (rows["Ada"].owner, rows["Ben"].phone, rows["Ben"].total, found.unit) == ("Noa", "050-1", 150, "ILS")
    assert found.no_chance.key == "customers.too_few_again"
    assert rows["Ben"].alive is None
    assert [one.name for one in found.listed([State.ONCE, State.DUE])] == ["Ben", "Cal", "Dan"]  # by what they brought
    assert [one.name for one in found.listed([State.ONCE], owner="Noa")] == ["Cal"]
    assert found.one("Nobody") is None


def test_by_contract_counted_by_hand(written):
    found: Any = standing(subscribers_of(written).scope("2026-03-01"))
    rows = {one.name: one for one in found.listed(list(State))}
    assert {name: (one.state, one.silent_days) for name, one in rows.items()} == {
        "Ada": (State.STAYS, -305),
        "Ben": (State.STOPPED, 181),
        "Cal": (State.STAYS, None),
        "Dan": (State.STOPPED, 14),
        "Fay": (State.DUE, -45),
    }
    assert found.by_contract
    assert found.stake(State.STOPPED) == 140
    assert (rows["Ada"].orders, rows["Ada"].last_day) == (2, dt.date(2026, 12, 31))


def test_by_contract_somebody_of_several_of_one_name_has_a_phone(written):
    book = subscribers_of(written)
    for phone in ("052-3333331", "052-3333332"):
        book.deal(("Quote", "2026-01-05"), account=None, contact="Ben", phone=phone)
    found: Any = standing(book.scope("2026-03-01"))
    assert found.one("Ben").phone == "052-3333332"


def test_who_has_signed_again_is_neither_due_nor_gone(written):
    book = subscribers_of(written)
    for account, start, end in (("Dan", "2026-04-01", "2027-03-31"), ("Fay", "2026-04-16", None)):
        book.row("contracts", contract_id=f"{account}{start}", account=account, start_day=start, end_day=end, amount=70,
            currency="ILS")  # fmt: skip
    found: Any = standing(book.scope("2026-03-01"))
    rows = {one.name: (one.state, one.orders) for one in found.listed(list(State))}
    assert (rows["Dan"], rows["Fay"]) == ((State.STAYS, 1), (State.STAYS, 1))


def test_money_of_two_currencies_is_withheld_and_states_stay(written):
    book = shop_of(written).row("orders", order_id="X", account="Ada", day="2026-03-12", amount=5, currency="USD")
    found: Any = standing(book.scope("2026-03-31"))
    assert found.no_worth is not None
    assert {one.total for one in found.listed(list(State))} == {None}
    assert found.count(State.DUE) == 1


def shares(row):
    return [None if one.value is None else pytest.approx(one.value) for one in row.shares]


def test_cohorts_of_contracts_counted_by_hand(written):
    found = cohorts(subscribers_of(written).scope("2026-03-01"), Every.QUARTER)
    rows = {row.name: row for row in found.rows}
    assert [(row.name, row.n) for row in found.rows] == [("2025-Q1", 2), ("2025-Q3", 1), ("2025-Q4", 1), ("2026-Q1", 1)]
    assert shares(rows["2025-Q1"]) == [1, 0.5, 0.5, 0.5]  # Ben left after six months; Ada is still there
    assert shares(rows["2025-Q3"]) == [1, 1, None, None]  # Cal came eight months ago
    assert shares(rows["2025-Q4"]) == [1, None, None, None]
    assert shares(rows["2026-Q1"]) == [None] * 4  # Dan left after one month, and nobody was watched for three
    assert [one.early for one in found.whole.shares] == [True] * 4
    # of five, Dan leaves at 1 and Ben, when Ada, Ben and Cal are watched, at 6
    assert shares(found.whole) == pytest.approx([0.8, 0.8 * 2 / 3, 0.8 * 2 / 3, 0.8 * 2 / 3])


def test_cohorts_of_purchases_are_watched_until_a_silence_can_be_known(written):
    book = shop_of(written)
    for n in range(8):  # eleven gaps in all, of 10 and of 60 days
        for day in ("2026-03-01", "2026-04-30"):
            book.row("orders", order_id=f"M{n}{day}", account=f"March {n}", day=day, amount=10, currency="ILS")
    found = cohorts(book.scope("2026-06-30"), Every.MONTH)
    assert (found.idle_days, found.ages, found.by_contract) == (60, 4, False)
    january, february, march = found.rows
    assert (january.n, february.n, march.n) == (3, 1, 8)
    # everybody is watched until 1 May: Ada for four months and lost in the third, Ben and Dan lost in the first
    assert shares(january) == [pytest.approx(1 / 3), pytest.approx(1 / 3), 0, 0]
    assert [one.early for one in january.shares] == [False, False, False, True]
    assert shares(february) == [0, 0, 0, None]
    assert all(one.few for one in january.shares)


def test_an_empty_book_has_nobody(written):
    scope = written("Quote").scope("2026-01-31")
    found, table = standing(scope), cohorts(scope)
    assert [found.count(state) for state in State] == [0] * 4
    assert (table.rows, table.whole.n, table.ages) == ((), 0, 0)


# ---- planted ------------------------------------------------------------------------------------------------------


def book_of(written, bought: Bought):
    """The purchases of drawn customers as orders; each has a mean of its own, around which they spend."""
    book, rng = written("Quote"), np.random.default_rng(5)
    mean = 60 / rng.gamma(4.0, 1.0, len(bought.age))
    first = [AS_OF - dt.timedelta(days=int(age)) for age in bought.age]
    rows = [(who, 0) for who in range(len(first))]
    rows += [(int(who), int(day)) for who, day in zip(bought.buyer, bought.day, strict=True)]
    for number, (who, day) in enumerate(rows):
        at = (first[who] + dt.timedelta(days=day)).isoformat()
        amount = round(rng.gamma(6, mean[who] / 6), 2)
        book.row("orders", order_id=str(number), account=f"C{who:04}", day=at, amount=amount)
    return book


@pytest.fixture(scope="module")
def planted(written):
    bought = draw_purchases(800, STOPPING, np.random.default_rng(11))
    return bought, book_of(written, bought).scope(AS_OF.isoformat())


def test_who_was_made_to_stop_is_found(planted):
    """At least 8 of 10 that are named have stopped, and half of those that have are named; as sure as is said."""
    bought, scope = planted
    found: Any = standing(scope)
    named = {int(one.name[1:]) for one in found.listed([State.STOPPED])}
    stopped = set(np.flatnonzero(bought.stopped).tolist())
    precision, recall = len(named & stopped) / len(named), len(named & stopped) / len(stopped)
    assert precision >= 0.8
    assert recall >= 0.5
    assert found.sure() == pytest.approx(precision, abs=0.08)
    assert all(one.alive < STOPPED for one in found.listed([State.STOPPED]))


def test_what_is_at_stake_and_what_remains_are_the_worth_while_buying(planted):
    _, scope = planted
    found: Any = standing(scope)
    assert found.no_worth is None
    again = ~np.isnan(found.at_stake)
    whole = found.worth[again] + found.at_stake[again]
    assert found.at_stake[again] == pytest.approx(whole * (1 - found.alive[again]))
    stakes = [one.at_stake for one in found.listed([State.STOPPED, State.DUE])]
    assert stakes == sorted(stakes, reverse=True)


def test_a_margin_scales_what_is_at_stake(planted):
    _, scope = planted
    found: Any = standing(scope)
    half = standing(replace(scope, settings=Settings(margin=0.5)))
    assert half.stake(State.STOPPED) == pytest.approx(found.stake(State.STOPPED) / 2)


def test_where_nobody_stops_few_are_named(written):
    """Nobody was made to stop: of 800 customers at most 1 of 100 is named."""
    bought = draw_purchases(800, NOBODY_STOPS, np.random.default_rng(12))
    assert not bought.stopped.any()
    found: Any = standing(book_of(written, bought).scope(AS_OF.isoformat()))
    assert found.count(State.STOPPED) <= 8


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("+972501234567", "Ada"),
        ("+972527654321", "Ada"),
        ("ada@x.com", "Ada"),
        ("+97236123456", "Cal"),
        ("cal@x.com", "Cal"),
        ("+972541112233", "Ben"),
    ],
)
def test_who_asks_not_to_be_contacted_is_met_by_any_number_and_by_mail(written, handle, name):
    book = shop_of(written)
    book.deal(("Quote", "2026-01-05"), account="Ada", phone="050-1234567", email=" Ada@X.com ")
    book.deal(("Quote", "2026-01-06"), account="Ada", phone="+972 52 765 4321", email="other@x.com, more@x.com")
    book.deal(("Quote", "2026-01-07"), account="Ben", phone="03-5550000 / 054-1112233")
    book.row("accounts", account_id="2", name="Cal", phone="03-6123456", email="cal@x.com")
    entry = OptOutEntry(at=dt.datetime.now(dt.UTC), by="o", key="k", what="calls", handles=(handle,))
    scope = replace(book.scope("2026-03-31"), opt_outs=OptOuts({handle: {"calls": entry}}))
    found = {one.name: (one.phone, one.asked_not) for one in standing(scope).listed(list(State))}
    assert found.pop(name) == (None, "calls")
    assert all(asked_not is None for _phone, asked_not in found.values())


def test_of_two_who_bear_one_name_the_one_who_asks_it_is_met(written):
    book = written("Quote")
    for number, phone in enumerate(("050-1234567", "052-7654321")):
        at = (("Quote", "2026-01-05"), ("Won", "2026-01-09"))
        book.deal(*at, contact="Dana Levi", phone=phone, amount=10, currency="ILS", deal_id=f"D{number}")
    handle = "+972527654321"
    entry = OptOutEntry(at=dt.datetime.now(dt.UTC), by="o", key="k", what="calls", handles=(handle,))
    scope = replace(book.scope("2026-03-31"), opt_outs=OptOuts({handle: {"calls": entry}}))
    found = {one.phone: one.asked_not for one in standing(scope).listed(list(State))}
    assert found == {"050-1234567": None, None: "calls"}
