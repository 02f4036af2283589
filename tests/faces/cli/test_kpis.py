"""The scorecard on the command line: what Python says too, and the company's own measures."""

import csv
import io

import pytest

from yaad.book import Book

DEALS = """\
id,rep,source,stage,amount,created,closed
a1,Dana,web,Won,1000,2026-01-01,2026-01-11
a2,Dana,web,Won,3000,2026-01-02,2026-02-22
a3,Dana,referral,Lost,500,2026-01-03,2026-02-08
a4,Yoav,web,Lost,700,2026-01-04,2026-02-03
a5,Yoav,referral,Won,2000,2026-01-05,2026-02-04
a6,Yoav,web,Inquiry,900,2026-02-10,
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: id, rep: rep, source: source, stage: stage, amount: amount, entered: created, closed: closed}
entered_opens: Inquiry
stages: [{name: Inquiry}, {name: Won, type: won}, {name: Lost, type: lost}]
currency: ILS
zone: UTC
"""
OWN = """version: 1
measures:
  - id: web_share
    names: {he: מהאתר, en: From the site}
    unit: rate
    good: up
    ratio: {numerator: {where: {source: web}}, denominator: inquiries}
"""


@pytest.fixture
def root(yaad, tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    words = ["import", tmp_path / "deals.csv", "--map", tmp_path / "map.yaml", "--book", tmp_path / "book"]
    assert yaad(*words, "--as-of", "2026-02-28", "--yes").code == 0
    (tmp_path / "own.yaml").write_text(OWN, "utf-8")
    return tmp_path / "book"


def test_the_command_line_says_what_python_says(yaad, root):
    told = yaad("kpi", "--book", root, "--period", "2026-02", "--json").json
    book = Book.open(root)
    assert told == book.kpis("2026-02").to_dict("en")
    book.close()
    rows = {row["id"]: row for row in told["kpis"]}
    assert (rows["won"]["value"], rows["won_value"]["value"]) == (2, 5000)  # a2 and a5
    assert rows["won"]["comparisons"]["previous"]["value"] == 1  # a1


@pytest.mark.parametrize("lang", ["he", "en"])
def test_a_table_and_a_file(yaad, root, lang):
    words = ("kpi", "--book", root, "--period", "2026-02", "--measure", "won", "--by", "rep", "--lang", lang)
    table = yaad(*words)
    assert (table.code, table.out.count("Dana")) == (0, 1)
    head, *rows = csv.reader(io.StringIO(yaad(*words, "--csv").out))
    assert [row[1:3] for row in rows] == [["Dana", "1"], ["Yoav", "1"]]
    assert len(head) == len(rows[0])


def test_own_measures_are_added_checked_listed_and_taken_out(yaad, root, tmp_path):
    assert yaad("kpi", "add", tmp_path / "own.yaml", "--book", root, "--json").json == {"measures": ["web_share"]}
    assert yaad("kpi", "check", "--book", root, "--json").json == {"measures": ["web_share"]}
    assert "From the site" in yaad("kpi", "list", "--book", root).out
    known = {row["id"] for row in yaad("measures", "--book", root, "--json").json["measures"]}
    assert known - {row["id"] for row in yaad("measures", "--json").json["measures"]} == {"web_share"}
    (figure,) = yaad("measure", "web_share", "--book", root, "--json").json["measures"]
    assert figure["value"] == pytest.approx(4 / 6)
    assert yaad("explain", "web_share", "--book", root, "--json").json["rows_total"] == 6
    assert yaad("kpi", "remove", "web_share", "--book", root, "--json").json == {"removed": "web_share"}
    assert yaad("measure", "web_share", "--book", root).code == 2


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("source: web", "sourse: web", "row 3"),
        ("unit: rate", "unit: rates", "row 5"),
        ("version: 1", "version: 9", "row 1"),
    ],
)
def test_a_fault_is_said_and_nothing_is_added(yaad, root, tmp_path, right, wrong, said):
    (tmp_path / "own.yaml").write_text(OWN.replace(right, wrong), "utf-8")
    for verb in ("check", "add"):
        done = yaad("kpi", verb, tmp_path / "own.yaml", "--book", root)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
    assert not (root / "measures.yaml").exists()


def test_a_file_that_is_not_there(yaad, root, tmp_path):
    assert yaad("kpi", "add", tmp_path / "nothing.yaml", "--book", root).code == 2
