"""Where a long list goes on: signed, of no meaning to who carries it, and of use only where it was given."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core import signing
from django.utils.crypto import salted_hmac

from yaad.errors import InputError
from yaad.server.scoping import Access
from yaad.text import Message

SALT = "yaad.cursor"
NONCE_BYTES = 12
LENGTH = 96
"""Letters of what is sealed: all are of one length, so that it tells nothing."""
Row = int | str
"""By what a row of a list is found again: its number, or its name."""


def cursor(access: Access, asked: str, after: Row) -> str:
    """A cursor.

    Args:
        access: whose list it is.
        asked: what list, with what it is narrowed to.
        after: the last row that was told.
    """
    return signing.dumps([_whose(access), asked, after], salt=SALT, compress=True)


def after(access: Access, asked: str, told: str) -> Row:
    """The row after which the list goes on.

    Raises:
        InputError: it is none of ours, or of another list.
    """
    try:
        whose, of, row = signing.loads(told, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise InputError(Message("api.bad_cursor")) from None
    if (whose, of) != (_whose(access), asked):
        raise InputError(Message("api.bad_cursor"))
    return row if isinstance(row, int) else str(row)


def sealed(access: Access, asked: str, told: str) -> str:
    """A cursor that cannot be read: where it stands would count what is not told.

    Args:
        access: whose list it is.
        asked: what list, with what it is narrowed to.
        told: where it goes on.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    shut = AESGCM(_key()).encrypt(nonce, told.ljust(LENGTH).encode(), _bound(access, asked))
    return base64.urlsafe_b64encode(nonce + shut).decode().rstrip("=")


def unsealed(access: Access, asked: str, cursor: str) -> str:
    """Where a list goes on whose cursor cannot be read.

    Raises:
        InputError: it is none of ours, or of another list.
    """
    try:
        shut = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        told = AESGCM(_key()).decrypt(shut[:NONCE_BYTES], shut[NONCE_BYTES:], _bound(access, asked))
    except (InvalidTag, ValueError):
        raise InputError(Message("api.bad_cursor")) from None
    return told.decode().rstrip()


def _key() -> bytes:
    return salted_hmac(SALT, "sealed", algorithm="sha256").digest()


def _bound(access: Access, asked: str) -> bytes:
    return f"{_whose(access)}\0{asked}".encode()


def _whose(access: Access) -> str:
    return f"{access.company}:{access.account}:{access.viewer.key}"
