"""Which fields of the server's own tables speak of persons, and whose each row is: one table for export and erasure.

What the lake's columns say of persons stands in `yaad.model.personal`. A field that nobody has tagged fails the build.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.apps import apps
from django.db.models import Field, Model, Q

from yaad.server.models import Account


class Says(StrEnum):
    """What a field says of a person."""

    WHO = "who"
    """Who somebody is, or how they are reached."""
    DID = "did"
    """What somebody did, and when: it is theirs, and names nobody."""
    TEXT = "text"
    """Free words, in which anybody may stand."""
    SECRET = "secret"  # noqa: S105 – the name of a kind of field
    """What proves who somebody is: passwords, keys, digests of tokens. It is erased and never told."""
    POINTS = "points"
    """The number of a row or of an account."""
    NOTHING = "nothing"
    """Nothing of a person."""


_OF = {
    "server.Account": "who: email name · secret: password · did: last_login joined_at language is_active",
    "server.Membership": (
        "who: person · points: account company · did: role team may_import until others since ended_at"
        " morning_hour morning_day morning_state morning_tried"
    ),
    "server.Invitation": (
        "who: email person · secret: digest · points: by company"
        " · did: role team may_import until made_at expires_at taken_at withdrawn_at"
    ),
    "server.Token": (
        "text: name · secret: prefix digest · points: account company"
        " · did: scopes made_at expires_at revoked_at used_at"
    ),
    "server.Answered": "text: key body · secret: digest · did: status at · points: account company",
    "server.Session": (
        "secret: session_key session_data · who: agent · points: account_id · did: expire_date signed_in_at"
    ),
    "server.AuditEvent": ("did: seq at action subject detail · points: actor company · nothing: before digest"),
    "server.JournalEntry": "text: key subject body · points: company · nothing: seq recorded_at",
    "server.Company": ("nothing: name kind zone currency country vat transparency created_at deleted_at"),
    "server.Remembered": "who: cache_key · did: value expires",
    "account.EmailAddress": "who: email · did: verified primary · points: user",
    "account.EmailConfirmation": "secret: key · did: created sent · points: email_address",
    "mfa.Authenticator": "secret: data · did: type created_at last_used_at · points: user",
    "sessions.Session": "secret: session_key session_data · did: expire_date",
    "contenttypes.ContentType": "nothing: app_label model",
    "auth.Permission": "nothing: name content_type codename",
    "auth.Group": "nothing: name",
}
"""Table → what its fields say; its own number points."""


def _read(told: str) -> dict[str, Says]:
    found = {"id": Says.POINTS}
    for part in told.split("·"):
        says, _, names = part.partition(":")
        found |= dict.fromkeys(names.split(), Says(says.strip()))
    return found


FIELDS: Mapping[str, Mapping[str, Says]] = {table: _read(told) for table, told in _OF.items()}
"""Table → field → what it says."""

GOES = ("account.EmailConfirmation", "account.EmailAddress", "mfa.Authenticator", "server.Session", "server.Token",
        "server.Answered", "server.Invitation")  # fmt: skip
"""Tables of which an account's rows go with it, in this order."""
STAYS = ("server.Account", "server.Membership", "server.AuditEvent")
"""Tables of which they stay, without what says who it was: what was done keeps its number."""
APART = {
    "server.JournalEntry": "what a company's people wrote is the company's: it goes with the person in its book",
    "server.Remembered": "goes by itself within a quarter of an hour",
    "sessions.Session": "is not used: sessions stand in a table of our own",
}
"""Tables with fields of persons of which no row is an account's, and why."""


def untagged(models: Iterable[type[Model]] | None = None) -> list[str]:
    """Fields, as ``table.field``, of which nobody has said what they say of persons.

    Args:
        models: all of the server when absent.
    """
    found = apps.get_models() if models is None else models
    return [
        f"{label_of(model)}.{one.name}"
        for model in found
        for one in fields_of(model)
        if one.name not in FIELDS.get(label_of(model), {})
    ]


def unplaced() -> list[str]:
    """Tables with fields of persons of which nobody has said whose their rows are."""
    placed = {*GOES, *STAYS, *APART}
    return [
        table
        for table, fields in FIELDS.items()
        if table not in placed and set(fields.values()) - {Says.NOTHING, Says.POINTS}
    ]


def label_of(model: type[Model]) -> str:
    """How a table is called here."""
    return str(model._meta.label)  # noqa: SLF001 – Django's documented way to a model's name


def fields_of(model: type[Model]) -> "list[Field[object, object]]":
    """The columns of a table."""
    return list(model._meta.concrete_fields)  # noqa: SLF001 – Django's documented way to a model's fields


def whose(table: str, account: Account) -> Q:
    """The rows of a table that are an account's."""
    links = {
        "server.Account": Q(pk=account.pk),
        "server.Session": Q(account_id=account.pk),
        "server.AuditEvent": Q(actor=account.pk),
        "server.Invitation": Q(email__iexact=account.email),
        "account.EmailAddress": Q(user_id=account.pk),
        "account.EmailConfirmation": Q(email_address__user_id=account.pk),
        "mfa.Authenticator": Q(user_id=account.pk),
    }
    return links.get(table) or Q(account_id=account.pk)


def emptied() -> list[str]:
    """The names in the database of all tables that hold something of persons."""
    tables = (*GOES, *STAYS, *APART)
    return [str(apps.get_model(table)._meta.db_table) for table in tables]  # noqa: SLF001 – as above
