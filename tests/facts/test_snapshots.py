"""What was open at the end of a day, against counting it stay by stay."""

import datetime as dt

import ibis
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaad.facts import build_visits, open_at
from yaad.model import SCHEMAS


def day(number: int) -> dt.date:
    return dt.date(2023, 12, 31) + dt.timedelta(days=number)


def seen(duck, moves, pipeline, days, deals=None):
    return {
        (row["stage"], row["day"]): (row["open"], row["value"])
        for row in duck(open_at(build_visits(ibis.memtable(moves), pipeline), days, deals))
    }


def test_by_hand(duck, moves_table, pipeline):
    book = {1: [("Lead", 1), ("Quote", 3), ("Won", 9)], 2: [("Lead", 3)], 3: [("Lead", None), ("Quote", 4)]}
    deals = ibis.memtable(
        pa.table({"deal": [1, 2, 3], "amount": pa.array([100, None, 7], SCHEMAS["deals"].field("amount").type)})
    )
    assert seen(duck, moves_table(book), pipeline, [day(2), day(4), day(9)], deals) == {
        ("Lead", day(2)): (1, 100),
        ("Lead", day(4)): (1, 0),
        ("Lead", day(9)): (1, 0),
        ("Quote", day(2)): (0, None),
        ("Quote", day(4)): (2, 107),
        ("Quote", day(9)): (1, 7),
    }


MOMENTS = st.one_of(st.none(), st.integers(1, 20))
STAGES = st.sampled_from(["Lead", "Quote", "Talks", "Won", "Lost"])
BOOKS = st.dictionaries(
    st.integers(1, 20), st.lists(st.tuples(STAGES, MOMENTS), min_size=1, max_size=5), min_size=1, max_size=12
)


DAYS = tuple(day(number) for number in range(22))


def open_each_day(moves, pipeline):
    return open_at(build_visits(moves, pipeline), DAYS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(book=BOOKS)
def test_as_counted_stay_by_stay(built_from, moves_table, pipeline, book):
    moves = moves_table(book)
    stays = [
        row
        for row in built_from(build_visits, pipeline)(moves)
        if row["entered_day"]
        and (row["ended"] == "open" or (row["left_day"] and row["left_day"] >= row["entered_day"]))
    ]
    counted = {
        (stage, one): sum(
            row["stage"] == stage and row["entered_day"] <= one and (row["left_day"] is None or one < row["left_day"])
            for row in stays
        )
        for stage in {row["stage"] for row in stays}
        for one in DAYS
    }
    rows = built_from(open_each_day, pipeline)(moves)
    assert {(row["stage"], row["day"]): row["open"] for row in rows} == counted
