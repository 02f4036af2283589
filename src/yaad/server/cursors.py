"""Where a long list goes on: signed, of no meaning to who carries it, and of use only where it was given."""

from django.core import signing

from yaad.errors import InputError
from yaad.server.scoping import Access
from yaad.text import Message

SALT = "yaad.cursor"
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


def _whose(access: Access) -> str:
    return f"{access.company}:{access.account}:{access.viewer.key}"
