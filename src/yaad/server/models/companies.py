"""Companies, who is in them and in which part, and who was invited."""

import secrets

from django.db import models
from django.utils import timezone

from yaad.server.models.accounts import Account
from yaad.server.roles import Kind, Role, Transparency

ID_BYTES = 6


def new_company_id() -> str:
    """A short id of plain letters: the name of its folder and part of its addresses."""
    return "c" + secrets.token_hex(ID_BYTES)


class Company(models.Model):
    """A company whose book lies on this server.

    Attributes:
        id: names its folder and stands in its addresses.
        name: as people call it.
        kind: of company; sets stages, KPIs and words at the first run.
        zone, currency, vat, country: its calendar and money; `vat` is a part such as 0.18.
        transparency: what people see of each other's results.
        deleted_at: since when nobody opens it any more.
    """

    id = models.CharField(primary_key=True, max_length=20, default=new_company_id, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind], default=Kind.PROJECTS)
    zone = models.CharField(max_length=60, default="Asia/Jerusalem")
    currency = models.CharField(max_length=3, default="ILS")
    country = models.CharField(max_length=2, default="IL")
    vat = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    transparency = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Transparency], default=Transparency.OFF
    )
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Part(models.Model):
    """The part that somebody has in a company, or is invited to.

    Attributes:
        role: what they may do.
        team: the name of the team that a manager leads; with all teams below it.
        person: the name in the data of who sells.
        may_import: a consultant's further right: bring files in.
        until: the grant ends then; None: it does not end.
    """

    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    team = models.CharField(max_length=200, blank=True)
    person = models.CharField(max_length=200, blank=True)
    may_import = models.BooleanField(default=False)
    until = models.DateTimeField(null=True)

    class Meta:
        """No table of its own."""

        abstract = True


class Membership(Part):
    """An account's part in a company.

    Attributes:
        others: digests of names in the data, of which it was said that they are somebody else's; after ``is:``, of the
            one that was confirmed to be theirs.
        since: when it began.
        ended_at: when it was taken away; the row stays, so that what they wrote keeps its author.
        morning_hour: at which hour of the company's clock they asked for a morning mail; None: they did not.
        morning_day, morning_state, morning_tried: of the last one, see `yaad.server.mornings`.
    """

    company_id: str
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="members")
    account_id: int
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    others = models.JSONField(default=list)
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    morning_hour = models.PositiveSmallIntegerField(null=True)
    morning_day = models.DateField(null=True)
    morning_state = models.CharField(max_length=10, blank=True)
    morning_tried = models.DateTimeField(null=True)

    class Meta(Part.Meta):
        """An account has one part in a company."""

        abstract = False

        constraints = (models.UniqueConstraint(fields=["company", "account"], name="one_part_each"),)

    def __str__(self) -> str:
        return f"{self.account_id} {self.role} {self.company_id}"


class Invitation(Part):
    """Somebody was asked to join; the link that was sent holds the key, of which only a hash stays here.

    Attributes:
        email: to whom it was sent.
        digest: SHA-256 of the key, in hex.
        by: who invited.
        expires_at: until when it can be taken up.
        taken_at, withdrawn_at: when it was, or was taken back.
    """

    company_id: str
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    digest = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email} {self.role} {self.company_id}"
