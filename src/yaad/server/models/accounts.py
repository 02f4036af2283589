"""Accounts: a person who signs in, of whichever companies."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; addresses of mail are kept in small letters."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> "Account":  # noqa: ANN401 – fields of the model
        """A new account; without a password nobody signs in with one, without a language it is the server's.

        Raises:
            ValueError: no address.
        """
        if not email:
            raise ValueError("an account has an address of mail")
        account = self.model(email=email.strip().lower(), **{"language": settings.LANGUAGE_CODE} | more)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        """By the address of mail, whatever its letters."""
        return self.get(email=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """Somebody who signs in.

    Attributes:
        email: address of mail, in small letters; signs in with it.
        name: as others see it.
        language: of mails to them, and of their pages where a browser was told no other.
        is_active: whether they may sign in.
        joined_at: when it was made.
    """

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, default="he")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email
