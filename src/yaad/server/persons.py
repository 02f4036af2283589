"""A person in a company: all that is held of them, and their erasure, in the book and on the server's database.

In the audit log persons stand as keyed digests already. A line in which one stands in another way is written anew, and
the chain is sealed again from there; the line that tells of the erasure holds the last digest from before.
"""

import json
import logging
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, connections, transaction
from django.utils import timezone

from yaad.book import Book
from yaad.book.persons import Found, Marks, Part, find
from yaad.book.persons.as_if import as_if_erased
from yaad.book.persons.cleaning import Cleaner
from yaad.book.persons.erasing import WANTED, Erasure, begin, clean_entry, compact, finish
from yaad.book.persons.marks import folded_name
from yaad.book.persons.rewriting import clean_words
from yaad.book.persons.taking_out import papers_of_person, take_out, write_archive
from yaad.errors import BookError, InputError, YaadError
from yaad.server import audit, erasures, tasks
from yaad.server.acting import as_server
from yaad.server.companies import folder_of, home
from yaad.server.guards import lifted
from yaad.server.models import Answered, AuditEvent, Invitation, JournalEntry, Membership, Session
from yaad.server.own_account import check_owner_stays, forget, leave
from yaad.server.personal import emptied
from yaad.server.place import Place
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access, on_behalf_of, scope
from yaad.server.sign_in.sessions import SessionStore
from yaad.server.upgrading import owner
from yaad.server.worker import Report
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.state import Desks

log = logging.getLogger("yaad.persons")
Json = Any  # plain JSON values of any kind
OVER = frozenset({"originals", "files", "journal", "rebuild", "vacuum", "look"})
"""Steps of an erasing that a page tells."""
STEP = "erase_"
"""So begin the names of the phases of its job."""


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
    write_archive(told, path, papers_of_person(root, found))
    rows = sum(map(len, told.values()))
    detail = {"person": who, "rows": rows, "bytes": path.stat().st_size}
    audit.record(access.company, access.account, "person.exported", "", detail)
    return rows


def check_may_go(access: Access, who: str, part: Part) -> None:
    """Go on only where the company can be without the accounts of somebody; the book is not looked at.

    Raises:
        Forbidden: they may not erase.
        InputError: it is oneself, or the last owner of a company in which others work.
    """
    access.need(Capability.PEOPLE)
    members = _members(access.company, who) if part is Part.SELLER else []
    if any(one.account_id == access.account for one in members):
        raise InputError(Message("person.not_oneself"))
    if any(one.role == Role.OWNER and one.ended_at is None for one in members):
        check_owner_stays(members[0].company, [one.account_id for one in members])


def begin_erasing(access: Access, who: str, part: Part) -> str:
    """Put somebody on the list of those who are erased; gives what stands in their place.

    From here on they are not brought in any more; `go_on` does the rest. It takes as long as reading the whole book.

    Raises:
        Forbidden, InputError: see `look` and `check_may_go`.
        InputError: a file holds them in cells that cannot be replaced, or they were erased before.
    """
    check_may_go(access, who, part)
    try:
        found = _found(access.company, who, part)
    except InputError:
        if Marks(folder_of(access.company)).holds(who):
            raise InputError(Message("person.erased_already")) from None  # what is kept of it names nobody
        raise
    mark = begin(folder_of(access.company), found, timezone.now())
    _forget_asked(folder_of(access.company))
    with transaction.atomic():
        audit.record(access.company, access.account, "person.erasing", f"erased:{mark}", {"part": str(part)})
    erasures.keep(home(), access.company)
    return mark


def erase(access: Access, who: str, part: Part) -> Erasure:
    """Erase somebody; what was broken off before is done to its end as well.

    Raises:
        Forbidden, InputError: see `begin_erasing`.
        BookError: somebody else is writing, or something of them is left; it goes on with the next call.
    """
    access.need(Capability.PEOPLE)
    if is_unfinished(access):
        go_on(access.company, access.account)
    begin_erasing(access, who, part)
    return go_on(access.company, access.account)


def is_unfinished(access: Access) -> bool:
    """Whether an erasing in this company was broken off."""
    return bool(Marks(folder_of(access.company)).unfinished)


def go_on(company: str, account: int | None = None, report: Report | None = None) -> Erasure:
    """Do to its end what was begun in a company; it may be done again from any point.

    Args:
        company: which.
        account: on whose behalf, for the audit log.
        report: told how far it is.

    Raises:
        BookError: see `erase`.
    """
    root, now = folder_of(company), timezone.now()
    waiting = [one.mark for one in Marks(root).unfinished]
    if not waiting:
        return Erasure()
    told: dict[str, Json] = {}
    say = report or _unheard

    def on_the_database(cleaner: Cleaner) -> int:
        with as_server():
            entries = _journal(company, cleaner)
            _accounts(company, cleaner)
            told.update(_audit(company, cleaner))
        return entries

    def at_last(done: Erasure) -> None:
        _forget_asked(root)
        erasures.keep(home(), company)
        with as_server():
            _compact()
            with transaction.atomic():
                for mark in waiting:
                    detail = {"originals": done.originals, "files": done.files, "entries": done.entries, **told}
                    audit.record(company, account, "person.erased", f"erased:{mark}", detail)

    return finish(
        root,
        now,
        journal=on_the_database,
        last=at_last,
        on_step=lambda step: say(0, None, STEP + step) if step in OVER else None,
        on_progress=lambda done, total: say(done, total, f"{STEP}rebuild"),
    )


