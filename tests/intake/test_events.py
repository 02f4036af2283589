"""Files with one row a move: event logs, field histories, and what in them is no stage."""

import datetime as dt

import pytest
from tests.intake.moves import at, moves

from yaad.errors import InputError, OpenQuestion
from yaad.intake import Kind, Mapping, load, understand
from yaad.model import StageType

LOG = """case,event,when,who,amount,region
1,New,2024-01-01 10:00:00,Dana,100,north
1,W_call,2024-01-01 11:00:00,Dana,100,north
1,Quote,2024-01-02 10:00:00,Eli,120,north
2,New,2024-01-01 09:00:00,Eli,,south
2,Quote,2024-01-01 09:00:00,Eli,,south
1,W_call,2024-01-01 11:00:00,Dana,100,north
1,Won,2024-01-05 10:00:00,Eli,150,north
2,note,2024-01-03 10:00:00,Eli,,south
1,Quote,2024-01-02 10:00:00,Eli,,north
"""
PLAN = """
kind: events
shape: events
columns: {id: case, stage: event, at: when, by: who, amount: amount}
stages: [New, Quote, {name: Won, type: won}]
activities: "W_*"
ignore: rest
zone: UTC
"""


def loaded(write, text, plan, name="log.csv"):
    return load(write(name, text), Mapping.from_yaml(plan, name="map.yaml"))


def test_stages_become_moves_and_equal_times_keep_the_order_of_the_file(write):
    batch = loaded(write, LOG, PLAN)
    assert moves(batch) == {
        "1": [
            ("New", at("2024-01-01 10:00")), ("Quote", at("2024-01-02 10:00")), ("Quote", at("2024-01-02 10:00")),
            ("Won", at("2024-01-05 10:00")),
        ],
        "2": [("New", at("2024-01-01 09:00")), ("Quote", at("2024-01-01 09:00"))],
    }  # fmt: skip
    first = batch.tables["moves"].to_pylist()[0]
    assert (first["by"], first["amount"], first["whole_day"], first["day"]) == ("Dana", 100, False, dt.date(2024, 1, 1))


def test_other_events_are_activities_or_left_out_and_all_are_counted(write):
    batch = loaded(write, LOG, PLAN)
    report = batch.files[0]
    assert (report.rows_in, report.loaded, report.skipped_by, report.rejected) == (9, 8, {"ignored": 1}, 0)
    activities = batch.tables["activities"].to_pylist()
    assert [(row["deal_id"], row["kind"], row["by"]) for row in activities] == [("1", "W_call", "Dana")] * 2
    assert len({row["activity_id"] for row in activities}) == 2
    again = loaded(write, LOG, PLAN).tables["activities"]
    assert again["activity_id"].to_pylist() == [row["activity_id"] for row in activities]
    assert activities[0]["custom"] == [("region", "north")]


def test_what_no_one_names_is_an_activity(write):
    batch = loaded(write, LOG, PLAN.replace('activities: "W_*"\nignore: rest\n', ""))
    assert batch.files[0].loaded == 9
    assert batch.tables["activities"]["kind"].to_pylist() == ["W_call", "W_call", "note"]


def test_deals_of_a_log_have_the_last_amount_and_what_never_changes(write):
    rows = {row["deal_id"]: row for row in loaded(write, LOG, PLAN).tables["deals"].to_pylist()}
    assert (rows["1"]["amount"], rows["2"]["amount"]) == (150, None)
    assert rows["1"]["custom"] == [("region", "north")]
    assert (rows["1"]["row"], rows["2"]["row"]) == (2, 5)


def test_activities_count_as_what_happened_last(write):
    text = "case,event,when\n1,New,2024-01-01 10:00:00\n1,W_call,2024-02-01 10:00:00\n1,odd,2024-03-01 10:00:00\n"
    plan = PLAN.replace(", by: who, amount: amount", "")
    assert loaded(write, text, plan).last_event == at("2024-02-01 10:00")


