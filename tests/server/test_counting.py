"""The first look at a page of a large book: it comes in a moment, or says that its figures are being counted."""

import datetime as dt
from collections import Counter, OrderedDict
from contextlib import closing
from contextvars import copy_context
from functools import partial

import pytest

from yaad.book import Book
from yaad.errors import CannotTell
from yaad.faces.web import late
from yaad.model import Viewer
from yaad.server import beside, shelf, writers
from yaad.server.beside import TooBusy
from yaad.server.shelf import Places
from yaad.text import LANGUAGES, Message

pytestmark = pytest.mark.usefixtures("home")
WAITS = 'class="message card counting"'


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """Nobody has waited for anything yet."""
    monkeypatch.setattr(beside, "_waited", OrderedDict())
    monkeypatch.setattr(beside, "_pace", beside._Pace())
    monkeypatch.setattr(beside, "_of", Counter())


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


@pytest.mark.parametrize(
    ("name", "address"),
    [("behind", "kpis/win_rate/deals/?by=source&is=web&period=2026-10"), ("customer", "customer/?is={customer}")],
)
def test_what_is_asked_for_one_page_alone_is_asked_once(large, monkeypatch, name, address):
    monkeypatch.setattr(late, "A_MOMENT", 60.0)
    monkeypatch.setattr(late, "in_line", lambda: 0)
    with closing(Book.open(large.here.root, viewer=Viewer(frozenset({"Ben"})))) as book:
        customer = book.customers(states=[]).content.standing.rows["customer"].to_pylist()[0]
    asked, ask = [], getattr(Book, name)
    monkeypatch.setattr(Book, name, lambda *given, **named: (asked.append(given), ask(*given, **named))[1])
    answer = large.client("rep").get(large.here.prefix + address.format(customer=customer))
    assert (answer.status_code, len(asked)) == (200, 1), address
    large.client("rep").get(large.here.prefix + address.format(customer=customer))
    assert len(asked) == 2, "another request asks for itself"


@pytest.mark.parametrize(("lang", "first", "after"), [("en", "counting them", "just done"), ("he", "החישוב", "שעשית")])
def test_a_page_that_waits_after_a_change_says_so(large, line, lang, first, after):
    account = large.here.accounts["rep_south"].pk
    writers._last.pop((large.here.id, account), None)
    browser, address = large.client("rep_south"), f"{large.here.prefix}time/"
    browser.cookies["yaad_lang"] = lang
    told = browser.get(address).content.decode()
    assert first in told
    assert after not in told
    assert "first look" not in told
    browser.post(f"{large.here.prefix}no-such-page/")
    told = browser.get(address).content.decode()
    assert after in told
    assert first not in told
    line()


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
    few = browser.get(f"{large.here.prefix}proposals/")  # why there are none is said at once
    assert (few.status_code, WAITS in few.content.decode()) == (422, False)


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


def test_one_who_asks_for_everything_is_sent_away_and_the_others_get_through(large, line):
    greedy, patient = large.client("owner"), large.client("rep")
    addresses = [f"{large.here.prefix}funnel/?by={by}" for by in ("source", "owner", "product", "branch")]
    addresses += [f"{large.here.prefix}time/?by={by}" for by in ("source", "owner", "product", "branch", "month")]
    answers = [greedy.get(address) for address in addresses]
    assert [one.status_code for one in answers] == [202] * beside.EACH + [503]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Several of your pages" in answers[-1].content.decode()
    assert patient.get(f"{large.here.prefix}funnel/").status_code == 202
    assert greedy.get(addresses[0]).status_code == 202  # what is waited for already is no more than it was
    assert line() == beside.EACH + 1
    assert greedy.get(addresses[-1]).status_code == 202
    assert line() == 1
    assert not beside._of


def test_the_first_of_each_goes_before_the_second_of_anybody(monkeypatch):
    line, order = beside.queue.PriorityQueue(), []
    monkeypatch.setattr(beside, "_line", line)
    monkeypatch.setattr(beside, "HANDS", 0)
    for who, asks in (("greedy", 3), ("one", 1), ("other", 2)):
        for place in range(asks):
            name = f"{who} {place}"
            beside.once(name, lambda name=name: order.append(name), whose=who)
    while not line.empty():
        line.get()[-1]()
    assert order == ["greedy 0", "one 0", "other 0", "greedy 1", "other 1", "greedy 2"]


def test_who_is_sent_away_may_come_again_once_something_is_done(monkeypatch):
    held = []
    monkeypatch.setattr(beside, "beside", lambda work, **_more: held.append(work))
    for place in range(beside.EACH):
        beside.once(("mine", place), lambda: None, whose="me")
    with pytest.raises(TooBusy):
        beside.once("one more", lambda: None, whose="me")
    assert not beside.once("one more", lambda: None, whose="you").done()
    held[0]()
    assert not beside.once("and one", lambda: None, whose="me").done()


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
