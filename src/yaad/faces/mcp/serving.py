"""The server of the tools: over the terminal for one book, and at ``/mcp`` of a server for who shows a token."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from yaad.book import Book
from yaad.errors import UnknownName, YaadError
from yaad.faces.mcp.tools import TOOLS, Tool, answer
from yaad.server.scoping import Access, current, local, on_behalf_of
from yaad.server.shelf import Shelf
from yaad.text import Message, render

NAME = "yaad"
Noted = Callable[[Access, str, types.CallToolRequestParams], None]
"""Called before a tool is asked."""
ShelfOf = Callable[[], Shelf]


def tool_server(shelf_of: ShelfOf, lang: str, noted: Noted | None = None) -> Server[Any]:
    """The tools of whoever the thread works for: those that they may use, and what they may see.

    Args:
        shelf_of: the book of the company and the viewer on whose behalf the thread works.
        lang: of the words.
        noted: told of each call, before it is answered.
    """

    async def listed(
        _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        access = current()
        return types.ListToolsResult(tools=[_described(one, lang) for one in TOOLS.values() if access.may(one.needs)])

    async def called(_context: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
        return await asyncio.to_thread(_call, shelf_of, params, lang, noted)

    notice = render(Message("agent.notice"), lang)
    return Server(NAME, instructions=notice, on_list_tools=listed, on_call_tool=called)


def _described(tool: Tool, lang: str) -> types.Tool:
    return types.Tool(
        name=tool.name,
        description=render(tool.words, lang),
        input_schema=tool.schema,
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def _call(
    shelf_of: ShelfOf, params: types.CallToolRequestParams, lang: str, noted: Noted | None
) -> types.CallToolResult:
    """The answer of a tool, or the error in words; what breaks otherwise is the server's own."""
    access = current()
    try:
        if noted is not None:
            noted(access, params.name, params)
        tool = TOOLS.get(params.name)
        if tool is None or not access.may(tool.needs):  # a tool that one may not use is told like one that is none
            raise UnknownName("option", params.name, [name for name, one in TOOLS.items() if access.may(one.needs)])
        found = shelf_of().once(lambda book: _asked(book, tool, params.arguments, lang))
    except YaadError as error:
        return _told({"kind": "error", "error": error.say(lang)}, lang, is_error=True)
    return _told(found, lang, is_error=False)


def _asked(book: Book, tool: Tool, arguments: dict[str, Any] | None, lang: str) -> dict[str, Any]:
    with book.at_one_moment():
        return answer(book, tool, arguments, lang)


def _told(found: dict[str, Any], lang: str, *, is_error: bool) -> types.CallToolResult:
    told = {"notice": render(Message("agent.notice"), lang), **found}
    text = json.dumps(told, ensure_ascii=False)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], structured_content=told, is_error=is_error
    )


# ---- one book, over the terminal -----------------------------------------------------------------------------------


def serve_book(root: Path, lang: str) -> None:
    """Answer an agent that has started this process, on behalf of who holds the book, until it goes.

    Raises:
        BookError: the folder holds no book.
    """
    Book.open(root).close()
    shelf = Shelf(root)
    try:
        with on_behalf_of(local()):
            asyncio.run(_over_terminal(tool_server(lambda: shelf, lang)))
    finally:
        shelf.close()


async def _over_terminal(server: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


# ---- a server's companies, at /mcp ---------------------------------------------------------------------------------

Json = dict[str, Any]  # a message of ASGI maps names to values of any kind


class TooOften(YaadError):
    """Too many requests in a minute."""


class AtAddress:
    """The tools over HTTP, for who shows a token of a company: an ASGI application that keeps nothing between requests.

    Args:
        lang: of the words.
    """

    def __init__(self, lang: str) -> None:
        from yaad.server.state import opened

        self._server = tool_server(lambda: opened().shelf, lang, _noted)
        self._lang = lang

    async def __call__(self, scope: Json, receive: Any, send: Any) -> None:  # noqa: ANN401 – as ASGI names them
        """Answer one request."""
        headers = {name.lower(): value for name, value in scope["headers"]}
        try:
            access = await asyncio.to_thread(_access, headers.get(b"authorization", b"").decode("latin-1"))
        except YaadError as error:
            status = 429 if isinstance(error, TooOften) else 401
            body = json.dumps({"error": error.say(self._lang)}, ensure_ascii=False).encode()
            known = [(b"content-type", b"application/json"), (b"www-authenticate", b"Bearer")]
            await send({"type": "http.response.start", "status": status, "headers": known})
            await send({"type": "http.response.body", "body": body})
            return
        manager = StreamableHTTPSessionManager(self._server, json_response=True, stateless=True)
        with on_behalf_of(access):
            async with manager.run():
                await manager.handle_request(scope, receive, send)


def _access(shown: str) -> Access:
    """What the token that is shown lets an agent see.

    Raises:
        TokenRefused, NoSuchCompany: see there.
        TooOften: too many requests in a minute.
    """
    from django.db import close_old_connections

    from yaad.server import limits, tokens
    from yaad.server.acting import as_account

    close_old_connections()
    kind, _, told = shown.partition(" ")
    try:
        found = tokens.find(told.strip() if kind.lower() == "bearer" else "")
        if wait := limits.asking.wait(f"token {found.pk}"):
            raise TooOften(Message("api.too_often", {"n": wait}))
        with as_account(found.account_id):
            return tokens.access_of(found)
    finally:
        close_old_connections()


def _noted(access: Access, name: str, params: types.CallToolRequestParams) -> None:
    """A line in the company's audit log; a connection that was lost since the thread's last call is begun anew."""
    from django.db import close_old_connections

    from yaad.server import audit
    from yaad.server.acting import as_account, in_company

    close_old_connections()
    told = json.dumps(params.arguments or {}, ensure_ascii=False)[:500]
    with as_account(access.account), in_company(access.company):
        audit.record(access.company, access.account, "agent.asked", name[:100], {"arguments": told})