def resume(desks: "Desks", companies: Iterable[str]) -> None:
    """Go on with what was broken off where no job does, on behalf of an owner; once a server has started.

    Args:
        desks: what is open of each company.
        companies: all that may be looked at.
    """
    for company in companies:
        try:
            _resume(desks, company)
        except (OSError, YaadError):  # the others are not to blame, and the server is to begin all the same
            log.exception("an erasing could not go on", extra={"company": company})


def _resume(desks: "Desks", company: str) -> None:
    if not Marks(folder_of(company)).unfinished:
        return
    with as_server():
        parts = Membership.objects.filter(company=company, role=Role.OWNER, ended_at=None, account__is_active=True)
        owner = parts.order_by("pk").values_list("account", flat=True).first()
    if owner is None:
        return
    access = scope(owner, company)
    with on_behalf_of(access):
        jobs = desks.of(access).jobs
        before = jobs.latest(tasks.ERASE)
        if before is None or before.state.final:
            jobs.submit(tasks.ERASE, {})


def _forget_asked(root: Path) -> None:
    """Remove what was asked and found of persons; who waits to be erased is asked for in a folder that stays."""
    base = Place(root).persons
    for folder in base.iterdir() if base.is_dir() else ():
        if not (folder / WANTED).is_file():
            shutil.rmtree(folder, ignore_errors=True)


def _unheard(done: int, total: int | None = None, phase: str = "", /) -> None:
    """Nobody follows it."""
    del done, total, phase


def _found(company: str, who: str, part: Part) -> Found:
    members = _members(company, who) if part is Part.SELLER else []
    root = folder_of(company)
    with closing(Book.open(root)) as book:
        if part is not Part.SELLER:
            return find(book.facts, who, part, said=book.settings.customers, country=book.dials_in)
        if "@" in who:
            if not members:
                raise InputError(Message("person.unknown", {"who": who}))
            who = members[0].person or members[0].account.name or members[0].account.email
        mails, names = [one.account.email for one in members], _names(company, members)
        return find(book.facts, who, part, mails, names, country=book.dials_in)


def _names(company: str, members: Sequence[Membership]) -> list[str]:
    """Under what accounts write: their name where no other one here has it, and their address."""
    numbers = [one.account_id for one in members]
    others = Membership.objects.select_related("account").filter(company=company).exclude(account__in=numbers)
    taken = {folded_name(one.account.name) for one in others}
    names = [one.account.name for one in members if folded_name(one.account.name) not in taken]
    return [*names, *(one.account.email for one in members), *(one.person for one in members)]


def _members(company: str, who: str) -> list[Membership]:
    """Memberships of somebody who sells: by the name in the data, or the address of the account."""
    rows = Membership.objects.select_related("account", "company").filter(company=company)
    told = folded_name(who)
    return [one for one in rows if told and told in (folded_name(one.person), folded_name(one.account.email))]


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
    _answers(company, cleaner)
    return changed


def _answers(company: str, cleaner: Cleaner) -> None:
    """Answers that are kept for a while stay, so that the same request has no second effect; without the person."""
    for row in Answered.objects.using(owner()).filter(company=company, status__isnull=False):
        if clean_words(row.key, cleaner) != row.key:
            row.delete()
        elif (told := _cleaned_body(row.body, cleaner)) != row.body:
            row.body = told
            row.save(using=owner(), update_fields=["body"])


def _cleaned_body(body: str, cleaner: Cleaner) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return str(clean_words(body, cleaner))
    said = clean_words(told, cleaner)
    return body if said == told else json.dumps(said, ensure_ascii=False)


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
    for part in Membership.objects.select_related("account").filter(company=company):
        mark = cleaner.of_seller(part.person) or cleaner.of_seller(part.account.email)
        if mark is None:
            continue
        with transaction.atomic():
            leave(part.account, company, mark)
            if not Membership.objects.filter(account=part.account_id).exclude(company=company).exists():
                forget(part.account, mark)
    for sent in Invitation.objects.filter(company=company):
        if cleaner.of_seller(sent.person) or cleaner.of_seller(sent.email):
            sent.delete()
    for key in list(Session.objects.values_list("pk", flat=True)):
        with transaction.atomic():  # its browser may write it meanwhile
            if row := Session.objects.select_for_update().filter(pk=key).first():
                _session(row, company, cleaner)


def _session(row: Session, company: str, cleaner: Cleaner) -> None:
    """What somebody did last in the company stands in their browser's session, to be taken back."""
    told = row.get_decoded()
    done = {name: one for name, one in told.items() if isinstance(one, dict) and one.get("company") == company}
    said = {name: clean_words(one, cleaner) for name, one in done.items()}
    if said != done:
        row.session_data = SessionStore().encode(told | said)
        row.save(update_fields=["session_data"])


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
            for table in emptied():
                cursor.execute("VACUUM FULL " + connections[owner()].ops.quote_name(table))
