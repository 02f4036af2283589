"""The server watched from outside: is it there, can it work, how much does it do; and a line for each answer."""

import asyncio
import hmac
import ipaddress
import json
import logging
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from django.core.signals import got_request_exception
from django.db import connections
from django.http import HttpRequest, HttpResponseBase

from yaad.server import health, metrics
from yaad.server.handling import Json, Pages
from yaad.server.logs import request_id
from yaad.server.running import Running
from yaad.server.state import Desks

ALIVE, READY, METRICS = "/healthz", "/readyz", "/metrics"
FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-host"})
"""Whoever asks through somebody else does not ask from this machine."""
PLAIN = "text/plain; charset=utf-8"

Told = TypeVar("Told")

log = logging.getLogger("yaad.request")


class Watched(Pages):
    """The pages; beside them three addresses that stand outside of any company and know no person.

    ``/healthz``  the process answers
    ``/readyz``   database, home and engine are there; 503 where one is not
    ``/metrics``  for Prometheus; only from this machine, or with the token of ``YAAD_METRICS_TOKEN``

    Args:
        running: how the process runs.
        desks: what it holds open.
    """

    def __init__(self, running: Running, desks: Desks) -> None:
        super().__init__()
        self._token = running.metrics_token
        self._standing = metrics.Standing(
            jobs=lambda: (desks.turns.running, desks.turns.waiting),
            asking=lambda: desks.places.asking,
            lag=health.lag,
        )
        got_request_exception.connect(_broken, dispatch_uid=__name__)

    async def __call__(
        self,
        scope: Json,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer what is asked of the server itself; the rest is for the pages."""
        if scope["type"] != "http" or scope["path"] not in (ALIVE, READY, METRICS):
            await super().__call__(scope, receive, send)
            return
        status, kind, body = await self._told(scope)
        headers = [
            (b"content-type", kind.encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _told(self, scope: Json) -> tuple[int, str, bytes]:
        if scope["method"] not in ("GET", "HEAD"):
            return 405, PLAIN, b""
        if scope["path"] == ALIVE:
            return 200, PLAIN, b"ok\n"
        if scope["path"] == READY:
            found = await asyncio.to_thread(_on_own_connection, health.ready)
            return (200 if all(found.values()) else 503), "application/json", json.dumps(found).encode()
        if not self._may_measure(scope):
            return 404, PLAIN, b""
        return 200, metrics.KIND, await asyncio.to_thread(_on_own_connection, lambda: metrics.text(self._standing))

    def _may_measure(self, scope: Json) -> bool:
        headers = dict(scope["headers"])
        if shown := headers.get(b"authorization", b"").removeprefix(b"Bearer "):
            return bool(self._token) and hmac.compare_digest(shown, self._token.encode())
        client = (scope.get("client") or ("",))[0]
        return not FORWARDED & headers.keys() and _is_here(client)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; counted, and told in a line."""
        told = request_id.set(secrets.token_hex(8))
        begun = time.perf_counter()
        status = 500
        try:
            response = await super().run_get_response(request)
            status = response.status_code
            response.headers["X-Request-ID"] = request_id.get()
            return response
        finally:
            _count(request, status, time.perf_counter() - begun)
            request_id.reset(told)


def _count(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    route = match.view_name or match.route if match else "none"
    method = (
        request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
    )
    metrics.REQUESTS.labels(route, method, str(status)).inc()
    metrics.SECONDS.labels(route).observe(seconds)
    access = getattr(request, "access", None)
    user = getattr(request, "_cached_user", None)  # who signed in, where the request has asked for them
    log.info(
        "answered",
        extra={
            "account": access.account if access else getattr(user, "pk", None),
            "company": access.company if access else None,
            "route": route,
            "method": method,
            "status": status,
            "ms": round(seconds * 1000, 1),
        },
    )


def _broken(**_more: object) -> None:
    """An answer has failed: tell where, not what was typed."""
    log.error("failed", exc_info=sys.exc_info())


def _on_own_connection(question: Callable[[], Told]) -> Told:
    """Ask in this thread and give its connection to the database back."""
    try:
        return question()
    finally:
        connections.close_all()


def _is_here(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False
