"""A backup made while people write, restored elsewhere: what was acknowledged is there, all rows are equal."""

import datetime as dt
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.people import ADDRESS, KEY

from yaad.errors import BookError

ROOT = Path(__file__).parents[2]
AGAIN = """
import json, os, sys
from yaad.faces.cli import main
code = main(["restore", sys.argv[1], "--home", os.environ["YAAD_HOME"]])
if code:
    sys.exit(code)
from tests.server.test_backup import told_here
from yaad.server.companies import home
print(json.dumps(told_here(home()), default=str))
"""
"""Make a home from a backup, as the command line does, and tell what is in it."""


def told_here(home) -> dict:
    """All that a home holds, and figures of its books, as this process finds them."""
    from yaad.book import Book
    from yaad.server import audit, digesting
    from yaad.server.acting import as_server
    from yaad.server.models import Company

    with as_server():
        told = {"tables": digesting.tables(), "books": digesting.books(home), "chains": {}, "figures": {}}
        for company in Company.objects.order_by("pk"):
            told["chains"][company.pk] = audit.verify(company.pk)
            book = Book.create(home.company(company.pk))
            if not book.is_empty:
                told["figures"][company.pk] = book.measure("inquiries", "won", "won_value", by="owner").to_dict("en")
            book.close()
    return told


def environment(folder) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YAAD_")}
    return kept | {"YAAD_HOME": str(folder), "YAAD_SECRET_KEY": KEY, "YAAD_ADDRESS": ADDRESS, "YAAD_LANG": "en"}


def restored(file, env: dict[str, str]) -> subprocess.CompletedProcess:
    """A process of its own makes a home from a backup and tells what it finds there, in its last line."""
    words = [sys.executable, "-c", AGAIN, str(file)]
    return subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def backup(team, home, tmp_path_factory):
    from yaad.server.backup import back_up

    file = tmp_path_factory.mktemp("backup") / "backup.tar.gz"
    back_up(home, file)
    return file


def test_what_was_written_before_is_there_and_the_rest_is_a_whole_beginning(team, home, tmp_path):
    from yaad.book import Book
    from yaad.server import audit
    from yaad.server.backup import back_up
    from yaad.server.models import JournalEntry
    from yaad.server.restoring import unpack

    written: list[int] = []
    enough, stop = threading.Event(), threading.Event()

    def write() -> None:
        from django.db import connection

        book = Book.open(team.here.root)
        while not stop.is_set():
            at = dt.datetime(2026, 10, 22, tzinfo=dt.UTC)
            book.set_setting(f"person:New{len(written)}", {"team": "north"}, at=at, by="owner")
            audit.record(team.here.id, 1, "company.changed", "", {"n": len(written)})
            written.append(len(written))
            if len(written) == 5:
                enough.set()
        book.close()
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert enough.wait(60)
    before = len(written)
    manifest = back_up(home, tmp_path / "backup.tar.gz")
    stop.set()
    writer.join()

    unpack(tmp_path / "backup.tar.gz", tmp_path / "again")
    live = list(JournalEntry.objects.filter(company=team.here.id).order_by("seq").values_list("key", flat=True))
    with closing(sqlite3.connect(tmp_path / "again" / "yaad.sqlite")) as copy:
        ordered = "SELECT key FROM server_journalentry WHERE company_id = ? ORDER BY seq"
        kept = [key for (key,) in copy.execute(ordered, (team.here.id,))]
    assert kept == live[: len(kept)]
    assert len(kept) >= before
    assert manifest["counts"]["server_journalentry"] >= len(kept)
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "again").stat().st_mode & 0o777 == 0o700


def test_a_quiet_home_and_its_copy_are_equal_in_every_row_and_figure(team, home, backup, tmp_path):
    done = restored(backup, environment(tmp_path / "again"))
    assert done.returncode == 0, done.stderr
    said, *_of_erasures, last = done.stdout.splitlines()
    assert "was restored" in said
    here, there = json.loads(json.dumps(told_here(home), default=str)), json.loads(last)
    assert here == there
    assert set(here["chains"].values()) == {None}
    assert len(here["books"]) >= 4
    told = here["figures"][team.here.id]["measures"]
    assert sum(one["value"] for one in told if one["id"] == "inquiries") == 30  # six deals of five people


def test_nobody_is_signed_in_by_it_and_no_code_is_made_of_it(team, home, tmp_path):
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator

    from yaad.server.backup import back_up
    from yaad.server.restoring import unpack
    from yaad.server.sign_in.sessions import kept_key, of_key

    client = team.client("owner")
    key, secret = client.cookies["yaad"].value, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    kept = {"secret": get_adapter().encrypt(secret)}
    app = Authenticator.objects.create(user=team.here.accounts["owner"], type="totp", data=kept)
    try:
        back_up(home, tmp_path / "backup.tar.gz")
    finally:
        app.delete()
    assert of_key(key).exists(), "who works meanwhile goes on"
    unpack(tmp_path / "backup.tar.gz", tmp_path / "again")
    with closing(sqlite3.connect(tmp_path / "again" / "yaad.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM server_session").fetchone() == (0,)
    raw = (tmp_path / "again" / "yaad.sqlite").read_bytes()
    assert kept["secret"].encode() in raw
    assert [one for one in (key, kept_key(key), secret) if one.encode() in raw] == []


def test_a_backup_of_an_earlier_version_which_held_sessions_signs_nobody_in(team, home, tmp_path, monkeypatch):
    from unittest.mock import MagicMock

    from yaad.server import backup, digesting

    team.client("owner")
    monkeypatch.setattr(backup, "Session", MagicMock())
    monkeypatch.setattr(digesting, "PASSING", digesting.PASSING - {"server_session"})
    manifest = backup.back_up(home, tmp_path / "backup.tar.gz")
    assert manifest["counts"]["server_session"] > 0
    done = restored(tmp_path / "backup.tar.gz", environment(tmp_path / "again"))
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(next((tmp_path / "again").rglob("yaad.sqlite")))) as copy:
        assert copy.execute("SELECT count(*) FROM server_session").fetchone() == (0,)


