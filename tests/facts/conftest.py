"""Small books written by hand: moves as (stage, day or moment), and the engine they run on."""

import datetime as dt
import functools

import duckdb
import ibis
import pyarrow as pa
import pytest

from yaad.facts import Facts, History, Lake, SqliteJournal, store
from yaad.facts.journal import NAME
from yaad.model import SCHEMAS, Pipeline, Stage, StageType

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
PIPELINE = Pipeline(
    (
        Stage("Lead"),
        Stage("Quote"),
        Stage("Talks"),
        Stage("Won", StageType.WON),
        Stage("Lost", StageType.LOST),
        Stage("Cancelled", StageType.LOST),
    )
)


def _move_rows(deal, history):
    """Rows of one deal; a moment is a day of 2024 as number (date only), a datetime, or None (unknown)."""
    sort_at, rows = EPOCH, []
    for stage, moment in history:
        whole = isinstance(moment, int)
        at = dt.datetime(2023, 12, 31, tzinfo=dt.UTC) + dt.timedelta(days=moment) if whole else moment
        sort_at = max(sort_at, at) if at else sort_at
        rows.append({"deal": deal, "sort_at": sort_at, "to_stage": stage, "at": at, "whole_day": whole})
    return rows


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    return PIPELINE


@pytest.fixture(scope="session")
def moves_table():
    """{deal: [(stage, moment), …]} → an Arrow table of the schema STAGE_MOVES."""

    def build(book: dict) -> pa.Table:
        rows = [row for deal, history in book.items() for row in _move_rows(deal, history)]
        for seq, row in enumerate(rows):
            row |= {"seq": seq, "day": row["at"].date() if row["at"] else None, "recorded_seq": 1}
        return pa.Table.from_pylist(rows, schema=SCHEMAS["stage_moves"])

    return build


@pytest.fixture(scope="session")
def duck():
    """Runs an expression on a bare DuckDB; gives rows as dictionaries."""
    con = ibis.duckdb.connect()
    con.raw_sql("SET TimeZone='UTC'")

    def run(expr) -> list[dict]:
        return con.to_pyarrow(expr).to_pylist()

    yield run
    con.disconnect()


@pytest.fixture(scope="session")
def built_from():
    """built_from(build, pipeline)(moves) → rows; the query is written once, so that laws may try many books."""

    def prepare(build, pipeline):
        moves = ibis.table(ibis.Schema.from_pyarrow(SCHEMAS["stage_moves"]), name="moves")
        query = ibis.to_sql(build(moves, pipeline), dialect="duckdb")
        con = duckdb.connect()
        con.execute("SET TimeZone = 'UTC'")

        def run(table: pa.Table) -> list[dict]:
            con.register("moves", table)
            return con.sql(query).to_arrow_table().to_pylist()

        return run

    return functools.cache(prepare)


@pytest.fixture(scope="session")
def batch(moves_table):
    """{deal_id: [(stage, moment), …]} and columns of the deals → the tables of an import."""

    def build(book: dict, **columns) -> dict[str, pa.Table]:
        ids = list(book)
        moves = moves_table({number: book[deal_id] for number, deal_id in enumerate(ids)})
        names = pa.array([ids[number] for number in moves["deal"].to_pylist()], pa.string())
        moves = moves.drop_columns(["deal", "recorded_seq"]).append_column("deal_id", names)
        deals = {"deal_id": pa.array(ids, pa.string())}
        for name, values in columns.items():
            deals[name] = pa.array(values, SCHEMAS["deals"].field(name).type)
        return {"deals": pa.table(deals), "moves": moves}

    return build


@pytest.fixture
def put(batch, pipeline):
    """Stores an import: put(lake, {deal_id: history}, owner=[…], name="…", …) → Stored."""

    def run(lake, book=None, *, name="file", history=History.ADD, stages=pipeline, as_of=None, tables=None, **columns):
        tables = tables if tables is not None else batch(book, **columns)
        days = [day for day in tables["moves"]["day"].to_pylist() if day] if "moves" in tables else []
        return store(
            lake,
            tables,
            stages,
            zone="UTC",
            last_event=None,
            last_day=max(days, default=None),
            import_name=name,
            as_of=as_of,
            history=history,
        )

    return run


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake.create(tmp_path / "book")


@pytest.fixture
def rows_of():
    """Rows of a table of a book, in order: rows_of(lake, "deals")."""

    def read(lake, table="deals", **options) -> list[dict]:
        facts = Facts.open(lake.root, **options)
        try:
            order = {"stage_visits": ("deal", "position", "visit"), "stage_moves": ("deal", "sort_at", "seq")}
            return facts.run(facts.table(table).order_by(*order.get(table, (SCHEMAS[table].names[0],)))).to_pylist()
        finally:
            facts.close()

    return read


@pytest.fixture
def journal(lake) -> SqliteJournal:
    return SqliteJournal(lake.root / NAME)


@pytest.fixture
def write(journal):
    """write(WinEntry, "c", 12, amount="5") → the entry kept; the day is of January 2024."""

    def run(cls, deal_id, day, hour=9, **values):
        at = dt.datetime(2024, 1, day, hour, tzinfo=dt.UTC)
        key = f"{deal_id}-{journal.last_seq}"
        return journal.append(cls(deal_id=deal_id, at=at, by="דנה", key=key, **values))

    return run
