"""Sheets without ids: touches of one person within the window are one inquiry, with its first and its last source."""

import pytest

from yaad.errors import InputError
from yaad.intake import Mapping, load, understand

SHEET = """שם מלא,נייד,סטטוס,מקור הגעה,ת. פנייה,נציג
אבי,050-123 4567,חדש,פייסבוק,15/01/2025,דנה
אבי כהן,972501234567,הצעת מחיר,וואטסאפ,20/01/2025,דנה
אבי,+972-50-1234567,חדש,טלפון,20/03/2025,אלי
בתיה,052-7654321,חדש,אתר,16/01/2025,דנה
גלי,,חדש,אתר,17/01/2025,דנה
גלי,,נסגר בהצלחה,המלצה,18/01/2025,דנה
,,חדש,אתר,18/01/2025,דנה
"""


def read(path, mapping=None, **answers):
    found = understand(path, mapping=mapping, answers=answers)
    assert found.questions == (), [question.id for question in found.questions]
    return found, load(path, found.mapping)


def rows(batch) -> dict[str, dict]:
    return {row["deal_id"]: row for row in batch.tables["deals"].to_pylist()}


def test_one_person_in_several_channels_is_one_inquiry(write):
    found, batch = read(write("sheet.csv", SHEET))
    assert found.mapping.touch_days == 30
    assert "intake.note_touches" in [note.key for note in found.notes]
    deals = rows(batch)
    assert set(deals) == {
        "+972501234567|2025-01-15",
        "+972501234567|2025-03-20",
        "+972527654321|2025-01-16",
        "גלי|2025-01-17",
    }
    first = deals["+972501234567|2025-01-15"]
    assert (first["source"], dict(first["custom"])["מקור אחרון"]) == ("פייסבוק", "וואטסאפ")
    assert "מקור אחרון" not in dict(deals["+972501234567|2025-03-20"]["custom"])
    report = batch.files[0]
    assert (report.loaded, report.skipped_by) == (4, {"touch": 2})
    assert report.rejects["reason"].to_pylist() == ["intake.rejected_no_id"]
    moves = [(row["deal_id"], row["to_stage"], str(row["day"])) for row in batch.tables["moves"].to_pylist()]
    assert ("+972501234567|2025-01-15", "חדש", "2025-01-15") in moves, "it came with its first touch"
    assert ("+972501234567|2025-01-15", "הצעת מחיר", "None") in moves, "and stands where the last one says"


DATED = """שם מלא,נייד,מקור הגעה,ת. פנייה,תאריך פגישה,תאריך הצעת מחיר,תאריך נסגר בהצלחה
אבי,050-1234567,פייסבוק,15/01/2025,16/01/2025,,
אבי,050-1234567,וואטסאפ,20/01/2025,21/01/2025,22/01/2025,
אבי,050-1234567,טלפון,25/01/2025,,,30/01/2025
בתיה,052-7654321,אתר,13/01/2025,,,14/01/2025
בתיה,052-7654321,אתר,18/01/2025,19/01/2025,,
"""


def test_dates_of_stages_of_all_touches_count_and_of_one_stage_the_first(write):
    found, batch = read(write("sheet.csv", DATED))
    moves = {}
    for row in batch.tables["moves"].to_pylist():
        moves.setdefault(row["deal_id"], []).append((row["to_stage"], str(row["day"])[5:]))
    assert moves["+972501234567|2025-01-15"][-3:] == [
        ("פגישה", "01-16"),
        ("הצעת מחיר", "01-22"),
        ("נסגר בהצלחה", "01-30"),
    ]
    assert moves["+972527654321|2025-01-13"][-1] == ("פגישה", "01-19"), "an end that another touch came after is none"
    assert (batch.files[0].loaded, batch.files[0].skipped_by) == (2, {"touch": 3})
    again = Mapping.from_yaml(found.mapping.to_yaml(), name="m.yaml")
    assert load(write("sheet.csv", DATED), again).tables["moves"].equals(batch.tables["moves"])


