"""Webhooks: how far each has come, and what its address did not take.

They are made, switched and given secrets by people on their page alone: a token that could would leave behind a way out
that lives on when the token is taken back.
"""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.faces.api.declared import reads, writes
from yaad.faces.api.paging import Listing
from yaad.faces.api.parameters import Count, Cursor, Name, lang
from yaad.faces.api.shapes import webhooks as shapes
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.webhooks import managing
from yaad.server.webhooks.keeping import Letter, State, Webhook
from yaad.text import Message, render

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
WebhookId = Annotated[Name, Field(examples=["5f0c9a7d3b1e"])]
EventId = Annotated[Name, Field(examples=["4a7d1ed414474e4033ac29ccb8653d9b"])]
WEBHOOK = {
    "id": "5f0c9a7d3b1e", "name": "Warehouse", "address": "https://hooks.example.com/yaad", "kinds": ["deal.won"],
    "is_active": True, "stopped": None, "taken_at": "2026-10-20T09:30:00+00:00", "tries": 0, "again_at": None,
    "why": None, "not_taken": 1,
}  # fmt: skip
LETTER = {
    "id": "4a7d1ed414474e4033ac29ccb8653d9b", "kind": "deal.won", "at": "2026-10-20T09:30:00+00:00", "tries": 8,
    "why": "it answered with status 500.", "is_due": False,
}  # fmt: skip


@reads(router, "/webhooks", Capability.INVITE, shapes.Webhooks, kept=False, example={"webhooks": [WEBHOOK]})
def webhooks(request: HttpRequest) -> Json:
    """The webhooks that who asks manages, and how far each has come."""
    del request
    return {"webhooks": [_told(one, state) for one, state in managing.webhooks_of(current())]}


@reads(
    router,
    "/webhooks/{webhook}/letters",
    Capability.INVITE,
    shapes.WebhookLetters,
    kept=False,
    example={"letters": [LETTER], "next": None},
)
def webhook_letters(request: HttpRequest, webhook: WebhookId, cursor: Cursor = "", limit: Count = 50) -> Json:
    """The events that an address did not take."""
    del request
    listing: Listing[Letter] = Listing("letters", lambda one: f"{one.at} {one.id}", _letter, about={"of": webhook})
    return listing.page(managing.letters_of(current(), webhook).letters, cursor, limit)


@writes(
    router,
    "/webhooks/{webhook}/letters/{letter}/again",
    Capability.INVITE,
    shapes.WebhookDone,
    example={"done": True},
)
def send_letter(request: HttpRequest, webhook: WebhookId, letter: EventId) -> Json:
    """Have an event sent again that an address did not take."""
    del request
    managing.letter_again(current(), webhook, letter)
    return {"done": True}


@writes(
    router,
    "/webhooks/{webhook}/letters/{letter}/drop",
    Capability.INVITE,
    shapes.WebhookDone,
    example={"done": True},
)
def drop_letter(request: HttpRequest, webhook: WebhookId, letter: EventId) -> Json:
    """Let go of an event that an address did not take."""
    del request
    managing.drop_letter(current(), webhook, letter)
    return {"done": True}


def _told(one: Webhook, state: State) -> Json:
    again, taken = state.again, state.taken
    return {
        "id": one.id,
        "name": one.name,
        "address": one.address,
        "kinds": list(one.kinds),
        "is_active": one.is_active,
        "stopped": render(Message(one.stopped), lang()) if one.stopped else None,
        "taken_at": taken.isoformat() if taken else None,
        "tries": state.tries,
        "again_at": again.isoformat() if again else None,
        "why": render(state.said, lang()) if state.said else None,
        "not_taken": len(state.letters),
    }


def _letter(one: Letter) -> Json:
    return {
        "id": one.id,
        "kind": one.kind,
        "at": one.at,
        "tries": one.tries,
        "why": render(one.said, lang()),
        "is_due": one.is_due,
    }
