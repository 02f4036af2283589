"""Comparisons counted by hand: a month with and without Passover, a running month, changes and how sure they are."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.measures import REGISTRY
from yaad.measures.comparing import Verdict, compare, difference, is_of_what_began, ratio_of_counts, ratio_of_sums
from yaad.measures.matching import Against, matches
from yaad.measures.statistics import Estimate, wilson
from yaad.model import Calendar, Figure, Period

ISRAEL = Calendar.of_zone("Asia/Jerusalem")
LATER = dt.date(2030, 1, 1)


def pair(period, calendar=ISRAEL, as_of=LATER):
    return {one.against: one for one in matches(Period.parse(period), calendar, as_of)}


def days(period):
    return period.start.isoformat(), (period.end - dt.timedelta(days=1)).isoformat()


# ---- which days -------------------------------------------------------------------------------------------------


def test_a_month_without_feasts_stands_beside_the_same_month():
    found = pair("2026-05")[Against.LAST_YEAR]
    assert found.then.name == "2025-05"
    assert not found.is_moved
    # May 2026: 31 days, 21 of them Sunday to Thursday, none a holiday but Shavuot, which is a Friday
    assert found.now_days == 21
    # May 2025: 21 of them too, less Independence Day on Thursday the first
    assert found.then_days == 20


def test_passover_in_both_aprils_needs_no_move():
    found = pair("2026-04")[Against.LAST_YEAR]  # 2 April 2026 and 13 April 2025 are its first days
    assert (found.then.name, found.is_moved) == ("2025-04", False)


def test_march_with_passover_stands_beside_the_days_that_held_it():
    # 15 Nisan was 28 March 2021 and 9 April 2020: twelve days less than a year, 353 days, lie between them
    found = pair("2021-03")[Against.LAST_YEAR]
    assert found.is_moved
    assert days(found.then) == ("2020-03-13", "2020-04-12")
    assert (dt.date(2021, 3, 28) - dt.date(2020, 4, 9)).days == 353


def test_march_without_passover_does_not_stand_beside_one_that_held_it():
    found = pair("2022-03")[Against.LAST_YEAR]  # Passover 2022 began on 16 April
    assert found.is_moved
    assert found.then.end <= dt.date(2021, 3, 27)  # the eve of Passover 2021


def test_tishrei_goes_with_the_hebrew_calendar():
    # 1 Tishrei: 12 September 2026, 23 September 2025, 354 days before
    found = pair("2026-09")[Against.LAST_YEAR]
    assert days(found.then) == ("2025-09-12", "2025-10-11")
    # 22 days Sunday to Thursday, less the second day of the new year and the Day of Atonement
    assert found.now_days == 20
    # 20 days, less two of the new year, the Day of Atonement and the first of Sukkot
    assert found.then_days == 16


def test_where_other_feasts_are_kept_nothing_moves():
    assert not pair("2021-03", Calendar())[Against.LAST_YEAR].is_moved


@pytest.mark.parametrize("year", range(2010, 2031))
def test_each_month_of_twenty_years_finds_its_feasts(year):
    from yaad.model.feasts import days_of_feasts

    for month in range(1, 13):
        found = pair(f"{year}-{month:02}", as_of=dt.date(2040, 1, 1))[Against.LAST_YEAR]
        assert days_of_feasts("IL", found.current) == days_of_feasts("IL", found.then)


def test_a_running_month_counts_as_many_working_days_of_the_other():
    found = pair("2026-11", as_of=dt.date(2026, 11, 17))
    before = found[Against.PREVIOUS]
    # 1–17 November: 17 days, less 6, 7, 13 and 14, which are Fridays and Saturdays
    assert (days(before.current), before.now_days) == (("2026-11-01", "2026-11-17"), 13)
    # October: the first is a Thursday; the thirteenth working day is Monday the 19th
    assert (days(before.then), before.then_days) == (("2026-10-01", "2026-10-19"), 13)
    assert before.is_running
    assert found[Against.LAST_YEAR].then_days == 13


def test_a_year_stands_beside_the_one_before_once():
    assert [one.against for one in matches(Period.parse("2025"), ISRAEL, LATER)] == [Against.PREVIOUS]


def test_what_is_still_to_come_is_not_compared():
    assert matches(Period.parse("2026-12"), ISRAEL, dt.date(2026, 11, 17)) == ()


# ---- how much ---------------------------------------------------------------------------------------------------

WON, RATE, VALUE, LOST = (REGISTRY[name] for name in ("won", "win_rate", "won_value", "lost"))


def figure(measure, value, n=None, low=None, high=None, **more):
    return Figure(measure.id, value, "count", n=value if n is None else n, as_of=LATER, low=low, high=high, **more)


def test_a_count_is_compared_per_working_day():
    match = pair("2026-09")[Against.LAST_YEAR]
    assert (match.now_days, match.then_days) == (20, 16)
    found = compare(WON, figure(WON, 40), figure(WON, 32), match)
    assert found.change == pytest.approx(0)  # 2 a day in both
    assert found.verdict is Verdict.SAME
    # 2 a day after 2.5 a day
    assert compare(WON, figure(WON, 40), figure(WON, 40), match).change == pytest.approx(-0.2)


def test_a_clear_rise_is_good_or_bad_by_the_measure():
    match = pair("2026-05")[Against.LAST_YEAR]
    assert compare(WON, figure(WON, 90), figure(WON, 40), match).verdict is Verdict.BETTER
    assert compare(LOST, figure(LOST, 90), figure(LOST, 40), match).verdict is Verdict.WORSE
    inquiries = REGISTRY["deals"]
    assert compare(inquiries, figure(inquiries, 40), figure(inquiries, 90), match).verdict is Verdict.DOWN


def test_a_few_are_too_few():
    match = pair("2026-05")[Against.LAST_YEAR]
    assert compare(WON, figure(WON, 9), figure(WON, 1), match).verdict is Verdict.TOO_FEW
    assert compare(WON, None, figure(WON, 1), match).verdict is Verdict.TOO_FEW


def test_a_group_that_did_not_sell_then_sold_nothing():
    match = pair("2026-05")[Against.LAST_YEAR]
    found = compare(WON, figure(WON, 25), None, match)
    assert (found.value, found.change, found.verdict) == (0, None, Verdict.BETTER)


def test_a_rate_is_compared_as_it_is():
    # Newcombe 1998, table II (a): 56 of 70 and 48 of 80, method 10
    match = pair("2026-09")[Against.LAST_YEAR]
    now = figure(RATE, 0.8, 70, *wilson(56, 70))
    found = compare(RATE, now, figure(RATE, 0.6, 80, *wilson(48, 80)), match)
    assert (found.change, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert (found.verdict, found.is_relative) == (Verdict.BETTER, False)


def test_newcombes_other_examples():
    for (one, of_one), (two, of_two), low, high in (
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
    ):
        rates = [Estimate(x / n, *wilson(x, n)) for x, n in ((one, of_one), (two, of_two))]
        found = difference(*rates)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_what_stands_today_is_not_divided_by_days():
    open_ = REGISTRY["open"]
    match = pair("2026-09")[Against.LAST_YEAR]
    assert match.now_days != match.then_days
    found = compare(open_, figure(open_, 60), figure(open_, 40), match)
    assert (found.change, found.verdict) == (0.5, Verdict.UP)


def test_what_goes_on_changing_is_known():
    began = {name for name, one in REGISTRY.items() if is_of_what_began(one)}
    assert {"conversion_rate", "drop_off", "reached", "dwell", "open", "stuck"} <= began
    assert not began & {"inquiries", "won", "won_value", "win_rate", "sales_cycle", "deal_value_mean"}


def test_money_is_as_sure_as_its_amounts_are_alike():
    match = pair("2026-05")[Against.LAST_YEAR]
    # 40 deals of 10 and 12 of 10: the sums vary as their numbers do
    alike = [figure(VALUE, 10 * n, n, variance=100 * n) for n in (40, 12)]
    # the same sums, but three quarters of this one is a single deal
    uneven = [figure(VALUE, 400, 21, variance=300**2 + 20 * 5**2), figure(VALUE, 120, 12, variance=12 * 100)]
    assert compare(VALUE, *alike, match).verdict is Verdict.BETTER
    assert compare(VALUE, *uneven, match).verdict is Verdict.SAME


def test_currencies_are_not_compared():
    match = pair("2026-05")[Against.LAST_YEAR]
    now, then = (Figure("won_value", 1000, unit, n=20, as_of=LATER) for unit in ("ILS", "USD"))
    found = compare(VALUE, now, then, match)
    assert (found.verdict, found.change) == (Verdict.UNTOLD, None)


def test_a_sum_of_nothing_is_in_no_currency_of_its_own():
    match = pair("2026-05")[Against.LAST_YEAR]
    now = Figure("won_value", 1000, "EUR", n=20, as_of=LATER, variance=20 * 5**2)
    for nothing in (Figure("won_value", 0, None, n=0, as_of=LATER), Figure("won_value", 0, "ILS", n=0, as_of=LATER)):
        for one, other in ((now, nothing), (nothing, now)):
            found = compare(VALUE, one, other, match)
            assert found.verdict is not Verdict.UNTOLD
            assert found.why is None


def test_money_of_no_known_currency_is_not_called_none():
    match = pair("2026-05")[Against.LAST_YEAR]
    now, then = (Figure("won_value", 1000, unit, n=20, as_of=LATER) for unit in ("ILS", None))
    found = compare(VALUE, now, then, match)
    assert (found.verdict, found.why.values) == (Verdict.UNTOLD, {"units": "ILS, ?"})


@given(st.integers(1, 10**5), st.integers(1, 10**5), st.floats(0.2, 5))
def test_counts_turn_round(now, then, pace):
    one, two = ratio_of_counts(now, then, pace), ratio_of_counts(then, now, 1 / pace)
    assert one.value == pytest.approx(1 / two.value)
    assert one.low == pytest.approx(1 / two.high)
    assert one.low <= one.value <= one.high


@given(st.floats(1, 1e9), st.floats(1, 1e9), st.floats(0.01, 100))
def test_another_unit_of_money_changes_no_comparison(now, then, rate):
    sums = (now, now**2 / 7), (then, then**2 / 9)
    exchanged = tuple((total * rate, variance * rate**2) for total, variance in sums)
    assert ratio_of_sums(*exchanged) == pytest.approx(ratio_of_sums(*sums))


def test_no_change_is_found_in_nothing_but_chance():
    import numpy as np

    draws = np.random.default_rng(5).poisson(60, size=(2000, 2))
    wrong = sum(not (one.low <= 1 <= one.high) for one in (ratio_of_counts(*pair_) for pair_ in draws.tolist()))
    assert 60 <= wrong <= 140  # 5 % of 2,000 is 100, with a standard deviation of 10
