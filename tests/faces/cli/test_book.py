"""The whole way on a small book: files in, figures, plan, entries and their undoing out."""

import contextlib
import datetime as dt
import io
import json
import os
import shutil

import pytest

from yaad.book import Book
from yaad.faces.cli import main

DEALS = """\
id,rep,source,stage,amount,created,closed
a1,Dana,web,Won,1000,2026-01-01,2026-01-11
a2,Dana,web,Won,3000,2026-01-02,2026-01-22
a3,Dana,referral,Lost,500,2026-01-03,2026-01-08
a4,Yoav,web,Lost,700,2026-01-04,2026-02-03
a5,Yoav,referral,Won,2000,2026-01-05,2026-02-04
a6,Yoav,web,Inquiry,900,2026-01-10,
a7,Dana,,Inquiry,400,2026-02-01,
a8,Dana,web,Inquiry,600,,
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: id, rep: rep, source: source, stage: stage, amount: amount, entered: created, closed: closed}
entered_opens: Inquiry
stages: [{name: Inquiry}, {name: Won, type: won}, {name: Lost, type: lost}]
zone: UTC
"""


@pytest.fixture
def files(tmp_path):
    """A folder with the deals and their map."""
    return write(tmp_path)


def write(folder):
    """The deals and their map in a folder."""
    (folder / "deals.csv").write_text(DEALS, "utf-8")
    (folder / "map.yaml").write_text(MAP, "utf-8")
    return folder


