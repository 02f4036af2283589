"""Books for tests: moves written by hand or read from a public set → a `Scope` on DuckDB."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yaad.facts import build_lives, build_visits
from yaad.measures import Scope
from yaad.model import Pipeline, Stage, StageType
from yaad.model.tables import DEALS, SCHEMAS, STAGE_MOVES, STAGE_VISITS

LIFE = (
    "stage", "outcome", "furthest", "episodes", "created_at", "created_day", "closed_at", "closed_day", "whole_days",
    "cycle_days",
)  # fmt: skip


def pipeline(*open_stages: str, silent: Iterable[str] = ()) -> Pipeline:
    return Pipeline(
        (*map(Stage, open_stages), Stage("Won", StageType.WON), Stage("Lost", StageType.LOST)), frozenset(silent)
    )


def instant(value: dt.date | dt.datetime | str | None) -> dt.datetime | None:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
    if value is None or isinstance(value, dt.datetime):
        return value if value is None or value.tzinfo else value.replace(tzinfo=dt.UTC)
    return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)


@dataclass
class Written:
    """Moves and deals written row by row."""

    pipeline: Pipeline
    moves: list[dict[str, Any]] = field(default_factory=list)
    deals: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def row(self, table: str, **columns: Any) -> "Written":
        """One row of another table: days as ISO texts, moments as `at`; what the schema does not know is custom."""
        schema, values, custom = SCHEMAS[table], {}, {}
        for name, value in columns.items():
            if name not in schema.names:
                custom[name] = value
            elif pa.types.is_date(schema.field(name).type) and isinstance(value, str):
                values[name] = dt.date.fromisoformat(value)
            elif pa.types.is_timestamp(schema.field(name).type):
                values[name] = instant(value)
            elif pa.types.is_decimal(schema.field(name).type) and value is not None:
                values[name] = Decimal(str(value))
            else:
                values[name] = value
        if "at" in schema.names and values.get("day") is None and values.get("at"):
            values["day"] = values["at"].date()
        if "whole_day" in schema.names:
            values.setdefault("whole_day", values.get("at") is None)
        self.rows.setdefault(table, []).append(values | {"custom": list(custom.items())})
        return self

    def deal(self, *moves: tuple[str, Any], **columns: Any) -> "Written":
        """One deal: its moves as (stage, day as a date or an ISO text; with a time where it has one; None: unknown)."""
        number = len(self.deals) + 1
        amount = columns.pop("amount", None)
        self.deals.append(
            {
                "deal": number,
                "deal_id": columns.pop("deal_id", f"D{number}"),
                "amount": None if amount is None else Decimal(str(amount)),
                "custom": list(columns.pop("custom", {}).items()),
                **columns,
            }
        )
        last = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        for stage, when in moves:
            at = instant(when)
            whole = not (isinstance(when, dt.datetime) or (isinstance(when, str) and "T" in when))
            last = max(last, at) if at else last
            self.moves.append(
                {
                    "deal": number,
                    "sort_at": last,
                    "seq": len(self.moves),
                    "to_stage": stage,
                    "at": at,
                    "day": at.date() if at else None,
                    "whole_day": bool(at) and whole,
                }
            )
        return self

    def scope(self, as_of: Any, **question: Any) -> Scope:
        return scope_of(
            pa.Table.from_pylist(self.deals, schema=DEALS),
            pa.Table.from_pylist(self.moves, schema=STAGE_MOVES),
            self.pipeline,
            as_of,
            others={name: pa.Table.from_pylist(rows, schema=SCHEMAS[name]) for name, rows in self.rows.items()},
            **question,
        )


def scope_of(
    deals: pa.Table,
    moves: pa.Table,
    stages: Pipeline,
    as_of: Any,
    others: Mapping[str, pa.Table] | None = None,
    **question: Any,
) -> Scope:
    """A scope of tables in memory, with the deals' lives and the visits built as the facts build them."""
    con = ibis.duckdb.connect()
    con.raw_sql("SET TimeZone='UTC'")
    moved = ibis.memtable(moves)
    lives = con.to_pyarrow(build_lives(moved, stages))
    described = ibis.memtable(deals.drop_columns(list(LIFE)))
    whole = described.left_join(ibis.memtable(lives), "deal").drop("deal_right")
    filled = con.to_pyarrow(whole.select(*DEALS.names).order_by("deal")).cast(DEALS)
    visits = con.to_pyarrow(build_visits(moved, stages, ibis.memtable(filled))).cast(STAGE_VISITS)
    instant_given = isinstance(as_of, dt.datetime)
    end = as_of if instant_given else instant(as_of) + dt.timedelta(days=1)
    tables = {"deals": ibis.memtable(filled), "stage_visits": ibis.memtable(visits), "stage_moves": moved}
    for name, schema in SCHEMAS.items():
        if name not in tables:
            tables[name] = ibis.memtable((others or {}).get(name, schema.empty_table()))
    return Scope(
        deals=tables["deals"],
        visits=tables["stage_visits"],
        moves=moved,
        table=tables.__getitem__,
        run=con.to_pyarrow,
        sql=lambda query: str(ibis.to_sql(query, dialect="duckdb")),
        pipeline=stages,
        as_of=as_of.date() if instant_given else instant(as_of).date(),
        as_of_at=end,
        **question,
    )


