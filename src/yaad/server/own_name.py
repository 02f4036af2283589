"""What whoever works on a machine of their own is called in what they write."""

import getpass
import pwd

from yaad.text import Message, render

NOBODYS = frozenset({"root", "admin", "administrator", "user", "nobody", "daemon", "app", "yaad"})
"""Accounts of machines that are no person's name."""


def own_name(lang: str) -> str:
    """The full name of the account on the machine, else the account's; of one that is nobody's, "me".

    Args:
        lang: of the word.
    """
    account = getpass.getuser()
    name = _full_name(account) or account
    return render(Message("server.me"), lang) if name.casefold() in NOBODYS else name


def _full_name(account: str) -> str:
    try:
        return pwd.getpwnam(account).pw_gecos.partition(",")[0].strip()
    except (KeyError, OSError):
        return ""
