"""Jobs take turns: so many at once over all companies, nobody behind somebody's whole pile, none lost by a restart."""

import threading
import time
from pathlib import Path

import pytest

from yaad.server import jobs
from yaad.server.jobs import Jobs, State
from yaad.server.shelf import Places
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
    for name in ("add", "wait"):
        jobs.register(name, f"jobs_for_tests:{name}")


def until(port, job, reached):
    for _ in range(600):
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


def test_what_waited_goes_on_after_a_restart(tasks, tmp_path):
    turns = Turns(1)
    port = Jobs(tmp_path / "jobs.sqlite", turns)
    first, second = port.submit("wait", {}), port.submit("add", {"numbers": [5, 6]})
    until(port, first, lambda job: job.state is State.RUNNING)
    turns.close()
    port.close()
    again = Jobs(tmp_path / "jobs.sqlite", Turns(1))
    assert again.progress(first).state is State.CANCELLED
    assert until(again, second, lambda job: job.state.final).result == {"sum": 11}
    again.close()


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
