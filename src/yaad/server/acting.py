"""On whose behalf the database is asked. PostgreSQL shows and takes no other rows, whatever a query says.

One place says it: what is said here is told to the database before a query, inside of its transaction, by a wrapper
around every query of every connection. So no query can be asked without it, and nothing of it stays on a connection
that others will use. Nobody has said anything: no row of any company is there. SQLite has no such guard; there the
same is said and has no effect.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from yaad.server.home import OWNER

EVERY = "*"
"""Instead of a company: every one."""
TELL = (
    "SELECT set_config('yaad.company', %s, true), set_config('yaad.account', %s, true),"
    " set_config('yaad.key', %s, true)"
)
WHOLE = "SELECT set_config('yaad.company', %s, false)"


@dataclass(frozen=True)
class Acting:
    """On whose behalf.

    Attributes:
        company: the id of the company whose rows are read and written; empty: none.
        account: id of an account; its own parts in companies are seen.
        key: SHA-256, in hex, of a key that was shown; the invitation or the token that it belongs to is seen.
    """

    company: str = ""
    account: int | None = None
    key: str = ""


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def acting() -> Acting:
    """On whose behalf this thread asks the database."""
    return _acting.get()


@contextmanager
def act(one: Acting) -> Iterator[None]:
    """Ask on this behalf, as long as this lasts."""
    token = _acting.set(one)
    try:
        yield
    finally:
        _acting.reset(token)


def as_account(account: int | None) -> AbstractContextManager[None]:
    """Ask for an account outside of any company: its parts are seen and the names of its companies."""
    return act(Acting(account=account))


def in_company(company: str) -> AbstractContextManager[None]:
    """Ask within one company, for the same account as before; only once it is known that they may."""
    return act(replace(acting(), company=company))


def with_key(digest: str) -> AbstractContextManager[None]:
    """Ask as somebody who has shown a key: the invitation or the token of this digest is seen."""
    return act(replace(acting(), key=digest))


def as_server() -> AbstractContextManager[None]:
    """Ask for the server as a whole: its upkeep, its copies, its erasing. Never on behalf of a request."""
    return act(Acting(company=EVERY))


def guard(connection: BaseDatabaseWrapper) -> None:
    """Have every query of a connection to PostgreSQL say on whose behalf it is asked."""
    if connection.vendor != "postgresql":
        return
    if connection.alias == OWNER:
        with connection.cursor() as cursor:
            cursor.execute(WHOLE, [EVERY])
    elif not any(isinstance(one, _Teller) for one in connection.execute_wrappers):
        connection.execute_wrappers.insert(0, _Teller())


class _Teller:
    """Tells a connection on whose behalf, before each query where the transaction does not know it yet."""

    def __init__(self) -> None:
        self._told: Acting | None = None

    def __call__(
        self,
        execute: Callable[..., object],
        sql: object,
        params: object,
        many: bool,  # noqa: FBT001 – as Django calls it
        context: dict[str, Any],
    ) -> object:
        connection = context["connection"]
        if not connection.in_atomic_block and connection.get_autocommit():
            with transaction.atomic(using=connection.alias):
                self._tell(connection)
                return execute(sql, params, many, context)
        if str(sql).startswith("ROLLBACK TO"):
            self._told = None  # what was told since the savepoint is forgotten with all the rest
        else:
            self._tell(connection)
        return execute(sql, params, many, context)

    def _tell(self, connection: BaseDatabaseWrapper) -> None:
        from psycopg.pq import TransactionStatus

        status, wanted = connection.connection.info.transaction_status, acting()
        if status is TransactionStatus.INERROR or (status is TransactionStatus.INTRANS and self._told == wanted):
            return
        account = "" if wanted.account is None else str(wanted.account)
        with connection.connection.cursor() as cursor:
            cursor.execute(TELL, (wanted.company, account, wanted.key))
        self._told = wanted
