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
from yaad.server.doors.reading import JSON, Read, as_body, body_of, parts_of, touch_of
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access
from yaad.server.writing import write_once
from yaad.text import Message


@dataclass(frozen=True)
class Sent:
    """A body as it came."""

    body: bytes
    content_type: str


@dataclass(frozen=True)
class Answer:
    """What the sender is told.

    Attributes:
        taken: touches that were taken in; the same sent twice was taken once.
        kept: some of it could not be read, and waits for somebody who reads it.
        refused: some of it could not even be kept: there is too much of that.
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
        parts = parts_of(body_of(sent.body, sent.content_type))
    except YaadError as error:
        is_kept = doors.put_aside(door, error.message, sent.body, sent.content_type, now)
        return Answer(kept=is_kept, refused=not is_kept)
    taken, aside = 0, []
    for part in parts:  # each for itself: what is wrong with one is not wrong with the others
        body = as_body(part)
        try:
            read = touch_of(part)
            if read is not None:
                receive(door, read, key_of(door, read, body, now), now)
                taken += 1
        except YaadError as error:
            why = Message("inquiries.same_id") if isinstance(error, KeyTaken) else error.message
            aside.append(doors.put_aside(door, why, body, JSON, now))
    return Answer(taken=taken, kept=any(aside), refused=not all(aside))


def receive(door: Door, read: Read, key: str, now: dt.datetime) -> Received:
    """Take one touch into the book, with the source and the campaign of the door where it says none."""
    consent = read.touch.consent
    touch: Touch = replace(
        read.touch,
        consent=door.consent or consent if consent else "",
        source=read.touch.source or door.source or door.name,
        campaign=read.touch.campaign or door.campaign,
    )
    return write_once(lambda book: book.inquiry(touch, at=now, by="", key=key, by_stranger=True))


def key_of(door: Door, read: Read, body: bytes, now: dt.datetime) -> str:
    """Under which key a touch is kept: that of the sender; else what was sent, once a day."""
    day = f"{now.astimezone(dt.UTC):%Y%m%d}:".encode()
    said = read.id.encode("utf-8", "surrogatepass") if read.id else b"body:" + day + body
    return f"door:{door.id}:{hashlib.sha256(said).hexdigest()}"