def test_shuffled_rows_give_the_same_moves(write):
    lines = LOG.replace(
        "2024-01-01 09:00:00,Eli,,south\n2,Quote,2024-01-01 09", "2024-01-01 09:00:00,Eli,,south\n2,Quote,2024-01-01 12"
    ).splitlines()
    turned = "\n".join([lines[0], *lines[:0:-1]]) + "\n"
    one = loaded(write, "\n".join(lines) + "\n", PLAN)
    assert moves(one) == moves(loaded(write, turned, PLAN, name="turned.csv"))


def test_from_and_to_give_the_stage_before_the_first_event(write):
    text = """Opportunity ID,Field,Old Value,New Value,Created Date,Created By
1,StageName,New,Quote,2024-01-05 10:00:00,Dana
1,Amount,5,6,2024-01-06 10:00:00,Dana
1,StageName,Quote,Won,2024-01-09 10:00:00,Dana
2,StageName,,New,2024-01-02 10:00:00,Eli
"""
    plan = """
kind: stage_history
columns: {id: Opportunity ID, field: Field, from: Old Value, to: New Value, at: Created Date, by: Created By}
stages: [New, Quote, {name: Won, type: won}]
"""
    batch = loaded(write, text, plan)
    assert moves(batch) == {
        "1": [("New", None), ("Quote", at("2024-01-05 10:00")), ("Won", at("2024-01-09 10:00"))],
        "2": [("New", at("2024-01-02 10:00"))],
    }
    assert batch.files[0].skipped_by == {"other_field": 1}
    assert batch.tables["deals"].column_names == ["deal_id", "file", "row"]


def test_a_date_of_creation_dates_the_first_stage(write):
    text = "id,to,at,born\n1,Quote,2024-01-05 10:00,2024-01-01 08:00\n2,New,2024-01-05 10:00,2024-01-01 08:00\n"
    plan = "kind: stage_history\ncolumns: {id: id, to: to, at: at, created: born}\nstages: [New, Quote]\n"
    assert moves(loaded(write, text, plan)) == {
        "1": [("New", at("2024-01-01 08:00")), ("Quote", at("2024-01-05 10:00"))],
        "2": [("New", at("2024-01-05 10:00"))],
    }


def test_events_without_time_stage_or_id_are_rejected(write):
    text = "id,to,at\n1,New,\n,New,2024-01-01\n2,,2024-01-01\n3,New,soon\n4,New,2024-01-01\n"
    plan = "kind: events\ncolumns: {id: id, to: to, at: at}\nstages: [New]\n"
    report = loaded(write, text, plan).files[0]
    assert [(r["row"], r["reason"]) for r in report.rejects.to_pylist()] == [
        (2, "intake.rejected_no_time"), (3, "intake.rejected_no_id"), (4, "intake.rejected_no_stage"),
        (5, "intake.rejected_bad_date"),
    ]  # fmt: skip


def test_a_known_log_needs_no_question(write):
    text = (
        LOG.replace("W_call", "Meeting")
        .replace("note", "Lost")
        .replace("case,event,when,who", "Case ID,Activity,Timestamp,Resource")
    )
    found = understand(write("log.csv", text))
    assert found.questions == ()
    assert found.mapping.kind is Kind.EVENTS
    assert [rule.name for rule in found.mapping.stages] == ["New", "Meeting", "Quote", "Won", "Lost"]


