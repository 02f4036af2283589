"""What programs bring with them: tokens, and the keys of requests that were answered already."""

from django.db import models
from django.utils import timezone

from yaad.server.models.accounts import Account
from yaad.server.models.companies import Company


class Token(models.Model):
    """A token by which a program acts for an account in one company; only its hash stays here.

    Attributes:
        name: as its owner calls it.
        prefix: its first letters, by which people tell one from another.
        digest: SHA-256 of the whole, in hex.
        scopes: what it may do, a list of words such as ``read``; never more than its account may.
        expires_at: it ends then.
        revoked_at: when it was taken back.
        used_at: when it was last used.
    """

    company_id: str
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tokens")
    account_id: int
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"


class Answered(models.Model):
    """A request with an idempotency key and what was answered: the same again has no second effect.

    Attributes:
        key: as the program gave it.
        digest: SHA-256 of what was asked; another question under the same key is refused.
        status, body: of the answer; None while the first one is still at work.
    """

    company_id: str
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    account_id: int
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    body = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        """A key is an account's own in a company."""

        constraints = (models.UniqueConstraint(fields=["company", "account", "key"], name="answered_once"),)

    def __str__(self) -> str:
        return self.key
