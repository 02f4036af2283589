"""Files with one row a deal: the moves that each shape promises, worked out by hand."""

import datetime as dt

import pytest
from tests.intake.moves import UTC, at, moves

from yaad.errors import InputError, OpenQuestion
from yaad.intake import Batch, Kind, Mapping, Shape, load, understand

NEVER = dt.datetime(1970, 1, 1, tzinfo=UTC)
TWO_DATES = """
kind: deals
shape: two_dates
columns: {id: id, stage: stage, amount: amount, entered: entered, closed: closed, rep: rep}
entered_opens: Engaging
stages: [Prospecting, Engaging, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
zone: UTC
"""
DEALS = """id,rep,stage,amount,entered,closed,colour
A,Dana,Won,100,2024-01-01,2024-01-11,red
B,Dana,Lost,0,2024-01-02,2024-01-03,
C,Eli,Engaging,,2024-01-05,,blue
D,Eli,Prospecting,,,,
E,Eli,Quote,50,2024-01-06,,
F,Eli,Quote,,,,
G,Dana,Lost,5,,2024-02-01,
H,Dana,Won,7,2024-03-05,2024-03-01,
"""


def loaded(write, text, mapping=None, name="deals.csv", **more) -> Batch:
    plan = Mapping.from_yaml(mapping, name="map.yaml") if mapping else understand(write(name, text), **more).mapping
    return load(write(name, text), plan)


def test_two_dates(write):
    batch = loaded(write, DEALS, TWO_DATES)
    assert moves(batch) == {
        "A": [("Engaging", at("2024-01-01")), ("Won", at("2024-01-11"))],
        "B": [("Engaging", at("2024-01-02")), ("Lost", at("2024-01-03"))],
        "C": [("Engaging", at("2024-01-05"))],
        "D": [("Prospecting", None)],
        "E": [("Engaging", at("2024-01-06")), ("Quote", None)],
        "F": [("Quote", None)],
        "G": [("Prospecting", None), ("Lost", at("2024-02-01"))],
        "H": [("Engaging", at("2024-03-05")), ("Won", at("2024-03-01"))],
    }


def test_times_that_order_moves_are_never_null_and_never_go_back(write):
    rows = loaded(write, DEALS, TWO_DATES).tables["moves"].to_pylist()
    sort_at = {(row["deal_id"], row["to_stage"]): row["sort_at"].astimezone(UTC) for row in rows}
    assert sort_at["D", "Prospecting"] == NEVER
    assert sort_at["G", "Prospecting"] == NEVER
    assert sort_at["E", "Quote"] == at("2024-01-06")
    assert sort_at["H", "Won"] == at("2024-03-05")
    assert len({row["seq"] for row in rows}) == len(rows)


def test_days_stay_days(write):
    batch = loaded(write, DEALS, TWO_DATES.replace("UTC", "Asia/Jerusalem"))
    first = next(row for row in batch.tables["moves"].to_pylist() if row["deal_id"] == "A")
    assert (first["day"], first["whole_day"], first["at"].astimezone(UTC)) == (
        dt.date(2024, 1, 1),
        True,
        at("2024-01-01"),
    )


def test_what_describes_a_deal(write):
    rows = {row["deal_id"]: row for row in loaded(write, DEALS, TWO_DATES).tables["deals"].to_pylist()}
    assert rows["A"]["owner"] == "Dana"
    assert rows["A"]["custom"] == [("colour", "red")]
    assert rows["D"]["custom"] == []
    assert [rows[i]["amount"] for i in "BCE"] == [0, None, 50]
    assert {row["currency"] for row in rows.values()} == {None}
    assert {row["tax"] for row in rows.values()} == {"unknown"}
    assert [rows[i]["row"] for i in "ABH"] == [2, 3, 9]
    assert "product" not in rows["A"]


def test_stages_without_history_are_silent_and_said(write):
    batch = loaded(write, DEALS, TWO_DATES)
    assert batch.pipeline is not None
    assert batch.pipeline.silent == {"Quote"}
    assert any(note.key == "intake.note_silent" and note.values["stages"] == "Quote" for note in batch.notes)


def test_odd_things_are_kept_and_counted(write):
    report = loaded(write, DEALS, TWO_DATES).files[0]
    assert (report.rows_in, report.loaded, report.rejected, report.skipped) == (8, 8, 0, 0)
    assert report.flags == {"negative_duration": 1, "undated": 2}


def test_the_latest_event_is_what_happened_never_what_is_expected(write):
    text = "id,stage,entered,closed\nA,Won,2024-01-01,2024-01-11\nB,Engaging,2024-01-05,2030-01-01\n"
    plan = TWO_DATES.replace("amount: amount, ", "").replace(", rep: rep", "")
    batch = loaded(write, text, plan)
    assert (batch.last_event, batch.last_day) == (at("2024-01-11"), dt.date(2024, 1, 11))
    assert batch.tables["deals"].to_pylist()[1]["expected_close_day"] == dt.date(2030, 1, 1)
    assert batch.files[0].flags == {"close_date_on_open": 1}


