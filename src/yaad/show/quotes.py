"""Quotes in words."""

from decimal import Decimal

from yaad.model import QuoteEntry, Tax
from yaad.model.money import both_ways
from yaad.text import Message, money, plain

CENTS = 2


def priced(entry: QuoteEntry, lang: str) -> Message | None:
    """The amount of a quote, and whether VAT is in it."""
    return None if entry.amount is None else amount_said(entry.amount, entry.currency, entry.tax, lang)


def amount_said(amount: str, currency: str | None, tax: str | None, lang: str) -> Message:
    """An amount as text keeps it, and whether VAT is in it."""
    known = tax if tax in (Tax.NET, Tax.GROSS) else Tax.UNKNOWN
    return Message(f"quotes.amount_{known}", {"amount": exact(Decimal(amount), currency, lang)})


def other_way(entry: QuoteEntry, lang: str) -> list[tuple[Message, str]]:
    """The VAT of a quote, and its price in the other way, by the part that VAT was in the company as it was given.

    Whatever the company says of its VAT by now: what was agreed with a customer does not change. Of a quote that does
    not tell the part nothing is said.
    """
    if not entry.vat or entry.amount is None:
        return []
    vat, currency = Decimal(entry.vat), entry.currency
    found = both_ways(Decimal(entry.amount), entry.tax, vat)
    if found is None:
        return []
    of_it = Message("quotes.vat_of", {"rate": plain(vat * 100, CENTS) + "%"}), exact(found.vat, currency, lang)
    if entry.tax == Tax.GROSS:
        return [(Message("quotes.before_vat"), exact(found.net, currency, lang)), of_it]
    return [of_it, (Message("quotes.with_vat"), exact(found.gross, currency, lang))]


def exact(amount: Decimal, currency: str | None, lang: str) -> str:
    """An amount as a customer pays it, to a hundredth."""
    return money(amount, currency, lang, short=False, places=CENTS)
