"""Entries of the companies' journals. Rows are only ever added; the database itself refuses anything else."""

from django.db import models
from django.utils import timezone

from yaad.server.models.companies import Company


class JournalEntry(models.Model):
    """One entry.

    Attributes:
        seq: its number in the company, without gaps.
        key: idempotency key; the same key twice is one entry.
        subject: the source's id of the deal that it is about; empty: the company.
        body: the entry in JSON, as `yaad.model.entries` writes it.
        recorded_at: when it came in.
    """

    company_id: str
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    key = models.CharField(max_length=200)
    subject = models.CharField(max_length=500, blank=True)
    body = models.TextField()
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Found by number, by key and by deal."""

        constraints = (
            models.UniqueConstraint(fields=["company", "seq"], name="entry_by_number"),
            models.UniqueConstraint(fields=["company", "key"], name="entry_by_key"),
        )
        indexes = (models.Index(fields=["company", "subject"], name="entry_by_subject"),)

    def __str__(self) -> str:
        return f"{self.company_id} {self.seq}"
