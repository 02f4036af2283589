"""Stays worked out by hand, and the laws that hold for any history."""

import datetime as dt

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaad.facts.lives import build_lives
from yaad.facts.visits import build_visits
from yaad.model import SCHEMAS, Pipeline, Stage, StageType


def at(day: int, hour: int, minute: int = 0, second: int = 0, ms: int = 0) -> dt.datetime:
    return dt.datetime(2024, 1, day, hour, minute, second, ms * 1000, tzinfo=dt.UTC)


@pytest.fixture
def stays(duck, moves_table, pipeline):
    """Stays of one deal: (stage, visit, days, ended, first_days, first_ended)."""

    def of(*history, pipeline=pipeline):
        rows = duck(build_visits(ibis.memtable(moves_table({7: history})), pipeline).order_by("entered", "visit"))
        keys = ("stage", "visit", "days", "ended", "first_days", "first_ended")
        return [tuple(row[key] for key in keys) for row in rows]

    return of


def test_the_columns_are_those_of_the_schema(duck, moves_table, pipeline):
    schema = build_visits(ibis.memtable(moves_table({})), pipeline).schema().to_pyarrow()
    assert set(schema.names) == set(SCHEMAS["stage_visits"].names)
    assert all(schema.field(field.name).type == field.type for field in SCHEMAS["stage_visits"])


def test_a_straight_way(stays):
    assert stays(("Lead", 1), ("Quote", 3), ("Talks", 10), ("Won", 11)) == [
        ("Lead", 1, 2.0, "forward", 2.0, "advanced"),
        ("Quote", 1, 7.0, "forward", 7.0, "advanced"),
        ("Talks", 1, 1.0, "won", 1.0, "advanced"),
    ]


def test_a_skipped_stage_has_no_stay(stays):
    assert stays(("Lead", 1), ("Talks", 4), ("Lost", 6)) == [
        ("Lead", 1, 3.0, "forward", 3.0, "advanced"),
        ("Talks", 1, 2.0, "lost", 2.0, "lost"),
    ]


def test_a_move_back_opens_a_second_stay_and_the_first_basis_looks_over_it(stays):
    assert stays(("Lead", 1), ("Quote", 2), ("Lead", 5), ("Quote", 6), ("Talks", 9)) == [
        ("Lead", 1, 1.0, "forward", 1.0, "advanced"),
        ("Quote", 1, 3.0, "back", 7.0, "advanced"),
        ("Lead", 2, 1.0, "forward", None, None),
        ("Quote", 2, 3.0, "forward", None, None),
        ("Talks", 1, None, "open", None, "open"),
    ]


def test_a_stage_first_entered_after_a_later_one_is_impossible(stays):
    assert stays(("Talks", 1), ("Quote", 4), ("Won", 6)) == [
        ("Talks", 1, 3.0, "back", 5.0, "advanced"),
        ("Quote", 1, 2.0, "won", None, "impossible"),
    ]


def test_a_repeated_stage_is_one_stay(stays):
    assert stays(("Lead", 1), ("Quote", 2), ("Quote", 4), ("Quote", 5), ("Talks", 8)) == [
        ("Lead", 1, 1.0, "forward", 1.0, "advanced"),
        ("Quote", 1, 6.0, "forward", 6.0, "advanced"),
        ("Talks", 1, None, "open", None, "open"),
    ]


def test_won_reopened_won_counts_by_its_latest_outcome(stays):
    assert stays(("Lead", 1), ("Talks", 3), ("Won", 5), ("Talks", 8), ("Won", 12)) == [
        ("Lead", 1, 2.0, "forward", 2.0, "advanced"),
        ("Talks", 1, 2.0, "won", 9.0, "advanced"),
        ("Talks", 2, 4.0, "won", None, None),
    ]


def test_lost_and_reopened_is_still_there_on_the_first_basis(stays):
    assert stays(("Lead", 1), ("Lost", 5), ("Lead", 9)) == [
        ("Lead", 1, 4.0, "lost", None, "open"),
        ("Lead", 2, None, "open", None, None),
    ]


def test_won_then_reopened_and_lost(stays):
    assert stays(("Lead", 1), ("Won", 5), ("Quote", 9), ("Lost", 10)) == [
        ("Lead", 1, 4.0, "won", 8.0, "advanced"),
        ("Quote", 1, 1.0, "lost", 1.0, "lost"),
    ]


def test_equal_times_stand_in_the_order_of_arrival(stays):
    assert stays(("Lead", at(1, 9)), ("Quote", at(1, 9)), ("Lost", at(1, 9))) == [
        ("Lead", 1, 0.0, "forward", 0.0, "advanced"),
        ("Quote", 1, 0.0, "lost", 0.0, "lost"),
    ]


def test_instants_count_to_the_millisecond(stays):
    [stay] = stays(("Lead", at(1, 9, 0, 0, 900)), ("Won", at(2, 9, 0, 1, 100)))
    assert stay[2] == pytest.approx(1 + 0.2 / 86400, abs=1e-12)


def test_one_date_makes_it_whole_days(stays):
    assert stays(("Lead", 1), ("Won", at(3, 18)))[0][2] == 2.0


def test_undated_deals(stays):
    assert stays(("Lead", None)) == [("Lead", 1, None, "open", None, "open")]
    assert stays(("Lead", None), ("Won", 9)) == [("Lead", 1, None, "won", None, "advanced")]
    assert stays(("Lead", 1), ("Quote", None), ("Talks", 9)) == [
        ("Lead", 1, None, "forward", None, "advanced"),
        ("Talks", 1, None, "open", None, "open"),
        ("Quote", 1, None, "forward", None, "advanced"),
    ]


