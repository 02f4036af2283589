"""The server over PostgreSQL: Django is made once a process, so the tests of it run in one of their own."""

import os
import re
import secrets
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
MAKE = """\
from yaad.server.home import Home
from yaad.server.settings import configure_server
configure_server(Home.from_environment(__import__("os").environ))
from yaad.server.upgrading import upgrade
upgrade()
"""
LONG = "YAAD_QUERIES" in os.environ


@pytest.mark.skipif(absent() != "", reason=absent())
def test_one_user_alone_is_refused_before_a_table_is_made_and_two_go_on_from_there(tmp_path):
    """Tables that one user made by mistake are no dead end: with their owner named the server gives the rights."""
    said = {
        "YAAD_SECRET_KEY": secrets.token_urlsafe(48),
        "YAAD_ADDRESS": "http://localhost:8765",
        "YAAD_HOME": str(tmp_path / "home"),
    }

    def check(**more: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "yaad", "--lang", "en", "check"]
        done = subprocess.run(command, env=os.environ | said | more, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    with cluster() as one:
        code, told = check(YAAD_DATABASE=one.address("owns"))
        assert (code, "YAAD_DATABASE_OWNER the one who owns the tables" in " ".join(told.split())) == (1, True), told
        made = [sys.executable, "-c", MAKE]
        subprocess.run(made, env=os.environ | said | {"YAAD_DATABASE": one.address("owns")}, check=True)
        code, told = check(YAAD_DATABASE=one.address("owns"))
        assert (code, "own the tables and serve" in " ".join(told.split())) == (1, True), told
        code, told = check(YAAD_DATABASE=one.address("serves"), YAAD_DATABASE_OWNER=one.address("owns"))
        assert code == 0, told


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
