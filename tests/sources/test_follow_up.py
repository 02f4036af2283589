"""The follow-up workbook goes out, is filled in and comes back: only what people changed is taken."""

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest

import yaad
from yaad.book.sources.sheet import FIELDS
from yaad.errors import BookError, InputError

DEALS = """\
no,title,rep,stage,value,phone,next,reason,expected,entered,closed
A,Roof,Dana,Talk,100,050-1234567,call,,2026-03-01,2026-01-01,
B,=cmd(),Noa,Quote,250.50,,,,,2026-01-02,
C,Gate,Dana,Lost,70,,,Price,,2026-01-03,2026-01-20
D,Wall,Noa,Won,90,,,,,2026-01-04,2026-01-22
E,Door,,Talk,,0521112222,send,,,2026-01-05,
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: no, name: title, rep: rep, stage: stage, amount: value, phone: phone, next_step: next,
          lost_reason: reason, expected_close: expected, entered: entered, closed: closed}
entered_opens: Talk
stages: [{name: Talk}, {name: Quote}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: Asia/Jerusalem
"""
PLACE = {field.name: number for number, field in enumerate(FIELDS, 1)}
LEFT = ("deal_id", "name", "owner", "stage", "next_step", "expected_close_day", "amount", "phone", "lost_reason")


