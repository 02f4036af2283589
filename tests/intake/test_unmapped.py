"""Columns whose headers say nothing to us: dates and amounts are asked about, wide tables are recognised."""

import datetime as dt

import pytest

from yaad.intake import Mapping, Shape, load, understand
from yaad.text import render

GERMAN = """Vorgang;Erstellt;Geschlossen;Betrag;Status
A1;15.01.2024;01.02.2024;1.200,50;Won
A2;16.01.2024;02.02.2024;300,00;Lost
A3;20.01.2024;;80,25;New
"""
ODD = GERMAN.replace("Erstellt", "Xa").replace("Geschlossen", "Xb").replace("Betrag", "Xc")


def test_a_german_file_is_read_with_its_dates_and_amounts(write):
    path = write("deals.csv", GERMAN)
    found = understand(path)
    assert found.questions == ()
    batch = load(path, found.mapping)
    assert [str(v) for v in batch.tables["deals"]["amount"].to_pylist()] == ["1200.5000", "300.0000", "80.2500"]
    assert batch.last_day == dt.date(2024, 2, 2)


def test_dates_and_amounts_under_unknown_headers_are_asked(write):
    path = write("deals.csv", ODD)
    found = understand(path)
    asked = {q.id: q for q in found.questions}
    assert set(asked) == {"column:entered", "column:closed", "column:amount"}
    assert list(asked["column:entered"].options) == ["Xa", "Xb", "none"]
    assert list(asked["column:amount"].options) == ["Xc", "none"]
    assert "Xa" in render(asked["column:entered"].options["Xa"], "he")
    told = understand(path, answers={"column:entered": "Xa", "column:closed": "Xb", "column:amount": "Xc"})
    assert told.questions == ()
    same = load(path, Mapping.from_yaml(told.mapping.to_yaml(), name="m"))
    other = load(write("g.csv", GERMAN), understand(write("g.csv", GERMAN)).mapping)
    assert same.tables["moves"]["day"] == other.tables["moves"]["day"]
    assert same.tables["deals"]["amount"] == other.tables["deals"]["amount"]


def test_the_map_line_of_columns_is_whole(write):
    path = write("deals.csv", ODD)
    lines = {q.map_line for q in understand(path).questions}
    assert len(lines) == 1
    found = understand(path, mapping=Mapping.from_yaml(lines.pop(), name="m"))
    assert found.questions == ()
    assert found.mapping.columns == {
        "id": "Vorgang",
        "stage": "Status",
        "entered": "Xa",
        "closed": "Xb",
        "amount": "Xc",
    }


def test_none_keeps_the_columns_as_they_are(write):
    path = write("deals.csv", ODD)
    found = understand(path, answers={f"column:{name}": "none" for name in ("entered", "closed", "amount")})
    assert found.questions == ()
    assert found.mapping.columns == {"id": "Vorgang", "stage": "Status"}
    assert load(path, found.mapping).tables["deals"].num_rows == 3


def test_a_mapping_of_columns_is_final(write):
    mapping = Mapping.from_yaml("columns: {id: Vorgang, stage: Status}", name="m")
    assert understand(write("deals.csv", ODD), mapping=mapping).questions == ()


@pytest.mark.parametrize("values", ["050-1234567", "yes", "word", ""])
def test_other_columns_are_no_amounts(write, values):
    text = "id,stage,created,x\n" + "".join(f"{i},New,2024-01-0{i},{values}\n" for i in range(1, 5))
    assert understand(write("deals.csv", text)).questions == ()


@pytest.mark.parametrize("header", ["deal", "Deal", "עסקה"])
def test_a_column_called_deal_is_the_id_where_nothing_else_is(write, header):
    found = understand(write("deals.csv", f"{header},stage\nA,New\nB,Won\n"))
    assert found.questions == ()
    assert found.mapping.columns == {"id": header, "stage": "stage"}


@pytest.mark.parametrize("text", ["id,Deal,stage\n1,A,New\n2,B,Won\n", "Deal ID,Deal,stage\n1,A,New\n2,A,Won\n"])
def test_it_is_the_name_beside_an_id(write, text):
    assert understand(write("deals.csv", text)).mapping.columns["name"] == "Deal"


