"""Persons' plans beside the team's, and what a customer of each source costs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.errors import CannotTell, InputError
from yaad.measures.statistics import Spells, expected_share
from yaad.model import Per, SourceCost
from yaad.plan import Ratio, plan_backwards
from yaad.plan.people import Past, plan_people, split
from yaad.plan.sources import plan_sources, read_costs


def past(won, lost, recent=None):
    share = expected_share(Spells.count([10, 20], [1, 2], [won, lost]))
    return Past(share, won + lost, won + lost if recent is None else recent)


def test_persons_targets_sum_to_the_teams_and_their_plans_exceed_it():
    people = {name: past(30, 270) for name in ("Ann", "Bob", "Cyd", "Dan", "Eve")}
    team = plan_backwards(50, [Ratio.counted("close", 150, 1500)])
    made = plan_people(50, team.chance[0.8], people)
    assert [row.target for row in made.people] == [10] * 5
    assert made.apart > made.team
    assert made.apart == sum(row.chance for row in made.people)
    for row in made.people:
        assert row.rate == pytest.approx(0.1, abs=0.005)
        assert row.chance > row.needed


def test_few_deals_say_little_of_a_person():
    people = {"Ann": past(40, 360), "Bob": past(50, 350), "Cyd": past(45, 355), "new": past(3, 3)}
    made = {row.name: row for row in plan_people(20, 0, people).people}
    assert made["new"].few
    assert made["new"].rate < 0.25, "half of six is no half"
    assert made["Ann"].rate < made["Bob"].rate


def test_who_has_left_has_no_part():
    made = plan_people(10, 0, {"Ann": past(40, 360), "gone": past(90, 310, recent=0)})
    assert [(row.name, row.target) for row in made.people] == [("Ann", 10)]
    with pytest.raises(CannotTell):
        plan_people(10, 0, {"gone": past(90, 310, recent=0)})


@given(st.integers(0, 500), st.lists(st.floats(0, 1000), min_size=1, max_size=12))
def test_parts_are_whole_and_sum_up(target, weights):
    parts = split(target, weights)
    assert sum(parts) == target
    assert all(part >= 0 for part in parts)
    total = sum(weights)
    if total > 0:
        assert all(abs(part - target * weight / total) < 1 + 1e-9 for part, weight in zip(parts, weights, strict=True))


def test_the_cheapest_customer_not_the_cheapest_inquiry():
    sources = {"fairs": past(200, 800), "search": past(100, 900), "free": past(50, 450)}
    costs = {"fairs": SourceCost(Per.INQUIRY, Decimal(60)), "search": SourceCost(Per.INQUIRY, Decimal(45))}
    made = plan_sources(sources, costs, 3)
    first, second, third = made.rows
    # 60 ÷ .2 = 300 against 45 ÷ .1 = 450
    assert (first.name, first.per_customer) == ("fairs", pytest.approx(300, rel=0.03))
    assert (second.name, second.per_customer) == ("search", pytest.approx(450, rel=0.03))
    assert (third.name, third.per_customer) == ("free", None)
    assert first.customer_low < first.per_customer < first.customer_high
    assert made.best > 0.99
    assert made.words.key == "levers.buy_more"


def test_near_ones_are_said_to_be_near():
    sources = {"a": past(20, 180), "b": past(21, 179)}
    costs = {name: SourceCost(Per.INQUIRY, Decimal(10)) for name in sources}
    made = plan_sources(sources, costs, 3)
    assert 0.5 <= made.best < 0.8
    assert made.words.key == "levers.buy_unsure"


def test_a_cost_of_a_month_is_shared_by_its_inquiries():
    made = plan_sources({"fairs": past(30, 270, recent=60)}, {"fairs": SourceCost(Per.MONTH, Decimal(3000))}, 3)
    assert made.rows[0].per_inquiry == 150  # 60 in three months
    assert made.words.key == "levers.one_cost"
    assert plan_sources({"fairs": past(30, 270)}, {}, 3).words.key == "levers.no_costs"


def test_costs_in_two_currencies_are_refused():
    costs = {"a": SourceCost(Per.INQUIRY, Decimal(1), "ILS"), "b": SourceCost(Per.INQUIRY, Decimal(1), "USD")}
    with pytest.raises(InputError):
        plan_sources({"a": past(1, 1), "b": past(1, 1)}, costs, 3)


@pytest.mark.parametrize("text", ["", "0", "-4", "many", "45/week"])
def test_what_is_no_cost_is_refused(text):
    with pytest.raises(InputError, match="Search"):
        read_costs({"Search": text})


def test_costs_as_typed():
    costs = read_costs({"a": "45", "b": "3,000/month"}, "ILS")
    assert costs["a"] == SourceCost(Per.INQUIRY, Decimal(45), "ILS")
    assert costs["b"] == SourceCost(Per.MONTH, Decimal(3000), "ILS")
