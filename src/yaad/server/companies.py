"""Companies of the server: begun, found, changed, retired, and where their books lie."""

import logging
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path

from babel.numbers import list_currencies
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from yaad.book.usual import Usual, say_usual, usual_of
from yaad.errors import InputError, YaadError
from yaad.facts import is_kept_elsewhere, keep_elsewhere
from yaad.model import read_amount
from yaad.server import audit
from yaad.server.acting import in_company
from yaad.server.choices import known_countries
from yaad.server.home import Home
from yaad.server.journal import KEEPER
from yaad.server.kinds import STARTS
from yaad.server.models import Account, Company, Membership
from yaad.server.models.companies import new_company_id
from yaad.server.new_accounts import name_of
from yaad.server.roles import MAY_BEGIN, Capability, Kind, Role, Transparency
from yaad.server.scoping import Access, Forbidden, NoSuchCompany
from yaad.text import Message, number

log = logging.getLogger("yaad.companies")
MOST_VAT = Decimal("0.5")


@dataclass(frozen=True)
class Asked:
    """What a company says of itself.

    Attributes:
        name: as people call it.
        kind: of company.
        country: two letters; its working days and holidays.
        zone: of its clocks.
        currency: three letters.
        vat: a part such as 0.18; None where there is none.
        transparency: what people see of each other's results.
    """

    name: str
    kind: Kind = Kind.PROJECTS
    country: str = "IL"
    zone: str = "Asia/Jerusalem"
    currency: str = "ILS"
    vat: Decimal | None = None
    transparency: Transparency = Transparency.OFF

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> "Asked":
        """From a form; VAT is typed in percent.

        Raises:
            InputError: says which of it cannot be used, and what can.
        """
        kind, zone, transparency = typed.get("kind", ""), typed.get("zone", "").strip(), typed.get("transparency", "")
        country, currency = (typed.get(name, "").strip().upper() for name in ("country", "currency"))
        if kind not in {one.value for one in Kind}:
            raise InputError(Message("people.no_kind"))
        if zone not in zoneinfo.available_timezones():
            raise InputError(Message("people.bad_zone", {"zone": zone}))
        if country not in known_countries():
            raise InputError(Message("people.bad_country", {"country": country}))
        if currency not in list_currencies():
            raise InputError(Message("people.bad_currency", {"currency": currency}))
        shown = Transparency(transparency) if transparency in set(Transparency) else Transparency.OFF
        return cls(
            name_of(typed.get("name", "")), Kind(kind), country, zone, currency, _vat(typed.get("vat", "")), shown
        )

    @classmethod
    def of(cls, company: Company) -> "Asked":
        """As a company says it now."""
        vat = None if company.vat is None else Decimal(company.vat)
        kind, shown = Kind(company.kind), Transparency(company.transparency)
        return cls(company.name, kind, company.country, company.zone, company.currency, vat, shown)

    @property
    def said(self) -> dict[str, object]:
        """Field of `Company` → value."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def typed(self) -> dict[str, str]:
        """The same as a form holds it; see `read`."""
        found = {name: str(value) for name, value in self.said.items() if name != "vat"}
        return found | {"vat": "" if self.vat is None else number(float(self.vat.scaleb(2)), "en")}

    @property
    def more(self) -> dict[str, object]:
        """The same without the name and the kind."""
        return {name: value for name, value in self.said.items() if name not in ("name", "kind")}


def _vat(typed: str) -> Decimal | None:
    text = typed.strip().rstrip("%").strip()
    if not text:
        return None
    vat = read_amount(text).scaleb(-2)
    if not 0 <= vat <= MOST_VAT:
        raise InputError(Message("people.bad_vat", {"vat": typed.strip()}))
    return vat.quantize(Decimal("0.0001"))


def home() -> Home:
    """How this server is set."""
    found: Home = settings.YAAD_HOME  # type: ignore[misc] # a setting of our own
    return found


def folder_of(company: str) -> Path:
    """The folder of a company's book; made on first use, its journal kept on the database.

    Args:
        company: the id of one that exists.
    """
    root = home().company(company)
    if not is_kept_elsewhere(root):
        keep_elsewhere(root, KEEPER, company)
    return root


def begin(owner: Account, name: str, kind: Kind = Kind.PROJECTS, **more: object) -> Company:
    """A new company; who begins it owns it, and its scorecard shows first what its kind looks at.

    Args:
        owner: its first owner.
        name: as people call it.
        kind: of company.
        more: further fields of `Company`, such as ``zone`` and ``currency``.
    """
    from yaad.book import Book
    from yaad.book.scorecards import add
    from yaad.measures.own_measures import OwnMeasures

    number = new_company_id()
    with in_company(number), transaction.atomic():
        company = Company.objects.create(id=number, name=name.strip(), kind=kind, **more)
        Membership.objects.create(company=company, account=owner, role=Role.OWNER)
        audit.record(company.id, owner.pk, "company.begun", f"company:{company.id}", {"kind": str(kind)})
    root = folder_of(company.id)
    Book.create(root).rename(company.name)
    _tell_book(company, owner.language)
    add(root, OwnMeasures((), STARTS[kind].first))
    return company


def begin_asked(account: Account, asked: Asked) -> Company:
    """A further company of an account that may begin one.

    Raises:
        Forbidden: it is nobody's owner and nobody's consultant.
    """
    if not may_begin(account):
        raise Forbidden(Message("people.may_not_begin"))
    return begin(account, asked.name, asked.kind, **asked.more)


def may_begin(account: Account) -> bool:
    """Whether an account may begin a further company."""
    return any(Role(part.role) in MAY_BEGIN for part in of_account(account))


def change(access: Access, asked: Asked) -> None:
    """What the company says of itself from now on. The kind is only remembered: its scorecard stays as it is.

    Raises:
        Forbidden: they may not.
    """
    from yaad.book import Book

    access.need(Capability.PEOPLE)
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=access.company)
        before = Asked.of(company).said
        changed = {name: value for name, value in asked.said.items() if value != before[name]}
        if not changed:
            return
        for name, value in changed.items():
            setattr(company, name, value)
        company.save(update_fields=list(changed))
        detail = {name: [str(before[name]), str(value)] for name, value in changed.items() if name != "name"}
        detail |= {"fields": sorted(changed)}
        audit.record(access.company, access.account, "company.changed", f"company:{access.company}", detail)
    Book.create(folder_of(access.company)).rename(asked.name)
    _tell_book(company)


def tell_books() -> None:
    """Say in every company's book what the company said of its calendar and money; once, as a server begins."""
    for company in Company.objects.filter(deleted_at__isnull=True):
        try:
            _tell_book(company)
        except (OSError, YaadError):  # the others are not to blame, and the server is to begin all the same
            log.exception("a book could not be told", extra={"company": company.pk})


