import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from yaad.errors import UnknownName
from yaad.server import fork_server, jobs
from yaad.server.jobs import Jobs, State

PATIENCE = 120
HERE = str(Path(__file__).parent)
STANDING = """
import socket, sys
from importlib import import_module
from yaad.server import fork_server
for name in fork_server.LOADED:
    import_module(name)
fork_server._serve(socket.socket(fileno=int(sys.argv[1])))
"""
handles = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="no handles of processes here")
by_both = pytest.mark.parametrize("begun_by", ["interpreter", pytest.param("fork", marks=handles)], indirect=True)
by_interpreter = pytest.mark.parametrize("begun_by", ["interpreter"], indirect=True)


@pytest.fixture(scope="module")
def standing():
    """What stands by, begun by a new interpreter: the tests themselves have threads, and are not forked."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-c", STANDING, str(theirs.fileno())]
    with ours, subprocess.Popen(command, pass_fds=[theirs.fileno()], env=os.environ | {"PYTHONPATH": HERE}) as process:
        theirs.close()
        yield fork_server.ForkServer(ours)
        ours.close()
        assert process.wait(timeout=PATIENCE) == 0


@pytest.fixture
def begun_by(request, monkeypatch):
    """By what the process of a job begins: a fork where the system can, unless a test asks for both."""
    by = getattr(request, "param", "fork" if hasattr(os, "pidfd_open") else "interpreter")
    if by == "fork":
        monkeypatch.setattr(fork_server, "_standing", [request.getfixturevalue("standing")])
    return by


@pytest.fixture
def made(tmp_path, monkeypatch, begun_by):
    monkeypatch.setenv("PYTHONPATH", HERE)
    for name in ("add", "wait", "be_interrupted", "refuse", "die", "break_down", "leave"):
        jobs.register(name, f"jobs_for_tests:{name}")
    port = Jobs(tmp_path / "jobs.sqlite")
    yield port
    port.close()


def until(port, job, reached):
    for _ in range(PATIENCE * 20):
        found = port.progress(job)
        if reached(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_job_runs_in_a_child_and_gives_its_result(made):
    found = until(made, made.submit("add", {"numbers": [2, 3]}), lambda job: job.state.final)
    assert (found.state, found.result, found.part) == (State.DONE, {"sum": 5}, 100)


@by_both
def test_progress_is_seen_while_it_runs_and_cancel_ends_it(made):
    job = made.submit("wait", {})
    seen = until(made, job, lambda found: found.done == 1)
    assert (seen.state, seen.part) == (State.RUNNING, 10)
    child = made._children[job].process
    made.cancel(job)
    assert made.progress(job).state is State.CANCELLED
    assert child.poll() is not None


@by_interpreter  # what a process says of itself is read beside this test alone
def test_a_stop_that_an_engine_turns_into_an_error_is_a_stop(made, capfd):
    job = made.submit("be_interrupted", {})
    until(made, job, lambda found: found.done == 1)
    made.cancel(job)
    assert made.progress(job).state is State.CANCELLED
    assert "Traceback" not in capfd.readouterr().err


def test_the_last_job_of_a_task_is_found_by_its_arguments(made):
    assert made.latest("add", {"numbers": [1]}) is None
    first, other = made.submit("add", {"numbers": [1]}), made.submit("add", {"numbers": [2]})
    assert (made.latest("add", {"numbers": [1]}).id, made.latest("add", {"numbers": [2]}).id) == (first, other)
    again = made.submit("add", {"numbers": [1]})
    assert made.latest("add", {"numbers": [1]}).id == again
    assert made.latest("wait", {"numbers": [1]}) is None


def test_the_phase_of_the_work_is_told_with_its_progress(made):
    seen = until(made, made.submit("wait", {}), lambda found: found.done == 1)
    assert (seen.phase, seen.part) == ("halfway", 10)


def test_jobs_of_a_server_that_knew_no_phases_are_still_found(tmp_path):
    path = tmp_path / "jobs.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(jobs.TABLE.replace("phase TEXT NOT NULL DEFAULT '',", "").replace(",\n    folder TEXT", ""))
        db.execute("INSERT INTO job (id, task, arguments, state, done) VALUES ('a', 't', '{}', 'done', 7)")
    found = Jobs(path).progress("a")
    assert (found.state, found.done, found.phase) == (State.DONE, 7, "")


def test_an_error_of_the_family_is_kept_in_both_languages(made):
    found = until(made, made.submit("refuse", {}), lambda job: job.state.final)
    assert found.state is State.FAILED
    assert found.error == {"en": "There is no file deals.csv.", "he": "אין קובץ בשם deals.csv."}


@pytest.mark.parametrize("task", ["die", "break_down"])
def test_a_broken_job_is_failed_without_words(made, task, capfd):
    found = until(made, made.submit(task, {}), lambda job: job.state.final)
    assert (found.state, found.error) == (State.FAILED, {})


@by_interpreter
def test_why_a_job_broke_is_one_line_of_the_log_with_its_number_and_without_words(made, capfd):
    job = made.submit("break_down", {})
    child = made._children[job]
    until(made, job, lambda found: found.state.final)
    child.tidying.join()
    (line,) = [json.loads(one) for one in capfd.readouterr().err.splitlines()]
    assert (line["level"], line["logger"], line["job"], line["error"]) == (
        "error",
        "yaad.jobs",
        job,
        "ZeroDivisionError",
    )
    assert "jobs_for_tests.py" in line["where"][-1]


def test_a_finished_job_is_not_cancelled_any_more(made):
    job = made.submit("add", {"numbers": []})
    until(made, job, lambda found: found.state.final)
    made.cancel(job)
    assert made.progress(job).state is State.DONE


def test_a_server_started_again_sees_what_became_of_a_job(made):
    job = made.submit("wait", {})
    until(made, job, lambda found: found.state is State.RUNNING)
    again = Jobs(made.path)
    assert again.progress(job).state is State.RUNNING
    child = made._children[job].process
    os.killpg(child.pid, 9)
    child.wait()
    assert again.progress(job).state is State.FAILED


@by_both
def test_a_job_that_has_outlived_its_server_ends_with_its_cancelling(made):
    job = made.submit("wait", {})
    child = made._children[job].process
    until(made, job, lambda found: found.done == 1)
    again = Jobs(made.path)
    again.cancel(job)
    assert again.progress(job).state is State.CANCELLED
    assert child.wait(timeout=PATIENCE) is not None


def test_unknown_tasks_and_jobs_are_said(made):
    with pytest.raises(UnknownName):
        made.submit("format_disk", {})
    with pytest.raises(UnknownName):
        made.progress("0" * 16)


# ---- temporary files -------------------------------------------------------------------------------------------------


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder of temporary files of the server, and one elsewhere that a job leads to."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept.csv").write_text("id\n1\n")
    yield folder
    assert (tmp_path / "elsewhere" / "kept.csv").is_file(), "what a job has led to is not its own"


def begun(made, temporary, *, ends=False):
    """A job that has written temporary files, and its folder."""
    job = made.submit("leave", {"elsewhere": str(temporary.parent / "elsewhere"), "ends": ends})
    folder = Path(until(made, job, lambda found: found.phase).phase)
    assert folder.parent == temporary
    return job, folder


def gone(folder):
    for _ in range(PATIENCE * 20):
        if not folder.exists():
            time.sleep(0.3)  # nobody writes it anew
            return not folder.exists()
        time.sleep(0.05)
    return False


def test_what_a_job_leaves_goes_when_it_has_ended(made, temporary):
    job, folder = begun(made, temporary, ends=True)
    assert until(made, job, lambda found: found.state.final).state is State.DONE
    assert gone(folder)
    assert list(temporary.iterdir()) == []


def test_what_a_job_leaves_goes_with_its_cancelling(made, temporary):
    job, folder = begun(made, temporary)
    assert list(folder.rglob("half.parquet"))
    made.cancel(job)
    assert not folder.exists()
    assert gone(folder)


@by_both
def test_what_a_job_leaves_goes_when_it_is_killed(made, temporary):
    job, folder = begun(made, temporary)
    made._children[job].process.kill()
    assert gone(folder)
    assert made.progress(job).state is State.FAILED


SERVER = """
import sys
from pathlib import Path
from yaad.server import jobs
jobs.register("leave", "jobs_for_tests:leave")
port = jobs.Jobs(Path(sys.argv[1]))
print(port.submit("leave", {"elsewhere": sys.argv[2], "ends": False}), flush=True)
sys.stdin.read()
"""


@by_both
def test_what_a_killed_server_left_goes_at_the_next_start_and_not_before_its_job_has_ended(made, temporary, tmp_path):
    command = [sys.executable, "-c", SERVER, str(made.path), str(tmp_path / "elsewhere")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        job = server.stdout.readline().strip()
        folder = Path(until(made, job, lambda found: found.phase).phase)
        server.kill()
        server.wait()
    Jobs(made.path)
    assert list(folder.rglob("half.parquet")), "its job still runs"
    with closing(sqlite3.connect(made.path)) as db:
        (pid,) = db.execute("SELECT pid FROM job WHERE id = ?", (job,)).fetchone()
    os.killpg(pid, signal.SIGKILL)
    for _ in range(PATIENCE * 20):
        if made.progress(job).state.final:
            break
        time.sleep(0.05)
    Jobs(made.path)
    assert not folder.exists()
    assert list(temporary.iterdir()) == []


@by_both
def test_the_process_of_a_job_is_a_leader_with_variables_of_its_own(made, begun_by):
    job = made.submit("wait", {})
    until(made, job, lambda found: found.done == 1)
    pid = made._children[job].process.pid
    assert (os.getsid(pid), os.getpgid(pid)) == (pid, pid)
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    assert (int(state[1]) == os.getpid()) is (begun_by == "interpreter")


@handles
def test_where_what_stood_by_is_gone_a_job_begins_as_an_interpreter(made, monkeypatch):
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        monkeypatch.setattr(fork_server, "_standing", [fork_server.ForkServer(ours)])
        found = until(made, made.submit("add", {"numbers": [4]}), lambda job: job.state.final)
    assert found.result == {"sum": 4}


@handles
def test_a_number_that_came_again_is_not_the_process_of_a_job():
    assert jobs._is_alive(os.getpid(), jobs.started(os.getpid()), "x")
    assert not jobs._is_alive(os.getpid(), "1", "x")


@handles
def test_a_process_of_an_older_server_is_known_by_its_command_line():
    command = [sys.executable, "-c", "print('begun', flush=True); input()", "0123456789abcdef"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        # A process that is only being begun has no command line yet.
        assert process.stdout.readline() == "begun\n"
        assert jobs._is_alive(process.pid, None, "0123456789abcdef")
        assert not jobs._is_alive(process.pid, None, "fedcba9876543210")
        process.communicate("\n")
    assert not jobs._is_alive(process.pid, None, "0123456789abcdef")


@by_both
def test_jobs_that_have_ended_leave_no_file_open(made):
    def files():
        return len(list(Path("/proc/self/fd").iterdir()))

    def one():
        job = made.submit("add", {"numbers": [1]})
        child = made._children[job]
        until(made, job, lambda found: found.state.final)
        child.tidying.join()

    one()
    before = files()
    one()
    one()
    assert (files(), made._children) == (before, {})


@handles
def test_where_no_process_can_be_begun_a_job_begins_as_an_interpreter_and_what_stands_by_goes_on(made, monkeypatch):
    ours, theirs = socket.socketpair()

    def refuses():
        theirs.recv(1 << 16)
        theirs.sendall(fork_server.NONE)

    with ours, theirs:
        server = fork_server.ForkServer(ours)
        for _ in range(2):
            threading.Thread(target=refuses).start()
            assert server.begin(Path("none"), "x", {}) is None
        monkeypatch.setattr(fork_server, "_standing", [server])
        threading.Thread(target=refuses).start()
        found = until(made, made.submit("add", {"numbers": [4]}), lambda job: job.state.final)
    assert found.result == {"sum": 4}


@handles
def test_a_number_without_a_handle_is_held_by_a_handle_of_its_own():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        held = fork_server._held(process.pid, [])
        assert (held.pid, held.poll()) == (process.pid, None)
        process.communicate(b"\n")
        assert held.wait(PATIENCE) == 0
        held.terminate()  # one that has ended is told nothing


BEGUN_EARLY = """
import os, sys, threading
from pathlib import Path
from yaad.server import fork_server, jobs
before = os.getpid()
fork_server.stand_by()
assert os.getpid() == before
jobs.register("add", "jobs_for_tests:add")
port = jobs.Jobs(Path(sys.argv[1]))
job = port.submit("add", {"numbers": [1, 2]})
child = port._children[job]
child.tidying.join()
print(type(child.process).__name__, port.progress(job).result)
"""


@handles
def test_a_server_that_begins_has_a_process_stand_by_which_ends_with_it(tmp_path):
    command = [sys.executable, "-c", BEGUN_EARLY, str(tmp_path / "jobs.sqlite")]
    told = subprocess.run(  # the pipe is closed once nobody holds it any more
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 4,
        env=os.environ | {"PYTHONPATH": HERE},
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.split("\n") == ["Forked {'sum': 3}", ""]


def test_a_process_that_ended_by_itself_has_failed_although_nobody_asks(made):
    job = made.submit("die", {})
    for _ in range(PATIENCE * 20):
        if made._read(job).state is State.FAILED:
            break
        time.sleep(0.05)
    assert made._read(job).state is State.FAILED
    assert not jobs.has_left(made.path)
