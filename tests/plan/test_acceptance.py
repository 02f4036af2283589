"""The plan held against companies whose truth is known; the full counts run by `make check-long`."""

import numpy as np
import pytest
from benchmarks.statistics import reverse_plan

from yaad.demo import World, simulate
from yaad.plan import WON, Lag, arrivals_to_wins


@pytest.fixture(scope="module")
def found():
    return reverse_plan.run(full=False)


def test_every_bound_holds(found):
    assert [name for name, held in found["checks"].items() if not held] == []
    assert found["accepted"]


def test_a_plan_for_eight_of_ten_reaches_it_in_eight_of_ten(found):
    # pasts are spread evenly, so 16 of them come within .03 of what 256 say
    assert 0.80 <= found["known"]["hit"] <= 0.82
    for history in found["from_history"].values():
        assert 0.78 <= history["hit"] <= 0.87
        assert 0.48 <= history["hit_of_target_by_rate"] <= 0.56


def test_a_month_is_won_with_inquiries_of_the_months_before(found):
    assert found["month_shares"] == pytest.approx([0.02, 0.36, 0.40, 0.15], abs=0.02)
    assert (found["lag"]["median"], found["lag"]["p80"]) == pytest.approx((51, 75), abs=2)


def test_a_young_company_does_not_learn_too_short_a_lag():
    """After 120 days the won deals are the fast ones; counting the open ones repairs most of it."""
    world = World(days=120, inquiries_a_day=60)
    history = simulate(world, seed=3)
    paths, cut = history.paths, history.cut()
    won = paths.entered[:, -1] < cut
    naive = (paths.entered[won, -1] - paths.born[won]).mean()
    truth = history.truth.win_days.mean
    lag = reverse_plan.lag_of(world, seed=3)
    assert naive < 0.85 * truth
    assert abs(lag.mean - truth) < 0.5 * abs(naive - truth)
    assert lag.undecided > 0.05 or lag.days[-1] < 120


def test_expected_wins_of_a_stream_come_to_what_happens():
    history = simulate(World(days=400, inquiries_a_day=60), seed=8)
    paths = history.paths
    arrivals = np.bincount(paths.born.astype(int), minlength=400)
    days = (paths.entered[:, -1] - paths.born)[np.isfinite(paths.entered[:, -1])]
    lag = Lag.from_times(days, np.full(len(days), WON))
    expected = arrivals_to_wins(arrivals, lag.pmf(), history.truth.rates.won)
    actual = np.bincount(paths.entered[np.isfinite(paths.entered[:, -1]), -1].astype(int), minlength=len(expected))
    assert expected.sum() == pytest.approx(arrivals.sum() * history.truth.rates.won)
    months = slice(120, 390)
    assert actual[months].sum() == pytest.approx(expected[months].sum(), rel=0.05)
