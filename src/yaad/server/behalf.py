"""In whose name something runs by itself: who set it up, and what they may do at that moment."""

from collections.abc import Collection

from yaad.server.roles import Capability
from yaad.server.scoping import Access, NoSuchCompany, local, scope

ACCOUNT = "account:"
KEEPER = "keeper"
"""Who keeps the server set it up, from its command line."""
NEEDED = (Capability.PEOPLE, Capability.IMPORT)
"""What it takes to have sources, and to bring in what they hold."""


def who(access: Access) -> str:
    """How somebody stands in what they set up; empty in a book of one's own, where nobody asks."""
    if not access.company:
        return ""
    return KEEPER if access.account is None else f"{ACCOUNT}{access.account}"


def access_of(company: str, by: str, needed: Collection[Capability] = NEEDED) -> Access | None:
    """What who set something up may do now; None where they may not have it run any more.

    Args:
        company: its id; empty where one book is served.
        by: see `who`.
        needed: what it takes.
    """
    if not company:
        return local()
    if by == KEEPER:
        from yaad.server.acting import as_server
        from yaad.server.keeper import keeper_of  # reads tables, which the server of one book does not have

        with as_server():
            return keeper_of(company)
    number = by.removeprefix(ACCOUNT)
    if not by.startswith(ACCOUNT) or not number.isdecimal():
        return None
    try:
        access = scope(int(number), company)
    except NoSuchCompany:
        return None
    return access if all(access.may(one) for one in needed) else None


def name_of(company: str, by: str) -> str:
    """The name of who set something up, while they have an account in the company; else empty."""
    number = by.removeprefix(ACCOUNT)
    if not company or not by.startswith(ACCOUNT) or not number.isdecimal():
        return ""
    from yaad.server.models import Membership

    rows = Membership.objects.select_related("account").filter(company=company, account=int(number))
    part = rows.first()
    return str(part.account) if part else ""
