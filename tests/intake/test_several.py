"""Several files at once: each is recognised by its headers, ids become names, and all of it is one import."""

import datetime as dt

import pyarrow.compute as pc
import pytest

import yaad
from yaad import measures
from yaad.errors import InputError
from yaad.intake import Kind, Mapping, load, understand

OPPORTUNITIES = """Id,Name,AccountId,OwnerId,StageName,Amount,CloseDate,CreatedDate,IsClosed,IsWon,FiscalYear
006A,Lamp,001A,005A,Closed Won,100,2025-01-20,2025-01-01,true,true,2025
006B,Bulb,001B,005B,Our own step,200,2025-05-01,2025-01-03,false,false,2025
006C,Wire,001B,005A,Prospecting,300,2025-05-01,2025-01-05,false,false,2025
"""
HISTORY = """Id,OpportunityId,StageName,Amount,CloseDate,ForecastCategory,CreatedById,CreatedDate,SystemModstamp
1,006A,Prospecting,50,2025-01-20,Pipeline,005A,2025-01-02T10:00:00Z,2025-01-09T10:00:00Z
2,006A,Our own step,50,2025-01-20,Pipeline,005A,2025-01-09T10:00:00Z,2025-01-09T10:00:00Z
3,006A,Our own step,100,2025-01-20,Pipeline,005A,2025-01-10T10:00:00Z,2025-01-09T10:00:00Z
4,006A,Closed Won,100,2025-01-20,Closed,005A,2025-01-19T10:00:00Z,2025-01-19T10:00:00Z
5,006B,Prospecting,200,2025-05-01,Pipeline,005B,2025-01-03T10:00:00Z,2025-01-06T10:00:00Z
6,006B,Our own step,200,2025-05-01,Pipeline,005B,2025-01-06T10:00:00Z,2025-01-06T10:00:00Z
"""
USERS = """Id,Username,Email,FirstName,LastName,Name,ProfileId,UserRoleId,Alias,TimeZoneSidKey,IsActive
005A,dana@x,dana@x,Dana,Levi,Dana Levi,1,1,d,Asia/Jerusalem,true
005B,eli@x,eli@x,Eli,Cohen,Eli Cohen,1,1,e,Asia/Jerusalem,true
"""
ACCOUNTS = """Id,Name,Industry,BillingCity,BillingCountry,AnnualRevenue,NumberOfEmployees,Phone
001A,Acme,Retail,Haifa,IL,1,1,04-1234567
001B,Beta,Metal,Lod,IL,1,1,08-1234567
"""


@pytest.fixture
def salesforce(write):
    texts = {"opps.csv": OPPORTUNITIES, "history.csv": HISTORY, "users.csv": USERS, "accounts.csv": ACCOUNTS}
    return [write(name, text) for name, text in texts.items()]


def days(batch, deal: str) -> list[tuple[str, dt.date | None]]:
    moves = batch.tables["moves"].filter(pc.equal(batch.tables["moves"]["deal_id"], deal))
    rows = moves.sort_by([("sort_at", "ascending"), ("seq", "ascending")]).to_pylist()
    return [(row["to_stage"], row["day"]) for row in rows]


def test_files_of_one_crm_are_one_import(salesforce):
    found = understand(salesforce)
    assert found.questions == (), "the order of the unknown stage is that of the history"
    assert {name: part.kind for name, part in found.mapping.parts.items()} == {
        "deals": Kind.DEALS,
        "stage_history": Kind.STAGE_HISTORY,
        "accounts": Kind.ACCOUNTS,
    }
    batch = load(salesforce, found.mapping, understood=found)
    deals = {row["deal_id"]: row for row in batch.tables["deals"].to_pylist()}
    assert {row["owner"] for row in deals.values()} == {"Dana Levi", "Eli Cohen"}
    assert deals["006A"]["account"] == "Acme"
    assert [stage.name for stage in batch.pipeline.stages] == ["Prospecting", "Our own step", "Closed Won"]
    assert days(batch, "006A") == [
        ("Prospecting", dt.date(2025, 1, 1)),  # the file of deals knows that it came a day earlier
        ("Prospecting", dt.date(2025, 1, 2)),
        ("Our own step", dt.date(2025, 1, 9)),
        ("Our own step", dt.date(2025, 1, 10)),
        ("Closed Won", dt.date(2025, 1, 19)),
    ]
    assert days(batch, "006C") == [("Prospecting", dt.date(2025, 1, 5))], "without a history, what its row tells"
    reports = {report.name: report for report in batch.files}
    assert [reports[name].rows_in for name in ("opps.csv", "history.csv", "users.csv", "accounts.csv")] == [3, 6, 2, 2]
    assert reports["users.csv"].skipped_by == {"names": 2}


