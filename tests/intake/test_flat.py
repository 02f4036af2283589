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


LINES = "line id,order id,product,quantity,unit price,discount\n"


def discounts(path, mapping=None, **answers) -> tuple[list[float | None], Mapping]:
    found = understand(path, mapping=mapping, answers=answers)
    assert found.questions == (), [question.id for question in found.questions]
    batch = load(path, found.mapping, understood=found)
    return batch.tables["lines"]["discount"].to_pylist(), found.mapping


@pytest.mark.parametrize(
    ("first", "scale", "values"), [(("1", "15"), "percent", [0.01, 0.15]), (("1", "0.5"), "share", [1.0, 0.5])]
)
def test_the_scale_of_discounts_is_remembered(write, first, scale, values):
    rows = "".join(f"L{n},O1,P,2,10,{text}\n" for n, text in enumerate(first))
    told, mapping = discounts(write("week1.csv", LINES + rows))
    assert (told, mapping.scale) == (values, {"discount": scale})
    again = Mapping.from_yaml(mapping.to_yaml(), name="m.yaml")
    next_week = write("week2.csv", LINES + "L8,O2,P,2,10,1\nL9,O2,P,2,10,0\n")
    assert discounts(next_week, again)[0] == [values[0], 0.0]


def test_a_column_of_0_and_1_says_nothing_of_its_scale(write):
    path = write("week.csv", LINES + "L1,O1,P,2,10,1\nL2,O1,P,2,10,0\n")
    (question,) = understand(path).questions
    assert (question.id, question.map_line) == ("scale:discount", 'scale: {"discount": share}')
    told, mapping = discounts(path, **{"scale:discount": "percent"})
    assert (told, mapping.scale) == ([0.01, 0.0], {"discount": "percent"})
    nothing, mapping = discounts(write("none.csv", LINES + "L1,O1,P,2,10,0\n"))
    assert (nothing, mapping.scale) == ([0.0], {}), "0 is 0 either way, and tells nothing of later files"


def test_numbers_against_the_remembered_scale_are_refused_or_asked(write):
    share, percent = (Mapping.from_yaml(f"scale: {{discount: {one}}}\n", name="m.yaml") for one in ("share", "percent"))
    above = write("above.csv", LINES + "L1,O1,P,2,10,15\nL2,O1,P,2,10,0.5\n")
    batch = load(above, share)
    assert batch.files[0].rejects["reason"].to_pylist() == ["intake.rejected_mixed_scale"]
    assert batch.tables["lines"]["discount"].to_pylist() == [0.5]
    below = write("below.csv", LINES + "L1,O1,P,2,10,0.15\nL2,O1,P,2,10,0.5\n")
    assert [question.id for question in understand(below, mapping=percent).questions] == ["scale:discount"]
    assert discounts(below, percent, **{"scale:discount": "share"})[0] == [0.15, 0.5]
    assert discounts(below, percent, **{"scale:discount": "percent"})[0] == pytest.approx([0.0015, 0.005])
