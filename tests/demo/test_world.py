"""A drawn company has the truth that its parameters say, and shows nothing before its day."""

import datetime as dt
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.demo import STEPS, Group, OfficeHours, Rep, World, simulate
from yaad.model.tables import DEALS, STAGE_MOVES

ISRAEL = OfficeHours("IL", full=(6, 0, 1, 2, 3), half=(4,))
LIVELY = World(
    days=200,
    sources=(Group("Web", 3), Group("Referral", 1, (0.8,))),
    reps=(Rep("Noa", 1, (0.3,), branch="North"), Rep("Ido", 1, (-0.3,), branch="South", joined=100)),
    products=(Group("Chair"), Group("Desk")),
    lost_reasons=(Group("Price"), Group("Time")),
    zone="Asia/Jerusalem",
    hours=ISRAEL,
    back=0.15,
    skip=0.1,
    reopened=0.05,
    amount_missing=0.1,
)


@pytest.fixture(scope="module")
def lively():
    return simulate(LIVELY, seed=5)


@pytest.fixture(scope="module")
def large():
    return simulate(World(days=1000, inquiries_a_day=40), seed=2)


def test_the_truth_is_the_parameters(large):
    truth = large.truth
    assert truth.rates.steps == pytest.approx([step.advance for step in STEPS])
    assert truth.rates.reached == pytest.approx([0.65, 0.5005, 0.2002, 0.1001])
    assert truth.rates.won == pytest.approx(0.1001)


def test_what_is_drawn_comes_to_the_truth(large):
    paths, truth = large.paths, large.truth
    reached = np.isfinite(paths.entered).sum(axis=0)
    for before, after, rate in zip(reached[:-1], reached[1:], truth.rates.steps, strict=True):
        assert after / before == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / before))
    for place, stage in enumerate(truth.stages):
        stood = np.isfinite(paths.entered[:, place])
        ends = np.where(paths.lost_step == place, paths.lost, paths.entered[:, place + 1])[stood]
        days = ends - paths.entered[stood, place]
        assert days.mean() == pytest.approx(truth.stays[stage].mean, rel=0.04)
        assert np.quantile(days, [0.5, 0.8, 0.9]) == pytest.approx(
            [truth.stays[stage].median, truth.stays[stage].p80, truth.stays[stage].p90], rel=0.04
        )


def test_the_quote_stage_of_the_studies(large):
    assert large.truth.stays["Quote"].mean == pytest.approx(37.2, abs=0.05)
    assert large.truth.stays["Quote"].median == pytest.approx(25.1, abs=0.05)


def test_time_to_win_of_the_studies(large):
    days = large.truth.win_days
    assert (days.mean, days.median, days.p80, days.p90) == pytest.approx((57, 51, 75, 92), abs=3)


def test_every_deal_ends_once(large):
    assert (np.isfinite(large.paths.lost) ^ np.isfinite(large.paths.entered[:, -1])).all()


def test_the_same_seed_draws_the_same_company():
    one, other = (simulate(LIVELY, seed=9).tables() for _ in range(2))
    assert one["deals"].equals(other["deals"])
    assert one["moves"].equals(other["moves"])
    assert not one["moves"].equals(simulate(LIVELY, seed=10).tables()["moves"])


def test_a_group_without_effect_moves_no_day():
    plain, grouped = (
        simulate(World(days=90), seed=3),
        simulate(World(days=90, sources=(Group("A"), Group("B"))), seed=3),
    )
    np.testing.assert_array_equal(plain.paths.entered, grouped.paths.entered)


def test_tables_have_the_form_of_an_import(lively):
    tables = lively.tables()
    for name, schema in (("deals", DEALS), ("moves", STAGE_MOVES)):
        for column in tables[name].schema:
            known = {"row": pa.int64(), "deal_id": pa.string()}.get(column.name)
            assert column.type == (known or schema.field(column.name).type), column.name
    moves = tables["moves"]
    assert moves["sort_at"].null_count == 0
    keys = list(zip(moves["deal_id"].to_pylist(), moves["sort_at"].to_pylist(), moves["seq"].to_pylist(), strict=True))
    assert keys == sorted(keys)


def test_each_deal_starts_at_the_first_stage_and_ends_as_it_does(lively):
    tables = lively.tables()
    rows = zip(tables["moves"]["deal_id"].to_pylist(), tables["moves"]["to_stage"].to_pylist(), strict=True)
    ways = {deal: [stage for _, stage in moves] for deal, moves in groupby(rows, key=lambda row: row[0])}
    assert list(ways) == tables["deals"]["deal_id"].to_pylist()
    stage_now = [lively.stage_names[place] for place in lively.stage_now()]
    assert [way[-1] for way in ways.values()] == stage_now
    assert {way[0] for way in ways.values()} == {"Inquiry"}
    flat = [" ".join(way) for way in ways.values()]
    assert any("Meeting Quote Meeting Quote" in way for way in flat)  # back and again
    assert any("Inquiry Quote" in way or "Meeting Negotiation" in way for way in flat)  # skipped
    assert any("Lost Inquiry" in way or "Lost Meeting" in way for way in flat)  # reopened


