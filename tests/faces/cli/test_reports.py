"""The verbs that hand something over: xray and export."""

import csv

import pytest

DEALS = """id,created,closed,stage,amount,owner
1,2026-01-05,2026-01-20,Won,1000,Dana
2,2026-01-07,2026-02-01,Lost,1200,Avi
3,2026-02-01,,Lead,900,Dana
4,2026-02-03,2026-02-20,Won,1500,Avi
"""
MAP = """kind: deals
shape: two_dates
zone: UTC
columns: {id: id, owner: owner, stage: stage, amount: amount, entered: created, closed: closed}
entered_opens: Lead
stages: [{name: Lead}, {name: Won, type: won}, {name: Lost, type: lost}]
"""


@pytest.fixture
def files(tmp_path):
    deals, mapping = tmp_path / "deals.csv", tmp_path / "map.yaml"
    deals.write_text(DEALS, "utf-8")
    mapping.write_text(MAP, "utf-8")
    return deals, mapping


def test_an_xray_of_files_leaves_no_book(yaad, files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    deals, mapping = files
    out = tmp_path / "out" / "xray.xlsx"
    done = yaad("xray", deals, "--map", mapping, "--yes", "--out", out, "--target", "3", "--comment", "2: Well done.")
    assert done.code == 0, done.err
    assert str(out) in done.out
    assert out.read_bytes().startswith(b"PK")
    assert not (tmp_path / "book").exists()


def test_an_xray_as_data(yaad, files, tmp_path):
    deals, mapping = files
    words = ("xray", deals, "--map", mapping, "--json", "--out", tmp_path / "x.pdf", "--company", "Novatek Ltd.")
    told = yaad(*words, "--target", "2", "--as-of", "2026-03-31", "--comment", "2: Well done.").json
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
    assert (told["company"], told["as_of"]) == ("Novatek Ltd.", "2026-03-31")
    assert [page["id"] for page in told["pages"]] == ["quality", "funnel", "time", "plan"]
    assert told["pages"][0]["data"]["files"][0]["rows_in"] == 4
    assert told["pages"][1]["remarks"] == ["Well done."]
    assert told["pages"][3]["data"]["plan"]["target"] == 2


def test_an_xray_of_a_book(yaad, files, tmp_path):
    deals, mapping = files
    book = tmp_path / "book"
    yaad("import", deals, "--map", mapping, "--yes", "--book", book)
    done = yaad("xray", "--book", book, "--out", tmp_path / "x.xlsx")
    assert done.code == 0, done.err
    assert yaad("xray", "--book", tmp_path / "none", "--out", tmp_path / "y.xlsx").code == 2
    assert not (tmp_path / "y.xlsx").exists()


def test_a_wrong_ending_is_told_before_anything_is_read(yaad, tmp_path):
    done = yaad("xray", tmp_path / "absent.csv", "--out", tmp_path / "x.doc")
    assert done.code == 2
    assert ".pdf" in done.err


def test_tables_and_results_are_taken_out(yaad, files, tmp_path):
    deals, mapping = files
    book = tmp_path / "book"
    yaad("import", deals, "--map", mapping, "--yes", "--book", book)
    done = yaad("export", "deals", "funnel", "--book", book, "--out", tmp_path / "out", "--json")
    assert [one["rows"] for one in done.json["written"]] == [4, 1]
    with (tmp_path / "out" / "deals.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["deal_id"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["amount"] for row in rows] == ["1000", "1200", "900", "1500"]
    assert yaad("export", "--book", book).code == 2
    assert yaad("export", "dealz", "--book", book, "--out", tmp_path).code == 2
