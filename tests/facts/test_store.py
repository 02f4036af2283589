"""Imports against a book: by key, all or nothing, and the same file twice changes nothing."""

import datetime as dt
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from yaad.errors import InputError
from yaad.facts import History, Lake, build_lives, build_visits, parts
from yaad.facts.upserts import Counts
from yaad.model import SCHEMAS, Pipeline, Stage, StageType

BOOK = {
    "a": [("Lead", 1), ("Quote", 3), ("Won", 9)],
    "b": [("Lead", 2), ("Lost", 4)],
    "c": [("Lead", 5)],
}


def test_what_was_stored_reads_back(lake, put, rows_of):
    stored = put(lake, BOOK, owner=["דנה", "Avi", None], source=["web", None, "web"], amount=[Decimal(100), None, 5])
    assert (stored.new, stored.changed, stored.unchanged, stored.absent, stored.committed) == (3, 0, 0, 0, True)
    deals = rows_of(lake)
    assert [(row["deal"], row["deal_id"], row["owner"], row["amount"]) for row in deals] == [
        (1, "a", "דנה", 100),
        (2, "b", "Avi", None),
        (3, "c", None, 5),
    ]
    assert [(row["outcome"], row["furthest"], row["cycle_days"]) for row in deals] == [
        ("won", 3, 8.0),
        ("lost", 0, 2.0),
        ("open", 0, None),
    ]
    visits = rows_of(lake, "stage_visits")
    assert [(row["deal"], row["stage"], row["days"], row["owner"], row["cohort_day"].day) for row in visits] == [
        (1, "Lead", 2.0, "דנה", 1),
        (1, "Quote", 6.0, "דנה", 1),
        (2, "Lead", 2.0, "Avi", 2),
        (3, "Lead", None, None, 5),
    ]
    pin = lake.pin()
    assert (pin.last_day, pin.as_of_day, pin.whole_days, pin.imports) == (
        dt.date(2024, 1, 9),
        dt.date(2024, 1, 9),
        True,
        ("file",),
    )


def test_the_same_file_twice_changes_nothing(lake, put):
    first = put(lake, BOOK, owner=["x", "y", "z"])
    pin, files = lake.pin(), sorted(lake.root.rglob("*"))
    for history in History:
        again = put(lake, BOOK, owner=["x", "y", "z"], name="again", history=history)
        assert (again.new, again.changed, again.unchanged, again.committed) == (0, 0, 3, False)
        assert again.version == first.version
    assert lake.pin() == pin
    assert sorted(lake.root.rglob("*")) == files


def test_new_changed_unchanged_and_absent_rows(lake, put, rows_of):
    put(lake, BOOK, owner=["x", "y", "z"])
    later = {"d": [("Lead", 8)], "a": BOOK["a"], "c": [("Lead", 5), ("Quote", 7)]}
    stored = put(lake, later, owner=["w", "x", "z"], name="later")
    assert stored.tables["deals"] == Counts(new=1, changed=1, unchanged=1, absent=1)
    deals = rows_of(lake)
    assert [(row["deal_id"], row["owner"], row["furthest"], row["recorded_seq"]) for row in deals] == [
        ("a", "x", 3, 1),
        ("b", "y", 0, 1),
        ("c", "z", 1, 2),
        ("d", "w", 0, 2),
    ]
    assert lake.pin().imports == ("file", "later")


def test_columns_that_a_source_does_not_speak_of_stay(lake, put, rows_of):
    put(lake, BOOK, owner=["x", "y", "z"], branch=["n", None, "s"])
    put(lake, BOOK, owner=["x", None, "q"], product=[None, None, None], name="later")
    assert [(row["owner"], row["branch"]) for row in rows_of(lake)] == [("x", "n"), (None, None), ("q", "s")]
    assert [row["owner"] for row in rows_of(lake, "stage_visits")] == ["x", "x", None, "q"]


def test_the_last_of_repeated_rows_counts(lake, put, batch, rows_of):
    tables = batch(BOOK, owner=["x", "y", "z"])
    tables["deals"] = pa.concat_tables([tables["deals"], pa.table({"deal_id": ["b"], "owner": ["new"]})])
    stored = put(lake, tables=tables)
    assert stored.tables["deals"] == Counts(new=3, repeated=1)
    assert [(row["deal"], row["deal_id"], row["owner"]) for row in rows_of(lake)] == [
        (1, "a", "x"),
        (2, "b", "new"),
        (3, "c", "z"),
    ]


