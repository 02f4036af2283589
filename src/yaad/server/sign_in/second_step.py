"""The second step at sign-in: who has one, and who must."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from yaad.errors import InputError
from yaad.server import audit
from yaad.server.companies import home
from yaad.server.models import Account
from yaad.server.roles import Role
from yaad.server.scoping import Access, Forbidden
from yaad.server.sign_in import mails
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


def hold_account(account: int) -> None:
    """Go on only with a second step, in what an owner does outside of any company.

    Raises:
        SecondStepMissing: it is not set up yet.
    """
    if home().needs_second_step and not has_one(account):
        raise SecondStepMissing(Message("account.second_step_first"))


def take_away(mail: str) -> Account:
    """Take the second step of an account away, end its sessions and tell its owner by mail.

    For who runs the server, when somebody lost the phone and the codes: nobody does it by a page, since that would be
    a way round the second step.

    Args:
        mail: address of the account.

    Raises:
        InputError: no active account has it.
    """
    account = Account.objects.filter(email=mail.strip().lower(), is_active=True).first()
    if account is None:
        raise InputError(Message("account.no_such_account", {"mail": mail}))
    with transaction.atomic():
        Authenticator.objects.filter(user=account).delete()
        end_others(account.pk)
        audit.record(None, None, "account.second_step_reset", f"account:{account.pk}")
    address = home().address
    mails.tell(account.email, "account.mail_second_step_taken", account.language, host=home().host, link=address)
    return account


def end_sessions_without(
    sender: object, request: HttpRequest, user: Account, authenticator: Authenticator, **_more: object
) -> None:
    """Sessions elsewhere were opened with the password alone: they end when the second step begins."""
    del sender
    if authenticator.type in KINDS:
        end_others(user.pk, request.session.session_key)
