import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from yaad.errors import UnknownName
from yaad.server import jobs
from yaad.server.jobs import Jobs, State

PATIENCE = 30


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
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


def test_progress_is_seen_while_it_runs_and_cancel_ends_it(made):
    job = made.submit("wait", {})
    seen = until(made, job, lambda found: found.done == 1)
    assert (seen.state, seen.part) == (State.RUNNING, 10)
    child = made._children[job].process
    made.cancel(job)
    assert made.progress(job).state is State.CANCELLED
    assert child.poll() is not None


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


def test_why_a_job_broke_is_one_line_of_the_log_with_its_number_and_without_words(made, capfd):
    job = made.submit("break_down", {})
    until(made, job, lambda found: found.state.final)
    made._children[job].tidying.join()
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


def test_a_job_that_has_outlived_its_server_ends_with_its_cancelling(made):
    job = made.submit("wait", {})
    until(made, job, lambda found: found.done == 1)
    again = Jobs(made.path)
    again.cancel(job)
    assert again.progress(job).state is State.CANCELLED
    assert made._children[job].process.wait(timeout=PATIENCE) is not None


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


def test_a_process_that_ended_by_itself_has_failed_although_nobody_asks(tmp_path):
    begun = Jobs(tmp_path / "jobs.sqlite")
    job = begun.submit("die", {})
    begun._children[job].tidying.join()
    assert begun._read(job).state is State.FAILED
    assert not jobs.has_left(begun.path)
