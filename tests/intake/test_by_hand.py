"""What people write into a cell by hand: amounts in words, dates without a year, several numbers, painted rows."""

from decimal import Decimal

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from yaad.errors import InputError
from yaad.intake import Kind, Mapping, load, understand
from yaad.intake.deciding.phones import fold_phone
from yaad.intake.deciding.words import stage_words
from yaad.intake.reading.colours import words_of

HEAD = "deal id,stage,amount,engage date\n"


@pytest.mark.parametrize(
    ("text", "amount", "tax"),
    [
        ("12,500 ש״ח + מע״מ", "12500", "net"),
        ('12,500.50 ש"ח לא כולל מע"מ', "12500.50", "net"),
        ('₪ 900 (כולל מע"מ)', "900", "gross"),
        ("1,250 incl. VAT", "1250", "gross"),
        ('15 אלף ש"ח', "15000", "unknown"),
        ("1.5K", "1500", "unknown"),
        ("כ-8,000", "8000", "unknown"),
        ("1.25 מיליון", "1250000", "unknown"),
    ],
)
def test_an_amount_in_words_is_exact(write, text, amount, tax):
    cell = text.replace('"', '""')
    path = write("d.csv", f'{HEAD}1,New,"{cell}",2025-01-13\n2,New,7.25,2025-01-13\n')
    deals = load(path, Mapping()).tables["deals"].to_pylist()
    assert [deal["amount"] for deal in deals] == [Decimal(amount), Decimal("7.25")]
    assert [deal["tax"] for deal in deals] == [tax, "unknown"]
    flags = load(path, Mapping()).files[0].flags
    assert flags.get("amount_about", 0) == text.startswith("כ-"), "what is no exact amount is said"


@pytest.mark.parametrize("text", ["לפי הצעה", "אלף", "מע״מ", "8 או 9", "12k5"])
def test_what_is_no_amount_is_rejected_and_never_guessed(write, text):
    batch = load(write("d.csv", f"{HEAD}1,New,{text},2025-01-13\n2,New,7.25,2025-01-13\n"), Mapping())
    assert batch.files[0].rejects["reason"].to_pylist() == ["intake.rejected_bad_number"]


def test_a_column_that_is_no_amount_after_all_is_kept_and_said(write):
    rows = "".join(f"{n},New,לפי הצעה,2025-01-13\n" for n in range(5)) + "9,New,100,2025-01-13\n"
    found = understand(write("d.csv", HEAD + rows))
    (note,) = [note for note in found.notes if note.key == "intake.note_let_go"]
    assert (note.values["column"], note.values["percent"]) == ("amount", "17%")
    assert "amount" not in found.mapping.columns


def test_a_year_that_is_not_written_is_asked_kept_and_never_guessed(write):
    text = f"{HEAD}1,New,1,3 באפריל\n2,New,1,03/05/2024\n3,New,1,25.12.24\n4,New,1,Apr 4\n"
    path = write("d.csv", text.replace("Apr 4", "4 Apr"))
    (question,) = understand(path).questions
    assert (question.id, list(question.options), question.text.values["n"]) == ("year:engage date", ["2024", "near"], 2)
    mapping = understand(path, answers={"year:engage date": "2023"}).mapping
    batch = load(path, Mapping.from_yaml(mapping.to_yaml(), name="m"))
    days = [str(day) for day in batch.tables["moves"]["day"].to_pylist()]
    assert days == ["2023-04-03", "2024-05-03", "2024-12-25", "2023-04-04"]
    with pytest.raises(InputError):
        Mapping.from_yaml("year: soon\n", name="m")
    with pytest.raises(InputError):
        understand(path, answers={"year:engage date": "soon"})


def test_a_sheet_that_runs_over_a_new_year_gives_each_date_the_year_of_its_neighbours(write):
    days = ["20/11/2024", "3 בדצמבר", "30 בדצמבר", "2 בינואר", "15/01/2025", "28 בינואר", "29 בפברואר", "1 במרץ"]
    path = write("d.csv", HEAD + "".join(f"{n},New,1,{day}\n" for n, day in enumerate(days)))
    (question,) = understand(path).questions
    assert list(question.options) == ["near", "2024", "2025"]
    batch = load(path, understand(path, answers={question.id: "near"}).mapping)
    told = [str(day) for day in batch.tables["moves"]["day"].to_pylist()]
    assert told[:6] == ["2024-11-20", "2024-12-03", "2024-12-30", "2025-01-02", "2025-01-15", "2025-01-28"]
    assert told[6:] == ["2024-02-29", "2024-03-01"], "a day that only a leap year has; those that follow follow it"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("050-1234567 / 03-6123456", "+972501234567"),
        ("050-1234567, 04-8200003", "+972501234567"),
        ("050-1234567\n03-6123456", "+972501234567"),
        ("אין / 03-6123456", "+97236123456"),
        ("050/1234567", "+972501234567"),
    ],
)
def test_of_several_numbers_in_a_cell_the_first_is_the_persons(cell, number):
    assert fold_phone(cell) == number


