"""A step in a series: equal to a peer at the same ρ, planted steps and planted nothing, and what cannot be told."""

import datetime as dt

import numpy as np
import pytest
from benchmarks.statistics import decisions
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.measures.statistics import NoFit
from yaad.measures.statistics.interrupted import separable, step_at


def test_nothing_raises_few_alarms_and_ten_per_cent_are_held():
    found = decisions.run(full=False)
    assert found["checks"] == dict.fromkeys(found["checks"], True), found


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_generalised_least_squares_at_its_rho(seed):
    import statsmodels.api as sm

    own, control = decisions.series(0.1, np.random.default_rng(seed))
    found = step_at(own, decisions.DECIDED, control)
    week = np.arange(decisions.WEEKS)
    columns = [np.ones(decisions.WEEKS), week / decisions.WEEKS, week >= decisions.DECIDED, control]
    x = np.stack(columns, axis=1).astype(float)
    sigma = found.rho ** np.abs(week[:, None] - week[None, :])
    peer = sm.GLS(own, x, sigma=sigma).fit()
    assert found.value == pytest.approx(peer.params[2], rel=1e-8)
    # the peer divides by one more degree of freedom: it takes ρ as known
    error = (found.high - found.low) / 2
    left = decisions.WEEKS - 5
    from scipy.stats import t

    assert error / t.ppf(0.975, left) == pytest.approx(peer.bse[2] * ((left + 1) / left) ** 0.5, rel=1e-8)


@settings(max_examples=20, deadline=None)
@given(st.floats(-3, 3), st.floats(0.1, 10), st.floats(-5, 5))
def test_laws(shift, scale, step):
    """A constant beside changes nothing; a unit scales everything; a step more is told as a step more."""
    rng = np.random.default_rng(3)
    y, c = rng.normal(size=40), rng.normal(size=40)
    first, plain = 25, step_at(y, 25, c)
    moved = step_at(scale * (y + shift), first, c)
    assert [moved.value, moved.low, moved.high] == pytest.approx(
        [scale * end for end in (plain.value, plain.low, plain.high)], rel=1e-5, abs=1e-6
    )
    more = step_at(y + step * (np.arange(40) >= first), first, c)
    assert more.value - plain.value == pytest.approx(step, abs=1e-6)
    assert more.rho == pytest.approx(plain.rho, abs=1e-6)


def test_too_few_points_and_a_control_that_is_the_step_are_refused():
    y = np.arange(20.0) ** 1.5
    for first in (5, 15):
        with pytest.raises(NoFit):
            step_at(y, first)
    with pytest.raises(NoFit):
        step_at(y, 10, np.arange(20) >= 10)


def test_decisions_near_one_another_are_not_separable():
    first = dt.date(2026, 1, 4)
    assert separable([first, first + dt.timedelta(weeks=8)]) == [True, True]
    assert separable([first, first + dt.timedelta(weeks=7, days=6)]) == [False, False]
    assert separable([]) == []
