"""What must hold before the server starts: its key, its address, its database, its home, its mail, room and clock."""

import datetime as dt
import os
import re
import shutil
import smtplib
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yaad.errors import YaadError
from yaad.server.home import Home, faults
from yaad.server.running import Running
from yaad.text import Message

SAMPLES = re.compile(
    r"change.?me|changeme|example|sample|insecure|default|your.?secret|for tests|0123456789|abcdefgh", re.IGNORECASE
)
"""What keys in documents and samples hold."""
LEAST_ROOM = 1 << 30
"""Bytes that must be free."""
BUILT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""No clock that is right shows an earlier time."""
BACK = dt.timedelta(minutes=5)
"""As much may a clock go back."""
PATIENCE = 10.0
"""Seconds to wait for the server of mails."""
LEFT_OUT: Mapping[str, str] = {
    "security.W001": "yaad.server.headers.SafeHeaders and the door to companies do what SecurityMiddleware does",
    "security.W002": "X-Frame-Options is set by yaad.server.headers.SafeHeaders",
    "security.W004": "Strict-Transport-Security is the proxy's, which holds the certificate",
    "security.W008": "the proxy sends http to https; the server itself is reached from it alone",
    "security.W012": "an address without https is one of this machine alone, else the home is refused",
    "security.W021": "as W004",
}
"""Warnings of ``check --deploy`` that do not hold here → why."""


@dataclass(frozen=True)
class Found:
    """One thing that was looked at.

    Attributes:
        name: what, such as ``database``.
        wrong: what is wrong with it and what to do; None: nothing.
        note: what is to be known all the same.
    """

    name: str
    wrong: Message | None = None
    note: Message | None = None

    @property
    def holds(self) -> bool:
        """Whether it is as it must be."""
        return self.wrong is None


def check(said: Mapping[str, str], *, configure: Callable[[Home], None]) -> list[Found]:
    """Look at everything; what cannot be looked at because of something else is left out.

    Args:
        said: the environment.
        configure: makes the settings Django's own, once they are known to be usable.
    """
    if wrong := [Found("settings", fault.message) for fault in _faults(said)]:
        return wrong
    home = Home.from_environment(said)
    found = [Found("settings"), Found("key", _key(home)), *_folder(home), Found("clock", _clock(home))]
    if not all(one.holds for one in found):
        return found  # nothing is written into a home that is not ready
    configure(home)
    return [*found, *database(), Found("mail", _mail(home)), _deploy(home)]


def _faults(said: Mapping[str, str]) -> Iterator[YaadError]:
    """All that is wrong with the environment, so that it is put right at once."""
    yield from faults(said)
    try:
        Running.from_environment(said)
    except YaadError as error:
        yield error


def _key(home: Home) -> Message | None:
    return Message("house.sample_key") if SAMPLES.search(home.secret_key) else None


def _folder(home: Home) -> Iterator[Found]:
    """The home: there, ours, private, with room."""
    path = home.folder
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        yield Found("home", Message("house.no_home", {"path": str(path)}))
        return
    mode = path.stat().st_mode
    if not path.is_dir() or not writable(path):
        yield Found("home", Message("house.home_not_ours", {"path": str(path)}))
    elif os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Found("home", Message("house.home_open", {"path": str(path), "mode": f"{stat.S_IMODE(mode):o}"}))
    else:
        yield Found("home")
    free = shutil.disk_usage(path).free
    wrong = Message("house.no_room", {"path": str(path), "free": f"{free >> 20}", "least": f"{LEAST_ROOM >> 20}"})
    yield Found("room", wrong if free < LEAST_ROOM else None)


def writable(folder: Path) -> bool:
    """Whether a file can be made in a folder."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".check-"):
            return True
    except OSError:
        return False


def _clock(home: Home) -> Message | None:
    """A clock that stands before the time at which the home was last written is wrong."""
    now = dt.datetime.now(dt.UTC)
    written = [path.stat().st_mtime for path in _written(home)]
    last = dt.datetime.fromtimestamp(max(written), dt.UTC) if written else BUILT
    if now < max(last, BUILT) - BACK:
        return Message("house.clock_back", {"now": f"{now:%Y-%m-%d %H:%M}", "last": f"{last:%Y-%m-%d %H:%M}"})
    return None


def _written(home: Home) -> list[Path]:
    return [
        path for path in (home.folder / "yaad.sqlite", *home.folder.glob("companies/*/current.json")) if path.exists()
    ]


def database() -> Iterator[Found]:
    """The database: reached, with tables that this version knows, and guarded."""
    from django.db import DatabaseError, connection

    from yaad.server.schema import standing
    from yaad.server.upgrading import owner

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found = standing(owner())  # who serves may not read the tables yet
    except DatabaseError as error:
        yield Found("database", Message("house.no_database", {"error": type(error).__name__}))
        return
    yield Found("database")
    if found.unknown:
        yield Found("tables", Message("house.newer_schema", {"steps": ", ".join(found.unknown)}))
    elif found.ahead and connection.vendor == "postgresql" and owner() == connection.alias:
        yield Found("tables", Message("house.needs_owner"))
    elif found.ahead:
        said = Message("house.tables_ahead", {"n": len(found.ahead)}) if found.done else Message("house.tables_new")
        yield Found("tables", note=said)
    else:
        yield Found("tables")
        yield Found("guards", _guards())


def _guards() -> Message | None:
    from yaad.server.acting import as_server
    from yaad.server.guards import ROLE, missing

    with as_server():
        found = missing()
    if ROLE in found:
        return Message("house.needs_owner")
    return Message("house.not_guarded", {"tables": ", ".join(found)}) if found else None


def _mail(home: Home) -> Message | None:
    """Whether the server of mails answers; one that is printed needs none."""
    if not home.mail:
        return None
    told = home.mails()
    kind = smtplib.SMTP_SSL if told["EMAIL_USE_SSL"] else smtplib.SMTP
    try:
        with kind(str(told["EMAIL_HOST"]), int(str(told["EMAIL_PORT"])), timeout=PATIENCE) as server:
            server.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        where = f"{told['EMAIL_HOST']}:{told['EMAIL_PORT']}"
        return Message("house.no_mail", {"where": where, "error": type(error).__name__})
    return None


def _deploy(home: Home) -> Found:
    """Django's own look at settings that are served."""
    from django.core.checks import run_checks

    left_out = LEFT_OUT.keys() - ({"security.W012"} if home.is_encrypted else set())
    left = [one for one in run_checks(include_deployment_checks=True) if one.id not in left_out]
    told = "; ".join(f"{one.id} {one.msg}" for one in left)
    return Found("deploy", Message("house.not_to_serve", {"told": told}) if left else None)