def test_without_a_stage_column_a_date_of_winning_decides(write):
    text = """id,entered,won,lost
A,01-02-2024,26-02-2024 19:58,
B,02-02-2024,,
C,03-02-2024,,04-02-2024
D,,,
E,01-02-2024,05-02-2024,06-02-2024
"""
    plan = """
kind: deals
shape: two_dates
columns: {id: id, entered: entered, won: won, lost: lost}
entered_opens: Lead
stages: [Lead, {name: Won, type: won}, {name: Lost, type: lost}]
dates: day_first
zone: UTC
"""
    batch = loaded(write, text, plan)
    assert moves(batch) == {
        "A": [("Lead", at("2024-02-01")), ("Won", at("2024-02-26 19:58"))],
        "B": [("Lead", at("2024-02-02"))],
        "C": [("Lead", at("2024-02-03")), ("Lost", at("2024-02-04"))],
        "D": [("Lead", None)],
        "E": [("Lead", at("2024-02-01")), ("Lost", at("2024-02-06"))],
    }


def test_yes_and_no_columns_of_winning(write):
    text = "id,created,closed,won\n1,2024-01-01,2024-02-01,TRUE\n2,2024-01-02,,FALSE\n"
    plan = """
kind: deals
columns: {id: id, created: created, closed: closed, won: won}
stages: [New, {name: Won, type: won}]
"""
    assert moves(loaded(write, text, plan)) == {
        "1": [("New", at("2024-01-01")), ("Won", at("2024-02-01"))],
        "2": [("New", at("2024-01-02"))],
    }


def test_an_open_stage_with_a_date_of_losing(write):
    text = "id,stage,created,won,lost\n1,Proposal,2024-01-01,,2024-02-01\n2,Proposal,2024-01-01,,\n"
    plan = """
kind: deals
columns: {id: id, stage: stage, created: created, won: won, lost: lost}
stages: [New, Proposal, {name: Won, type: won}, {name: Lost, type: lost}]
"""
    assert moves(loaded(write, text, plan)) == {
        "1": [("New", at("2024-01-01")), ("Proposal", None), ("Lost", at("2024-02-01"))],
        "2": [("New", at("2024-01-01")), ("Proposal", None)],
    }


def test_snapshot_with_nothing_but_stages(write):
    text = "id,stage,amount\n1,New,5\n2,Proposal,6\n3,Won,7\n4,Lost,\n"
    found = understand(write("deals.csv", text))
    assert found.questions == ()
    assert found.mapping.shape is Shape.SNAPSHOT
    batch = load(write("deals.csv", text), found.mapping)
    assert moves(batch) == {
        "1": [("New", None)],
        "2": [("Proposal", None)],
        "3": [("New", None), ("Won", None)],
        "4": [("New", None), ("Lost", None)],
    }
    assert batch.pipeline is not None
    assert batch.pipeline.silent == {"Proposal"}
    assert (batch.last_event, batch.last_day) == (None, None)


def test_a_date_a_stage(write):
    text = """id,stage,Date entered New,Date entered Meeting,Date entered Proposal,Date entered Won,close date
1,Won,2024-01-01,2024-01-03,2024-01-02,2024-01-09,
2,Proposal,2024-01-01,,,,
3,Lost,2024-01-01,2024-01-02,,,2024-01-05
4,Meeting,,,,,
5,New,2024-01-08,2024-01-05,,,
"""
    found = understand(write("deals.csv", text))
    assert found.questions == ()
    assert found.mapping.shape is Shape.WIDE
    batch = load(write("deals.csv", text), found.mapping)
    assert moves(batch) == {
        "1": [
            ("New", at("2024-01-01")), ("Proposal", at("2024-01-02")), ("Meeting", at("2024-01-03")),
            ("Won", at("2024-01-09")),
        ],
        "2": [("New", at("2024-01-01")), ("Proposal", None)],
        "3": [("New", at("2024-01-01")), ("Meeting", at("2024-01-02")), ("Lost", at("2024-01-05"))],
        "4": [("Meeting", None)],
        "5": [("Meeting", at("2024-01-05")), ("New", at("2024-01-08"))],
    }  # fmt: skip
    assert batch.pipeline is not None
    assert batch.pipeline.silent == frozenset()
    assert Mapping.from_yaml(found.mapping.to_yaml(), name="m") == found.mapping


