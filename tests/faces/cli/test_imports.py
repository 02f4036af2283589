"""What the book is made of, on the command line."""

import datetime as dt
import json

import pytest


def test_what_was_imported_is_listed_and_taken_back(yaad, tmp_path):
    deals = "deal,stage,entered,closed\nA,Won,2026-01-01,2026-01-09\nB,Talk,2026-01-02,\n"
    (tmp_path / "first.csv").write_text(deals, "utf-8")
    (tmp_path / "second.csv").write_text(deals + "C,Talk,2026-01-03,\n", "utf-8")
    (tmp_path / "map.yaml").write_text(
        "kind: deals\nshape: two_dates\n"
        "columns: {id: deal, stage: stage, entered: entered, closed: closed}\nentered_opens: Talk\n"
        "stages: [{name: Talk}, {name: Won, type: won}]\ndates: iso\nzone: UTC\n",
        "utf-8",
    )
    for name in ("first.csv", "second.csv"):
        assert yaad("import", tmp_path / name, "--map", tmp_path / "map.yaml", "--book", tmp_path / "book").code == 0
    made = json.loads(yaad("imports", "--book", tmp_path / "book", "--json").out)["imports"]
    assert [one["files"] for one in made] == [["first.csv"], ["second.csv"]]
    assert "second.csv" in yaad("imports", "--book", tmp_path / "book").out
    again = yaad("import", tmp_path / "second.csv", "--map", tmp_path / "map.yaml", "--book", tmp_path / "book")
    assert (again.code, again.err) == (0, "")
    assert f"second.csv has been in the book since {dt.datetime.now(dt.UTC).day}" in again.out
    assert made[1]["name"] in again.out
    undone = yaad("undo-import", made[1]["name"], "--book", tmp_path / "book", "--json")
    assert json.loads(undone.out) == {"undone": made[1]["name"]}
    figures = json.loads(yaad("measure", "deals", "--book", tmp_path / "book", "--json").out)["measures"]
    assert figures[0]["value"] == 2
    unknown = yaad("undo-import", "0009-none", "--book", tmp_path / "book")
    assert (unknown.code, unknown.out) == (2, "")
    assert made[0]["name"] in unknown.err


@pytest.mark.parametrize(("lang", "said"), [("he", "אין שורות"), ("en", "no rows")])
def test_headings_alone_begin_no_book_and_need_no_day(yaad, tmp_path, lang, said):
    (tmp_path / "deals.csv").write_text("id,stage,created,amount\n", "utf-8")
    done = yaad("import", tmp_path / "deals.csv", "--yes", "--book", tmp_path / "book", "--lang", lang)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "--as-of" not in done.err
    assert not (tmp_path / "book").exists()
