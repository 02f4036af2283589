"""The server of several companies: where it lives and how it is set, all of it told by the environment.

``YAAD_HOME``         the folder of everything that is kept; ``/srv/yaad`` when absent
``YAAD_ADDRESS``      the address by which people reach it, such as ``https://yaad.example.com``
``YAAD_SECRET_KEY``   signs what browsers keep; or ``YAAD_SECRET_KEY_FILE``, a file that holds it
``YAAD_DATABASE``     ``postgresql://user:password@host:port/name``; a SQLite file in the home when absent
``YAAD_DATABASE_OWNER``  the same with the user who owns the tables; makes and changes them, and guards the rows from
                      the user of ``YAAD_DATABASE``, who then only reads and writes
``YAAD_MAIL``         ``smtp://user:password@host:587``, ``smtps://…``; printed to the terminal when absent
``YAAD_MAIL_FROM``    the sender of mails
``YAAD_LANG``         language of a first visit: ``he`` or ``en``
``YAAD_TWO_FACTOR``   ``required``: owners, managers and consultants have a second step at sign-in; or ``optional``
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from yaad.errors import InputError
from yaad.text import LANGUAGES, Message

USUAL = Path("/srv/yaad")
LEAST_KEY = 50
"""Letters of a secret key."""
OWNER = "owner"
"""The connection of the tables' owner; for migrations."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Home:
    """How the server is set.

    Attributes:
        folder: of everything that is kept.
        address: by which people reach it, without a slash at the end.
        secret_key: signs what browsers keep.
        database: an address; empty: SQLite in the home.
        database_owner: the same with the owner of the tables; empty: the one user is both.
        mail: an address; empty: printed.
        mail_from: the sender.
        lang: of a first visit.
        two_factor: ``required`` or ``optional``.
    """

    folder: Path
    address: str
    secret_key: str
    database: str = ""
    mail: str = ""
    mail_from: str = "yaad@localhost"
    lang: str = "he"
    two_factor: str = "required"
    database_owner: str = ""

    @classmethod
    def from_environment(cls, said: Mapping[str, str]) -> "Home":
        """As the environment says.

        Raises:
            InputError: something is missing or not usable; says which variable and what it takes.
        """
        for fault in faults(said):
            raise fault
        address = _address(said)
        return cls(
            folder=Path(said.get("YAAD_HOME", "") or USUAL),
            address=address,
            secret_key=_key(said),
            database=said.get("YAAD_DATABASE", ""),
            mail=said.get("YAAD_MAIL", ""),
            mail_from=said.get("YAAD_MAIL_FROM", "") or f"yaad@{urlsplit(address).hostname}",
            lang=said.get("YAAD_LANG", "he"),
            two_factor=said.get("YAAD_TWO_FACTOR", "required"),
            database_owner=said.get("YAAD_DATABASE_OWNER", ""),
        )

    @cached_property
    def host(self) -> str:
        """The name in the address."""
        return urlsplit(self.address).hostname or ""

    @property
    def is_encrypted(self) -> bool:
        """Whether people reach it by https."""
        return self.address.startswith("https:")

    @property
    def needs_second_step(self) -> bool:
        """Whether who sees more than their own must have a second step at sign-in."""
        return self.two_factor == "required"

    @property
    def sends_mails(self) -> bool:
        """Whether mails go out; else they are printed where the server runs."""
        return bool(self.mail)

    @property
    def uploads(self) -> Path:
        """Where what is sent waits until it is whole."""
        return self._inside("uploads")

    @property
    def companies(self) -> Path:
        """The folder of the companies' books."""
        return self._inside("companies")

    def company(self, company: str) -> Path:
        """The folder of a company's book."""
        return self.companies / company

    def databases(self) -> dict[str, dict[str, Any]]:
        """The database, as Django wants it told."""
        if not self.database:
            self._inside("")
            return {
                "default": {
                    "ENGINE": "django.db.backends.sqlite3",
                    "NAME": str(self.folder / "yaad.sqlite"),
                    "OPTIONS": {
                        "transaction_mode": "IMMEDIATE",  # a reader that becomes a writer would be refused
                        "timeout": 30,
                        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
                    },
                }
            }
        found = {"default": _postgresql(self.database)}
        if self.database_owner:
            found[OWNER] = _postgresql(self.database_owner)
        return found

    def mails(self) -> dict[str, object]:
        """How mail is sent, as Django wants it told."""
        if not self.sends_mails:
            return {"EMAIL_BACKEND": "yaad.server.printed_mails.Printed"}
        told = urlsplit(self.mail)
        own = _account(told)
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": own["HOST"],
            "EMAIL_PORT": int(own["PORT"] or (465 if told.scheme == "smtps" else 587)),
            "EMAIL_HOST_USER": own["USER"],
            "EMAIL_HOST_PASSWORD": own["PASSWORD"],
            "EMAIL_USE_SSL": told.scheme == "smtps",
            "EMAIL_USE_TLS": told.scheme == "smtp" and told.hostname not in LOOPBACK,
            "EMAIL_TIMEOUT": 20,
        }

    def _inside(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path


def faults(said: Mapping[str, str]) -> Iterator[InputError]:
    """All that is missing in an environment or not usable: which variable, and what it takes."""
    try:
        key = _key(said)
    except (OSError, UnicodeError):
        yield _wrong("YAAD_SECRET_KEY_FILE", "server.key_file")
    else:
        if len(key) < LEAST_KEY or len(set(key)) < 10:
            yield _wrong("YAAD_SECRET_KEY", "server.weak_key")
    if not _is_address(_address(said)):
        yield _wrong("YAAD_ADDRESS", "server.bad_address")
    if said.get("YAAD_LANG", "he") not in LANGUAGES:
        yield _wrong("YAAD_LANG", "server.bad_lang")
    if said.get("YAAD_TWO_FACTOR", "required") not in ("required", "optional"):
        yield _wrong("YAAD_TWO_FACTOR", "account.bad_two_factor")
    database, mail = said.get("YAAD_DATABASE", ""), said.get("YAAD_MAIL", "")
    if database and urlsplit(database).scheme not in ("postgresql", "postgres"):
        yield _wrong("YAAD_DATABASE", "server.bad_database")
    if (owner := said.get("YAAD_DATABASE_OWNER", "")) and not _owns(owner, database):
        yield _wrong("YAAD_DATABASE_OWNER", "journal.bad_owner")
    if mail and urlsplit(mail).scheme not in ("smtp", "smtps"):
        yield _wrong("YAAD_MAIL", "server.bad_mail")


def _key(said: Mapping[str, str]) -> str:
    key, path = said.get("YAAD_SECRET_KEY", ""), said.get("YAAD_SECRET_KEY_FILE", "")
    return Path(path).read_text("utf-8").strip() if path and not key else key


def _address(said: Mapping[str, str]) -> str:
    return said.get("YAAD_ADDRESS", "").rstrip("/")


def _is_address(address: str) -> bool:
    """Whether people can reach a server by it, encrypted unless they sit at the machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return bool(parts.hostname) and is_safe and not parts.path and not parts.query


def _postgresql(address: str) -> dict[str, Any]:
    told = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(told.path.lstrip("/")),
        **_account(told),
        "CONN_MAX_AGE": 0,  # each request has a thread of its own: one that was kept would be nobody's, and stay open
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # they would outlive the transaction that says on whose behalf they are
    }


def _owns(owner: str, database: str) -> bool:
    """Whether both are addresses of one database, with two users."""
    one, other = urlsplit(owner), urlsplit(database)
    same = (one.scheme, one.hostname, one.port, one.path) == (other.scheme, other.hostname, other.port, other.path)
    return same and one.username != other.username


def _account(told: SplitResult) -> dict[str, str]:
    return {
        "USER": unquote(told.username or ""),
        "PASSWORD": unquote(told.password or ""),
        "HOST": told.hostname or "",
        "PORT": str(told.port or ""),
    }


def _wrong(variable: str, why: str) -> InputError:
    return InputError(Message(why, {"variable": variable}))
