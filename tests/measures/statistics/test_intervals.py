"""Intervals in closed form, against published values, scipy and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from yaad.measures.statistics import Sample, mean_of, share_of_sum, wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998 (Stat. Med. 17:857), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(k, n, low, high):
    assert wilson(k, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_as_scipy(k, n):
    k = min(k, n)
    theirs = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert wilson(k, n) == (pytest.approx(theirs.low, abs=1e-12), pytest.approx(theirs.high, abs=1e-12))


def test_wilson_of_nothing():
    assert wilson(0, 0) == (0, 1)


def test_mean_as_scipy():
    values = np.array([3.0, 5, 5, 9, 14])
    ours = mean_of(5, float(values.sum()), float((values**2).sum()))
    theirs = stats.t.interval(0.95, 4, values.mean(), stats.sem(values))
    assert ours == (pytest.approx(7.2), pytest.approx(theirs[0]), pytest.approx(theirs[1]))
    assert mean_of(0, 0, 0) == (None, None, None)
    assert mean_of(1, 4, 16) == (4, None, None)


def test_share_of_sum_of_equal_amounts_is_the_plain_rate():
    value, low, high = share_of_sum(100, 30 * 7, 100 * 7, 30 * 49, 100 * 49)
    assert value == pytest.approx(0.3)
    plain = wilson(29.7, 99)  # at n − 1, as the variance of a ratio has it
    assert (low, high) == (pytest.approx(plain[0], abs=1e-9), pytest.approx(plain[1], abs=1e-9))
    assert share_of_sum(0, 0, 0, 0, 0) == (None, None, None)


def test_share_of_sum_is_wider_where_one_amount_rules():
    even = share_of_sum(10, 50, 100, 250, 1000)
    uneven = share_of_sum(10, 50, 100, 50**2, 50**2 + 9 * (50 / 9) ** 2)
    assert uneven.high - uneven.low > even.high - even.low


values = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), min_size=1, max_size=60)


@given(values)
def test_median_and_mean_as_numpy(sample):
    ours = Sample.count(sample)
    assert ours.median().value == pytest.approx(np.median(sample))
    assert ours.mean().value == pytest.approx(np.mean(sample), abs=1e-6)
    assert ours.quantile(0.9) == np.quantile(sample, 0.9, method="inverted_cdf")


@given(values)
def test_the_interval_of_the_median_holds_it(sample):
    middle, low, high = Sample.count(sample).median()
    assert low is None or low <= middle
    assert high is None or high >= middle


def test_counted_values():
    sample = Sample.count([10, 20, 10], [1, 3, 1])
    assert (sample.values.tolist(), sample.counts.tolist(), sample.n) == ([10, 20], [2, 3], 5)
    assert sample.median().value == 20
    assert Sample.count([]).median() == (None, None, None)
    assert Sample.count([]).quantile(0.9) is None


def test_an_interval_of_lengths_does_not_go_below_nothing():
    assert Sample.count([2, 3, 60]).mean().low == 0
    assert Sample.count([-50, 3, 60]).mean().low < -50
