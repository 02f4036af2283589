"""What allauth asks of the house: its words, its mails, its addresses and its rules."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from yaad.server.companies import home
from yaad.server.models import Account
from yaad.server.sign_in import mails
from yaad.server.sign_in.passwords import weaknesses
from yaad.server.sign_in.sealing import seal, unseal
from yaad.server.sign_in.sessions import SIGNED_IN
from yaad.server.sign_in.words import TOLD, errors, said
from yaad.text import has_key

FRESH = 10 * 60
"""Seconds after a sign-in in which nobody is asked for the password again."""
OF_ACCOUNTS = (
    "email_password_mismatch",
    "enter_current_password",
    "incorrect_code",
    "incorrect_password",
    "invalid_password_reset",
    "rate_limited",
    "too_many_login_attempts",
)
OF_SECOND_STEPS = ("cannot_generate_recovery_codes", "incorrect_code")
WAYS = {
    "reauthenticate": "account.way_password",
    "mfa_reauthenticate": "account.way_code",
    "mfa_reauthenticate:webauthn": "account.way_passkey",
}
"""Ways to show again who one is."""


class Accounts(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts come by invitation; every sentence is ours."""

    error_messages = errors(DefaultAccountAdapter.error_messages, OF_ACCOUNTS)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account of their own."""
        del request
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages are pages, whatever a request asks for."""
        del request
        return False

    def get_login_stages(self) -> list[str]:
        """After the password comes the second step, and nothing else."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """Count a try, unless it is refused already: at a blocked address of the network nobody uses up their own.

        Raises:
            ValidationError: there were too many.
        """
        key = self._get_login_attempts_cache_key(request, **credentials)
        if not ratelimit.consume(request, action="login_failed", key=key, dry_run=True):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def respond_user_inactive(self, request: HttpRequest, user: Account) -> HttpResponse:
        """A closed account is sent back to the door."""
        del user
        request.session[TOLD] = "account.e_email_password_mismatch"
        return HttpResponseRedirect(reverse("account_login"))

    def clean_password(self, password: str, user: Account | None = None) -> str:
        """The password itself.

        Raises:
            ValidationError: it is not good enough; says why in our words.
        """
        wrong = weaknesses(password, user)
        if wrong:
            raise ValidationError([said(one.key, **one.values) for one in wrong])
        return password

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's own account."""
        del request
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address in the mail; it begins as the server is set, whatever name the request came by."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return home().address + path.replace("UID-KEY", key)

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """The ways to show again who one is, by our names."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [way | {"description": said(WAYS[way["id"]])} for way in ways if way["id"] in WAYS]

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Not right after a sign-in."""
        since = self.request.session.get(SIGNED_IN, 0)
        return time.time() - since > FRESH and bool(super().is_reauthentication_required(app=app, **kwargs))

    def add_message(  # noqa: PLR0917 – as allauth calls it
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Keep what was done for the next page; what we have no words for is not told."""
        del level, message_context, extra_tags, message
        # without a template it is an error, and only passkeys tell theirs in this way
        key = f"account.told_{_name(message_template)}" if message_template else "account.told_passkey_refused"
        if has_key(key, "en"):
            request.session[TOLD] = key

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the mail of a reset.

        Raises:
            MailFailed: it could not be sent.
        """
        account = context.get("user")
        lang = account.language if account else get_language() or home().lang
        address = context.get("password_reset_url", home().address)
        mails.send(email, f"account.mail_{_name(template_prefix)}", lang, link=address, host=home().host)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Account,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody what was changed in their account."""
        del context, email
        key = f"account.mail_{_name(template_prefix)}"
        if has_key(f"{key}_body", "en"):
            mails.tell(user.email, key, user.language, host=home().host, link=home().address + reverse("account"))


class SecondSteps(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Codes and passkeys in our words, for the name of our server."""

    error_messages = errors(DefaultMFAAdapter.error_messages, OF_SECOND_STEPS)

    def encrypt(self, text: str) -> str:
        """A secret as the database keeps it."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself."""
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user: Account, type: str) -> str:  # noqa: A002 – allauth's own name for it
        """What a new passkey is called until its owner says otherwise."""
        from allauth.mfa.models import Authenticator

        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return str(said("account.passkey_number", number=str(number)))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The server to which passkeys belong."""
        return {"id": home().host, "name": home().host}


def _name(template: str | None) -> str:
    """``totp_activated`` of ``mfa/email/totp_activated`` or ``mfa/messages/totp_activated.txt``."""
    return (template or "").rpartition("/")[2].removesuffix(".txt")
