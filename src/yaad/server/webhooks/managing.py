"""Webhooks as who leads manages them: one's own, and for who may all of the company everybody's."""

import datetime as dt

from yaad.book.events import place_now
from yaad.errors import UnknownName
from yaad.server import audit
from yaad.server.behalf import name_of, who
from yaad.server.roles import Capability
from yaad.server.scoping import Access
from yaad.server.state import opened
from yaad.server.webhooks.keeping import State, Webhook, Webhooks
from yaad.server.webhooks.rounds import NEEDED
from yaad.server.webhooks.sending import checked


def webhooks_of(access: Access) -> list[tuple[Webhook, State]]:
    """The webhooks that somebody manages, and how far each has come."""
    kept = _kept()
    return [(one, kept.state(one.id)) for one in kept.all() if _is_theirs(access, one)]


def setter_of(access: Access, webhook: Webhook) -> str:
    """The name of who set a webhook up."""
    return name_of(access.company, webhook.by)


def make(access: Access, name: str, address: str, kinds: list[str]) -> tuple[Webhook, str]:
    """A new webhook that is told what happens from now on, and its secret, which is not told again.

    Raises:
        Forbidden: they may not.
        InputError: it cannot be as it is asked for, or its address is not a public one.
    """
    for one in NEEDED:
        access.need(one)
    asked = Webhook("", name, checked(address.strip()), tuple(kinds), who(access), "")
    place = opened().shelf.once(place_now)
    made, secret = _kept().make(asked, str(place), dt.datetime.now(dt.UTC))
    _line(access, "webhook.made", made.id)
    return made, secret


def rotate(access: Access, webhook_id: str) -> tuple[Webhook, str]:
    """Another secret for a webhook, which is not told again; the one before signs nothing any more.

    Raises:
        UnknownName: they have none of this id.
    """
    one = _theirs(access, webhook_id)
    secret = _kept().rotate(one.id, dt.datetime.now(dt.UTC))
    _line(access, "webhook.rotated", one.id)
    return one, secret


def switch(access: Access, webhook_id: str, *, is_active: bool) -> Webhook:
    """Let a webhook be told, from now on in one's own name, or not; it goes on where it had come to.

    Raises:
        Forbidden: they may not have it told.
        UnknownName: they have none of this id.
    """
    one = _theirs(access, webhook_id)
    if is_active:
        for needed in NEEDED:
            access.need(needed)
    done = _kept().switch(one.id, is_active=is_active, by=who(access) if is_active else None)
    _line(access, "webhook.on" if is_active else "webhook.off", one.id)
    return done


def remove(access: Access, webhook_id: str) -> None:
    """Take a webhook away.

    Raises:
        UnknownName: they have none of this id.
    """
    one = _theirs(access, webhook_id)
    _kept().remove(one.id)
    _line(access, "webhook.removed", one.id)


def letters_of(access: Access, webhook_id: str) -> State:
    """How far a webhook has come, with what it did not take.

    Raises:
        UnknownName: they have none of this id.
    """
    return _kept().state(_theirs(access, webhook_id).id)


def letter_again(access: Access, webhook_id: str, event_id: str) -> None:
    """Have an event sent again that was given up.

    Raises:
        UnknownName: they have no such webhook, or it has no such event.
    """
    _kept().letter_again(_theirs(access, webhook_id).id, event_id)


def drop_letter(access: Access, webhook_id: str, event_id: str) -> None:
    """Let go of an event that was given up.

    Raises:
        UnknownName: they have no such webhook, or it has no such event.
    """
    _kept().drop_letter(_theirs(access, webhook_id).id, event_id)


def _kept() -> Webhooks:
    return Webhooks(opened().place.book)


def _theirs(access: Access, webhook_id: str) -> Webhook:
    found = _kept().of(webhook_id)
    if not _is_theirs(access, found):
        raise UnknownName("option", webhook_id, [])
    return found


def _is_theirs(access: Access, webhook: Webhook) -> bool:
    return access.may(Capability.PEOPLE) or webhook.by == who(access)


def _line(access: Access, action: str, webhook_id: str) -> None:
    audit.record(access.company, access.account, action, f"webhook:{webhook_id}")
