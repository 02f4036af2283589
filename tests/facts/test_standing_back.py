"""Engines whose threads stand behind the others of their process; who asks keeps its own place."""

import os
import sys
import threading
from pathlib import Path

import pytest

from yaad.facts.engines import DuckEngine, engines_stand_back, step_back

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have a standing of their own on Linux alone")


def standings() -> dict[int, int]:
    """Thread → steps that it stands behind."""
    tasks = [one.name for one in Path("/proc/self/task").iterdir()]
    return {int(one): os.getpriority(os.PRIO_PROCESS, int(one)) for one in tasks}


@pytest.fixture
def behind():
    engines_stand_back(7)
    yield
    engines_stand_back(0)


@pytest.mark.usefixtures("behind")
def test_threads_of_an_engine_stand_behind_and_who_opens_it_does_not():
    mine, known = threading.get_native_id(), standings()
    engine = DuckEngine([])
    made = {thread: steps for thread, steps in standings().items() if thread not in known}
    engine.close()
    assert made, "an engine has threads of its own"
    assert set(made.values()) == {known[mine] + 7}
    assert os.getpriority(os.PRIO_PROCESS, mine) == known[mine]


@pytest.mark.usefixtures("behind")
def test_it_stands_there_whoever_opens_it():
    known, made = standings(), set()

    def work():
        step_back(9)
        engine = DuckEngine([])
        mine = threading.get_native_id()
        made.update(steps for thread, steps in standings().items() if thread not in known and thread != mine)
        engine.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert made == {known[threading.get_native_id()] + 7}


def test_where_nobody_says_so_they_stand_beside_those_who_ask():
    engines_stand_back(0)  # as a server of this process may have said
    known = standings()
    engine = DuckEngine([])
    made = {steps for thread, steps in standings().items() if thread not in known}
    engine.close()
    assert made == {known[threading.get_native_id()]}


def test_one_thread_steps_back_alone():
    found = []

    def work():
        step_back(5)
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before + 5]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
