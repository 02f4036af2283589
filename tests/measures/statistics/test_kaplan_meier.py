"""The Kaplan–Meier curve against a worked example, lifelines and its laws."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.measures.statistics import Ending, Spells, kaplan_meier, pooled

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # lifelines' own use of pandas
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times, restricted_mean_survival_time

# Remission of 21 patients on 6-MP (Gehan 1965), the textbook example: days, and whether it ended
DAYS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

lengths = st.lists(
    st.tuples(st.integers(0, 60).map(lambda n: n / 4), st.sampled_from([0, 1, 2]), st.integers(1, 3)),
    min_size=1,
    max_size=60,
)


def test_worked_example_of_the_textbooks():
    curve = kaplan_meier(Spells.count(DAYS, ENDED))
    assert curve.survival_at(5) == 1
    assert curve.survival_at(6) == pytest.approx(0.8571, abs=5e-5)
    assert curve.survival_at(10) == pytest.approx(0.7529, abs=5e-5)
    assert curve.survival_at(22) == pytest.approx(0.5378, abs=5e-5)
    assert curve.survival_at(100) == pytest.approx(0.4482, abs=5e-5)
    assert curve.quantile(0.5) == 23
    assert curve.quantile(0.6) is None
    assert curve.horizon == 35
    assert curve.still_running == pytest.approx(0.4482, abs=5e-5)


def test_band_of_the_worked_example():
    # R: summary(survfit(Surv(time, status) ~ 1, conf.type = "log-log")) at 10 days
    curve = kaplan_meier(Spells.count(DAYS, ENDED))
    low, high = curve.band
    at = list(curve.spells.times).index(10)
    assert (low[at], high[at]) == (pytest.approx(0.5032, abs=5e-5), pytest.approx(0.8894, abs=5e-5))
    assert curve.quantile_interval(0.5) == (13.0, None)


def lifelines_curve(days, ended):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return KaplanMeierFitter().fit(days, ended)


def finite(value):
    return None if math.isinf(value) else float(value)


@pytest.mark.parametrize("seed", range(6))
def test_equal_to_lifelines(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 400))
    days = rng.exponential(20, n).round(int(rng.integers(0, 3)))
    ended = rng.random(n) < rng.uniform(0.2, 1)
    theirs = lifelines_curve(days, ended)
    ours = kaplan_meier(Spells.count(days, ended))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [ours.survival_at(t) for t in theirs.timeline] == pytest.approx(
            theirs.survival_function_.iloc[:, 0].tolist(), abs=1e-9
        )
        low, high = (theirs.confidence_interval_.iloc[:, side] for side in (0, 1))
        places = [theirs.timeline.tolist().index(t) for t in ours.spells.times]
        assert ours.band[0] == pytest.approx(low.iloc[places].to_numpy(), abs=1e-9)
        assert ours.band[1] == pytest.approx(high.iloc[places].to_numpy(), abs=1e-9)
        assert ours.quantile(0.5) == finite(theirs.median_survival_time_)
        ends = median_survival_times(theirs.confidence_interval_)
        assert ours.quantile_interval(0.5) == tuple(finite(end) for end in ends.iloc[0])
        mean, variance = restricted_mean_survival_time(theirs, t=float(days.max()), return_variance=True)
    assert ours.restricted_mean().value == pytest.approx(mean, abs=1e-8)
    assert variance >= 0


def test_variance_of_the_restricted_mean_where_all_has_ended_is_that_of_the_mean():
    days = np.array([1.0, 2, 2, 5, 9, 9.5, 30])
    mean, low, high = kaplan_meier(Spells.count(days, np.ones(7))).restricted_mean()
    assert mean == pytest.approx(days.mean())
    error = (high - low) / 2 / 1.959963984540054
    assert error == pytest.approx(days.std() / math.sqrt(7))


def test_nothing_seen():
    curve = kaplan_meier(Spells.count([], []))
    assert curve.quantile(0.5) is None
    assert curve.quantile_interval(0.5) == (None, None)
    assert curve.restricted_mean() == (None, None, None)
    assert curve.horizon is None
    assert curve.still_running == 1


def test_nothing_ended():
    curve = kaplan_meier(Spells.count([3, 4], [0, 0]))
    assert curve.quantile(0.5) is None
    assert curve.restricted_mean().value == 4
    assert curve.still_running == 1


def test_a_half_that_rounding_misses_is_reached():
    # ten spells, one a day: after five of them exactly one half lasts longer
    curve = kaplan_meier(Spells.count(range(1, 11), np.ones(10)))
    assert curve.quantile(0.5) == 5
    assert [curve.quantile(q / 10) for q in range(1, 11)] == list(range(1, 11))


@given(lengths, st.randoms())
def test_row_order_changes_nothing(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, two = (kaplan_meier(Spells.count(*zip(*each, strict=True))) for each in (rows, shuffled))
    assert one.survival.tolist() == two.survival.tolist()
    assert one.band[0].tolist() == two.band[0].tolist()


@given(lengths)
def test_counting_rows_twice_is_counting_them_apart(rows):
    counted = kaplan_meier(Spells.count(*zip(*rows, strict=True)))
    apart = [(days, ending) for days, ending, n in rows for _ in range(n)]
    single = kaplan_meier(Spells.count(*zip(*apart, strict=True)))
    assert counted.survival.tolist() == single.survival.tolist()


@given(lengths, st.integers(1, 59))
@settings(max_examples=60)
def test_splitting_spells_changes_nothing(rows, cut):
    """A spell seen in two pieces – until the cut, and from the cut on – is the same spell."""
    at = cut / 4
    pieces = []
    for days, ending, n in rows:
        if days > at:
            pieces += [(at, Ending.OPEN, n, 0.0), (days, ending, n, at)]
        else:
            pieces.append((days, ending, n, 0.0))
    days, endings, counts, seen_from = zip(*pieces, strict=True)
    whole = kaplan_meier(Spells.count(*zip(*rows, strict=True)))
    split = kaplan_meier(Spells.count(days, endings, counts, seen_from=seen_from))
    assert [split.survival_at(t) for t in whole.spells.times] == pytest.approx(whole.survival.tolist(), abs=1e-12)
    assert split.quantile(0.5) == whole.quantile(0.5)
    assert split.quantile_interval(0.5) == whole.quantile_interval(0.5)


@given(lengths, lengths)
def test_groups_pooled_are_the_whole(first, second):
    parts = [Spells.count(*zip(*each, strict=True)) for each in (first, second)]
    whole = Spells.count(*zip(*(first + second), strict=True))
    together = pooled(parts)
    assert together.times.tolist() == whole.times.tolist()
    assert together.ended.tolist() == whole.ended.tolist()
    assert together.at_risk.tolist() == whole.at_risk.tolist()
    assert pooled([]).total == 0


@given(lengths)
def test_still_running_spells_never_shorten_the_typical_time(rows):
    done = [(days, 1, n) for days, ending, n in rows if ending]
    if not done:
        return
    closed = kaplan_meier(Spells.count(*zip(*done, strict=True))).quantile(0.5)
    with_open = kaplan_meier(Spells.count(*zip(*rows, strict=True))).quantile(0.5)
    assert with_open is None or with_open >= closed
