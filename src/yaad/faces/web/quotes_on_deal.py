"""What the page of a deal shows of its quotes: each with its public page, how often it was opened, and what to do."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest

from yaad.book.quotes import LONGEST_TEXT, LONGEST_TITLE, LONGEST_URL, Taken
from yaad.faces.web.reaching import reach
from yaad.faces.web.templatetags.say import language
from yaad.insight.deal import Deal
from yaad.model import Tax
from yaad.model.opt_outs import CALLS
from yaad.server.quote_pages import Shown, address_of, quotes_shown, today_in
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.show.quotes import amount_said, priced
from yaad.show.speech import say_plain
from yaad.text import LANGUAGES, Message, moment

TAXES = (Tax.NET, Tax.GROSS)


def on_deal_page(request: HttpRequest, found: Deal) -> dict[str, object]:
    """What the page of a deal shows of its quotes, and what its form begins with."""
    today = today_in(opened().shelf.book.zone)
    left = opened().shelf.once(lambda book: book.left_to_take(found.deal_id, today))
    shown = quotes_shown(found.deal_id)
    usual = opened().shelf.ask("unit_of_amounts", lambda book: book.facts.unit_of_amounts())
    return {
        "quotes": [_shown(request, found, one) for one in shown],
        "quote_left": left,
        "quote_left_amount": _amount_of(left.amount) if left is not None and left.amount is not None else None,
        "quote_phone": next((one.quote.entry.phone for one in shown if one.quote.entry.by == current().name), ""),
        "quote_mail": getattr(getattr(request, "user", None), "email", ""),
        "quote_taxes": [one.value for one in TAXES],
        "quote_tax": found.values["tax"] or usual["tax"] or "",
        "quote_languages": LANGUAGES,
        "quote_has_link": bool(current().company),
        "quote_lengths": {"title": LONGEST_TITLE, "text": LONGEST_TEXT, "url": LONGEST_URL},
        "quote_language": request.POST.get("lang", "") or language(),
        "quote_from": today.isoformat(),
    }


def _amount_of(taken: Taken) -> Message:
    return amount_said(taken.amount, taken.currency, taken.tax, language())


def _shown(request: HttpRequest, found: Deal, one: Shown) -> dict[str, object]:
    entry, zone = one.quote.entry, opened().shelf.book.zone
    address = address_of(request, one.link) if one.link is not None else ""
    return {
        "number": entry.seq,
        "title": entry.title,
        "amount": priced(entry, language()),
        "until": one.quote.until,
        "url": entry.url,
        "file_name": entry.file_name,
        "address": address,
        "views": _views(one, zone) if one.link is not None else None,
        "message": _message(found, entry.lang, address) if one.holds and address else "",
        "holds": one.holds,
        "withdrawn": one.quote.withdrawn is not None,
    }


def _views(one: Shown, zone: str) -> Message:
    link = one.link
    if link is None or link.opened_last is None or link.opened_first is None:
        return Message("quotes.never_opened")
    lang = language()
    values = {
        name: moment(at.astimezone(ZoneInfo(zone)), lang)
        for name, at in (("first", link.opened_first), ("last", link.opened_last))
    }
    return Message("quotes.opened", {"n": link.times, **values})


def _message(found: Deal, lang: str, address: str) -> str:
    """Where a message of WhatsApp with the address begins; empty where they ask not to be called, or have no number."""
    book, values = opened().shelf.book, found.values
    if any(one.what == CALLS for one in found.asked_not):
        return ""
    name = values["contact"] or values["account"] or ""
    said = {"name": name, "company": book.name, "link": address}
    words = say_plain(Message("quotes.message" if name else "quotes.message_nobody", said), lang)
    return reach(values["phone"], {}, book.dials_in, words).message
