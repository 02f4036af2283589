"""Agents: the face that answers them, over the terminal for one book, or at ``/mcp`` beside the pages of a server."""

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

FACE = "yaad.faces.mcp.serving"
"""As the pages, it is known by its name alone: the server is below it."""
PATH = "/mcp"

Json = Mapping[str, Any]  # a message of ASGI maps names to values of any kind
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class WithAgents:
    """An application that gives ``/mcp`` to the tools, and everything else to the pages.

    Args:
        pages: the application of the pages.
        lang: of what agents are told.
    """

    def __init__(self, pages: Application, lang: str) -> None:
        self._pages = pages
        self._agents: Application = import_module(FACE).AtAddress(lang)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_theirs = scope["type"] == "http" and scope["path"].rstrip("/") == PATH
        await (self._agents if is_theirs else self._pages)(scope, receive, send)


def serve_book(root: Path, lang: str) -> None:
    """Answer an agent over the terminal, with the tools of one book, until it goes.

    Raises:
        BookError: the folder holds no book.
    """
    import_module(FACE).serve_book(root, lang)
