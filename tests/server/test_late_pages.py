"""A page of a large book is there at once while newer figures are computed, and says so; files are of now."""

import datetime as dt

import pytest

from yaad.book import Book
from yaad.faces.web import late
from yaad.server import shelf

LINE = 'class="late muted"'


@pytest.fixture
def ben(large, monkeypatch):
    monkeypatch.setattr(shelf, "LONG", 0.0)
    monkeypatch.setattr(late, "A_MOMENT", 60.0)  # what is not there yet is waited for
    # nothing is renewed beside, so that what is old stays old
    monkeypatch.setattr(shelf, "beside", lambda _work, **_more: None)
    return large.client("rep")


def write(large, what, deal, **more):
    book = Book.open(large.here.root)
    getattr(book, what)(deal, at=dt.datetime(2026, 10, 19, tzinfo=dt.UTC), by="Ben", **more)
    book.close()


def test_the_page_says_of_when_its_figures_are_and_a_file_is_of_now(large, ben):
    page, file = f"{large.here.prefix}funnel/", f"{large.here.prefix}funnel.json"
    assert LINE not in ben.get(page).content.decode()
    known = ben.get(file).json()
    write(large, "lose", "here-Ben-5", reason="price")
    late = ben.get(page)
    assert late.status_code == 200
    assert LINE in late.content.decode()
    assert ben.get(file).json() != known


def test_who_has_just_written_waits_for_how_things_are_now(large, ben):
    page = f"{large.here.prefix}funnel/"
    ben.get(page)
    ben.post(f"{large.here.prefix}no-such-page/")
    write(large, "lose", "here-Ben-4", reason="price")
    assert LINE not in ben.get(page).content.decode()


def test_in_a_small_book_no_page_is_late(team):
    client = team.client("rep_south")
    page = f"{team.here.prefix}funnel/"
    client.get(page)
    write(team, "lose", "here-Cyd-5")
    assert LINE not in client.get(page).content.decode()


@pytest.mark.parametrize("page", ["", "goals/", "kpis/", "forecast/"])
def test_a_page_that_is_counted_beside_comes_whole(large, ben, caplog, page):
    assert ben.get(f"{large.here.prefix}{page}").status_code == 200
    assert not [one for one in caplog.records if one.name == "yaad.beside"]
