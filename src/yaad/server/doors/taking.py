"""What comes by a door, taken into the book of its company: once, or kept aside with words."""

import datetime as dt
import hashlib
from dataclasses import dataclass, replace

from yaad.book.inquiries import Received
from yaad.errors import YaadError
from yaad.facts import KeyTaken
from yaad.model import EVERYBODY
from yaad.model.inquiries import Touch
from yaad.server.doors.keeping import Door, Doors
from yaad.server.doors.reading import Read, body_of, touches
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access
from yaad.server.writing import write_once
from yaad.text import Message


@dataclass(frozen=True)
class Sent:
    """A body as it came.

    Attributes:
        id: by which the sender knows it, where they said so outside of it.
    """

    body: bytes
    content_type: str
    id: str = ""


@dataclass(frozen=True)
class Answer:
    """What the sender is told.

    Attributes:
        taken: touches that were taken in; the same sent twice was taken once.
        kept: it could not be read, and waits for somebody who reads it.
        refused: it could not even be kept: there is too much of that.
    """

    taken: int = 0
    kept: bool = False
    refused: bool = False


def access_of(door: Door, company: str) -> Access:
    """On whose behalf a door writes: its own, in its company, inquiries and nothing else."""
    return Access(None, door.name, company, Role.OWNER, EVERYBODY, frozenset({Capability.WRITE}))


def take(doors: Doors, door: Door, sent: Sent, now: dt.datetime) -> Answer:
    """Take in what a signed sender sent; what cannot be read is kept aside.

    Call it on behalf of the door.
    """
    try:
        found = touches(body_of(sent.body, sent.content_type))
        for place, one in enumerate(found):
            receive(door, one, key_of(door, one, sent, place), now)
    except YaadError as error:
        why = Message("inquiries.same_id") if isinstance(error, KeyTaken) else error.message
        is_kept = doors.put_aside(door, why, sent.body, sent.content_type, now)
        return Answer(kept=is_kept, refused=not is_kept)
    return Answer(taken=len(found))


def receive(door: Door, read: Read, key: str, now: dt.datetime) -> Received:
    """Take one touch into the book, with the source and the campaign of the door where it says none."""
    touch: Touch = replace(
        read.touch,
        source=read.touch.source or door.source or door.name,
        campaign=read.touch.campaign or door.campaign,
    )
    return write_once(lambda book: book.inquiry(touch, at=now, by=door.name, key=key))


def key_of(door: Door, read: Read, sent: Sent, place: int) -> str:
    """Under which key a touch is kept: that of the sender, else what was sent itself."""
    told = read.id or (f"{sent.id}#{place}" if sent.id else "")
    said = told.encode() if told else b"body:" + str(place).encode() + b":" + sent.body
    return f"door:{door.id}:{hashlib.sha256(said).hexdigest()}"
