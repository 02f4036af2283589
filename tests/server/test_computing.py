"""What takes long is followed by all who see the same rows, and does not begin again and again."""

import shutil

import pytest
from tests.api.conftest import Program, token_of

from yaad.book.computed import FOLDER
from yaad.errors import BookError, UnknownName
from yaad.server import computing, state, tasks
from yaad.server.jobs import State, connect
from yaad.server.scoping import on_behalf_of, scope


@pytest.fixture
def line(team):
    """No job is begun as long as this lasts, and none is left behind."""
    with as_who(team, "owner"):
        jobs = state.opened().jobs
    assert jobs._turns is not None
    with jobs._turns.held():
        yield jobs
        with connect(jobs.path) as db:
            left = [name for (name,) in db.execute("SELECT id FROM job")]
            db.execute("DELETE FROM job")
        for name in left:
            jobs._turns.withdraw(name)


def asks(team, name, *scopes, company=None) -> Program:
    where = company or team.here
    return Program(where.id, token_of(team, name, *scopes, company=where))


def as_who(team, name):
    return on_behalf_of(scope(team.here.accounts[name].pk, team.here.id))


def ended(jobs, name, how):
    with connect(jobs.path) as db:
        db.execute("UPDATE job SET state = ?, result = '{}' WHERE id = ?", (how, name))


def test_a_job_that_computes_is_followed_by_who_sees_the_same_rows_and_stopped_by_whom_it_works_for(team, line):
    with as_who(team, "consultant"):
        job = computing.begun("backtest").id
    owner = asks(team, "owner", "read", "write")  # without the say about people
    assert owner.post("/computations/backtest").json()["id"] == job
    assert owner.get(f"/jobs/{job}").json()["state"] == "waiting"
    assert owner.post(f"/jobs/{job}/cancel").status_code == 403
    for name in ("manager", "rep"):
        assert asks(team, name).get(f"/jobs/{job}").status_code == 404, name
        assert asks(team, name).post(f"/jobs/{job}/cancel").status_code == 404, name
    assert asks(team, "owner", company=team.there).get(f"/jobs/{job}").status_code == 404
    for name in ("manager", "viewer"):
        with as_who(team, name), pytest.raises(UnknownName):
            computing.followed(job)
    assert line.progress(job).state is State.WAITING
    assert asks(team, "owner").post(f"/jobs/{job}/cancel").json()["state"] == "cancelled"


def test_a_job_of_another_kind_is_followed_by_whom_it_works_for_alone(team, line):
    with as_who(team, "owner"):
        job = line.submit(tasks.ERASE, {"viewer": ""})
        assert computing.followed(job).id == job
    with as_who(team, "consultant"), pytest.raises(UnknownName):
        computing.followed(job)


def test_what_is_there_is_not_computed_again_however_often_it_is_asked_for(team, line, monkeypatch):
    kept = True
    monkeypatch.setattr(computing, "KEPT", {"backtest": lambda _book: kept})
    with as_who(team, "owner"):
        first = computing.begun("backtest", again=True).id
        ended(line, first, State.DONE)
        assert [computing.begun("backtest", again=again).id for again in (True, False, True)] == [first] * 3
        kept = False  # such as after a restore of the book without it
        second = computing.begun("backtest").id
        assert second != first
        ended(line, second, State.FAILED)
        assert computing.begun("backtest").id == second, "who looks at the page begins nothing anew"
        assert computing.begun("backtest", again=True).id != second


@pytest.mark.parametrize("what", ["backtest", "chances"])
def test_a_result_that_cannot_be_kept_is_a_failure_in_words(team, what):
    folder = team.here.root / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way", "utf-8")
    told = {"book": str(team.here.root), "what": what, "version": ""}
    try:
        with as_who(team, "owner"):
            with pytest.raises(BookError) as failed:
                tasks.compute(told, lambda *_said: None)
            assert failed.value.message.values["path"] == str(folder)
            folder.unlink()
            assert tasks.compute(told, lambda *_said: None) == {}
    finally:
        folder.unlink() if folder.is_file() else shutil.rmtree(folder, ignore_errors=True)
