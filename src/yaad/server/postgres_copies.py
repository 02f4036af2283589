"""A copy of the database on PostgreSQL, and a database made from one, by PostgreSQL's own programs."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.db import connections, transaction

from yaad.errors import BookError
from yaad.server.acting import EVERY, as_server
from yaad.server.home import Home
from yaad.server.upgrading import owner
from yaad.text import Message

PROGRAMS = "/usr/lib/postgresql"
"""Where Debian keeps PostgreSQL's programs, by version."""


@contextmanager
def at_one_moment(home: Home, path: Path) -> Iterator[str]:
    """Dump the database; the connection that is given sees exactly what is dumped.

    Raises:
        BookError: the program is not there, or it failed.
    """
    using = owner()
    with as_server(), transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            (moment,) = cursor.fetchone()
        _run(
            home,
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--enable-row-security",
            "--exclude-table-data=server_session",  # nobody is signed in by a copy
            f"--snapshot={moment}",
            f"--file={path}",
        )
        yield using


def restore(home: Home, path: Path) -> None:
    """Fill an empty database from a dump.

    Raises:
        BookError: the database is not empty, the program is not there, or it failed.
    """
    with connections[owner()].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
        if cursor.fetchone()[0]:
            raise BookError(Message("house.database_not_empty"))
    connections[owner()].close()
    words = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run(home, "pg_restore", *words, f"--dbname={_name(home)}", str(path))


def _run(home: Home, program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs as the tables' owner; the password stands in no list of processes."""
    told = urlsplit(home.database_owner or home.database)
    variables = os.environ | {
        "PGHOST": told.hostname or "",
        "PGPORT": str(told.port or 5432),
        "PGUSER": unquote(told.username or ""),
        "PGPASSWORD": unquote(told.password or ""),
        "PGDATABASE": _name(home),
        "PGOPTIONS": f"-c yaad.company={EVERY}",
    }
    done = subprocess.run(  # noqa: S603 – the program is looked up here, no text of a user
        [_program(program), *words], env=variables, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise BookError(Message("house.program_failed", {"program": program, "said": " ".join(last)}))


def _name(home: Home) -> str:
    return unquote(urlsplit(home.database).path.lstrip("/"))


def _program(name: str) -> str:
    versions = sorted(Path(PROGRAMS).glob(f"*/bin/{name}"), key=lambda one: float(one.parent.parent.name), reverse=True)
    found = str(versions[0]) if versions else shutil.which(name)
    if found is None:
        raise BookError(Message("house.no_program", {"program": name}))
    return found
