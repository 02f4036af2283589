"""Parts of the win chance against known truth: scores counted and weeks summed by hand, and what a day has seen."""

import datetime as dt
import itertools
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.conftest import scope_of

from yaad.demo import Group, Rep, Step, World, simulate
from yaad.insight.winning.calibrating import calibrated
from yaad.insight.winning.fields import WIDEST, Coding, allowed, auc
from yaad.insight.winning.hazards import LAST, winning
from yaad.insight.winning.past import past_of
from yaad.insight.winning.proving import Method, Model
from yaad.insight.winning.scores import beats_base_rate, calibration_error, levelled, log_losses, mean_gain, scored
from yaad.measures.winning import StageChances
from yaad.model.tables import DEALS, STAGE_MOVES

OUTCOMES = st.lists(
    st.tuples(st.integers(0, 20).map(lambda part: part / 20), st.integers(0, 9)), min_size=2, max_size=30
)


def pairs(outcome, score):
    """The chance that a won deal has a higher score than a lost one, pair by pair."""
    right = weight = 0.0
    for (won, high), (other, low) in itertools.product(zip(outcome, score, strict=True), repeat=2):
        both = won * (1 - other)
        weight += both
        right += both * ((high > low) + (high == low) / 2)
    return right / weight


@given(OUTCOMES)
def test_ranking_is_counted_pair_by_pair(rows):
    outcome, score = np.array([won for won, _ in rows]), np.array([float(at) for _, at in rows])
    won, lost = outcome.sum(), (1 - outcome).sum()
    if won and lost:
        assert auc(outcome, score) == pytest.approx(pairs(outcome, score))
    whole = np.round(outcome)
    if 0 < whole.sum() < len(whole):
        assert auc(whole, score) == pytest.approx(pairs(whole, score))
        assert auc(whole, -score) == pytest.approx(1 - auc(whole, score))


def test_scores_by_hand():
    outcome, chance = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.8, 0.4, 0.4, 0.2])
    told = scored("x", outcome, chance, np.arange(4), np.ones(4, dtype=bool))
    assert told.log_loss == pytest.approx(-np.log([0.8, 0.4, 0.6, 0.8]).mean())
    assert told.brier == pytest.approx((0.04 + 0.36 + 0.16 + 0.04) / 4)
    assert told.auc == pytest.approx(3.5 / 4)
    assert told.ratio == pytest.approx(1.8 / 2)
    assert told.gain == pytest.approx(np.log(2) - told.log_loss)
    assert not beats_base_rate(scored("x", outcome, np.full(4, 0.5), np.arange(4), np.ones(4, dtype=bool)), 1.0)


def test_the_distance_of_chance_and_share_by_hand():
    chance = np.repeat([0.1, 0.9], 10)
    outcome = np.concatenate([np.repeat([1.0, 0.0], [3, 7]), np.repeat([1.0, 0.0], [8, 2])])
    assert calibration_error(outcome, chance) == pytest.approx((0.2 + 0.1) / 2)


def test_days_of_one_deal_are_one_witness():
    worse, better = np.array([1.0, 1.0, 0.0, 0.0]), np.zeros(4)
    _, apart = mean_gain(worse, better, np.arange(4))
    mean, together = mean_gain(worse, better, np.array([0, 0, 1, 1]))
    assert mean == 0.5
    assert together == pytest.approx(apart * np.sqrt(2))


@given(st.lists(st.floats(0.01, 0.99), min_size=3, max_size=20), st.floats(0.05, 0.95))
def test_chances_moved_to_the_level_of_the_outcomes_keep_their_order(chances, level):
    chance = np.array(chances)
    outcome = np.full(len(chance), level)
    moved = levelled(outcome, chance)
    assert moved.mean() == pytest.approx(level, abs=1e-6)
    assert (np.argsort(moved, kind="stable") == np.argsort(chance, kind="stable")).all()


def test_a_correction_mends_chances_that_are_half_too_high():
    draw = np.random.default_rng(1)
    true = draw.uniform(0.05, 0.5, 900)
    outcome = (draw.random(900) < true).astype(float)
    said = np.clip(true * 1.5, 0, 0.99)
    for decided in (900, 5000):
        better = calibrated(outcome, said, decided)(said)
        assert better.mean() == pytest.approx(outcome.mean(), abs=0.02)
        assert log_losses(outcome, better).mean() < log_losses(outcome, said).mean()


class Constant:
    """Every week the same: stays, moves on, is lost."""

    def __init__(self, *weeks):
        self.weeks = np.array(weeks)

    def weekly(self, place, coded):
        return np.broadcast_to(self.weeks[place], (len(coded), LAST + 1, 3))


