"""Answers about single deals."""

from typing import Any

import pyarrow as pa
from pydantic import Field, create_model

from yaad.book.deals import TOLD
from yaad.faces.api.shapes.common import Day, InPages, Moment, Told, Version
from yaad.model import SCHEMAS


def _kind(column: pa.DataType) -> Any:  # noqa: ANN401 – a kind of values is made at run time
    """What a column's values are told as."""
    if pa.types.is_date(column):
        return Day
    if pa.types.is_timestamp(column):
        return Moment
    if pa.types.is_boolean(column):
        return bool
    if pa.types.is_integer(column):
        return int
    if pa.types.is_floating(column) or pa.types.is_decimal(column):
        return float
    return str


_COLUMNS: dict[str, Any] = {
    name: (_kind(SCHEMAS["deals"].field(name).type) | None, ...) for name in TOLD if name not in ("custom", "deal_id")
}
Deal = create_model(
    "Deal",
    __base__=Told,
    deal_id=(str, ...),
    custom=(dict[str, str | None], ...),
    asked_not=(str | None, ...),
    **_COLUMNS,
)
"""A deal: the columns of the book's own table, so that there is one list of them."""


class Deals(InPages):
    """Deals, page by page."""

    deals: list[Deal]  # type: ignore[valid-type] # made of the book's table


class DealEntry(Told):
    """Something that was written of a deal; which members it has depends on its kind."""

    kind: str
    seq: int
    at: Moment
    by: str
    deal_id: str
    counts: bool
    to_stage: str = ""
    reason: str = ""
    done_well: str = ""
    ticked: list[str] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)
    amount: str | None = None
    text: str = ""
    values: dict[str, str | None] = Field(default_factory=dict)
    did: str = ""
    went: str = ""
    incoming: bool = False
    due: Moment | None = None
    settles: int | None = None
    channel: str = ""
    source: str = ""
    campaign: str = ""
    consent: str = ""
    file_name: str = ""
    paper: str = ""
    size: int = 0
    title: str = ""
    currency: str | None = None
    tax: str | None = None
    until: Day | None = None
    url: str = ""
    lang: str = ""
    link: str = ""
    quote: int = 0
    undoes: int = 0


class Entries(InPages):
    """What was written of a deal, in its order."""

    entries: list[DealEntry]


class DealStep(Told):
    """A step of a deal on its way."""

    to_stage: str
    at: Moment | None
    day: Day | None
    whole_day: bool | None
    by: str | None


class OneDeal(Deal, Version):  # type: ignore[misc, valid-type] # made of the book's table
    """A deal with its way and what was written of it."""

    way: list[DealStep]
    entries: list[DealEntry]


class DealBeside(Told):
    """Another deal of the same customer."""

    deal_id: str
    name: str
    stage: str | None
    outcome: str
    amount: float | None
    currency: str | None


class DealChanged(Told):
    """A field that people changed."""

    field: str
    before: str | None
    after: str | None


class DealLine(Told):
    """Something that happened to a deal; ``number`` is that of the entry by which it can be taken back."""

    kind: str
    at: Moment | None
    day: Day | None
    by: str | None
    said: str
    stage: str | None
    did: str
    went: str
    incoming: bool
    due: Moment | None
    text: str
    reason: str
    done_well: str
    ticked: list[str]
    without: list[str]
    amount: float | None
    currency: str | None
    seconds: float | None
    changes: list[DealChanged]
    number: int | None
    waits: bool
    channel: str
    source: str
    campaign: str
    consent: str


class DealAsks(Told):
    """That the customer asks not to be contacted."""

    what: str
    at: Moment
    by: str
    channel: str


class DealStory(Told):
    """A deal as people work on it: what it says, how long, how sure, what is next, and what happened."""

    deal_id: str
    name: str
    stage: str | None
    outcome: str
    says: list[str]
    days: float | None
    usual_days: float | None
    limit_days: float | None
    stuck: bool
    chance: float | None
    level: str | None
    reasons: list[str]
    withheld: str | None
    share_of_stage: float | None
    overdue: bool
    others: list[DealBeside]
    others_more: int
    needed: list[str]
    lacks: list[str]
    timeline: list[DealLine]
    timeline_more: int
    asked_not: list[DealAsks]
    as_of: Day


class DealWritten(Version):
    """How a deal stands after an entry; ``without`` is what its stage asked and nobody ticked as it went on."""

    deal_id: str
    seq: int
    stage: str | None
    outcome: str
    without: list[str]
