"""Which of our fields one column may be at once."""

from yaad.intake.fields import FIELDS, Value
from yaad.intake.kinds import Kind

APART = {frozenset(pair) for pair in (("id", "stage"), ("id", "order"), ("id", "at"), ("stage", "from"))}
"""Fields that are never one column, though one of them is text."""
COUNTED = (Value.AMOUNT, Value.SHARE, Value.SECONDS)
BESIDE = frozenset({"updated", "expected_close", "next_step_day"})
"""Dates that another date may stand for: the last change is often when a deal ended, its closing what was expected."""


def can_share(kind: Kind | None, one: str, other: str) -> bool:
    """Whether one column may be two fields.

    Texts may be (a customer's name is the name of the deal and the account, an id its name). Two dates, two numbers or
    two columns of yes and no may not: a deal that is created and closed by one column has taken no time at all. The
    dates of `BESIDE` are the exception. A text is not held against a date or a number, but for those of `APART` and an
    id, which is no amount.
    """
    pair = frozenset({one, other})
    values = [_value_of(kind, name) for name in (one, other)]
    if pair in APART or ("id" in pair and any(value in COUNTED for value in values)):
        return False
    if Value.TEXT in values:
        return True
    return bool(pair & BESIDE) and all(value in (Value.MOMENT, Value.DAY) for value in values)


def _value_of(kind: Kind | None, name: str) -> Value:
    kinds = [kind] if kind is not None else list(FIELDS)
    return next((FIELDS[each][name].value for each in kinds if name in FIELDS[each]), Value.TEXT)
