"""Sales velocity against the law of queues (Little 1961) in simulated companies, steady and growing."""

from dataclasses import replace
from math import exp, log, sqrt

import numpy as np
import pytest
from tests.measures.company import asking, history_rows

from yaad.demo import Step, World, simulate
from yaad.measures import measure
from yaad.model import Period

PERIOD = 120
ALIKE = World(days=480, inquiries_a_day=25, steps=(Step("Talks", 0.5, 20, 20, 0.6),))
"""Deals that are won take as long as those that are lost."""
UNLIKE = replace(ALIKE, steps=(Step("Talks", 0.5, 10, 40, 0.6),))
SIGMAS = 4


def told(world, seed=1):
    """Velocity, throughput and won value of the last days of a company, and its history."""
    history = simulate(world, seed)
    end = history.as_of.toordinal() + 1
    period = Period(history.as_of.fromordinal(end - PERIOD), history.as_of.fromordinal(end), "last days")
    scope = asking(history_rows(history), history.as_of, world, period=period)
    return {figure.id: figure for figure in measure(["sales_velocity", "throughput", "won_value"], scope)}, history


def error(figure, days=True):
    """One standard error of money a day, in parts of itself: of the wins, their amounts, and those open."""
    counts = figure.beside
    spread = exp(0.8**2)  # 1 + the square of the amounts' coefficient of variation, by the world's lognormal
    return sqrt((spread if days else 1.0) / counts["won"] + 1 / counts["open"] + 1 / (counts["won"] + counts["lost"]))


def test_in_steady_state_both_are_what_comes_in():
    """L = λW: what stands open ÷ the days that each stays is what comes a day; half of it is won."""
    figures, _ = told(ALIKE)
    velocity, flow, won = (figures[name] for name in ("sales_velocity", "throughput", "won_value"))
    assert velocity.value == pytest.approx(flow.value, rel=SIGMAS * error(flow))
    assert flow.value == pytest.approx(won.value / PERIOD, rel=SIGMAS * error(flow))
    assert flow.beside["wins_per_day"] == pytest.approx(25 * 0.5, rel=SIGMAS * error(flow, days=False))


def test_where_the_lost_stay_longer_only_the_law_of_queues_is_right():
    """All stay 2.5 times as long as the won: so the field's formula promises 2.5 times what comes in."""
    figures, _ = told(UNLIKE)
    velocity, flow, won = (figures[name] for name in ("sales_velocity", "throughput", "won_value"))
    assert flow.value == pytest.approx(won.value / PERIOD, rel=SIGMAS * error(flow))
    assert velocity.value / flow.value == pytest.approx((0.5 * 10 + 0.5 * 40) / 10, rel=SIGMAS * error(flow))


def test_of_a_growing_company_it_is_off_as_theory_says():
    """Little's law is of steady state. With λ(t) = λ·exp(rt) and M(r) = E exp(−rT) of the days T that a deal stays

    open are λ(t)·(1 − M)/r, decided deals took −M′/M days on average, and wins of the last P days are
    ½·λ(t)·M·(1 − exp(−rP))/r: so open × ½ ÷ days, against the wins a day, is (1 − M)·P ÷ (−M′·(1 − exp(−rP))).
    """
    world = replace(ALIKE, growth=12.0, inquiries_a_day=8)
    figures, history = told(world)
    flow = figures["throughput"]
    rate = log(world.growth) / world.days
    stays = history.paths.ended - history.paths.born
    mean, slope = np.exp(-rate * stays).mean(), (stays * np.exp(-rate * stays)).mean()
    theory = (1 - mean) * PERIOD / (slope * (1 - exp(-rate * PERIOD)))
    counted = flow.beside["wins_per_day"] / (flow.beside["won"] / PERIOD)
    assert counted == pytest.approx(theory, rel=SIGMAS * error(flow, days=False))
    assert theory > 1 + 2 * SIGMAS * error(flow, days=False), "the company grows enough for it to be seen"