def test_moves_of_deals_that_no_row_describes_open_a_deal(lake, put, batch, rows_of):
    tables = batch(BOOK)
    tables["deals"] = tables["deals"].slice(1)
    put(lake, tables=tables)
    assert [(row["deal"], row["deal_id"], row["outcome"]) for row in rows_of(lake)] == [
        (1, "b", "lost"),
        (2, "c", "open"),
        (3, "a", "won"),
    ]
    del tables["moves"]
    stored = put(lake, tables={"deals": pa.table({"deal_id": ["a"], "owner": ["x"]})}, name="deals")
    assert stored.tables["deals"] == Counts(changed=1, absent=2)
    assert rows_of(lake)[2]["cycle_days"] == 8.0


def test_custom_fields_are_kept_and_compared(lake, put, rows_of):
    put(lake, BOOK, custom=[[("גודל", "5")], None, []])
    assert rows_of(lake)[0]["custom"] == [("גודל", "5")]
    assert put(lake, BOOK, custom=[[("גודל", "5")], None, []]).unchanged == 3
    assert put(lake, BOOK, custom=[[("גודל", "6")], None, []]).changed == 1


def histories(rows_of, lake):
    return [(row["deal"], row["to_stage"], row["day"] and row["day"].day) for row in rows_of(lake, "stage_moves")]


def test_a_later_snapshot_replaces_the_history_that_files_told(lake, put, rows_of):
    put(lake, {"a": [("Lead", 1)], "b": [("Lead", 2)]}, history=History.REPLACE)
    stored = put(lake, {"a": [("Lead", 4), ("Won", 6)]}, history=History.REPLACE, name="later")
    assert stored.changed == 1
    assert histories(rows_of, lake) == [(1, "Lead", 4), (1, "Won", 6), (2, "Lead", 2)]


def test_later_events_are_added_and_equal_ones_merged(lake, put, rows_of):
    put(lake, {"a": [("Lead", 1), ("Quote", 3)], "b": [("Lead", None)]})
    put(lake, {"a": [("Quote", 3), ("Won", 6)], "b": [("Lead", 2), ("Lost", 5)]}, name="later")
    assert histories(rows_of, lake) == [
        (1, "Lead", 1),
        (1, "Quote", 3),
        (1, "Won", 6),
        (2, "Lead", 2),
        (2, "Lost", 5),
    ]
    undated = put(lake, {"b": [("Lead", None)]}, name="undated")
    assert not undated.committed


def test_events_know_more_than_a_snapshot(lake, put, rows_of):
    """Whichever comes first: what is told gives way between the first and the last event, and stays outside."""
    told = {"a": [("Lead", 1), ("Won", 9)], "b": [("Talks", None)], "c": [("Lead", 2)]}
    events = {"a": [("Quote", 3), ("Talks", 5), ("Won", 9)], "b": [("Lead", 4)]}
    merged = [
        (1, "Lead", 1), (1, "Quote", 3), (1, "Talks", 5), (1, "Won", 9),
        (2, "Lead", 4),
        (3, "Lead", 2),
    ]  # fmt: skip
    put(lake, told, history=History.REPLACE)
    put(lake, events, name="events")
    assert histories(rows_of, lake) == merged
    assert not put(lake, told, history=History.REPLACE, name="again").committed
    later = {"a": [("Lead", 2), ("Lost", 12)], "b": [("Talks", None)]}
    put(lake, later, history=History.REPLACE, name="later")
    assert histories(rows_of, lake) == [(1, "Lead", 2), *merged[1:4], (1, "Lost", 12), *merged[4:]]


def test_stages_that_a_later_file_does_not_name_are_kept(lake, put, rows_of):
    put(lake, BOOK)
    fewer = Pipeline((Stage("Lead"), Stage("Talks"), Stage("Demo"), Stage("Won", StageType.WON)))
    put(lake, {"d": [("Demo", 9)]}, stages=fewer, name="later")
    assert [stage.name for stage in lake.pin().pipeline.stages] == [
        "Lead", "Quote", "Talks", "Demo", "Won", "Lost", "Cancelled",
    ]  # fmt: skip
    assert [(row["deal_id"], row["furthest"]) for row in rows_of(lake)] == [("a", 4), ("b", 0), ("c", 0), ("d", 3)]
    assert {row["stage"]: row["position"] for row in rows_of(lake, "stage_visits")}["Quote"] == 1


