"""What happened in the company, for programs that follow it."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book.events import KINDS, Place, events_of
from yaad.errors import UnknownName
from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import reads
from yaad.faces.api.parameters import Count, Cursor, Text
from yaad.faces.api.shapes import events as shapes
from yaad.server.cursors import sealed, unsealed
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
LIST = "events"
EVENT = {
    "id": "4a7d1ed414474e4033ac29ccb8653d9b",
    "kind": "deal.moved",
    "at": "2026-10-20T09:30:00+00:00",
    "by": "Dana",
    "deal_id": "D-1001",
    "what": {"to_stage": "Quote"},
}


@reads(
    router,
    "/events",
    Capability.ROWS,
    shapes.Events,
    kept=False,
    example={"events": [EVENT], "next": None, "after": "b3Blbi…"},
)
def events(
    request: HttpRequest,
    kinds: Annotated[Text, Field(examples=["deal.won,deal.lost"])] = "",
    cursor: Cursor = "",
    limit: Count = 50,
) -> Json:
    """What was written of deals and which imports landed, in order; ``after`` goes on from here, later too."""
    del request
    not_empty()
    wanted = [one.strip() for one in kinds.split(",") if one.strip()] or list(KINDS)
    for one in wanted:
        if one not in KINDS:
            raise UnknownName("option", one, list(KINDS))
    access = current()
    place = Place.parse(unsealed(access, LIST, cursor)) if cursor else Place()
    found = opened().shelf.once(lambda book: events_of(book, place, wanted, limit))
    after = sealed(access, LIST, str(found.place))
    return {"events": [one.told() for one in found.events], "next": after if found.has_more else None, "after": after}
