"""Run in a process of its own by `test_upgrade.py`: a home of the first version, brought up, also when it is killed.

Prints one JSON object.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

FIRST = ("server", "0001_initial")


def set_up():
    from yaad.server.home import Home
    from yaad.server.settings import configure_server

    home = Home.from_environment(os.environ)
    home.folder.mkdir(mode=0o700)
    configure_server(home)
    return home


def first_version(home, files: Path) -> None:
    """A company as the first version left it: an owner, a manager, a book of 30 deals, two entries of a team."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from yaad.book import Book
    from yaad.facts import keep_elsewhere
    from yaad.model import SettingEntry

    executor = MigrationExecutor(connection)
    executor.migrate([FIRST])
    old = executor.loader.project_state([FIRST]).apps
    account, company = old.get_model("server", "Account"), old.get_model("server", "Company")
    made = company.objects.create(id="c0123456789ab", name="Old", zone="UTC", last_seq=2)
    for name, part in (
        ("owner", {"role": "owner"}),
        ("manager", {"role": "manager", "team": "north", "person": "Ann"}),
    ):
        one = account.objects.create(email=f"{name}@old.example", password="!", name=name)
        old.get_model("server", "Membership").objects.create(company=made, account=one, **part)
    at = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
    for number, person in enumerate(("Ann", "Ben"), start=1):
        entry = SettingEntry(
            key=f"k{number}", at=at, by="owner", name=f"person:{person}", value=json.dumps({"team": "north"})
        )
        row = {"seq": number, "key": entry.key, "subject": entry.subject, "body": entry.to_json()}
        old.get_model("server", "JournalEntry").objects.create(company=made, **row)
    root = home.company(made.id)
    keep_elsewhere(root, "server", made.id)
    with closing(Book.create(root)) as book:
        book.import_files([files / "events.csv"], mapping=files / "events.yaml")
    connection.close()


def killed_after(statements: int) -> None:
    """Bring the tables up in a child that dies after so many statements to the database."""
    child = os.fork()
    if not child:
        from django.db import connection

        from yaad.server.upgrading import upgrade

        left = statements

        def count(execute, sql, params, many, context):
            nonlocal left
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            upgrade()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def schema(path: Path) -> str:
    """What the database is made of, and its rows of people and entries."""
    with closing(sqlite3.connect(path)) as file:
        made = sorted(" ".join(str(sql).split()) for (sql,) in file.execute("SELECT sql FROM sqlite_master"))
        kept = "SELECT company_id, seq, key, body FROM server_journalentry ORDER BY seq"
        people = "SELECT email, name FROM server_account ORDER BY email"
        rows = [file.execute(kept).fetchall(), file.execute(people).fetchall()]
    return hashlib.sha256(json.dumps([made, rows]).encode()).hexdigest()


def brought_up(home) -> dict:
    """What the home holds once it is brought up."""
    from yaad.book import Book
    from yaad.server.acting import as_server
    from yaad.server.models import Account, JournalEntry
    from yaad.server.schema import standing
    from yaad.server.scoping import scope

    with as_server():
        manager = Account.objects.get(email="manager@old.example")
        entries = list(JournalEntry.objects.order_by("seq").values_list("key", flat=True))
        there = standing()
        access = scope(manager.pk, "c0123456789ab")
        with closing(Book.open(home.company("c0123456789ab"), viewer=access.viewer)) as book:
            seen = book.measure("inquiries").to_dict("en")["measures"][0]["value"]
        with closing(Book.open(home.company("c0123456789ab"))) as book:
            whole = book.measure("inquiries").to_dict("en")["measures"][0]["value"]
    return {"entries": entries, "seen": seen, "whole": whole, "ahead": there.ahead, "unknown": there.unknown}


def main(files: Path) -> None:
    from django.db import connection

    home = set_up()
    first_version(home, files)
    database = home.folder / "yaad.sqlite"
    kept = files / "first.sqlite"
    with closing(sqlite3.connect(database)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(database, kept)

    from yaad.server.upgrading import upgrade

    upgrade()
    connection.close()
    told = {"straight": schema(database), **brought_up(home), "resumed": [], "killed": 0}
    connection.close()
    for statements in (0, 3, 10, 25, 60, 120, 200):
        for name in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{database}{name}").unlink()
        shutil.copy(kept, database)
        told["killed"] += killed_after(statements)
        upgrade()
        connection.close()
        told["resumed"].append(schema(database))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('server', '9999_later', '2030-01-01')"
        )
    from yaad.server.checking import check

    told["refused"] = [str(one.wrong) for one in check(os.environ, configure=lambda _home: None) if one.wrong]
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
