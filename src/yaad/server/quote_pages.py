"""The public page of a quote: written with the quote, found by its address, counted as people open it."""

import datetime as dt
import logging
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from yaad.book import Book
from yaad.book.quote_links import QuoteLink, QuoteLinks, link_id
from yaad.book.quotes import Offer
from yaad.errors import UnknownName, YaadError
from yaad.insight.quotes import Quote
from yaad.model import EVERYBODY, DealEntry
from yaad.server.acting import in_company
from yaad.server.looks import is_look
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access, NoSuchCompany, current, scope
from yaad.server.state import opened
from yaad.server.writing import Stamp, write_once

log = logging.getLogger("yaad.server")
LONGEST = 120
"""Letters of the secret part of an address."""


@dataclass(frozen=True)
class Shown:
    """A quote with its public page.

    Attributes:
        quote: what it says.
        link: its page; None: it has none.
        holds: it is still offered.
    """

    quote: Quote
    link: QuoteLink | None
    holds: bool


def write_quote(book: Book, deal_id: str, offer: Offer, key: str, when: Stamp) -> DealEntry:
    """Write a quote on a deal, with a public page where there is a server that shows one."""
    name = link_id(deal_id, key) if current().company else ""
    entry = book.quote(deal_id, offer, link=name, key=key, **when)
    if name:
        QuoteLinks(book.root).make(deal_id, name)
    return entry


def quotes_shown(deal_id: str) -> list[Shown]:
    """The quotes of a deal, the latest first, each with its page.

    Raises:
        UnknownName: no such deal, or not for who asks.
    """

    def shown(book: Book) -> list[Shown]:
        today, links = today_in(book.zone), QuoteLinks(book.root)
        return [
            Shown(one, links.of(one.entry.link) if one.entry.link else None, one.holds(today))
            for one in book.quotes(deal_id)
        ]

    return opened().shelf.once(shown)


def today_in(zone: str) -> dt.date:
    """The day by the company's clock."""
    return dt.datetime.now(ZoneInfo(zone)).date()


def address_of(request: HttpRequest, link: QuoteLink) -> str:
    """The whole address of a public page; it belongs to no company's addresses."""
    return request.build_absolute_uri(f"/q/{current().company}/{link.secret}/")


# ---- who comes by the address ------------------------------------------------------------------------------------


def access_by_link(company: str) -> Access:
    """On whose behalf a public page is shown: nobody's, in its company, for this quote alone."""
    return Access(None, "", company, Role.OWNER, EVERYBODY, frozenset({Capability.WRITE}))


def found_link(company: str, secret: str) -> QuoteLink | None:
    """The page of an address, in a company that there is."""
    from yaad.server.companies import folder_of
    from yaad.server.models import Company

    if len(secret) > LONGEST:
        return None
    with in_company(company):
        if not Company.objects.filter(pk=company, deleted_at__isnull=True).exists():
            return None
    return QuoteLinks(folder_of(company)).by_secret(secret)


def quote_of(link: QuoteLink) -> Quote | None:
    """What a page shows; None where the quote was taken back, or its deal is no more. Ask on behalf of its company."""
    try:
        found = opened().shelf.once(lambda book: book.quotes(link.deal))
    except UnknownName:
        return None
    return next((one for one in found if one.entry.link == link.id), None)


def count(request: HttpRequest, company: str, link: QuoteLink, quote: Quote) -> None:
    """Count that the page was opened, and write the first time down; the company's own people and machines are none.

    What cannot be counted is shown all the same.
    """
    if not is_look(request) or _is_own(request, company):
        return
    now = dt.datetime.now(dt.UTC)
    try:
        links = QuoteLinks(opened().shelf.book.root)
        counted = links.count(link.id, now)
        if counted is not None and not counted.is_told:
            write_once(lambda book: book.quote_opened(link.deal, quote.entry.seq, at=now, by=""))
            links.told(link.id)
    except YaadError as error:
        log.warning("an opening of a quote was not counted: %s", error)


def _is_own(request: HttpRequest, company: str) -> bool:
    """Whether somebody of the company looks who is signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.pk is None:
        return False
    try:
        scope(user.pk, company)
    except NoSuchCompany:
        return False
    return True
