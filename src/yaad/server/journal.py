"""The journals of the companies on the server's database; the book's folder says that its journal is kept here."""

from collections.abc import Iterable, Iterator

from django.db import transaction

from yaad.facts import register_keeper
from yaad.model import DealEntry, Entry
from yaad.model.entries import entry_from_json
from yaad.server.models import Company, JournalEntry

KEEPER = "server"
COMPANY = ""
PART = 500
"""Deals asked for at once: a database takes only so many values in one query."""


class DatabaseJournal:
    """The journal of one company; see `yaad.facts.Journal`.

    Numbers are given one after the other under the lock of the company's row, so that who has seen an entry has seen
    all before it. When `append` returns, the entry survives a kill and a power cut.

    Args:
        company: its id.
    """

    def __init__(self, company: str) -> None:
        self.company = company

    @property
    def last_seq(self) -> int:
        """See `yaad.facts.Journal.last_seq`."""
        return Company.objects.values_list("last_seq", flat=True).get(pk=self.company)

    def append(self, entry: Entry) -> Entry:
        """See `yaad.facts.Journal.append`.

        What an effect of the entry writes to this database belongs into one transaction with it: begin one around both.
        """
        with transaction.atomic():
            company = Company.objects.select_for_update().only("last_seq").get(pk=self.company)
            kept = JournalEntry.objects.filter(company=self.company, key=entry.key).first()
            if kept is None:
                company.last_seq += 1
                company.save(update_fields=["last_seq"])
                kept = JournalEntry.objects.create(
                    company=company,
                    seq=company.last_seq,
                    key=entry.key,
                    subject=entry.subject,
                    body=entry.to_json(),
                )
        return entry_from_json(kept.body, kept.seq)

    def since(self, seq: int) -> list[Entry]:
        """See `yaad.facts.Journal.since`."""
        rows = JournalEntry.objects.filter(company=self.company, seq__gt=seq)
        return [entry_from_json(body, number) for number, body in rows.order_by("seq").values_list("seq", "body")]

    def of(self, deal_ids: Iterable[str]) -> list[DealEntry]:
        """See `yaad.facts.Journal.of`."""
        entries = self._about(sorted(set(deal_ids) - {COMPANY}))
        return [entry for entry in entries if isinstance(entry, DealEntry)]

    def of_company(self) -> list[Entry]:
        """See `yaad.facts.Journal.of_company`."""
        return list(self._about([COMPANY]))

    def _about(self, subjects: list[str]) -> list[Entry]:
        return sorted(self._rows(subjects), key=lambda entry: entry.seq)

    def _rows(self, subjects: list[str]) -> Iterator[Entry]:
        for start in range(0, len(subjects), PART):
            rows = JournalEntry.objects.filter(company=self.company, subject__in=subjects[start : start + PART])
            for number, body in rows.values_list("seq", "body"):
                yield entry_from_json(body, number)


def register() -> None:
    """Have the books of this process find their journals here."""
    register_keeper(KEEPER, DatabaseJournal)