def test_the_order_of_the_files_means_nothing_and_the_mapping_reads_them_again(salesforce):
    one = understand(salesforce)
    other = understand(list(reversed(salesforce)))
    first, second = load(salesforce, one.mapping), load(list(reversed(salesforce)), other.mapping)
    for name, table in first.tables.items():
        assert (
            table.drop_columns(["row", "file"] if "row" in table.column_names else [])
            .sort_by(table.column_names[0])
            .num_rows
            == second.tables[name].num_rows
        )
    again = load(salesforce, Mapping.from_yaml(one.mapping.to_yaml(), name="again.yaml"))
    assert all(again.tables[name].equals(table) for name, table in first.tables.items())


def test_all_of_it_is_in_the_book_at_once_and_a_second_time_changes_nothing(salesforce, tmp_path):
    book = yaad.Book.create(tmp_path / "book")
    book.import_files(salesforce)
    figures = {one.id: one.value for one in measures.measure(["inquiries", "won", "open"], book._scope())}
    assert figures == {"inquiries": 3, "won": 1, "open": 2}
    (funnel,) = measures.funnel(book._scope())
    assert [(row.stage, row.entered) for row in funnel.stages] == [("Prospecting", 3), ("Our own step", 2)]
    report = book.import_files(salesforce)
    assert not report.stored.committed
    assert {file.name: file.skipped_by for file in report.files}["opps.csv"] == {"unchanged": 3}
    before = book.facts.run(book.facts.visits.order_by(["deal", "position", "visit"])).to_pylist()
    book.rebuild()
    assert book.facts.run(book.facts.visits.order_by(["deal", "position", "visit"])).to_pylist() == before


HUBSPOT = {
    "deal.csv": """deal_id,deal_pipeline_stage_id,owner_id,property_dealname,property_closedate,property_createdate
1,77,5,Lamp,2025-02-01 10:00:00,2025-01-01 10:00:00
2,78,6,Bulb,2025-02-02 10:00:00,2025-01-02 10:00:00
3,79,6,Wire,2025-05-02 10:00:00,2025-01-03 10:00:00
""",
    "deal_stage.csv": """_fivetran_start,deal_id,_fivetran_active,_fivetran_end,date_entered,source,source_id,value
x,1,true,x,2025-01-01 10:00:00,CRM,1,79
x,1,true,x,2025-02-01 10:00:00,CRM,1,77
x,2,true,x,2025-01-02 10:00:00,CRM,1,79
x,2,true,x,2025-02-02 10:00:00,CRM,1,78
""",
    "stages.csv": """stage_id,label,pipeline_id,closed_won,is_closed,display_order,probability,active
79,Trying it out,9,FALSE,FALSE,1,0.2,TRUE
80,Signing,9,FALSE,FALSE,2,0.6,TRUE
77,Yes,9,TRUE,TRUE,3,1.0,TRUE
78,No,9,FALSE,TRUE,4,0.0,TRUE
""",
    "owners.csv": "owner_id,portal_id,type,email,first_name,last_name\n5,1,PERSON,d@x,Dana,Levi\n6,1,PERSON,e@x,,\n",
    "companies.csv": """id,is_deleted,property_name,property_industry,property_country,property_createdate
40,false,Acme,Retail,IL,2025-01-01 10:00:00
""",
    "deal_company.csv": "company_id,deal_id,type_id,category\n40,1,5,HUBSPOT_DEFINED\n40,2,5,HUBSPOT_DEFINED\n",
}


def test_a_list_of_stages_gives_numbers_their_names_types_and_order(write):
    paths = [write(name, text) for name, text in HUBSPOT.items()]
    found = understand(paths)
    assert found.questions == ()
    batch = load(paths, found.mapping, understood=found)
    stages = [(stage.name, stage.type.value) for stage in batch.pipeline.stages]
    assert stages == [("Trying it out", "open"), ("Signing", "open"), ("Yes", "won"), ("No", "lost")]
    deals = {row["deal_id"]: row for row in batch.tables["deals"].to_pylist()}
    assert {name: row["owner"] for name, row in deals.items()} == {"1": "Dana Levi", "2": "e@x", "3": "e@x"}
    assert {name: row["account"] for name, row in deals.items()} == {"1": "Acme", "2": "Acme", "3": None}
    assert days(batch, "2") == [("Trying it out", dt.date(2025, 1, 2)), ("No", dt.date(2025, 2, 2))]