def test_an_unknown_log_asks_once_for_its_stages(write):
    text = LOG.replace("New", "alpha").replace("Quote", "beta").replace("Won", "gamma")
    found = understand(
        write("log.csv", text),
        kind=Kind.EVENTS,
        mapping=Mapping.from_yaml("columns: {id: case, stage: event, at: when}", name="m"),
    )
    assert [q.id for q in found.questions] == ["stages"]
    told = understand(
        write("log.csv", text),
        kind=Kind.EVENTS,
        mapping=Mapping.from_yaml("columns: {id: case, stage: event, at: when}", name="m"),
        answers={"stages": "alpha, beta, gamma=won"},
    )
    assert told.questions == ()
    assert [(r.name, r.type.value) for r in told.mapping.stages] == [
        ("alpha", "open"),
        ("beta", "open"),
        ("gamma", "won"),
    ]
    assert len(load(write("log.csv", text), told.mapping).tables["activities"]) == 3


def test_single_unknown_events_can_be_activities(write):
    text = "Case ID,Activity,Timestamp\n1,New,2024-01-01\n1,Quote,2024-01-02\n1,xyz,2024-01-03\n1,Won,2024-01-04\n"
    found = understand(write("log.csv", text))
    assert [q.id for q in found.questions] == ["stage:xyz"]
    assert set(found.questions[0].options) == {kind.value for kind in StageType} | {"activity", "ignore"}
    for answer, count in (("activity", 4), ("ignore", 3)):
        told = understand(write("log.csv", text), answers={"stage:xyz": answer})
        assert told.questions == ()
        assert load(write("log.csv", text), told.mapping).files[0].loaded == count


LEADS = "mql_id,first_contact_date,origin\na,25-01-2024,x\nb,02-02-2024,y\nc,bad,z\nd,03-02-2024,y\n"
WINS = """mql_id,won_date,origin
a,26-02-2024 19:58,p
c,01-03-2024 10:00,q
z,01-03-2024 10:00,q
a,27-02-2024 10:00,q
d,31-02-2024,q
d,31-02-2024,q
"""
JOIN = """
files: {leads: "*leads*", wins: "*wins*"}
join: {left: leads, right: wins, key: mql_id, how: left}
kind: deals
shape: two_dates
zone: UTC
columns: {id: mql_id, source: origin, entered: first_contact_date, won: won_date}
entered_opens: Lead
stages: [{name: Lead}, {name: Won, type: won}]
dates: day_first
"""


def test_two_files_side_by_side_count_their_own_rows(write):
    leads, wins = write("leads.csv", LEADS), write("wins.csv", WINS)
    batch = load([wins, leads], Mapping.from_yaml(JOIN, name="m"))
    assert moves(batch) == {
        "a": [("Lead", at("2024-01-25")), ("Won", at("2024-02-26 19:58"))],
        "b": [("Lead", at("2024-02-02"))],
    }
    left, right = batch.files
    assert (left.name, left.rows_in, left.loaded, left.rejected) == ("leads.csv", 4, 2, 2)
    assert (right.name, right.rows_in, right.loaded, right.rejected) == ("wins.csv", 6, 1, 4)
    assert right.skipped_by == {"duplicate": 1}
    assert [(r["row"], r["reason"]) for r in right.rejects.to_pylist()] == [
        (3, "intake.rejected_joined_row"), (4, "intake.rejected_no_match"), (5, "intake.rejected_repeated_key"),
        (6, "intake.rejected_joined_row"),
    ]  # fmt: skip
    assert batch.tables["deals"].to_pylist()[0]["custom"] == [("wins.origin", "p")]


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (["leads.csv", "other.csv"], "file_unnamed"),
        (["leads.csv"], "file_missing"),
        (["leads.csv", "wins.csv", "wins2.csv"], "join_one_right"),
    ],
)
def test_files_that_do_not_fit_the_patterns_are_refused_before_anything(write, names, key):
    paths = [write(name, LEADS if "leads" in name else WINS) for name in names]
    with pytest.raises(InputError) as caught:
        load(paths, Mapping.from_yaml(JOIN, name="m"))
    assert caught.value.message.key == f"intake.{key}"


def test_a_join_without_its_key(write):
    paths = [write("leads.csv", LEADS), write("wins.csv", WINS.replace("mql_id", "lead"))]
    with pytest.raises(InputError) as caught:
        load(paths, Mapping.from_yaml(JOIN, name="m"))
    assert caught.value.message.key == "intake.column_absent"


