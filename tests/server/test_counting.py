"""The first look at a page of a large book: it comes in a moment, or says that its figures are being counted."""

import datetime as dt
from collections import OrderedDict
from contextlib import closing
from contextvars import copy_context
from functools import partial

import pytest

from yaad.book import Book
from yaad.errors import CannotTell
from yaad.faces.web import late
from yaad.server import beside, shelf, writers
from yaad.server.shelf import Places, TooBusy
from yaad.text import LANGUAGES, Message

WAITS = 'class="message card counting"'


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """Nobody has waited for anything yet."""
    monkeypatch.setattr(beside, "_waited", OrderedDict())
    monkeypatch.setattr(beside, "_pace", beside._Pace())


@pytest.fixture
def line(monkeypatch):
    """Work that waits until it is told to be done; gives how many pieces there were."""
    waiting = []
    # as it goes in line: on behalf of who asks
    monkeypatch.setattr(beside, "beside", lambda work, **_more: waiting.append(partial(copy_context().run, work)))
    monkeypatch.setattr(late, "A_MOMENT", 0.01)

    def do():
        for work in waiting:
            work()
        done, waiting[:] = len(waiting), []
        return done

    return do


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_that_waits_says_so_comes_anew_and_is_whole_then(large, line, lang):
    browser = large.client("rep")
    browser.cookies["yaad_lang"] = lang
    for page in ("", "funnel/", "time/", "goals/"):
        address = f"{large.here.prefix}{page}"
        first = browser.get(address)
        assert first.status_code == 202, page
        assert late.SOON <= int(first["Refresh"]) <= late.LATE
        assert first["Retry-After"] == first["Refresh"]
        assert WAITS in first.content.decode()
        assert browser.get(address).status_code == 202  # nobody has counted yet
        line()
        whole = browser.get(address)
        assert (whole.status_code, WAITS in whole.content.decode()) == (200, False), page


def test_figures_that_come_in_a_moment_are_the_page(large, monkeypatch):
    monkeypatch.setattr(late, "A_MOMENT", 60.0)
    monkeypatch.setattr(late, "in_line", lambda: 0)
    whole = large.client("rep").get(f"{large.here.prefix}funnel/")
    assert whole.status_code == 200
    assert "Refresh" not in whole


def test_one_counting_does_for_all_who_wait_for_the_same(large, line):
    for _ in range(3):
        assert large.client("rep").get(f"{large.here.prefix}funnel/").status_code == 202
    assert line() == 1
    large.client("rep_south").get(f"{large.here.prefix}funnel/")
    assert line() == 1  # others see other deals


def test_files_and_programs_wait_for_their_figures(large, line):
    browser = large.client("rep")
    assert browser.get(f"{large.here.prefix}funnel.json").status_code == 200
    assert browser.get(f"{large.here.prefix}funnel.csv").status_code == 200
    assert browser.get(f"{large.here.prefix}calls/").status_code == 200  # a file without an ending of its address
    assert browser.get(f"{large.here.prefix}proposals/").headers["Content-Type"] == "application/json"


def test_what_cannot_be_told_is_said_and_is_not_waited_for_for_ever(large, line, monkeypatch):
    from yaad.server.questions import reading

    def cannot(_book):
        raise CannotTell(Message("chances.not_yet"))

    monkeypatch.setattr(reading, "dwell", lambda *_more: reading.ask(object, "dwell of the test", cannot))
    browser, address = large.client("rep"), f"{large.here.prefix}time/"
    assert browser.get(address).status_code == 202
    line()
    assert browser.get(address).status_code == 422


def test_no_page_waits_because_somebody_else_has_written(large, line):
    browser, address = large.client("rep"), f"{large.here.prefix}funnel/"
    browser.get(address)
    line()
    assert browser.get(address).status_code == 200
    with closing(Book.open(large.here.root)) as book:
        book.note("here-Ben-5", "called", at=dt.datetime(2026, 10, 19, tzinfo=dt.UTC), by="Cyd")
    assert browser.get(address).status_code == 200


def test_in_a_small_book_nothing_is_waited_for_beside(team, line):
    assert team.client("rep").get(f"{team.here.prefix}plan/").status_code == 200
    assert line() == 0


def test_too_many_who_wait_are_told_so(team, monkeypatch):
    places = Places(1, line=0)
    monkeypatch.setattr(shelf.Shelf, "_place", lambda _shelf: places.one())
    browser = team.client("rep")
    with places.one():
        shelf.NEST.depth = 0  # somebody else's question
        page = browser.get(f"{team.here.prefix}funnel/?by=source")
        program = browser.get(f"/api/v1/companies/{team.here.id}/funnel?by=source")
        shelf.NEST.depth = 1
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Very many people" in page.content.decode()
    assert (program.status_code, program["Retry-After"]) == (503, "5")
    assert program["Content-Type"] == "application/problem+json"
    assert browser.get(f"{team.here.prefix}funnel/?by=source").status_code == 200


