"""Contracts with their start and end; targets by person and month, as rows or as columns."""

import datetime as dt

import pytest

from yaad.book import Book
from yaad.errors import OpenQuestion
from yaad.intake import Kind, Mapping, load, understand

MONTHS_HE = "נציג,ינואר,פברואר,מרץ\n"
PEOPLE = "דנה לוי,100000,110000,120000\nיואב כהן,80000,,90000\nסה״כ,180000,110000,210000\n"


def told(batch):
    return [(row["owner"], row["month"], row["amount"]) for row in batch.tables["targets"].to_pylist()]


def test_contracts_have_a_start_and_perhaps_an_end(write):
    text = (
        "מספר חוזה,לקוח,תאריך תחילה,תאריך סיום,סכום שנתי (ש״ח),סטטוס\n"
        "H-1,אלפא,25/12/2024,24/12/2025,12000,פעיל\nH-2,ביתא,01/02/2025,,6000,פעיל\nH-3,גמא,,,6000,פעיל\n"
    )
    path = write("contracts.csv", text)
    found = understand(path)
    assert found.questions == ()
    batch = load(path, found.mapping)
    assert batch.kind is Kind.CONTRACTS
    rows = batch.tables["contracts"].to_pylist()
    assert [(row["contract_id"], row["account"], row["start_day"], row["end_day"]) for row in rows] == [
        ("H-1", "אלפא", dt.date(2024, 12, 25), dt.date(2025, 12, 24)),
        ("H-2", "ביתא", dt.date(2025, 2, 1), None),
    ]
    worth = [(row["amount"], row["currency"], row["status"]) for row in rows]
    assert worth == [(12000, "ILS", "פעיל"), (6000, "ILS", "פעיל")]
    (report,) = batch.files
    assert (report.rows_in, report.loaded, report.rejected) == (3, 2, 1)


def test_deals_with_a_start_and_an_end_are_no_contracts(write):
    path = write("deals.csv", "id,start date,end date,status\n1,2025-01-02,2025-02-03,won\n")
    assert understand(path).mapping.kind is Kind.DEALS


def test_a_column_a_month_in_a_file_called_targets(write):
    path = write("יעדים 2026.csv", MONTHS_HE + PEOPLE)
    found = understand(path)
    assert found.questions == ()
    assert "intake.how_target_year" in [note.key for note in found.notes]
    batch = load(path, found.mapping, understood=found)
    assert batch.kind is Kind.TARGETS
    assert sorted(told(batch)) == [
        ("דנה לוי", dt.date(2026, 1, 1), 100000),
        ("דנה לוי", dt.date(2026, 2, 1), 110000),
        ("דנה לוי", dt.date(2026, 3, 1), 120000),
        ("יואב כהן", dt.date(2026, 1, 1), 80000),
        ("יואב כהן", dt.date(2026, 3, 1), 90000),
    ]
    (report,) = batch.files
    assert (report.rows_in, report.loaded, report.rejected, report.skipped) == (3, 2, 1, 0)
    assert report.rejects["reason"].to_pylist() == ["intake.rejected_total_row"]
    again = Mapping.from_yaml(found.mapping.to_yaml(), name="targets.yaml")
    assert told(load(path, again)) == told(batch)


def test_a_year_that_nothing_names_is_asked(write):
    path = write("targets.csv", "rep,Oct,Nov,Dec,Jan\nDana,1,2,3,4\n")
    found = understand(path)
    (question,) = found.questions
    assert question.id == "year:Oct"
    assert question.map_line == "year: {Oct: 2026}"
    found = understand(path, answers={"year:Oct": "2025"})
    assert found.questions == ()
    assert [month for _, month, _ in told(load(path, found.mapping))] == [
        dt.date(2025, 10, 1),
        dt.date(2025, 11, 1),
        dt.date(2025, 12, 1),
        dt.date(2026, 1, 1),
    ]


