"""Requests with an idempotency key: the same asked again has no second effect and gets the same answer."""

import datetime as dt
import time
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from yaad.errors import InputError, YaadError
from yaad.server.models import Answered
from yaad.server.scoping import Access
from yaad.text import Message

KEPT = dt.timedelta(hours=24)
ABANDONED = dt.timedelta(minutes=2)
"""After so long without an answer the process that was at it is taken to be gone; the entry's own key keeps the effect
to one."""
PATIENCE = 20.0  # seconds
EVERY = 0.05  # seconds
LONGEST_KEY = 150

Answer = tuple[int, str]
"""Status and body."""


class OtherQuestion(YaadError):
    """The key was used for something else."""


class StillAtWork(YaadError):
    """The first request with this key has no answer yet."""


def once(access: Access, key: str, digest: str, work: Callable[[], Answer]) -> Answer:
    """The answer of a request; what has an effect is done at most once under a key.

    Args:
        access: who asks.
        key: of the request; theirs alone, in this company.
        digest: of all that was asked.
        work: does it. When it raises nothing is kept, and it may be tried again.

    Raises:
        InputError: the key is empty or too long.
        OtherQuestion: something else was asked under this key.
        StillAtWork: the first one is at it, for longer than is waited.
    """
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        raise InputError(Message("api.bad_key", {"most": LONGEST_KEY}))
    until = time.monotonic() + PATIENCE
    while True:
        if _begun(access, key, digest):
            return _first(access, key, work)
        kept = _rows(access, key).first()
        if kept is None:
            continue  # the first one has failed: this one is the first now
        if kept.digest != digest:
            raise OtherQuestion(Message("api.other_question"))
        if kept.status is not None:
            return kept.status, kept.body
        if time.monotonic() > until:
            raise StillAtWork(Message("api.still_at_work"))
        time.sleep(EVERY)


def _rows(access: Access, key: str) -> QuerySet[Answered]:
    return Answered.objects.filter(company=access.company, account=access.account, key=key)


def _begun(access: Access, key: str, digest: str) -> bool:
    """Whether this request is the first one; of those that come together the database lets one through."""
    now, account = timezone.now(), access.account
    assert account is not None, "only accounts have keys of requests"
    Answered.objects.filter(company=access.company, at__lt=now - KEPT).delete()
    if _rows(access, key).filter(digest=digest, status__isnull=True, at__lt=now - ABANDONED).update(at=now):
        return True
    if _rows(access, key).exists():
        return False
    try:
        with transaction.atomic():
            Answered.objects.create(company_id=access.company, account_id=account, key=key, digest=digest)
    except IntegrityError:
        return False
    return True


def _first(access: Access, key: str, work: Callable[[], Answer]) -> Answer:
    try:
        status, body = work()
    except BaseException:
        _rows(access, key).delete()
        raise
    _rows(access, key).update(status=status, body=body)
    return status, body
