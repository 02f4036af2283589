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


@pytest.mark.skipif(absent() != "", reason=absent())
def test_the_journal_and_the_rows_of_companies_hold_there_too():
    files = [str(ROOT / "tests" / "server" / name) for name in FILES]
    with cluster() as one:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
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
