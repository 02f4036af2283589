"""Companies of the server: begun, found, and where their books lie."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from yaad.facts import keep_elsewhere
from yaad.server.home import Home
from yaad.server.journal import KEEPER
from yaad.server.models import Account, Company, Membership
from yaad.server.roles import Kind, Role


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
    if not root.is_dir():
        keep_elsewhere(root, KEEPER, company)
    return root


def begin(owner: Account, name: str, kind: Kind = Kind.PROJECTS, **more: object) -> Company:
    """A new company; who begins it owns it.

    Args:
        owner: its first owner.
        name: as people call it.
        kind: of company.
        more: further fields of `Company`, such as ``zone`` and ``currency``.
    """
    from yaad.book import Book

    with transaction.atomic():
        company = Company.objects.create(name=name.strip(), kind=kind, **more)
        Membership.objects.create(company=company, account=owner, role=Role.OWNER)
    Book.create(folder_of(company.id)).rename(company.name)
    return company


def of_account(account: Account) -> QuerySet[Membership]:
    """The parts that an account has now, by the companies' names."""
    return (
        Membership.objects.select_related("company")
        .filter(Q(until__isnull=True) | Q(until__gt=timezone.now()))
        .filter(account=account, ended_at__isnull=True, company__deleted_at__isnull=True)
        .order_by("company__name", "company")
    )
