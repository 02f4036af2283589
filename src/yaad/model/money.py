"""Money: an exact amount with its currency and whether VAT is in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from yaad.errors import InputError
from yaad.text import Message


class Tax(StrEnum):
    """Whether VAT is in an amount."""

    NET = "net"
    GROSS = "gross"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Money:
    """An exact amount; `currency` is an ISO code, or None when the source does not say."""

    amount: Decimal
    currency: str | None = None
    tax: Tax = Tax.UNKNOWN


def single_unit(units: Iterable[str | None]) -> str | None:
    """The one currency of amounts that are to be added up, None when it is unknown.

    Raises:
        InputError: more than one currency.
    """
    found = sorted({unit or "?" for unit in units})
    if len(found) > 1:
        raise InputError(Message("errors.mixed_money", {"units": ", ".join(found)}))
    return None if not found or found == ["?"] else found[0]