def test_equal_rows_are_one_and_the_newer_of_different_ones_counts(write):
    text = (
        "id,stage,updated\n1,New,2024-01-01\n1,New,2024-01-01\n2,Won,2024-01-05\n2,New,2024-01-02\n3,New,2024-01-01\n"
    )
    plan = "kind: deals\ncolumns: {id: id, stage: stage, updated: updated}\nstages: [New, {name: Won, type: won}]\n"
    batch = loaded(write, text, plan)
    assert [(row["deal_id"], row["row"]) for row in batch.tables["deals"].to_pylist()] == [("1", 2), ("2", 4), ("3", 6)]
    assert batch.files[0].skipped_by == {"duplicate": 1, "superseded": 1}
    assert batch.files[0].loaded == 3


def test_different_rows_of_one_id_are_asked(write):
    text = "id,stage,amount\n1,New,5\n1,Won,5\n2,New,5\n"
    found = understand(write("deals.csv", text))
    assert [q.id for q in found.questions] == ["duplicates"]
    assert found.questions[0].text.values == {"n": 1, "example": "1"}
    with pytest.raises(OpenQuestion):
        load(write("deals.csv", text), found.mapping)
    for answer, stages in (("last", ["Won", "New"]), ("first", ["New", "New"]), ("reject", ["New"])):
        mapping = understand(write("deals.csv", text), answers={"duplicates": answer}).mapping
        batch = load(write("deals.csv", text), mapping)
        assert [row[-1][0] for row in moves(batch).values()] == stages
        report = batch.files[0]
        assert report.rows_in == report.loaded + report.rejected + report.skipped == 3


def test_rows_that_cannot_be_used_are_rejected_with_column_reason_and_text(write):
    text = """id,stage,amount,entered
1,New,5,2024-01-01
,New,5,2024-01-01
3,,5,2024-01-01
4,New,abc,2024-01-01
5,New,5,2024-02-31
6,New,5
Total,,15,
"""
    plan = "kind: deals\ncolumns: {id: id, stage: stage, amount: amount, entered: entered}\nstages: [New]\n"
    report = loaded(write, text, plan).files[0]
    assert report.rejects.to_pylist() == [
        {"row": 3, "column": "id", "reason": "intake.rejected_no_id", "raw": ",New,5,2024-01-01"},
        {"row": 4, "column": "stage", "reason": "intake.rejected_no_stage", "raw": "3,,5,2024-01-01"},
        {"row": 5, "column": "amount", "reason": "intake.rejected_bad_number", "raw": "4,New,abc,2024-01-01"},
        {"row": 6, "column": "entered", "reason": "intake.rejected_impossible_date", "raw": "5,New,5,2024-02-31"},
        {"row": 7, "column": "", "reason": "intake.rejected_short_row", "raw": "6,New,5"},
        {"row": 8, "column": "id", "reason": "intake.rejected_total_row", "raw": "Total,,15,"},
    ]
    assert (report.rows_in, report.loaded, report.rejected) == (7, 1, 6)


def test_names_that_look_like_nothing_are_kept_and_null_words_hold_in_their_column_only(write):
    text = "id,stage,contact,account\n1,New,Null,NA\n2,New,None,-\n3,New,אין,אין\n"
    plan = """
kind: deals
columns: {id: id, stage: stage, contact: contact, account: account}
stages: [New]
null_words: {account: ["-", "אין"]}
"""
    rows = loaded(write, text, plan).tables["deals"].to_pylist()
    assert [(row["contact"], row["account"]) for row in rows] == [("Null", "NA"), ("None", None), ("אין", None)]


def test_failed_formulas_are_no_value(write):
    text = "id,stage,amount,entered,name\n1,New,#N/A,#REF!,#VALUE!\n"
    plan = "kind: deals\ncolumns: {id: id, stage: stage, amount: amount, entered: entered, name: name}\nstages: [New]\n"
    row = loaded(write, text, plan).tables["deals"].to_pylist()[0]
    assert (row["amount"], row["name"]) == (None, None)


def test_ids_stay_text_and_shortened_ones_are_refused(write):
    plan = "kind: deals\ncolumns: {id: id, stage: stage}\nstages: [New]\n"
    batch = loaded(write, "id,stage\n00123,New\n1E5,New\n9007199254740993,New\n", plan)
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["00123", "1E5", "9007199254740993"]
    with pytest.raises(InputError) as caught:
        loaded(write, "id,stage\n1.23457E+11,New\n", plan)
    assert caught.value.message.key == "intake.ids_lost"


def test_a_stage_that_the_mapping_does_not_list_is_asked(write):
    text = "id,stage\n1,New\n2,Nwe\n3,new \n"
    plan = "kind: deals\ncolumns: {id: id, stage: stage}\nstages: [New]\n"
    with pytest.raises(OpenQuestion) as caught:
        loaded(write, text, plan)
    assert [q.id for q in caught.value.questions] == ["stage:Nwe"]
    found = understand(write("d.csv", text), mapping=Mapping.from_yaml(plan, name="m"), answers={"stage:Nwe": "lost"})
    assert [rule.name for rule in found.mapping.stages] == ["New", "Nwe"]
    assert found.questions == ()


