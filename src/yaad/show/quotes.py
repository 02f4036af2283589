"""Quotes in words."""

from decimal import Decimal

from yaad.model import QuoteEntry, Tax
from yaad.text import Message, money


def priced(entry: QuoteEntry, lang: str) -> Message | None:
    """The amount of a quote, and whether VAT is in it."""
    if entry.amount is None:
        return None
    tax = entry.tax if entry.tax in (Tax.NET, Tax.GROSS) else Tax.UNKNOWN
    return Message(f"quotes.amount_{tax}", {"amount": money(Decimal(entry.amount), entry.currency, lang, short=False)})
