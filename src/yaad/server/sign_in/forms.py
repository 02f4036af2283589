"""The forms of allauth in our words: labels and errors by key, one field for a new password."""

import struct
from typing import Any

from allauth.account import forms as of_accounts
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as of_codes
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as of_totp
from allauth.mfa.webauthn import forms as of_passkeys
from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from yaad.server.models import Account
from yaad.server.sign_in.words import said

CODES = ("required", "invalid", "max_length", "null_characters_not_allowed")
"""What a field of a form can find wrong by itself."""
LONGEST_NAME = 60
"""Letters of the name of a passkey."""
NO_ANSWER = (AttributeError, LookupError, TypeError, ValueError, struct.error)
"""What reading something that is no answer of a passkey ends with."""


class InOurWords(forms.Form):
    """Gives each field its label and its errors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 – as Django's forms take them
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = said(f"account.f_{name}")
            field.help_text = ""
            field.widget.attrs.pop("placeholder", None)
            field.error_messages |= {code: said(f"account.e_{code}") for code in CODES}
            if name == "code":
                field.widget.attrs |= {"inputmode": "numeric", "autofocus": True}
            if name == "credential":
                field.error_messages |= {code: said("account.e_incorrect_code") for code in ("required", "invalid")}


class SignIn(InOurWords, of_accounts.LoginForm):  # type: ignore[misc] # allauth has no types
    """Mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 – as Django's forms take them
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocomplete": "username"}


class ChangePassword(InOurWords, of_accounts.ChangePasswordForm):  # type: ignore[misc] # allauth has no types
    """The password of now, and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 – as Django's forms take them
        super().__init__(*args, **kwargs)
        del self.fields["password2"]


class NewPassword(InOurWords, of_accounts.ResetPasswordKeyForm):  # type: ignore[misc] # allauth has no types
    """A new password, by a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 – as Django's forms take them
        super().__init__(*args, **kwargs)
        del self.fields["password2"]


class AskForLink(InOurWords, of_accounts.ResetPasswordForm):  # type: ignore[misc] # allauth has no types
    """The address to which a link is sent, if an active account has it."""

    def clean_email(self) -> str:
        """The address, and whose it is."""
        email = str(self.cleaned_data["email"]).lower()
        self.users = list(Account.objects.filter(email=email, is_active=True))
        return email

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        """Send the link; who has no account gets a mail that says so, and the answer takes as long.

        Raises:
            MailFailed: the mail could not be sent.
        """
        email = str(self.cleaned_data["email"])
        if self.users:
            super().save(request, **kwargs)
        else:
            get_account_adapter().send_mail("account/email/unknown_account", email, {})
        return email


class OfLink(of_accounts.UserTokenForm):  # type: ignore[misc] # allauth has no types
    """Whose a link is; a closed account has none."""

    def _get_user(self, uidb36: str) -> Account | None:
        account: Account | None = super()._get_user(uidb36)
        return account if account and account.is_active else None


class AgainByPassword(InOurWords, of_accounts.ReauthenticateForm):  # type: ignore[misc] # allauth has no types
    """The password once more."""


class _Code(InOurWords):
    """A code of the app or of the list, with the same limit as passwords.

    A right code takes back its own try and no other: whoever signs in to their own account between two guesses at
    somebody else's gains nothing.
    """

    user: Account
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code.

        Raises:
            ValidationError: it is wrong, was used, or there were too many tries.
        """
        code = str(self.cleaned_data["code"])
        taken = ratelimit.consume(
            context.request, app="allauth.account", action="login_failed", key=f"second-step-{self.user.pk}"
        )
        if not taken:
            raise get_account_adapter().validation_error("too_many_login_attempts")
        by_hand = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
        for found in by_hand.order_by("-type"):
            if found.wrap().validate_code(code):
                found.user = self.user
                self.authenticator = found
                taken.rollback()
                return code
        raise get_adapter().validation_error("incorrect_code")


class SecondStep(_Code, of_codes.AuthenticateForm):  # type: ignore[misc] # allauth has no types
    """The code after the password."""


class AgainByCode(_Code, of_codes.ReauthenticateForm):  # type: ignore[misc] # allauth has no types
    """A code once more."""


class AddApp(InOurWords, of_totp.ActivateTOTPForm):  # type: ignore[misc] # allauth has no types
    """The first code of an app that was just set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 – as Django's forms take them
        super().__init__(*args, **kwargs)
        del self.fields["code"].widget.attrs["autofocus"]  # a phone's keys would hide the picture


class _Passkey(InOurWords):
    """What a browser answers; anything else than an answer is as wrong as a wrong one."""

    def clean_credential(self) -> Authenticator:
        """The passkey that answered.

        Raises:
            ValidationError: it is not one of ours.
        """
        try:
            return super().clean_credential()  # type: ignore[misc] # of the form of allauth beside it
        except NO_ANSWER as error:
            raise get_adapter().validation_error("incorrect_code") from error


class SecondStepByPasskey(_Passkey, of_passkeys.AuthenticateWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """A passkey after the password."""


class SignInByPasskey(_Passkey, of_passkeys.LoginWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """A passkey in place of mail and password."""


class AgainByPasskey(_Passkey, of_passkeys.ReauthenticateWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """A passkey once more."""


class AddPasskey(InOurWords, of_passkeys.AddWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """A new passkey; it always knows its owner by a finger, a face or a number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 – as Django's forms take them
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"].validators.append(MaxLengthValidator(LONGEST_NAME))

    def clean(self) -> dict[str, Any]:
        """What was sent.

        Raises:
            ValidationError: it is no passkey for this question.
        """
        try:
            cleaned: dict[str, Any] = super().clean() or {}
        except NO_ANSWER as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class NamePasskey(InOurWords, of_passkeys.EditWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """Another name for a passkey."""
