"""One's own account: all that the server holds on it, and its end. What a company's book says is the company's."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from yaad.errors import InputError
from yaad.server import audit
from yaad.server.acting import as_account, as_server, in_company
from yaad.server.models import Account, Company, Invitation, Membership
from yaad.server.personal import FIELDS, GOES, STAYS, Says, whose
from yaad.server.roles import Role
from yaad.text import Message

Json = Any  # plain JSON values of any kind
NOWHERE = "erased.invalid"
"""Where mail to an erased account would go: nowhere."""
MARK = "erased"


def export(account: Account) -> Mapping[str, list[dict[str, Json]]]:
    """All that the server holds on an account: table → rows. Of secrets it is told only that they are there."""
    found: dict[str, dict[object, dict[str, Json]]] = {}
    with as_account(account.pk):
        companies = list(Membership.objects.filter(account=account).values_list("company", flat=True))
        for company in ("", *companies):
            with in_company(company):
                for table in (*STAYS, *GOES):
                    rows = apps.get_model(table).objects.filter(whose(table, account))
                    for row in rows.order_by("pk"):
                        found.setdefault(table, {})[row.pk] = _told(table, row)
    return {table: list(rows.values()) for table, rows in found.items()}


def _told(table: str, row: object) -> dict[str, Json]:
    told: dict[str, Json] = {}
    for name, says in FIELDS[table].items():
        if says is Says.POINTS:
            continue
        value = getattr(row, name)
        told[name] = bool(value) if says is Says.SECRET else value
    return told


def erase(account: Account, typed: str) -> None:
    """End one's own account for good: nobody signs in with it any more, and nothing says whose it was.

    A company of one's own in which nobody else works is retired with it.

    Args:
        account: whose.
        typed: its address of mail, typed to confirm it.

    Raises:
        InputError: the address is another one; or others would be left in a company without an owner.
    """
    if typed.strip().casefold() != account.email.casefold():
        raise InputError(Message("person.other_mail"))
    with as_server(), transaction.atomic():
        parts = list(
            Membership.objects.filter(account=account, ended_at=None, company__deleted_at=None).order_by("company")
        )
        for part in parts:
            company = Company.objects.select_for_update().get(pk=part.company_id)
            if part.role == Role.OWNER:
                check_owner_stays(company, [account.pk])
        for part in parts:
            audit.record(part.company_id, account.pk, "account.erased", f"account:{account.pk}")
            if part.role == Role.OWNER and not _others_in(part.company_id, [account.pk]).exists():
                Company.objects.filter(pk=part.company_id).update(deleted_at=timezone.now())
                audit.record(part.company_id, account.pk, "company.retired", f"company:{part.company_id}")
        audit.record(None, account.pk, "account.erased", f"account:{account.pk}")
        forget(account, MARK + secrets.token_hex(3))


def check_owner_stays(company: Company, going: Collection[int]) -> None:
    """Hold that nobody is left in a company without an owner; one is an owner whose part has no end.

    Args:
        company: which.
        going: accounts that are about to go, an owner among them.

    Raises:
        InputError: others work in it, and none of them is an owner.
    """
    others = _others_in(company.pk, going)
    if others.exists() and not others.filter(role=Role.OWNER, until=None).exists():
        raise InputError(Message("person.last_owner", {"name": company.name}))


def _others_in(company: str, going: Collection[int]) -> QuerySet[Membership]:
    rows = Membership.objects.filter(company=company, ended_at=None, account__is_active=True)
    return rows.filter(Q(until=None) | Q(until__gt=timezone.now())).exclude(account__in=going)


def forget(account: Account, mark: str) -> None:
    """An account without name and address, with which nobody signs in; what it did keeps its number.

    Args:
        account: whose.
        mark: what stands in the place of its name.
    """
    with transaction.atomic():
        withdraw(Invitation.objects.filter(by=account))
        for table in GOES:
            apps.get_model(table).objects.filter(whose(table, account)).delete()
        now = timezone.now()
        Membership.objects.filter(account=account, ended_at=None).update(ended_at=now)
        Membership.objects.filter(account=account).exclude(person__startswith=MARK).update(person="")
        Membership.objects.filter(account=account).update(others=[])
        account.email, account.name, account.is_active = f"{mark}@{NOWHERE}", mark, False
        account.last_login = None
        account.set_unusable_password()
        account.save()


def withdraw(given_out: QuerySet[Invitation]) -> None:
    """Nobody comes in any more by an invitation of somebody who is gone, unless they had taken it up."""
    given_out.filter(taken_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())


def leave(account: Account, company: str, mark: str) -> None:
    """Let an account go from one company, where it has others: what it gave out there goes, and who it was there.

    Args:
        account: whose.
        company: which.
        mark: what stands in the place of the person it was.
    """
    with transaction.atomic():
        withdraw(Invitation.objects.filter(by=account, company=company))
        for table in ("server.Token", "server.Answered", "server.Invitation"):
            apps.get_model(table).objects.filter(whose(table, account), company=company).delete()
        rows = Membership.objects.filter(account=account, company=company)
        rows.filter(ended_at=None).update(ended_at=timezone.now())
        rows.update(person=mark, others=[])
