"""Values of columns as texts: as people write them, and as overlays keep them."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa

from yaad.model import SCHEMAS


def as_text(value: object) -> str | None:
    """A field's value as the overlay keeps it."""
    if value is None:
        return None
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def is_same_text(one: str, other: str) -> bool:
    """Whether two texts say the same, however their words are set apart.

    >>> is_same_text("call  back", "call back ")
    True
    """
    return one.split() == other.split()


def as_value(name: str, text: str | None) -> object:
    """Back from `as_text`, as the deals' column wants it."""
    kind = SCHEMAS["deals"].field(name).type
    if text is not None and pa.types.is_decimal(kind):
        return Decimal(text)
    return dt.date.fromisoformat(text) if text is not None and pa.types.is_date(kind) else text
