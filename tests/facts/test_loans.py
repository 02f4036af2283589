"""A public log of loan applications: stages, outcomes and times must come out as published."""

import datetime as dt

import duckdb
import pyarrow as pa
import pytest

from yaad.facts import Facts, Lake, store
from yaad.model import Pipeline, Stage, StageType

LOST = ("A_DECLINED", "A_CANCELLED")
PIPELINE = Pipeline(
    (
        *(Stage(name) for name in ("A_SUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "O_SENT", "O_SENT_BACK")),
        Stage("A_APPROVED", StageType.WON),
        *(Stage(name, StageType.LOST) for name in LOST),
    )
)
# entered, moved on, lost there, still there; mean days of the completed ones, basis first
PUBLISHED = {
    "A_SUBMITTED": (13087, 7367, 5720, 0, 0.101),
    "A_PREACCEPTED": (7367, 5113, 2185, 69, 2.826),
    "A_ACCEPTED": (5113, 5015, 95, 3, 0.033),
    "O_SENT": (5015, 3254, 1530, 231, 14.343),
    "O_SENT_BACK": (3254, 2246, 912, 96, 5.215),
}
EVENTS = """
SELECT CAST(case_id AS VARCHAR) AS deal_id, "timestamp"::TIMESTAMPTZ AS sort_at,
       row_number() OVER (ORDER BY file_row_number) AS seq, activity AS to_stage, "timestamp"::TIMESTAMPTZ AS "at",
       CAST("timestamp"::TIMESTAMPTZ AS DATE) AS "day", false AS whole_day, CAST(resource AS VARCHAR) AS "by"
FROM read_parquet($path, file_row_number = true) WHERE list_contains($stages, activity)
"""


@pytest.fixture(scope="module")
def loans(shared, tmp_path_factory) -> Lake:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    path = shared / "bpi2012_loans" / "bpic2012_status_events.parquet"
    stages = [stage.name for stage in PIPELINE.stages]
    moves = con.sql(EVENTS, params={"path": str(path), "stages": stages}).to_arrow_table()
    con.close()
    deals = pa.table({"deal_id": moves["deal_id"].unique()})
    lake = Lake.create(tmp_path_factory.mktemp("loans") / "book")
    store(
        lake,
        {"deals": deals, "moves": moves},
        PIPELINE,
        zone="UTC",
        last_event=dt.datetime(2012, 3, 14, 15, 4, 54, tzinfo=dt.UTC),
        last_day=dt.date(2012, 3, 14),
        import_name="loans",
    )
    return lake


def stage_table(facts: Facts) -> dict[str, tuple]:
    """The published table, counted from deals (`furthest`) and visits (basis first)."""
    deals, visits = facts.deals, facts.visits
    counts = facts.run(deals.group_by("furthest", "outcome").aggregate(n=deals.count())).to_pylist()
    firsts = visits.filter(visits.first)
    means = firsts.group_by("stage").aggregate(mean=firsts.first_days.mean())
    mean = {row["stage"]: row["mean"] for row in facts.run(means).to_pylist()}

    def count(keep) -> int:
        return sum(row["n"] for row in counts if keep(row["furthest"], row["outcome"]))

    return {
        stage.name: (
            count(lambda far, _, n=n: far >= n),
            count(lambda far, _, n=n: far > n),
            count(lambda far, outcome, n=n: far == n and outcome == "lost"),
            count(lambda far, outcome, n=n: far == n and outcome == "open"),
            mean[stage.name],
        )
        for n, stage in enumerate(PIPELINE.measured)
    }


@pytest.mark.shared
@pytest.mark.parametrize("engine", ["duckdb", pytest.param("sail", marks=pytest.mark.sail)])
def test_the_published_stage_table(loans, engine):
    facts = Facts.open(loans.root, engine=engine)
    try:
        table = stage_table(facts)
        assert {stage: row[:4] for stage, row in table.items()} == {stage: row[:4] for stage, row in PUBLISHED.items()}
        assert {stage: round(row[4], 3) for stage, row in table.items()} == {
            stage: row[4] for stage, row in PUBLISHED.items()
        }
        deals = facts.deals
        outcomes = facts.run(deals.group_by("outcome").aggregate(n=deals.count())).to_pylist()
        assert {row["outcome"]: row["n"] for row in outcomes} == {"won": 2246, "lost": 10442, "open": 399}
        won = deals.filter(deals.outcome == "won")
        days = won.aggregate(mean=won.cycle_days.mean(), typical=won.cycle_days.median(), longest=won.cycle_days.max())
        [row] = facts.run(days).to_pylist()
        assert [round(value, 3) for value in row.values()] == [16.659, 14.437, 85.877]
    finally:
        facts.close()


@pytest.mark.shared
@pytest.mark.sail
def test_both_engines_give_the_same_figures_of_stays(loans):
    duck, sail = Facts.open(loans.root), Facts.open(loans.root, engine="sail")
    try:
        visits = duck.visits
        expr = visits.group_by("stage", "ended").aggregate(
            n=visits.count(), days=visits.days.sum(), first=visits.first_days.mean(), typical=visits.days.median()
        )
        one, other = (facts.run(expr.order_by("stage", "ended")).to_pylist() for facts in (duck, sail))
        assert len(one) == len(other) > 10
        for left, right in zip(one, other, strict=True):
            assert (left["stage"], left["ended"], left["n"]) == (right["stage"], right["ended"], right["n"])
            for name in ("days", "first", "typical"):
                assert left[name] == (right[name] and pytest.approx(right[name], abs=1e-9)), (left, name)
    finally:
        duck.close()
        sail.close()


@pytest.mark.shared
def test_an_earlier_day_is_the_book_of_that_day(loans):
    facts = Facts.open(loans.root, as_of=dt.date(2011, 12, 31))
    deals = facts.deals
    assert facts.run(deals).num_rows == 1 + 2392 + 2944 + 2118
    assert facts.run(deals.filter(deals.outcome == "won")).num_rows == 227 + 497 + 406
    facts.close()
