"""Both engines give the same rows: the lake, the tail, an earlier day."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yaad.facts import Facts, Lake, SqliteJournal
from yaad.facts.engines import DuckEngine
from yaad.facts.engines.sail import SailEngine
from yaad.facts.journal import NAME
from yaad.model import MoveEntry, WinEntry

TABLES = ("deals", "stage_visits", "stage_moves", "activities")


def hour(number: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=number, milliseconds=number * 37)


BOOK = {
    "a": [("Lead", hour(1)), ("Quote", hour(30)), ("Won", hour(31))],
    "b": [("Lead", hour(2)), ("Lost", hour(90)), ("Quote", hour(120))],
    "c": [("Lead", None)],
    "d": [("Talks", hour(50)), ("Quote", hour(77))],
    "ה": [("Lead", 3), ("Quote", hour(100))],
}


@pytest.fixture
def book(tmp_path, put) -> Lake:
    lake = Lake.create(tmp_path / "ספר #1")
    put(lake, BOOK, owner=["x", "דנה", None, "y", "y"], amount=[Decimal("1.5"), None, 3, 4, 5],
        custom=[[("k", "v")], None, [], None, None])  # fmt: skip
    journal = SqliteJournal(lake.root / NAME)
    common = {"deal_id": "c", "by": "x"}
    journal.append(MoveEntry(to_stage="Talks", at=hour(130), key="1", **common))
    journal.append(WinEntry(to_stage="Won", at=hour(140), key="2", amount="9", **common))
    return lake


def rows(facts: Facts, table) -> list[dict]:
    keys = [name for name in ("deal", "position", "visit", "sort_at", "seq") if name in table.columns]
    return facts.run(table.order_by(*keys)).to_pylist()


def close(one: list[dict], other: list[dict]) -> None:
    assert len(one) == len(other)
    for left, right in zip(one, other, strict=True):
        for name, value in left.items():
            if isinstance(value, float):
                assert right[name] == pytest.approx(value, abs=1e-9), name
            else:
                assert right[name] == value, name


@pytest.mark.sail
@pytest.mark.parametrize("as_of", [None, dt.date(2024, 1, 4)])
def test_duckdb_and_sail_read_the_same(book, as_of):
    duck, sail = Facts.open(book.root, as_of=as_of), Facts.open(book.root, engine="sail", as_of=as_of)
    try:
        for table in TABLES:
            close(rows(duck, duck.table(table)), rows(sail, sail.table(table)))
            assert sail.run(sail.table(table)).schema.equals(duck.run(duck.table(table)).schema)
        visits = duck.visits
        by_owner = visits.group_by("owner", "stage").aggregate(
            n=visits.count(), mean=visits.days.mean(), typical=visits.days.median(), last=visits.entered.max()
        )
        by_owner = by_owner.order_by("owner", "stage")
        close(duck.run(by_owner).to_pylist(), sail.run(by_owner).to_pylist())
    finally:
        duck.close()
        sail.close()


@pytest.mark.sail
def test_sail_reads_the_pinned_version_of_the_delta_table_itself(tmp_path, put):
    lake = Lake.create(tmp_path / "plain")
    put(lake, BOOK)
    pinned = lake.pin().tables["deals"]
    put(lake, {"z": [("Lead", 9)]}, name="later")
    engine = SailEngine()
    try:
        read = engine._spark.read.format("delta").option("versionAsOf", str(pinned))
        assert read.load(str(lake.folder("deals"))).count() == len(BOOK)
    finally:
        engine.close()


@pytest.mark.sail
def test_sail_takes_threads_and_sessions_side_by_side(book, put, tmp_path):
    other = Lake.create(tmp_path / "other")
    put(other, {"z": [("Lead", 1)]})
    one, two = Facts.open(book.root, engine="sail"), Facts.open(other.root, engine="sail")
    try:
        with ThreadPoolExecutor(4) as pool:
            counts = list(pool.map(lambda facts: facts.run(facts.deals).num_rows, [one, two] * 4))
        assert counts == [5, 1] * 4
        one.close()
        one.close()
        assert two.run(two.deals)["deal_id"].to_pylist() == ["z"]
    finally:
        one.close()
        two.close()


@pytest.mark.parametrize("name", ["duckdb", pytest.param("sail", marks=pytest.mark.sail)])
def test_a_column_that_came_after_files_were_stored_is_empty_there(tmp_path, name):
    later = pa.schema([("id", pa.string()), ("answered", pa.bool_()), ("custom", pa.map_(pa.string(), pa.string()))])
    pq.write_table(pa.table({"id": ["a"]}), tmp_path / "old.parquet")
    pq.write_table(pa.table([["b"], [True], [[("k", "v")]]], schema=later), tmp_path / "new.parquet")
    engine = DuckEngine([tmp_path]) if name == "duckdb" else SailEngine()
    try:
        for files in (["old.parquet"], ["old.parquet", "new.parquet"], ["new.parquet", "old.parquet"]):
            table = engine.read("calls", [str(tmp_path / file) for file in files], later)
            found = engine.run(table.order_by("id"))
            assert found.schema.equals(later)
            told = [(row["id"], row["answered"], row["custom"]) for row in found.to_pylist()]
            assert told == [("a", None, None), ("b", True, [("k", "v")])][: len(files)]
    finally:
        engine.close()


def test_duckdb_reaches_its_own_folders_alone(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
    engine = DuckEngine([inside], memory_limit="500MB", threads=1)
    numbers = engine.memtable("numbers", pa.table({"n": [3, 1, 2]}))
    engine.write(numbers.order_by("n"), inside / "n.parquet")
    assert engine.run(engine.read("read", [str(inside / "n.parquet")], numbers.schema().to_pyarrow())).to_pydict() == {
        "n": [1, 2, 3]
    }
    with pytest.raises(Exception, match="Permission"):
        engine.write(numbers, outside / "n.parquet")
    engine.close()


def test_duckdb_keeps_a_result(tmp_path):
    engine = DuckEngine([tmp_path])
    numbers = engine.memtable("numbers", pa.table({"n": [1, 2]}))
    kept = engine.keep("doubled", numbers.mutate(n=numbers.n * 2))
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: engine.run(kept.aggregate(n=kept.n.sum()))["n"][0].as_py(), range(6))) == [6] * 6
    assert "doubled" in engine.sql(kept)
    inside = ibis.memtable(pa.table({"n": [5]}))
    assert engine.run(inside).to_pydict() == engine.run(engine.keep("five", inside)).to_pydict() == {"n": [5]}
    engine.close()
