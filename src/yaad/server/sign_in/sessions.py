"""Sessions of browsers: whose they are, how long they last, and how they are ended from elsewhere.

This module is the engine of sessions (``SESSION_ENGINE``): rows of the database that know their account. The key of a
session is in the cookie alone; its row has a digest of it, so that nobody is signed in by what the database holds.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as OfDatabase
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from yaad.server.models import Account, Remembered, Session
from yaad.server.policy import View, is_by_itself
from yaad.server.scoping import Access
from yaad.server.settings import LONGEST

SIGNED_IN = "signed_in"
"""When somebody signed in, in seconds."""
AGENT = "agent"
"""How the browser calls itself."""
LANGUAGE = "language"
"""In which the pages speak to them, where the browser was told no other."""
SEEN = "seen"
"""When it was last written down that the session is in use, in seconds."""
EVERY = 60
"""Seconds between two times that it is."""
ROLES = "roles"
"""Company → the role that this session last worked with."""


def kept_key(key: str) -> str:
    """What the row of a session has in the place of its key: 160 bits of the SHA-256 of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(OfDatabase):
    """Sessions whose rows say whose they are, and hold no key."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of a session."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)  # the table above
        row.session_key = kept_key(row.session_key)
        account = data.get(SESSION_KEY)
        row.account_id = int(account) if account else None
        row.agent = data.get(AGENT, "")
        row.signed_in_at = dt.datetime.fromtimestamp(data[SIGNED_IN], dt.UTC) if SIGNED_IN in data else None
        return row

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return super().exists(kept_key(session_key))

    def delete(self, session_key: str | None = None) -> None:
        """End the session of this key; this one when none is named."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(kept_key(key))

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key
        found = of_key(key).filter(expire_date__gt=timezone.now()).first() if key else None
        if found is None:
            self._session_key = None
        return found

    # Django's other way to the same rows; whoever takes it finds no key in them either

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of a session."""
        return await sync_to_async(self.create_model_instance)(data)

    async def aexists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return await sync_to_async(self.exists)(session_key)

    async def adelete(self, session_key: str | None = None) -> None:
        """End the session of this key; this one when none is named."""
        await sync_to_async(self.delete)(session_key)

    async def _aget_session_from_db(self) -> Session | None:
        return await sync_to_async(self._get_session_from_db)()


def of_key(key: str) -> QuerySet[Session]:
    """The row of a session, by the key that its browser shows."""
    return Session.objects.filter(session_key=kept_key(key))


def remember_sign_in(sender: object, request: HttpRequest, user: Account, **_more: object) -> None:
    """Note when, with which browser and in which language somebody signed in; rows that are over go."""
    del sender
    request.session[SIGNED_IN] = time.time()
    request.session[AGENT] = request.headers.get("User-Agent", "")[:200]
    request.session[LANGUAGE] = user.language
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()  # whoever looks at the door leaves a row; somebody must sweep
    Remembered.objects.filter(expires__lt=now).delete()


def of_account(account: int) -> QuerySet[Session]:
    """The sessions in which an account is signed in now, the last one first."""
    return Session.objects.filter(account_id=account, expire_date__gt=timezone.now()).order_by("-signed_in_at")


def end_others(account: int, own: str | None = None) -> int:
    """End the sessions of an account.

    Args:
        account: whose.
        own: key of the one that stays.

    Returns:
        How many were ended.
    """
    found = Session.objects.filter(account_id=account)
    return (found.exclude(session_key=kept_key(own)) if own else found).delete()[0]


def follow_role(session: SessionBase, access: Access) -> None:
    """Give the session a new key when its account has another role in the company than before."""
    roles: Mapping[str, str] = session.get(ROLES, {})
    before = roles.get(access.company)
    if before == access.role:
        return
    session[ROLES] = {**roles, access.company: access.role.value}
    if before is not None:
        session.cycle_key()


class Longest:
    """Ends sessions whose sign-in is too long ago, however busy they are; those that are in use live on.

    That one is in use is written down at times only: a page that is read would else wait for the disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out who signed in too long ago, or nobody knows when."""
        if SESSION_KEY in request.session:
            since = request.session.get(SIGNED_IN, 0)
            if time.time() - since > LONGEST.total_seconds():
                logout(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, _args: object, _kwargs: object) -> None:
        """Write down that the session is in use, unless a page that is left open asks by itself."""
        if is_by_itself(view) or SESSION_KEY not in request.session:
            return
        if time.time() - request.session.get(SEEN, 0) > EVERY:
            request.session[SEEN] = int(time.time())
