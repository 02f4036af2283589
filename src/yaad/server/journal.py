"""The journals of the companies on the server's database; the book's folder says that its journal is kept here."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Max

from yaad.facts import fitting, kept_for, register_keeper
from yaad.model import DealEntry, Entry
from yaad.model.entries import entry_from_json
from yaad.server.acting import EVERY, acting, in_company
from yaad.server.models import Company, JournalEntry
from yaad.server.scoping import NoSuchCompany
from yaad.text import Message

KEEPER = "server"
COMPANY = ""
PART = 500
"""Deals asked for at once: a database takes only so many values in one query."""


class DatabaseJournal:
    """The journal of one company; see `yaad.facts.Journal`.

    Numbers are given one after the other under the lock of the company's row, so that who has seen an entry has seen
    all before it. When `append` returns outside of a transaction, or the transaction around it has ended, the entry
    survives a kill and a power cut.

    Whoever works for another company does not get at it: every verb refuses that with `NoSuchCompany`. Who works for
    none, such as a book opened from its folder by the server's own upkeep, works for this one while a verb lasts.

    Args:
        company: its id.
    """

    def __init__(self, company: str) -> None:
        self.company = company

    @property
    def last_seq(self) -> int:
        """See `yaad.facts.Journal.last_seq`."""
        with self._within():
            return self._last()

    def append(self, entry: Entry) -> Entry:
        """See `yaad.facts.Journal.append`.

        What an effect of the entry writes to this database belongs into one transaction with it: begin one around both.
        """
        fitting(entry)
        with self._within(), transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:  # whatever the database does for others
                    cursor.execute("SELECT set_config('synchronous_commit', 'on', true)")
            if not Company.objects.select_for_update().filter(pk=self.company).exists():
                raise NoSuchCompany(Message("server.no_such_company"))
            kept = JournalEntry.objects.filter(company=self.company, key=entry.key).first()
            if kept is None:
                kept = JournalEntry.objects.create(
                    company_id=self.company,
                    seq=self._last() + 1,
                    key=entry.key,
                    subject=entry.subject,
                    body=entry.to_json(),
                )
        return kept_for(entry, entry_from_json(kept.body, kept.seq))

    def afterwards(self, work: Callable[[], None]) -> None:
        """See `yaad.facts.Journal.afterwards`: once the transaction has ended, and at once where there is none."""
        transaction.on_commit(work)

    def kept(self, key: str) -> Entry | None:
        """See `yaad.facts.Journal.kept`."""
        with self._within():
            row = JournalEntry.objects.filter(company=self.company, key=key).values_list("seq", "body").first()
        return None if row is None else entry_from_json(row[1], row[0])

    def since(self, seq: int, most: int | None = None) -> list[Entry]:
        """See `yaad.facts.Journal.since`."""
        with self._within():
            rows = JournalEntry.objects.filter(company=self.company, seq__gt=seq)
            told = list(rows.order_by("seq").values_list("seq", "body")[:most])
        return [entry_from_json(body, number) for number, body in told]

    def of(self, deal_ids: Iterable[str]) -> list[DealEntry]:
        """See `yaad.facts.Journal.of`."""
        entries = self._about(sorted(set(deal_ids) - {COMPANY}))
        return [entry for entry in entries if isinstance(entry, DealEntry)]

    def of_company(self) -> list[Entry]:
        """See `yaad.facts.Journal.of_company`."""
        return self._about([COMPANY])

    def _about(self, subjects: list[str]) -> list[Entry]:
        with self._within():
            return sorted(self._rows(subjects), key=lambda entry: entry.seq)

    def _rows(self, subjects: list[str]) -> Iterator[Entry]:
        for start in range(0, len(subjects), PART):
            rows = JournalEntry.objects.filter(company=self.company, subject__in=subjects[start : start + PART])
            for number, body in rows.values_list("seq", "body"):
                yield entry_from_json(body, number)

    def _last(self) -> int:
        return JournalEntry.objects.filter(company=self.company).aggregate(last=Max("seq"))["last"] or 0

    @contextmanager
    def _within(self) -> Iterator[None]:
        """Ask for this company, unless another one is worked for."""
        if acting().company not in ("", EVERY, self.company):
            raise NoSuchCompany(Message("server.no_such_company"))
        with in_company(self.company):
            yield


def register() -> None:
    """Have the books of this process find their journals here."""
    register_keeper(KEEPER, DatabaseJournal)