class Asking:
    """The small book: called with a verb it gives the verb's object."""

    def __init__(self, yaad, root, report):
        self.yaad, self.root, self.report = yaad, root, report

    def __call__(self, verb, *words):
        return self.yaad(verb, *words, "--book", self.root, "--json").json


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The book as its import left it, with the account of the import; each test that writes gets its own copy."""
    folder = write(tmp_path_factory.mktemp("small"))
    words = ["import", folder / "deals.csv", "--map", folder / "map.yaml", "--book", folder / "book"]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main([*map(str, words), "--as-of", "2026-02-28", "--yes", "--json"]) == 0
    return folder / "book", json.loads(printed.getvalue())


@pytest.fixture
def book(yaad, imported):
    """The small book, to be read only."""
    root, report = imported
    return Asking(yaad, root, report)


@pytest.fixture
def own(yaad, imported, tmp_path):
    """A copy of the small book, to be written to."""
    root, report = imported
    return Asking(yaad, shutil.copytree(root, tmp_path / "own"), report)


def test_the_account_adds_up(book):
    (file,) = book.report["files"]
    assert file["name"] == "deals.csv"
    assert (file["rows_in"], file["loaded"], file["rejected"], file["skipped"]) == (8, 8, 0, 0)
    assert book.report["as_of"] == "2026-02-28"


def test_funnel(book):
    told = book("funnel")
    (stage,) = told["stages"]
    assert [stage[key] for key in ("stage", "entered", "advanced", "lost", "open")] == ["Inquiry", 8, 3, 2, 3]
    assert told["won"] == 3


def test_funnel_by_person(book):
    groups = {group["by"]["rep"]: group["stages"][0]["entered"] for group in book("funnel", "--by", "rep")["groups"]}
    assert groups == {"Dana": 5, "Yoav": 3}


def test_measures(book):
    rows = {row["id"]: row for row in book("measure", "inquiries", "win_rate", "won_value", "sales_cycle")["measures"]}
    assert rows["inquiries"]["value"] == 8
    assert rows["win_rate"]["value"] == pytest.approx(0.6)
    assert rows["win_rate"]["low"] < 0.6 < rows["win_rate"]["high"]
    assert (rows["won_value"]["value"], rows["won_value"]["unit"], rows["won_value"]["low"]) == (6000, None, None)
    assert rows["sales_cycle"]["value"] == 20


def test_measures_by_month_and_in_a_period(book):
    months = {row["by"]["month"]: row["value"] for row in book("measure", "won", "--by", "month")["measures"]}
    assert months == {"2026-01": 2, "2026-02": 1}
    (row,) = book("measure", "won", "--period", "2026-02")["measures"]
    assert (row["value"], row["period"]["name"]) == (1, "2026-02")


def test_dwell_and_conversion(book):
    told = book("dwell")
    assert told["stages"][0]["n"] == 7  # the undated one has no time
    assert told["total"]["n_open"] == 2
    told = book("conversion", "--from", "Inquiry", "--to", "Won")
    assert told["as_of"] == "2026-02-28"
    (row,) = told["conversions"]
    assert (row["entered"], row["reached"], row["lost"], row["undecided"]) == (8, 3, 2, 3)


def test_explain(book):
    told = book("explain", "won")
    assert list(told)[:4] == ["id", "rule", "sql", "rows"]
    assert told["rows_total"] == 3
    assert "SELECT" in told["sql"]


def test_plan_and_what_if_by_the_books_own_ratios(book):
    told = book("plan", "--target", "3", "--ratios", "all")
    assert (told["needed"][0]["count"], told["needed"][-1]["count"]) == (8, 3)
    assert book("whatif", "--inquiries", "16", "--ratios", "all")["needed"][-1]["count"] == 6


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (("measure", "won"), "measures"),
        (("funnel",), "groups"),
        (("dwell",), "groups"),
        (("conversion",), "conversions"),
    ],
)
def test_a_breakdown_of_a_period_without_deals(book, words, rows):
    assert book(*words, "--by", "rep", "--period", "1999")[rows] == []


def test_an_earlier_day(book):
    (stage,) = book("funnel", "--as-of", "2026-01-15")["stages"]
    assert (stage["advanced"], stage["lost"]) == (1, 1)


def test_what_is_written_counts_and_can_be_taken_back(own):
    entry = own("win", "a6", "--amount", "950", "--at", "2026-02-10", "--by", "Yoav")
    assert (entry["kind"], entry["deal_id"], entry["by"], entry["amount"]) == ("win", "a6", "Yoav", "950")
    assert own("measure", "won")["measures"][0]["value"] == 4
    own("undo", "a6", str(entry["seq"]))
    assert own("measure", "won")["measures"][0]["value"] == 3
    assert own("lose", "a7", "--reason", "price")["kind"] == "lose"
    assert own("note", "a7", "no answer")["text"] == "no answer"
    assert own("measure", "lost", "--as-of", "2099-01-01")["measures"][0]["value"] == 3


def test_a_deal_is_written_down_changed_and_worked_on(own):
    made = own("new", "Inquiry", "account=Oak Kitchens", "owner=Yoav", "amount=1,200", "--at", "2026-02-10")
    deal = made["deal_id"]
    assert (made["kind"], made["values"]["amount"]) == ("create", "1200")
    changed = own("change", deal, "next_step=send the drawing", "next_step_day=12.2.2026", "amount=")
    assert changed["values"] == {"next_step": "send the drawing", "next_step_day": "2026-02-12", "amount": None}
    plan = own("did", deal, "meeting", "--went", "planned", "--due", "2026-02-15T10:00")
    assert own("did", deal, "meeting", "--settles", str(plan["seq"]), "--text", "two kitchens")["went"] == ""
    gone = own("undo", deal, str(made["seq"]))
    assert own("undo", deal, str(gone["seq"]))["kind"] == "undo"


def test_a_deal_says_what_happened_and_why_it_was_closed(yaad, own):
    own("note", "a7", "asks for a sample")
    own("win", "a7", "--reason", "Trust", "--well", "Fast", "--well", "Kind")
    told = own("deal", "a7")
    assert (told["outcome"], [one["kind"] for one in told["timeline"]][:2]) == ("won", ["won", "note"])
    assert (told["timeline"][0]["reason"], told["timeline"][0]["done_well"]) == ("Trust", "Fast\nKind")
    assert told["timeline"][1]["text"] == "asks for a sample"
    own("undo", "a7", str(told["timeline"][0]["number"]))
    lost = own("lose", "a7", "--reason", "Price", "--text", "too dear")
    assert (lost["reason"], lost["text"]) == ("Price", "too dear")
    shown = yaad("deal", "a7", "--book", own.root, "--lang", "he")
    assert "הסיבה: Price · too dear" in shown.out
    assert "מה נעשה טוב" not in shown.out


def test_entries_say_how_to_take_them_back(yaad, own):
    done = yaad("note", "a7", "שלום", "--book", own.root, "--lang", "he")
    assert done.code == 0
    assert "yaad undo a7" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("move", "zz", "Inquiry"), "zz"),
        (("move", "a6", "Nowhere"), "Nowhere"),
        (("note", "a6", "x", "--at", "yesterday"), "yesterday"),
        (("change", "a6", "owner"), "owner"),
        (("change", "a6", "colour=red"), "colour"),
        (("did", "a6", "dance"), "dance"),
        (("new", "Won"), "Won"),
        (("undo", "a6", "77"), "77"),
        (("measure", "win_rat"), "win_rate"),
        (("funnel", "--by", "colour"), "colour"),
        (("funnel", "--period", "2026-13"), "2026-13"),
        (("conversion", "--from", "Nowhere"), "Nowhere"),
        (("explain", "nothing"), "nothing"),
        (("funnel", "--engine", "abacus"), "abacus"),
    ],
)
@pytest.mark.parametrize("lang", ["he", "en"])
def test_names_that_do_not_exist(yaad, book, words, said, lang):
    done = yaad(*words, "--book", book.root, "--json", "--lang", lang)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize("lang", ["he", "en"])
@pytest.mark.parametrize(
    "words", [("funnel",), ("funnel", "--by", "rep"), ("dwell",), ("measure", "won"), ("explain", "won"), ("doctor",),
              ("plan", "--target", "5"), ("whatif", "--inquiries", "5"), ("conversion",)],
)  # fmt: skip
def test_each_answer_is_readable(yaad, book, words, lang):
    done = yaad(*words, "--book", book.root, "--lang", lang)
    assert done.code == 0, done.err
    assert done.out.strip()
    assert not set("\u2066\u2067\u2068\u2069") & set(done.out)


def test_rebuilt_figures_are_the_same(own):
    own("note", "a7", "kept")
    before = own("measure", "won", "won_value", "win_rate")
    assert own("rebuild") == {"as_of": "2026-02-28"}
    assert own("measure", "won", "won_value", "win_rate") == before


def test_the_same_file_twice_changes_nothing(yaad, own, files):
    before = own("measure", "inquiries", "won_value")
    words = ("--map", files / "map.yaml", "--book", own.root, "--as-of", "2026-02-28", "--yes", "--json")
    (file,) = yaad("import", files / "deals.csv", *words).json["files"]
    assert (file["loaded"], file["skipped"]) == (0, 8)
    assert own("measure", "inquiries", "won_value") == before


def test_a_refused_row_is_written_with_its_reason(yaad, files):
    text = DEALS.replace("2026-01-11", "2026-13-45")
    (files / "bad.csv").write_text(text, "utf-8")
    done = yaad("import", files / "bad.csv", "--map", files / "map.yaml", "--book", files / "b", "--yes")
    assert done.code == 0, done.err
    assert "rejects" in done.out
    assert "8 rows = 7 loaded + 1 not read + 0 left out" in done.out
    (report,) = (files / "b" / "rejects").glob("*.csv")
    assert "2026-13-45" in report.read_text("utf-8-sig")


AMBIGUOUS = "id,created,closed,stage\n" + "".join(f"d{n},{n:02}/{n + 1:02}/2026,,Inquiry\n" for n in range(1, 9))


@pytest.mark.parametrize("lang", ["he", "en"])
def test_an_open_question_ends_with_its_map_line(yaad, files, lang):
    (files / "ambiguous.csv").write_text(AMBIGUOUS, "utf-8")
    done = yaad("import", files / "ambiguous.csv", "--book", files / "q", "--yes", "--json", "--lang", lang)
    assert (done.code, done.out) == (2, "")
    assert "day_first" in done.err
    assert not (files / "q").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("absent.csv", None),
        ("empty.csv", b""),
        ("binary.csv", os.urandom(2000)),
        ("broken.xlsx", b"PK\x03\x04 not a workbook"),
        ("noid.csv", b"colour,size\nred,3\n"),
    ],
)
@pytest.mark.parametrize("lang", ["he", "en"])
def test_what_cannot_be_read_leaves_nothing_behind(yaad, files, name, content, lang):
    if content is not None:
        (files / name).write_bytes(content)
    done = yaad(
        "import", files / name, "--map", files / "map.yaml", "--book", files / "ספר", "--yes", "--json", "--lang", lang
    )
    assert (done.code, done.out) == (2, "")
    assert name in done.err
    assert not (files / "ספר").exists()


def test_a_move_told_after_the_fact_says_where_the_deal_stands(own, yaad):
    own("win", "a6", "--at", "2026-02-20")
    done = yaad("move", "a6", "Inquiry", "--at", "2026-02-10", "--book", own.root)
    assert done.code == 0
    assert "stands in Won" in done.out


def test_a_move_says_what_it_went_without(own, yaad):
    lines = ["Budget", "<b>Who</b>"]
    Book.open(own.root).set_setting("exit:Inquiry", lines, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), by="o")
    refused = yaad("win", "a6", "--ticked", "Sky", "--book", own.root, "--lang", "en")
    assert (refused.code, "Sky" in refused.err) == (2, True)
    done = yaad("move", "a6", "Won", "--ticked", "Budget", "--book", own.root, "--lang", "en")
    assert (done.code, "without: <b>Who</b>" in done.out) == (0, True)


def test_words_too_many(yaad):
    done = yaad("funnel", "by", "source", "--lang", "he")
    assert (done.code, done.out) == (2, "")
    assert "מילים מיותרות: by source" in done.err