def test_two_files_that_share_a_key_are_joined_without_a_mapping(write):
    wins = "mql_id,won_date\na,26-02-2024\nd,28-02-2024\n"
    leads = LEADS.replace("bad", "05-02-2024")
    found = understand([write("leads.csv", leads), write("wins.csv", wins)])
    assert found.questions == ()
    assert found.mapping.join is not None
    assert found.mapping.join.key == "mql_id"
    batch = load([write("leads.csv", leads), write("wins.csv", wins)], found.mapping)
    assert [report.loaded for report in batch.files] == [4, 2]
    assert [stage for stage, _ in moves(batch)["a"]] == ["Inquiry", "Won"]


def test_open_questions_end_a_load(write):
    with pytest.raises(OpenQuestion) as caught:
        loaded(
            write, "id,to,at\n1,New,03/04/2024\n", "kind: events\ncolumns: {id: id, to: to, at: at}\nstages: [New]\n"
        )
    assert caught.value.questions[0].id == "dates:at"


def test_how_many_records_of_the_second_file_were_found_is_counted(write):
    leads = "mql_id,first_contact\n" + "".join(f"L{n:03},{n % 28 + 1:02}-01-2024\n" for n in range(60))
    wins = "mql_id,won_date\n" + "".join(f"L{n:03},{n % 20 + 8:02}-02-2024\n" for n in range(30)) + "L999,09-02-2024\n"
    found = understand([write("leads.csv", leads), write("wins.csv", wins)])
    (note,) = [note for note in found.notes if note.key == "intake.how_join"]
    assert (note.values["found"], note.values["n"]) == (30, 31)


CHANGES = """תאריך ושעה\tמספר עסקה\tסטטוס קודם\tסטטוס חדש\tשינה\tסכום העסקה
3 בדצמבר 2025, 14:43\tOP/1\t\tפנייה חדשה\tדנה\t₪ 91,500
4 בדצמבר 2025, 18:07\tOP/2\t\tפנייה חדשה\tיוסי\t₪ 5,000
5 בדצמבר 2025, 4:00\tOP/1\tפנייה חדשה\tהצעת מחיר\tדנה\t₪ 90,000
7 בדצמבר 2025, 9:15\tOP/1\tהצעת מחיר\tנסגר - זכייה\tדנה\t₪ 88,000
"""


def test_a_log_of_changes_of_status_is_known_with_its_money_and_people(write):
    path = write("log.txt", CHANGES)
    found = understand(path)
    assert found.questions == ()
    assert (found.mapping.kind, found.mapping.columns) == (
        Kind.EVENTS,
        {
            "id": "מספר עסקה",
            "stage": "סטטוס חדש",
            "from": "סטטוס קודם",
            "at": "תאריך ושעה",
            "by": "שינה",
            "amount": "סכום העסקה",
        },
    )
    deals = {row["deal_id"]: row["amount"] for row in load(path, found.mapping).tables["deals"].to_pylist()}
    assert deals == {"OP/1": 88000, "OP/2": 5000}


@pytest.mark.parametrize(
    ("before", "after"),
    [("Old status", "New status"), ("Alter Status", "Neuer Status"), ("Ancien statut", "Nouveau statut")],
)
def test_columns_of_the_status_before_and_after_are_known_in_other_languages(write, before, after):
    rows = ["1,,New,2024-01-01", "1,New,Quote,2024-01-02", "1,Quote,Won,2024-01-05", "2,,New,2024-01-03"]
    path = write("log.csv", "\n".join([f"Deal ID,{before},{after},Date", *rows, ""]))
    found = understand(path)
    assert found.questions == ()
    assert {found.mapping.columns[name] for name in ("from", "stage")} == {before, after}
    assert found.mapping.columns["stage"] == after
