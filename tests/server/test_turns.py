"""Jobs take turns: so many at once over all companies, nobody behind somebody's whole pile, none lost by a restart."""

import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from yaad.server import jobs
from yaad.server.jobs import Jobs, State
from yaad.server.place import Place
from yaad.server.running import Running
from yaad.server.shelf import Places
from yaad.server.state import Desks
from yaad.server.turns import Turns


def test_companies_take_turns():
    begun, turns = [], Turns(1)
    for company, job in [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2")]:
        turns.enter(company, job, lambda job=job: begun.append(job))
    for _ in range(6):
        turns.leave()
    assert begun == ["a1", "a2", "b1", "c1", "a3", "b2"]
    assert (turns.running, turns.waiting) == (0, 0)


def test_never_more_at_once_than_allowed():
    turns, begun = Turns(3), []
    for number in range(10):
        turns.enter("a", str(number), lambda: begun.append(turns.running))
    assert (len(begun), turns.waiting) == (3, 7)
    for _ in range(10):
        turns.leave()
    assert len(begun) == 10
    assert max(begun) == 3


def test_one_that_cannot_begin_holds_up_nobody(caplog):
    begun, turns = [], Turns(1)

    def broken() -> None:
        raise OSError("no room")

    turns.enter("a", "1", broken)
    turns.enter("a", "2", lambda: begun.append("2"))
    assert begun == ["2"]
    assert turns.running == 1


def test_one_that_was_withdrawn_does_not_begin():
    begun, turns = [], Turns(1)
    for job in "123":
        turns.enter("a", job, lambda job=job: begun.append(job))
    assert turns.withdraw("2")
    assert not turns.withdraw("2")
    turns.leave()
    turns.leave()
    assert begun == ["1", "3"]


@pytest.fixture
def tasks(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    for name in ("add", "wait", "once"):
        jobs.register(name, f"jobs_for_tests:{name}")


def until(port, job, reached):
    for _ in range(2400):
        found = port.progress(job)
        if reached(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_job_waits_until_another_has_ended(tasks, tmp_path):
    turns = Turns(1)
    here, there = Jobs(tmp_path / "here.sqlite", turns), Jobs(tmp_path / "there.sqlite", turns)
    first = here.submit("wait", {})
    until(here, first, lambda job: job.state is State.RUNNING)
    second = there.submit("add", {"numbers": [1, 2]})
    assert there.progress(second).state is State.WAITING
    third = there.submit("add", {"numbers": [3, 4]})
    there.cancel(third)
    assert there.progress(third).state is State.CANCELLED
    here.cancel(first)
    assert until(there, second, lambda job: job.state.final).result == {"sum": 3}
    assert there.progress(third).state is State.CANCELLED
    here.close()
    there.close()


def test_what_waited_or_was_interrupted_goes_on_after_a_restart(tasks, tmp_path):
    turns = Turns(1)
    port = Jobs(tmp_path / "jobs.sqlite", turns)
    first, second = port.submit("once", {"mark": str(tmp_path / "mark")}), port.submit("add", {"numbers": [5, 6]})
    until(port, first, lambda job: job.done == 1)
    turns.close()
    port.close()
    assert port.progress(first).state is State.WAITING
    again = Jobs(tmp_path / "jobs.sqlite", Turns(1))
    assert until(again, first, lambda job: job.state.final).result == {"again": True}
    assert until(again, second, lambda job: job.state.final).result == {"sum": 11}
    again.close()


def kill(port, job):
    """The power is cut: the server goes too, and says nothing of what has become of its child."""
    child = port._children[job]
    port._ending.add(job)
    os.killpg(child.process.pid, signal.SIGKILL)
    child.tidying.join()


def test_what_a_power_cut_broke_off_is_begun_once_more_and_no_more(tasks, tmp_path):
    path = tmp_path / "jobs.sqlite"
    port = Jobs(path, Turns(1))
    job = port.submit("wait", {})
    until(port, job, lambda found: found.done == 1)
    kill(port, job)
    port = Jobs(path, Turns(1))
    until(port, job, lambda found: found.done == 1)
    kill(port, job)
    third = Jobs(path, Turns(1))
    assert (third.progress(job).state, third.progress(job).error) == (State.FAILED, {})


def test_a_process_of_the_same_number_is_not_the_jobs_own(tasks, tmp_path):
    path = tmp_path / "jobs.sqlite"
    port = Jobs(path, Turns(1))
    job = port.submit("add", {"numbers": [1, 2]})
    child = port._children[job]
    until(port, job, lambda found: found.state.final)
    child.tidying.join()
    with jobs.connect(path) as db:  # as it stood when the power was cut
        db.execute("UPDATE job SET state = 'running', pid = ?, result = NULL WHERE id = ?", (os.getpid(), job))
    assert until(Jobs(path, Turns(1)), job, lambda found: found.state.final).result == {"sum": 3}


def test_jobs_that_were_left_go_on_at_the_start_in_turn_and_no_other_company_is_touched(tasks, tmp_path):
    for company, left in (("a", 2), ("b", 1), ("c", 0)):
        turns = Turns(1)
        turns.close()  # nothing begins
        port = Jobs(Place(tmp_path / company).jobs, turns)
        for number in range(left):
            port.submit("add", {"numbers": [number]})
    order = []

    class Seen(Turns):
        def enter(self, company, job, begin):
            super().enter(company, job, lambda: (order.append(company), begin()))

    desks = Desks(lambda company: tmp_path / company, Running(jobs=1))
    desks.turns = Seen(1)
    with closing(sqlite3.connect(Place(tmp_path / "a").jobs)) as db, db:
        db.execute("UPDATE job SET company = 'a'")
    with closing(sqlite3.connect(Place(tmp_path / "b").jobs)) as db, db:
        db.execute("UPDATE job SET company = 'b'")
    (tmp_path / "broken" / "server").mkdir(parents=True)
    (tmp_path / "broken" / "server" / "jobs.sqlite").write_text("no database " * 1000)
    desks.go_on(["broken", "a", "b", "c"])
    for _ in range(2400):
        if len(order) == 3:
            break
        time.sleep(0.05)
    assert order == ["a", "b", "a"]
    assert set(desks._common) == {"a", "b"}
    assert [one.shelf._book for one in desks._common.values()] == [None, None], "no book is opened"
    desks.close()


def test_only_so_many_questions_are_answered_at_once():
    places, seen, ready = Places(2), [], threading.Barrier(7)

    def ask() -> None:
        ready.wait()
        with places.one(), places.one():  # a question inside of a question
            seen.append(places.asking)
            time.sleep(0.01)

    threads = [threading.Thread(target=ask) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 7
    assert max(seen) <= 2
    assert places.asking == 0
