"""One event on its way to an address: signed, to a public address that was checked, and no further."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import requests

from yaad.book.events import Event
from yaad.book.sources.outgoing import Outgoing, way_out
from yaad.errors import InputError
from yaad.server.doors.signing import OURS, sign
from yaad.text import Message

EVENT, COMPANY = "Yaad-Event", "Yaad-Company"
"""Headers: the id of the event, the same each time that it is sent; and the company that it happened in."""
CONNECT, READ, LONGEST = 5.0, 10.0, 15.0
"""Seconds that an address has: to be reached, for each part of its answer, and in all."""


@dataclass(frozen=True)
class _Counted(Outgoing):
    """The way out, of which one can hang up at any moment."""

    opened: list[socket.socket] = field(default_factory=list)

    def connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """See `Outgoing.connect`."""
        made = super().connect(host, port, timeout)
        self.opened.append(made.dup())  # TLS takes the socket itself away
        return made


def way() -> Outgoing:
    """The way out of this server."""
    return way_out(os.environ)


def checked(address: str) -> str:
    """An address that can be told.

    Raises:
        InputError: it is not https, is not known, or is not public.
    """
    out = way()
    parts = out.checked(address)
    out.addresses(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    return address


def send(address: str, secret: str, company: str, event: Event) -> Message | None:
    """Send an event; gives why it was not taken, None where it was.

    An answer of 200 to 299 takes it. Redirects are not followed: they could lead anywhere.
    """
    body = json.dumps({**event.told(), "company": company}, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "yaad",
        EVENT: event.id,
        COMPANY: company,
        OURS: sign(secret, body, int(time.time())),
    }
    out = way()
    counted = _Counted(out.resolve, out.own_machine, out.named)
    try:
        counted.checked(address)
        with _hung_up_after(LONGEST, counted) as late, counted.session(requests.Session()) as session:
            try:
                with session.post(
                    address, body, headers=headers, timeout=(CONNECT, READ), stream=True, allow_redirects=False
                ) as answer:
                    return _judged(answer.status_code)
            except requests.exceptions.SSLError:
                return Message("outgoing.why_tls")
            except requests.Timeout:
                return Message("outgoing.why_late")
            except (requests.RequestException, OSError):  # its text holds the address, so it is not told
                return Message("outgoing.why_late" if late.is_set() else "outgoing.why_cut")
    except InputError as error:
        return error.message


def _judged(status: int) -> Message | None:
    if 200 <= status < 300:
        return None
    return Message("outgoing.why_redirect" if 300 <= status < 400 else "outgoing.why_status", {"status": str(status)})


@contextmanager
def _hung_up_after(seconds: float, out: _Counted) -> Iterator[threading.Event]:
    """Hang up after a while: an address that sends a sign a minute never lets an answer come to its end."""
    late = threading.Event()

    def hang_up() -> None:
        late.set()
        for one in list(out.opened):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        for one in out.opened:
            one.close()
