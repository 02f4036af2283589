"""Webhooks are told what happened: each by a thread of its own, in order, in the name of who set it up.

An event is marked as sent once its address took it. A server that is killed between the two sends it again, under the
same id: it is sent at least once. An address that does not take it is tried again after longer and longer waits; then
the event is put aside, and the next one has its turn. An address that takes nothing for so long stops.
"""

import datetime as dt
import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from yaad.book.events import Event, events_of
from yaad.book.events import Place as Standing
from yaad.errors import UnknownName, YaadError
from yaad.facts.pin import NAME as PIN
from yaad.server import audit
from yaad.server.acting import as_server, in_company
from yaad.server.behalf import access_of
from yaad.server.connected import given_back
from yaad.server.journal import DatabaseJournal
from yaad.server.roles import Capability
from yaad.server.scoping import Access, on_behalf_of
from yaad.server.sign_in import second_step
from yaad.server.state import opened
from yaad.server.webhooks.keeping import MOST_LETTERS, Letter, State, Webhook, Webhooks, why_of
from yaad.server.webhooks.sending import send
from yaad.text import Message

NEEDED = (Capability.ROWS, Capability.INVITE, Capability.TOKENS)
"""What it takes to have webhooks: to see deals, to lead, and to let programs act in one's name."""
WAITS = (60, 300, 1800, 7200, 18_000, 43_200, 86_400)
"""Seconds after each try that failed; one more try than there are waits."""
TRIES = len(WAITS) + 1
LOST = 2
"""Events given up one after the other, after which an address stops."""
AT_ONCE, EACH = 16, 4
"""Addresses that are told at a time: of the server, and of one company."""
PART = 20
"""Events that are asked for together."""
BUDGET = 60.0
"""Seconds after which an address lets others have their turn; it goes on with the next look."""

log = logging.getLogger("yaad.webhooks")


@dataclass(frozen=True)
class _At:
    """One webhook of a company."""

    company: str
    root: Path
    id: str


_lock = threading.Lock()
_working: set[_At] = set()
_quiet: dict[_At, tuple[int, int]] = {}
"""Webhook → the state of the book at which there was nothing to tell."""


def of_companies(companies: Iterable[str], root_of: Callable[[str], Path], now: dt.datetime) -> None:
    """Begin to tell what is due in each company; what goes wrong in one keeps no other one.

    Args:
        companies: their ids.
        root_of: company → the folder of its book.
        now: the moment.
    """
    found = list(companies)
    random.shuffle(found)  # where there are more than can be told at a time nobody is always the last
    for company in found:
        try:
            of_one(company, root_of(company), now)
        except Exception:
            log.exception("webhooks could not begin", extra={"company": company})


def of_one(company: str, root: Path, now: dt.datetime) -> list[threading.Thread]:
    """Begin to tell what is due in one company; gives the threads that do."""
    begun = []
    for one in Webhooks(root).all():
        at = _At(company, root, one.id)
        if not _is_due(at, one, now) or not _takes_turn(at):
            continue
        thread = threading.Thread(target=_tell, args=(at,), name=f"webhook {one.id}", daemon=True)
        begun.append(thread)
        thread.start()
    return begun


def _is_due(at: _At, one: Webhook, now: dt.datetime) -> bool:
    if not one.is_active:
        return False
    state = Webhooks(at.root).state(one.id)
    if any(letter.is_due for letter in state.letters):
        return True
    if state.next_at and dt.datetime.fromisoformat(state.next_at) > now:
        return False
    return _quiet.get(at) != _stamp(at)


def _stamp(at: _At) -> tuple[int, int]:
    """Changes whenever something happened."""
    pin = at.root / PIN
    with as_server():
        last = DatabaseJournal(at.company).last_seq
    return last, pin.stat().st_mtime_ns if pin.exists() else 0


def _takes_turn(at: _At) -> bool:
    with _lock:
        of_company = Counter(one.company for one in _working)[at.company]
        if at in _working or len(_working) >= AT_ONCE or of_company >= EACH:
            return False
        _working.add(at)
        return True


def _tell(at: _At) -> None:
    try:
        with given_back():
            tell(at.company, at.root, at.id)
    except UnknownName:  # it was taken away meanwhile
        log.info("a webhook is gone")
    except Exception:
        log.exception("a webhook was broken off", extra={"company": at.company})
    finally:
        with _lock:
            _working.discard(at)


