"""Who joins to sell is a person of the company's data from then on, before any file has brought the name.

It stands in the journal as what the company says of that person (``person:<name>``), so that a book made anew knows it
too. Whom the data know already by a like name or address is asked about instead, as `yaad.server.members.proposed` has
it; so is who has joined and comes in the data later, spelled otherwise. Said to be the same, they are known by the name
of the data, and what was written under the other one is handed over. Who typed the very name that a file brings later
sees nothing until somebody says that it is theirs: a name alone shows nobody's rows.
"""

import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Iterator, Set
from contextlib import closing
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yaad.book import Book
from yaad.book.persons import last_erasing
from yaad.book.persons.marks import Marks
from yaad.errors import YaadError
from yaad.facts import Lake, settings_of, undone
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

LOG = logging.getLogger(__name__)
Done = TypeVar("Done")
JOINED, TIED, PLACED = "joined:", "tied:", "placed:"
"""So begin the keys of entries by which a member became a person, by which that person's name became another, and by
which a person of the data came into the team of the invitation."""
DIGITS = 16
IS = "is:"
"""So begins, among the digests of a membership, that of the name of which it was confirmed that it is theirs."""


def folded(name: str) -> str:
    """A name as it is compared: without case and without spaces more than one.

    >>> folded("  Dana   LEVI ")
    'dana levi'
    """
    return " ".join(name.split()).casefold()


def begin_person(part: Membership, account: Account, invitation: int) -> Membership:
    """See `become_person`; who joined has joined, whatever keeps them from being a person of the data yet."""
    try:
        _into_team(part, account, invitation)
        return become_person(part, account, invitation)
    except YaadError as error:
        LOG.warning("member %s of %s is no person of the data yet: %s", part.pk, part.company_id, error)
        part.refresh_from_db()
        return part


def _into_team(part: Membership, account: Account, invitation: int) -> None:
    """A person of the data who joined is in the team that the invitation names, unless they are in one already."""
    if part.role != Role.REP or not part.person or not part.team:
        return
    with on_behalf_of(scope(account.pk, part.company_id)), one_at_a_time():
        working = settings_of(DatabaseJournal(part.company_id).of_company()).working(part.person)
        if working.team is None:
            _say_working(part, account, part.person, working, f"{PLACED}{part.pk}:{invitation}")


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
        known = _known(company)
        is_again = folded(before).startswith(folded(name)) and _is_still_theirs(part, before)
        with transaction.atomic():
            Company.objects.select_for_update().get(pk=company)
            others = Membership.objects.filter(company=company, ended_at__isnull=True).exclude(pk=part.pk)
            taken = {folded(one) for one in others.values_list("person", flat=True)}
            if is_again and folded(before) in taken:
                return part
            if not is_again and (known - taken) & {folded(name), folded(account.email)}:
                return part
            is_anothers = folded(name) in taken or digest_of(name) in part.others
            called = numbered(name, known | taken) if is_anothers else name
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


def _is_still_theirs(part: Membership, before: str) -> bool:
    """Whether a name that they began is said of them still: nobody took it away, and no file has brought it."""
    company = part.company_id
    if not before or digest_of(before) in part.others or before not in names_before_data(company):
        return False
    return not is_in_files(company, before)


def numbered(name: str, known: Set[str]) -> str:
    """A name that nobody has yet: the next number after one that others have.

    >>> numbered("Mia Bar", {"mia bar", "mia bar 2"})
    'Mia Bar 3'
    """
    return next(told for n in count(2) if folded(told := f"{name} {n}") not in known)


def free_name(company: str, name: str) -> str:
    """A name like another one that nobody of the company has."""
    parts = Membership.objects.filter(company=company, ended_at__isnull=True)
    return numbered(name, _known(company) | {folded(one) for one in parts.values_list("person", flat=True)})


def digest_of(person: str) -> str:
    """A name of the data where nobody can read it back: to erase the person leaves nothing to be erased here."""
    return audit.personal(folded(person))


def said_to_be(person: str) -> str:
    """What stands among what is said of a member where somebody confirmed that they are the person of that name."""
    return f"{IS}{digest_of(person)}"


def waits(part: Membership) -> bool:
    """Whether a member has a name that they typed when they joined, files bring it too, and nobody confirmed it."""
    if not part.person or said_to_be(part.person) in part.others:
        return False
    return part.person in begun_as(part) and is_in_files(part.company_id, part.person)


def is_in_files(company: str, person: str) -> bool:
    """Whether a file names this person."""
    root = folder_of(company)
    if not Lake.exists(root):
        return False
    return _is_in_files(root, person, Lake.open(root).pin().imports, last_erasing(root))


@lru_cache(maxsize=1024)
def _is_in_files(root: Path, person: str, _imports: tuple[str, ...], _erased: int) -> bool:
    """What files say changes with the imports alone."""
    with closing(Book.open(root)) as book:
        return book.facts.is_told_of(person)


def _begun(part: Membership, account: Account, name: str, invitation: int) -> str:
    _say_working(part, account, name, Working(), f"{JOINED}{part.pk}:{invitation}")
    return name


def _say_working(part: Membership, account: Account, name: str, before: Working, key: str) -> None:
    """Say that a person is in the team of a member, and what was said of them before."""
    working = plain_working(before) | {"team": part.team or None}
    DatabaseJournal(part.company_id).append(
        SettingEntry(
            at=timezone.now(),
            by=account.name,
            key=key,
            name=f"person:{name}",
            value=json.dumps(working, ensure_ascii=False, sort_keys=True),
        )
    )


def begun_as(part: Membership) -> set[str]:
    """The names under which a member became a person when they joined."""
    rows = JournalEntry.objects.filter(company=part.company_id, key__startswith=f"{JOINED}{part.pk}:")
    return {person for _number, person in _begun_in(part.company_id, rows)}


def begun_by(company: str) -> dict[int, str]:
    """Member → the name under which they became a person when they joined, the last one of several."""
    rows = JournalEntry.objects.filter(company=company, key__startswith=JOINED).order_by("seq")
    return dict(_begun_in(company, rows))


def _begun_in(company: str, rows: QuerySet[JournalEntry]) -> Iterator[tuple[int, str]]:
    journal = DatabaseJournal(company)
    for key in rows.values_list("key", flat=True):
        entry, number = journal.kept(key), key.split(":")[1]
        person = person_of_setting(entry.name) if isinstance(entry, SettingEntry) else None
        if person and number.isdecimal():
            yield int(number), person


def hand_over(member: int, before: str, after: str, first: Callable[[], Done]) -> Done:
    """What people wrote of a member under one name is theirs under the other from now on.

    What files bring under the first name stays as it is: it may be of somebody who is called the same. The name is
    nobody's after that where no file has it.

    Args:
        member: id of the membership.
        before: the name that they had.
        after: the name that they have from now on.
        first: what says so of the member; all of it is done, or nothing.
    """
    start = f"{_tied(member, before, after)}{uuid.uuid4().hex[:DIGITS]}:"

    def all_of_it(book: Book) -> Done:
        with transaction.atomic():
            done = first()
            handed(book)
        return done

    def handed(book: Book) -> None:
        said, is_anothers = stamp(), book.facts.is_told_of(before)
        if (working := book.settings.people.get(before)) is not None:
            if after not in book.settings.people:
                book.set_setting(f"person:{after}", plain_working(working), key=f"{start}person", **said)
            if not is_anothers:
                book.set_setting(f"person:{before}", None, key=f"{start}nobody", **said)
        for deal in book.facts.given_to(before):
            book.change(deal, {"owner": after}, key=start + _digits(deal), **said)

    return write_once(all_of_it)


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
