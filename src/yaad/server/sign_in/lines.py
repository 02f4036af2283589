"""Lines of the server's audit log about signing in: who came in and by what, and what was changed about it."""

from allauth.account import signals as of_accounts
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as of_second_steps
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from yaad.server import audit
from yaad.server.models import Account


def listen() -> None:
    """Write a line for each of them from now on."""
    of_accounts.user_logged_in.connect(_signed_in, dispatch_uid="sign_in.line_in")
    of_accounts.password_changed.connect(_password_changed, dispatch_uid="sign_in.line_password")
    of_accounts.password_reset.connect(_password_by_mail, dispatch_uid="sign_in.line_reset")
    of_second_steps.authenticator_added.connect(_added, dispatch_uid="sign_in.line_added")
    of_second_steps.authenticator_removed.connect(_removed, dispatch_uid="sign_in.line_removed")


def _write(user: Account, action: str, **detail: object) -> None:
    audit.record(None, user.pk, action, f"account:{user.pk}", detail)


def _signed_in(sender: object, request: HttpRequest, user: Account, **_more: object) -> None:
    del sender
    by = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
    _write(user, "account.signed_in", by=by)


def _password_changed(sender: object, user: Account, **_more: object) -> None:
    del sender
    _write(user, "account.password_changed")


def _password_by_mail(sender: object, user: Account, **_more: object) -> None:
    del sender
    _write(user, "account.password_by_mail")


def _added(sender: object, user: Account, authenticator: Authenticator, **_more: object) -> None:
    del sender
    _write(user, "account.second_step_added", kind=str(authenticator.type))


def _removed(sender: object, user: Account, authenticator: Authenticator, **_more: object) -> None:
    del sender
    _write(user, "account.second_step_removed", kind=str(authenticator.type))
