"""One `scope` for every face: who acts, in which company, what they may do there and whose rows they see.

Everything that is asked or done on behalf of somebody – a page, a request of a program, a tool of an agent, a job, a
kept answer – takes its rows, its capabilities and its keys from the `Access` that `scope` gives, and from nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from yaad.errors import NotAllowed, YaadError
from yaad.facts import settings_of
from yaad.model import EVERYBODY, NOBODY, Settings, Viewer
from yaad.server.own_name import own_name
from yaad.server.roles import MAY, MAY_BEGIN, Capability, Role
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.models import Membership


class NoSuchCompany(YaadError):
    """There is no such company, or not for this account: the two are told alike."""


class Forbidden(NotAllowed):
    """The account sees this, but may not do that."""


@dataclass(frozen=True)
class Access:
    """What somebody may do and see in one company.

    Attributes:
        account: id of who acts; None: whoever started the server of one book on their own machine.
        name: of who acts, as it stands in what they write.
        company: id of the company; empty for a book that belongs to no server.
        role: their part in it.
        viewer: whose rows they see.
        capabilities: what they may do.
        has_others: they can go to another company, or begin one.
    """

    account: int | None
    name: str
    company: str
    role: Role
    viewer: Viewer
    capabilities: frozenset[Capability]
    has_others: bool = False

    def may(self, capability: Capability) -> bool:
        """Whether they may."""
        return capability in self.capabilities

    def need(self, capability: Capability) -> None:
        """Go on only if they may.

        Raises:
            Forbidden: they may not.
        """
        if not self.may(capability):
            raise Forbidden(Message("server.forbidden"))

    def only(self, capabilities: frozenset[Capability]) -> "Access":
        """The same with no more than these capabilities, as a token grants them."""
        return replace(self, capabilities=self.capabilities & capabilities)


def local() -> Access:
    """Whoever holds the book in their own folder."""
    return Access(None, own_name(_language()), "", Role.OWNER, EVERYBODY, frozenset(Capability))


def _language() -> str:
    """Of the page that is answered; English where none is."""
    from django.conf import settings
    from django.utils.translation import get_language

    return (get_language() if settings.configured else None) or "en"


_current: ContextVar[Access | None] = ContextVar("access", default=None)


def current() -> Access:
    """On whose behalf this thread works.

    Raises:
        LookupError: on nobody's; nothing may be asked then.
    """
    access = _current.get()
    if access is None:
        raise LookupError("nothing may be asked on nobody's behalf")
    return access


@contextmanager
def on_behalf_of(access: Access) -> Iterator[None]:
    """Work for somebody, as long as this lasts; the database is told as well."""
    from yaad.server.acting import Acting, act

    token = _current.set(access)
    try:
        with act(Acting(access.company, access.account)):
            yield
    finally:
        _current.reset(token)


def scope(account_id: int, company_id: str) -> Access:
    """What an account may do and see in a company, as things stand at this moment.

    Raises:
        NoSuchCompany: there is none, or it is not theirs (any more).
    """
    from django.db.models import Exists, Q
    from django.utils import timezone

    from yaad.server.acting import as_account, in_company
    from yaad.server.models import Membership

    with as_account(account_id):
        parts = Membership.objects.filter(Q(until__isnull=True) | Q(until__gt=timezone.now())).filter(
            account=account_id,
            ended_at__isnull=True,
            account__is_active=True,
            company__deleted_at__isnull=True,
        )
        mine = parts.filter(company=company_id).select_related("company", "account")
        found = mine.annotate(elsewhere=Exists(parts.exclude(company=company_id))).first()
    if found is None:
        raise NoSuchCompany(Message("server.no_such_company"))
    role = Role(found.role)
    capabilities = MAY[role]
    if role is Role.CONSULTANT:
        capabilities |= {Capability.IMPORT} if found.may_import else set()
    name = found.account.name or found.account.email
    with as_account(account_id), in_company(found.company_id):
        viewer = _viewer(role, found)
    has_others = bool(getattr(found, "elsewhere", False)) or role in MAY_BEGIN  # counted along with their part
    return Access(found.account_id, name, found.company_id, role, viewer, capabilities, has_others)


def _viewer(role: Role, part: "Membership") -> Viewer:
    """Whose rows the part shows."""
    from yaad.book.persons import last_erasing
    from yaad.server.companies import folder_of
    from yaad.server.joined import waits
    from yaad.server.journal import DatabaseJournal

    if role in (Role.OWNER, Role.CONSULTANT):
        return EVERYBODY
    if role is Role.VIEWER:
        return Viewer(persons=False)
    mine = frozenset({part.person} if part.person and not waits(part) else ())
    if role is Role.REP:
        return Viewer(mine)
    if role is Role.MANAGER:
        erased = last_erasing(folder_of(part.company_id))
        said = _said(part.company_id, DatabaseJournal(part.company_id).last_seq, erased)
        teams = said.teams_under(part.team) if part.team else frozenset[str]()
        return Viewer(mine | (said.people_under(part.team) if part.team else frozenset()), teams)
    return NOBODY


@lru_cache(maxsize=256)
def _said(company_id: str, _last_seq: int, _erased: int) -> Settings:
    """What the company said of itself up to an entry; an erasing writes entries anew."""
    from yaad.server.journal import DatabaseJournal

    return settings_of(DatabaseJournal(company_id).of_company())
