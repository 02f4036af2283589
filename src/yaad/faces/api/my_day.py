"""One person's day."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.errors import InputError
from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import reads
from yaad.faces.api.parameters import Text, lang
from yaad.faces.api.shapes import my_day as shapes
from yaad.server.questions import my_day_reading
from yaad.server.roles import Capability
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature


@reads(
    router,
    "/my-day",
    Capability.ROWS,
    shapes.MyDay,
    kept=False,
    example={
        "person": "Dana",
        "day": "2026-10-20",
        "says": "2 inquiries wait",
        "calls": [{"deal_id": "D-1001", "name": "Oak Kitchens", "why": "19 days in Quote"}],
    },
)
def my_day(request: HttpRequest, owner: Annotated[Text, Field(examples=["Dana"])] = "") -> Json:
    """One person's day: one's own, or that of somebody whom one may look at."""
    del request
    not_empty()
    asked = my_day_reading.asked(owner)
    if not asked.person:
        raise InputError(Message("my_day.no_person"))
    return my_day_reading.day(asked.person, dt.datetime.now(dt.UTC)).to_dict(lang())