def _tell_book(company: Company, language: str | None = None) -> None:
    """What imports and targets take where nobody says another, and on which days the company works.

    Args:
        company: which.
        language: of names that imports make up; that of before where nothing is said.
    """
    root = folder_of(company.pk)
    vat = None if company.vat is None else f"{Decimal(company.vat).normalize():f}"
    said = language or usual_of(root).language
    say_usual(root, Usual(company.zone, company.currency, vat, company.country, said))


def in_use() -> list[str]:
    """The ids of all companies that are not retired, in the order in which they were begun."""
    rows = Company.objects.filter(deleted_at__isnull=True).order_by("created_at", "pk")
    return list(rows.values_list("pk", flat=True))


def retire(access: Access, typed: str) -> None:
    """Nobody opens the company any more; its data stay where they are.

    Args:
        access: of an owner.
        typed: the company's name, typed to confirm it.

    Raises:
        Forbidden: they may not.
        InputError: the name is another one.
    """
    access.need(Capability.PEOPLE)
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=access.company)
        if " ".join(typed.split()) != " ".join(company.name.split()):
            raise InputError(Message("people.other_name", {"name": company.name}))
        company.deleted_at = timezone.now()
        company.save(update_fields=["deleted_at"])
        audit.record(access.company, access.account, "company.retired", f"company:{access.company}")


def retired(account: Account) -> QuerySet[Membership]:
    """The parts of an owner in companies that were retired."""
    rows = Membership.objects.select_related("company").filter(account=account, role=Role.OWNER)
    return rows.filter(ended_at__isnull=True, company__deleted_at__isnull=False).order_by("company__name", "company")


def restore(account: Account, company: str) -> None:
    """Open a retired company again, by one of its owners.

    Raises:
        NoSuchCompany: there is none, or it is not theirs.
    """
    if not retired(account).filter(company=company).exists():
        raise NoSuchCompany(Message("server.no_such_company"))
    with in_company(company), transaction.atomic():
        Company.objects.filter(pk=company).update(deleted_at=None)
        audit.record(company, account.pk, "company.restored", f"company:{company}")


def of_account(account: Account) -> QuerySet[Membership]:
    """The parts that an account has now, by the companies' names."""
    return (
        Membership.objects.select_related("company")
        .filter(Q(until__isnull=True) | Q(until__gt=timezone.now()))
        .filter(account=account, ended_at__isnull=True, company__deleted_at__isnull=True)
        .order_by("company__name", "company")
    )
