"""The first run: while nobody has an account, a key that the server prints once opens the page of the first owner."""

import hmac
import secrets
from dataclasses import dataclass

from django.db import connection, transaction

from yaad.errors import YaadError
from yaad.server import audit
from yaad.server.companies import Asked, begin
from yaad.server.home import Home
from yaad.server.models import Account, Company
from yaad.server.new_accounts import NewAccount, account_of
from yaad.text import Message

PATH = "/setup/"
LOCK = 0x59415345
"""On PostgreSQL, the number under which first runs wait for each other."""


class SetUpAlready(YaadError):
    """Somebody has an account here: the first run is over for good."""


@dataclass(frozen=True)
class Begun:
    """What the first run made."""

    owner: Account
    company: Company


_key = secrets.token_urlsafe(32)


def is_open() -> bool:
    """Whether nobody has an account yet."""
    return not Account.objects.exists()


def accepts(offered: str) -> bool:
    """Whether this is the key of this process; compared in constant time."""
    return hmac.compare_digest(offered.encode(), _key.encode())


def key_in(typed: str) -> str:
    """The key in what was pasted: the key itself, or the whole printed address."""
    return typed.strip().rpartition("?key=")[2]


def address(home: Home) -> str:
    """The address of the first run, to be printed where the server was started; empty once there is an account."""
    return f"{home.address}{PATH}?key={_key}" if is_open() else ""


def set_up(person: NewAccount, asked: Asked) -> Begun:
    """The first owner and the first company; of several that ask at once, one is the first.

    Raises:
        SetUpAlready: there is an account.
        InputError: what was typed cannot be used.
    """
    with transaction.atomic():
        _alone()
        if not is_open():
            raise SetUpAlready(Message("web.no_page"))
        owner = account_of(person)
        audit.record(None, owner.pk, "account.first", f"account:{owner.pk}")
        company = begin(owner, asked.name, asked.kind, **asked.more)
    return Begun(owner, company)


def _alone() -> None:
    """Let no other first run pass until this one is done. On SQLite each transaction that may write is alone."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
