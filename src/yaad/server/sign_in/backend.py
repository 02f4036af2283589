"""Who an address of mail and a password are: an account that is active, or nobody."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from yaad.server.models import Account


class ByMail(AuthenticationBackend):  # type: ignore[misc] # allauth has no types
    """By the account's own address alone; a closed account is answered like one that does not exist."""

    def _authenticate_by_email(self, email: str, password: str) -> Account | None:
        account = Account.objects.filter(email=email.strip().lower(), is_active=True).first()
        if account is None:
            return None  # a password is hashed all the same, so that the answer takes as long
        self._did_check_password = True
        return account if account.check_password(password) else None


class ResetTokens(PasswordResetTokenGenerator):
    """Tokens of links that change a password: they end after a while, and with the first sign-in or change."""

    key_salt = "yaad.server.sign_in.ResetTokens"
