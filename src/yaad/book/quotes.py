"""Quotes on a deal: written, withdrawn, opened."""

import datetime as dt
import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from yaad.book.file_names import clean_name
from yaad.book.papers import kept_paper, paper, paper_holds
from yaad.book.usual import usual_of
from yaad.book.written import Written
from yaad.errors import Changed, InputError, UnknownName
from yaad.facts import KeyTaken, as_text, journal_of
from yaad.insight.quotes import Quote, quotes_of
from yaad.intake import names_a_quote
from yaad.model import DealEntry, Entry, QuoteEntry, QuoteOpenedEntry, QuoteWithdrawnEntry, StageType, Tax
from yaad.model.money import both_ways
from yaad.text import LANGUAGES, Message

PDF = b"%PDF-"
"""So begins a PDF."""
LONGEST_TITLE, LONGEST_TEXT, LONGEST_URL = 200, 4000, 2000


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a quote says.

    Attributes:
        title: what is offered, in a few words.
        text: the lines of it.
        amount: as it is typed, with or without a sign; None: none is named.
        currency, tax: of the amount; those of the deal, else of the book's deals, when absent.
        until: the last day on which it holds; None: it does not end by itself.
        url: an address elsewhere where more of it stands.
        lang: in which the customer reads it.
        file_name: of the document that goes with it.
        document: its bytes, a PDF; None: there is none.
        phone, mail: of who gives it, as the customer reads them.
    """

    title: str
    text: str = ""
    amount: str | None = None
    currency: str | None = None
    tax: str | None = None
    until: dt.date | None = None
    url: str = ""
    lang: str = "he"
    file_name: str = ""
    document: bytes | None = None
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True)
class Taken:
    """The amount that a deal has by a quote.

    Attributes:
        amount: with VAT or without it as the deal's is, and where it has none, as those of the book.
        currency, tax: of the amount; None: the quote says nothing of it.
        fits: it stands beside the other amounts of the book; False: it is in another currency or VAT, and nobody
            knows the rate by which it would be theirs.
    """

    amount: str
    currency: str | None
    tax: str | None
    fits: bool = True


@dataclass(frozen=True)
class Left:
    """What a deal may take over from a quote.

    Attributes:
        quote: what it says.
        amount: what the deal has by it; None: it has this amount already, or the quote names none.
        stage: the stage of quotes, which the deal has not come to; empty: it has, or the company has none.
    """

    quote: QuoteEntry
    amount: Taken | None
    stage: str


class Quoting(Written):
    """A book in which quotes are written."""

    def quote(
        self,
        deal_id: str,
        offer: Offer,
        *,
        at: dt.datetime,
        by: str,
        link: str = "",
        key: str | None = None,
    ) -> DealEntry:
        """Write a quote on a deal. It changes no figure, and neither the amount nor the stage of the deal.

        Args:
            deal_id: of the deal.
            offer: what it says.
            at: when it was given.
            by: who gives it.
            link: the id of its public page; empty: it has none.
            key: idempotency key; the same quote with it once more is one quote, whatever the deal says by then.

        Raises:
            UnknownName: no such deal.
            InputError: it has no title, is too long, ends before it begins, or a value cannot be read.
            KeyTaken: something else was written with this key.
        """
        now = self.deal_now(deal_id)
        title, text, url = offer.title.strip(), offer.text.strip(), offer.url.strip()
        if not title:
            raise InputError(Message("quotes.no_title"))
        if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
            raise InputError(Message("quotes.too_long", {"title": LONGEST_TITLE, "text": LONGEST_TEXT}))
        if url and not is_web_address(url):
            raise InputError(Message("quotes.bad_url"))
        if offer.document is not None and not offer.document.startswith(PDF):
            raise InputError(Message("quotes.no_pdf"))
        phone, mail = offer.phone.strip(), offer.mail.strip()
        if len(phone) > LONGEST_TITLE or len(mail) > LONGEST_TITLE:
            raise InputError(Message("quotes.too_long", {"title": LONGEST_TITLE, "text": LONGEST_TEXT}))
        if offer.lang not in LANGUAGES:
            raise InputError(Message("quotes.bad_language", {"known": ", ".join(LANGUAGES)}))
        said = {"amount": offer.amount, "currency": offer.currency, "tax": offer.tax}
        kept = self._kept(key)
        present = {"currency": kept.currency, "tax": kept.tax} if isinstance(kept, QuoteEntry) else now
        told = self.told({name: value for name, value in said.items() if value}, present)
        until = None if offer.until is None else offer.until.isoformat()
        if kept is not None:
            says = {"title": title, "text": text, "until": until, "url": url, "lang": offer.lang, "amount": None}
            says |= {"phone": phone, "mail": mail}
            return self._sent_again(kept, deal_id, says | (told if told.get("amount") else {}), offer)
        if offer.until is not None and offer.until < at.astimezone(ZoneInfo(self.zone)).date():
            raise InputError(Message("quotes.over_already"))
        unit = {name: now[name] for name in ("currency", "tax") if now[name]} | self._with_unit(told, now)
        if not told.get("amount"):
            unit = {}
        usual = usual_of(self.root)
        key = key or uuid.uuid4().hex
        make = partial(
            QuoteEntry,
            title=title,
            text=text,
            until=until,
            url=url,
            lang=offer.lang,
            link=link,
            phone=phone,
            mail=mail,
            amount=told.get("amount"),
            currency=unit.get("currency"),
            tax=unit.get("tax"),
            vat=usual.vat if unit and unit.get("currency") == usual.currency else None,
        )
        document = offer.document
        keeps = nullcontext(("", 0)) if document is None else kept_paper(self.root, deal_id, key, [document])
        with keeps as (name, _):
            called = clean_name(offer.file_name) if name else ""
            return self._append(partial(make, file_name=called, paper=name), deal_id, at, by, key)

    def _sent_again(self, kept: Entry, deal_id: str, says: Mapping[str, str | None], offer: Offer) -> DealEntry:
        """The quote that was written with the key of one that is sent now.

        Raises:
            KeyTaken: something else was.
        """
        if (
            isinstance(kept, QuoteEntry)
            and kept.deal_id == deal_id
            and all(getattr(kept, name) == value for name, value in says.items())
            and self._has_document(kept, offer)
        ):
            return kept
        raise KeyTaken(Message("quotes.sent_already", {"number": kept.seq}))

    def _has_document(self, kept: QuoteEntry, offer: Offer) -> bool:
        """Whether the document of a quote that is kept is the one that is offered."""
        if offer.document is None:
            return not kept.paper
        return kept.file_name == clean_name(offer.file_name) and paper_holds(self.root, kept.paper, [offer.document])

    def quote_document(self, deal_id: str, seq: int) -> tuple[QuoteEntry, Path]:
        """A quote with a document, and where its bytes lie.

        Raises:
            UnknownName: no such deal, no such quote, or it has none.
        """
        known = {one.entry.seq: one.entry for one in self.quotes(deal_id)}
        path = paper(self.root, known[seq].paper) if seq in known else None
        if path is None:
            raise UnknownName("file", str(seq), [])
        return known[seq], path

    def withdraw_quote(self, deal_id: str, seq: int, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """A quote does not hold any more; taking this back makes it hold again.

        Args:
            deal_id: of the deal.
            seq: number of the entry that wrote the quote.
            at: when.
            by: who withdraws it.
            key: idempotency key.

        Raises:
            UnknownName: no such deal.
            InputError: the deal has no such quote, or it was withdrawn already.
        """
        found = self._quote(deal_id, seq)
        if found.withdrawn is not None and self._kept(key) is None:
            raise InputError(Message("quotes.withdrawn_already"))
        return self._append(partial(QuoteWithdrawnEntry, quote=seq), deal_id, at, by, key)

    def quote_opened(self, deal_id: str, seq: int, *, at: dt.datetime, by: str) -> DealEntry:
        """The public page of a quote was opened; the first time alone is written.

        Args:
            deal_id: of the deal.
            seq: number of the entry that wrote the quote.
            at: when.
            by: who opened it; empty: nobody knows.

        Raises:
            UnknownName: no such deal.
            InputError: the deal has no such quote.
        """
        found = self._quote(deal_id, seq)
        key = f"opened:{found.entry.key}"
        return self._append(partial(QuoteOpenedEntry, quote=seq), deal_id, at, by, key)

    def left_to_take(self, deal_id: str, today: dt.date) -> Left | None:
        """What a deal may take over from its latest quote that holds; None where there is nothing left.

        The stage of quotes is known by its name alone, so it is offered, and nobody moves the deal unasked.

        Args:
            deal_id: of the deal.
            today: the day by the company's clock.

        Raises:
            UnknownName: no such deal, or not for this viewer.
        """
        now = self.deal_now(deal_id)
        last = next((one.entry for one in self.quotes(deal_id) if one.holds(today)), None)
        if last is None or now["outcome"] != StageType.OPEN:
            return None
        taken = self._taken(last, now)
        is_there = taken is None or (
            (as_text(now["amount"]), now["currency"]) == (taken.amount, taken.currency)
            and taken.tax in (None, now["tax"])
        )
        amount = None if is_there else taken
        places = self.pipeline.positions
        stage = next((one.name for one in self.pipeline.measured if names_a_quote(one.name)), "")
        is_before = bool(stage) and places.get(now["stage"] or "", 0) < places[stage]
        return Left(last, amount, stage if is_before else "") if amount or is_before else None

    def take_over(
        self,
        deal_id: str,
        seq: int,
        *,
        at: dt.datetime,
        by: str,
        seen: str | None = None,
        seen_stage: str | None = None,
        key: str | None = None,
    ) -> DealEntry:
        """The amount of a quote is that of the deal from now on.

        Where the quote includes VAT and the deal's amount does not, or the other way round, it is taken over as the
        deal's is, by the VAT that the company had when the quote was given: one amount of another kind would leave the
        whole book without sums. Where nobody knows the rate, or the quote is in another currency, the deal gets it as
        it is said.

        Args:
            deal_id: of the deal.
            seq: number of the entry that wrote the quote.
            at: when.
            by: who says it.
            seen: the amount of the deal as whoever takes over saw it; None: whatever it is.
            seen_stage: the stage in which they saw it; None: wherever it stands.
            key: idempotency key.

        Raises:
            UnknownName: no such deal.
            InputError: the deal has no such quote, or the quote names no amount.
            Changed: the deal has another amount by now, stands elsewhere, or has ended; the quote does not hold any
                more.
        """
        found, now = self._quote(deal_id, seq), self.deal_now(deal_id)
        taken = self._taken(found.entry, now)
        if taken is None:
            raise InputError(Message("quotes.no_amount"))
        if self._kept(key) is None:
            self._stands_in(deal_id, seen_stage, key)
            if now["outcome"] != StageType.OPEN:
                raise Changed(Message("quotes.deal_ended"))
            if not found.holds(at.astimezone(ZoneInfo(self.zone)).date()):
                raise Changed(Message("quotes.holds_no_more"))
        said = {"amount": taken.amount, "currency": taken.currency, "tax": taken.tax}
        known = {name: value for name, value in said.items() if value}
        return self.change(deal_id, known, at=at, by=by, key=key, seen=None if seen is None else {"amount": seen})

    def _taken(self, quote: QuoteEntry, now: Mapping[str, object]) -> Taken | None:
        """The amount that a deal has by a quote; None where the quote names none.

        Args:
            quote: what it says.
            now: the deal as it stands.
        """
        if quote.amount is None:
            return None
        said = Taken(quote.amount, quote.currency, quote.tax)
        usual, company = self._usual_unit(), usual_of(self.root)
        currency = now["currency"] or usual["currency"]
        tax = usual["tax"] if now["tax"] in (None, Tax.UNKNOWN) else now["tax"]
        is_same = quote.currency is None or currency in (None, quote.currency)
        if is_same and (tax is None or quote.tax in (None, tax)):
            return said
        rate = quote.vat or (company.vat if quote.currency == company.currency else None) if is_same else None
        both = both_ways(Decimal(quote.amount), quote.tax, Decimal(rate)) if rate else None
        if both is None or tax not in (Tax.NET, Tax.GROSS):
            return Taken(quote.amount, quote.currency, quote.tax, fits=False)
        return Taken(as_text(both.net if tax == Tax.NET else both.gross) or "", quote.currency, str(tax))

    def quotes(self, deal_id: str) -> list[Quote]:
        """The quotes of a deal that were not taken back, the latest first.

        Raises:
            UnknownName: no such deal, or not for this viewer.
        """
        self.deal_now(deal_id)
        return quotes_of([one for one in journal_of(self.root).of([deal_id]) if one.deal_id == deal_id])

    def _quote(self, deal_id: str, seq: int) -> Quote:
        found = next((one for one in self.quotes(deal_id) if one.entry.seq == seq), None)
        if found is None:
            raise InputError(Message("quotes.no_such", {"number": seq}))
        return found


def is_web_address(text: str) -> bool:
    """Whether a text is an address of the web that a link may lead to, and nothing that would act.

    >>> is_web_address("https://example.com/quote.pdf"), is_web_address("javascript:alert(1)")
    (True, False)
    >>> is_web_address("https://name:word@example.com/"), is_web_address("https://exa mple.com")
    (False, False)
    """
    if len(text) > LONGEST_URL or any(one.isspace() or not one.isprintable() for one in text):
        return False
    try:
        found = urlsplit(text)
        host = found.hostname
    except ValueError:
        return False
    return found.scheme == "https" and bool(host) and "@" not in found.netloc and "\\" not in text