def tell(company: str, root: Path, webhook_id: str) -> None:
    """Tell one address what is due, until there is nothing more, it does not take one, or its time is over.

    Raises:
        UnknownName: there is no such webhook.
    """
    kept, at = Webhooks(root), _At(company, root, webhook_id)
    until = time.monotonic() + BUDGET
    while time.monotonic() < until:
        webhook = kept.of(webhook_id)
        if not webhook.is_active:
            return
        access = may_still(company, webhook.by)
        if access is None:
            _stop(company, kept, webhook, "outgoing.stopped_right")
            return
        with on_behalf_of(access):
            if not _told_part(at, kept, webhook):
                return


def may_still(company: str, by: str) -> Access | None:
    """What who set a webhook up may do now; None where they may not have it told any more."""
    access = access_of(company, by, NEEDED)
    if access is None:
        return None
    try:
        second_step.hold(access)
    except YaadError:
        return None
    return access


def _told_part(at: _At, kept: Webhooks, webhook: Webhook) -> bool:
    """Tell some events; whether there may be more to tell now."""
    stamp, state = _stamp(at), kept.state(webhook.id)
    due = next((one for one in state.letters if one.is_due), None)
    if due is not None:
        _tell_letter(at, kept, webhook, due)
        return True
    place = Standing.parse(state.place)
    page = opened().shelf.once(partial(events_of, after=place, kinds=webhook.kinds, limit=PART))
    for event in page.events:
        if not _tell_one(at, kept, webhook, event):
            return False
    kept.change(webhook.id, lambda one: replace(one, place=str(page.place)))
    if not page.has_more:
        _quiet[at] = stamp
    return page.has_more


def _tell_one(at: _At, kept: Webhooks, webhook: Webhook, event: Event) -> bool:
    """Tell the next event; whether the one behind it may be told."""
    if not kept.of(webhook.id).is_active:  # stopped meanwhile
        return False
    why, now = _sent(at, kept, webhook, event), dt.datetime.now(dt.UTC)
    if why is None:
        kept.change(webhook.id, lambda state: replace(
            state, place=str(event.place), tries=0, next_at="", why={}, last_at=now.isoformat(), lost=0
        ))  # fmt: skip
        return True
    after = kept.change(webhook.id, lambda state: _failed(state, event, why, now))
    if after.lost >= LOST or len(after.letters) >= MOST_LETTERS:
        _stop(at.company, kept, webhook, "outgoing.stopped_silent")
    return False


def _failed(state: State, event: Event, why: Message, now: dt.datetime) -> State:
    tries = state.tries + 1
    if tries < TRIES:
        wait = WAITS[tries - 1] * random.uniform(1, 1.1)  # noqa: S311 – spread, no secret
        return replace(state, tries=tries, next_at=(now + dt.timedelta(seconds=wait)).isoformat(), why=why_of(why))
    letter = Letter(event.id, event.kind, state.place, now.isoformat(), tries, why_of(why))
    return replace(
        state,
        place=str(event.place),
        tries=0,
        next_at="",
        why=why_of(why),
        lost=state.lost + 1,
        letters=(*state.letters, letter),
    )


def _tell_letter(at: _At, kept: Webhooks, webhook: Webhook, letter: Letter) -> None:
    """Tell an event again that was given up; one that is not seen any more goes."""
    place = Standing.parse(letter.before)
    page = opened().shelf.once(partial(events_of, after=place, kinds=[letter.kind], limit=PART))
    event = next((one for one in page.events if one.id == letter.id), None)
    why, now = None if event is None else _sent(at, kept, webhook, event), dt.datetime.now(dt.UTC)

    def done(state: State) -> State:
        others = tuple(one for one in state.letters if one.id != letter.id)
        if why is None:
            return replace(state, letters=others, last_at=now.isoformat() if event else state.last_at)
        again = replace(letter, is_due=False, tries=letter.tries + 1, at=now.isoformat(), why=why_of(why))
        return replace(state, letters=tuple(again if one.id == letter.id else one for one in state.letters))

    kept.change(webhook.id, done)


def _sent(at: _At, kept: Webhooks, webhook: Webhook, event: Event) -> Message | None:
    try:
        secret = kept.secret(webhook)
    except YaadError as error:
        return error.message
    return send(webhook.address, secret, at.company, event)


def _stop(company: str, kept: Webhooks, webhook: Webhook, why: str) -> None:
    """It is told no more: said on its page, and once in the audit log."""
    kept.switch(webhook.id, is_active=False, stopped=why)
    with in_company(company):
        audit.record(company, None, "webhook.stopped", f"webhook:{webhook.id}", {"by": webhook.by})
