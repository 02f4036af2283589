"""Rows that were refused come back corrected."""

import openpyxl
import pytest

import yaad

DEALS = """\
deal,rep,stage,value,entered,closed
A,Dana,Won,100,2026-01-01,2026-01-09
B,Noa,Talk,a lot,2026-01-02,
C,Noa,Talk,70,2026-13-45,
D,Noa,Talk,"=1+1",2026-01-05,
007,Noa
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, rep: rep, stage: stage, amount: value, entered: entered, closed: closed}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}]
dates: iso
zone: UTC
"""


@pytest.mark.parametrize(
    ("lang", "why", "rtl"), [("en", "Yaad: why it was not read", False), ("he", "יעד: למה לא נקלטה", True)]
)
def test_refused_rows_are_corrected_in_a_workbook_and_brought_back(tmp_path, lang, why, rtl):
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    report = book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml", lang=lang)
    assert (report.files[0].loaded, report.files[0].rejected) == (1, 4)
    grouped = {
        note.values["reason"].key: (note.values["n"], note.values.get("column"))
        for note in report.notes
        if note.key in ("book.refused_because", "book.refused_in")
    }
    assert sum(n for n, _ in grouped.values()) == 4
    assert grouped["intake.rejected_bad_number"] == (2, "value"), "and in which column it stands"
    (path,) = (book.root / "rejects").glob("*.xlsx")
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.active
    assert bool(sheet.sheet_view.rightToLeft) is rtl
    heads, *rows = sheet.iter_rows(values_only=True)
    assert heads[:6] == ("deal", "rep", "stage", "value", "entered", "closed")
    assert heads[6] == why
    by_id = {row[0]: row for row in rows}
    assert by_id["B"][3:5] == ("a lot", "2026-01-02")
    assert by_id["D"][3] == "=1+1"
    assert sheet.cell(2, 4).data_type == "s"
    for row in sheet.iter_rows(min_row=2):
        if row[0].value == "B":
            row[3].value = 50
        elif row[0].value == "C":
            row[4].value = "2026-01-04"
        elif row[0].value == "D":
            row[3].value = 2
        else:
            row[0].value, row[1].value, row[2].value, row[4].value = "007", "Noa", "Talk", "2026-01-06"
    workbook.save(path)
    again = book.import_files([path], mapping=tmp_path / "map.yaml", lang=lang)
    assert (again.files[0].loaded, again.files[0].rejected) == (4, 0)
    assert not any(name.startswith(("Yaad:", "יעד:")) for name in book.columns)
    values = {figure.id: figure.value for figure in book.measure("deals", "open_value").content}
    assert values["deals"] == 5
    assert book.facts.deal("007")["owner"] == "Noa"


def test_a_correction_says_nothing_of_the_other_deals(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    (path,) = (book.root / "rejects").glob("*.xlsx")
    workbook = openpyxl.load_workbook(path)
    for row in workbook.active.iter_rows(min_row=2):
        row[3].value, row[4].value = 50, "2026-01-04"
    workbook.save(path)
    again = book.import_files([path], mapping=tmp_path / "map.yaml")
    assert again.files[0].loaded == 3
    assert "book.difference_stay" not in {note.key for note in again.notes}
    (tmp_path / "list.csv").write_text("".join(DEALS.splitlines(keepends=True)[:1]) + "B,Noa,Talk,50,2026-01-02,\n")
    listed = book.import_files([tmp_path / "list.csv"], mapping=tmp_path / "map.yaml")
    assert [note.values["n"] for note in listed.notes if note.key == "book.difference_stay"] == [3]
