"""Quotes on a deal: written, withdrawn, and told with how often their public pages were opened."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router

from yaad.book.quotes import Offer
from yaad.faces.api.asking import not_empty
from yaad.faces.api.deals import WRITTEN, Act, written
from yaad.faces.api.declared import File, reads, takes_out, writes
from yaad.faces.api.papers import Content, OfFile, bytes_of
from yaad.faces.api.parameters import Amount, AsOf, DealId, Long, Name, Number, Text, day
from yaad.faces.api.shapes import deals as shapes
from yaad.faces.api.shapes import quotes as own_shapes
from yaad.server.quote_pages import Shown, address_of, quotes_shown, write_quote
from yaad.server.roles import Capability
from yaad.server.state import opened

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature


class NewQuote(Act):
    """A quote.

    Attributes:
        title: what is offered, in a few words.
        text: the lines of it.
        amount: decimal text.
        currency, tax: of the amount; those of the deal when absent.
        until: the last day on which it holds.
        url: an address elsewhere where more of it stands, beginning with https.
        lang: in which the customer reads it, ``he`` or ``en``.
        file_name, content: of a PDF that goes with it, its bytes in Base64.
        phone, mail: of who gives it, as the customer reads them.
    """

    title: Name
    text: Long | None = None
    amount: Amount | None = None
    currency: Text = ""
    tax: Text = ""
    until: AsOf = None
    url: Long | None = None
    lang: Text = "he"
    file_name: Text = ""
    content: Content | None = None
    phone: Text = ""
    mail: Text = ""


class Withdrawal(Act):
    """A quote that does not hold any more.

    Attributes:
        seq: number of the entry that wrote it.
    """

    seq: Number


@reads(
    router,
    "/deals/{path:deal_id}/quotes",
    Capability.ROWS,
    own_shapes.DealQuotes,
    kept=False,
    example={"quotes": [{"seq": 411, "title": "Kitchen", "amount": "42000", "times": 3}]},
)
def quotes(request: HttpRequest, deal_id: DealId) -> Json:
    """The quotes of a deal with how often their public pages were opened, the latest first."""
    not_empty()
    return {"quotes": [_told(request, one) for one in quotes_shown(deal_id)]}


@writes(
    router,
    "/deals/{path:deal_id}/quote",
    Capability.WRITE,
    shapes.DealWritten,
    body={"title": "Kitchen", "text": "Cupboards\nInstallation", "amount": "42000", "until": "2026-11-30"},
    example=WRITTEN,
    matched=True,
)
def quote(request: HttpRequest, deal_id: DealId, body: NewQuote) -> Json:
    """Write a quote on a deal, with a public page for the customer. No figure is made of it."""
    offer = Offer(
        title=body.title,
        text=body.text or "",
        amount=body.amount,
        currency=body.currency or None,
        tax=body.tax or None,
        until=day(body.until, "until"),
        url=body.url or "",
        lang=body.lang,
        file_name=body.file_name,
        document=None if body.content is None else bytes_of(body.content),
        phone=body.phone,
        mail=body.mail,
    )
    return written(
        request,
        deal_id,
        body.at,
        lambda book, at, by, key: write_quote(book, deal_id, offer, key or uuid.uuid4().hex, {"at": at, "by": by}),
    )


@writes(
    router,
    "/deals/{path:deal_id}/withdraw",
    Capability.WRITE,
    shapes.DealWritten,
    body={"seq": 411},
    example=WRITTEN,
    matched=True,
)
def withdraw_quote(request: HttpRequest, deal_id: DealId, body: Withdrawal) -> Json:
    """Withdraw a quote: its public page says that it does not hold any more."""
    return written(
        request,
        deal_id,
        body.at,
        lambda book, at, by, key: book.withdraw_quote(deal_id, body.seq, at=at, by=by, key=key),
    )


@takes_out(router, "/deals/{path:deal_id}/quotes/{int:number}", Capability.ROWS, "pdf")
def deal_quote_document(request: HttpRequest, deal_id: DealId, number: OfFile) -> File:
    """The document of a quote, by the number of the entry that wrote it."""
    del request
    not_empty()
    entry, path = opened().shelf.once(lambda book: book.quote_document(deal_id, number))
    return File(path.read_bytes(), "pdf", entry.file_name, f"quote-{number}.pdf")


def _told(request: HttpRequest, one: Shown) -> Json:
    entry, link = one.quote.entry, one.link
    return {
        "seq": entry.seq,
        "at": entry.at.astimezone(dt.UTC).isoformat(),
        "by": entry.by,
        **{
            name: getattr(entry, name)
            for name in (
                "title",
                "text",
                "amount",
                "currency",
                "tax",
                "until",
                "url",
                "lang",
                "file_name",
                "phone",
                "mail",
            )
        },
        "holds": one.holds,
        "withdrawn": one.quote.withdrawn is not None,
        "address": None if link is None else address_of(request, link),
        "times": 0 if link is None else link.times,
        "first_opened": None if link is None else link.first,
        "last_opened": None if link is None else link.last,
    }