def test_a_company_without_data_is_in_it_with_what_it_said_of_itself(team, home, tmp_path):
    from yaad.server import companies
    from yaad.server.acting import as_account
    from yaad.server.backup import back_up

    owner = team.here.accounts["owner"]
    with as_account(owner.pk):
        fresh = companies.begin(owner, "Fresh", zone="UTC")
    back_up(home, tmp_path / "backup.tar.gz")
    with tarfile.open(tmp_path / "backup.tar.gz") as tar:
        names = set(tar.getnames())
    assert {f"companies/{fresh.pk}/company.txt", f"companies/{fresh.pk}/journal.json"} <= names
    assert f"companies/{team.here.id}/current.json" in names


def test_files_and_links_that_come_while_the_books_are_copied_are_in_it(team, home, tmp_path, monkeypatch):
    from yaad.book import Book
    from yaad.book.quote_links import QuoteLinks, link_id
    from yaad.server import backup
    from yaad.server.restoring import unpack

    at, of_database, made = dt.datetime(2026, 10, 22, tzinfo=dt.UTC), backup._database, []

    def a_moment_later(*given):
        with closing(Book.open(team.here.root)) as book:
            made.append(book.attach("here-Ben-4", "late.txt", [b"late"], at=at, by="Ben"))
            made.append(QuoteLinks(book.root).make("here-Ben-4", link_id("here-Ben-4", "late")))
        return of_database(*given)

    monkeypatch.setattr(backup, "_database", a_moment_later)
    manifest = backup.back_up(home, tmp_path / "backup.tar.gz")
    file, link = made
    unpack(tmp_path / "backup.tar.gz", tmp_path / "again")
    kept = tmp_path / "again" / "companies" / team.here.id
    assert (kept / "papers" / file.paper).read_bytes() == b"late"
    assert json.loads((kept / "papers" / f"{file.paper}.json").read_text()) == {"deal": "here-Ben-4"}
    assert QuoteLinks(kept).of(link.id) == link
    assert manifest["files"][f"companies/{team.here.id}/papers/{file.paper}"]["bytes"] == 4


def test_a_home_that_is_not_empty_is_left_as_it_is(backup, tmp_path):
    from yaad.server.restoring import unpack

    (tmp_path / "kept").write_text("mine")
    with pytest.raises(BookError, match="not empty"):
        unpack(backup, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def again(backup, target, change) -> None:
    """The same backup with one member changed, put in or left out; `change` gives its bytes, or None."""
    with tarfile.open(backup) as old, tarfile.open(target, "w:gz") as new:
        for member in old.getmembers():
            content = change(member.name, old.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("how", ["flipped", "gone", "cut"])
def test_a_damaged_backup_makes_no_home(backup, tmp_path, how):
    from yaad.server.restoring import unpack

    def change(name, content):
        if not name.endswith("yaad.sqlite"):
            return content
        return content[:5000] + bytes([content[5000] ^ 1]) + content[5001:] if how == "flipped" else None

    file = tmp_path / "damaged.tar.gz"
    if how == "cut":
        file.write_bytes(backup.read_bytes()[:-2000])
    else:
        again(backup, file, change)
    with pytest.raises(BookError, match="damaged"):
        unpack(file, tmp_path / "home")
    assert [path.name for path in tmp_path.iterdir()] == ["damaged.tar.gz"]


def test_a_path_that_leads_out_of_the_home_is_refused(backup, tmp_path):
    from yaad.server.restoring import unpack

    file = tmp_path / "out.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        info = tarfile.TarInfo("../escaped")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    with pytest.raises(BookError, match="damaged"):
        unpack(file, tmp_path / "deep" / "home")
    assert not (tmp_path / "deep" / "escaped").exists()


def test_a_backup_of_a_newer_version_is_refused_and_leaves_nothing(backup, tmp_path):
    def change(name, content):
        if name != "manifest.json":
            return content
        manifest = json.loads(content)
        manifest["steps"].append("server.9999_from_the_future")
        return json.dumps(manifest).encode()

    from yaad.server.restoring import restore

    again(backup, tmp_path / "newer.tar.gz", change)
    with pytest.raises(BookError, match=r"server\.9999_from_the_future"):
        restore(tmp_path / "newer.tar.gz", tmp_path / "home", environment(tmp_path / "home"), lambda _home: None)
    assert not (tmp_path / "home").exists()


def test_an_older_file_is_not_written_over(backup, home):
    from yaad.server.backup import back_up

    before = backup.read_bytes()
    with pytest.raises(BookError, match="there already"):
        back_up(home, backup)
    assert backup.read_bytes() == before
