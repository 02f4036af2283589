"""Quotes, written and withdrawn on the page of a deal."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yaad.book import Book
from yaad.book.papers import MOST
from yaad.book.quotes import Offer
from yaad.errors import InputError
from yaad.faces.web.entry_numbers import entry_number
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.deal import written
from yaad.faces.web.views.leaving import asks, leaving_of
from yaad.model import DealEntry, parse_day
from yaad.server.quote_pages import write_quote
from yaad.server.writing import stamp
from yaad.text import Message

FOUND = 302


@require_POST
def quote(request: HttpRequest) -> HttpResponse:
    """Write a quote on a deal."""
    key = form_key(request.POST)

    def write(book: Book) -> list[DealEntry]:
        offer, file = offer_of(request.POST), request.FILES.get("file")
        if file is not None:
            offer = replace(offer, file_name=file.name or "", document=file.read(MOST + 1))
        return [write_quote(book, request.POST.get("id", ""), offer, key, stamp())]

    return written(request, write)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take over from a quote what was ticked: its amount, and that the deal has come to the stage of quotes."""
    given, key = request.POST, form_key(request.POST)
    stage, seen = given.get("stage", ""), given.get("seen", "")
    if not stage and "amount" not in given:
        return written(request, lambda _: [])
    asked = asks(given.get("id", ""), seen, stage) if stage else False

    def write(book: Book) -> list[DealEntry]:
        deal_id, done = given.get("id", ""), list[DealEntry]()
        if "amount" in given:
            saw = {"seen": given.get("seen_amount", ""), "seen_stage": seen if stage else None}
            done.append(book.take_over(deal_id, _number(given), **saw, key=f"{key}-amount", **stamp()))
        if stage and not asked:
            done.append(book.move(deal_id, stage, seen=seen, key=f"{key}-stage", **stamp()))
        return done

    answer = written(request, write)
    is_done = answer.status_code == FOUND
    return redirect(leaving_of(given.get("id", ""), stage)) if asked and is_done else answer


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """A quote does not hold any more."""
    key = form_key(request.POST)

    def write(book: Book) -> list[DealEntry]:
        return [book.withdraw_quote(request.POST.get("id", ""), _number(request.POST), key=key, **stamp())]

    return written(request, write)


def _number(given: Mapping[str, str]) -> int:
    """The number of the quote that a form is about.

    Raises:
        InputError: it is none.
    """
    number = entry_number(given.get("number", ""))
    if number is None:
        raise InputError(Message("quotes.no_such", {"number": given.get("number", "")[:20]}))
    return number


def offer_of(given: Mapping[str, str]) -> Offer:
    """A quote as the form says it.

    Raises:
        InputError: the last day is none.
    """
    until, amount = given.get("until", "").strip(), given.get("amount", "").strip()
    return Offer(
        title=given.get("title", ""),
        text=given.get("text", ""),
        amount=amount or None,
        tax=given.get("tax", "") or None if amount else None,
        until=parse_day(until) if until else None,
        url=given.get("url", ""),
        lang=given.get("lang", "") or language(),
        phone=given.get("phone", ""),
        mail=given.get("mail", ""),
    )
