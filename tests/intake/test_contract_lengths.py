"""Contracts that tell how many months they have run instead of two days; orders without a number."""

import datetime as dt

import pytest

from yaad.errors import InputError
from yaad.intake import Kind, Mapping, load, understand

ROWS = (
    "Customer,Tenure,Churn,Plan\nAda,0,No,A\nBen,1,Yes,A\nCal,13,no,B\nDan,2,,B\n"
    "Eve,x,No,B\nFay,2.5,No,B\nGil,3,maybe,A\n"
)


def days(batch):
    return {row["account"]: (row["start_day"], row["end_day"]) for row in batch.tables["contracts"].to_pylist()}


def test_months_become_days_until_the_answered_day(write):
    path = write("customers.csv", ROWS)
    found = understand(path)
    assert found.mapping.kind is Kind.CONTRACTS
    (question,) = found.questions
    assert (question.id, question.map_line) == ("until", "until: 2026-01-31")
    found = understand(path, answers={"until": "2026-03-31"})
    assert found.questions == ()
    batch = load(path, found.mapping, understood=found)
    until = dt.date(2026, 3, 31)
    assert days(batch) == {
        "Ada": (until, None),
        "Ben": (dt.date(2026, 2, 28), until),  # February has no 31st: its last day
        "Cal": (dt.date(2025, 2, 28), None),
        "Dan": (dt.date(2026, 1, 31), None),  # who does not say that they left is still there
    }
    (report,) = batch.files
    assert (report.rows_in, report.loaded, report.rejected) == (7, 4, 3)
    reasons = dict(zip(report.rejects["row"].to_pylist(), report.rejects["reason"].to_pylist(), strict=True))
    assert reasons == {6: "intake.rejected_bad_number", 7: "intake.rejected_bad_number", 8: "intake.rejected_yes_no"}
    assert batch.last_day == until
    again = Mapping.from_yaml(found.mapping.to_yaml(), name="customers.yaml")
    assert again == found.mapping
    assert days(load(path, again)) == days(batch)


def test_the_day_in_the_name_of_the_file_is_taken(write):
    found = understand(write("לקוחות 2026-02-15.csv", "לקוח,ותק בחודשים,נטש\nאלפא,2,לא\nביתא,5,כן\n"))
    assert found.questions == ()
    assert found.mapping.until == "2026-02-15"
    assert "intake.how_until" in [note.key for note in found.notes]


def test_first_days_are_taken_before_months(write):
    path = write("c.csv", "Contract ID,Start date,End date,Tenure\nH-1,2025-01-05,,12\n")
    found = understand(path)
    assert found.questions == ()
    (row,) = load(path, found.mapping).tables["contracts"].to_pylist()
    assert row["start_day"] == dt.date(2025, 1, 5)
    assert dict(row["custom"]) == {"Tenure": "12"}


def test_a_day_that_is_none_is_refused(write):
    path = write("customers.csv", ROWS)
    with pytest.raises(InputError):
        understand(path, answers={"until": "last week"})
    with pytest.raises(InputError):
        Mapping.from_yaml("kind: contracts\nuntil: 2026-02-30\n", name="m.yaml")


def test_orders_without_a_number_are_known_by_customer_and_day(write):
    path = write("sales.csv", "client,when,sum\n1,2026-01-02,5\n1,2026-01-02,5\n2,2026-01-02,7\n")
    mapping = Mapping.from_yaml(
        "kind: orders\ncolumns: {account: client, at: when, amount: sum}\nzone: UTC\n", name="m.yaml"
    )
    batch = load(path, mapping)
    rows = batch.tables["orders"].to_pylist()
    assert [row["account"] for row in rows] == ["1", "1", "2"]
    assert len({row["order_id"] for row in rows}) == 3
