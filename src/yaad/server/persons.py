"""A person in a company: all that is held of them, and their erasure, in the book and on the server's database.

In the audit log persons stand as keyed digests already. A line in which one stands in another way is written anew, and
the chain is sealed again from there; the line that tells of the erasure holds the last digest from before.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction
from django.utils import timezone

from yaad.book import Book
from yaad.book.persons import Found, Marks, Part, find
from yaad.book.persons.as_if import as_if_erased
from yaad.book.persons.cleaning import Cleaner
from yaad.book.persons.erasing import Erasure, begin, clean_entry, compact, finish
from yaad.book.persons.rewriting import clean_words
from yaad.book.persons.taking_out import take_out, write_archive
from yaad.errors import BookError, InputError
from yaad.server import audit, state
from yaad.server.acting import as_server
from yaad.server.companies import folder_of
from yaad.server.guards import lifted
from yaad.server.models import Account, Answered, AuditEvent, Invitation, JournalEntry, Membership
from yaad.server.roles import Capability
from yaad.server.scoping import Access
from yaad.server.upgrading import owner
from yaad.text import Message

Json = Any  # plain JSON values of any kind
EMPTIED = (
    "VACUUM FULL server_journalentry",
    "VACUUM FULL server_auditevent",
    "VACUUM FULL server_account",
    "VACUUM FULL server_membership",
    "VACUUM FULL server_answered",
    "VACUUM FULL server_invitation",
)
"""On PostgreSQL, tables that are written anew so that nothing of old rows is left in them."""
NOWHERE = "erased.invalid"
"""Where mail to an erased account would go: nowhere."""


@dataclass(frozen=True)
class Preview:
    """What erasing somebody would touch.

    Attributes:
        found: who.
        accounts: how many accounts of this company are theirs.
    """

    found: Found
    accounts: int


def look(access: Access, who: str, part: Part) -> Preview:
    """What is held of somebody, counted.

    Raises:
        Forbidden: they may not.
        InputError: nobody is known by it, or two different persons are.
    """
    access.need(Capability.PEOPLE)
    found = _found(access.company, who, part)
    return Preview(found, len(_members(access.company, who)) if part is Part.SELLER else 0)


def export(access: Access, who: str, part: Part, path: Path) -> int:
    """Write all that is held of somebody as one archive; gives how many rows that are.

    Raises:
        Forbidden, InputError: see `look`.
        BookError: the disk is full.
    """
    access.need(Capability.PEOPLE)
    found, root = _found(access.company, who, part), folder_of(access.company)
    more = _on_the_database(access.company, who, found)
    with closing(Book.open(root)) as book:
        told = take_out(root, book.facts, found, more)
    write_archive(told, path)
    rows = sum(map(len, told.values()))
    detail = {"person": who, "rows": rows, "bytes": path.stat().st_size}
    audit.record(access.company, access.account, "person.exported", "", detail)
    return rows


def erase(access: Access, who: str, part: Part) -> Erasure:
    """Erase somebody; what was broken off before is done to its end as well.

    Raises:
        Forbidden, InputError: see `look`.
        BookError: somebody else is writing, or something of them is left; it goes on with the next call.
    """
    access.need(Capability.PEOPLE)
    root = folder_of(access.company)
    if Marks(root).unfinished:
        go_on(access.company, access.account)
    members = _members(access.company, who) if part is Part.SELLER else []
    found = _found(access.company, who, part)
    if any(one.account_id == access.account for one in members):
        raise InputError(Message("person.not_oneself"))
    mark = begin(root, found, timezone.now())
    with transaction.atomic():
        audit.record(access.company, access.account, "person.erasing", f"erased:{mark}", {"part": str(part)})
    return go_on(access.company, access.account)


def is_unfinished(access: Access) -> bool:
    """Whether an erasing in this company was broken off."""
    return bool(Marks(folder_of(access.company)).unfinished)


def go_on(company: str, account: int | None = None) -> Erasure:
    """Do to its end what was begun in a company.

    Raises:
        BookError: see `erase`.
    """
    root, now = folder_of(company), timezone.now()
    waiting = [one.mark for one in Marks(root).unfinished]
    if not waiting:
        return Erasure()
    told: dict[str, Json] = {}

    def on_the_database(cleaner: Cleaner) -> int:
        with as_server():
            entries = _journal(company, cleaner)
            _accounts(company, cleaner)
            told.update(_audit(company, cleaner))
        return entries

    done = finish(root, now, journal=on_the_database)
    state.forget(company)
    with as_server():
        _compact()
        with transaction.atomic():
            for mark in waiting:
                detail = {"originals": done.originals, "files": done.files, "entries": done.entries, **told}
                audit.record(company, account, "person.erased", f"erased:{mark}", detail)
    return done


def _found(company: str, who: str, part: Part) -> Found:
    mails = [one.account.email for one in _members(company, who)] if part is Part.SELLER else []
    root = folder_of(company)
    with closing(Book.open(root)) as book:
        if part is Part.SELLER and "@" in who:
            persons = [one.person for one in _members(company, who) if one.person]
            if not persons:
                raise InputError(Message("person.unknown", {"who": who}))
            who = persons[0]
        return find(book.facts, who, part, mails)


def _members(company: str, who: str) -> list[Membership]:
    """Memberships of somebody who sells: by the name in the data, or the address of the account."""
    rows = Membership.objects.select_related("account").filter(company=company)
    told = who.strip().casefold()
    return [one for one in rows if told in (one.person.strip().casefold(), one.account.email.casefold()) and told]


def _on_the_database(company: str, who: str, found: Found) -> Mapping[str, list[Json]]:
    """What the server's own tables hold of somebody in a company."""
    with as_if_erased(found) as cleaner:
        lines = [
            {
                "seq": one.seq,
                "at": one.at.isoformat(),
                "action": one.action,
                "subject": one.subject,
                "detail": one.detail,
            }
            for one in AuditEvent.objects.filter(company=company).order_by("seq")
            if _speaks_of(one, who, cleaner)
        ]
    members = _members(company, who) if found.part is Part.SELLER else []
    accounts = [
        {
            "email": one.account.email,
            "name": one.account.name,
            "person": one.person,
            "role": one.role,
            "since": one.since,
        }
        for one in members
    ]
    return {"audit": lines, "accounts": accounts}


