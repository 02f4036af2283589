"""The audit log: who did what, each line chained to the one before it. Rows are only ever added."""

from django.db import models

from yaad.server.models.companies import Company


class AuditEvent(models.Model):
    """One line of a chain.

    Attributes:
        company: whose chain it is in; None: the server's own.
        seq: its number in the chain, without gaps.
        at: when.
        actor: id of the account; None: nobody is signed in, or the server itself.
        action: what was done, a short word with a dot such as ``member.invited``.
        subject: to what.
        detail: more of it, in JSON; personal values stand in it as digests.
        before: digest of the line before it; empty in the first.
        digest: SHA-256 of this line with `before`, in hex.
    """

    company_id: str | None
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="+")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)
    before = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        """A chain has one line of a number."""

        constraints = (
            models.UniqueConstraint(fields=["company", "seq"], name="audit_by_number"),
            models.UniqueConstraint(
                fields=["seq"], condition=models.Q(company__isnull=True), name="audit_of_server_by_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.company_id} {self.seq} {self.action}"