def test_a_small_import_rewrites_only_the_parts_it_touches(lake, put, rows_of, monkeypatch, duck, pipeline):
    monkeypatch.setattr(parts, "PART_DEALS", 4)
    stages = ["Lead", "Quote", "Talks"]
    book = {f"d{n}": [(stage, n % 9 + 1 + k) for k, stage in enumerate(stages[: n % 3 + 1])] for n in range(1, 22)}
    put(lake, book)
    before = {table: set(lake.files(table, lake.pin())) for table in parts.ORDERS}
    assert {table: len(files) for table, files in before.items()} == dict.fromkeys(parts.ORDERS, 6)
    change = {"d5": [*book["d5"], ("Lost", 20)], "new": [("Lead", 3)]}
    put(lake, change, name="later")
    after = {table: set(lake.files(table, lake.pin())) for table in parts.ORDERS}
    for table in parts.ORDERS:
        assert len(before[table] & after[table]) == 4  # of six parts, that of d5 and the last were written anew
        assert [part.low // 4 for part in lake.parts(table, lake.pin())] == list(range(6))
    moves = ibis.memtable(pa.Table.from_pylist(rows_of(lake, "stage_moves"), schema=SCHEMAS["stage_moves"]))
    told = duck(build_visits(moves, pipeline).order_by("deal", "position", "visit"))
    assert rows_of(lake, "stage_visits") == [row | {"owner": None, "source": None} for row in told]
    lives = {row["deal"]: row for row in duck(build_lives(moves, pipeline))}
    assert all(lives[row["deal"]].items() <= row.items() for row in rows_of(lake))


def test_import_in_two_halves_is_import_at_once(tmp_path, put, rows_of):
    once, twice = Lake.create(tmp_path / "once"), Lake.create(tmp_path / "twice")
    put(once, BOOK, owner=["x", "y", "z"])
    put(twice, dict(list(BOOK.items())[:2]), owner=["x", "y"])
    put(twice, {"c": BOOK["c"]}, owner=["z"], name="half")
    for table in ("deals", "stage_visits"):
        without = [{k: v for k, v in row.items() if k != "recorded_seq"} for row in rows_of(once, table)]
        assert [{k: v for k, v in row.items() if k != "recorded_seq"} for row in rows_of(twice, table)] == without


def test_a_book_without_any_date_asks_for_the_day(lake, put):
    undated = {"a": [("Lead", None)]}
    with pytest.raises(InputError, match="--as-of"):
        put(lake, undated)
    assert lake.pin().imports == ()
    put(lake, undated, as_of=dt.date(2024, 2, 1))
    assert lake.pin().as_of_day == dt.date(2024, 2, 1)


def test_the_as_of_day_is_the_latest_event_or_the_day_asked_for(lake, put):
    put(lake, BOOK)
    assert lake.pin().as_of_day == dt.date(2024, 1, 9)
    put(lake, BOOK, as_of=dt.date(2024, 1, 31), name="asked")
    assert lake.pin().as_of_day == dt.date(2024, 1, 31)
    put(lake, {"d": [("Lead", 12)]}, name="old news")
    assert lake.pin().as_of_day == dt.date(2024, 1, 31)


ACTIVITY = SCHEMAS["activities"]


def activities(*rows) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(("activity_id", "deal_id", "text"), row, strict=True)) for row in rows])


def test_activities_wait_for_their_deal(lake, put, rows_of):
    stored = put(lake, tables={"activities": activities(("1", "a", "call"), ("2", "z", "mail"))})
    assert stored.tables == {"activities": Counts(new=2)}
    assert [row["deal"] for row in rows_of(lake, "activities")] == [None, None]
    put(lake, BOOK, name="deals")
    assert [(row["activity_id"], row["deal"]) for row in rows_of(lake, "activities")] == [("1", 1), ("2", None)]


def test_flat_rows_are_added_changed_and_kept_apart(lake, put, rows_of):
    put(lake, tables={"accounts": pa.table({"account_id": ["1", "2"], "name": ["א", "ב"]})})
    assert len(lake.files("accounts", lake.pin())) == 1
    added = put(lake, tables={"accounts": pa.table({"account_id": ["2", "3"], "name": ["ב", "ג"]})}, name="added")
    assert added.tables["accounts"] == Counts(new=1, unchanged=1, absent=1)
    assert len(lake.files("accounts", lake.pin())) == 2
    table = pa.table({"account_id": ["1"], "city": ["חיפה"]})
    changed = put(lake, tables={"accounts": table}, name="changed")
    assert changed.tables["accounts"] == Counts(changed=1, absent=2)
    assert len(lake.files("accounts", lake.pin())) == 1
    facts = {row["account_id"]: (row["name"], row["city"]) for row in rows_of(lake, "accounts")}
    assert facts == {"1": ("א", "חיפה"), "2": ("ב", None), "3": ("ג", None)}


def test_many_small_files_become_one(lake, put):
    for number in range(22):
        put(lake, tables={"products": pa.table({"product_id": [str(number)]})}, name=str(number))
    assert len(lake.files("products", lake.pin())) == 2


def test_rows_without_a_key_are_refused(lake, put):
    with pytest.raises(ValueError, match="account_id"):
        put(lake, tables={"accounts": pa.table({"account_id": pa.array([None], pa.string())})})
