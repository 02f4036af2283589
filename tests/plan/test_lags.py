"""How long a sale takes, and until when an inquiry still helps."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.errors import CannotTell
from yaad.plan import (
    END,
    INQUIRIES,
    LOST,
    OPEN,
    WON,
    Lag,
    arrivals_to_wins,
    by_month,
    last_useful_dates,
    plan_backwards,
    typed_ratios,
    with_dates,
)

LAG = Lag.from_curve([20, 40, 60], [0.05, 0.08, 0.10])


def test_a_sale_that_is_still_open_is_not_forgotten():
    # by hand: 5 deals; won at 10, lost at 20, open at 30, won at 40, open at 50.
    # F(10) = 1/5; S = 4/5; S(20) = 4/5 × 3/4 = 3/5; at 40 two are at risk: F = 1/5 + 3/5 × 1/2 = 1/2
    lag = Lag.from_times([10, 20, 30, 40, 50], [WON, LOST, OPEN, WON, OPEN])
    assert lag.share.tolist() == pytest.approx([0.4, 0.4, 0.4, 1.0, 1.0])
    assert lag.undecided == pytest.approx(0.3)
    assert lag.quantile(0.4) == 10
    assert lag.quantile(0.41) == 40
    assert lag.mean == pytest.approx(0.4 * 10 + 0.6 * 40)


def test_without_open_deals_it_is_the_plain_share():
    lag = Lag.from_times([5, 7, 7, 9, 20], [WON, WON, WON, LOST, WON])
    assert dict(zip(lag.days.tolist(), lag.share.round(9).tolist(), strict=True)) == {5: 0.25, 7: 0.75, 9: 0.75, 20: 1}


def test_counts_and_single_deals_say_the_same():
    rng = np.random.default_rng(1)
    days, ended = rng.integers(0, 40, 500), rng.integers(0, 3, 500)
    lengths = np.arange(45)
    parts = [np.bincount(days[ended == code], minlength=45) for code in (WON, LOST, OPEN)]
    one, other = Lag.from_times(days, ended), Lag.from_counts(lengths, *parts)
    for level in (0.1, 0.5, 0.8, 0.99):
        assert one.quantile(level) == other.quantile(level)


def test_no_sale_tells_no_lag():
    with pytest.raises(CannotTell, match="No deal is won"):
        Lag.from_times([3, 4], [LOST, OPEN])
    with pytest.raises(CannotTell):
        Lag.from_curve([], [])


def test_days_of_the_calendar():
    lag = Lag.from_curve([2.3], [0.1])
    assert lag.pmf().tolist() == pytest.approx([0, 0, 0.7, 0.3])
    assert Lag.from_curve([3.0], [1.0]).pmf().tolist() == [0, 0, 0, 1]


def test_wins_follow_inquiries():
    wins = arrivals_to_wins([100] * 3, [0, 0.25, 0.75], 0.1)
    assert wins.tolist() == pytest.approx([0, 2.5, 10, 10, 7.5])
    assert by_month(dt.date(2026, 1, 29), wins) == pytest.approx({"2026-01": 12.5, "2026-02": 17.5})


def test_a_month_lives_on_the_inquiries_of_the_months_before():
    # a way of exactly 45 days: half of a month's sales come from one month before, half from two
    assert Lag.from_curve([45.0], [0.1]).month_shares().tolist() == pytest.approx([0, 0.5, 0.5])


def test_the_last_useful_day_of_each_row():
    end = dt.date(2026, 1, 31)
    lags = {INQUIRIES: LAG, "quote": Lag.from_curve([31.5], [0.2]), "negotiation": Lag.from_curve([11], [0.5])}
    friday_free = {
        day
        for offset in range(90)
        if (day := dt.date(2025, 12, 1) + dt.timedelta(offset)).weekday() not in (4, 5)  # Friday, Saturday
    }
    found = last_useful_dates(lags, end, dt.date(2025, 12, 1), working_days=friday_free)
    assert [(row.stage, row.day, row.late) for row in found] == [
        (INQUIRIES, dt.date(2025, 12, 22), False),
        ("quote", dt.date(2025, 12, 30), False),
        ("negotiation", dt.date(2026, 1, 20), False),
        (END, end, False),
    ]
    # after Monday 1 December: 2–4, 7–11, 14–18, 21–22
    assert found[0].working_days_left == 15


def test_a_past_day_counts_for_the_next_period():
    plan = plan_backwards(50, typed_ratios({"quote": "0.5", "close": "0.1"}))
    end = dt.date(2026, 1, 31)
    dates = last_useful_dates({INQUIRIES: LAG}, end, dt.date(2025, 12, 23))
    assert dates[0].late
    dated = with_dates(plan, dates)
    assert [(row.stage, row.last_useful, row.late) for row in dated.needed] == [
        (INQUIRIES, dt.date(2025, 12, 22), True),
        ("quote", None, False),
        ("close", end, False),
    ]
    assert [note.key for note in dated.notes] == ["plan.past_date"]
    assert not last_useful_dates({INQUIRIES: LAG}, end, dt.date(2025, 12, 22))[0].late


def test_young_data_are_marked():
    lag = Lag.from_times([10, 20, 30], [WON, OPEN, OPEN])
    assert last_useful_dates({INQUIRIES: lag}, dt.date(2026, 1, 31), dt.date(2026, 1, 1))[0].immature


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 300), st.sampled_from([WON, LOST, OPEN])), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_the_order_of_deals_changes_nothing(deals, random):
    deals = [*deals, (12.0, WON)]
    mixed = random.sample(deals, len(deals))
    one, other = (Lag.from_times(*map(list, zip(*rows, strict=True))) for rows in (deals, mixed))
    np.testing.assert_allclose(one.share, other.share)
    assert one.pmf().sum() == pytest.approx(1)
    assert one.month_shares().sum() == pytest.approx(1)
    assert one.pmf() @ np.arange(len(one.pmf())) == pytest.approx(one.mean)
