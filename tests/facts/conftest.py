"""Small books written by hand: moves as (stage, day or moment), and the engine they run on."""

import datetime as dt

import ibis
import pyarrow as pa
import pytest

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