@pytest.mark.parametrize("name", ["ניסגר", "נסגרר", "לא רלונטי", "ל.ר", "אין מענא", "Cancelld"])
def test_a_slip_of_the_hand_is_asked_and_never_taken_for_an_open_stage(write, name):
    rows = [f"{n},Quote,2025-01-01," for n in range(9)] + ["90,Won,2025-01-01,2025-02-01", f"91,{name},2025-01-01,"]
    path = write("d.csv", "deal id,stage,engage date,close date\n" + "\n".join(rows) + "\n")
    assert [question.id for question in understand(path).questions] == [f"stage:{name}"]


@pytest.mark.parametrize("name", ["פגישה שנייה", "הצעה שנייה", "Second call", "Pilot 2"])
def test_names_of_their_own_are_no_slips(name):
    assert not stage_words().almost(name)


# ---- colours ------------------------------------------------------------------------------------------------------

GREEN, RED = "92D050", "FF0000"


def test_marks_stripes_and_one_colour_for_all_say_nothing():
    rows = list(range(2, 42))
    assert words_of({3: GREEN}, rows, hebrew=False) is None, "a mark"
    assert words_of(dict.fromkeys(rows, GREEN), rows, hebrew=False) is None, "all alike"
    assert words_of(dict.fromkeys(rows[::2], GREEN), rows, hebrew=False) is None, "every second row"
    assert words_of(dict.fromkeys(rows[:9], "FFFFFF"), rows, hebrew=False) is None, "white on white"


def test_two_shades_of_one_colour_stay_two():
    paint = dict.fromkeys(range(2, 10), GREEN) | dict.fromkeys(range(10, 14), "00B050")
    told = words_of(paint, list(range(2, 20)), hebrew=False)
    assert set(told) == {"green", "green 2", "no colour"}
    assert told.count("green") == 8


def test_colours_beside_a_status_are_a_column_and_no_question(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["id", "stage", "created"])
    for n in range(20):
        book.active.append([str(n), "New", "2025-01-13"])
        if n % 3 == 0:
            book.active.cell(n + 2, 1).fill = PatternFill("solid", start_color="FF" + RED)
    book.save(tmp_path / "d.xlsx")
    found = understand(tmp_path / "d.xlsx", kind=Kind.DEALS)
    assert found.questions == ()
    assert [note.values["colours"] for note in found.notes if note.key == "intake.note_colours"] == ["red: 7"]
    custom = [dict(deal["custom"]) for deal in load(tmp_path / "d.xlsx", found.mapping).tables["deals"].to_pylist()]
    assert [row["row colour"] for row in custom[:4]] == ["red", "no colour", "no colour", "red"]


def test_titles_between_blocks_and_a_note_below_are_no_inquiries(write):
    rows = ["שם לקוח,טלפון,תאריך פנייה,מקור"]
    rows += [f"לקוח {n},050-12345{n:02d},{n + 1:02d}/03/2025,גוגל" for n in range(10)]
    rows += ["אפריל 2025,,,"]
    rows += [f"לקוח {n},050-12345{n:02d},{n + 1:02d}/04/2025,גוגל" for n in range(10, 20)]
    rows += ["הערה: לא כולל סניף דרום,,,", "אורי בלי טלפון,,21/04/2025,"]
    path = write("d.csv", "\n".join(rows) + "\n")
    batch = load(path, understand(path, answers={}).mapping)
    (file,) = batch.files
    assert file.skipped_by == {"group_line": 2}
    assert batch.tables["deals"].num_rows == 21, "one without a phone is an inquiry all the same"


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_total_below_a_sheet_without_ids_is_no_deal(write, place):
    rows = ["שם לקוח,טלפון,תאריך פנייה,מקור,סכום"]
    rows += [f"לקוח {n},050-12345{n:02d},{n + 1:02d}/03/2025,גוגל,100" for n in range(15)]
    cells = ["", "", "", "", "1500"]
    cells[place] = '"סה""כ"'
    path = write("d.csv", "\n".join([*rows, ",".join(cells)]) + "\n")
    batch = load(path, understand(path).mapping)
    assert batch.tables["deals"].num_rows == 15
    assert sum(batch.tables["deals"]["amount"].to_pylist()) == 1500
    assert batch.files[0].rejects["reason"].to_pylist() == ["intake.rejected_total_row"]


@pytest.mark.parametrize(("column", "cell"), [("engage date", "3/4"), ("amount", "לפי הצעה")])
def test_a_column_of_days_or_worth_that_cannot_be_read_is_never_dropped_in_silence(write, column, cell):
    path = write("d.csv", f"deal id,stage,{column}\n1,New,{cell}\n2,New,{cell}\n")
    assert [note.values["column"] for note in understand(path).notes if note.key == "intake.note_let_go"] == [column]
