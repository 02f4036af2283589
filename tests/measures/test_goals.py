"""Against the target: attainment, pace and coverage, counted by hand; the curve; targets of parts and periods."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.errors import InputError
from yaad.measures import measure
from yaad.measures.pace import State, curve_of, periods_before
from yaad.measures.quotas import Basis, Quotas
from yaad.model import Calendar, Period, Settings, Target, Whose
from yaad.model.settings import Achieved, AchievedBy

MARCH = Period.parse("2026-03")
MONTHS = tuple(Period.parse(f"2025-{month:02}") for month in range(1, 13))


def target(value, period="2026-03", measure_="won_value", currency=None, tax=None, **whose):
    return Target(measure_, Period.parse(period), Decimal(str(value)), Whose(**whose), currency, tax)


# ---- what is wanted ---------------------------------------------------------------------------------------------


def test_what_was_set_for_just_these_stands_before_the_sum_of_parts():
    found = Quotas([target(100), target(70, owner="Ann"), target(50, owner="Ben")]).wanted("won_value", MARCH)
    assert (found.value, found.basis) == (100, Basis.SET)


def test_the_whole_is_the_sum_of_its_people_else_of_its_branches():
    both = Quotas([target(70, owner="Ann"), target(50, owner="Ben"), target(500, branch="North")])
    found = both.wanted("won_value", MARCH)
    assert (found.value, found.basis, found.parts) == (120, Basis.PARTS, "owner")
    found = Quotas([target(500, branch="North")]).wanted("won_value", MARCH)
    assert (found.value, found.parts) == (500, "branch")


def test_a_quarter_is_the_sum_of_its_months_and_a_month_its_part_of_a_quarter():
    quarter = Period.parse("2026-Q1")
    months = [target(10, "2026-01"), target(20, "2026-02"), target(30, "2026-03")]
    assert Quotas(months).wanted("won_value", quarter).value == 60
    assert Quotas(months[:2]).wanted("won_value", quarter) is None, "a month is missing"
    # 22 + 20 + 22 working days from Monday to Friday
    found = Quotas([target(640, "2026-Q1")]).wanted("won_value", MARCH)
    assert (found.value, found.basis) == (220, Basis.LONGER)


def test_a_persons_target_is_prorated():
    half = Settings().with_entry("person:Ann", '{"start": "2026-03-17", "share": 0.5}')
    found = Quotas([target(100, owner="Ann"), target(40, owner="Ben")], half)
    assert found.wanted("won_value", MARCH, Whose(owner="Ann")).value == 25, "11 of 22 working days, half a position"
    assert found.wanted("won_value", MARCH, Whose(owner="Ann")).full == 100
    assert found.wanted("won_value", MARCH).value == 65


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_the_parts_add_up_and_a_full_month_is_the_whole(cents):
    targets = [target(Decimal(value) / 100, owner=f"P{place}") for place, value in enumerate(cents)]
    quotas = Quotas(targets)
    assert quotas.wanted("won_value", MARCH).value == sum(one.value for one in targets)
    assert all(quotas.wanted("won_value", MARCH, one.whose).value == one.value for one in targets)


@pytest.mark.parametrize("other", [{"currency": "USD"}, {"currency": "ILS", "tax": "gross"}])
def test_targets_of_mixed_money_are_not_added_up(other):
    with pytest.raises(InputError):
        Quotas([target(1, owner="Ann", currency="ILS", tax="net"), target(1, owner="Ben", **other)]).wanted(
            "won_value", MARCH
        )


# ---- the curve --------------------------------------------------------------------------------------------------


def months_of_sales(early, late):
    """So much on the first working day of each month, so much on its last day."""
    first = {Calendar().working_days(one.start - dt.timedelta(1), one.end)[0]: float(early) for one in MONTHS}
    return first | {one.end - dt.timedelta(1): float(late) for one in MONTHS}


def test_the_curve_is_the_share_that_had_come_by_the_same_part_of_the_working_days():
    curve = curve_of(months_of_sales(30, 70), Period.parse("2026-01"), MONTHS, dt.date(2026, 1, 15), Calendar())
    assert (curve.days_over, curve.days, curve.share, len(curve.shares)) == (11, 22, pytest.approx(0.3), 12)
    assert curve.state(30, 100) is State.ON_PACE
    assert curve.state(29, 100) is State.BEHIND
    assert curve.state(31, 100) is State.AHEAD
    assert curve.enough(70) == (12, 12)
    assert curve.enough(71) == (0, 12)


def test_below_six_months_the_working_days_stand_in():
    january = Period.parse("2026-01")
    curve = curve_of(months_of_sales(30, 70), january, MONTHS[7:], dt.date(2026, 1, 15), Calendar())
    assert (curve.is_own, curve.share) == (False, 0.5)
    assert curve.enough(1) is None
    assert curve.state(54, 100) is State.ON_PACE
    assert curve.state(44, 100) is State.BEHIND
    assert curve.state(56, 100) is State.AHEAD


def test_holidays_are_no_working_days():
    israel = Calendar.of_zone("Asia/Jerusalem")
    september = Period.parse("2026-09")  # New Year on the 12th and 13th, Yom Kippur on the 21st, Sukkot on the 26th
    curve = curve_of({}, september, [], dt.date(2026, 9, 14), israel)
    assert (curve.days_over, curve.days) == (9, 20)


@given(st.integers(1, 31))
def test_the_plan_of_a_period_that_is_over_is_all_of_it(day):
    sold = months_of_sales(30, 70)
    past = curve_of(sold, Period.parse("2026-01"), MONTHS, dt.date(2026, 2, 1) + dt.timedelta(day - 1), Calendar())
    assert past.share == 1.0
    assert past.state(99.9, 100) is State.BEHIND
    assert past.state(100, 100) is State.AHEAD


def test_periods_before():
    assert [one.name for one in periods_before(Period.parse("2026-02"), 3)] == ["2025-11", "2025-12", "2026-01"]
    assert [one.name for one in periods_before(Period.parse("2026"), 2)] == ["2024", "2025"]


# ---- the figures ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(written):
    """March: Ann 60 + 20 closed, Ben 10; due in March 30 (Ann) and in April 50; before it won 100 of 400 decided."""
    made = written("Meeting", "Quote")
    made.deal(("Meeting", "2026-01-05"), ("Won", "2026-02-20"), owner="Ann", amount=10, product="A")
    made.deal(("Meeting", "2026-01-05"), ("Lost", "2026-02-21"), owner="Ann", amount=300, product="A")
    made.deal(("Meeting", "2026-01-05"), ("Won", "2026-03-02"), owner="Ann", amount=60, product="A")
    made.deal(("Meeting", "2026-01-05"), ("Won", "2026-03-10"), owner="Ann", amount=20, product="B")
    made.deal(
        ("Meeting", "2026-01-05"),
        ("Won", "2026-03-11"),
        owner="Ben",
        amount=10,
        product="B",
        custom={"paid": "2026-04-02"},
    )
    made.deal(("Meeting", "2026-03-01"), owner="Ann", amount=30, expected_close_day=dt.date(2026, 3, 30))
    made.deal(("Meeting", "2026-03-01"), owner="Ann", amount=50, expected_close_day=dt.date(2026, 4, 2))
    made.row("targets", target_id="1", owner="Ann", month="2026-03-01", amount=100)
    made.row("targets", target_id="2", owner="Ben", month="2026-03-01", amount=50)
    made.row("targets", target_id="3", owner="Cas", month="2026-03-01", amount=50)
    made.row("targets", target_id="4", month="2026-04-01", amount=0)
    made.row("targets", target_id="5", measure="won", month="2026-03-01", amount=7)
    made.row("orders", order_id="O1", owner="Ann", day="2026-03-04", amount=44)
    made.row("orders", order_id="O2", owner="Ben", day="2026-04-04", amount=1)
    return made.scope("2026-03-16", calendar=Calendar())


def values(name, scope, **question):
    return {tuple(one.by.values()): one.value for one in measure([name], replace(scope, **question))}


def test_attainment_by_hand(book):
    (whole,) = measure(["quota_attainment"], book)
    assert (whole.value, whole.n, whole.period.name) == (90 / 200, 3, "2026-03")
    assert (whole.beside["achieved"], whole.beside["target"]) == (90, 200)
    assert values("quota_attainment", book, by=("rep",)) == {("Ann",): 0.8, ("Ben",): 0.2, ("Cas",): 0.0}
    assert values("quota_attainment", book, by=("month",)) == {
        ("2026-02",): None,
        ("2026-03",): 0.45,
        ("2026-04",): None,
    }


def test_attainment_by_what_counts(book):
    ordered = Settings(achieved=AchievedBy(Achieved.ORDERED))
    assert values("quota_attainment", book, settings=ordered) == {(): 44 / 200}
    paid = Settings(achieved=AchievedBy(Achieved.COLLECTED, "paid"))
    assert values("quota_attainment", book, settings=paid) == {(): 0.0}
    later = replace(book, as_of=dt.date(2026, 4, 30), period=Period.parse("2026-Q2"))
    (figure,) = measure(["quota_attainment"], replace(later, settings=paid))
    assert (figure.beside["achieved"], figure.value) == (10, None), "paid in April; no target for the quarter"


def test_no_target_and_a_target_of_nothing_are_said(book):
    april = replace(book, period=Period.parse("2026-04"))
    (figure,) = measure(["quota_attainment"], april)
    assert (figure.value, figure.why.key) == (None, "goals.target_of_nothing")
    (figure,) = measure(["pace"], replace(book, period=Period.parse("2026-05")))
    assert (figure.value, figure.why.key) == (None, "goals.no_target")
    figures = measure(["pace"], replace(book, by=("source",)))
    assert {one.why.key for one in figures} == {"goals.no_targets_by"}
    with pytest.raises(InputError):
        measure(["pace"], replace(book, period=Period.parse("2026-03-01..2026-03-07")))


def test_pace_by_hand(book):
    (figure,) = measure(["pace"], book)
    # Monday to Friday: 11 of the 22 working days of March are over; there are no six months of the past
    assert figure.beside["plan_today"] == pytest.approx(200 * 11 / 22)
    assert figure.value == pytest.approx(90 / 100)
    assert figure.beside["state"] == "on_pace"
    assert values("pace", book, by=("owner",)) == pytest.approx({("Ann",): 1.6, ("Ben",): 0.4, ("Cas",): 0.0})


def test_closings_needed_by_hand(book):
    (figure,) = measure(["closings_needed"], book)
    (mean,) = measure(["deal_value_mean"], replace(book, period=None))
    assert figure.beside["average"] == pytest.approx(mean.value)
    assert figure.beside["missing"] == pytest.approx(200 - 90)
    assert figure.value == ceil((200 - 90) / mean.value)
    # of a person: the own gap, by the mean deal of the company
    by_owner = {one.by["owner"]: one for one in measure(["closings_needed"], replace(book, by=("owner",)))}
    assert all(one.value == ceil(one.beside["missing"] / mean.value) for one in by_owner.values())
    (reached,) = measure(["closings_needed"], replace(book, period=Period.parse("2026-04")))
    assert (reached.value, reached.why.key) == (None, "goals.target_of_nothing")


def test_coverage_by_hand(book):
    (figure,) = measure(["pipeline_coverage"], book)
    assert figure.value == pytest.approx(30 / (200 - 90))
    assert figure.beside["of_whole_target"] == pytest.approx(30 / 200)
    assert figure.beside["needed"] == pytest.approx(400 / 100)
    assert values("pipeline_coverage", book, by=("owner",)) == pytest.approx(
        {("Ann",): 1.5, ("Ben",): 0.0, ("Cas",): 0.0}
    )


def test_a_target_in_another_currency_is_refused(written):
    made = written("Meeting")
    made.deal(("Meeting", "2026-01-05"), ("Won", "2026-03-02"), amount=60, currency="ILS", tax="net")
    made.row("targets", target_id="1", month="2026-03-01", amount=100, currency="USD")
    with pytest.raises(InputError):
        measure(["quota_attainment"], made.scope("2026-03-16"))
    made.rows["targets"][0] |= {"currency": "ILS", "tax": "gross"}
    with pytest.raises(InputError):
        measure(["quota_attainment"], made.scope("2026-03-16"))
    made.rows["targets"][0] |= {"currency": None, "tax": None}
    assert values("quota_attainment", made.scope("2026-03-16")) == {(): 0.6}


def test_of_several_one_whose_target_is_in_another_currency_is_said_and_the_others_are_told(written):
    made = written("Meeting")
    for owner in ("Ann", "Ben"):
        deal = {"amount": 60, "currency": "ILS", "tax": "net", "owner": owner}
        made.deal(("Meeting", "2026-01-05"), ("Won", "2026-03-02"), **deal)
    made.row("targets", target_id="1", month="2026-03-01", amount=100, currency="USD", owner="Ann")
    made.row("targets", target_id="2", month="2026-03-01", amount=80, currency="ILS", owner="Ben")
    scope = replace(made.scope("2026-03-16"), by=("owner",))
    for asked in ("quota_attainment", "pace", "closings_needed", "pipeline_coverage"):
        ann, ben = measure([asked], scope)
        assert (ann.by["owner"], ann.value, ann.why.key) == ("Ann", None, "goals.other_currency")
        assert (ben.by["owner"], ben.beside["target"]) == ("Ben", 80)
    told = {one.by["owner"]: one.value for one in measure(["quota_attainment"], scope)}
    assert told == {"Ann": None, "Ben": 0.75}


def test_scaling_the_money_changes_no_share(written):
    def shares(factor):
        made = written("Meeting")
        for day, amount in (("2026-02-03", 5), ("2026-03-02", 60), ("2026-03-05", 7)):
            made.deal(("Meeting", "2026-01-05"), ("Won", day), amount=amount * factor)
        made.deal(("Meeting", "2026-01-05"), amount=11 * factor, expected_close_day=dt.date(2026, 3, 20))
        made.row("targets", target_id="1", month="2026-03-01", amount=100 * factor)
        scope = made.scope("2026-03-16")
        return [one.value for one in measure(["quota_attainment", "pace", "pipeline_coverage"], scope)]

    assert shares(1) == pytest.approx(shares(13))