def test_weeks_that_are_all_alike_sum_to_the_part_that_moves_on():
    """Moving on .03 and being lost .05 a week: 3 of 8 in the end, at any age; two such stages: the product."""
    model = Constant((0.92, 0.03, 0.05), (0.90, 0.06, 0.04))
    places, days = np.array([0, 0, 1, 1]), np.array([0.0, 200.0, 3.0, np.nan])
    found = winning(model, 2, places, days, np.zeros((4, 0)))
    assert found == pytest.approx([3 / 8 * 6 / 10, 3 / 8 * 6 / 10, 6 / 10, 6 / 10], rel=1e-3)


WORLD = World(
    days=160,
    inquiries_a_day=3,
    steps=(Step("Quote", 0.5, 10, 20), Step("Talk", 0.5, 8, 20)),
    sources=(Group("Web"), Group("Fair")),
    skip=0.1,
    back=0.05,
)
EARLY = WORLD.as_of - dt.timedelta(days=50)


def scope_at(history, day, by=None, owners=None):
    """A book of what the company's files would show on a day; who moves and who owns may be told otherwise.

    Args:
        history: the company.
        day: the last one.
        by: the row of a move → who makes it.
        owners: the row of a deal and the last one to move it → whose it is.
    """
    tables = history.tables(day)
    number = {name: at for at, name in enumerate(tables["deals"]["deal_id"].to_pylist(), 1)}
    deals, moves = (
        [row | {"deal": number[row["deal_id"]]} for row in tables[name].to_pylist()] for name in ("deals", "moves")
    )
    if by is not None and owners is not None:
        moves = [row | {"by": by(row)} for row in moves]
        last = {row["deal"]: row["by"] for row in moves}
        deals = [row | {"owner": owners(row, last[row["deal"]])} for row in deals]
    return scope_of(
        pa.Table.from_pylist(deals, schema=DEALS),
        pa.Table.from_pylist(moves, schema=STAGE_MOVES),
        history.pipeline,
        day,
    )


@pytest.fixture(scope="module")
def pasts():
    """What is known at the end, and what was known 50 days before."""
    history = simulate(WORLD, seed=6)
    return tuple(past_of(scope_at(history, day)) for day in (WORLD.as_of, EARLY))


def test_what_a_past_day_had_seen_is_what_the_book_of_that_day_knew(pasts):
    whole, early = pasts

    def open_then(past):
        return past.open_at(early.end)

    seen, knew = whole.seen(early.end), early.seen(early.end)
    rows = [
        sorted(zip(stays.deal, stays.place, stays.days.round(6), stays.ending, strict=True)) for stays in (seen, knew)
    ]
    assert rows[0] == rows[1]
    still = [sorted(zip(deal, place, days.round(6), strict=True)) for deal, place, days in map(open_then, pasts)]
    assert len(still[0]) > 50
    assert still[0] == still[1]
    places, days = np.array([0, 0, 1, 1]), np.array([1.0, 15.0, 2.0, 30.0])
    at_that_day = whole.chances_at(early.end).chances(places, days)
    np.testing.assert_allclose(at_that_day, early.chances_at(early.end).chances(places, days), rtol=1e-9)


def test_the_past_is_the_chances_of_the_measure(pasts):
    """At the data's own day it is the estimate by stage and age that stands behind the measures."""
    whole, _ = pasts
    history = simulate(WORLD, seed=6)
    measured = StageChances.of(scope_at(history, WORLD.as_of))
    places, days = np.array([0, 0, 1, 1]), np.array([1.0, 15.0, 2.0, 30.0])
    np.testing.assert_allclose(
        whole.chances_at(whole.end).chances(places, days), measured.chances(places, days), rtol=1e-9
    )


def test_an_amount_that_changes_when_a_deal_closes_is_refused(pasts):
    whole, _ = pasts
    assert "amount" in allowed(whole, whole.end)[0]
    decided = np.flatnonzero(whole.decided)
    told = np.repeat(decided, 2)
    at = np.stack([whole.born[decided], whole.closed[decided]], axis=1).ravel()
    amounts = np.stack([whole.amount[decided], whole.amount[decided] * 1.1], axis=1).ravel()
    good, refused = allowed(replace(whole, told_deal=told, told_at=at, told_amount=amounts), whole.end)
    assert "amount" not in good
    assert [(one.field, one.why.key) for one in refused] == [("amount", "chances.refused_changed")]
    steady = np.repeat(whole.amount[decided], 2)
    assert "amount" in allowed(replace(whole, told_deal=told, told_at=at, told_amount=steady), whole.end)[0]


