"""What each improvement is worth: the laws, and when it lands."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest

from yaad.measures.statistics import Spells
from yaad.model import Period
from yaad.plan import typed_ratios
from yaad.plan.levels import levels_of
from yaad.plan.levers import Aim, Flow, Kind, Level, levers, mean_days
from yaad.plan.ratios import steps_of
from yaad.plan.ways import Stays

AS_OF = dt.date(2026, 11, 30)
ARTICLE = typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"})
STAGES = ("inquiry", "quote", "negotiation")


def ways(*days):
    """Each stage takes so many days; the shares do not matter for when a change lands."""
    return Stays.of_spells([[Spells.count([length] * 2, [1, 2]) for length in days]]).ways()


def flow(period="2027-01", days=(10, 20, 15), **more):
    return Flow(Fraction(500), tuple(ARTICLE), STAGES, ways(*days), Period.parse(period), AS_OF, 1000.0, **more)


def by_stage(found, aim=Aim.TENTH):
    return {lever.stage: lever for lever in found.rows if lever.kind is Kind.STEP and lever.aim is aim}


def of_kind(found, kind):
    return next(lever for lever in (*found.rows, *found.together) if lever.kind is kind)


def test_a_tenth_of_anything_is_a_tenth():
    found = levers(flow())
    assert (found.customers, found.money) == (50, 50_000)
    for lever in (*by_stage(found).values(), of_kind(found, Kind.INQUIRIES), of_kind(found, Kind.SIZE)):
        assert lever.money == pytest.approx(5000)


def test_all_ratios_are_a_third_and_everything_is_sixty_one():
    found = levers(flow())
    assert of_kind(found, Kind.STEPS).money == pytest.approx(50_000 * (1.1**3 - 1))
    assert of_kind(found, Kind.EVERYTHING).money == pytest.approx(50_000 * (1.1**5 - 1))


def test_the_last_step_pays_at_once_and_inquiries_pay_last():
    # 45 days from the inquiry, 35 from the quote, 15 from the negotiation; December has 31 days
    found = levers(flow("2026-12"))
    steps = by_stage(found)
    assert steps["close"].lands_money == pytest.approx(5000)
    assert steps["negotiation"].lands_money == pytest.approx(5000 * 16 / 31)  # from the 16th of December
    assert steps["quote"].lands_money == 0
    assert of_kind(found, Kind.INQUIRIES).lands_money == 0
    assert of_kind(found, Kind.SIZE).lands_money == pytest.approx(5000)
    assert dict(of_kind(found, Kind.INQUIRIES).months)["2027-01"] > 0
    assert [lever.worth for lever in found.rows] == sorted((lever.worth for lever in found.rows), reverse=True)


def test_together_lands_by_how_many_changes_each_customer_met():
    # in December: all meet the closing (and the size); from the 16th the negotiation too; nobody the others
    found = levers(flow("2026-12"))
    early, late = 15 / 31, 16 / 31
    assert of_kind(found, Kind.STEPS).lands_money == pytest.approx(50_000 * (0.1 * early + (1.1**2 - 1) * late))
    whole = 50_000 * ((1.1**2 - 1) * early + (1.1**3 - 1) * late)
    assert of_kind(found, Kind.EVERYTHING).lands_money == pytest.approx(whole)


def test_a_narrow_step_makes_what_comes_before_it_worth_nothing():
    found = levers(flow(limits={"negotiation": 100}))
    assert of_kind(found, Kind.INQUIRIES).money == 0
    assert by_stage(found)["quote"].money == 0
    assert by_stage(found)["close"].money == pytest.approx(5000)
    assert found.carried.binding is None  # 100 come, 100 fit
    assert levers(flow(limits={"negotiation": 80})).carried.binding.stage == "negotiation"


def test_speed_comes_once():
    found = levers(flow())
    speed = of_kind(found, Kind.SPEED)
    assert speed.once
    assert (speed.before, speed.after) == (pytest.approx(45), pytest.approx(40.5))
    # 50 customers in 31 days: as many as 4.5 days bring
    assert speed.customers == pytest.approx(50 / 31 * 4.5)
    assert mean_days(ways(10, 20, 15)) == pytest.approx(45)


def test_a_step_cannot_be_more_than_whole():
    sure = typed_ratios({}, {"quote": "0.95", "close": "0.5"})
    found = levers(
        Flow(Fraction(100), tuple(sure), ("inquiry", "quote"), ways(5, 5), Period.parse("2027-01"), AS_OF, 10)
    )
    assert by_stage(found)["quote"].after == 1


def test_without_money_customers_are_told():
    bare = Flow(Fraction(500), tuple(ARTICLE), STAGES, ways(1, 1, 1), Period.parse("2027-01"), AS_OF)
    found = levers(bare)
    assert found.money is None
    assert all(lever.money is None for lever in found.rows)
    assert by_stage(found)["close"].worth == pytest.approx(5)
    assert not [lever for lever in found.rows if lever.kind is Kind.SIZE]


def test_the_range_holds_what_ratio_and_size_leave_unsure():
    sure = by_stage(levers(flow()))["close"]
    assert (sure.low, sure.high) == (pytest.approx(5000), pytest.approx(5000))
    unsure = by_stage(levers(flow(average_error=100)))["close"]
    assert unsure.low == pytest.approx(5000 * (1 - 0.128), rel=0.01)
    assert unsure.high == pytest.approx(5000 * (1 + 0.128), rel=0.01)


def test_a_level_is_worth_the_way_up_to_it():
    draws = tuple(np.linspace(0.0, 0.2, 101))
    level = Level("negotiation", Aim.UPPER_THIRD, 0.5, draws, ("Dana",), 40)
    lever = by_stage(levers(flow(), levels=[level]), Aim.UPPER_THIRD)["negotiation"]
    assert (lever.before, lever.after) == (pytest.approx(0.4), pytest.approx(0.5))
    assert lever.money == pytest.approx(50_000 * 0.25)
    assert (lever.low, lever.high) == (pytest.approx(12_500 * 0.2), pytest.approx(12_500 * 1.8))
    assert (lever.who, lever.n) == (("Dana",), 40)


def test_levels_are_found_where_they_are(written):
    """Ann closes 3 of 4, three others 1 of 4; the third quarter was like all."""
    book = written("Quote")
    number = 0
    for owner, of_four in (("Ann", 3), ("Bob", 1), ("Cyd", 1), ("Dan", 1)):
        for quarter in ("01", "04", "07"):
            for place in range(40):
                number += 1
                end = "Won" if place % 4 < of_four else "Lost"
                book.deal(("Quote", f"2025-{quarter}-{1 + place % 28:02}"), (end, f"2025-{quarter}-28"), owner=owner)
    scope = book.scope("2025-12-31")
    ratios = typed_ratios({"Won": "0.375"})
    found = {level.aim: level for level in levels_of(scope, ratios)}
    assert set(found) == {Aim.UPPER_THIRD}, "no quarter was better than the others"
    third = found[Aim.UPPER_THIRD]
    assert "Ann" in third.who
    # two of four are the upper third (rounded up): Ann with 3 of 4 and one with 1 of 4 are half; the others come up
    # from a quarter to a half: half of all deals, each by a quarter
    assert len(third.who) == 2
    assert third.rate == pytest.approx(0.375 + 0.5 * 0.25, abs=0.03)
    assert steps_of(ratios)[0].stage == third.stage


def test_a_quarter_that_was_better_is_found(written):
    book = written("Quote")
    for quarter, of_ten in (("01", 3), ("04", 6), ("07", 3)):
        for place in range(200):
            end = "Won" if place % 10 < of_ten else "Lost"
            book.deal(("Quote", f"2025-{quarter}-{1 + place % 28:02}"), (end, f"2025-{quarter}-28"))
    (level,) = levels_of(book.scope("2025-12-31"), typed_ratios({"Won": "0.4"}))
    assert (level.aim, level.who, level.n) == (Aim.BEST_QUARTER, ("2025-Q2",), 200)
    assert 0.55 < level.rate < 0.6, "drawn a little towards the others"
