"""Roles and what they may do: one table. Whose rows they see is decided in `yaad.server.scoping`."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of companies; they set stages, KPIs and words at the first run."""

    PROJECTS = "projects"
    PHONE = "phone"
    FIELD = "field"
    RETAIL = "retail"
    SERVICES = "services"
    ORDERS = "orders"


class Role(StrEnum):
    """The part somebody has in a company."""

    OWNER = "owner"
    MANAGER = "manager"
    REP = "rep"
    CONSULTANT = "consultant"
    VIEWER = "viewer"


class Transparency(StrEnum):
    """What people see of each other's results."""

    OFF = "off"
    RANK = "rank"
    NAMES = "names"
    AMOUNTS = "amounts"


class Capability(StrEnum):
    """What can be allowed."""

    TOTALS = "totals"
    """Figures of many together."""
    ROWS = "rows"
    """Single deals, customers and persons, as far as they are seen."""
    NOTE = "note"
    """Notes on deals that are seen."""
    WRITE = "write"
    """Moves, wins and losses of deals that are seen."""
    TARGETS = "targets"
    """Targets, judgements, and what the company says of itself."""
    IMPORT = "import"
    """Files and sources, what they hold, and taking an import back."""
    INVITE = "invite"
    """Invite people who sell to one's own team."""
    PEOPLE = "people"
    """Accounts, roles, settings of the company, the audit log, export and erasure of a person."""
    TOKENS = "tokens"
    """Tokens of one's own."""


def _of(*names: str) -> frozenset[Capability]:
    return frozenset(Capability(name) for name in names)


MAY: Mapping[Role, frozenset[Capability]] = {
    Role.OWNER: frozenset(Capability),
    Role.MANAGER: _of("totals", "rows", "note", "write", "targets", "invite", "tokens"),
    Role.REP: _of("totals", "rows", "note", "write", "tokens"),
    Role.CONSULTANT: _of("totals", "rows", "note"),
    Role.VIEWER: _of("totals"),
}
"""Role → what it may do. A consultant's grant may add `Capability.IMPORT`.

A file tells of deals whoever they belong to, and so does what an import changed: bringing files in is for who sees
everything.
"""

MAY_BEGIN = (Role.OWNER, Role.CONSULTANT)
"""Who has one of these parts somewhere may begin a further company: a consultant begins a client's."""
