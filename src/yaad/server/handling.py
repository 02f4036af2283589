"""Requests on their way in: what is sent waits on the disk until it is whole; a full disk is said in words."""

import io
from collections.abc import Awaitable, Callable, Mapping
from typing import IO, Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest

from yaad.book.disk import is_full

Json = dict[str, Any]  # a message of ASGI maps names to values of any kind


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
    """Django's handler; a request whose body found no room goes on without it, to be answered in words."""

    request_class = Sent

    async def read_body(self, receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> IO[bytes]:
        """The body as a file."""
        try:
            return await super().read_body(receive)
        except OSError as error:
            if not is_full(error):
                raise
        while (await receive()).get("more_body", False):
            pass  # a browser shows no answer before it has sent all
        return NoRoom()