def test_a_person_who_only_has_what_is_over_is_refused():
    """Who closes a deal becomes its person where no column says whose it is: that knows the end."""
    history = simulate(replace(WORLD, reps=(Rep("Ann"), Rep("Ben"))), seed=6)

    def desk(row):
        return "Approvals" if row["to_stage"] == "Won" else "Refusals" if row["to_stage"] == "Lost" else "Sales"

    for owners, is_told in ((lambda _, mover: mover, False), (lambda row, _: row["owner"], True)):
        past = past_of(scope_at(history, WORLD.as_of, desk, owners))
        good, refused = allowed(past, past.end)
        assert ("owner" in good) is is_told
        told = {one.field: one.why.key for one in refused}
        assert told == ({} if is_told else {"owner": "chances.refused_changed"})
    mine = past_of(scope_at(history, WORLD.as_of))
    assert not mine.handed.any()


def test_an_amount_counts_as_it_was_told_by_then(pasts):
    whole, _ = pasts
    deal = np.array([5, 5])
    past = replace(
        whole, told_deal=deal, told_at=np.array([100.0, 200.0]) + whole.born.min(), told_amount=np.array([10.0, 30.0])
    )
    asked = np.array([5, 5, 5, 6])
    found = past.amounts(asked, np.array([50.0, 100.0, 250.0, 250.0]) + whole.born.min())
    np.testing.assert_allclose(found, [np.nan, 10.0, 30.0, whole.amount[6]])


def test_a_field_becomes_numbers_that_know_no_unseen_kind(pasts):
    whole, _ = pasts
    coding = Coding.learn(whole, ("source", "amount"), np.arange(100))
    assert coding.width == 3 + 2
    fresh = replace(whole, values={**whole.values, "source": np.full(len(whole.number), "Never seen", dtype=object)})
    coded = coding.code(fresh, np.array([0]), np.array([whole.end]))
    assert coded[0, :3].tolist() == [0.0, 0.0, 1.0]
    known = coding.code(whole, np.arange(100), np.full(100, whole.end))
    assert known[:, 3].mean() == pytest.approx(0.0, abs=0.05)
    assert (coding.compact(known)[:, 0] == known[:, :3].argmax(axis=1)).all()


def test_a_part_of_the_deals_shows_what_all_of_them_do(monkeypatch):
    """A large book is learnt from by a part that is spread over its history; each open deal is told all the same."""
    scope = scope_at(simulate(replace(WORLD, inquiries_a_day=15), seed=2), WORLD.as_of)
    whole = past_of(scope)
    monkeypatch.setattr("yaad.insight.winning.past.MOST_DEALS", 800)
    part = past_of(scope)
    learnt = np.unique(part.stay_deal)
    assert 0.8 * 600 < len(learnt) <= 800
    assert part.number[part.open_deal].tolist() == whole.number[whole.open_deal].tolist()
    assert part.decided_ever == whole.decided_ever == whole.decided.sum() > 2 * part.decided.sum()
    assert part.decided[learnt].mean() == pytest.approx(whole.decided.mean(), abs=0.04)
    all_, some = whole.chances_at(whole.end), part.chances_at(part.end)
    for place in (0, 1):
        share = some.share_from(place)
        assert share.low <= all_.share_from(place).rate <= share.high
    days = np.array([0.0, 10.0, 25.0])
    np.testing.assert_allclose(some.winning(0, days), all_.winning(0, days), atol=0.06)


def test_of_many_columns_those_that_tell_most_are_looked_at():
    world = replace(WORLD, inquiries_a_day=6, sources=(Group("Web", 1.0, (-1.0,)), Group("Fair", 1.0, (1.0,))))
    past = past_of(scope_at(simulate(world, seed=3), world.as_of))
    rng = np.random.default_rng(1)
    noise = {
        f"noise {at}": rng.choice([f"kind {kind}" for kind in range(12)], len(past.number)).astype(object)
        for at in range(30)
    }
    past = replace(past, values={**past.values, **noise})
    fields, refused = allowed(past, past.end)
    assert refused == ()
    assert set(noise) < set(fields)
    for at in (past.end, past.end - 40):
        coding = Coding.within(past, fields, at)
        assert coding.width <= WIDEST < Coding.learn(past, fields, np.arange(len(past.number))).width
        assert "source" in coding.fields
        assert coding.code(past, np.arange(5), np.full(5, at)).shape == (5, coding.width)
    model = Model.learn(Method.HAZARDS, past, fields, past.end)
    assert model.coding.fields == Coding.within(past, fields, past.end).fields
