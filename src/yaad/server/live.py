"""Who has a board open is told when something on it has changed: one stream a tab.

While it lasts a stream keeps the idle thread of its request, and no connection to the database.

A stream says that what its viewer sees has changed, and nothing of what changed: neither a number of an entry nor how
much others have written can be told from it, and what is written of deals that the viewer does not see sends nothing.
One look at the journal a second serves all streams of a company; only for those whose deals changed it is asked
whether they still may look. A stream ends when they may not, when the session is gone, when the server stops, and
after a while: the page then asks for another one, and whether it may is asked anew.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import connections

from yaad.server.beside import once as beside_once
from yaad.server.connected import given_back
from yaad.server.scoping import Access, on_behalf_of
from yaad.server.state import opened

EVERY = 1.0
"""Seconds between two looks at the journal of a company whose boards are open."""
BEAT = 15.0
"""Seconds after which a stream says that it is there, where nothing changed; then it is asked whether it still may."""
LONGEST = 900.0
"""Seconds that a stream lasts."""
MOST, EACH = 200, 6
"""Streams at a time: of the server, and of one account in one company."""
SOON, LATE = 3000, 60_000
"""Milliseconds after which a browser asks again: as a rule, and where there are too many."""
CHANGED, ENDED = "changed", "ended"

Found = TypeVar("Found")
Whose = tuple[str, int | None]


@dataclass(eq=False)
class _Listener:
    """A stream.

    Attributes:
        access: of whom it is.
        version: of what they see, as they were told it last.
        is_over: the server stops.
        woken: there is something to say.
    """

    access: Access
    version: str
    is_over: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class _Room:
    """The streams of one company, and what looks for all of them."""

    listeners: set[_Listener] = field(default_factory=set)
    looking: "asyncio.Task[None] | None" = None


_rooms: dict[str, _Room] = {}
_streams: Counter[Whose] = Counter()
_open: set[_Listener] = set()
_looks = ThreadPoolExecutor(4, "yaad-live")
"""Of their own, so that nothing else waits where the look at a book takes long."""


async def stream(access: Access, version: str, may_still: Callable[[], bool], *, once: bool) -> AsyncIterator[bytes]:
    """What a tab is told, as server-sent events.

    Args:
        access: of who looks.
        version: of what their page shows.
        may_still: whether they may still look; asked in a thread of its own.
        once: say how things stand, and end.
    """
    whose = (access.company, access.account)
    if _streams.total() >= MOST or _streams[whose] >= EACH:
        yield f"retry: {LATE}\n\n".encode()
        return
    _streams[whose] += 1
    listener = _Listener(access, version)
    _open.add(listener)
    try:
        if not once:  # the request's own connection goes back now, not after the last word
            await sync_to_async(connections.close_all)()
        yield f"retry: {SOON}\n\n".encode()
        now = (await _told(partial(_versions, [access], waits=once))).get(access.viewer.key, version)
        if now != version:
            listener.version = now
            yield _event(CHANGED, now)
        if not once:
            async for message in _heard(listener, may_still):
                yield message
    finally:
        _open.discard(listener)
        _streams[whose] -= 1
        if not _streams[whose]:
            del _streams[whose]


def end_all() -> None:
    """End all streams: the server stops. Called in its loop."""
    for listener in _open:
        listener.is_over = True
        listener.woken.set()


async def _heard(listener: _Listener, may_still: Callable[[], bool]) -> AsyncIterator[bytes]:
    until = time.monotonic() + LONGEST
    with _in_room(listener):
        while time.monotonic() < until:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(listener.woken.wait(), BEAT)
            if listener.is_over:
                return
            if not await _told(may_still):
                yield _event(ENDED, "")
                return
            has_changed = listener.woken.is_set()
            listener.woken.clear()  # what comes while this is being sent is said next
            yield _event(CHANGED, listener.version) if has_changed else b": \n\n"


@contextlib.contextmanager
def _in_room(listener: _Listener) -> Iterator[None]:
    company = listener.access.company
    room = _rooms.setdefault(company, _Room())
    room.listeners.add(listener)
    if room.looking is None or room.looking.done():
        room.looking = asyncio.get_running_loop().create_task(_look(company, room))
    try:
        yield
    finally:
        room.listeners.discard(listener)


async def _look(company: str, room: _Room) -> None:
    """Look for changes as long as somebody listens."""
    while room.listeners:
        accesses = {one.access.viewer.key: one.access for one in room.listeners}
        with contextlib.suppress(Exception):  # the book is being made anew: the next look finds it
            found = await _told(partial(_versions, list(accesses.values())))
            for one in room.listeners:
                version = found.get(one.access.viewer.key)
                if version is not None and one.version != version:
                    one.version = version
                    one.woken.set()
        await asyncio.sleep(EVERY)
    if _rooms.get(company) is room:
        del _rooms[company]


def _versions(accesses: Sequence[Access], *, waits: bool = False) -> dict[str, str]:
    """Viewer → the version of what they see: one look at the journal of their company.

    Args:
        accesses: of who looks.
        waits: for deals that are not looked through yet; else this is done beside, and nobody is told until then.
    """
    with on_behalf_of(accesses[0]):
        deals = opened().shelf.book.open_deals
        viewers = [access.viewer for access in accesses]
        if waits or deals.is_begun:
            return deals.versions(viewers)

        def begin() -> None:
            deals.versions(viewers)

        beside_once(("open deals", accesses[0].company), begin)
    return {}


async def _told(work: Callable[[], Found]) -> Found:
    def connected() -> Found:
        with given_back():
            return work()

    return await asyncio.get_running_loop().run_in_executor(_looks, partial(copy_context().run, connected))


def _event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()
