"""The public sets by the maps of the design: counts that are known from outside the product."""

import datetime as dt
import re

import pyarrow.compute as pc
import pytest

from yaad.intake import Batch, Mapping, load, understand

pytestmark = pytest.mark.shared

MAVEN = """
kind: deals
shape: two_dates
columns:
  {id: opportunity_id, rep: sales_agent, stage: deal_stage, amount: close_value, entered: engage_date,
    closed: close_date}
entered_opens: Engaging
stages: [{name: Prospecting}, {name: Engaging}, {name: Won, type: won}, {name: Lost, type: lost}]
zone: UTC
"""
LOANS = """
kind: events
shape: events
columns:
  {id: "case:concept:name", stage: "concept:name", at: "time:timestamp", by: "org:resource", amount: "case:AMOUNT_REQ"}
stages: [A_SUBMITTED, A_PREACCEPTED, A_ACCEPTED, O_SENT, O_SENT_BACK,
  {name: A_APPROVED, type: won}, {name: A_DECLINED, type: lost}, {name: A_CANCELLED, type: lost}]
activities: "W_*"
ignore: rest
equal_times: file_order
zone: UTC
"""
OLIST = """
files: {leads: "*qualified_leads*", wins: "*closed_deals*"}
join: {left: leads, right: wins, key: mql_id, how: left}
kind: deals
shape: two_dates
zone: UTC
columns: {id: mql_id, source: origin, entered: first_contact_date, won: won_date}
entered_opens: Lead
stages: [{name: Lead}, {name: Won, type: won}]
dates: day_first
"""
HEBREW = {"איתור": "Prospecting", "בטיפול": "Engaging", "נסגר בהצלחה": "Won", "לא נסגר": "Lost"}


def counts(batch: Batch, column: str = "to_stage") -> dict[str, int]:
    found = batch.tables["moves"][column].value_counts().to_pylist()
    return {row["values"]: row["counts"] for row in found}


@pytest.fixture(scope="module")
def maven(shared):
    return load(shared / "maven_crm/sales_pipeline.csv", Mapping.from_yaml(MAVEN, name="maven.yaml"))


def test_two_dates(maven):
    assert counts(maven) == {"Engaging": 8300, "Prospecting": 500, "Won": 4238, "Lost": 2473}
    report = maven.files[0]
    assert (report.rows_in, report.loaded, report.rejected, report.skipped) == (8800, 8800, 0, 0)
    assert report.flags == {"undated": 500}
    deals = maven.tables["deals"]
    assert pc.sum(deals["amount"]).as_py() == 10_005_534
    assert (maven.last_day, len(maven.pipeline.silent)) == (dt.date(2017, 12, 31), 0)


@pytest.mark.parametrize("name", ["hizdamnuyot_windows1255.csv", "hizdamnuyot_rtl.xlsx"])
def test_the_hebrew_twins_are_equal_in_every_row(shared, maven, name):
    path = shared / "maven_crm_hebrew" / name
    found = understand(path)
    assert found.questions == ()
    batch = load(path, found.mapping)
    mine, theirs = batch.tables["moves"], maven.tables["moves"]
    assert [HEBREW[stage] for stage in mine["to_stage"].to_pylist()] == theirs["to_stage"].to_pylist()
    assert mine.drop_columns(["to_stage"]).equals(theirs.drop_columns(["to_stage"]))
    for column in ("deal_id", "owner", "amount", "row"):
        assert batch.tables["deals"][column].equals(maven.tables["deals"][column])
    assert (batch.last_event, batch.last_day) == (maven.last_event, maven.last_day)
    assert set(batch.tables["deals"]["currency"].to_pylist()) == {"ILS"}


def test_without_a_mapping_the_english_file_is_understood_as_its_map_says(shared, maven):
    path = shared / "maven_crm/sales_pipeline.csv"
    found = understand(path)
    assert found.questions == ()
    assert load(path, found.mapping).tables["moves"].equals(maven.tables["moves"])


