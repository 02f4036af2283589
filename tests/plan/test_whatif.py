"""What-if: the article's example, and a range that holds what it says."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from yaad.errors import InputError
from yaad.plan import INQUIRIES, Ratio, typed_ratios, what_if

ARTICLE = typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"})


@pytest.mark.parametrize(("inquiries", "customers"), [(100, 10), (120, 12), (600, 60)])
def test_the_article(inquiries, customers):
    assert what_if(inquiries, ARTICLE).expected[-1].count == customers


def test_each_stage_is_told():
    told = what_if(120, ARTICLE)
    assert [(row.stage, row.count) for row in told.expected] == [
        (INQUIRIES, 120),
        ("quote", 60),
        ("negotiation", 24),
        ("close", 12),
    ]
    assert (told.expected[0].low, told.expected[0].high) == (120, 120)


def test_counts_stay_exact():
    told = what_if(120, [Ratio.counted("close", 842, 8000)])
    assert told.expected[-1].count == Fraction(1263, 100)


def test_the_chance_is_the_largest_count_that_is_reached():
    told = what_if(120, ARTICLE)
    for level, count in told.chance.items():
        assert binom.sf(count - 1, 120, 0.1) >= level > binom.sf(count, 120, 0.1)


def test_money_follows_the_customers():
    told = what_if(120, ARTICLE, "27000", unit="ILS")
    assert told.value == Decimal("324000.00")
    last = told.expected[-1]
    assert (told.value_low, told.value_high) == (last.low * 27000, last.high * 27000)
    assert what_if(120, ARTICLE).value is None
    assert what_if(10, [Ratio("close", Fraction(1, 3))], "10.01").value == Decimal("33.37")


def test_an_uncertain_ratio_widens_the_range():
    known = what_if(500, [Ratio("close", Fraction(1, 10))]).expected[-1]
    counted = what_if(500, [Ratio.counted("close", 20, 200)]).expected[-1]
    assert counted.low < known.low < known.high < counted.high


@pytest.mark.parametrize("inquiries", [0, -3, 10**13])
def test_inquiries_that_cannot_be_are_refused(inquiries):
    with pytest.raises(InputError, match="inquiries"):
        what_if(inquiries, ARTICLE)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5000), st.integers(1, 1000))
def test_eight_of_ten_cases_lie_in_the_range(inquiries, per_thousand):
    row = what_if(inquiries, [Ratio("close", Fraction(per_thousand, 1000))]).expected[-1]
    p = per_thousand / 1000
    assert binom.cdf(row.high, inquiries, p) - binom.cdf(row.low - 1, inquiries, p) >= 0.8 - 1e-9
    assert row.low - 1 < row.count < row.high + 1
