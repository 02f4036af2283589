"""What makes a password good enough, in our words."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from yaad.server.models import Account
from yaad.text import Message

WHY = ("password_too_short", "password_too_common", "password_too_similar")


def weaknesses(password: str, account: Account | None = None) -> list[Message]:
    """Why a password is not good enough; empty for one that is.

    Args:
        password: as typed.
        account: whose it will be; a password must not look like their name or address.
    """
    try:
        validate_password(password, account)
    except ValidationError as error:
        return [_of(one) for one in error.error_list]
    return []


def _of(error: ValidationError) -> Message:
    code = error.code if error.code in WHY else "password_weak"
    least = str((error.params or {}).get("min_length", ""))
    return Message(f"account.e_{code}", {"least": least} if code == "password_too_short" else {})
