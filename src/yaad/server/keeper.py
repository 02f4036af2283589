"""Who keeps the server works in a company from its command line: they can read all of its home anyway."""

from yaad.errors import UnknownName
from yaad.model import EVERYBODY
from yaad.server.models import Company
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access


def keeper_of(company: str) -> Access:
    """The keeper of the server in one company, by its id or its name; lines of the audit log name no account.

    Raises:
        UnknownName: there is no such company, or several of this name.
    """
    found = list(Company.objects.filter(pk=company)) or list(Company.objects.filter(name=company))
    if len(found) != 1:
        known = [one.pk for one in found] or [one.name for one in Company.objects.order_by("name")]
        raise UnknownName("company", company, known)
    return Access(None, "", found[0].pk, Role.OWNER, EVERYBODY, frozenset(Capability))
