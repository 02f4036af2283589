"""Ten sheets kept by hand come out as they were meant: equal deals, amounts, days and endings, or a question."""

from collections import Counter

import pytest

import yaad
from yaad.intake import Mapping, load, understand
from yaad.text import render

WON, LOST = "won", "lost"


def asked(path, **answers):
    return {question.id: question for question in understand(path, answers=answers.get("answers", {})).questions}


def brought(path, answers=None):
    """The batch once the questions are answered; the mapping that keeps the answers reads the file alone."""
    found = understand(path, answers=answers or {})
    assert found.questions == (), [question.id for question in found.questions]
    batch = load(path, Mapping.from_yaml(found.mapping.to_yaml(), name="m"))
    for file in batch.files:
        assert file.rows_in == file.loaded + file.rejected + file.skipped
    return batch


def notes(path, answers=None):
    return {note.key: note for note in understand(path, answers=answers or {}).notes}


def came(batch, by):
    """Deal (by one of its columns) → day of coming, amount, how it ended."""
    kinds = {stage.name: stage.type.value for stage in batch.pipeline.stages}
    days, ends = {}, {}
    for move in batch.tables["moves"].to_pylist():
        days.setdefault(move["deal_id"], move["day"])
        if kinds[move["to_stage"]] in (WON, LOST):
            ends[move["deal_id"]] = kinds[move["to_stage"]]
    deals = batch.tables["deals"].to_pylist()
    assert len({deal[by] for deal in deals}) == len(deals)
    return {deal[by]: (days.get(deal["deal_id"]), deal.get("amount"), ends.get(deal["deal_id"])) for deal in deals}


def truth(sheet, by="name", amounts=True):
    return {getattr(one, by): (one.day, one.amount if amounts else None, one.end) for one in sheet.inquiries}


# 1 -----------------------------------------------------------------------------------------------------------------

COLOUR = "צבע השורה"
COLOUR_ANSWERS = {
    "column:stage": COLOUR,
    "stage:ירוק": "won",
    "stage:אדום": "lost",
    "stage:צהוב": "open",
    "stage:ללא צבע": "open",
    "order": "ללא צבע, צהוב",
}


def test_1_colours_are_asked_about_where_nothing_else_says_how_deals_stand(made):
    sheet = made("colours")
    states = Counter(sheet.more["state"].values())
    question = asked(sheet.path)["column:stage"]
    assert next(iter(question.options)) == COLOUR
    assert "none" in question.options
    (evidence,) = question.evidence
    painted = {"ירוק": states["won"], "אדום": states["lost"], "צהוב": states["work"]}
    assert evidence.values["n"] == sum(painted.values())
    assert dict(part.split(": ") for part in evidence.values["colours"].split(", ")) == {
        word: str(count) for word, count in painted.items()
    }
    colours = asked(sheet.path, answers={"column:stage": COLOUR})
    assert set(colours) == {"stage:ירוק", "stage:אדום", "stage:צהוב", "stage:ללא צבע"}, "no colour is guessed"


def test_1_answered_as_the_company_would_the_colours_are_the_stages(made):
    sheet = made("colours")
    batch = brought(sheet.path, COLOUR_ANSWERS)
    assert came(batch, "account") == truth(sheet)
    kinds = {stage.name: stage.type.value for stage in batch.pipeline.stages}
    assert kinds == {"ללא צבע": "open", "צהוב": "open", "ירוק": "won", "אדום": "lost"}
    last = {move["deal_id"]: move["to_stage"] for move in batch.tables["moves"].to_pylist()}
    work = sum(state == "work" for state in sheet.more["state"].values())
    assert Counter(last.values())["צהוב"] == work


def test_1_colours_that_say_nothing_are_told_so_and_stay_a_column(made):
    sheet = made("colours")
    batch = brought(sheet.path, {"column:stage": "none"})
    assert {end for _, _, end in came(batch, "account").values()} == {None}
    custom = [dict(deal["custom"]) for deal in batch.tables["deals"].to_pylist()]
    assert Counter(row[COLOUR] for row in custom)["ירוק"] == sum(one.end == WON for one in sheet.inquiries)


# 2 -----------------------------------------------------------------------------------------------------------------