@pytest.fixture(scope="session")
def written() -> Callable[..., Written]:
    """``written("Meeting", "Quote")``: an empty book with these open stages, then Won and Lost."""
    return lambda *stages, silent=(): Written(pipeline(*stages, silent=silent))


@pytest.fixture(scope="session")
def maven(shared: Path) -> Scope:
    """Maven's CRM as of 2017-12-31: two dates, Prospecting undated, Engaging opened by the engage date."""
    book = Written(pipeline("Prospecting", "Engaging"))
    with (shared / "maven_crm" / "sales_pipeline.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            engaged, closed = row["engage_date"] or None, row["close_date"] or None
            moves = [("Engaging", engaged)] if engaged else [(row["deal_stage"], None)]
            if closed:
                moves.append((row["deal_stage"], closed))
            book.deal(
                *moves,
                deal_id=row["opportunity_id"],
                owner=row["sales_agent"],
                product=row["product"],
                account=row["account"] or None,
                amount=row["close_value"] or None,
            )
    return book.scope("2017-12-31")


@pytest.fixture(scope="session")
def bpi(shared: Path) -> Scope:
    """The loan applications of BPI 2012, as of the end of the log's last day."""
    stages = ["A_SUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "O_SENT", "O_SENT_BACK"]
    ends = (
        Stage("A_APPROVED", StageType.WON),
        Stage("A_DECLINED", StageType.LOST),
        Stage("A_CANCELLED", StageType.LOST),
    )
    line = Pipeline((*map(Stage, stages), *ends))
    rows = pq.read_table(shared / "bpi2012_loans" / "bpic2012_status_events.parquet").to_pydict()
    numbers: dict[str, int] = {}
    moves: dict[str, list[Any]] = {name: [] for name in STAGE_MOVES.names}
    last = max(rows["timestamp"])
    for seq, (case, stage, at) in enumerate(zip(rows["case_id"], rows["activity"], rows["timestamp"], strict=True)):
        number = numbers.setdefault(case, len(numbers) + 1)
        row = {"deal": number, "sort_at": at, "seq": seq, "to_stage": stage, "at": at, "day": at.date()}
        for name, values in moves.items():
            values.append(row.get(name, False if name == "whole_day" else None))
    amounts = dict(zip(rows["case_id"], rows["amount_requested"], strict=True))
    deals = pa.Table.from_pylist(
        [
            {"deal": number, "deal_id": case, "amount": Decimal(str(amounts[case])), "custom": []}
            for case, number in numbers.items()
        ],
        schema=DEALS,
    )
    return scope_of(deals, pa.table(moves, schema=STAGE_MOVES), line, last.date())


@pytest.fixture(scope="session")
def olist(shared: Path) -> Scope:
    """Olist's leads and the deals closed from them, as of the last one."""
    book = Written(Pipeline((Stage("Lead"), Stage("Won", StageType.WON))))
    folder = shared / "olist_funnel"
    with (folder / "olist_closed_deals_dataset.csv").open(encoding="utf-8") as file:
        won = {row["mql_id"]: _day_first(row["won_date"]) for row in csv.DictReader(file)}
    with (folder / "olist_marketing_qualified_leads_dataset.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            came = _day_first(row["first_contact_date"])
            moves = [("Lead", came), ("Won", won[row["mql_id"]])] if row["mql_id"] in won else [("Lead", came)]
            book.deal(*moves, deal_id=row["mql_id"], source=row["origin"] or None)
    return book.scope(max(won.values()))


def _day_first(text: str) -> dt.date:
    day, month, year = text[:10].split("-")
    return dt.date(int(year), int(month), int(day))
