"""The same drill with the database on PostgreSQL: dumped at one moment, filled into an empty one, all rows equal."""

import json
import subprocess
import sys

import pytest
from tests.postgres import absent, cluster
from tests.server.test_backup import ROOT, environment, restored

MAKE = """
import json, os, sys
from pathlib import Path
from yaad.server.home import Home
from yaad.server.settings import configure_server
configure_server(Home.from_environment(os.environ))
from yaad.server.acting import as_server
from yaad.server.upgrading import upgrade
upgrade()
from tests.people import begin
with as_server():
    for called in ("here", "there"):
        begin(called, Path(os.environ["YAAD_HOME"]) / ".." / called)
from django.utils import timezone
from yaad.server.models import Session
Session.objects.create(session_key="k", session_data="", expire_date=timezone.now(), account_id=1)
from yaad.server.backup import back_up
from yaad.server.companies import home
from tests.server.test_backup import told_here
back_up(home(), Path(sys.argv[1]))
print(json.dumps(told_here(home()), default=str))
"""


@pytest.mark.skipif(absent() != "", reason=absent())
def test_a_database_is_copied_and_made_again(tmp_path):
    import psycopg

    with cluster() as one:
        with psycopg.connect(one.address("postgres"), autocommit=True) as admin:
            admin.execute("CREATE DATABASE again OWNER owns")

        def at(folder: str, name: str) -> dict[str, str]:
            told = {"YAAD_DATABASE": one.address("serves"), "YAAD_DATABASE_OWNER": one.address("owns")}
            return environment(tmp_path / folder) | {
                key: f"{value[: -len('yaad')]}{name}" for key, value in told.items()
            }

        (tmp_path / "home").mkdir(mode=0o700)
        words = [sys.executable, "-c", MAKE, str(file := tmp_path / "backup.tar.gz")]
        told = subprocess.run(words, env=at("home", "yaad"), cwd=ROOT, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        again = restored(file, at("again", "again"))
        assert again.returncode == 0, again.stderr
        full = restored(file, at("third", "again"))
        for name, left in (("yaad", 1), ("again", 0)):
            with psycopg.connect(one.address("owns").removesuffix("yaad") + name) as there:
                assert there.execute("SELECT count(*) FROM server_session").fetchone() == (left,)
    here, there = json.loads(told.stdout.splitlines()[-1]), json.loads(again.stdout.splitlines()[-1])
    assert here == there
    assert set(here["chains"].values()) == {None}
    assert len(here["chains"]) == 2
    assert full.returncode == 2
    assert "not empty" in full.stderr
    assert not (tmp_path / "third").exists()
