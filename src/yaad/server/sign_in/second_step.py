"""The second step at sign-in: who has one, and who must."""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from yaad.server.companies import home
from yaad.server.models import Account
from yaad.server.roles import Role
from yaad.server.scoping import Access, Forbidden
from yaad.server.sign_in.sessions import end_others
from yaad.text import Message

FORCED = frozenset({Role.OWNER, Role.MANAGER, Role.CONSULTANT})
"""They see more than their own."""
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes alone are none."""


class SecondStepMissing(Forbidden):
    """Somebody must set a second step up before they enter the company."""


def has_one(account: int) -> bool:
    """Whether an account has a second step."""
    found: bool = Authenticator.objects.filter(user_id=account, type__in=KINDS).exists()
    return found


def is_missing(access: Access) -> bool:
    """Whether somebody must set one up before they enter the company."""
    if access.account is None or access.role not in FORCED or not home().needs_second_step:
        return False
    return not has_one(access.account)


def hold(access: Access) -> None:
    """Go on only with a second step, where one is asked for.

    Raises:
        SecondStepMissing: it is not set up yet.
    """
    if is_missing(access):
        raise SecondStepMissing(Message("account.second_step_first"))


def end_sessions_without(
    sender: object, request: HttpRequest, user: Account, authenticator: Authenticator, **_more: object
) -> None:
    """Sessions elsewhere were opened with the password alone: they end when the second step begins."""
    del sender
    if authenticator.type in KINDS:
        end_others(user.pk, request.session.session_key)
