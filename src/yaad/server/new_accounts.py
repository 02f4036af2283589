"""Accounts as they are made: by the first run, and by who takes up an invitation."""

from dataclasses import dataclass

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest

from yaad.errors import InputError
from yaad.server.models import Account
from yaad.server.sign_in.passwords import weaknesses
from yaad.text import Message

LONGEST = 200
"""Letters of a name."""


@dataclass(frozen=True)
class NewAccount:
    """What somebody typed who is to have an account.

    Attributes:
        email: address of mail.
        name: as others see it.
        password: they sign in with it.
        language: of mails to them.
    """

    email: str
    name: str
    password: str
    language: str


def account_of(person: NewAccount) -> Account:
    """Make the account.

    Raises:
        InputError: the address is none, the name is missing, or the password is easy to guess.
    """
    email, name = mail_of(person.email), name_of(person.name)
    wrong = weaknesses(person.password, Account(email=email, name=name))
    if wrong:
        raise InputError(wrong[0])
    return Account.objects.create_user(email, person.password, name=name, language=person.language)


def account_in(request: HttpRequest) -> Account | None:
    """The account that has signed in; None where nobody has."""
    found = request.user
    return found if isinstance(found, Account) else None


def enter(request: HttpRequest, account: Account) -> None:
    """Sign in who has just chosen a password."""
    record_authentication(request, account, "password")
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])


def mail_of(typed: str) -> str:
    """An address of mail in small letters.

    Raises:
        InputError: it is none.
    """
    email = typed.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InputError(Message("people.bad_mail", {"mail": typed.strip()})) from None
    return email


def name_of(typed: str) -> str:
    """A name of a person or a company, without spaces around it.

    Raises:
        InputError: it is empty or longer than anybody's.
    """
    name = " ".join(typed.split())
    if not name or len(name) > LONGEST:
        raise InputError(Message("people.bad_name"))
    return name
