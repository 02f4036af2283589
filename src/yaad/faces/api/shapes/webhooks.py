"""Answers about webhooks."""

from yaad.faces.api.shapes.common import InPages, Moment, Told


class Webhook(Told):
    """An address that is told what happens.

    Attributes:
        stopped: why it stopped by itself.
        why: why the last try failed.
        not_taken: events that were given up.
    """

    id: str
    name: str
    address: str
    kinds: list[str]
    is_active: bool
    stopped: str | None
    taken_at: Moment | None
    tries: int
    again_at: Moment | None
    why: str | None
    not_taken: int


class Webhooks(Told):
    """The webhooks that somebody manages."""

    webhooks: list[Webhook]


class WebhookLetter(Told):
    """An event that an address did not take; ``is_due``: it will be sent again."""

    id: str
    kind: str
    at: Moment
    tries: int
    why: str
    is_due: bool


class WebhookLetters(InPages):
    """Events that an address did not take."""

    letters: list[WebhookLetter]


class WebhookDone(Told):
    """It was done."""

    done: bool