def test_a_line_that_is_full_sends_away_and_is_free_again():
    places = Places(1, line=0)
    with places.one():
        shelf.NEST.depth = 0
        with pytest.raises(TooBusy), places.one():
            pass
        shelf.NEST.depth = 1
    with places.one():
        assert places.asking == 1
    assert places.asking == 0


def test_work_is_known_while_it_waits_and_for_a_while_after(monkeypatch):
    held = []
    monkeypatch.setattr(beside, "beside", lambda work, **_more: held.append(work))
    monkeypatch.setattr(beside, "REMEMBERED", 1000.0)
    done = []
    first = beside.once("of the test", lambda: done.append(1))
    assert beside.once("of the test", lambda: done.append(2)) is first
    held[0]()
    assert first.done()
    assert beside.once("of the test", lambda: done.append(2)) is first
    assert beside.once("of the test", lambda: done.append(2), "other data") is not first
    monkeypatch.setattr(beside, "REMEMBERED", 0.0)
    held[1]()
    assert beside.once("of the test", lambda: done.append(3), "other data") is not first
    assert done == [1, 2]


def test_what_is_at_work_for_earlier_data_does_for_later_ones(monkeypatch):
    held = []
    monkeypatch.setattr(beside, "beside", lambda work, **_more: held.append(work))
    first = beside.once("of the test", lambda: None, "now")
    assert beside.once("of the test", lambda: None, "later") is first
    held[0]()
    assert beside.once("of the test", lambda: None, "later") is not first


def test_what_goes_wrong_beside_is_done_and_holds_nothing(monkeypatch):
    held = []
    monkeypatch.setattr(beside, "beside", lambda work, **_more: held.append(work))

    def fails():
        raise CannotTell(Message("chances.not_yet"))

    piece = beside.once("of the test", fails)
    held[0]()
    assert piece.result(timeout=1) is None


def test_who_is_further_back_in_line_waits_longer_and_who_was_served_not_at_all(monkeypatch):
    held = []
    monkeypatch.setattr(beside, "beside", lambda work, **_more: held.append(work))
    beside._pace.seconds = 4.0
    monkeypatch.setattr(beside, "NEWS", 0.0)
    monkeypatch.setattr(beside, "HANDS", 2)
    line = [beside.once(("of the test", n), lambda: None) for n in range(3)]
    assert [one.wait() for one in line] == [4.0, 6.0, 8.0]
    held[0]()
    assert [one.wait() for one in line] == [0.0, 4.0, 6.0]


def test_what_is_waited_for_goes_before_what_nobody_waits_for(monkeypatch):
    line = beside.queue.PriorityQueue()
    monkeypatch.setattr(beside, "_line", line)
    monkeypatch.setattr(beside, "HANDS", 0)
    order = []
    beside.beside(lambda: order.append("unasked"))
    beside.once("waited for", lambda: order.append("waited for"))
    while not line.empty():
        line.get()[-1]()
    assert order == ["waited for", "unasked"]


def test_a_program_that_writes_sees_its_own_work_on_the_pages_too(team):
    account = team.here.accounts["owner"].pk
    before = writers.written(team.here.id, account)
    browser = team.client("owner")
    browser.get(f"/api/v1/companies/{team.here.id}/funnel")
    assert writers.written(team.here.id, account) == before
    browser.post(f"/api/v1/companies/{team.here.id}/settings", {}, "application/json")
    assert writers.written(team.here.id, account) > before


def test_who_began_a_job_sees_what_it_did_once_it_has_ended(team, monkeypatch, tmp_path):
    from yaad.server import jobs
    from yaad.server.scoping import on_behalf_of, scope

    monkeypatch.setattr(jobs.Jobs, "_spawn", lambda *_more: None)
    monkeypatch.setitem(jobs._tasks, "of the test", "yaad.server.tasks:none")
    one = jobs.Jobs(tmp_path / "jobs.sqlite")
    access = scope(team.here.accounts["owner"].pk, team.here.id)
    before = writers.written(access.company, access.account)
    with on_behalf_of(access):
        job = one.submit("of the test", {"at": dt.date(2026, 1, 1).isoformat()})
        assert writers.written(access.company, access.account) == before
        with jobs.connect(one.path) as db:
            db.execute("UPDATE job SET state = ? WHERE id = ?", (jobs.State.DONE, job))
        assert one.progress(job).state is jobs.State.DONE
    landed = writers.written(access.company, access.account)
    assert landed > before
    with on_behalf_of(access):
        one.progress(job)
    assert writers.written(access.company, access.account) == landed
