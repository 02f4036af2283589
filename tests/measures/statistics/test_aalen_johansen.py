"""Two ends that compete: by hand, against lifelines, and by law."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.measures.statistics import Ending, Spells, aalen_johansen, chained, expected_share, wilson

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # lifelines' own use of pandas
    from lifelines import AalenJohansenFitter

rows_of_spells = st.lists(
    st.tuples(st.integers(0, 60).map(lambda n: n / 4), st.sampled_from([0, 1, 2]), st.integers(1, 3)),
    min_size=1,
    max_size=60,
)


def spells(rows):
    return Spells.count(*zip(*rows, strict=True))


def test_by_hand():
    # five deals: advanced after 2, lost after 4, open since 4, advanced after 6, open since 8
    incidence = aalen_johansen(Spells.count([2, 4, 4, 6, 8], [1, 2, 0, 1, 0]))
    # S: 4/5, 4/5·3/4 = 3/5, 3/5·1/2 = 3/10; F1: 1/5, then + 3/5·1/2 = 1/2; F2: 4/5·1/4 = 1/5
    assert incidence.survival.tolist() == pytest.approx([0.8, 0.6, 0.3, 0.3])
    assert incidence.ends == (pytest.approx(0.5), pytest.approx(0.2))
    share = expected_share(Spells.count([2, 4, 4, 6, 8], [1, 2, 0, 1, 0]))
    assert share.rate == pytest.approx(5 / 7)
    assert share.immature
    assert share.low <= 0.5
    assert share.high >= 0.8


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_lifelines(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 300))
    days = rng.permutation(n * 10)[:n] / 7 + 0.1  # different lengths, as lifelines asks for
    ending = rng.choice(3, n, p=[0.3, 0.4, 0.3])
    ours = aalen_johansen(Spells.count(days, ending))
    for cause, curve in ((1, ours.advanced), (2, ours.lost)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = AalenJohansenFitter().fit(days, ending, event_of_interest=cause)
            incidence = theirs.cumulative_density_.iloc[1:, 0].to_numpy()
            variance = theirs.variance_.to_numpy()[1:]
        assert curve == pytest.approx(incidence, abs=1e-9)
        if cause == 1:
            last = len(curve) - 2 if ours.survival[-1] == 0 else len(curve) - 1  # lifelines divides by 0 at the end
            d11, d12, _, _ = ours._slopes(last)
            assert ours._variance(d11, d12) == pytest.approx(variance[last], abs=1e-9)


@given(rows_of_spells)
def test_what_advanced_what_was_lost_and_what_is_left_make_one(rows):
    incidence = aalen_johansen(spells(rows))
    assert incidence.survival + incidence.advanced + incidence.lost == pytest.approx(1, abs=1e-12)
    assert (np.diff(incidence.advanced) >= 0).all()


@given(rows_of_spells, st.randoms())
def test_row_order_changes_nothing(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert expected_share(spells(rows)) == expected_share(spells(shuffled))


@given(rows_of_spells, st.integers(1, 59))
@settings(max_examples=60)
def test_splitting_spells_changes_nothing(rows, cut):
    at = cut / 4
    pieces = []
    for days, ending, n in rows:
        if days > at:
            pieces += [(at, Ending.OPEN, n, 0.0), (days, ending, n, at)]
        else:
            pieces.append((days, ending, n, 0.0))
    days, endings, counts, seen_from = zip(*pieces, strict=True)
    split = aalen_johansen(Spells.count(days, endings, counts, seen_from=seen_from))
    whole = aalen_johansen(spells(rows))
    assert split.ends == pytest.approx(whole.ends, abs=1e-12)
    assert split.share_variance() == pytest.approx(whole.share_variance(), abs=1e-12)
    one, two = (expected_share(s) for s in (spells(rows), Spells.count(days, endings, counts, seen_from=seen_from)))
    assert (one.low is None) == (two.low is None)
    if one.low is not None:
        assert (two.low, two.high) == pytest.approx((one.low, one.high), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([1, 2])), min_size=1, max_size=80))
def test_where_all_is_decided_it_is_the_plain_rate_with_wilsons_interval(rows):
    share = expected_share(Spells.count(*zip(*rows, strict=True)))
    won = sum(ending == 1 for _, ending in rows)
    assert share.rate == pytest.approx(won / len(rows))
    assert (share.low, share.high) == pytest.approx(wilson(won, len(rows)), abs=1e-9)
    assert not share.immature


@given(rows_of_spells)
def test_the_range_holds_the_rate_and_when_immature_both_extremes(rows):
    incidence, share = aalen_johansen(spells(rows)), expected_share(spells(rows))
    f1, _ = incidence.ends
    if share.rate is not None:
        assert share.low - 1e-9 <= share.rate <= share.high + 1e-9
    if share.immature:
        _, least, lost = incidence.trusted
        assert share.low <= least + 1e-12 <= f1 + 2e-12
        assert share.high >= 1 - lost - 1e-12


def test_skipped_stages_advance_in_no_time():
    seen = Spells.count([5, 10, 20], [1, 2, 0])
    assert seen.passed(2).total == 5
    assert seen.passed(2).times.tolist() == [0, 5, 10, 20]
    assert seen.passed(0) is seen
    assert expected_share(Spells.count([], []).passed(7)).rate == 1


def test_no_loss_seen_and_most_undecided_gives_a_range_and_no_rate():
    share = expected_share(Spells.count([5, 20], [1, 0], [10, 90]))
    assert share.rate is None
    assert share.low == pytest.approx(0.1)
    assert share.high == 1


def test_one_old_deal_that_was_won_does_not_speak_for_the_young_ones():
    share = expected_share(Spells.count([30, *range(1, 30)], [1, *[0] * 29]))
    assert (share.rate, share.low, share.high, share.immature) == (None, 0, 1, True)


def test_a_tail_of_few_is_trusted_where_nearly_all_was_decided_before():
    """60 deals of which five are young and open: 55 that ended one after another tell enough."""
    share = expected_share(Spells.count([1] * 5 + list(range(2, 57)), [0] * 5 + [1, 2] * 27 + [1]))
    assert not share.immature
    assert share.rate == pytest.approx(28 / 55, abs=0.01)


def test_a_tail_of_few_is_not_trusted_where_most_is_open_and_young():
    share = expected_share(Spells.count([1, 40, 41, 42], [0, 1, 2, 1], [90, 4, 3, 3]))
    assert share.immature
    assert (share.low, share.high) == (
        pytest.approx(0.4, abs=0.01),
        1,
    )  # up to day 40 ten were watched: four of ten advanced


def test_nothing_decided_and_nothing_seen():
    share = expected_share(Spells.count([4, 5], [0, 0]))
    assert (share.rate, share.low, share.high) == (None, 0, 1)
    nothing = expected_share(Spells.count([], []))
    assert (nothing.rate, nothing.low, nothing.high) == (None, None, None)
    assert chained([]) == nothing


def test_several_stages_in_a_row_are_the_product():
    first = Spells.count([1, 2], [1, 2], [250, 250])
    second = Spells.count([1, 2], [1, 2], [100, 150])
    share = chained([expected_share(first), expected_share(second)])
    assert share.rate == pytest.approx(0.2)
    # by hand: p²·((1−p1)/(n1·p1) + (1−p2)/(n2·p2))
    assert share.variance == pytest.approx(0.04 * (0.5 / 250 + 0.6 / 100))
    assert share.low < 0.2 < share.high
    alone = expected_share(first)
    assert chained([alone]) == alone


def test_a_chain_is_as_wide_as_what_is_undecided_in_it():
    mature = Spells.count([1, 2], [1, 2], [50, 50])
    young = Spells.count([1, 2, 3], [1, 2, 0], [20, 10, 70])
    share = chained([expected_share(mature), expected_share(young)])
    assert share.immature
    assert share.low <= 0.5 * 0.2 + 1e-12
    assert share.high >= 0.5 * 0.9 - 1e-12


def test_within_a_window():
    seen = Spells.count([10, 30, 50, 40], [1, 1, 2, 0])
    incidence = aalen_johansen(seen)
    assert incidence.within(30).value == pytest.approx(0.5)
    assert incidence.within(9).value == 0
    assert incidence.within(20).value == pytest.approx(0.25)
    assert incidence.within(60).value == pytest.approx(0.5)  # all decided at 50: later adds nothing
    assert aalen_johansen(Spells.count([10, 20], [1, 0])).within(90).value is None


def test_the_interval_covers_the_truth():
    """400 samples of 300 deals, 30 % advancing quickly, losses slow, a third still open: 95 % ± 3 standard errors."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        advances = rng.random(300) < 0.3
        days = rng.exponential(np.where(advances, 5, 10))
        seen = rng.uniform(0, 90, 300)
        ending = np.where(days <= seen, np.where(advances, 1, 2), 0)
        share = expected_share(Spells.count(np.minimum(days, seen), ending))
        held += share.low <= 0.3 <= share.high
    assert held / 400 == pytest.approx(0.95, abs=0.033)
