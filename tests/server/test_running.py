"""How the process runs is told by the environment; what cannot be is refused with the variable's name."""

import subprocess
import sys

import pytest

from yaad.errors import InputError
from yaad.server.running import Running, usual_questions


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, ("127.0.0.1", 8765)),
        ({"YAAD_ADDRESS": "http://127.0.0.1:8000"}, ("127.0.0.1", 8000)),
        ({"YAAD_ADDRESS": "https://yaad.example.com:8443"}, ("127.0.0.1", 8765)),
        ({"YAAD_LISTEN": "0.0.0.0:80"}, ("0.0.0.0", 80)),
        ({"YAAD_LISTEN": "[::1]:81"}, ("::1", 81)),
    ],
)
def test_where_it_listens(said, where):
    found = Running.from_environment(said)
    assert (found.host, found.port) == where


def test_units_are_turned_round():
    found = Running.from_environment({"YAAD_JOB_MEMORY": "512", "YAAD_JOB_MINUTES": "3", "YAAD_JOBS": "1"})
    assert (found.job_memory, found.job_seconds, found.jobs) == (512 * 1024 * 1024, 180, 1)
    assert 4 <= usual_questions() <= 8


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("YAAD_LISTEN", "8765"),
        ("YAAD_LISTEN", "host:port"),
        ("YAAD_LISTEN", "host:80/path"),
        ("YAAD_JOBS", "0"),
        ("YAAD_JOBS", "two"),
        ("YAAD_JOB_MEMORY", "64"),
        ("YAAD_JOB_MINUTES", "-1"),
        ("YAAD_QUESTIONS", "65"),
        ("YAAD_METRICS_TOKEN", "short"),
    ],
)
def test_what_cannot_be_is_refused(variable, value):
    with pytest.raises(InputError, match=variable):
        Running.from_environment({variable: value})


def test_what_pages_compute_by_themselves_goes_behind_imports():
    told = "import os; from yaad.server import jobs, tasks, worker; tasks.register(); "
    told += "worker.stand_back(jobs._tasks[tasks.IMPORT]); print(os.nice(0)); "
    told += "worker.stand_back(jobs._tasks[tasks.COMPUTE]); print(os.nice(0))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60)
    imported, computed = map(int, done.stdout.split())
    assert computed == min(imported + 9, 19)


def test_a_job_that_takes_too_much_memory_ends_itself():
    """A child takes the ceiling, then more than it; the same amount below the ceiling is its own."""
    told = "import sys; from yaad.server.running import Running; from yaad.server.worker import limit;"
    told += " limit(Running(job_memory=512 << 20)); bytearray(int(sys.argv[1]) << 20)"
    for megabytes, ended in (("100", True), ("700", False)):
        done = subprocess.run(
            [sys.executable, "-c", told, megabytes], capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.returncode == 0) is ended, done.stderr
        assert ended or "MemoryError" in done.stderr
