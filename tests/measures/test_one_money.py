"""The one money of a book whose amounts differ: which it is, what is summed, and what is said to be left out."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.errors import InputError
from yaad.measures import measure
from yaad.measures.one_money import LeftOut, OneMoney, chosen, of_orders
from yaad.measures.quotas import Wanted
from yaad.model import Achieved, AchievedBy, Calendar, Settings
from yaad.text import Message, has_key

AGAINST = ("quota_attainment", "pace", "closings_needed", "pipeline_coverage")


def wanted(currency=None, tax=None):
    return Wanted(Decimal(1), Decimal(1), currency, tax)


@pytest.mark.parametrize(
    ("kinds", "usual", "target", "found"),
    [
        ({}, None, None, OneMoney()),
        ({("ILS", "net"): 3, ("ILS", None): 1}, "USD", None, OneMoney("ILS", "net")),
        ({("ILS", "net"): 3, ("USD", "net"): 4}, None, None, OneMoney("USD", "net", is_mixed=True)),
        ({("ILS", "net"): 3, ("USD", "net"): 4}, "ILS", None, OneMoney("ILS", "net", is_mixed=True)),
        ({("ILS", "net"): 3, ("USD", "net"): 4}, "ILS", wanted("USD"), OneMoney("USD", "net", is_mixed=True)),
        ({("ILS", "net"): 3, ("USD", "net"): 4}, "EUR", wanted("GBP"), OneMoney("USD", "net", is_mixed=True)),
        ({("ILS", "net"): 3, ("USD", "net"): 3}, None, None, OneMoney("ILS", "net", is_mixed=True)),
        ({("ILS", "net"): 3, ("ILS", "gross"): 4}, None, None, OneMoney("ILS", "gross", is_mixed=True)),
        ({("ILS", "net"): 3, ("ILS", "gross"): 4}, None, wanted(tax="net"), OneMoney("ILS", "net", is_mixed=True)),
        ({("ILS", None): 3, (None, None): 1}, None, None, OneMoney("ILS", None, is_mixed=True)),
    ],
)
def test_the_money_is_the_targets_else_the_companys_else_that_of_most_amounts(kinds, usual, target, found):
    assert chosen(kinds, usual, target) == found


@pytest.mark.parametrize(
    ("orders", "deals", "found"),
    [
        ({("ILS", "net"): 1}, {("ILS", "net"): 1, ("ILS", None): 1}, OneMoney("ILS", "net")),
        ({("ILS", "net"): 1}, {("ILS", "net"): 1, ("USD", "net"): 9}, OneMoney("ILS", "net", is_mixed=True)),
        ({("ILS", None): 1}, {("ILS", "net"): 1, ("ILS", "gross"): 2}, OneMoney("ILS", "gross", is_mixed=True)),
        ({("ILS", None): 1}, {("ILS", "net"): 1}, OneMoney("ILS", None)),
        ({("ILS", "net"): 1}, {("USD", "net"): 1}, OneMoney("ILS", "net", is_mixed=True)),
        ({(None, None): 1}, {("ILS", "net"): 1, ("USD", "net"): 2}, OneMoney(None, None)),
        ({}, {("ILS", "net"): 1, ("USD", "net"): 2}, OneMoney("USD", "net", is_mixed=True)),
    ],
)
def test_where_orders_count_it_is_theirs_and_deals_of_another_stand_aside(orders, deals, found):
    assert of_orders(orders, deals, None) == replace(found, are_orders=True)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from([None, "ILS", "USD", "EUR"]), st.sampled_from([None, "net", "gross"])),
        st.integers(1, 9),
        min_size=1,
    )
)
def test_of_what_is_summed_no_two_differ(kinds):
    money = chosen(Counter(kinds), None)
    summed = {kind for kind in kinds if money.sums(*kind)}
    assert summed
    assert len({currency for currency, _ in summed}) == 1
    assert len({tax for _, tax in summed if tax}) < 2


@pytest.fixture(scope="module")
def mixed(written):
    """March: won 60 and 20 ₪ before VAT, 7 ₪ with VAT, 5 $ twice; due 30 ₪ and 9 $; the target 200 ₪ before VAT."""
    made = written("Meeting")
    ils, usd = {"currency": "ILS", "tax": "net"}, {"currency": "USD", "tax": "net"}
    for day, amount, unit in (
        ("2026-02-03", 40, ils), ("2026-02-04", 1000, usd), ("2026-03-02", 60, ils), ("2026-03-03", 20, ils),
        ("2026-03-04", 7, {**ils, "tax": "gross"}), ("2026-03-05", 5, usd), ("2026-03-06", 5, usd),
    ):  # fmt: skip
        made.deal(("Meeting", "2026-01-05"), ("Won", day), amount=amount, owner="Ann", **unit)
    due = dt.date(2026, 3, 30)
    made.deal(("Meeting", "2026-03-01"), amount=30, owner="Ann", expected_close_day=due, **ils)
    made.deal(("Meeting", "2026-03-01"), amount=9, owner="Ann", expected_close_day=due, **usd)
    made.row("targets", target_id="1", month="2026-03-01", amount=200, currency="ILS", tax="net")
    return made.scope("2026-03-16", calendar=Calendar())


def test_figures_against_a_target_sum_its_money_and_say_what_is_left_out(mixed):
    figures = {one.id: one for one in measure(AGAINST, mixed)}
    assert figures["quota_attainment"].value == 80 / 200
    assert figures["quota_attainment"].why.values["n"] == 3
    assert figures["pace"].beside["achieved"] == 80
    # the mean of 40, 60 and 20 ₪ is 40: 120 are missing
    assert (figures["closings_needed"].beside["average"], figures["closings_needed"].value) == (40, 3)
    assert figures["pipeline_coverage"].value == 30 / 120
    assert figures["pipeline_coverage"].why.values["n"] == 4, "one more is open"


def test_what_is_left_out_is_not_counted_as_standing_behind(mixed):
    assert {one.id: one.n for one in measure(AGAINST, mixed)} == dict.fromkeys(AGAINST, 2)


def test_where_persons_are_not_told_it_is_not_told_how_many_are_left_out(mixed):
    (figure,) = measure(["quota_attainment"], replace(mixed, least=2, known={}))
    assert (figure.value, figure.why) == (80 / 200, Message("goals.left_out_some"))


@pytest.mark.parametrize("least", [3, 5])
def test_what_is_left_out_tells_nobody_the_sum_of_few(mixed, least):
    told = measure(AGAINST, replace(mixed, least=least, known={}))
    assert [(one.value, one.beside, one.n) for one in told] == [(None, {}, 0)] * len(AGAINST)
    assert {one.why.key for one in told} == {"viewer.few"}


def test_a_target_of_a_money_that_nothing_is_in_is_refused(mixed, written):
    made = written("Meeting")
    for unit in ("ILS", "ILS", "USD"):
        made.deal(("Meeting", "2026-01-05"), ("Won", "2026-03-02"), amount=60, currency=unit)
    made.row("targets", target_id="1", month="2026-03-01", amount=200, currency="EUR")
    with pytest.raises(InputError):
        measure(["quota_attainment"], made.scope("2026-03-16"))


def test_a_book_of_one_money_leaves_nothing_out(written):
    made = written("Meeting")
    for tax in ("net", "unknown"):
        made.deal(("Meeting", "2026-01-05"), ("Won", "2026-03-02"), amount=60, currency="ILS", tax=tax)
    made.row("targets", target_id="1", month="2026-03-01", amount=200)
    figures = {one.id: one for one in measure(AGAINST[:3], made.scope("2026-03-16", calendar=Calendar()))}
    assert figures["quota_attainment"].value == 120 / 200
    assert [one.why for one in figures.values()] == [None, None, None]


@pytest.mark.parametrize(
    ("money", "left", "words"),
    [
        (OneMoney("ILS", "net", is_mixed=True), LeftOut(2, "USD", "net"), "goals.left_out"),
        (OneMoney("ILS", "net", is_mixed=True), LeftOut(2, "ILS", "gross"), "goals.left_out_gross"),
        (OneMoney("ILS", "gross", is_mixed=True), LeftOut(2, "ILS", "net"), "goals.left_out_net"),
        (OneMoney("ILS", None, is_mixed=True), LeftOut(2, None, None), "goals.left_out_unsaid"),
        (OneMoney(None, None, is_mixed=True), LeftOut(2, "USD", None), "goals.left_out_of_unsaid"),
    ],
)
def test_what_is_left_out_is_said_in_what_it_differs(money, left, words):
    (said,) = money.words([left])
    assert (said.key, said.values["n"]) == (words, 2)
    assert money.in_short([left]) == said
    assert money.in_short([left, left]).values == {"n": 4}
    assert money.in_short([]) is None
    (of_orders_said,) = replace(money, are_orders=True).words([left])
    assert of_orders_said == replace(said, key=words.replace("left_out", "orders_left_out"))
    assert has_key(of_orders_said.key, "en")
    assert has_key(of_orders_said.key, "he")


def test_where_orders_count_what_is_left_out_is_called_so(written):
    made = written("Meeting")
    due = dt.date(2026, 3, 30)
    for unit in ("ILS", "USD"):
        made.deal(("Meeting", "2026-03-01"), amount=30, expected_close_day=due, currency=unit)
        made.row("orders", order_id=unit, day="2026-03-05", amount=50, currency=unit)
    made.row("orders", order_id="3", day="2026-03-06", amount=50, currency="ILS")
    made.row("targets", target_id="1", month="2026-03-01", amount=200, currency="ILS")
    settings = Settings(achieved=AchievedBy(Achieved.ORDERED))
    scope = made.scope("2026-03-16", calendar=Calendar(), settings=settings)
    figures = {one.id: one for one in measure(AGAINST, scope)}
    assert (figures["quota_attainment"].value, figures["quota_attainment"].n) == (0.5, 2)
    assert figures["quota_attainment"].why.key == "goals.orders_left_out"
    assert (figures["pipeline_coverage"].value, figures["pipeline_coverage"].why.key) == (0.3, "goals.left_out")
