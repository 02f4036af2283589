"""Answers about what happened."""

from pydantic import Field

from yaad.faces.api.shapes.common import InPages, Moment, Told


class EventSays(Told):
    """What an event says; which members there are depends on its kind.

    Attributes:
        undoes, settles: id of the event that counts no more, or of the plan that was carried out.
        name, files: of an import; ``kind``: of what it holds.
    """

    to_stage: str = ""
    reason: str = ""
    done_well: str = ""
    amount: str | None = None
    text: str = ""
    values: dict[str, str | None] = Field(default_factory=dict)
    did: str = ""
    went: str = ""
    incoming: bool = False
    due: Moment | None = None
    channel: str = ""
    source: str = ""
    campaign: str = ""
    consent: str = ""
    undoes: str | None = None
    settles: str | None = None
    name: str = ""
    kind: str = ""
    files: list[str] = Field(default_factory=list)


class Event(Told):
    """Something that happened.

    Attributes:
        id: the same each time that it is told.
        deal_id: null: it is of no deal.
    """

    id: str
    kind: str
    at: Moment
    by: str
    deal_id: str | None
    what: EventSays


class Events(InPages):
    """Events in their order; ``after`` is where a program goes on that has seen them."""

    events: list[Event]
    after: str
