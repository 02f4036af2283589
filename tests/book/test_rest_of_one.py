"""Whether what is missing still came in the rest of earlier months: of one person by what they brought themselves."""

import datetime as dt
from contextlib import closing

import pytest

from yaad.book import Book
from yaad.model import Whose
from yaad.show.goals import pace_said
from yaad.show.speech import say_plain

MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, name: name, stage: stage, entered: entered, closed: closed, amount: amount, owner: owner}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
currency: ILS
tax: net
"""
ROWS = [("A0", "Avi", "2026-01-02", 100), ("D0", "Dana", "2026-01-02", 10)]
ROWS += [(f"A{month}", "Avi", f"2026-{month:02}-26", 100) for month in range(1, 8)]
ROWS += [("D1", "Dana", "2026-03-26", 60), ("Z", "Avi", "2026-08-14", 5)]


@pytest.fixture
def book(tmp_path):
    lines = [f"{deal},{deal},Won,2026-01-01,{day},{amount},{who}" for deal, who, day, amount in ROWS]
    (tmp_path / "deals.csv").write_text("\n".join(["deal,name,stage,entered,closed,amount,owner", *lines]), "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    with closing(Book.create(tmp_path / "book")) as made:
        made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
        yield made


def test_what_one_person_still_has_to_bring_is_held_against_what_they_brought(book):
    said = {"at": dt.datetime(2026, 8, 1, tzinfo=dt.UTC), "by": "owner"}
    book.goals.set("50", "2026-08", **said)
    book.goals.set("50", "2026-08", whose=Whose(owner="Dana"), **said)
    whole, dana = (book.goals.status("2026-08", whose=whose).content for whose in (Whose(), Whose(owner="Dana")))
    # 45 are missing of all, and Avi alone brought 100 after the middle of each of seven months; Dana once 60
    assert whole.enough == (7, 7)
    assert dana.enough == (1, 7)
    assert "In 1 of the last 7 periods" in " ".join(say_plain(line, "en") for line in pace_said(dana, "en"))


def test_a_month_that_is_over_has_no_rest(book):
    said = {"at": dt.datetime(2026, 7, 1, tzinfo=dt.UTC), "by": "owner"}
    book.goals.set("500", "2026-07", **said)
    goal = book.goals.status("2026-07").content
    assert (float(goal.gap), goal.state.value, goal.enough) == (400.0, "behind", None)