def test_dates_of_stages_are_kept_beside_a_column_of_stages(write):
    head, *lines = DATED.strip().split("\n")
    stages = ("חדש", "הצעת מחיר", "נסגר בהצלחה", "נסגר בהצלחה", "פגישה")
    text = "\n".join([f"{head},סטטוס", *(f"{line},{stage}" for line, stage in zip(lines, stages, strict=True))]) + "\n"
    _, batch = read(write("sheet.csv", text))
    told = {(row["deal_id"][-5:], row["to_stage"], str(row["day"])[5:]) for row in batch.tables["moves"].to_pylist()}
    assert {("01-15", "פגישה", "01-16"), ("01-15", "הצעת מחיר", "01-22"), ("01-13", "פגישה", "01-19")} <= told


def test_the_window_is_a_setting_and_the_mapping_reads_alike(write):
    path = write("sheet.csv", SHEET)
    found, batch = read(path)
    again = Mapping.from_yaml(found.mapping.to_yaml(), name="m.yaml")
    assert load(path, again).tables["deals"].equals(batch.tables["deals"])
    wide = Mapping.from_yaml(found.mapping.to_yaml().replace("touch_days: 30", "touch_days: 90"), name="m.yaml")
    assert "+972501234567|2025-03-20" not in rows(load(path, wide))
    none = Mapping.from_yaml(found.mapping.to_yaml().replace("touch_days: 30", "touch_days: 0"), name="m.yaml")
    assert len(rows(load(path, none))) == 6


def test_the_order_of_rows_changes_nothing(write):
    head, *lines = SHEET.strip().split("\n")
    one = rows(read(write("a.csv", SHEET))[1])
    other = rows(read(write("b.csv", "\n".join([head, *reversed(lines)]) + "\n"))[1])
    assert {name: row["source"] for name, row in one.items()} == {name: row["source"] for name, row in other.items()}


def test_days_of_two_readings_are_asked_first(write):
    text = SHEET
    for number, day in enumerate(("15/01", "20/01", "20/03", "16/01", "17/01", "18/01"), start=5):
        text = text.replace(f",{day}/", f",{number:02d}/{day[3:]}/")
    path = write("sheet.csv", text)
    assert [question.id for question in understand(path).questions] == ["dates:ת. פנייה"]
    _, batch = read(path, **{"dates:ת. פנייה": "day_first"})
    assert "+972501234567|2025-01-05" in rows(batch)


def test_a_sheet_without_telephones_asks_for_the_id_and_may_be_told_that_there_is_none(write):
    path = write(
        "sheet.csv", "לקוח,שלב,תאריך פנייה\nאלף,חדש,15/01/2025\nבית,חדש,16/01/2025\nאלף,הצעת מחיר,17/01/2025\n"
    )
    (question,) = understand(path).questions
    assert question.id == "column:id"
    assert "none" in question.options
    _, batch = read(path, **{"column:id": "none"})
    assert set(rows(batch)) == {"אלף|2025-01-15", "בית|2025-01-16"}


def test_days_of_two_readings_follow_another_column_before_touches_are_joined(write):
    text = """שם מלא,נייד,סטטוס,מקור הגעה,ת. פנייה,ת. סגירה
אבי,050-1234567,חדש,פייסבוק,05/01/2025,
אבי,050-1234567,חדש,טלפון,07/06/2025,
אבי,050-1234567,חדש,אתר,09/06/2025,
בתיה,052-7654321,נסגר בהצלחה,אתר,06/01/2025,25/01/2025
"""
    found, batch = read(write("sheet.csv", text))
    assert "intake.note_dates_siblings" in [note.key for note in found.notes]
    deals = rows(batch)
    assert set(deals) == {"+972501234567|2025-01-05", "+972501234567|2025-06-07", "+972527654321|2025-01-06"}
    assert deals["+972501234567|2025-06-07"]["source"] == "טלפון"
    days = {row["deal_id"]: str(row["day"]) for row in batch.tables["moves"].to_pylist() if row["to_stage"] == "חדש"}
    assert days["+972501234567|2025-06-07"] == "2025-06-07"


@pytest.mark.parametrize("days", [-1, "x"])
def test_a_window_is_a_number_of_days(days):
    with pytest.raises(InputError):
        Mapping.from_yaml(f"touch_days: {days}\n", name="m.yaml")