def test_2_month_titles_repeated_headers_and_totals_are_no_deals(made):
    sheet = made("months")
    assert set(asked(sheet.path)) == {"header_row:מטבחים.xlsx"}
    answers = {"header_row:מטבחים.xlsx": "2"}
    batch = brought(sheet.path, answers)
    assert came(batch, "account") == truth(sheet)
    (file,) = batch.files
    reasons = Counter(file.rejects["reason"].to_pylist())
    assert reasons["intake.rejected_total_row"] == sheet.more["totals"]
    assert file.skipped_by["repeated_header"] == sheet.more["titles"] - 1
    assert sum(reasons.values()) == sheet.more["totals"] + sheet.more["titles"] - 1, "and the titles of the months"
    told = notes(sheet.path, answers)["intake.note_totals"]
    assert told.values["n"] == sheet.more["totals"]
    assert "intake.note_colours" not in notes(sheet.path, answers), "painted titles are no status"


# 3 -----------------------------------------------------------------------------------------------------------------


def test_3_a_sheet_a_rep_is_one_table_with_the_sheet_as_rep(made):
    sheet = made("sheet_a_rep")
    question = asked(sheet.path)["sheet:סוכנות.xlsx"]
    assert list(question.options) == ["גיא", "ענת", "ליאור", "סיכום", "*"]
    assert question.evidence[0].values["sheets"] == "2024", "the hidden one stays out"
    every = {"sheet:סוכנות.xlsx": "*"}
    assert "intake.note_sheet_column" in notes(sheet.path, every)
    batch = brought(sheet.path, every | {"column:owner": "sheet"})
    assert came(batch, "contact") == truth(sheet)
    owners = {deal["contact"]: deal["owner"] for deal in batch.tables["deals"].to_pylist()}
    assert owners == {one.name: one.rep for one in sheet.inquiries}
    assert "intake.note_left_aside" in notes(sheet.path, every), "the summary is no list of inquiries"


# 4 -----------------------------------------------------------------------------------------------------------------


def test_4_two_numbers_in_a_cell_find_the_person_who_rings_again(made):
    sheet = made("two_phones")
    assert set(asked(sheet.path)) == {"header_row:גגות.xlsx"}
    batch = brought(sheet.path, {"header_row:גגות.xlsx": "4"})
    assert batch.tables["deals"].num_rows == len(sheet.inquiries)
    (file,) = batch.files
    assert file.skipped_by["touch"] == sheet.more["twice"]
    assert file.skipped_by["group_line"] == 1, "the note below the table"
    assert file.rejected == 0
    found = [(day, amount, end) for day, amount, end in came(batch, "deal_id").values()]
    assert Counter(found) == Counter(truth(sheet).values())


# 5 -----------------------------------------------------------------------------------------------------------------


def test_5_amounts_in_words_are_exact_and_say_their_vat(made):
    sheet = made("worded_amounts")
    assert asked(sheet.path) == {}
    batch = brought(sheet.path)
    assert came(batch, "account") == truth(sheet)
    taxes = {deal["deal_id"]: deal["tax"] for deal in batch.tables["deals"].to_pylist() if deal["amount"] is not None}
    assert taxes == {key: tax for key, tax in sheet.more["tax"].items() if key in taxes}
    assert {"net", "gross", "unknown"} == set(taxes.values())
    assert batch.files[0].rejected == 0


# 6 -----------------------------------------------------------------------------------------------------------------


def test_6_words_with_several_meanings_and_slips_of_the_hand_are_asked_one_by_one(made, sheets):
    sheet = made("typos")
    questions = asked(sheet.path)
    named = {question.removeprefix("stage:").strip(" .") for question in questions}
    assert named == {"נסגר", "סגור", "ניסגר", "לא רלוונטי", "ל.ר", "לא רלונטי", "טופל", "אין מענא"}
    counts = Counter(word.strip() for _, word in sheet.more["said"].values())
    (evidence,) = questions["stage:ניסגר"].evidence
    assert evidence.values["n"] == counts["ניסגר"]
    kinds = {word.strip(" ."): sort for sort, words in sheets.WRITTEN.items() for word in words}
    as_type = {"done": "lost"}  # the gym calls those handled whom it did not sign
    answers = {
        question: as_type.get(kinds[question[6:].strip(" .")], kinds[question[6:].strip(" .")])
        for question in questions
    }
    batch = brought(sheet.path, answers)
    expected = {
        one.phone: (one.day, None, {"won": WON, "lost": LOST, "done": LOST}.get(sheet.more["said"][one.phone][0]))
        for one in sheet.inquiries
    }
    assert came(batch, "phone") == expected


# 7 -----------------------------------------------------------------------------------------------------------------


def test_7_touches_of_one_person_are_one_inquiry(made):
    sheet = made("touches")
    assert set(asked(sheet.path)) == {"stage:נרשם"}
    batch = brought(sheet.path, {"stage:נרשם": "won"})
    (file,) = batch.files
    assert (file.rows_in, file.loaded) == (sheet.more["rows"], len(sheet.inquiries))
    assert came(batch, "contact") == truth(sheet, amounts=False)