def test_a_mapped_column_that_the_file_lacks(write):
    plan = "kind: deals\ncolumns: {id: id, stage: phase}\nstages: [New]\n"
    with pytest.raises(InputError) as caught:
        loaded(write, "id,stage\n1,New\n", plan)
    assert caught.value.message.key == "intake.column_absent"
    assert caught.value.message.values["column"] == "phase"


def test_a_column_named_twice_is_asked_never_taken(write):
    text = "id,stage,amount,Amount\n1,New,5,6\n"
    plan = "kind: deals\ncolumns: {id: id, stage: stage, amount: amount}\nstages: [New]\n"
    with pytest.raises(OpenQuestion) as caught:
        loaded(write, text, plan)
    assert set(caught.value.questions[0].options) == {"amount#1", "Amount#2"}
    batch = loaded(write, text, plan.replace("amount: amount", 'amount: "Amount#2"'))
    assert batch.tables["deals"]["amount"].to_pylist() == [6]


def test_columns_are_found_by_name_wherever_they_stand(write):
    turned = "\n".join(",".join(line.split(",")[::-1]) for line in DEALS.splitlines()) + "\n"
    one, other = loaded(write, DEALS, TWO_DATES), loaded(write, turned, TWO_DATES, name="turned.csv")
    assert moves(one) == moves(other)
    drop = ["file", "row"]
    assert one.tables["deals"].drop_columns(drop).equals(other.tables["deals"].drop_columns(drop))


def test_several_files_alike_are_one_table_with_an_account_each(write):
    first, second = write("a.csv", "id,stage\n1,New\n"), write("b.csv", "stage,id\nNew,2\nNew,\n")
    plan = Mapping.from_yaml("kind: deals\ncolumns: {id: id, stage: stage}\nstages: [New]\n", name="m")
    batch = load([first, second], plan)
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["1", "2"]
    assert [(f.name, f.rows_in, f.loaded, f.rejected) for f in batch.files] == [("a.csv", 1, 1, 0), ("b.csv", 2, 1, 1)]
    assert batch.files[1].rejects["row"].to_pylist() == [3]
    with pytest.raises(InputError) as caught:
        load([first, write("c.csv", "id,phase\n1,New\n")], plan)
    assert caught.value.message.key == "intake.files_differ"


def test_currency_by_column_sign_and_word(write):
    text = "id,stage,amount,currency\n1,New,5,₪\n2,New,6,usd\n3,New,7,\n"
    plan = """
kind: deals
columns: {id: id, stage: stage, amount: amount, currency: currency}
stages: [New]
currency: EUR
tax: net
"""
    rows = loaded(write, text, plan).tables["deals"].to_pylist()
    assert [(row["currency"], row["tax"]) for row in rows] == [("ILS", "net"), ("USD", "net"), ("EUR", "net")]


@pytest.mark.parametrize("kind", [Kind.ACCOUNTS, Kind.EVENTS])
def test_a_kind_against_the_mappings_word(write, kind):
    with pytest.raises(InputError) as caught:
        understand(write("d.csv", DEALS), mapping=Mapping.from_yaml(TWO_DATES, name="m"), kind=kind)
    assert caught.value.message.key == "intake.kind_differs"


def test_a_date_a_stage_with_an_end_before_a_stage_stays_ended(write):
    text = (
        "id,New,Quote,Won,Lost\n"
        "1,2024-01-01,2024-01-03,2024-01-10,\n"
        "2,2024-01-02,2024-01-05,2024-01-04,\n"
        "3,2024-01-05,2024-01-06,2024-01-02,\n"
        "4,2024-01-05,,2024-01-09,2024-01-07\n"
    )
    batch = loaded(write, text)
    assert {deal: told[-1][0] for deal, told in moves(batch).items()} == dict.fromkeys("1234", "Won")
    assert moves(batch)["3"] == [("New", at("2024-01-05")), ("Quote", at("2024-01-06")), ("Won", at("2024-01-02"))]
    assert moves(batch)["4"] == [("New", at("2024-01-05")), ("Lost", at("2024-01-07")), ("Won", at("2024-01-09"))]
    assert batch.files[0].flags == {"negative_duration": 2}


def test_a_date_a_stage_where_the_stage_says_that_the_deal_was_opened_again(write):
    text = (
        "id,stage,New,Quote,Lost\n1,Quote,2024-01-01,2024-01-20,2024-01-10\n2,Lost,2024-01-01,2024-01-05,2024-01-10\n"
    )
    batch = loaded(write, text)
    assert [stage for stage, _ in moves(batch)["1"]] == ["New", "Lost", "Quote"]
    assert [stage for stage, _ in moves(batch)["2"]] == ["New", "Quote", "Lost"]
