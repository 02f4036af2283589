"""Links by which a calendar subscribes to the next steps of an account in one company: made, renewed, ended.

A link is a token of its own kind: a secret of which only the digest is kept, for an account in a company. It opens the
calendar and nothing else, shows what the account sees at the moment that it is asked, and ends with the account's part.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from yaad.book.next_steps import NextStep, next_steps
from yaad.model import Viewer
from yaad.server import audit, tokens
from yaad.server.acting import in_company
from yaad.server.models import Company, Membership, Token
from yaad.server.roles import Capability
from yaad.server.scoping import Access, scope
from yaad.server.sign_in import second_step
from yaad.server.state import opened
from yaad.show.ics import DayEvent, calendar
from yaad.show.speech import say_plain
from yaad.text import Message

ALL = "everybody"
"""Beside `tokens.CALENDAR`: the steps of all deals that the account sees, not of its own alone."""
UID_LETTERS = 40
SINCE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""When a step was said of which files alone tell."""


@dataclass(frozen=True)
class Feed:
    """What a link shows."""

    text: str
    tag: str


def link_of(access: Access) -> Token | None:
    """The link of who asks in this company; None while there is none, or it has ended."""
    return tokens.calendars_of(access).filter(expires_at__gt=timezone.now()).order_by("-made_at").first()


def has_own(access: Access) -> bool:
    """Whether the data know who asks, so that deals are their own."""
    return bool(_person(access))


def make(access: Access, *, everybody: bool = False) -> tuple[Token, str]:
    """A new link of who asks; the one before ends. The link itself is not kept and cannot be told again.

    Args:
        access: who asks.
        everybody: of all deals that they see, not of their own alone.

    Raises:
        Forbidden: they may have no links.
    """
    access.need(Capability.TOKENS)
    scopes = [tokens.CALENDAR, *([ALL] if everybody else [])]
    with transaction.atomic():
        _end(access)
        return tokens.issue(
            access, tokens.CALENDAR, scopes, tokens.LONGEST, begins=tokens.OF_CALENDARS, action="calendar.made"
        )


def end(access: Access) -> None:
    """No link of theirs in this company shows anything from now on."""
    with transaction.atomic():
        for number in _end(access):
            audit.record(access.company, access.account, "calendar.ended", f"token:{number}")


def _end(access: Access) -> list[int]:
    """The numbers of the links that ended."""
    found = list(tokens.calendars_of(access).values_list("pk", flat=True))
    tokens.calendars_of(access).filter(pk__in=found).update(revoked_at=timezone.now())
    return found


def access_of(link: Token) -> Access:
    """What a link shows: what its account sees now, and no more than it was made for.

    Raises:
        NoSuchCompany: the account has no part in the company any more.
        SecondStepMissing: its part asks for a second step, and the account has none.
        Forbidden: its part has no links any more.
    """
    access = scope(link.account_id, link.company_id)
    second_step.hold(access)
    access.need(Capability.TOKENS)
    only = access.only(frozenset({Capability.ROWS}))
    if ALL in link.scopes:
        return only
    person = _person(access)
    mine = frozenset({person} if person else ())
    return replace(only, viewer=Viewer(mine if access.viewer.owners is None else mine & access.viewer.owners))


def feed(link: Token, address: str, lang: str) -> Feed:
    """The calendar of a link; ask on behalf of its `access_of`.

    Args:
        link: which.
        address: of the page of a deal, without its id.
        lang: of its words.
    """
    shelf = opened().shelf
    if shelf.book.is_empty:
        return _feed("", [])
    today = timezone.now().astimezone(ZoneInfo(shelf.book.zone)).date()
    steps = shelf.once(lambda book: next_steps(book, today))
    with in_company(link.company_id):
        company = Company.objects.get(pk=link.company_id).name
    name = say_plain(Message("calendar.called", {"company": company}), lang)
    return _feed(name, [_event(one, link.company_id, address, lang) for one in steps])


def _feed(name: str, events: list[DayEvent]) -> Feed:
    text = calendar(name, events)
    return Feed(text, f'"{hashlib.sha256(text.encode()).hexdigest()[:UID_LETTERS]}"')


def _event(one: NextStep, company: str, address: str, lang: str) -> DayEvent:
    from urllib.parse import quote

    uid = hashlib.sha256(f"{company}\0{one.deal_id}".encode("utf-8", "surrogatepass")).hexdigest()[:UID_LETTERS]
    summary = f"{one.step} · {one.name}" if one.step else one.name
    return DayEvent(
        uid=f"{uid}@yaad",
        day=one.day,
        summary=summary,
        description=say_plain(Message("calendar.stands_in", {"stage": one.stage or "–"}), lang),
        url=f"{address}?id={quote(one.deal_id, safe='')}",
        changed=one.changed or SINCE,
        sequence=one.times,
    )


def _person(access: Access) -> str:
    """As whom the data know who asks."""
    with in_company(access.company):
        part = Membership.objects.filter(company=access.company, account=access.account, ended_at__isnull=True).first()
    return part.person if part is not None else ""
