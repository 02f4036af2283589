"""Whom to call today, and why? As told, and looked up row by row on the demo company."""

import datetime as dt
from collections import defaultdict

import pytest

from yaad.model import Viewer
from yaad.text import render


@pytest.fixture(scope="module")
def by_hand(demo):
    """deal_id → its open row, with the days since its last move counted from the rows of moves."""
    facts = demo.facts
    since: dict[int, dt.datetime] = defaultdict(lambda: dt.datetime.min.replace(tzinfo=dt.UTC))
    stood: dict[int, str] = {}
    been: dict[int, set[str]] = defaultdict(set)
    for row in facts.run(facts.moves).to_pylist():
        been[row["deal"]].add(row["to_stage"])
        at = row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=dt.UTC)
        if at >= since[row["deal"]]:
            since[row["deal"]], stood[row["deal"]] = at, row["to_stage"]
    end = facts.as_of_at
    found = {}
    for row in facts.run(facts.deals).to_pylist():
        if row["outcome"] == "open":
            days = (end - since[row["deal"]]).total_seconds() / 86400 if row["deal"] in stood else None
            found[row["deal_id"]] = row | {"days": days, "stands": stood.get(row["deal"]), "was in": been[row["deal"]]}
    return found


def people(demo):
    return sorted(set(demo.goals.names("owner")))


def test_the_list_is_ten_open_deals_each_with_a_reason_and_a_next_step(demo, by_hand):
    calls, order = demo.deals_to_call().content, [stage.name for stage in demo.pipeline.stages]
    assert len(calls) == min(10, len(by_hand)) == 10
    assert len({one.deal_id for one in calls}) == 10
    for one in calls:
        row = by_hand[one.deal_id]  # none that is closed
        assert one.phone == row["phone"]
        assert one.amount == pytest.approx(float(row["amount"]))
        assert one.stage == row["stage"] == row["stands"]
        if one.days is None:  # it went back from a later stage: since when it stands there is not said
            assert order.index(one.stage) < max(order.index(stage) for stage in row["was in"])
        else:
            assert one.days == pytest.approx(row["days"], abs=0.01)
            assert one.waiting.values["n"] == int(row["days"])
        assert one.next_step == row["next_step"] if row["next_step"] else one.next_step
        assert one.waiting in one.reasons
        for lang in ("he", "en"):
            said = render(one.why, lang)
            assert said
            assert "insight." not in said


def test_each_persons_list_is_of_their_open_deals_alone(demo, by_hand):
    for person in people(demo):
        mine = {name for name, row in by_hand.items() if row["owner"] == person}
        calls = demo.seen_by(Viewer(frozenset({person}))).deals_to_call().content
        assert len(calls) == min(10, len(mine))
        assert {one.deal_id for one in calls} <= mine


def test_no_deal_that_is_left_out_stands_as_long_in_the_same_stage_and_brings_more(demo, by_hand):
    """Of deals alike in stage and age the chance is the same: the larger ones come first."""
    calls = {one.deal_id for one in demo.deals_to_call().content}
    alike = 0
    for name in calls:
        told = by_hand[name]
        for other in by_hand.keys() - calls:
            row = by_hand[other]
            if (
                row["stage"] == told["stage"]
                and int(row["days"]) == int(told["days"])
                and row["was in"] == told["was in"]
            ):
                alike += 1
                assert row["amount"] <= told["amount"], (name, other)
    assert alike