def test_an_event_log_and_its_table(shared):
    log = load(shared / "bpi2012_loans/bpic2012.xes.gz", Mapping.from_yaml(LOANS, name="bpi.yaml"))
    report = log.files[0]
    assert (report.rows_in, report.rejected) == (262_200, 0)
    assert report.skipped_by == {"ignored": 262_200 - report.loaded}
    assert log.tables["deals"].num_rows == 13_087
    assert log.last_event == dt.datetime(2012, 3, 14, 15, 4, 54, 681000, tzinfo=dt.UTC)
    moves = log.tables["moves"]
    reached = {s: len(pc.unique(moves.filter(pc.equal(moves["to_stage"], s))["deal_id"])) for s in counts(log)}
    assert reached == {
        "A_SUBMITTED": 13_087, "A_PREACCEPTED": 7_367, "A_ACCEPTED": 5_113, "O_SENT": 5_015, "O_SENT_BACK": 3_254,
        "A_APPROVED": 2_246, "A_DECLINED": 7_635, "A_CANCELLED": 2_807,
    }  # fmt: skip
    assert counts(log)["O_SENT"] == 7_030
    assert pc.mean(log.tables["deals"]["amount"].cast("float64")).as_py() == pytest.approx(13_573.36, abs=0.005)
    columns = "columns: {id: case_id, stage: activity, at: timestamp, by: resource, amount: amount_requested}"
    plan = re.sub(r"columns:\n.*", columns, LOANS)
    table = load(shared / "bpi2012_loans/bpic2012_status_events.parquet", Mapping.from_yaml(plan, name="bpi.yaml"))
    assert table.files[0].rows_in == 92_093
    drop = ["seq"]
    assert sorted_moves(table).drop_columns(drop).equals(sorted_moves(log).drop_columns(drop))


def sorted_moves(batch: Batch):
    return batch.tables["moves"].sort_by([("deal_id", "ascending"), ("sort_at", "ascending"), ("seq", "ascending")])


def test_two_files_joined(shared):
    folder = shared / "olist_funnel"
    paths = [folder / "olist_closed_deals_dataset.csv", folder / "olist_marketing_qualified_leads_dataset.csv"]
    batch = load(paths, Mapping.from_yaml(OLIST, name="olist.yaml"))
    assert [(report.rows_in, report.loaded) for report in batch.files] == [(8_000, 8_000), (842, 842)]
    assert counts(batch) == {"Lead": 8_000, "Won": 842}
    assert batch.files[0].flags == {"negative_duration": 1}
    undecided = Mapping.from_yaml(OLIST.replace("dates: day_first\n", ""), name="olist.yaml")
    assert load(paths, undecided).tables["moves"].equals(batch.tables["moves"])


def test_a_teaching_log_in_two_formats(shared):
    plan = """
columns: {id: "case:concept:name", stage: "concept:name", at: "time:timestamp", by: "org:resource"}
kind: events
stages:
  [register request, check ticket, decide, {name: pay compensation, type: won}, {name: reject request, type: lost}]
"""
    folder = shared / "small_event_logs"
    one, other = (load(folder / f"running-example.{end}", Mapping.from_yaml(plan, name="m")) for end in ("csv", "xes"))
    assert one.tables["deals"].num_rows == other.tables["deals"].num_rows == 6
    assert sorted_moves(one).drop_columns(["seq"]).equals(sorted_moves(other).drop_columns(["seq"]))
    assert one.tables["activities"].num_rows == other.tables["activities"].num_rows > 0


def test_connector_exports_are_at_least_read(shared):
    files = sorted((shared / "crm_export_schemas").rglob("*.csv"))
    rows = {path.name: understand(path).files[0].rows_in for path in files}
    assert rows["deal_data.csv"] == 44
    assert rows["deal_property_history_data.csv"] == 100
    assert rows["sf_lead_data.csv"] == 1
    assert len(rows) == 27
