"""One amount that a person typed, read as a column of a file is."""

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from yaad.errors import InputError
from yaad.intake.deciding.amounts import decide_amounts, read_amounts, take_numbers_apart
from yaad.model import read_amount
from yaad.text import Message


@dataclass(frozen=True)
class TypedAmount:
    """An amount as a person typed it.

    Attributes:
        value: not below 0.
        currency: ISO code of the sign or word beside it; None where none stands there.
        tax: net or gross, where it says so.
    """

    value: Decimal
    currency: str | None = None
    tax: str | None = None


def typed_amount(text: str) -> TypedAmount:
    """An amount with or without a sign, a word of thousands, a word on VAT.

    A single group of three digits after a comma is thousands; after a point it is decimals, unless a currency stands
    beside it, as in files.

    Raises:
        InputError: it is no amount, below 0, a percentage, or too large to be kept.

    >>> typed_amount("₪240,000"), typed_amount("1.2 מיליון ש״ח")
    (TypedAmount(value=Decimal('240000'), currency='ILS', tax=None),
     TypedAmount(value=Decimal('1200000'), currency='ILS', tax=None))
    """
    try:
        return TypedAmount(read_amount(text))
    except InputError:
        parts = take_numbers_apart(pa.chunked_array([[text]], pa.string()), amounts=True)
        read = read_amounts(parts, decide_amounts(parts, "").point or ".")
        value, currency, tax = (column.to_pylist()[0] for column in (read.values, read.currency, read.tax))
        if value is None or value < 0:
            raise InputError(Message("errors.bad_amount", {"text": text})) from None
        whole = value.to_integral_value()
        return TypedAmount(whole if value == whole else value.normalize(), currency, tax)
