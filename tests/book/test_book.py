"""The door: opening, beginning, writing, undoing, building anew."""

import datetime as dt
import re

import pytest
import yaml

import yaad
from yaad.errors import BookError, InputError, UnknownName
from yaad.facts import Lake, SqliteJournal
from yaad.model import WinEntry
from yaad.text import render

EVENTS = """\
deal,stage,at
A,New,2026-01-01
A,Quote,2026-01-05
A,Won,2026-01-09
B,New,2026-01-02
B,Lost,2026-01-08
C,New,2026-01-03
C,Quote,2026-01-06
"""
MAP = """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at}
stages: [New, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""
AT = dt.datetime(2026, 1, 9, 12, tzinfo=dt.UTC)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    return tmp_path


@pytest.fixture
def book(files):
    made = yaad.Book.create(files / "book")
    made.import_files([files / "events.csv"], mapping=files / "map.yaml")
    return made


def counts(book):
    return {figure.id: figure.value for figure in book.measure("won", "lost", "open").content}


def test_no_book_is_said(tmp_path):
    with pytest.raises(BookError, match="no book"):
        yaad.open(tmp_path)


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(BookError, match="something else"):
        yaad.Book.create(tmp_path)


def test_a_failed_import_begins_no_book(files):
    (files / "empty.csv").write_text("", "utf-8")
    with pytest.raises(InputError):
        yaad.Book.create(files / "new").import_files([files / "empty.csv"])
    assert not (files / "new").exists()


def test_what_people_write_counts_at_once_and_can_be_taken_back(book):
    assert counts(book) == {"won": 1, "lost": 1, "open": 1}
    entry = book.win("C", at=AT, by="dana")
    assert counts(book) == {"won": 2, "lost": 1, "open": 0}
    book.undo("C", entry.seq, at=AT, by="dana")
    assert counts(book) == {"won": 1, "lost": 1, "open": 1}


def test_the_same_key_is_one_entry(book):
    first, second = (book.lose("C", at=AT, by="dana", key="k") for _ in range(2))
    assert first.seq == second.seq
    assert counts(book)["lost"] == 2


def test_a_rebuild_changes_no_figure(book):
    book.move("C", "Won", at=AT, by="dana")
    ids = ("won", "lost", "open", "sales_cycle", "dwell", "win_rate", "inquiries")
    before = book.measure(*ids).to_dict(), book.funnel().to_dict(), book.dwell().to_dict()
    book.rebuild()
    assert (book.measure(*ids).to_dict(), book.funnel().to_dict(), book.dwell().to_dict()) == before


def test_the_same_file_again_changes_nothing(book, files):
    version = book.data_version
    report = book.import_files([files / "events.csv"], mapping=files / "map.yaml")
    assert book.data_version == version
    assert (report.files[0].loaded, report.files[0].skipped_by) == (0, {"unchanged": 7})


def test_names_that_do_not_exist_are_said_with_those_that_do(book):
    with pytest.raises(UnknownName, match="Quote"):
        book.move("C", "Qoute", at=AT, by="dana")
    with pytest.raises(UnknownName):
        book.win("Z", at=AT, by="dana")
    with pytest.raises(UnknownName, match="win_rate"):
        book.measure("winrate")
    with pytest.raises(InputError, match="entry number 9"):
        book.undo("C", 9, at=AT, by="dana")


def test_a_plan_needs_one_target(book):
    with pytest.raises(InputError, match="either"):
        book.plan()


def test_open_deals_at_month_ends(book):
    (january,) = book.snapshots(1).content
    assert january.counts == {"New": 0, "Quote": 1}


def test_the_name_is_the_folder_until_it_is_said(book):
    assert book.name == "book"
    book.rename("מרווה")
    assert yaad.open(book.root).name == "מרווה"


def test_a_file_of_other_stages_is_not_chained_without_asking(book, files):
    (files / "other.csv").write_text("deal,stage,at\nX,Lead,2026-01-01\nX,Trial,2026-01-03\n", "utf-8")
    (files / "other.yaml").write_text(MAP.replace("New, Quote", "Lead, Trial"), "utf-8")
    with pytest.raises(yaad.OpenQuestion, match="Lead, Trial"):
        book.import_files([files / "other.csv"], mapping=files / "other.yaml")
    assert book.measure("deals").content[0].value == 3
    asked = book.understand([files / "other.csv"], mapping=files / "other.yaml").questions
    assert [(one.id, list(one.options)) for one in asked] == [
        ("stages:other:Lead", ["New", "Quote", "add"]),
        ("stages:other:Trial", ["New", "Quote", "add"]),
    ]
    assert not [
        one for one in asked if "--book" in render(one.text, "en") + "".join(render(why, "en") for why in one.evidence)
    ]
    said = {"stages:other": "add"}
    report = book.import_files([files / "other.csv"], mapping=files / "other.yaml", answers=said)
    assert book.measure("deals").content[0].value == 4
    (told,) = [note for note in report.notes if note.key == "book.other_stages_added"]
    assert told.values == {"theirs": "Lead, Trial", "ours": "New, Quote"}


def test_a_stage_of_a_file_is_one_of_the_book_where_that_is_said(book, files):
    (files / "other.csv").write_text("deal,stage,at\nX,Lead,2026-01-01\nX,Trial,2026-01-03\n", "utf-8")
    (files / "other.yaml").write_text(MAP.replace("New, Quote", "Lead, Trial"), "utf-8")
    said = {"stages:other:Lead": "New", "stages:other:Trial": "add"}
    book.import_files([files / "other.csv"], mapping=files / "other.yaml", answers=said)
    assert [one.name for one in book.pipeline.open] == ["New", "Quote", "Trial"]
    assert book.facts.deal("X")["stage"] == "Trial"
    told = str([vars(one) for one in book.deal("X").content.happened])
    assert ("New" in told, "Lead" in told) == (True, False)
    book.rebuild()
    assert [one.name for one in book.pipeline.open] == ["New", "Quote", "Trial"]
    (files / "more.csv").write_text("deal,stage,at\nY,Lead,2026-01-04\n", "utf-8")
    book.import_files([files / "more.csv"])  # what was said holds for the next file like it
    assert book.facts.deal("Y")["stage"] == "New"


def test_of_several_stages_those_that_nothing_is_said_of_are_still_asked(book, files):
    rows = "X,Lead,2026-01-01\nX,Trial: two,2026-01-03\nX,Demo,2026-01-05\n"
    (files / "other.csv").write_text(f"deal,stage,at\n{rows}", "utf-8")
    (files / "other.yaml").write_text(MAP.replace("New, Quote", "Lead, 'Trial: two', Demo"), "utf-8")
    said = {"stages:other:Lead": "New"}
    asked = book.understand([files / "other.csv"], mapping=files / "other.yaml", answers=said).questions
    assert [one.id for one in asked] == ["stages:other:Trial: two", "stages:other:Demo"]
    assert yaml.safe_load(asked[0].map_line) == {"same_stages": {"Trial: two": "New"}}
    with pytest.raises(yaad.OpenQuestion):
        book.import_files([files / "other.csv"], mapping=files / "other.yaml", answers=said)
    said |= {"stages:other:Trial: two": "Quote", "stages:other:Demo": "add"}
    report = book.import_files([files / "other.csv"], mapping=files / "other.yaml", answers=said)
    (told,) = [note for note in report.notes if note.key == "book.other_stages_added"]
    assert told.values == {"theirs": "Demo", "ours": "New, Quote"}
    assert [one.name for one in book.pipeline.open] == ["New", "Quote", "Demo"]


DATED = """\
id,stage,Qualification date,Proposal date,Negotiation date,Won date
X,Proposal,2026-01-02,2026-01-05,,
Y,Negotiation,2026-01-01,2026-01-04,2026-01-08,
Z,Won,2026-01-01,2026-01-03,2026-01-06,2026-01-08
"""


@pytest.mark.parametrize("stage", [True, False])
def test_stages_with_a_date_each_are_those_of_the_book_that_they_are_said_to_be(book, files, stage):
    rows = DATED if stage else re.sub("(?m)^([^,]*),[^,]*", r"\1", DATED)
    (files / "dated.csv").write_text(rows, "utf-8")
    asked = book.understand([files / "dated.csv"]).questions
    assert {one.id for one in asked} == {f"stages:other:{one}" for one in ("Qualification", "Proposal", "Negotiation")}
    said = {"Qualification": "New", "Proposal": "Quote", "Negotiation": "add"}
    answers = {f"stages:other:{name}": answer for name, answer in said.items()}
    assert book.understand([files / "dated.csv"], answers=answers).questions == ()
    book.import_files([files / "dated.csv"], answers=answers)
    for _ in range(2):
        assert [one.name for one in book.pipeline.open] == ["New", "Quote", "Negotiation"]
        assert [book.facts.deal(one)["stage"] for one in "XYZ"] == ["Quote", "Negotiation", "Won"]
        told = str([vars(one) for one in book.deal("Y").content.happened])
        assert ("Quote" in told, "Proposal" in told) == (True, False)
        book.rebuild()


def test_what_is_said_of_stages_holds_for_files_that_go_together_and_is_asked_once(book, files):
    (files / "deals.csv").write_text(
        "id,stage,created,closed\nX,Proposal,2026-01-05,\nY,Qualification,2026-01-06,\nZ,Won,2026-01-02,2026-01-09\n",
        "utf-8",
    )
    (files / "history.csv").write_text(
        "id,from,to,at\nX,Qualification,Proposal,2026-01-07\nZ,Proposal,Won,2026-01-09\n", "utf-8"
    )
    both = [files / "deals.csv", files / "history.csv"]
    told = {"stages": "Qualification=open, Proposal=open, Won=won, Lost=lost"}  # as a system tells its own
    for said in ({}, told):
        answers = dict(said)
        for _ in range(4):
            asked = [one.id for one in book.understand(both, answers=answers).questions]
            if "stages:other:Proposal" in asked:
                break
            answers |= {one.id: next(iter(one.options)) for one in book.understand(both, answers=answers).questions}
        assert set(asked) == {"stages:other:Qualification", "stages:other:Proposal"}
        answers |= {"stages:other:Qualification": "New", "stages:other:Proposal": "Quote"}
        assert book.understand(both, answers=answers).questions == (), said
    book.import_files(both, answers=answers)
    assert [one.name for one in book.pipeline.open] == ["New", "Quote"]
    assert [book.facts.deal(deal)["stage"] for deal in "XYZ"] == ["Quote", "New", "Won"]


def test_a_book_says_what_it_is(book):
    assert repr(book).endswith("as of 2026-01-09)")


@pytest.mark.parametrize("amount", ["abc", "NaN", "1e40", "-5", ""])
def test_an_amount_that_cannot_be_read_is_refused_before_it_is_written(book, amount):
    with pytest.raises(InputError, match="is not an amount"):
        book.win("C", at=AT, by="dana", amount=amount)
    assert counts(book) == {"won": 1, "lost": 1, "open": 1}


def test_an_amount_is_read_as_people_type_it(book):
    book.win("C", at=AT, by="dana", amount="1,200.50")
    assert book.measure("won_value").content[0].value == 1200.5


def test_an_unreadable_amount_in_a_journal_does_not_close_the_book(book):
    entry = WinEntry(deal_id="C", at=AT, by="dana", key="old", to_stage="Won", amount="1.200,00")
    SqliteJournal(book.root / "journal.sqlite").append(entry)
    assert counts(book)["won"] == 2


AMOUNTS = (
    "deal,stage,at,value\nE,New,2026-01-01,100\nE,Quote,2026-01-05,100\nE,Won,2026-01-09,150\nF,New,2026-01-02,70\n"
)


def test_a_past_day_sees_the_amounts_of_that_day(files):
    (files / "amounts.csv").write_text(AMOUNTS, "utf-8")
    (files / "amounts.yaml").write_text(MAP.replace("at: at", "at: at, amount: value"), "utf-8")
    book = yaad.read(files / "amounts.csv", map=files / "amounts.yaml")
    assert book.measure("won_value").content[0].value == 150
    past = yaad.open(book.root, as_of=dt.date(2026, 1, 6))
    assert past.measure("open_value").content[0].value == 170


def test_a_refused_import_leaves_the_record_of_another_alone(book, files):
    records = {path.name: path.read_text("utf-8") for path in (book.root / "imports").iterdir()}
    (files / "more.csv").write_text(EVENTS.replace("A,", "G,"), "utf-8")
    lake = Lake.open(book.root)
    with lake.writer("another import"), pytest.raises(BookError):
        book.import_files([files / "more.csv"], mapping=files / "map.yaml")
    assert {name: (book.root / "imports" / name).read_text("utf-8") for name in records} == records
    book.rebuild()
    assert book.measure("deals").content[0].value == 3


def test_two_currencies_refuse_a_sum_and_nothing_else(files):
    (files / "mix.csv").write_text(
        "deal,stage,at,value,cur\nE,New,2026-01-01,100,USD\nE,Won,2026-01-05,100,USD\nF,New,2026-01-01,70,EUR\n"
        "F,Won,2026-01-07,70,EUR\nG,New,2026-01-02,,\nG,Lost,2026-01-08,,\n",
        "utf-8",
    )
    (files / "mix.yaml").write_text(MAP.replace("at: at", "at: at, amount: value, currency: cur"), "utf-8")
    book = yaad.read(files / "mix.csv", map=files / "mix.yaml")
    with pytest.raises(InputError, match="EUR, USD"):
        book.measure("won_value")
    won, value = book.measure("won", "won_value").content
    assert (won.value, value.value) == (2, None)
    assert value.why is not None
    assert book.plan(target=2).content.value is None


def test_what_was_taken_back_is_not_taken_back_again(book):
    entry = book.win("C", at=AT, by="dana")
    back = book.undo("C", entry.seq, at=AT, by="dana")
    with pytest.raises(InputError, match="already"):
        book.undo("C", entry.seq, at=AT, by="dana")
    book.undo("C", back.seq, at=AT, by="dana")  # taking the taking back back
    assert counts(book)["won"] == 2


def test_a_plan_says_how_many_inquiries_its_ratios_leave_out(book):
    (note,) = [note for note in book.plan(3, window_days=8).content.notes if note.key == "plan.young_left_out"]
    assert note.values == {"n": 2}  # by the ninth only A was watched for eight days
    assert not [note for note in book.plan(3, ratios="all").content.notes if note.key == "plan.young_left_out"]
