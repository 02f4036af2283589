"""The golden book, brought in by two roads: straight into the facts, and through the import of its files."""

import csv
import datetime as dt
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from yaad.book import Book
from yaad.facts import Facts, Lake, store
from yaad.measures import Scope
from yaad.model import Period, Pipeline, Stage, StageType
from yaad.model.tables import AMOUNT, MOMENT

HERE = Path(__file__).parent
AS_OF = dt.date(2026, 3, 31)
PIPELINE = Pipeline(
    (Stage("New"), Stage("Quote"), Stage("Talks"), Stage("Won", StageType.WON), Stage("Lost", StageType.LOST))
)


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables() -> dict[str, pa.Table]:
    """The two files in the form of an import, made without it."""
    deals = rows("deals.csv")
    moves = rows("stage_history.csv")
    undated = [{"id": "G09", "stage": "Quote", "at": "", "by": "Dana"}]
    days = [dt.date.fromisoformat(move["at"]) if move["at"] else None for move in moves + undated]
    at = [day and dt.datetime.combine(day, dt.time(), dt.UTC) for day in days]
    never = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return {
        "deals": pa.table(
            {
                "deal_id": [deal["id"] for deal in deals],
                "name": [deal["name"] for deal in deals],
                "owner": [deal["rep"] for deal in deals],
                "source": [deal["source"] for deal in deals],
                "branch": [deal["branch"] for deal in deals],
                "amount": pa.array([deal["amount"] for deal in deals]).cast(AMOUNT),
                "currency": [deal["currency"] for deal in deals],
            }
        ),
        "moves": pa.table(
            {
                "deal_id": [move["id"] for move in moves + undated],
                "sort_at": pa.array([moment or never for moment in at], MOMENT),
                "seq": pa.array(range(len(at)), pa.int64()),
                "to_stage": [move["stage"] for move in moves + undated],
                "at": pa.array(at, MOMENT),
                "day": pa.array(days, pa.date32()),
                "whole_day": [True] * len(at),
                "by": [move["by"] for move in moves + undated],
                "amount": pa.nulls(len(at), AMOUNT),
            }
        ),
    }


def straight(root: Path) -> Path:
    store(
        Lake.create(root),
        tables(),
        PIPELINE,
        zone="UTC",
        last_event=None,
        last_day=dt.date(2026, 3, 15),
        import_name="0001",
        as_of=AS_OF,
    )
    return root


def imported(root: Path) -> Path:
    with closing(Book.create(root)) as book:
        for name in ("deals", "stage_history"):
            book.import_files([HERE / f"{name}.csv"], mapping=HERE / f"{name}.yaml", as_of=AS_OF)
    return root


@pytest.fixture(scope="session", params=[straight, imported], ids=lambda road: road.__name__)
def root(request, tmp_path_factory) -> Path:
    return request.param(tmp_path_factory.mktemp("golden") / "book")


@pytest.fixture(scope="session")
def ask(root):
    """``ask(by=…, period=…, as_of=…)`` gives the scope of a question to the golden book."""
    opened = {}

    def scope(by=(), period=None, as_of=AS_OF) -> Scope:
        if as_of not in opened:
            opened[as_of] = Facts.open(root, as_of=as_of)
        facts = opened[as_of]
        return Scope(
            deals=facts.deals,
            visits=facts.visits,
            moves=facts.moves,
            run=facts.run,
            sql=facts.sql,
            pipeline=facts.pipeline,
            as_of=facts.as_of,
            as_of_at=facts.as_of_at,
            period=period and Period.parse(period),
            by=by,
        )

    yield scope
    for facts in opened.values():
        facts.close()