def test_a_closing_before_the_entry_tells_no_time(stays):
    assert stays(("Lead", 9), ("Lost", 4)) == [("Lead", 1, None, "lost", None, "lost")]


def test_two_kinds_of_lost_are_one_closing(stays):
    assert stays(("Lead", 1), ("Lost", 3), ("Cancelled", 7)) == [("Lead", 1, 2.0, "lost", 2.0, "lost")]


def test_a_silent_stage_belongs_to_the_measured_one_before_it(stays, pipeline):
    quiet = Pipeline(pipeline.stages, silent=frozenset({"Quote"}))
    assert stays(("Lead", 1), ("Quote", 3), ("Lead", 4), ("Talks", 6), ("Lost", 9), pipeline=quiet) == [
        ("Lead", 1, 5.0, "forward", 5.0, "advanced"),
        ("Talks", 1, 3.0, "lost", 3.0, "lost"),
    ]


def test_an_unknown_stage_is_no_step(stays):
    assert stays(("Lead", 1), ("?", 2), ("Won", 3)) == [("Lead", 1, 2.0, "won", 2.0, "advanced")]


# Laws, against the rules said once more in plain Python.

STAGES = ["Lead", "Quote", "Talks", "Won", "Lost", "Cancelled"]
PLACE = {"Lead": 0, "Quote": 1, "Talks": 2, "Won": 3, "Lost": -1, "Cancelled": -1}
MOMENTS = st.one_of(st.none(), st.integers(1, 12), st.integers(0, 400).map(lambda h: at(1, 0) + dt.timedelta(hours=h)))
HISTORIES = st.lists(st.tuples(st.sampled_from(STAGES), MOMENTS), min_size=1, max_size=7)
BOOKS = st.dictionaries(st.integers(1, 40), HISTORIES, min_size=1, max_size=25)


def days(start, end):
    """Length between two rows by the rule of whole days, or None."""
    if start["at"] is None or end["at"] is None:
        return None
    whole = start["whole_day"] or end["whole_day"]
    length = (end["day"] - start["day"]).days if whole else (end["at"] - start["at"]).total_seconds() / 86400
    return length if length >= 0 else None


def told(rows):
    """The stays of one deal, told by reading its moves one after the other."""
    rows = sorted(rows, key=lambda row: (row["sort_at"], row["seq"]))
    steps = [row for n, row in enumerate(rows) if n == 0 or PLACE[rows[n - 1]["to_stage"]] != PLACE[row["to_stage"]]]
    places = [PLACE[row["to_stage"]] for row in steps]
    closed = steps[-1] if places[-1] in (-1, 3) else None
    outcome = {-1: "lost", 3: "won"}.get(places[-1], "open")
    found = []
    for n, place in enumerate(places):
        if place in (-1, 3):
            continue
        visit = places[:n].count(place) + 1
        after = steps[n + 1] if n + 1 < len(steps) else None
        later = [m for m in range(len(steps)) if place < places[m] < 3]
        first_ended = until = None
        if visit == 1 and any(m < n for m in later):
            first_ended = "impossible"
        elif visit == 1:
            until = steps[later[0]] if later else closed
            first_ended = "advanced" if later or outcome == "won" else outcome
        found.append(
            {
                "stage": steps[n]["to_stage"],
                "visit": visit,
                "entered": steps[n]["at"],
                "left": after and after["at"],
                "days": after and days(steps[n], after),
                "until": until and until["at"],
                "first_days": until and days(steps[n], until),
                "first_ended": first_ended,
                "outcome": outcome,
                "furthest": 3 if outcome == "won" else max([p for p in places if 0 <= p < 3], default=0),
            }
        )
    return found


def in_order(rows):
    return sorted(rows, key=lambda row: (row["deal"], row["position"], row["visit"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(book=BOOKS, shuffle=st.randoms(use_true_random=False))
def test_the_expression_tells_what_the_rules_say(built_from, moves_table, pipeline, book, shuffle):
    moves, visits = moves_table(book), built_from(build_visits, pipeline)
    rows = in_order(visits(moves))
    of_deal = {deal: [row for row in moves.to_pylist() if row["deal"] == deal] for deal in book}
    expected = [{"deal": deal} | stay for deal in sorted(book) for stay in told(of_deal[deal])]
    expected.sort(key=lambda row: (row["deal"], PLACE[row["stage"]], row["visit"]))
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        for name, value in wanted.items():
            assert row[name] == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value), (name, row)

    order = list(range(moves.num_rows))
    shuffle.shuffle(order)
    assert in_order(visits(moves.take(pa.array(order, pa.int64())))) == rows

    lives = {row["deal"]: row for row in built_from(build_lives, pipeline)(moves)}
    assert set(lives) == set(book)
    for row in rows:
        if row["first_ended"] not in (None, "impossible"):
            assert (row["first_ended"] == "advanced") == (row["furthest"] > row["position"])
        assert row["furthest"] == lives[row["deal"]]["furthest"] >= row["position"]
    firsts = [(row["deal"], row["position"]) for row in rows if row["first"]]
    assert len(firsts) == len(set(firsts))


def test_known_outcome_at_entry_does_not_need_all_stages(duck, moves_table):
    """A pipeline of one open stage."""
    single = Pipeline((Stage("Lead"), Stage("Won", StageType.WON)))
    rows = duck(build_visits(ibis.memtable(moves_table({1: [("Lead", 1), ("Won", 4)]})), single))
    assert [(row["days"], row["furthest"], row["first_ended"]) for row in rows] == [(3.0, 1, "advanced")]
