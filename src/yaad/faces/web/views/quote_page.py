"""The public page of a quote, which the customer opens: no account, no cookie, nothing of anybody else."""

import hashlib
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from yaad.book.quote_links import QuoteLink
from yaad.errors import UnknownName
from yaad.faces.web.reaching import dialled, mail_to
from yaad.faces.web.templatetags.say import language
from yaad.insight.quotes import Quote
from yaad.server.limits import Limit
from yaad.server.policy import by_itself
from yaad.server.quote_pages import access_by_link, count, found_link, quote_of, today_in
from yaad.server.scoping import on_behalf_of
from yaad.server.state import opened
from yaad.server.taken_out import FILES, inert
from yaad.show.quotes import other_way, priced
from yaad.text import Message, direction

UNFOUND = "noindex, nofollow, noarchive"
by_link, by_sender = Limit(60), Limit(120)
"""How often a page is asked for in a minute, and all that one address asks."""


@csrf_exempt
@by_itself
@require_safe
def public(request: HttpRequest, company: str, secret: str, part: str = "") -> HttpResponse:
    """The page that the customer opens, or its document: of an address that is none nothing is told but that."""
    told = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    wait = max(by_sender.wait(request.META.get("REMOTE_ADDR", "")), by_link.wait(told))
    if wait:
        answer = _page(request, language(), 429, said=Message("quotes.too_often", {"n": wait}))
        answer["Retry-After"] = str(wait)
        return answer
    link = found_link(company, secret)
    if link is None:
        return _page(request, language(), 404, said=Message("quotes.no_page"))
    with on_behalf_of(access_by_link(company)):
        book = opened().shelf.book
        found, name = quote_of(link), book.name
        if found is None:
            return _page(request, language(), 404, said=Message("quotes.no_page"))
        entry, lang, zone = found.entry, found.entry.lang, book.zone
        with translation.override(lang):
            if not found.holds(today_in(zone)):
                return _page(request, lang, 410, called=name, said=Message("quotes.over", {"company": name}))
            if part:
                return _document(request, lang, link, found)
            count(request, company, link, found)
            return _page(
                request,
                lang,
                200,
                called=name,
                quote=entry,
                amount=priced(entry, lang),
                other_way=other_way(entry, lang),
                call=dialled(entry.phone),
                mail=mail_to(entry.mail),
                until=found.until,
                day=entry.at.astimezone(ZoneInfo(zone)).date(),
            )


def _document(request: HttpRequest, lang: str, link: QuoteLink, found: Quote) -> HttpResponse:
    """The document of a quote, to take home."""
    try:
        entry, path = opened().shelf.once(lambda book: book.quote_document(link.deal, found.entry.seq))
    except UnknownName:
        return _page(request, lang, 404, said=Message("quotes.no_page"))
    answer = inert(path.read_bytes(), FILES["pdf"], entry.file_name)
    answer["X-Robots-Tag"] = UNFOUND
    return answer


def _page(request: HttpRequest, lang: str, status: int, **shown: object) -> HttpResponse:
    """A page that asks nobody else for anything, and that nothing finds."""
    answer = render(request, "web/quote.html", {"lang": lang, "dir": direction(lang), **shown}, status=status)
    answer["X-Robots-Tag"] = UNFOUND
    answer["Referrer-Policy"] = "no-referrer"
    return answer
