"""Tokens by which programs act for an account in one company: made, shown once, found by their digest, taken back."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Mapping
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yaad.errors import InputError, UnknownName, YaadError
from yaad.server import audit
from yaad.server.acting import in_company, with_key
from yaad.server.models import Token
from yaad.server.roles import Capability
from yaad.server.scoping import Access, scope
from yaad.server.sign_in import second_step
from yaad.text import Message

BEGINS = "yaad_"
BYTES = 32
MORE = 6
"""Letters of a token that stay known beside its beginning: enough to tell one from another, too few to use it."""
CALENDAR = "calendar"
"""What a link of a calendar is for; see `yaad.server.calendars`."""
OF_CALENDARS = "yaadcal_"
"""So it begins."""
LONGEST = 366
"""Days after which a token ends at the latest."""
USUAL = 90
NOTED_EVERY = dt.timedelta(minutes=1)
"""The last use is written no more often."""


class Scope(StrEnum):
    """What a token may be made for."""

    READ = "read"
    WRITE = "write"
    TARGETS = "targets"
    IMPORT = "import"
    SETTINGS = "settings"
    PEOPLE = "people"
    AUDIT = "audit"


GRANTS: Mapping[Scope, frozenset[Capability]] = {
    Scope.READ: frozenset({Capability.TOTALS, Capability.ROWS}),
    Scope.WRITE: frozenset({Capability.NOTE, Capability.WRITE}),
    Scope.TARGETS: frozenset({Capability.TARGETS}),
    Scope.IMPORT: frozenset({Capability.IMPORT}),
    Scope.SETTINGS: frozenset({Capability.PEOPLE}),
    Scope.PEOPLE: frozenset({Capability.INVITE, Capability.PEOPLE}),
    Scope.AUDIT: frozenset({Capability.PEOPLE}),
}
"""What each scope lets a program do, as far as its account may do it itself. An operation that needs what several of
them grant says itself to which of them it belongs."""


class TokenRefused(YaadError):
    """Not a token, or one that has ended or was taken back: told alike."""


def grantable(access: Access) -> list[Scope]:
    """The scopes that somebody can give away: those of which they may do something themselves."""
    return [one for one in Scope if GRANTS[one] & access.capabilities]


def make(access: Access, name: str, scopes: Collection[str], days: int = USUAL) -> tuple[Token, str]:
    """A new token of who asks, in the company that they ask in; the token itself is not kept and cannot be told again.

    Args:
        access: who asks.
        name: as they call it.
        scopes: words of `Scope`.
        days: how long it lives.

    Raises:
        Forbidden: they may have no tokens.
        InputError: no name, no scope or one that they cannot give away, or too long a life.
    """
    access.need(Capability.TOKENS)
    called = name.strip()
    allowed, account = grantable(access), access.account
    assert account is not None, "only accounts have tokens"
    wanted = [one for one in Scope if one in scopes]
    if not called or len(called) > 200:
        raise InputError(Message("api.token_name"))
    if not wanted or not set(scopes) <= set(allowed):
        raise InputError(Message("api.token_scopes"))
    if not 1 <= days <= LONGEST:
        raise InputError(Message("api.token_days", {"most": LONGEST}))
    return issue(access, called, [one.value for one in wanted], days)


def issue(
    access: Access, name: str, scopes: list[str], days: int, *, begins: str = BEGINS, action: str = "token.made"
) -> tuple[Token, str]:
    """Keep the digest of a new secret of who asks; the secret itself cannot be told again.

    Args:
        access: who asks; an account.
        name: as it is called.
        scopes: what it is for.
        days: how long it lives.
        begins: its first letters.
        action: of the line in the audit log.
    """
    told = begins + secrets.token_urlsafe(BYTES)
    assert access.account is not None, "only accounts have tokens"
    with transaction.atomic():
        kept = Token.objects.create(
            company_id=access.company,
            account_id=access.account,
            name=name,
            prefix=told[: len(begins) + MORE],
            digest=_digest(told),
            scopes=scopes,
            expires_at=timezone.now() + dt.timedelta(days=days),
        )
        audit.record(access.company, access.account, action, f"token:{kept.pk}", {"scopes": kept.scopes, "days": days})
    return kept, told


def of(access: Access) -> QuerySet[Token]:
    """The tokens of who asks in this company, the latest first, those that were taken back left out."""
    return _mine(access).exclude(prefix__startswith=OF_CALENDARS).order_by("-made_at")


def calendars_of(access: Access) -> QuerySet[Token]:
    """The links of who asks by which a calendar subscribes, those that were taken back left out."""
    return _mine(access).filter(prefix__startswith=OF_CALENDARS)


def _mine(access: Access) -> QuerySet[Token]:
    return Token.objects.filter(company=access.company, account=access.account, revoked_at__isnull=True)


def revoke(access: Access, number: int) -> None:
    """Take a token of one's own back; it is refused from now on.

    Raises:
        UnknownName: they have no such token here.
    """
    mine = Token.objects.filter(company=access.company, account=access.account, pk=number, revoked_at__isnull=True)
    with transaction.atomic():
        if not mine.update(revoked_at=timezone.now()):
            raise UnknownName("option", str(number), [])
        audit.record(access.company, access.account, "token.revoked", f"token:{number}")


def find(told: str, *, calendar: bool = False) -> Token:
    """The token that a program shows; its use is noted.

    Args:
        told: the token.
        calendar: by which a calendar subscribes; else one by which programs ask. Neither opens what the other does.

    Raises:
        TokenRefused: there is none, it has ended, or it was taken back.
    """
    now, digest = timezone.now(), _digest(told)
    with with_key(digest):
        found = Token.objects.filter(digest=digest, revoked_at__isnull=True, expires_at__gt=now).first()
    if found is None or (CALENDAR in found.scopes) is not calendar:
        raise TokenRefused(Message("api.token_refused"))
    if found.used_at is None or now - found.used_at > NOTED_EVERY:
        with in_company(found.company_id):
            Token.objects.filter(pk=found.pk).update(used_at=now)
    return found


def access_of(token: Token) -> Access:
    """What a program may do with a token: what its account may do now, and no more than the token is for.

    Raises:
        NoSuchCompany: the account has no part in the company any more.
        SecondStepMissing: its part asks for a second step, and the account has none.
    """
    granted = [GRANTS[one] for one in Scope if one in token.scopes]
    access = scope(token.account_id, token.company_id)
    second_step.hold(access)
    return access.only(frozenset().union(*granted))


def _digest(told: str) -> str:
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
