"""A target of a period: open deals credited, new inquiries by convolution with the lags."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from yaad.errors import InputError
from yaad.measures.statistics import Spells
from yaad.model import Period
from yaad.plan import INQUIRIES, Lag, Ratio, arrivals_to_wins, by_month, plan_backwards, typed_ratios
from yaad.plan.period import Credit, Outlook, Standing, chance_with, credit_of, landing_of, month_parts, plan_period
from yaad.plan.ways import Stays

AS_OF = dt.date(2026, 11, 30)
JANUARY = Period.parse("2027-01")
TENTH = typed_ratios({"close": "0.1"})


def one_stage(days, won=1, lost=9):
    """Every deal is decided after so many days; of ten one is won."""
    return Stays.of_spells([[Spells.count([days] * 2, [1, 2], [won, lost])]]).ways()


def standing(won=0, *open_deals):
    place, days, n = zip(*open_deals, strict=True) if open_deals else ((), (), ())
    return Standing(won, np.array(place, dtype=np.int64), np.array(days, dtype=float), np.array(n, dtype=np.int64))


def outlook(ways, there=None, period=JANUARY, last=None, daily=None):
    last_days = {} if last is None else {INQUIRIES: last}
    return Outlook(period, AS_OF, ways, there or Standing.nothing(), last_days, daily)


def test_inquiries_of_december_become_customers_of_january():
    # every way takes 31 days: what comes in December (from the 1st) is decided in January, all of it
    made = plan_period(50, TENTH, outlook(one_stage(31), last=dt.date(2026, 12, 31)))
    assert made.landing == pytest.approx(1)
    assert made.until == dt.date(2026, 12, 31)
    assert [(row.stage, row.count) for row in made.still] == [(INQUIRIES, 500), ("close", 50)]
    assert made.chance == {0.5: 497, 0.8: 555, 0.9: 588}
    (december,) = made.months
    assert (december.month, december.part, december.lands) == ("2026-12", pytest.approx(1), pytest.approx(1))


def test_half_of_what_comes_too_early_needs_twice_as_much():
    # after 16 days: of December's inquiries those of the 16th to the 31st are decided in January, 16 of 31
    made = plan_period(50, TENTH, outlook(one_stage(16), last=dt.date(2026, 12, 31)))
    assert made.landing == pytest.approx(16 / 31)
    assert made.still[0].count == 969  # 50 ÷ .1 ÷ (16 ÷ 31) = 968.75
    assert made.chance[0.8] == pytest.approx(555 * 31 / 16, rel=0.01)


def test_open_deals_are_credited_by_stage_and_age():
    # 10 deals are 5 days old, decided in 26 days: in January. 20 are 15 days old: decided in 16 days, in December
    there = standing(2, (0, 5.0, 10), (0, 15.0, 20))
    made = plan_period(50, TENTH, outlook(one_stage(35, 1, 1), there, last=dt.date(2026, 12, 27)))
    credit = made.credit
    # 35 days: 5 → 30 days from now is 30.12; 15 → 20.12: neither in January
    assert (credit.won, credit.open, credit.expected) == (2, 30, 0)
    later = plan_period(50, TENTH, outlook(one_stage(45, 1, 1), there, last=dt.date(2026, 12, 17)))
    assert later.credit.expected == pytest.approx(5)  # 40 days from now is 9.1 for the ten; 30.12 for the twenty
    assert later.credit.range == (3, 7)  # of Binomial(10, ½)
    assert later.missing == pytest.approx(43)
    assert later.still[-1].count == 43


def test_inquiries_that_never_end_are_needed_twice_whichever_way_they_are_counted():
    # of 20 one is won after 31 days, 9 are lost, half is still open after 200: in the end 1 of 10, or 1 of 20
    ways = Stays.of_spells([[Spells.count([31, 31, 200], [1, 2, 0], [1, 9, 10])]]).ways()
    shared = plan_period(50, TENTH, outlook(ways, last=dt.date(2026, 12, 31), daily=10))
    twentieth = typed_ratios({"close": "0.05"})
    counted = plan_period(50, twentieth, outlook(ways.ending([False]), last=dt.date(2026, 12, 31), daily=10))
    assert (shared.landing, counted.landing) == (pytest.approx(0.5), pytest.approx(1))
    assert [row.count for row in shared.still] == [row.count for row in counted.still] == [1000, 50]
    assert shared.chance == counted.chance
    assert shared.at_pace == counted.at_pace == pytest.approx(310 / 20)
    # where next to nothing is decided it is not too late
    rare = Stays.of_spells([[Spells.count([31, 31, 200], [1, 2, 0], [1, 1, 198])]]).ways()
    assert plan_period(5, TENTH, outlook(rare, last=dt.date(2026, 12, 31))).still[0].count == 5 * 10 * 100


def test_what_is_won_and_sure_needs_nothing_new():
    made = plan_period(5, TENTH, outlook(one_stage(31), standing(5), last=dt.date(2026, 12, 31)))
    assert (made.missing, made.without) == (0, 1)
    assert set(made.chance.values()) == {0}


def test_the_chance_is_that_of_all_three_parts_together():
    there = standing(1, (0, 5.0, 10))
    ways = one_stage(45, 1, 1)
    made = plan_period(8, typed_ratios({"close": "0.5"}), outlook(ways, there, last=dt.date(2026, 12, 17)))
    needed = made.chance[0.8]
    landing = made.landing

    def reached(inquiries):
        of_open = binom.pmf(np.arange(11), 10, 0.5)
        return sum(of_open[k] * binom.sf(8 - 1 - k - 1, inquiries, 0.5 * landing) for k in range(11))

    assert reached(needed) >= 0.8 > reached(needed - 1)
    assert made.without == pytest.approx(reached(0))


def test_too_late_says_so_and_rests_on_the_open_deals():
    december = Period.parse("2026-12")
    made = plan_period(50, TENTH, outlook(one_stage(60), standing(3, (0, 40.0, 10)), period=december, last=AS_OF))
    assert (made.chance, made.still, made.until) == ({}, (), None)
    assert [note.key for note in made.notes] == ["levers.too_late"]
    assert made.credit.expected == pytest.approx(1)


def test_a_period_that_is_over_is_refused():
    with pytest.raises(InputError, match="2026-11"):
        outlook(one_stage(5), period=Period.parse("2026-11"))
    assert outlook(one_stage(5), period=Period.parse("2026-12")).days == 31


def test_the_pace_of_today_is_told_with_its_chance():
    made = plan_period(50, TENTH, outlook(one_stage(31), last=dt.date(2026, 12, 31), daily=10))
    assert made.pace == 310
    assert made.at_pace == pytest.approx(31)
    assert made.at_pace_chance == pytest.approx(binom.sf(49, 310, 0.1))


def test_many_open_deals_are_summed_as_one_by_one():
    chances = np.array([0.1, 0.4, 0.9])
    few = Credit(0, 12, chances, np.array([5, 4, 3]))
    each = np.repeat(chances, [5, 4, 3])
    counts = np.ones(1)
    for chance in each:
        counts = np.convolve(counts, [1 - chance, chance])
    np.testing.assert_allclose(few.counts, counts, atol=1e-12)
    many = Credit(0, 6000, chances, np.array([2500, 2000, 1500]))
    assert many.expected == 2400
    assert many.counts @ np.arange(len(many.counts)) == pytest.approx(2400, rel=1e-6)


def test_a_persons_lag_shares_a_month_as_the_study_does():
    """With a steady stream the parts by month are those of `Lag.month_shares`, from another road."""
    lengths = np.arange(20, 91)
    ways = Stays.of_spells([[Spells.count(lengths, np.ones(len(lengths), dtype=int))]]).ways()
    thirty = Period(dt.date(2027, 1, 1), dt.date(2027, 1, 31), "thirty")
    found = month_parts(ways, thirty, AS_OF)
    shares = Lag.from_counts(lengths, np.ones(71), np.zeros(71), np.zeros(71)).month_shares()
    assert sum(row.part for row in found) == pytest.approx(1)
    # months of 31 days stand beside those of 30 in the study
    assert found[-1].part == pytest.approx(shares[0], abs=0.02)
    assert found[-2].part == pytest.approx(shares[1], abs=0.03)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 200),
    st.integers(10, 90),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=6),
)
def test_the_plan_of_a_period_undoes_the_convolution(target, days, ways_of):
    """plan ∘ funnel = identity: the inquiries of the plan, sent through the lags, bring the target."""
    times, won, lost = zip(*ways_of, strict=True)
    spells = Spells.count([*times, *times], [1] * len(times) + [2] * len(times), [*won, *lost])
    ways = Stays.of_spells([[spells]]).ways()
    rate = float(ways.chance(0)[0])
    period = Period(AS_OF + dt.timedelta(days=1), AS_OF + dt.timedelta(days=days + 61), "all")
    last = AS_OF + dt.timedelta(days=days)
    ratios = [Ratio("close", Fraction(rate).limit_denominator(10**6))]
    made = plan_period(target, ratios, outlook(ways, period=period, last=last))
    new = made.missing / (rate * made.landing)
    curve = ways.win_by(0, None, 62)[0]
    wins = arrivals_to_wins(np.full(days, new / days), np.diff(curve, prepend=0.0), 1.0)
    assert sum(by_month(AS_OF, wins).values()) == pytest.approx(target)
    assert made.still[0].count == pytest.approx(new, abs=1)
    if made.landing > 1 - 1e-9:  # everything lands: the plan without a period
        assert made.chance == plan_backwards(target, ratios).chance


def test_the_way_of_the_new_inquiries_is_told_stage_by_stage():
    # 10 days to the quote, where half come; 20 more to the sale, a fifth of them
    first, second = Spells.count([10, 10], [1, 2], [1, 1]), Spells.count([20, 20], [1, 2], [1, 4])
    ways = Stays.of_spells([[first, second]]).ways()
    period = Period(dt.date(2026, 12, 31), dt.date(2027, 1, 30), "p")
    last_days = {INQUIRIES: dt.date(2026, 12, 30), "quote": dt.date(2027, 1, 4)}
    ratios = typed_ratios({"quote": "0.5", "close": "0.1"})
    made = plan_period(30, ratios, Outlook(period, AS_OF, ways, Standing.nothing(), last_days))
    assert made.landing == pytest.approx(1)
    # by 4.1 quotes have come of the inquiries up to 25.12: 25 of 30 days
    assert [row.count for row in made.still] == [300, 125, 30]


def test_landing_needs_days():
    assert landing_of(one_stage(5), AS_OF, 0, JANUARY) == 0
    assert credit_of(outlook(one_stage(5))).expected == 0


def test_inquiries_after_the_last_useful_day_still_bring_what_lands_in_the_period():
    # each lot of ten a day closes one a day, 31 days later: those of 10–31 December land in 10–31 January
    early = plan_period(50, TENTH, outlook(one_stage(31), last=dt.date(2026, 12, 9), daily=10))
    whole = plan_period(50, TENTH, outlook(one_stage(31), last=dt.date(2026, 12, 31), daily=10))
    assert (early.pace, whole.pace) == (90, 310)
    alone = chance_with(90, 5, TENTH, outlook(one_stage(31), last=dt.date(2026, 12, 9)))  # those of 1–9 December
    assert alone == pytest.approx(binom.sf(4, 90, 0.1))
    assert early.at_pace == pytest.approx(whole.at_pace, abs=0.1)
    assert early.at_pace_chance == pytest.approx(whole.at_pace_chance, abs=0.001)
