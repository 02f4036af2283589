"""Sheets without ids: touches of one person within the window are one inquiry, with its first and its last source."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import examples

import yaad
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


HEADS = "שם מלא,נייד,מייל,ת. פנייה,סטטוס"


def sheet(*lines: str) -> str:
    return "\n".join([HEADS, *lines]) + "\n"


KNOWN_APART = (
    "דנה,,d@x.com,14/04/2025,חדש",
    "דנה לוי,050-1234567,D@x.com,20/04/2025,הצעת מחיר",
    "ד. לוי,0501234567,,25/04/2025,נסגר בהצלחה",
    "מאיה,03-7654321 / 052-7654322,,15/04/2025,חדש",
    "מאיה,052-7654322,,16/04/2025,נסגר בהצלחה",
)


def test_rows_that_share_a_number_or_a_mail_are_one_person(write):
    _, batch = read(write("sheet.csv", sheet(*KNOWN_APART)))
    assert set(rows(batch)) == {"d@x.com|2025-04-14", "+97237654321|2025-04-15"}
    assert batch.files[0].skipped_by == {"touch": 3}
    told = {(row["deal_id"], row["to_stage"]) for row in batch.tables["moves"].to_pylist()}
    assert ("d@x.com|2025-04-14", "נסגר בהצלחה") in told, "it stands where the last of its rows says"


def test_a_row_that_names_two_inquiries_makes_them_one(write):
    lines = ("דנה,,d@x.com,14/04/2025,חדש", "דנה,0501234567,,20/04/2025,חדש")
    both = "דנה,0501234567,d@x.com,01/05/2025,נסגר בהצלחה"
    _, batch = read(write("sheet.csv", sheet(*lines, both)))
    assert set(rows(batch)) == {"d@x.com|2025-04-14"}
    _, batch = read(write("sheet.csv", sheet(*lines, both.replace("01/05", "20/06"))))
    assert set(rows(batch)) == {"d@x.com|2025-04-14", "+972501234567|2025-04-20", "+972501234567|2025-06-20"}, (
        "what is learned after the window changes nothing before it"
    )


def test_a_name_joins_only_rows_without_a_number_and_a_mail(write):
    lines = (
        "דנה,0501234567,,14/04/2025,חדש",
        "דנה,,,15/04/2025,חדש",
        "דנה,,,16/04/2025,נסגר בהצלחה",
        "דנה,,b@x.com,17/04/2025,חדש",
    )
    _, batch = read(write("sheet.csv", sheet(*lines)))
    assert set(rows(batch)) == {"+972501234567|2025-04-14", "דנה|2025-04-15", "b@x.com|2025-04-17"}


def test_a_made_up_number_joins_no_strangers(write):
    lines = (
        "נוי,0500000000,,15/02/2025,חדש",
        "עדי,0500000000,,16/02/2025,נסגר בהצלחה",
        "נוי,050-0000000,,17/02/2025,הצעת מחיר",
        "מאיה,03-7654321 / 052-1111111,,15/03/2025,חדש",
        "מאיה,052-1111111,,16/03/2025,נסגר בהצלחה",
        ",0500000000,,18/02/2025,חדש",
    )
    _, batch = read(write("sheet.csv", sheet(*lines)))
    assert set(rows(batch)) == {"נוי|2025-02-15", "עדי|2025-02-16", "+97237654321|2025-03-15"}
    assert batch.files[0].rejects["reason"].to_pylist() == ["intake.rejected_no_id"], "nobody is named there"


@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(*(st.integers(0, 3) for _ in "pmn"), st.integers(1, 28)), max_size=12), st.randoms())
def test_the_order_of_rows_changes_no_inquiry(write, people, chance):
    lines = [
        f"{' דהו'[name].strip()},{['', '0501234567', '0527654321', '0501234567 / 0541239876'][phone]},"
        f"{['', 'a@x.com', 'b@x.com', 'c@x.com'][mail]},{day}/{1 + day % 3:02d}/2025,חדש"
        for phone, mail, name, day in people
    ]
    mixed = chance.sample(lines, len(lines))
    extra = ("צ,0587778888,,13/01/2025,חדש", "צ,0587778888,,28/12/2025,נסגר בהצלחה")
    one, other = (read(write("sheet.csv", sheet(*each, *extra)))[1] for each in (lines, mixed))
    assert set(rows(one)) == set(rows(other))
    assert one.files[0].skipped_by == other.files[0].skipped_by


def test_the_sheet_that_comes_again_with_more_rows_changes_no_inquiry(write, tmp_path):
    book = yaad.Book.create(tmp_path / "book")
    first, again = write("week1.csv", sheet(*KNOWN_APART)), write("week1b.csv", sheet(*reversed(KNOWN_APART)))
    mapping = understand(first).mapping

    def difference(path) -> dict[str, object]:
        notes = book.import_files([path], mapping=mapping).notes
        return next((dict(note.values) for note in notes if note.key == "book.difference"), {})

    difference(first)
    assert difference(again) in ({}, {"new": 0, "changed": 0, "unchanged": 2})
    more = (
        "רון,0548889999,,01/06/2025,חדש",
        "ד. לוי,0501234567,d@x.com,02/06/2025,חדש",
        "מאיה,,m@x.com,03/06/2025,חדש",
    )
    later = write("week2.csv", sheet(*KNOWN_APART, *more))
    assert difference(later) == {"new": 3, "changed": 0, "unchanged": 2}
