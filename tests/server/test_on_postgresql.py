"""The server over PostgreSQL: Django is made once a process, so the tests of it run in one of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.postgres import absent, cluster

ROOT = Path(__file__).parents[2]
FILES = ("test_rows_apart.py", "test_journal.py")
MORE = (
    "test_scoping.py",
    "test_import_lines.py",
    "test_scheduled.py",
    "test_let_go.py",
    "test_usual.py",
    "test_setup.py",
    "test_people.py",
    "test_companies.py",
    "test_sign_in.py",
    "test_persons.py",
    "test_personal_fields.py",
)
"""In `make check-long` also: whoever is not in a company yet signs in, is invited and begins one there too."""
LONG = "YAAD_QUERIES" in os.environ


@pytest.mark.skipif(absent() != "", reason=absent())
def test_the_journal_and_the_rows_of_companies_hold_there_too():
    files = [str(ROOT / "tests" / "server" / name) for name in (*FILES, *(MORE if LONG else ()))]
    less = [] if LONG else ["-k", "not rebuild"]  # the lake is one and the same on both
    with cluster() as one:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *less, *files],
            env=os.environ | one.variables,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    passed = re.search(r"(\d+) passed", told)
    assert passed, told
    assert int(passed[1]) >= 25, told
