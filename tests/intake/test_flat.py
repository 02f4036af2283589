"""Accounts, products, orders, lines, activities and calls."""

import datetime as dt

import pytest

from yaad.errors import InputError
from yaad.intake import Kind, Mapping, load, understand


def loaded(write, text, kind=None):
    found = understand(write("file.csv", text), kind=kind)
    assert found.questions == ()
    return load(write("file.csv", text), found.mapping)


def test_accounts_without_ids_are_known_by_name(write):
    batch = loaded(write, "account,sector,office_location,revenue\nAcme,tech,Haifa,5\nBeta,,Lod,\n")
    assert batch.kind is Kind.ACCOUNTS
    assert batch.tables["accounts"].to_pylist()[0] == {
        "account_id": "Acme", "name": "Acme", "sector": "tech", "city": "Haifa", "custom": [("revenue", "5")],
        "file": batch.files[0].sha256, "row": 2,
    }  # fmt: skip
    assert (batch.pipeline, batch.last_event) == (None, None)


def test_products_with_prices(write):
    rows = loaded(write, "sku,product,price\n007,Chair,$12.50\n008,Table,$100\n").tables["products"].to_pylist()
    assert [(row["product_id"], row["name"], float(row["price"]), row["currency"]) for row in rows] == [
        ("007", "Chair", 12.5, "USD"), ("008", "Table", 100, "USD"),
    ]  # fmt: skip


def test_orders(write):
    batch = loaded(write, "מס׳ הזמנה,לקוח,תאריך הזמנה,סה״כ לפני מע״מ (ש״ח)\n1,אבא,25/12/2024,500\n2,גד,26/12/2024,\n")
    assert batch.kind is Kind.ORDERS
    row = batch.tables["orders"].to_pylist()[0]
    assert (row["order_id"], row["account"], row["day"], row["whole_day"]) == ("1", "אבא", dt.date(2024, 12, 25), True)
    assert (row["amount"], row["currency"], row["tax"]) == (500, "ILS", "net")
    assert batch.last_day == dt.date(2024, 12, 26)


def test_lines_get_a_number_among_equals(write):
    rows = (
        loaded(write, "order_id,product,quantity,discount\n1,x,2,10%\n1,x,2,0%\n2,y,1,\n").tables["lines"].to_pylist()
    )
    assert [row["line_id"] for row in rows] == ["1|x|1", "1|x|2", "2|y|1"]
    assert [row["discount"] for row in rows] == [0.1, 0.0, None]


def test_hundredths_without_signs_and_a_mixed_scale(write):
    rows = loaded(write, "order_id,product,discount\n1,x,10\n2,x,25\n").tables["lines"].to_pylist()
    assert [row["discount"] for row in rows] == [0.1, 0.25]
    path = write("mixed.csv", "order_id,product,discount\n1,x,0.45\n2,x,45\n3,x,0\n")
    assert [question.id for question in understand(path).questions] == ["scale:discount"]
    found = understand(path, answers={"scale:discount": "share"})
    batch = load(path, found.mapping, understood=found)
    assert batch.files[0].rejects["reason"].to_pylist() == ["intake.rejected_mixed_scale"]


def test_calls(write):
    text = """call id,agent,phone,start time,duration,direction
1,Dana,050-1234567,2024-01-01 10:00,0:01:30,Outgoing
2,Eli,03-1234567,2024-01-01 11:00,02:05,נכנסת
"""
    batch = loaded(write, text)
    assert [(row["seconds"], row["direction"]) for row in batch.tables["calls"].to_pylist()] == [
        (90.0, "out"),
        (125.0, "in"),
    ]
    seconds = loaded(write, text.replace("0:01:30", "90").replace("02:05", "125")).tables["calls"]["seconds"]
    assert seconds.to_pylist() == [90.0, 125.0]
    assert batch.last_event == dt.datetime(2024, 1, 1, 11, tzinfo=dt.UTC)


def test_activities_need_a_time(write):
    text = "activity type,deal id,date,notes\ncall,1,2024-01-01,hello\nmail,1,,later\n"
    batch = loaded(write, text, Kind.ACTIVITIES)
    assert batch.tables["activities"].to_pylist()[0]["text"] == "hello"
    assert batch.files[0].rejects.to_pylist()[0]["reason"] == "intake.rejected_no_time"


def test_rows_of_totals_are_no_orders(write):
    batch = loaded(write, 'order_id,customer,order date,total\n1,a,2024-01-01,5\nסה"כ,,,5\n'.replace('סה"כ', '"סה""כ"'))
    assert batch.files[0].rejects["reason"].to_pylist() == ["intake.rejected_total_row"]


def test_a_field_of_another_kind(write):
    plan = Mapping.from_yaml("columns: {id: a, discount: b}", name="m")
    with pytest.raises(InputError) as caught:
        understand(write("f.csv", "a,b\n1,2\n"), mapping=plan, kind=Kind.DEALS)
    assert caught.value.message.key == "intake.field_of_other_kind"
    assert "deals" in caught.value.say("en")