def test_nothing_later_than_its_day_is_seen(lively):
    day = LIVELY.start + dt.timedelta(days=90)
    early, late = lively.tables(day), lively.tables()
    moves = late["moves"].filter(pc.field("day") <= day)
    for column in ("deal_id", "at", "to_stage", "day", "by"):
        assert early["moves"][column].to_pylist() == moves[column].to_pylist()
    assert early["deals"]["deal_id"].to_pylist() == sorted(set(moves["deal_id"].to_pylist()))
    lost = [place == len(STEPS) + 1 for place in lively.stage_now(day)]
    reasons = early["deals"]["lost_reason"].to_pylist()
    # a closing that does not last has no reason yet
    assert not any(reason and not is_lost for reason, is_lost in zip(reasons, lost, strict=True))


def test_detours_change_neither_outcome_nor_way():
    straight = World(days=200)
    for change in ({"back": 0.3}, {"reopened": 0.3}):
        changed = simulate(World(days=200, **change), seed=4)
        np.testing.assert_array_equal(changed.paths.entered, simulate(straight, seed=4).paths.entered)
        assert changed.truth == simulate(straight, seed=4).truth


def test_the_office_sleeps_on_saturdays_and_holidays(lively):
    moves = lively.tables()["moves"]
    days = set(moves["day"].to_pylist())
    assert not {day for day in days if day.weekday() == 5}
    assert dt.date(2025, 4, 13) not in days  # the first day of Passover
    local = [moment.astimezone(ZoneInfo("Asia/Jerusalem")) for moment in moves["at"].to_pylist()]
    assert all(9 <= moment.hour + moment.minute / 60 < 17.51 for moment in local)
    assert all(moment.hour < 13 for moment in local if moment.weekday() == 4)
    assert [moment.date() for moment in local] == moves["day"].to_pylist()


@settings(deadline=None)
@given(st.lists(st.floats(0, 400), min_size=1, max_size=50))
def test_working_time_keeps_the_order(times):
    ordered = np.sort(np.array(times))
    fitted = ISRAEL.fit(ordered, dt.date(2025, 1, 1))
    assert (np.diff(fitted) >= 0).all()
    assert (fitted >= np.floor(ordered)).all()
    parts = ISRAEL.parts(dt.date(2025, 1, 1), int(fitted.max()) + 1)
    assert (parts[fitted.astype(int)] > 0).all()


def test_working_days_leave_out_what_is_free():
    days = ISRAEL.working_days(dt.date(2026, 4, 1), 7)
    assert days == [dt.date(2026, 4, day) for day in (1, 3, 5, 6, 7)]


def test_groups_differ_as_they_should(lively):
    truth = lively.truth
    assert truth.by_source["Referral"].won > truth.by_source["Web"].won
    assert truth.by_rep["Noa"].won > truth.by_rep["Ido"].won
    whole = sum(
        rates.won * (lively.paths.source == place).sum() for place, rates in enumerate(truth.by_source.values())
    )
    assert whole / len(lively.paths.born) == pytest.approx(truth.rates.won)
    ido = lively.paths.rep == 1
    assert lively.paths.born[ido].min() >= 100 > lively.paths.born[~ido].min()


def test_growth_seasons_and_weekdays_shape_the_stream():
    grown = simulate(World(days=182, inquiries_a_day=30, growth=4), seed=1).paths.born
    assert (grown > 152).sum() / (grown < 30).sum() == pytest.approx(4 ** (152 / 182), rel=0.1)
    summer = World(
        days=365, inquiries_a_day=30, months=(1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1), weekdays=(1, 1, 1, 1, 1, 0, 1)
    )
    days = simulate(summer, seed=1).tables()["moves"].filter(pc.field("to_stage") == "Inquiry")["day"].to_pylist()
    assert not {day for day in days if day.month == 8 or day.weekday() == 5}


def test_drift_and_hidden_quality_reach_the_truth():
    better = simulate(World(days=365, drift=0.5), seed=1).truth.rates.won
    assert better > 0.1001 * 1.2
    mixed = simulate(World(days=365, inquiries_a_day=30, frailty=0.7), seed=1)
    won = np.isfinite(mixed.paths.entered[:, -1])
    assert mixed.paths.hidden[won].mean() > 0.3
    assert won.mean() == pytest.approx(mixed.truth.rates.won, abs=0.015)


def test_faster_is_shorter():
    slow, fast = (simulate(World(speed=speed), seed=1).truth for speed in (1.0, 0.8))
    assert fast.stays["Quote"].median == pytest.approx(0.8 * slow.stays["Quote"].median)
    assert fast.win_days.mean == pytest.approx(0.8 * slow.win_days.mean)
    assert fast.rates == slow.rates
