"""The way of a deal through the stages: by hand, against the simulator's truth, and what must always hold."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.demo import World, simulate
from yaad.measures.funnels import follow, funnel_statistics
from yaad.measures.statistics import Ending, Spells, aalen_johansen
from yaad.plan import Lag
from yaad.plan.ways import Stays, Ways

TWO_STAGES = [
    Spells.count([1, 3, 3, 5], [Ending.ADVANCED, Ending.ADVANCED, Ending.LOST, Ending.LOST]),
    Spells.count([2, 4], [Ending.ADVANCED, Ending.LOST]),
]


def test_two_stages_by_hand():
    ways = Stays.of_spells([TWO_STAGES]).ways()
    # enters now: on to stage 2 after 1 day (1/4) or 3 days (1/4); there won after 2 days (1/2)
    assert ways.win_by(0, None, 6)[0].tolist() == pytest.approx([0, 0, 0, 1 / 8, 1 / 8, 1 / 4, 1 / 4])
    # one day old: of the three that are left one goes on, 2 days from now
    assert ways.win_by(0, [1], 5)[0].tolist() == pytest.approx([0, 0, 0, 0, 1 / 6, 1 / 6])
    assert ways.chance(0, [np.nan, 0, 1, 3, 5, 99]).tolist() == pytest.approx([1 / 4, 1 / 4, 1 / 6, 0, 0, 0])
    assert ways.chance(1, [0, 2]).tolist() == pytest.approx([1 / 2, 0])
    assert ways.chance(2).tolist() == [1.0]


def test_open_stays_count_until_today():
    # by hand: won at 10, open at 20, lost at 30: F1 = 1/3, S(20) = 2/3, F2 = 2/3
    ways = Stays.of_spells([[Spells.count([10, 20, 30], [1, 0, 2])]]).ways()
    assert ways.chance(0).tolist() == pytest.approx([1 / 3])
    # open at 30 in place of the loss: what is undecided is shared as the decided part was
    shared = Stays.of_spells([[Spells.count([10, 15, 30], [1, 2, 0])]]).ways()
    assert shared.chance(0).tolist() == pytest.approx([1 / 2])
    assert shared.undecided.tolist() == pytest.approx([1 / 3])
    # … in the end, whenever that is: by hand F1 = 1/4, S(15) = 3/4, F2 = 3/8, so 3/8 are undecided at day 30
    shared = Stays.of_spells([[Spells.count([10, 15, 20, 30], [1, 0, 2, 0])]]).ways()
    assert shared.chance(0).tolist() == pytest.approx([2 / 5])
    assert shared.win_by(0, None, 365)[0, [9, 10, 365]].tolist() == pytest.approx([0, 1 / 4, 1 / 4])
    assert shared.ending([False]).chance(0).tolist() == pytest.approx([1 / 4])
    assert shared.in_time == pytest.approx(5 / 8)
    won, _ = shared.draw([0] * 9_000, [np.nan] * 9_000, np.random.default_rng(2))
    assert won.mean() == pytest.approx(1 / 4, abs=0.02)


def test_a_stage_where_nothing_was_decided_wins_nothing():
    ways = Stays.of_spells([[Spells.count([3, 9], [0, 0])]]).ways()
    assert ways.chance(0, [np.nan, 2]).tolist() == [0, 0]
    assert ways.undecided.tolist() == [1]
    won, _ = ways.draw([0, 0], [np.nan, 2], np.random.default_rng(1))
    assert not won.any()


def test_one_stage_is_the_lag_times_the_rate():
    rng = np.random.default_rng(5)
    days, ended = rng.exponential(20, 4000), rng.integers(0, 3, 4000)
    spells = Spells.count(days, ended)
    lag = Lag.from_counts(spells.times, spells.advanced, spells.lost, spells.open)
    ways = Stays.of_spells([[spells]]).ways()
    known = np.cumsum(lag.pmf())[:60] * ways.chance(0)[0]
    assert ways.win_by(0, None, 59)[0] == pytest.approx(known, abs=0.004)


def test_weights_are_whole_deals():
    recent, old = [Spells.count([2, 4], [1, 2])], [Spells.count([2, 3, 4], [1, 2, 0])]
    weighed = Stays.of_spells([recent, old], [1.0, 0.5]).ways()
    doubled = Stays.of_spells([[recent[0].joined(recent[0], old[0])]]).ways()
    assert weighed.advanced == pytest.approx(doubled.advanced)
    assert weighed.lost == pytest.approx(doubled.lost)


spells_of_a_stage = st.lists(st.tuples(st.floats(0, 40), st.sampled_from(list(Ending))), min_size=1, max_size=30)


@given(st.lists(spells_of_a_stage, min_size=1, max_size=4), st.floats(0, 60))
@settings(max_examples=40)
def test_laws(stages, age):
    ways = Stays.of_spells([[Spells.count(*zip(*stage, strict=True)) for stage in stages]]).ways()
    counted = ways.ending([False] * ways.stages)
    decided = (ways.advanced + ways.lost).sum(axis=1)
    assert decided + ways.undecided == pytest.approx(1)
    assert np.all((counted.in_the_end <= ways.in_the_end + 1e-12) & (ways.in_the_end <= 1 + 1e-12))
    for place in range(ways.stages):
        by = ways.win_by(place, [np.nan, age], horizon=400)
        assert np.all(np.diff(by, axis=1) >= -1e-12)
        # all that was seen is told within a time; in the end what was undecided comes beside it
        assert by[:, -1] == pytest.approx(counted.chance(place, [np.nan, age]), abs=1e-9)
        assert np.all(by[:, -1] <= ways.chance(place, [np.nan, age]) + 1e-9)
        assert np.all((by >= 0) & (by <= 1))


def test_draws_follow_the_chances():
    ways = Stays.of_spells([TWO_STAGES * 2]).ways()
    rng = np.random.default_rng(3)
    for place, age in ((0, np.nan), (0, 1.0), (2, 0.0), (3, np.nan)):
        won, day = ways.draw(np.full(40_000, place), np.full(40_000, age), rng)
        seen = np.array([(won & (day <= t)).mean() for t in range(15)])
        assert seen == pytest.approx(ways.win_by(place, [age], 14)[0], abs=0.01)


def test_reweighted_ways_scatter_about_the_estimate():
    stays = Stays.of_spells([[Spells.count([1, 2, 5, 8], [1, 2, 1, 0], [300, 500, 200, 100])]])
    rng = np.random.default_rng(8)
    drawn = [stays.ways(rng).chance(0)[0] for _ in range(200)]
    assert np.mean(drawn) == pytest.approx(stays.ways().chance(0)[0], abs=0.005)
    assert 0.008 < np.std(drawn) < 0.025  # a share of about one half among a thousand: 0.016


def test_the_simulators_truth():
    history = simulate(World(days=900, inquiries_a_day=12), seed=4)
    now = 600.0
    paths = history.paths
    spells = []
    for place in range(4):
        began, onward = paths.entered[:, place], paths.entered[:, place + 1]
        lost = np.where(paths.lost_step == place, paths.lost, np.inf)
        here = began <= now
        end = np.minimum(onward, lost)[here]
        ended = np.where(end <= now, np.where(onward[here] <= lost[here], Ending.ADVANCED, Ending.LOST), Ending.OPEN)
        spells.append(Spells.count(np.minimum(end, now) - began[here], ended))
    ways = Stays.of_spells([spells]).ways()
    assert ways.chance(0)[0] == pytest.approx(0.1001, abs=0.01)
    stage = (paths.entered <= now).sum(axis=1) - 1
    still = (paths.born <= now) & (stage < 4) & (paths.lost > now)
    expected, became = np.zeros(4), np.zeros(4)
    for place in range(4):
        here = still & (stage == place)
        by = ways.win_by(place, now - paths.entered[here, place], 120)
        expected += by[:, [14, 30, 60, 120]].sum(axis=0)
        won = paths.entered[here, 4] - now
        became += [(won <= days).sum() for days in (14, 30, 60, 120)]
    assert expected == pytest.approx(became, rel=0.15)
    assert became[-1] > 60


def month_of(seed, silent):
    """Of a company's open deals: wins to be expected in 30 days, the same by sharing, those that came, their variance.

    Args:
        seed: of the company.
        silent: the part of its deals that stay for ever in one of the stages that they come to.
    """
    paths, now, rng = simulate(World(days=400, inquiries_a_day=12), seed=seed).paths, 365.0, np.random.default_rng(seed)
    came_to = np.isfinite(paths.entered[:, :4]).sum(axis=1)
    stays_in = np.where(rng.random(len(came_to)) < silent, np.floor(rng.random(len(came_to)) * came_to), 4)
    entered = np.where(np.arange(5) > stays_in[:, None], np.inf, paths.entered)
    lost = np.where(stays_in < 4, np.inf, paths.lost)
    spells = []
    for place in range(4):
        here = entered[:, place] <= now
        onward, away = entered[here, place + 1], np.where(paths.lost_step[here] == place, lost[here], np.inf)
        end = np.minimum(onward, away)
        ended = np.where(end <= now, np.where(onward <= away, Ending.ADVANCED, Ending.LOST), Ending.OPEN)
        spells.append(Spells.count(np.minimum(end, now) - entered[here, place], ended))
    ways = Stays.of_spells([spells]).ways()
    decided = 1 - ways.undecided[:, None]
    sharing = Ways(ways.advanced / decided, ways.lost / decided, ways.in_the_end)
    stage, found = (entered <= now).sum(axis=1) - 1, np.zeros(4)
    still = (entered[:, 0] <= now) & (stage < 4) & (lost > now)
    for place in range(4):
        here = still & (stage == place)
        chance, shared = (each.win_by(place, now - entered[here, place], 30)[:, 30] for each in (ways, sharing))
        became = (entered[here, 4] <= now + 30).sum()
        found += [chance.sum(), shared.sum(), became, (chance * (1 - chance)).sum()]
    return found


@pytest.mark.parametrize("silent", [0.0, 0.5])
def test_a_month_brings_what_is_to_be_expected_also_where_many_deals_never_end(silent):
    expected, sharing, became, variance = np.sum([month_of(seed, silent) for seed in range(6)], axis=0)
    assert abs(expected - became) < 2 * np.sqrt(variance)
    assert became > 80
    if silent:  # shared out within the time, what never ends would be won
        assert sharing - became > 5 * np.sqrt(variance)
    else:
        assert sharing == pytest.approx(expected, rel=0.01)


def decided_book(written):
    """Deals of two stages, all of them decided, one that skipped the second: nothing is left to share out."""
    book, first = written("Meeting", "Quote"), dt.date(2025, 3, 2)
    for deal, (met, quoted, won) in enumerate(
        [(2, 3, 1), (5, 9, 0), (4, None, 0), (1, 6, 1), (7, None, 1), (12, 4, 0)]
    ):
        came = first + dt.timedelta(days=9 * deal)
        moves, day = [("Meeting", came)], came + dt.timedelta(days=met)
        if quoted is not None:
            moves.append(("Quote", day))
            day += dt.timedelta(days=quoted)
        book.deal(*moves, ("Won" if won else "Lost", day))
    return book.scope("2025-06-30")


def test_it_is_the_funnel_of_the_book(written):
    book = decided_book(written)
    ways, (deals,) = Ways.of(book), follow(book, book.run(funnel_statistics(book)))
    for place in range(ways.stages):
        curve, share = aalen_johansen(deals.spells[place]), deals.expected(place, ways.stages).rate
        assert ways.chance(place)[0] == pytest.approx(share)
        later = deals.expected(place + 1, ways.stages).rate if place + 1 < ways.stages else 1.0
        for at, age in enumerate(curve.spells.times[:-1]):
            ahead = (curve.ends[0] - curve.advanced[at]) / curve.survival[at] * later
            assert ways.chance(place, [age])[0] == pytest.approx(ahead)
    assert Stays.of(book, half_life_days=1e9).ways().advanced == pytest.approx(ways.advanced, abs=1e-6)
