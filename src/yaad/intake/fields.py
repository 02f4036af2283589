"""Our fields: what a mapping's ``columns`` may name, and the column of the book each one becomes."""

from dataclasses import dataclass
from enum import StrEnum

from yaad.intake.kinds import HISTORY, Kind


class Value(StrEnum):
    """What the texts of a field are read as."""

    TEXT = "text"
    MOMENT = "moment"
    DAY = "day"  # a date that has a column of its own
    AMOUNT = "amount"
    SHARE = "share"  # 0–1, or written as a percentage
    SECONDS = "seconds"
    FLAG = "flag"  # yes or no; of a deal it says something of the row and is not kept as a value


@dataclass(frozen=True)
class Field:
    """One field: its name in a mapping, the column it becomes, how its texts are read."""

    name: str
    column: str
    value: Value = Value.TEXT


MONTH = "month "
"""So begins the field of the targets of one month, followed by the month: ``month 2026-01``."""
ALIASES = {"rep": "owner", "agent": "owner", "to": "stage"}
"""Other names that a mapping may use."""

DESCRIPTIVE = (
    "name", "owner", "source", "product", "account", "contact", "phone", "email", "branch", "campaign", "lost_reason",
    "next_step",
)  # fmt: skip
"""Text columns of a deal."""
_M, _A, _F = Value.MOMENT, Value.AMOUNT, Value.FLAG


def _fields(**columns: tuple[str, Value] | str) -> dict[str, Field]:
    return {name: Field(name, spec) if isinstance(spec, str) else Field(name, *spec) for name, spec in columns.items()}


_DEAL = _fields(
    id="deal_id",
    **{name: name for name in DESCRIPTIVE},
    amount=("amount", _A),
    currency="currency",
    stage="stage",
    created=("created", _M),
    entered=("entered", _M),
    closed=("closed", _M),
    won=("won", _M),
    lost=("lost", _M),
    expected_close=("expected_close_day", _M),
    next_step_day=("next_step_day", _M),
    updated=("updated", _M),
    outcome="outcome",
    ended=("ended", _F),
    active=("active", _F),
    deleted=("deleted", _F),
)
_HISTORY = _fields(
    id="deal_id",
    stage="to_stage",
    at=("at", _M),
    sort_at=("sort_at", _M),
    by="by",
    amount=("amount", _A),
    field="field",
    created=("created", _M),
    currency="currency",
    deleted=("deleted", _F),
    **{"from": "from_stage"},
    **{name: name for name in DESCRIPTIVE},
)
FIELDS: dict[Kind, dict[str, Field]] = {
    Kind.DEALS: _DEAL,
    Kind.EVENTS: _HISTORY,
    Kind.STAGE_HISTORY: _HISTORY,
    Kind.ACCOUNTS: _fields(id="account_id", name="name", sector="sector", city="city", phone="phone", email="email"),
    Kind.PRODUCTS: _fields(
        id="product_id", name="name", category="category", price=("price", _A), currency="currency"
    ),
    Kind.ORDERS: _fields(
        id="order_id", deal="deal_id", account="account", owner="owner", at=("at", _M), amount=("amount", _A),
        currency="currency",
    ),
    Kind.LINES: _fields(
        id="line_id", order="order_id", product="product", quantity=("quantity", _A), price=("price", _A),
        discount=("discount", Value.SHARE), currency="currency",
    ),
    Kind.ACTIVITIES: _fields(
        id="activity_id", deal="deal_id", kind="kind", at=("at", _M), by="by", text="text"
    ),
    Kind.CALLS: _fields(
        id="call_id", deal="deal_id", by="by", phone="phone", direction="direction", answered=("answered", _F),
        at=("at", _M), seconds=("seconds", Value.SECONDS),
    ),
    Kind.CONTRACTS: _fields(
        id="contract_id", deal="deal_id", account="account", owner="owner", product="product", status="status",
        start=("start_day", Value.DAY), end=("end_day", Value.DAY), months=("months", _A), left=("left", _F),
        amount=("amount", _A), currency="currency",
    ),
    Kind.TARGETS: _fields(
        owner="owner", team="team", branch="branch", product="product", measure="measure", month="month",
        months="months", amount=("amount", _A), currency="currency",
    ),
}  # fmt: skip
"""Kind → field's name → field."""

NEEDED: dict[Kind, tuple[str, ...]] = {
    Kind.DEALS: ("id",),
    Kind.EVENTS: ("id", "stage", "at"),
    Kind.STAGE_HISTORY: ("id", "stage", "at"),
    Kind.ACCOUNTS: ("name",),
    Kind.PRODUCTS: ("name",),
    Kind.ORDERS: ("at",),
    Kind.LINES: ("order", "product"),
    Kind.ACTIVITIES: ("at",),
    Kind.CALLS: ("at",),
    Kind.CONTRACTS: ("start",),
    Kind.TARGETS: ("month", "amount"),
}
"""Fields without which a kind cannot be read."""

KEY_FROM: dict[Kind, tuple[str, ...]] = {
    Kind.ACCOUNTS: ("name",),
    Kind.PRODUCTS: ("name",),
    Kind.ORDERS: ("account", "at"),
    Kind.LINES: ("order", "product"),
    Kind.ACTIVITIES: ("deal", "kind", "at", "by"),
    Kind.CALLS: ("at", "by", "phone"),
    Kind.CONTRACTS: ("account", "start"),
}
"""Where a file has no id of its own, its rows are known by these fields (and a number among equals)."""


def field_name(name: str) -> str:
    """The field that a mapping means by a name."""
    return ALIASES.get(name, name)


def known_fields(kind: Kind | None) -> set[str]:
    """Names that a mapping may use for a kind (for any, when it is not said)."""
    kinds = [kind] if kind is not None else list(FIELDS)
    names = {name for one in kinds for name in FIELDS[one]}
    return names | {
        alias
        for alias, name in ALIASES.items()
        if name in names and (name != "stage" or kind in HISTORY or kind is None)
    }
