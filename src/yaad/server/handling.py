"""Requests on their way in: what is sent waits on the disk until it is whole; a full disk is said in words."""

import io
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIHandler, ASGIRequest

from yaad.book.disk import is_full

Json = dict[str, Any]  # a message of ASGI maps names to values of any kind


WITH_FILES = re.compile(r"(/c/[^/]+|/api/v1/companies/[^/]+)?/(files|uploads|reports|sources?)(/|$)")
"""Where files are brought in."""
MOST_FILES = 8 << 30
MOST_ELSEWHERE = 1 << 25
"""Bytes; a table that is pasted into a form, or entries that a program sends."""
AT_A_DOOR, MOST_AT_A_DOOR = "/in/", 1 << 18
"""Where anybody may send an inquiry, and how many bytes."""

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Measured:
    """What is received, as far as it may go: what comes after that is left where it is.

    Attributes:
        too_much: more was on its way.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most = receive, most
        self._read = 0
        self.too_much = False

    async def __call__(self) -> Mapping[str, Any]:
        """The next message; the end of the body once it is too much."""
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read <= self._most or message["type"] != "http.request":
            return message
        self.too_much = True
        return {"type": "http.request", "body": b"", "more_body": False}


async def _too_large(send: Send) -> None:
    """413; the connection is closed, since the rest of the body is still on its way."""
    await send({"type": "http.response.start", "status": 413, "headers": [(b"connection", b"close")]})
    await send({"type": "http.response.body", "body": b""})


class NoRoom(io.BytesIO):
    """Stands for a body that could not be kept."""


class Sent(ASGIRequest):
    """A request that knows whether its body was lost.

    Attributes:
        cut: there was no room for what was sent.
    """

    def __init__(self, scope: Json, body_file: IO[bytes]) -> None:
        super().__init__(scope, body_file)
        self.cut = isinstance(body_file, NoRoom)


class Pages(ASGIHandler):
    """Django's handler; a request whose body found no room goes on without it, to be answered in words.

    A body is read before anybody looks who sends it. So that nobody fills the disk, it may be as large as a form, and
    as large as the largest file where files are brought in; what is larger is not read on.
    """

    request_class = Sent

    async def handle(self, scope: Json, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse its body unread."""
        most = MOST_FILES if WITH_FILES.match(scope["path"]) else MOST_ELSEWHERE
        most = MOST_AT_A_DOOR if scope["path"].startswith(AT_A_DOOR) else most
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told) > most:
            await _too_large(send)
            return
        try:
            await super().handle(scope, Measured(receive, most), send)
        except RequestDataTooBig:
            await _too_large(send)

    async def read_body(self, receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> IO[bytes]:
        """The body as a file.

        Raises:
            RequestDataTooBig: it is larger than it may be.
        """
        try:
            body = await super().read_body(receive)
        except OSError as error:
            if not is_full(error):
                raise
        else:
            if isinstance(receive, Measured) and receive.too_much:
                body.close()
                raise RequestDataTooBig
            return body
        while (await receive()).get("more_body", False):
            pass  # a browser shows no answer before it has sent all
        return NoRoom()