def _speaks_of(line: AuditEvent, who: str, cleaner: Cleaner) -> bool:
    told = json.dumps([line.subject, line.detail], ensure_ascii=False)
    return audit.personal(who) in told or clean_words([line.subject, line.detail], cleaner) != [
        line.subject,
        line.detail,
    ]


# --- erasing on the database -----------------------------------------------------------------------------------------


def _journal(company: str, cleaner: Cleaner) -> int:
    """Write the journal's entries anew; their numbers stay, and keys that hold nothing of a person."""
    changed, using = 0, owner()
    with lifted(using):
        for row in list(JournalEntry.objects.using(using).filter(company=company)):
            before = (row.key, row.subject, row.body)
            found = clean_entry(row.seq, *before, cleaner)
            if found != before:
                row.key, row.subject, row.body = found
                row.save(using=using, update_fields=["key", "subject", "body"])
                changed += 1
        Answered.objects.using(using).filter(company=company).delete()  # answers that were kept for a while
    return changed


def _audit(company: str, cleaner: Cleaner) -> dict[str, Json]:
    """Write lines in which somebody stands in words anew and seal the chain from there on; what that changed."""
    using, before, sealed_from, last = owner(), "", 0, ""
    with lifted(using):
        for line in list(AuditEvent.objects.using(using).filter(company=company).order_by("seq")):
            last = line.digest
            subject, detail = clean_words([line.subject], cleaner)[0], clean_words(line.detail, cleaner)
            if not sealed_from and (subject, detail) == (line.subject, line.detail):
                before = line.digest
                continue
            sealed_from = sealed_from or line.seq
            line.subject, line.detail, line.before = subject, detail, before
            line.digest = before = audit.digest_of(line)
            line.save(using=using, update_fields=["subject", "detail", "before", "digest"])
    return {"sealed_from": sealed_from, "digest_before": last} if sealed_from else {}


def _accounts(company: str, cleaner: Cleaner) -> None:
    """The account of who sells loses its part here; where it has no other one, its name and address too."""
    for part in Membership.objects.select_related("account").filter(company=company).exclude(person=""):
        mark = cleaner.seller(part.person)
        if mark == part.person:
            continue
        with transaction.atomic():
            Membership.objects.filter(pk=part.pk).update(person=mark, ended_at=part.ended_at or timezone.now())
            Invitation.objects.filter(company=company, email__iexact=part.account.email).delete()
            if not Membership.objects.filter(account=part.account_id).exclude(company=company).exists():
                _forget_account(part.account, mark)


def _forget_account(account: Account, mark: str) -> None:
    """An account without name and address, with which nobody signs in; what it did keeps its number."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator

    from yaad.server.models import Session, Token

    for rows in (EmailAddress.objects.filter(user_id=account.pk), Authenticator.objects.filter(user_id=account.pk)):
        rows.delete()
    Session.objects.filter(account_id=account.pk).delete()
    Token.objects.filter(account=account).delete()
    account.email, account.name, account.is_active = f"{mark}@{NOWHERE}", mark, False
    account.set_unusable_password()
    account.save()


def _compact() -> None:
    """Leave nothing of what was replaced in free pages of the database or in its log."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        if "memory" in name:
            return
        connection.close()
        try:
            with closing(sqlite3.connect(name, timeout=30, isolation_level=None)) as file:
                file.execute("PRAGMA secure_delete = ON")
                compact(file)
        except sqlite3.OperationalError as error:
            raise BookError(Message("person.database_busy", {"why": str(error)})) from None
    else:
        with connections[owner()].cursor() as cursor:
            for statement in EMPTIED:
                cursor.execute(statement)
