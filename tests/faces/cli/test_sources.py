"""Recurring sources, on the command line."""

import openpyxl
import pytest

DEALS = "deal,stage,entered,closed\nA,Won,2026-01-01,2026-01-09\nB,Talk,2026-01-02,\n"
MAP = (
    "kind: deals\nshape: two_dates\n"
    "columns: {id: deal, stage: stage, entered: entered, closed: closed}\nentered_opens: Talk\n"
    "stages: [{name: Talk}, {name: Won, type: won}]\ndates: iso\nzone: UTC\n"
)


@pytest.fixture
def book(yaad, tmp_path):
    (tmp_path / "first.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    root = tmp_path / "book"
    assert yaad("import", tmp_path / "first.csv", "--map", tmp_path / "map.yaml", "--book", root).code == 0
    return root


def test_the_follow_up_workbook_goes_out_and_comes_back(yaad, tmp_path, book):
    path = tmp_path / "f.xlsx"
    assert yaad("workbook", "--book", book, "--out", path, "--json").json == {"written": str(path), "deals": 1}
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0]["D3"].value = "Won"
    workbook.save(path)
    asked = yaad("import", path, "--book", book)
    assert "--as-of" in asked.out
    done = yaad("import", path, "--book", book, "--as-of", "2026-02-01", "--json").json
    assert done["files"][0]["loaded"] == 1
    assert yaad("measure", "won", "--book", book, "--json").json["measures"][0]["value"] == 2
    assert "follow-up workbook" in yaad("imports", "--book", book).out
    nothing = yaad("workbook", "--book", book, "--out", path, "--lang", "he")
    assert (nothing.code, nothing.err.strip()) == (2, "אין עסקאות פתוחות.")


def test_a_folder_is_watched_once(yaad, tmp_path, book):
    folder = tmp_path / "in"
    folder.mkdir()
    assert "Nothing has arrived" in yaad("watch", folder, "--book", book, "--once", "--every", "0").out
    (folder / "second.csv").write_text(DEALS + "C,Talk,2026-01-03,\n", "utf-8")
    (folder / "bad.csv").write_text("", "utf-8")
    done = yaad("watch", folder, "--book", book, "--once", "--every", "0", "--json").json
    assert {one["name"]: one["state"] for one in done["files"]} == {"second.csv": "done", "bad.csv": "failed"}
    assert done["waiting"] == 0
    assert yaad("measure", "deals", "--book", book, "--json").json["measures"][0]["value"] == 3
    assert yaad("watch", tmp_path / "none", "--book", book, "--once").code == 2


def test_a_pull_needs_its_token_and_an_address_that_may_be_asked(yaad, tmp_path, monkeypatch):
    root = tmp_path / "book"
    monkeypatch.delenv("YAAD_TEST_TOKEN", raising=False)
    asked = yaad("pull", "hubspot", "--book", root, "--token-env", "YAAD_TEST_TOKEN")
    assert (asked.code, "YAAD_TEST_TOKEN" in asked.err) == (2, True)
    monkeypatch.setenv("YAAD_TEST_TOKEN", "secret-token")
    for words, said in (
        (("zoho",), "hubspot, pipedrive, salesforce"),
        (("salesforce",), "--url"),
        (("hubspot", "--url", "http://10.0.0.1"), "https"),
    ):
        done = yaad("pull", *words, "--book", root, "--token-env", "YAAD_TEST_TOKEN")
        assert done.code == 2
        assert said in done.err
        assert "secret-token" not in done.out + done.err
    assert not root.exists()
