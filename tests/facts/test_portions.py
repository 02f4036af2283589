"""An import in portions: the book is the one that the whole import makes."""

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import examples

from yaad.facts import History, Lake, store
from yaad.facts.upserts import Counts

CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
OWN = ("deal", "seq", "recorded_seq", "visit")
"""Numbers of the book's own: they follow the order of arrival."""

moments = (
    st.none() | st.integers(1, 300) | st.integers(1, 300).map(lambda day: dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC))
)
histories = st.lists(
    st.tuples(st.sampled_from(["Lead", "Quote", "Talks", "Won", "Lost"]), moments), min_size=1, max_size=4
)
books = st.dictionaries(st.sampled_from([f"D{n}" for n in range(8)]), histories, min_size=1)


def bring(lake, tables, pipeline, name, history):
    told = []
    stored = store(
        lake,
        tables,
        pipeline,
        zone="UTC",
        last_event=None,
        last_day=dt.date(2024, 12, 1),
        import_name=name,
        as_of=dt.date(2025, 1, 1),
        history=history,
        told=told.append,
    )
    return stored, told


def portions_of(tables, count):
    """The tables by their deals, all rows of one in one portion, without columns that say nothing at all."""
    deals = tables["deals"]
    silent = [name for name in deals.column_names if deals[name].null_count == deals.num_rows]
    tables = {**tables, "deals": deals.drop_columns(silent)}
    ids = tables["deals"]["deal_id"].to_pylist()
    for number in range(count):
        own = pa.array(ids[number::count], pa.string())
        yield {name: table.filter(pc.is_in(table["deal_id"], value_set=own)) for name, table in tables.items()}


def content(lake, rows_of, table):
    """Rows without the book's own numbers, by deal."""
    numbers = {row["deal"]: row["deal_id"] for row in rows_of(lake, "deals")}
    rows = [
        {"deal_id": numbers[row["deal"]]} | {key: value for key, value in row.items() if key not in OWN}
        for row in rows_of(lake, table)
    ]
    return sorted(rows, key=lambda row: (row["deal_id"], repr(row)))


@settings(max_examples=examples(3), deadline=None, suppress_health_check=CALM)
@given(books, books, st.integers(2, 3), st.sampled_from(list(History)))
def test_portions_make_the_book_that_the_whole_makes(
    tmp_path_factory, batch, pipeline, rows_of, first, then, count, how
):
    folder = tmp_path_factory.mktemp("books")
    whole, cut = Lake.create(folder / "whole"), Lake.create(folder / "cut")
    for name, book in (("first", first), ("then", then)):
        owners = [None if number % 3 == 0 else f"rep {name}" for number in range(len(book))]
        tables = batch(book, owner=owners)
        by_whole, _ = bring(whole, tables, pipeline, name, how)
        portions = list(portions_of(tables, count))
        by_cut, told = bring(cut, portions, pipeline, name, how)
        assert by_cut.tables == by_whole.tables
        assert set(by_cut.difference.absent) == set(by_whole.difference.absent)
        assert by_cut.difference.changes.to_pylist() == by_whole.difference.changes.to_pylist()
        assert len(told) == count
        for table in ("deals", "moves"):
            new = [int((~same[table]).sum()) for same in told]
            assert sum(new) == int((~by_whole.same[table]).sum())
    for table in ("deals", "stage_moves", "stage_visits"):
        assert content(cut, rows_of, table) == content(whole, rows_of, table)
    pins = [lake.pin().moved(tables={}, next_move=0) for lake in (cut, whole)]
    assert pins[0] == pins[1]


def test_an_empty_column_of_one_portion_is_not_silence(lake, batch, pipeline, rows_of):
    book = {"a": [("Lead", 1)], "b": [("Lead", 2)]}
    bring(lake, batch(book, owner=["Dana", "Avi"]), pipeline, "first", History.REPLACE)
    bring(lake, list(portions_of(batch(book, owner=[None, "Avi"]), 2)), pipeline, "then", History.REPLACE)
    assert [row["owner"] for row in rows_of(lake, "deals")] == [None, "Avi"]


def test_the_same_portions_again_change_nothing(lake, batch, pipeline):
    tables = batch({"a": [("Lead", 1)], "b": [("Lead", 2), ("Won", 5)], "c": [("Quote", 4)]})
    bring(lake, list(portions_of(tables, 2)), pipeline, "first", History.REPLACE)
    before = lake.pin()
    again, told = bring(lake, list(portions_of(tables, 3)), pipeline, "again", History.REPLACE)
    assert again.tables["deals"] == Counts(unchanged=3)
    assert not again.committed
    assert lake.pin() == before
    assert all(same["deals"].all() and same["moves"].all() for same in told)
