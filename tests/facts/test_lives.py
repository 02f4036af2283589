"""What the moves say of each deal, worked out by hand."""

import datetime as dt

import ibis
import pytest

from yaad.facts.lives import LIFE_COLUMNS, build_lives
from yaad.model import SCHEMAS, Pipeline


@pytest.fixture
def life(duck, moves_table, pipeline):
    def of(*history, pipeline=pipeline):
        [row] = duck(build_lives(ibis.memtable(moves_table({7: history})), pipeline))
        return row

    return of


def day(number: int) -> dt.date:
    return dt.date(2023, 12, 31) + dt.timedelta(days=number)


def facts(row: dict) -> tuple:
    return tuple(row[name] for name in ("outcome", "furthest", "episodes", "created_day", "closed_day", "cycle_days"))


def test_the_columns_are_those_of_the_schema(moves_table, pipeline):
    schema = build_lives(ibis.memtable(moves_table({})), pipeline).schema().to_pyarrow()
    assert schema.names == ["deal", *LIFE_COLUMNS]
    assert all(SCHEMAS["deals"].field(field.name).type == field.type for field in schema)


def test_won(life):
    row = life(("Lead", 1), ("Talks", 4), ("Won", 11))
    assert facts(row) == ("won", 3, 1, day(1), day(11), 10.0)
    assert (row["stage"], row["whole_days"]) == ("Won", True)


def test_open_after_a_step_back(life):
    row = life(("Lead", 1), ("Talks", 4), ("Quote", 6))
    assert facts(row) == ("open", 2, 1, day(1), None, None)
    assert row["stage"] == "Quote"


def test_won_reopened_won(life):
    assert facts(life(("Lead", 1), ("Won", 5), ("Talks", 8), ("Won", 12))) == ("won", 3, 2, day(1), day(12), 11.0)


def test_lost_then_open_again(life):
    assert facts(life(("Lead", 1), ("Quote", 2), ("Lost", 5), ("Lead", 8))) == ("open", 1, 2, day(1), None, None)


def test_won_then_cancelled_is_lost_without_a_new_episode(life):
    assert facts(life(("Lead", 1), ("Won", 5), ("Cancelled", 8))) == ("lost", 0, 1, day(1), day(8), 7.0)


def test_the_first_of_equal_closings_ends_it(life):
    row = life(("Lead", 1), ("Lost", 5), ("Cancelled", 8))
    assert facts(row) == ("lost", 0, 1, day(1), day(5), 4.0)
    assert row["stage"] == "Cancelled"


def test_undated(life):
    assert facts(life(("Quote", None))) == ("open", 1, 1, None, None, None)
    assert facts(life(("Lead", None), ("Won", 9))) == ("won", 3, 1, None, day(9), None)


def test_known_only_as_lost(life):
    assert facts(life(("Lost", 3))) == ("lost", 0, 1, None, day(3), None)


def test_closing_before_the_start_tells_no_cycle(life):
    assert facts(life(("Lead", 9), ("Won", 4))) == ("won", 3, 1, day(9), day(4), None)


def test_instants_and_dates(life):
    morning = dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC)
    exact = life(("Lead", morning), ("Won", morning + dt.timedelta(hours=36)))
    assert (exact["whole_days"], exact["cycle_days"]) == (False, 1.5)
    mixed = life(("Lead", morning), ("Won", 3))
    assert (mixed["whole_days"], mixed["cycle_days"]) == (True, 2.0)


def test_a_silent_stage_is_kept_on_the_deal(life, pipeline):
    quiet = Pipeline(pipeline.stages, silent=frozenset({"Talks"}))
    row = life(("Quote", 1), ("Talks", 4), pipeline=quiet)
    assert (row["stage"], row["furthest"]) == ("Talks", 1)
    assert life(("Quote", 1), ("Talks", 4), ("Won", 5), pipeline=quiet)["furthest"] == 2