def test_a_question_on_the_id_offers_all_columns_by_name_and_value(write):
    path = write("deals.csv", "Deal,stage,owner\n,New,Dana\nA,Won,Dana\nA,Won,Eli\n")
    (question,) = understand(path).questions
    assert question.id == "column:id"
    assert set(question.options) == {"Deal", "stage", "owner"}
    for lang in ("he", "en"):
        said = render(question.options["Deal"], lang)
        assert "Deal" in said
        assert "A" in said.replace("Deal", "")
    assert understand(path, answers={"column:id": "Deal"}).mapping.columns["id"] == "Deal"


WIDE = """ID,Owner,New,Meeting,Quote,Won,Lost
1,Dana,2024-01-01,2024-01-05,2024-01-09,2024-01-20,
2,Eli,2024-01-02,2024-01-06,,,2024-01-30
3,Dana,2024-01-03,,,,
"""
TOLD = [
    ("1", "New"),
    ("1", "Meeting"),
    ("1", "Quote"),
    ("1", "Won"),
    ("2", "New"),
    ("2", "Meeting"),
    ("2", "Lost"),
    ("3", "New"),
]


def moves(batch):
    rows = sorted(batch.tables["moves"].to_pylist(), key=lambda row: (row["deal_id"], row["sort_at"], row["seq"]))
    assert all(row["day"] for row in rows)
    return [(row["deal_id"], row["to_stage"]) for row in rows]


def test_a_date_a_stage_is_recognised_by_the_names_of_the_columns(write):
    path = write("deals.csv", WIDE)
    found = understand(path)
    assert found.questions == ()
    assert found.mapping.shape is Shape.WIDE
    assert [(r.name, r.type.value, r.entered) for r in found.mapping.stages] == [
        (name, kind, name)
        for name, kind in (("New", "open"), ("Meeting", "open"), ("Quote", "open"), ("Won", "won"), ("Lost", "lost"))
    ]
    assert moves(load(path, found.mapping)) == TOLD
    kept = Mapping.from_yaml(found.mapping.to_yaml(), name="m")
    assert moves(load(path, kept)) == TOLD


@pytest.mark.parametrize("ending", [" date", "_Date", ""])
def test_words_of_dates_beside_a_stage_do_not_matter(write, ending):
    text = WIDE.replace("New,Meeting,Quote", f"New{ending},Meeting{ending},Quote{ending}").replace(
        "Won,Lost", "Won date,Lost date"
    )
    path = write("deals.csv", text)
    found = understand(path)
    assert (found.questions, found.mapping.shape) == ((), Shape.WIDE)
    assert moves(load(path, found.mapping)) == TOLD


def test_unknown_columns_of_dates_are_one_question_whose_answer_works(write):
    text = WIDE.replace("New,Meeting,Quote,Won,Lost", "Ein,Zwei,Drei,Vier,Fünf")
    path = write("deals.csv", text)
    (question,) = understand(path, answers={"kind": "deals"}).questions
    assert question.id == "stages"
    answers = {"kind": "deals", "stages": "Ein, Zwei, Drei, Vier=won, Fünf=lost"}
    found = understand(path, answers=answers)
    assert (found.questions, found.mapping.shape) == ((), Shape.WIDE)
    names = dict(zip(("Ein", "Zwei", "Drei", "Vier", "Fünf"), ("New", "Meeting", "Quote", "Won", "Lost"), strict=True))
    assert [(deal, names[stage]) for deal, stage in moves(load(path, found.mapping))] == TOLD
    by_line = understand(path, mapping=Mapping.from_yaml(question.map_line, name="m"))
    assert (by_line.questions, by_line.mapping.shape) == ((), Shape.WIDE)


def test_stages_dates_beside_a_column_of_stages(write):
    text = "id,stage,New,Meeting\n1,Meeting,2024-01-01,2024-01-02\n2,New,2024-01-03,\n3,Won,2024-01-04,2024-01-05\n"
    path = write("deals.csv", text)
    found = understand(path)
    assert (found.questions, found.mapping.shape) == ((), Shape.WIDE)
    assert [r.name for r in found.mapping.stages] == ["New", "Meeting", "Won"]


