"""What operations take, each kind of value described once."""

import datetime as dt
import unicodedata
from typing import Annotated

from django.utils.translation import get_language
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from yaad.errors import InputError
from yaad.text import Message

LONGEST = 300
LONGEST_NOTE = 20_000


def _plain(text: str) -> str:
    """A text that any store can keep: without the signs that steer machines and halves of letters."""
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t\r" for char in text):
        raise ValueError("signs that are no text")
    return text


Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(_plain)]
Long = Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(_plain)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_plain)]
By = Annotated[Text, Field(examples=["source"])]
Period = Annotated[Text, Field(examples=["2026-10"])]
AsOf = Annotated[dt.date | None, Field(examples=["2026-10-20"])]
Stage = Annotated[Text, Field(examples=["Quote"])]
InPath = Annotated[Name, Field(examples=["win_rate"])]
DealId = Annotated[Name, Field(examples=["D-1001"])]
Count = Annotated[int, Field(ge=1, le=200, examples=[50])]
Number = Annotated[int, Field(ge=1, le=2**62)]
Cursor = Annotated[str, Field(max_length=2000, examples=["eyJ…"])]
Amount = Annotated[str, Field(max_length=60, examples=["12500.00"]), AfterValidator(_plain)]


class Body(BaseModel):
    """What is sent; a member that is not known is refused, so that nothing is passed over in silence."""

    model_config = ConfigDict(extra="forbid")


def lang() -> str:
    """The language of this answer."""
    return get_language() or "en"


def day(told: dt.date | None, name: str) -> dt.date | None:
    """A day that can be reckoned with.

    Raises:
        InputError: it is beyond all calendars of trade.
    """
    if told is not None and not 1970 <= told.year <= 2100:
        raise InputError(Message("api.day_out_of_range", {"name": name}))
    return told
