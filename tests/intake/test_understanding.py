"""What is understood without a mapping: proposals with evidence, and questions only where the data do not decide."""

import datetime as dt
import re
from pathlib import Path

import openpyxl
import pytest

import yaad.intake
from yaad.errors import InputError, OpenQuestion
from yaad.intake import Kind, Mapping, Shape, load, understand
from yaad.text import LANGUAGES, Message, has_key, keys, render

ENGLISH = """Opportunity ID,Sales Rep,Stage,Amount,Engage Date,Close Date
1,Dana,Won,"1,200",2024-01-15,2024-02-01
2,Eli,Lost,300,2024-01-16,2024-02-02
3,Dana,Prospecting,,,
4,Dana,Engaging,,2024-01-20,
"""
HEBREW = """מס' הזדמנות,איש מכירות,שלב,"סכום (ש""ח)",תאריך פנייה,תאריך סגירה
1,דנה,נסגר בהצלחה,"1,200 ₪",15/01/2024,01/02/2024
2,אלי,לא נסגר,300 ₪,16/01/2024,02/02/2024
3,דנה,איתור,,,
4,דנה,בטיפול,,20/01/2024,
"""
TRANSLATED = {
    "Won": "נסגר בהצלחה",
    "Lost": "לא נסגר",
    "Prospecting": "איתור",
    "Engaging": "בטיפול",
    "Dana": "דנה",
    "Eli": "אלי",
}


def test_an_obvious_english_file_needs_no_question(write):
    found = understand(write("deals.csv", ENGLISH))
    assert found.questions == ()
    mapping = found.mapping
    assert (mapping.kind, mapping.shape, mapping.entered_opens) == (Kind.DEALS, Shape.TWO_DATES, "Engaging")
    assert [rule.name for rule in mapping.stages] == ["Prospecting", "Engaging", "Won", "Lost"]
    assert mapping.columns["owner"] == "Sales Rep"
    assert mapping.dates == {"*": "iso"}
    file = found.files[0]
    assert (file.encoding, file.delimiter, file.header_row, file.rows_in) == ("utf-8", ",", 1, 4)
    column = next(column for column in file.columns if column.field == "entered")
    assert (column.header, column.example) == ("Engage Date", "2024-01-15")
    assert column.how is not None
    assert file.preview[0][:3] == ("1", "Dana", "Won")


@pytest.mark.parametrize("written", ["windows-1255", "utf-8", "utf-16", "xlsx"])
def test_a_hebrew_file_gives_the_same_tables(write, tmp_path, written):
    path = tmp_path / "deals.xlsx"
    if written == "xlsx":
        book = openpyxl.Workbook()
        for line in HEBREW.replace('"1,200 ₪"', "1200 ₪").replace('"סכום (ש""ח)"', 'סכום (ש"ח)').splitlines():
            book.active.append(line.split(","))
        book.save(path)
    else:
        path = write("deals.csv", HEBREW, written)
    found = understand(path)
    assert found.questions == ()
    assert found.mapping.currency == {"*": "ILS"}
    one, other = load(path, found.mapping), load(write("e.csv", ENGLISH), understand(write("e.csv", ENGLISH)).mapping)
    english = [TRANSLATED[row["to_stage"]] for row in other.tables["moves"].to_pylist()]
    drop = ["to_stage"]
    assert one.tables["moves"].drop_columns(drop).equals(other.tables["moves"].drop_columns(drop))
    assert one.tables["moves"]["to_stage"].to_pylist() == english
    assert one.tables["deals"]["amount"].to_pylist() == other.tables["deals"]["amount"].to_pylist()
    assert one.last_day == other.last_day == dt.date(2024, 2, 2)


def test_ambiguous_dates_are_asked_once_answered_and_kept(write):
    text = (
        ENGLISH.replace("2024-01-15", "03/04/2024")
        .replace("2024-01-16", "05/04/2024")
        .replace("2024-01-20", "06/04/2024")
    )
    text = re.sub(r"2024-02-0(\d)", r"0\1/05/2024", text)
    path = write("deals.csv", text)
    found = understand(path)
    assert {q.id for q in found.questions} == {"dates:Engage Date", "dates:Close Date"}
    assert found.questions[0].map_line == 'dates: {"Engage Date": day_first}'
    with pytest.raises(OpenQuestion):
        load(path, found.mapping)
    told = understand(path, answers={"dates:Engage Date": "day_first", "dates:Close Date": "day_first"})
    assert told.questions == ()
    assert told.mapping.dates == {"*": "day_first"}
    assert load(path, told.mapping).tables["moves"]["day"].to_pylist()[0] == dt.date(2024, 4, 3)


def test_a_column_in_doubt_is_read_as_its_siblings(write):
    text = (
        ENGLISH.replace("2024-01-15", "25/01/2024")
        .replace("2024-01-16", "26/01/2024")
        .replace("2024-01-20", "27/01/2024")
    )
    text = re.sub(r"2024-02-0(\d)", r"0\1/05/2024", text)
    found = understand(write("deals.csv", text))
    assert found.questions == ()
    closed = next(column for column in found.files[0].columns if column.field == "closed")
    assert closed.how is not None
    assert closed.how.key == "intake.how_dates_siblings"


