"""Who joins to sell is a person of the company's data from then on, before any file has brought the name.

It stands in the journal as what the company says of that person (``person:<name>``), so that a book made anew knows it
too. Whom the data know already by a like name or address is asked about instead, as `yaad.server.members.proposed` has
it; so is who has joined and comes in the data later, spelled otherwise. Said to be the same, they are known by the name
of the data, and what was written under the other one is handed over.
"""

import hashlib
import json
import uuid
from contextlib import closing

from django.db import transaction
from django.utils import timezone

from yaad.book import Book
from yaad.book.persons.marks import Marks
from yaad.facts import Lake, undone
from yaad.model import SettingEntry, Working
from yaad.model.settings import person_of_setting
from yaad.server import audit
from yaad.server.companies import folder_of
from yaad.server.journal import DatabaseJournal
from yaad.server.models import Account, Company, JournalEntry, Membership
from yaad.server.roles import Role
from yaad.server.scoping import Access, on_behalf_of, scope
from yaad.server.teams import names_before_data, names_in, plain_working
from yaad.server.writing import one_at_a_time, stamp, write_once

JOINED, TIED = "joined:", "tied:"
"""So begin the keys of entries by which a member became a person, and by which that person's name became another."""
DIGITS = 16


def folded(name: str) -> str:
    """A name as it is compared: without case and without spaces more than one.

    >>> folded("  Dana   LEVI ")
    'dana levi'
    """
    return " ".join(name.split()).casefold()


def become_person(part: Membership, account: Account, invitation: int) -> Membership:
    """Make who joined to sell a person of the data, unless the data know somebody who may be them.

    Args:
        part: as which they joined.
        account: theirs.
        invitation: number of the one that was taken up.
    """
    company, name = part.company_id, " ".join(account.name.split())
    if part.role != Role.REP or part.person or not name or Marks(folder_of(company)).holds(name):
        return part
    access = scope(account.pk, company)
    with on_behalf_of(access), one_at_a_time():
        before = begun_by(company).get(part.pk, "")
        is_again, known = bool(before) and folded(before).startswith(folded(name)), _known(company)
        with transaction.atomic():
            Company.objects.select_for_update().get(pk=company)
            others = Membership.objects.filter(company=company, ended_at__isnull=True).exclude(pk=part.pk)
            taken = {folded(one) for one in others.values_list("person", flat=True)}
            if is_again and folded(before) in taken:
                return part
            if not is_again and (known - taken) & {folded(name), folded(account.email)}:
                return part
            called = f"{name} ({account.email})" if folded(name) in taken else name
            part.person = before if is_again else _begun(part, account, called, invitation)
            part.save(update_fields=["person"])
            detail = {"person": part.person}
            audit.record(company, account.pk, "member.changed", f"account:{account.pk}", detail)
    return part


def _known(company: str) -> set[str]:
    """Persons of the data and of the settings, as names are compared."""
    root = folder_of(company)
    if not Lake.exists(root):
        return {folded(name) for name in names_before_data(company)}
    with closing(Book.open(root)) as book:
        return {folded(name) for name in names_in(book)}


def _begun(part: Membership, account: Account, name: str, invitation: int) -> str:
    working = plain_working(Working()) | {"team": part.team or None}
    DatabaseJournal(part.company_id).append(
        SettingEntry(
            at=timezone.now(),
            by=account.name,
            key=f"{JOINED}{part.pk}:{invitation}",
            name=f"person:{name}",
            value=json.dumps(working, ensure_ascii=False, sort_keys=True),
        )
    )
    return name


def begun_by(company: str) -> dict[int, str]:
    """Member → the name under which they became a person when they joined, the last one of several."""
    journal, found = DatabaseJournal(company), dict[int, str]()
    rows = JournalEntry.objects.filter(company=company, key__startswith=JOINED).order_by("seq")
    for key in rows.values_list("key", flat=True):
        entry, number = journal.kept(key), key.split(":")[1]
        person = person_of_setting(entry.name) if isinstance(entry, SettingEntry) else None
        if person and number.isdecimal():
            found[int(number)] = person
    return found


def hand_over(member: int, before: str, after: str) -> None:
    """What is written of a member under one name is theirs under the other from now on; the first name is nobody's."""
    start = f"{_tied(member, before, after)}{uuid.uuid4().hex[:DIGITS]}:"

    def handed(book: Book) -> None:
        said = stamp()
        if (working := book.settings.people.get(before)) is not None:
            if after not in book.settings.people:
                book.set_setting(f"person:{after}", plain_working(working), key=f"{start}person", **said)
            book.set_setting(f"person:{before}", None, key=f"{start}nobody", **said)
        deals = book.facts.deals
        rows = book.facts.run(deals.filter(deals.owner == before).select("deal_id"))
        for deal in sorted(rows["deal_id"].to_pylist()):
            book.change(deal, {"owner": after}, key=start + _digits(deal), **said)

    write_once(handed)


def hand_back(access: Access, member: int, before: str, after: str) -> None:
    """What was handed over from one name to the other is as it was; nothing where nothing was."""
    start = _tied(member, before, after)
    rows = JournalEntry.objects.filter(company=access.company, key__startswith=start).order_by("-seq")
    told = list(rows.values_list("seq", "subject"))
    if not told:
        return

    def back(book: Book) -> None:
        journal, said = DatabaseJournal(access.company), stamp()
        for seq, deal in told:
            if seq in undone(journal.of([deal]) if deal else journal.of_company()):
                continue
            if deal:
                book.undo(deal, seq, **said)
            else:
                book.unsay(seq, **said)

    write_once(back)


def _tied(member: int, before: str, after: str) -> str:
    """The names stand in it as digits: a key is kept as it is when a person is erased."""
    return f"{TIED}{member}:{_digits(before)}:{_digits(after)}:"


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
