"""Rates drawn towards what groups have in common: nearer to the truth than the raw ones, and as sure as they say."""

import numpy as np
import pytest

from yaad.measures.statistics import Spells, expected_share
from yaad.measures.statistics.shrinkage import as_counts, shrunk


def companies(runs, first, second, seed):
    rng = np.random.default_rng(seed)
    for _ in range(runs):
        truth = rng.beta(first, second, 12)
        of = rng.integers(8, 160, 12)
        yield truth, rng.binomial(of, truth), of


@pytest.mark.parametrize("world", [(6, 34), (24, 136)])
def test_nearer_to_the_truth_and_as_sure_as_it_says(world):
    raw, drawn, covered = [], [], []
    for truth, won, of in companies(60, *world, seed=31):
        found = shrunk(won, of)
        rates = np.array([one.rate for one in found])
        low, high = np.array([one.range for one in found]).T
        raw.append(np.mean((won / of - truth) ** 2))
        drawn.append(np.mean((rates - truth) ** 2))
        covered.append(np.mean((low <= truth) & (truth <= high)))
    assert np.sqrt(np.mean(drawn)) <= 0.80 * np.sqrt(np.mean(raw))
    assert 0.75 - 0.03 <= np.mean(covered) <= 0.85 + 0.03


def test_many_deals_speak_for_themselves_and_few_for_all():
    found = shrunk([500, 400, 1], [1000, 1000, 1])
    assert found[0].rate == pytest.approx(0.5, abs=0.01)
    assert found[1].rate == pytest.approx(0.4, abs=0.01)
    assert 0.35 < found[2].rate < 0.65
    assert shrunk([], []) == []
    assert all(0 < one.rate < 1 for one in shrunk([0, 9], [9, 9]))


def test_the_same_question_has_the_same_answer():
    one, other = shrunk([3, 8], [10, 20]), shrunk([3, 8], [10, 20])
    assert all((a.draws == b.draws).all() for a, b in zip(one, other, strict=True))


def test_decided_deals_count_as_what_they_are():
    assert as_counts(expected_share(Spells.count([5, 9], [1, 2], [30, 70]))) == pytest.approx((30, 100))


def test_open_deals_make_it_less_sure_than_their_number():
    half_open = expected_share(Spells.count([1, 5, 9], [0, 1, 2], [100, 30, 70]))
    won, of = as_counts(half_open)
    assert won / of == pytest.approx(0.3)
    assert of == pytest.approx(100)
    assert as_counts(expected_share(Spells.count([], []))) == (0, 0)