def test_ambiguous_numbers_are_asked(write):
    text = ENGLISH.replace("300", '"2,500"')
    path = write("deals.csv", text)
    found = understand(path)
    assert [q.id for q in found.questions] == ["decimal:Amount"]
    told = understand(path, answers={"decimal:Amount": "point"})
    assert told.questions == ()
    assert [float(v) for v in load(path, told.mapping).tables["deals"]["amount"].to_pylist()[:2]] == [1200, 2500]


def test_a_stage_that_means_several_things_is_asked(write):
    path = write("deals.csv", HEBREW.replace("נסגר בהצלחה", "נסגר"))
    found = understand(path)
    assert [q.id for q in found.questions] == ["stage:נסגר"]
    assert found.questions[0].evidence[0].values == {"n": 1, "closed": 1, "entered": 1}
    assert understand(path, answers={"stage:נסגר": "won"}).questions == ()


def test_a_file_whose_columns_say_nothing_is_asked_what_it_is(write):
    path = write("x.csv", "a,b\n1,x\n2,y\n")
    found = understand(path)
    assert [q.id for q in found.questions] == ["kind"]
    again = understand(path, answers={"kind": "deals"})
    assert {q.id for q in again.questions} == {"column:id", "column:stage"}
    told = understand(
        path, answers={"kind": "deals", "column:id": "a", "column:stage": "b", "stage:x": "won", "stage:y": "open"}
    )
    assert told.questions == ()
    assert told.mapping.columns == {"id": "a", "stage": "b"}


def test_answers_on_reading_are_kept_for_the_file(write):
    path = write("deals.csv", HEBREW.replace(" ₪", ""), "cp862")
    found = understand(path)
    assert [q.id for q in found.questions] == ["encoding:deals.csv"]
    assert found.files == ()
    told = understand(path, answers={"encoding:deals.csv": "cp862"})
    assert told.questions == ()
    assert told.mapping.encoding == {"deals.csv": "cp862"}
    assert load(path, told.mapping).tables["deals"].num_rows == 4


def test_currency_and_vat_block_nothing(write):
    found = understand(write("deals.csv", ENGLISH))
    assert any(note.key == "intake.note_currency_unknown" for note in found.notes)
    net = understand(write("deals.csv", HEBREW.replace('"סכום (ש""ח)"', "סכום לפני מעמ")))
    assert (net.mapping.tax, net.mapping.currency) == ({"*": "net"}, {"*": "ILS"})


def test_the_proposed_mapping_is_a_file_that_gives_the_same_batch(write):
    path = write("deals.csv", HEBREW)
    found = understand(path)
    kept = Mapping.from_yaml(found.mapping.to_yaml(), name="kept.yaml")
    one, other = load(path, found.mapping), load(path, kept)
    assert one.tables == other.tables
    assert kept == found.mapping


def test_what_was_understood_spares_reading_again(write, monkeypatch):
    path = write("deals.csv", HEBREW)
    found = understand(path)
    again = load(path, found.mapping)
    monkeypatch.setattr("yaad.intake.study.read", None)
    batch = load(path, found.mapping, understood=found)
    assert (batch.tables, batch.last_day) == (again.tables, again.last_day)


def test_header_only_is_accepted_with_no_rows(write):
    batch = load(
        write("deals.csv", "id,stage,amount\n"),
        Mapping.from_yaml("kind: deals\ncolumns: {id: id, stage: stage}\nstages: [New]", name="m"),
    )
    assert (batch.files[0].rows_in, batch.tables["deals"].num_rows, batch.tables["moves"].num_rows) == (0, 0, 0)


@pytest.mark.parametrize("where", ["absent", "folder", "empty", "nothing"])
def test_bad_paths_give_a_clear_message_in_both_languages(write, tmp_path, where):
    path = {"absent": tmp_path / "אין.csv", "folder": tmp_path, "empty": write("e.csv", b"")}.get(where)
    with pytest.raises(InputError) as caught:
        understand(path if path is not None else [])
    for lang in LANGUAGES:
        assert "intake." not in caught.value.say(lang)
        assert "errors." not in caught.value.say(lang)


def test_a_folder_named_in_hebrew(tmp_path):
    folder = tmp_path / "קבצים [חדשים] #1"
    folder.mkdir()
    path = folder / "עסקאות.csv"
    path.write_text(ENGLISH, encoding="utf-8")
    assert load(str(path), understand(path).mapping).files[0].name == "עסקאות.csv"


def test_every_key_in_the_code_has_words_in_both_languages():
    source = "".join(path.read_text(encoding="utf-8") for path in Path(yaad.intake.__file__).parent.rglob("*.py"))
    used = set(re.findall(r'"(intake\.[a-z0-9_]+)"', source))
    used |= {f"intake.{name}" for name in re.findall(r'_refuse\("([a-z_]+)"', source)}
    used |= {f"intake.{name}" for name in re.findall(r'(?:Refused\(|"refused": )"([a-z_]+)"', source)}
    used |= {
        f"intake.skipped_{name}" for name in re.findall(r'(?:skip\([^"]*|skipped_by\[|skipped\[)"([a-z_]+)"', source)
    }
    used |= {f"intake.flag_{name}" for name in re.findall(r'(?:flag\(|count\(|flags\[)"([a-z_]+)"', source)}
    used |= {f"intake.kind_{kind.value}" for kind in Kind}
    for lang in LANGUAGES:
        assert [key for key in sorted(used) if not has_key(key, lang)] == []
    assert keys("he", "intake") == keys("en", "intake")


