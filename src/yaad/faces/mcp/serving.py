"""The server of the tools: over the terminal for one book, and at ``/mcp`` of a server for who shows a token."""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, MutableMapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from yaad.book import Book
from yaad.errors import UnknownName, YaadError
from yaad.faces.mcp.tools import TOOLS, Tool, answer
from yaad.server.headers import ALWAYS
from yaad.server.logs import request_id
from yaad.server.scoping import Access, current, local, on_behalf_of
from yaad.server.shelf import Shelf
from yaad.text import LANGUAGES, Message, render

NAME = "yaad"
_log = logging.getLogger("yaad.agents")
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
    return Server(NAME, version=version("yaad"), instructions=notice, on_list_tools=listed, on_call_tool=called)


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
    """The answer of a tool, or the error in words; of what breaks otherwise the log tells, an agent gets its number."""
    access, number = current(), request_id.get() or secrets.token_hex(8)
    try:
        if noted is not None:
            noted(access, params.name, params)
        tool = _tool(access, params.name)
        found = shelf_of().once(lambda book: _asked(book, tool, params.arguments, lang))
    except YaadError as error:
        return _told({"kind": "error", "error": error.say(lang)}, lang, is_error=True)
    except Exception:  # noqa: BLE001 – whatever it is, its text may hold what nobody outside is to read
        _log.exception("a tool broke", extra={"request": number})
        return _told({"kind": "error", "error": _broken(number, lang)}, lang, is_error=True)
    return _told(found, lang, is_error=False)


def _tool(access: Access, name: str) -> Tool:
    """A tool by its name; one that they may not use is told like one that is none.

    Raises:
        UnknownName: there is none for them.
    """
    found = TOOLS.get(name)
    if found is None or not access.may(found.needs):
        raise UnknownName("option", name, [one.name for one in TOOLS.values() if access.may(one.needs)])
    return found


def _broken(number: str, lang: str) -> str:
    return render(Message("agent.broken", {"request": number}), lang)


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
        lang: of the words to whom nobody knows; those of a token are told in the language of its account.
    """

    def __init__(self, lang: str) -> None:
        from yaad.server.state import opened

        self._servers = {one: tool_server(lambda: opened().shelf, one, _noted) for one in LANGUAGES}
        self._lang = lang

    async def __call__(self, scope: Json, receive: Any, send: Any) -> None:  # noqa: ANN401 – as ASGI names them
        """Answer one request, under a number of its own, with the headers of every answer."""
        number = secrets.token_hex(8)
        kept = request_id.set(number)
        safe = _Safe(send, number)
        try:
            await self._answer(scope, receive, safe)
        except Exception:  # noqa: BLE001 – whatever it is, an agent is told in our words
            _log.exception("agents were not answered", extra={"request": number})
            await safe.refuse(500, _broken(number, self._lang))
        finally:
            request_id.reset(kept)

    async def _answer(self, scope: Json, receive: Any, send: "_Safe") -> None:  # noqa: ANN401 – as ASGI names them
        headers = {name.lower(): value for name, value in scope["headers"]}
        try:
            access, lang = await asyncio.to_thread(_access, headers.get(b"authorization", b"").decode("latin-1"))
        except YaadError as error:
            await send.refuse(429 if isinstance(error, TooOften) else 401, error.say(self._lang))
            return
        manager = StreamableHTTPSessionManager(self._servers[lang], json_response=True, stateless=True)
        with on_behalf_of(access):
            async with manager.run():
                await manager.handle_request(scope, receive, send)


class _Safe:
    """Sends an answer with the headers that every answer of the server has, and the number of its request.

    Args:
        send: as ASGI gives it.
        number: of the request.
    """

    def __init__(self, send: Any, number: str) -> None:  # noqa: ANN401 – as ASGI names it
        self._send, self._has_begun = send, False
        known = ALWAYS | {"Cache-Control": "no-store", "X-Request-ID": number}
        self._headers = {name.lower().encode(): value.encode() for name, value in known.items()}

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Send a message of ASGI."""
        if message["type"] == "http.response.start":
            self._has_begun = True
            own = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in self._headers]
            message = {**message, "headers": [*own, *self._headers.items()]}
        await self._send(message)

    async def refuse(self, status: int, said: str) -> None:
        """Answer with an error in words, unless something was answered already."""
        if self._has_begun:
            return
        body = json.dumps({"error": said}, ensure_ascii=False).encode()
        headers = [
            (b"content-type", b"application/json"),
            *([(b"www-authenticate", b"Bearer")] if status == 401 else []),
        ]
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


def _access(shown: str) -> tuple[Access, str]:
    """What the token that is shown lets an agent see, and the language of whose token it is.

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
            return tokens.access_of(found), found.account.language
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