def test_a_row_a_month(write):
    path = write("plan.csv", "rep,month,quota\nDana,01/2026,$5000\nDana,02/2026,$6000\nEli,,\nEli,soon,$1\n")
    found = understand(path)
    assert found.questions == ()
    batch = load(path, found.mapping)
    assert told(batch) == [("Dana", dt.date(2026, 1, 1), 5000), ("Dana", dt.date(2026, 2, 1), 6000)]
    assert set(batch.tables["targets"]["currency"].to_pylist()) == {"USD"}
    (report,) = batch.files
    assert (report.rows_in, report.loaded, report.rejected, report.skipped) == (4, 2, 1, 1)


@pytest.mark.parametrize("name", ["results 2026.csv", "נציגים.csv"])
def test_a_column_a_month_alone_does_not_say_that_it_holds_targets(write, name):
    found = understand(write(name, MONTHS_HE + PEOPLE))
    (question,) = found.questions
    assert question.id == "kind"
    assert "targets" in question.options


def test_targets_and_contracts_come_into_a_book_beside_deals(write, tmp_path):
    deals = write("deals.csv", "deal id,stage,created,closed\n1,Won,2026-01-02,2026-01-20\n2,Lead,2026-01-05,\n")
    targets = write("targets 2026.csv", "rep,Jan,Feb,Mar\nDana,10,20,30\n")
    contracts = write("contracts.csv", "contract id,customer,start date,end date\nC1,Acme,2026-01-20,2027-01-19\n")
    book = Book.create(tmp_path / "book")
    report = book.import_files([deals, targets, contracts])
    assert [(one.name, one.loaded) for one in report.files] == [
        ("deals.csv", 2),
        ("targets 2026.csv", 1),
        ("contracts.csv", 1),
    ]
    assert book.facts.run(book.facts.table("targets"))["amount"].to_pylist() == [10, 20, 30]
    assert book.facts.run(book.facts.table("contracts"))["contract_id"].to_pylist() == ["C1"]
    assert not book.import_files([deals, targets, contracts]).stored.committed
    later = write("targets 2026.csv", "rep,Jan,Feb,Mar\nDana,10,25,30\n")
    stored = book.import_files([later]).stored
    assert (stored.tables["targets"].changed, stored.tables["targets"].unchanged) == (1, 2)
    services = write("services.csv", "contract id,rep,start date,end date\nC2,Dana,2026-01-20,2027-01-19\n")
    assert book.import_files([services]).stored.tables["contracts"].new == 1, "persons alone make no targets"
    undated = write("quotas.csv", "rep,Jan,Feb,Mar\nDana,40,50,60\n")
    for year in ("2027", "2028"):
        with pytest.raises(OpenQuestion) as asked:
            book.import_files([undated])
        assert [question.id for question in asked.value.questions] == ["year:Jan"], "each sheet is of its own year"
        book.import_files([undated], answers={"year:Jan": year})
    months = book.facts.run(book.facts.table("targets"))["month"].to_pylist()
    assert sorted({month.year for month in months}) == [2026, 2027, 2028]
    before = book.facts.run(book.facts.table("targets").order_by("target_id"))["amount"]
    book.rebuild()
    assert book.facts.run(book.facts.table("targets").order_by("target_id"))["amount"] == before
    book.close()


def test_a_contract_that_ends_before_it_starts_is_flagged_and_told_by_the_doctor(write, tmp_path):
    path = write(
        "contracts.csv",
        "contract id,customer,start date,end date\n"
        "1,Acme,2025-01-01,2025-12-31\n2,Beta,2025-03-01,2025-02-01\n3,Gamma,2025-03-01,\n4,Delta,2025-03-01,2025-03-01\n",
    )
    batch = load(path, understand(path).mapping)
    assert batch.files[0].flags == {"ends_before_start": 1}
    assert (batch.files[0].loaded, batch.files[0].rejected) == (4, 0), "it is kept as it is"
    book = Book.create(tmp_path / "book")
    book.import_files([path])
    found = {one["id"]: (one["count"], one["of"]) for one in book.doctor().to_dict("he")["findings"]}
    assert found["impossible_contracts"] == (1, 4)