def test_plurals_are_said_in_both_languages():
    for n in (1, 2, 5):
        message = Message("intake.skipped_blank", {"n": n})
        assert render(message, "en") == ("1 blank row" if n == 1 else f"{n} blank rows")
        assert render(message, "he") == {1: "שורה ריקה אחת", 2: "שתי שורות ריקות", 5: "5 שורות ריקות"}[n]


def test_questions_say_evidence_options_and_the_map_line(write):
    with pytest.raises(OpenQuestion) as caught:
        load(write("deals.csv", HEBREW.replace("נסגר בהצלחה", "נסגר")), Mapping())
    for lang in LANGUAGES:
        said = caught.value.say(lang)
        assert "intake." not in said
        assert "stages: [איתור, בטיפול, {name: נסגר, type: won}, {name: לא נסגר, type: lost}]" in said


LEADS = "id,סטטוס\n1,חדש\n2,פגישה\n3,הצעת מחיר\n4,נסגר\n5,לא רלוונטי\n"


def test_the_map_line_of_stages_is_whole_and_works_as_it_is(write):
    path = write("leads.csv", LEADS)
    lines = {q.map_line for q in understand(path).questions}
    line = "stages: [חדש, פגישה, הצעת מחיר, {name: נסגר, type: won}, {name: לא רלוונטי, type: lost}]"
    assert lines == {line}
    mapping = Mapping.from_yaml(line, name="m")
    found = understand(path, mapping=mapping)
    assert found.questions == ()
    assert (found.mapping.kind, found.mapping.columns) == (Kind.DEALS, {"id": "id", "stage": "סטטוס"})
    assert load(path, mapping).tables == load(path, found.mapping).tables


def test_the_map_line_of_stages_that_a_mapping_lacks_keeps_the_others(write):
    path = write("leads.csv", LEADS)
    mapping = Mapping.from_yaml("stages: [חדש, הצעת מחיר, {name: נסגר, type: won}]", name="m")
    questions = understand(path, mapping=mapping).questions
    assert [q.id for q in questions] == ["stage:פגישה", "stage:לא רלוונטי"]
    lines = {q.map_line for q in questions}
    assert len(lines) == 1
    assert understand(path, mapping=Mapping.from_yaml(lines.pop(), name="m")).questions == ()


def test_a_mapping_of_dates_alone_leaves_the_rest_to_the_data(write):
    path = write("leads.csv", LEADS)
    found = understand(path, mapping=Mapping.from_yaml("dates: day_first", name="m"))
    plain = understand(path)
    assert found.questions == plain.questions
    assert (found.mapping.columns, found.mapping.stages) == (plain.mapping.columns, plain.mapping.stages)


def test_the_question_on_order_has_the_ended_stages_in_its_line(write):
    text = "id,stage,close date\n1,Won,2024-01-02\n2,Zig,\n3,New,\n"
    (question,) = understand(write("deals.csv", text)).questions
    assert (question.id, question.map_line) == ("order", "stages: [New, Zig, {name: Won, type: won}]")


ZONED = "id,stage,created,closed,amount\n"


@pytest.mark.parametrize(
    ("rows", "zone"),
    [
        ("1,חדש,28/03/2025 02:30,,5\n2,נמכר,26/10/2025 01:30,27/10/2025 10:00,5\n", "Asia/Jerusalem"),
        ("1,New,28/03/2025 02:30,,₪500\n2,Won,26/10/2025 01:30,27/10/2025 10:00,₪700\n", "Asia/Jerusalem"),
        ('1,New,28/03/2025 02:30,,500 ש"ח\n2,Won,26/10/2025 01:30,27/10/2025 10:00,700 ש"ח\n', "Asia/Jerusalem"),
        ("1,New,28/03/2025 02:30,,$500\n2,Won,26/10/2025 01:30,27/10/2025 10:00,$700\n", "UTC"),
        ("1,New,28/03/2025 02:30,,$5\n2,Won,26/10/2025 01:30,27/10/2025 10:00,$7\n3,חדש,28/03/2025,,$6\n", "UTC"),
    ],
)
def test_the_zone_of_a_first_file_is_told_by_its_values_too(write, rows, zone):
    found = understand(write("d.csv", ZONED + rows))
    assert found.mapping.zone == zone
    assert {"zone": zone} in [note.values for note in found.notes if note.key == "intake.note_zone"]


def test_the_zone_of_the_book_stands_above_the_values_of_a_file(write):
    path = write("d.csv", ZONED + "1,חדש,28/03/2025 02:30,,5\n")
    assert understand(path, mapping=Mapping(usual_zone="Europe/London")).mapping.zone == "Europe/London"