@pytest.fixture
def book(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    yield book
    book.close()


def edited(book, tmp_path, edits, lang="he", name="follow-up.xlsx"):
    """Write the workbook, change cells of some deals, save it as a spreadsheet program would."""
    path = tmp_path / name
    book.follow_up(path, lang=lang)
    workbook = openpyxl.load_workbook(path)
    page = workbook.worksheets[0]
    for row in page.iter_rows(min_row=3):
        for column, value in edits.get(row[0].value, {}).items():
            row[PLACE[column] - 1].value = value
    workbook.save(path)
    return path


def standing(book):
    return {deal: {name: book.facts.deal(deal)[name] for name in LEFT} for deal in "ABCDE"}


@pytest.mark.parametrize(("lang", "rtl"), [("he", True), ("en", False)])
def test_the_workbook_is_made_for_people(book, tmp_path, lang, rtl):
    assert book.follow_up(tmp_path / "f.xlsx", lang=lang) == 3
    workbook = openpyxl.load_workbook(tmp_path / "f.xlsx")
    page, *hidden = workbook.worksheets
    assert [sheet.sheet_state for sheet in hidden] == ["veryHidden", "veryHidden"]
    assert bool(page.sheet_view.rightToLeft) is rtl
    assert page.freeze_panes == "C3"
    assert page.protection.sheet
    assert page["A3"].protection.locked
    assert not page["D3"].protection.locked
    assert page["B5"].value == "=cmd()"
    assert page["B5"].data_type == "s"
    rules = {str(rule.sqref): rule.type for rule in page.data_validations.dataValidation}
    assert rules["D3:D5"] == rules["J3:J5"] == "list"
    assert rules["K3:K5"] == "date"
    assert rules["H3:H5"] == "decimal"
    assert [page.cell(row, 1).value for row in (3, 4, 5)] == ["A", "E", "B"]
    assert page["G3"].value.date() == dt.date(2026, 3, 1)


def test_only_one_persons_deals(book, tmp_path):
    assert book.follow_up(tmp_path / "f.xlsx", owner="Noa") == 1
    with pytest.raises(InputError, match="Dana, Noa"):
        book.follow_up(tmp_path / "f.xlsx", owner="Avi")
    with pytest.raises(InputError):
        book.follow_up(tmp_path / "f.csv")


@pytest.mark.parametrize("lang", ["he", "en"])
@pytest.mark.parametrize("saved_again", [False, True])
def test_a_round_trip_without_edits_changes_nothing(book, tmp_path, lang, saved_again):
    before, version = standing(book), book.data_version
    path = tmp_path / "f.xlsx"
    if saved_again:
        edited(book, tmp_path, {}, lang, "f.xlsx")
    else:
        book.follow_up(path, lang=lang)
    report = book.import_files([path])
    assert (report.files[0].loaded, report.files[0].rejected) == (0, 0)
    assert report.files[0].skipped_by == {"unchanged": 3}
    assert not report.stored.committed
    assert (standing(book), book.data_version) == (before, version)
    assert len(book.imports()) == 1


def test_an_amount_that_no_spreadsheet_keeps_and_odd_texts_come_back_as_they_were(tmp_path):
    rows = (
        DEALS.replace(",100,", ",12345678901234.5678,")
        .replace("Roof", '"two\nlines"')
        .replace(",send,", ",_x000D_ =1+1,")
    )
    (tmp_path / "deals.csv").write_text(rows, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    for saved_again in (False, True):
        path = tmp_path / "f.xlsx"
        if saved_again:
            edited(book, tmp_path, {}, name="f.xlsx")
        else:
            book.follow_up(path)
        report = book.import_files([path])
        assert report.files[0].skipped_by == {"unchanged": 3}, book.facts.deal("A")
    book.close()


EDITS = {
    "name": ("Roof and attic", "Roof and attic"),
    "owner": ("Noa", "Noa"),
    "next_step": ("meet", "meet"),
    "expected_close_day": (dt.date(2026, 4, 5), dt.date(2026, 4, 5)),
    "amount": (120.5, Decimal("120.5")),
    "phone": ("03-6123456", "03-6123456"),
    "lost_reason": ("Other", "Other"),
}


@pytest.mark.parametrize("column", EDITS)
def test_an_edit_of_each_column_arrives_and_nothing_else(book, tmp_path, column):
    typed, kept = EDITS[column]
    before = standing(book)
    report = book.import_files([edited(book, tmp_path, {"A": {column: typed}})])
    assert (report.files[0].loaded, report.files[0].skipped_by) == (1, {"unchanged": 2})
    before["A"][column] = kept
    assert standing(book) == before


def test_the_day_of_the_next_step_arrives_and_stays(book, tmp_path):
    book.import_files([edited(book, tmp_path, {"A": {"next_step_day": dt.date(2026, 2, 9)}})])
    assert book.facts.deal("A")["next_step_day"] == dt.date(2026, 2, 9)
    book.import_files([edited(book, tmp_path, {"B": {"next_step": "call"}})])
    assert book.facts.deal("A")["next_step_day"] == dt.date(2026, 2, 9)
    book.import_files([edited(book, tmp_path, {"A": {"next_step_day": None}})])
    assert book.facts.deal("A")["next_step_day"] is None


def test_a_change_of_stage_is_a_move_of_its_day(book, tmp_path):
    edits = {"A": {"stage": "Quote", "changed_on": dt.date(2026, 2, 3)}, "B": {"stage": "Lost", "lost_reason": "Price"}}
    report = book.import_files([edited(book, tmp_path, edits)], as_of=dt.date(2026, 2, 7))
    assert report.files[0].loaded == 2
    assert book.as_of == dt.date(2026, 2, 7)
    moves = book.facts.run(book.facts.moves.filter(book.facts.moves.day >= dt.date(2026, 2, 1)).order_by("day"))
    assert list(zip(moves["to_stage"].to_pylist(), moves["day"].to_pylist(), strict=True)) == [
        ("Quote", dt.date(2026, 2, 3)),
        ("Lost", dt.date(2026, 2, 7)),
    ]
    lost = book.facts.deal("B")
    assert (lost["outcome"], lost["closed_day"], lost["lost_reason"]) == ("lost", dt.date(2026, 2, 7), "Price")
    assert book.facts.deal("A")["stage"] == "Quote"


def test_on_one_day_the_change_comes_after_what_the_book_knows(book, tmp_path):
    at = dt.datetime(2026, 2, 3, 12, tzinfo=dt.UTC)
    book.move("A", "Quote", at=at, by="Dana")
    book.import_files([edited(book, tmp_path, {"A": {"stage": "Talk", "changed_on": dt.date(2026, 2, 3)}})])
    assert book.facts.deal("A")["stage"] == "Talk"


def test_what_cannot_be_taken_is_rejected_with_its_reason(book, tmp_path):
    edits = {
        "A": {"stage": "Quote"},
        "B": {"stage": "Signed"},
        "E": {"stage": "Quote", "changed_on": dt.date(2025, 1, 1)},
    }
    path = edited(book, tmp_path, edits, "en")
    workbook = openpyxl.load_workbook(path)
    page = workbook.worksheets[0]
    page.append(["Z", "Unknown"])
    page.append(["A", "Roof twice"])
    page.append([None, "New one"])
    workbook.save(path)
    before = standing(book)
    report = book.import_files([path])
    assert report.files[0].rejects.to_pylist() == [
        {"row": row, "column": column, "reason": f"sources.rejected_{reason}", "raw": raw}
        for (row, column, reason), raw in zip(
            [
                (3, "Stage changed on", "no_day"),
                (4, "Stage changed on", "before_last"),
                (5, "Stage", "unknown_stage"),
                (6, "Deal no.", "unknown_deal"),
                (7, "Deal no.", "repeated"),
                (8, "Deal no.", "no_id"),
            ],
            report.files[0].rejects["raw"].to_pylist(),
            strict=True,
        )
    ]
    assert standing(book) == before
    assert "sources" not in (book.root / "rejects").glob("*.csv").__next__().read_text("utf-8-sig")


def test_a_value_is_emptied_also_the_last_one_of_its_column(book, tmp_path):
    before = standing(book)
    book.import_files([edited(book, tmp_path, {"A": {"next_step": None}})])
    report = book.import_files([edited(book, tmp_path, {"A": {"expected_close_day": None}})])
    assert (report.files[0].loaded, report.files[0].rejected) == (1, 0)
    before["A"] |= {"next_step": None, "expected_close_day": None}
    assert standing(book) == before
    book.rebuild()
    assert standing(book) == before


def test_what_the_book_has_learnt_meanwhile_stays(book, tmp_path):
    path = edited(book, tmp_path, {"A": {"amount": 500}})
    (tmp_path / "deals.csv").write_text(DEALS.replace("Roof", "Roof 2").replace("send", "sent"), "utf-8")
    book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    book.import_files([path])
    assert (book.facts.deal("A")["name"], book.facts.deal("A")["amount"]) == ("Roof 2", 500)
    assert book.facts.deal("E")["next_step"] == "sent"


def test_the_same_workbook_again_is_no_change_and_a_rebuild_and_an_undo_find_it(book, tmp_path):
    before = standing(book)
    path = edited(book, tmp_path, {"A": {"stage": "Won", "changed_on": dt.date(2026, 2, 3), "amount": 500}})
    book.import_files([path])
    after = standing(book)
    assert book.import_files([path]).files[0].skipped_by == {"unchanged": 3}
    book.rebuild()
    assert standing(book) == after
    assert after["A"]["stage"] == "Won"
    book.undo_import(book.imports()[-1].name)
    assert standing(book) == before


def test_a_workbook_without_its_hidden_sheet_or_heads_is_told(book, tmp_path):
    path = edited(book, tmp_path, {})
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0].delete_rows(2)
    workbook.save(path)
    with pytest.raises(InputError) as caught:
        book.import_files([path])
    assert caught.value.message.key == "sources.no_heads"
    with pytest.raises(BookError):
        yaad.Book.create(tmp_path / "other").import_files([path])