# 8 -----------------------------------------------------------------------------------------------------------------


def test_8_amounts_in_several_columns_are_asked_with_their_sum_first(made):
    sheet = made("products")
    question = asked(sheet.path)["column:amount"]
    whole = "סכום 1 + סכום 2 + סכום 3"
    assert list(question.options) == [whole, "סכום 1", "סכום 2", "סכום 3", "none"]
    batch = brought(sheet.path, {"column:amount": whole})
    assert came(batch, "account") == truth(sheet)
    custom = dict(batch.tables["deals"].to_pylist()[1]["custom"])
    assert {"מוצר 1", "סכום 1"} <= custom.keys(), "what each product cost stays"


# 9 -----------------------------------------------------------------------------------------------------------------


def test_9_what_is_hidden_is_read_and_said(made):
    sheet = made("hidden")
    assert asked(sheet.path) == {}
    told = notes(sheet.path)
    assert told["intake.note_hidden_columns"].values["columns"] == "סכום ישן"
    assert told["intake.note_hidden_rows"].values["n"] == sum(one.end == LOST for one in sheet.inquiries)
    batch = brought(sheet.path)
    assert came(batch, "account") == truth(sheet)
    assert "מחירון" in render(understand(sheet.path).files[0].evidence[-1], "he")


# 10 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_10_dates_in_three_ways_and_totals_between_come_out_alike_from_both_formats(made, ending):
    sheet = made("three_ways")
    path = sheet.path if ending == "xlsx" else sheet.more["csv"]
    header = {f"header_row:{path.name}": "4"}
    assert set(asked(path)) == set(header)
    question = asked(path, answers=header)["year:תאריך פנייה"]
    assert question.text.values["n"] == len(sheet.inquiries) // 3
    assert list(question.options) == ["2025", "near"]
    for year in question.options:
        batch = brought(path, header | {"year:תאריך פנייה": year})
        assert came(batch, "account") == truth(sheet)
    reasons = Counter(batch.files[0].rejects["reason"].to_pylist())
    assert reasons == {"intake.rejected_total_row": sheet.more["totals"], reasons.most_common()[-1][0]: 1}
    assert notes(path, header)["intake.note_totals"].values["n"] == sheet.more["totals"]


AGAIN = {
    "colours": COLOUR_ANSWERS,
    "months": {"header_row:מטבחים.xlsx": "2"},
    "sheet_a_rep": {"sheet:סוכנות.xlsx": "*", "column:owner": "sheet"},
    "two_phones": {"header_row:גגות.xlsx": "4"},
    "worded_amounts": {},
    "products": {"column:amount": "סכום 1 + סכום 2 + סכום 3"},
    "three_ways": {"header_row:אולם.xlsx": "4", "year:תאריך פנייה": "2025"},
}


@pytest.mark.parametrize("name", list(AGAIN))
def test_the_same_sheet_comes_again_without_a_question_and_changes_nothing(made, tmp_path, name):
    sheet = made(name)
    book = yaad.Book.create(tmp_path / "book")
    first = book.import_files([sheet.path], answers=AGAIN[name])
    assert first.stored.new == len(sheet.inquiries)
    again = book.import_files([sheet.path])
    assert not again.stored.committed
    assert all(file.loaded == 0 for file in again.files)


def test_a_word_among_the_parts_of_a_sum_rejects_its_row_and_is_shown(made, tmp_path, sheets):
    sheet = made("products")
    book = sheets.openpyxl.load_workbook(sheet.path)
    book.active["F2"] = "לפי הצעה"
    book.save(tmp_path / "d.xlsx")
    report = yaad.Book.create(tmp_path / "book").import_files([tmp_path / "d.xlsx"], answers=AGAIN["products"])
    (file,) = report.files
    assert (file.loaded, file.rejected) == (len(sheet.inquiries) - 1, 1)
    assert "לפי הצעה" in report.rejects["d.xlsx"].read_text("utf-8-sig")


def test_the_figures_of_a_book_are_those_of_the_sheet(made, tmp_path):
    sheet = made("three_ways")
    answers = {"header_row:אולם.csv": "4", "year:תאריך פנייה": "2025"}
    book = yaad.read(sheet.more["csv"], answers=answers)
    found = {one["id"]: one["value"] for one in book.measure("inquiries", "won", "lost", "open").to_dict()["measures"]}
    ends = Counter(one.end for one in sheet.inquiries)
    assert found == {"inquiries": len(sheet.inquiries), "won": ends[WON], "lost": ends[LOST], "open": ends[None]}
