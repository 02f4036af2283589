"""What a running server holds is bounded, and what was lost of a result is computed again."""

import pytest

from yaad.server import computing, state
from yaad.server.jobs import State, connect
from yaad.server.running import Running
from yaad.server.scoping import on_behalf_of, scope
from yaad.server.state import Desks


@pytest.fixture
def owner(team):
    access = scope(team.here.accounts["owner"].pk, team.here.id)
    with on_behalf_of(access):
        yield access


def later(desks, company, seconds):
    """As if so much time had passed since a company was asked for."""
    desks._asked[company] -= seconds


@pytest.fixture
def desks(team):
    one = Desks(lambda company: next(found.root for found in (team.here, team.there) if found.id == company), Running())
    yield one
    one.close()


def test_a_company_that_nobody_asks_for_is_let_go_of_and_opens_again(team, desks):
    here = scope(team.here.accounts["owner"].pk, team.here.id)
    rep = scope(team.here.accounts["rep"].pk, team.here.id)
    there = scope(team.there.accounts["owner"].pk, team.there.id)
    for access in (here, rep, there):
        assert desks.of(access).shelf.ask("empty", lambda book: book.is_empty) is False
    desks.let_go()
    assert set(desks._common) == {team.here.id, team.there.id}
    later(desks, team.here.id, state.IDLE + 1)
    desks.let_go()
    assert set(desks._common) == {team.there.id}
    assert desks._shelves == {}
    assert desks.of(rep).shelf.ask("empty", lambda book: book.is_empty) is False


def test_too_many_go_sooner_those_first_that_were_asked_for_longest_ago(team, desks, monkeypatch):
    monkeypatch.setattr(state, "COMPANIES", 1)
    for company in (team.here, team.there):
        desks.of(scope(company.accounts["owner"].pk, company.id))
    desks.let_go()
    assert len(desks._common) == 2, "both are asked for right now"
    later(desks, team.here.id, state.SETTLED + 10)
    later(desks, team.there.id, state.SETTLED + 5)
    desks.let_go()
    assert set(desks._common) == {team.there.id}


def test_what_is_in_work_stays(team, desks):
    access = scope(team.here.accounts["owner"].pk, team.here.id)
    jobs = desks.of(access).jobs
    with on_behalf_of(access), desks.turns.held():
        job = jobs.submit("compute", {"what": "nothing"})
        later(desks, team.here.id, state.IDLE + 1)
        desks.let_go()
        assert team.here.id in desks._common
        jobs.cancel(job)
    desks.let_go()
    assert team.here.id not in desks._common


def test_a_result_that_is_gone_is_computed_again_and_one_that_is_there_is_not(team, owner, monkeypatch):
    kept = False
    monkeypatch.setattr(computing, "KEPT", {"backtest": lambda _book: kept})
    jobs = state.opened().jobs
    with jobs._turns.held():
        first = computing.begun("backtest")
        assert computing.begun("backtest").id == first.id, "it is at work"
        end(jobs, first)
        second = computing.begun("backtest")
        assert second.id != first.id
        end(jobs, second)
        kept = True
        assert computing.begun("backtest").id == second.id
        for job in (first, second):
            jobs._turns.withdraw(job.id)


def end(jobs, job):
    with connect(jobs.path) as db:
        db.execute("UPDATE job SET state = ?, result = '{}' WHERE id = ?", (State.DONE, job.id))


def test_a_full_disk_is_said_outside_of_a_company_too(home, team):
    from yaad.faces.web.failing import no_room

    assert no_room().message.values["path"] == str(home.folder)
    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        assert str(team.here.root) in no_room().message.values["path"]
