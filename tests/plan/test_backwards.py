"""The reverse plan: the article's example to the unit, and how sure it is."""

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, nbinom

from yaad.errors import InputError
from yaad.plan import INQUIRIES, Ratio, closings_for_value, plan_backwards, typed_ratios
from yaad.plan.backwards import exact
from yaad.plan.chance import smallest

ARTICLE = typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"})


def counts(plan):
    return [row.count for row in plan.needed]


def from_the_past(inquiries):
    parts = {"quote": 2, "negotiation": 5, "close": 10}
    return [Ratio.counted(stage, inquiries // part, inquiries) for stage, part in parts.items()]


def test_fifty_customers_need_five_hundred_inquiries():
    plan = plan_backwards(50, ARTICLE)
    assert [(row.stage, row.count) for row in plan.needed] == [
        (INQUIRIES, 500),
        ("quote", 250),
        ("negotiation", 100),
        ("close", 50),
    ]
    assert plan.chance == {0.5: 497, 0.8: 555, 0.9: 588}
    assert plan.history is None


def test_sixty_customers_need_six_hundred():
    assert counts(plan_backwards(60, ARTICLE)) == [600, 300, 120, 60]


def test_the_average_is_a_coin_toss():
    assert 0.51 < plan_backwards(50, ARTICLE).on_average < 0.53


def test_steps_of_the_stage_before_give_the_same_plan():
    steps = typed_ratios({}, {"quote": "0.5", "negotiation": "0.4", "close": "0.5"})
    assert plan_backwards(50, steps) == plan_backwards(50, ARTICLE)


@pytest.mark.parametrize("target", range(1, 200))
def test_no_dust_of_binary_fractions(target):
    # 0.1 and 0.3 are no binary fractions: 3 ÷ 0.1 must be 30, never 31
    assert counts(plan_backwards(target, typed_ratios({"close": "0.1"}), levels=())) == [10 * target, target]
    thirds = typed_ratios({}, {"quote": "0.3", "close": "1/3"})
    assert counts(plan_backwards(target, thirds, levels=()))[0] == 10 * target


def test_each_row_is_rounded_up_by_itself():
    plan = plan_backwards(50, [Ratio.counted("close", 842, 8000)])
    assert counts(plan) == [476, 50]  # 50 ÷ .10525 = 475.06
    assert counts(plan_backwards(50, [Ratio.counted("close", 692, 8000)])) == [579, 50]
    assert counts(plan_backwards(1, typed_ratios({"quote": "0.9", "close": "0.09"}))) == [12, 10, 1]


@pytest.mark.parametrize(
    ("history", "rounded"), [(2000, [500, 565, 605]), (500, [500, 590, 640]), (200, [505, 625, 700])]
)
def test_what_the_past_does_not_know_costs_inquiries(history, rounded):
    plan = plan_backwards(50, from_the_past(history))
    assert [ceil(count / 5) * 5 for count in plan.chance.values()] == rounded
    assert plan.history == history


@pytest.mark.parametrize(("target", "published"), [(5, [47, 67, 79]), (10, [97, 126, 144]), (200, [2000, 2205, 2325])])
def test_other_targets_from_a_thousand_inquiries(target, published):
    plan = plan_backwards(target, [Ratio.counted("close", 100, 1000)])
    # the published ones were drawn at random, the large target on a grid of 5
    assert list(plan.chance.values()) == pytest.approx(published, abs=1 if target < 20 else 7)


def test_the_same_question_has_the_same_answer():
    assert plan_backwards(50, from_the_past(500)).chance == plan_backwards(50, from_the_past(500)).chance


def test_a_long_past_comes_to_the_known_ratio():
    assert list(plan_backwards(50, from_the_past(10**9)).chance.values()) == pytest.approx([497, 555, 588], abs=1)


def test_a_certain_sale_needs_no_more_than_the_target():
    plan = plan_backwards(7, typed_ratios({"close": "1"}))
    assert counts(plan) == [7, 7]
    assert plan.chance == {0.5: 7, 0.8: 7, 0.9: 7}


def test_few_past_customers_are_said_to_be_few():
    assert [note.key for note in plan_backwards(5, [Ratio.counted("close", 9, 100)]).notes] == ["plan.few_wins"]
    assert plan_backwards(5, [Ratio.counted("close", 10, 100)]).notes == ()


def test_a_plan_says_why():
    for ratios in (ARTICLE, from_the_past(500)):
        rule = plan_backwards(50, ratios).rule
        assert rule.values["inquiries"] == 500


@pytest.mark.parametrize("target", [0, -5])
def test_a_target_is_at_least_one(target):
    with pytest.raises(InputError, match="at least one customer"):
        plan_backwards(target, ARTICLE)


def test_more_inquiries_than_can_be_meant_are_refused():
    with pytest.raises(InputError, match="Check the ratio"):
        plan_backwards(50, [Ratio("close", Fraction(1, 10**18))])


def test_money_asks_for_closings():
    assert closings_for_value("1350000", "27000") == 50
    assert closings_for_value(Decimal(1350000), 27000) == 50
    assert closings_for_value("1,350,000.01", "27,000") == 51
    assert closings_for_value(0.3, 0.1) == 3  # never 2.9999…
    plan = plan_backwards(50, ARTICLE, average="27000", target_value="1350000", unit="ILS")
    assert (plan.value, plan.target_value, plan.unit) == (1350000, 1350000, "ILS")


@pytest.mark.parametrize("amount", ["", "0", "-5", "1e9", "nan", "abc", "1,35,0000", ".", "1.2.3", " "])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(InputError):
        exact(amount)


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(1, 400), st.sampled_from([0.5, 0.8, 0.9, 0.99]))
def test_the_chance_is_the_smallest_count_that_does(target, per_thousand, level):
    ratio = Fraction(per_thousand, 1000)
    needed = plan_backwards(target, [Ratio("close", ratio)], [level]).chance[level]
    assert binom.sf(target - 1, needed, float(ratio)) >= level
    assert needed == target or binom.sf(target - 1, needed - 1, float(ratio)) < level
    # a second road: failures before the target-th customer are negative binomial
    assert needed == pytest.approx(target + nbinom.ppf(level, target, float(ratio)), abs=1)


@settings(deadline=None)
@given(
    st.integers(1, 10_000),
    st.lists(st.integers(1, 1000), min_size=1, max_size=5),
)
def test_the_plan_undoes_the_funnel(inquiries, parts):
    shares = [Fraction(part, 1000) for part in sorted(parts, reverse=True)]
    reached = inquiries * shares[-1]
    if reached.denominator == 1:
        ratios = [Ratio(f"s{place}", share) for place, share in enumerate(shares)]
        assert counts(plan_backwards(int(reached), ratios, levels=()))[0] == inquiries


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.integers(20, 2000), st.integers(1, 19))
def test_surer_means_more_and_rows_never_grow(target, of, reached):
    ratios = [Ratio.counted("quote", 20, of), Ratio.counted("close", reached, of)]
    plan = plan_backwards(target, ratios)
    assert list(plan.chance.values()) == sorted(plan.chance.values())
    assert counts(plan) == sorted(counts(plan), reverse=True)
    assert counts(plan)[-1] == target
    more = plan_backwards(target + 1, ratios)
    assert all(more.chance[level] >= count for level, count in plan.chance.items())


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(-5, 2000), st.integers(0, 3000))
def test_the_search_finds_the_smallest_from_any_guess(start, answer, guess):
    asked = []

    def holds(number):
        asked.append(number)
        return number >= answer

    assert smallest(holds, start, guess) == max(start, answer)
    assert len(asked) <= 45
    assert min(asked) >= start