def test_one_unknown_column_among_stages_dates_is_asked_with_them(write):
    path = write("deals.csv", WIDE.replace("Meeting", "Besuch"))
    (question,) = understand(path).questions
    assert question.id == "stages"
    found = understand(path, mapping=Mapping.from_yaml(question.map_line, name="m"))
    assert (found.questions, [r.name for r in found.mapping.stages][:3]) == ((), ["New", "Besuch", "Quote"])
    told = understand(path, answers={"stages": "New, Besuch, Quote, Won=won, Lost=lost"})
    assert (told.questions, told.mapping.stages) == ((), found.mapping.stages)
    without = understand(path, answers={"stages": "none"})
    assert (without.questions, [r.name for r in without.mapping.stages][:2]) == ((), ["New", "Quote"])


def test_the_map_line_names_no_column_twice(write):
    (question,) = understand(write("deals.csv", "deal,stage\nA,New\nA,Won\n")).questions
    assert question.map_line == "columns: {stage: stage, id: deal}"


ENDED = """מס' ליד\tנציג\tתאריך פתיחה{more}\tתאריך סגירה\tתאריך אי-סגירה\tסכום
1\tדנה\t1-מאי-26{dates}\t25-מאי-26\t\t8,250 ₪
2\tדנה\t12-פבר-26{dates}\t\t15-מאי-26\t49,000 ₪
3\tנועה\t13-אפר-26{dates}\t20-מאי-26\t\t12,000 ₪
4\tנועה\t14-אפר-26{dates}\t\t\t9,000 ₪
"""


@pytest.mark.parametrize(
    ("more", "dates"), [("", ""), ("\tתאריך פגישה\tתאריך הצעה", "\t15-מאי-26\t16-מאי-26")], ids=["two dates", "wide"]
)
def test_days_of_closing_beside_days_of_losing_are_asked_for_wins(write, more, dates):
    path = write("leads.tsv", ENDED.format(more=more, dates=dates))
    (question,) = understand(path).questions
    assert (question.id, list(question.options)) == ("column:won", ["תאריך סגירה", "none"])
    assert question.evidence[0].values["n"] == 2
    for lang in ("he", "en"):
        assert "תאריך סגירה" in render(question.text, lang)
    ends = {}
    for answer in question.options:
        told = understand(path, answers={"column:won": answer})
        assert told.questions == ()
        kept = Mapping.from_yaml(told.mapping.to_yaml(), name="kept")
        assert understand(path, mapping=kept).questions == ()
        rows = sorted(load(path, kept).tables["moves"].to_pylist(), key=lambda row: (row["sort_at"], row["seq"]))
        last = {row["deal_id"]: row["to_stage"] for row in rows}
        ends[answer] = {deal: kept.stage(stage).type.value for deal, stage in last.items()}
    assert ends["תאריך סגירה"] == {"1": "won", "2": "lost", "3": "won", "4": "open"}
    assert ends["none"] == {"1": "open", "2": "lost", "3": "open", "4": "open"}


def test_days_of_closing_that_losses_have_too_ask_nothing(write):
    both = ENDED.format(more="", dates="").replace("\t\t15-מאי-26", "\t15-מאי-26\t15-מאי-26")
    assert understand(write("leads.tsv", both)).questions == ()


def test_deals_that_never_came_to_the_first_dated_stage_stand_before_it(write):
    header = "מס' ליד\tתאריך פתיחה\tתאריך פגישה\tתאריך הצעה\tתאריך זכייה\tתאריך הפסד"
    rows = [
        "1\t1/3/2026\t20/3/2026\t25/3/2026\t30/3/2026\t",
        "2\t2/3/2026\t21/3/2026\t\t\t28/3/2026",
        "3\t3/3/2026\t\t\t\t29/3/2026",
        "4\t4/3/2026\t\t\t\t",
    ]
    path = write("leads.tsv", "\n".join([header, *rows, ""]))
    found = understand(path)
    assert found.questions == ()
    assert [stage.name for stage in found.mapping.stages] == ["פנייה", "פגישה", "הצעה", "נסגר בהצלחה", "לא נסגר"]
    kept = Mapping.from_yaml(found.mapping.to_yaml(), name="kept")
    came = {}
    for row in load(path, kept).tables["moves"].to_pylist():
        came.setdefault(row["to_stage"], set()).add(row["deal_id"])
    assert (came["פנייה"], came["פגישה"], came["הצעה"]) == ({"1", "2", "3", "4"}, {"1", "2"}, {"1"})
    dated = write("dated.tsv", "\n".join([header, *rows[:2], ""]))
    assert understand(dated).mapping.stages[0].name == "פגישה", "all of them got there"
