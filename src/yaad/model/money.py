"""Money: an exact amount with its currency and whether VAT is in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
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


WHOLE_DIGITS, PLACES = 14, 4
"""Digits before and after the point that an amount may have: what the tables keep."""


def read_amount(text: str) -> Decimal:
    """An amount that a person typed: digits, groups of three by commas, a point.

    Raises:
        InputError: it is no amount, below 0, too large to be kept, or finer than a hundredth of a cent.

    >>> read_amount("1,234.50")
    Decimal('1234.50')
    """
    try:
        amount = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        raise InputError(Message("errors.bad_amount", {"text": text})) from None
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** WHOLE_DIGITS or round(amount, PLACES) != amount:
        raise InputError(Message("errors.bad_amount", {"text": text}))
    return amount


CENT = Decimal("0.01")


@dataclass(frozen=True)
class BothWays:
    """An amount before VAT, the VAT of it, and both together."""

    net: Decimal
    vat: Decimal
    gross: Decimal


def both_ways(amount: Decimal, tax: str | None, rate: Decimal) -> BothWays | None:
    """An amount without its VAT and with it, to a hundredth; None where nobody says which of the two it is.

    >>> both_ways(Decimal(1000), "net", Decimal("0.18"))
    BothWays(net=Decimal('1000'), vat=Decimal('180.00'), gross=Decimal('1180.00'))
    >>> both_ways(Decimal("99.90"), "gross", Decimal("0.18"))
    BothWays(net=Decimal('84.66'), vat=Decimal('15.24'), gross=Decimal('99.90'))
    """
    if tax == Tax.NET:
        vat = (amount * rate).quantize(CENT, ROUND_HALF_UP)
        return BothWays(amount, vat, amount + vat)
    if tax == Tax.GROSS:
        net = (amount / (1 + rate)).quantize(CENT, ROUND_HALF_UP)
        return BothWays(net, amount - net, amount)
    return None


def single_unit(units: Iterable[str | None]) -> str | None:
    """The one currency – or the one tax – of amounts that are to be added up, None when it is unknown.

    Raises:
        InputError: more than one.
    """
    found = sorted({unit or "?" for unit in units})
    if {Tax.NET, Tax.GROSS} <= set(found):
        raise InputError(Message("errors.mixed_tax"))
    if len(found) > 1:
        raise InputError(Message("errors.mixed_money", {"units": ", ".join(found)}))
    return None if not found or found == ["?"] else found[0]