def test_orders_without_amounts_have_those_of_their_lines(write):
    orders = write("o.csv", "OrderID,CustomerID,EmployeeID,OrderDate,ShipVia\n1,A,7,2025-01-13,1\n2,B,7,2025-01-14,1\n")
    lines = write("l.csv", "OrderID,ProductID,UnitPrice,Quantity,Discount\n1,9,10,2,0\n1,8,5,2,0.5\n2,9,10,1,0\n")
    products = write("p.csv", "ProductID,ProductName,SupplierID,CategoryID,UnitPrice\n9,Lamp,1,1,10\n8,Bulb,1,1,5\n")
    found = understand([orders, lines, products])
    batch = load([orders, lines, products], found.mapping, understood=found)
    assert batch.tables["orders"]["amount"].to_pylist() == [25, 10]
    assert batch.tables["lines"]["product"].to_pylist() == ["Lamp", "Bulb", "Lamp"]


def test_a_file_of_unknown_content_is_asked_about(write):
    deals = write("d.csv", OPPORTUNITIES)
    odd = write("odd.csv", "colour,weight\nred,1\n")
    history = write("h.csv", HISTORY)
    (question,) = understand([deals, history, odd]).questions
    assert question.id == "odd.csv|kind"
    found = understand([deals, history, odd], answers={question.id: "none"})
    assert found.questions == ()
    batch = load([deals, history, odd], found.mapping, understood=found)
    assert {report.name: report.skipped_by for report in batch.files}["odd.csv"] == {"left_aside": 1}


def test_questions_on_a_part_carry_its_name(write):
    deals = write("d.csv", OPPORTUNITIES)
    lines = write(
        "l.csv",
        "OpportunityId,Product2Id,Quantity,UnitPrice,Discount\n006A,9,2,10,45%\n006A,8,2,5,0.1\n",
    )
    (question,) = [one for one in understand([deals, lines]).questions if "scale" in one.id]
    assert question.id == "lines|scale:Discount"
    assert question.map_line == 'parts: {lines: {scale: {"Discount": share}}}'
    found = understand([deals, lines], answers={question.id: "share", "order": "Prospecting, Our own step"})
    assert found.questions == ()
    with pytest.raises(InputError):
        understand([deals, lines], answers={"nobody|order": "x"})


def test_two_different_files_of_deals_are_refused(write):
    hubspot = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Create Date,Deal owner\n1,a,New,p,1,2025-01-01,D\n"
    with pytest.raises(InputError):
        understand([write("d.csv", OPPORTUNITIES), write("h.csv", hubspot)])


@pytest.mark.shared
def test_northwind_whole(shared):
    path = shared / "northwind/northwind.sqlite"
    found = understand(path)
    assert found.questions == ()
    batch = load(path, found.mapping, understood=found)
    assert {name: table.num_rows for name, table in batch.tables.items()} == {
        "accounts": 93,
        "lines": 2155,
        "orders": 830,
        "products": 77,
    }
    orders = batch.tables["orders"]
    assert float(pc.sum(orders["amount"]).as_py()) == pytest.approx(1265793.04, abs=0.01)
    assert (orders["day"].to_pylist()[0], batch.last_day) == (dt.date(2016, 7, 4), dt.date(2018, 5, 6))
    by = orders.group_by("owner").aggregate([("amount", "sum")]).to_pylist()
    assert sorted(round(float(row["amount_sum"]), 2) for row in by) == sorted(
        [192107.60, 166537.76, 202812.84, 232890.85, 68792.28, 73913.13, 124568.24, 126862.28, 77308.07]
    )
    assert "Davolio" in " ".join(orders["owner"].unique().to_pylist())
    assert len(orders["account"].unique()) == 89


def test_answers_on_several_files_are_remembered(write, tmp_path):
    deals = write("d.csv", OPPORTUNITIES)
    lines = write("l.csv", "OpportunityId,Product2Id,Quantity,UnitPrice,Discount\n006A,9,2,10,45%\n006A,8,2,5,0.1\n")
    book = yaad.Book.create(tmp_path / "book")
    told = {"lines|scale:Discount": "share", "order": "Our own step, Prospecting"}
    book.import_files([deals, lines], answers=told)
    again = book.understand([deals, lines])
    assert again.questions == ()
    assert [stage.name for stage in again.mapping.parts["deals"].stages][:2] == ["Our own step", "Prospecting"]
