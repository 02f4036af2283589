"""Reading a system's API page by page: its own host alone, no redirects, patient where it asks for patience.

The pages are turned by the client of `dlt`'s REST API source (the extra ``connect``). What goes wrong is told without
the address, the answer or the token.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Protocol
from urllib.parse import urlsplit

from yaad.book.sources.outgoing import PUBLIC, Outgoing
from yaad.book.sources.patience import LIMIT, Wait, is_worth_it, waits
from yaad.errors import InputError
from yaad.text import Message

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and between two parts of an answer."""
MOST_PAGES = 100_000
UNAUTHORIZED, FORBIDDEN = 401, 403

Record = dict[str, object]


@dataclass(frozen=True)
class Paging:
    """How a list goes on.

    Attributes:
        records: where in the answer the records stand.
        cursor: where the mark of the next page stands; empty where the list has one page.
        param: the parameter that takes it; in the body where the request has one; empty where the mark is an address.
    """

    records: str
    cursor: str = ""
    param: str = ""


@dataclass(frozen=True)
class Ask:
    """One list to be read: where, with which parameters or body."""

    path: str
    paging: Paging
    params: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] | None = None


def checked_base(url: str, way: Outgoing = PUBLIC) -> str:
    """The address of an API, held to be one that may be asked, without a question in it.

    Raises:
        InputError: it is another address.
    """
    parts = way.checked(url)
    if parts.query:
        raise InputError(Message("sources.only_https"))
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


class _Pages(Protocol):
    """What is used of dlt's client: its pages, each a list of records."""

    def paginate(self, path: str, method: str, **options: object) -> Iterable[Iterable[object]]:
        """One page after the other."""
        ...


class Api:
    """One system's API, with the token of one account."""

    def __init__(self, system: str, base: str, headers: Mapping[str, str], wait: Wait, way: Outgoing = PUBLIC) -> None:
        """Make ready to ask; nothing is sent yet.

        Raises:
            InputError: the address is no https, or the extra ``connect`` is not installed.
        """
        self._system, self._wait, self.way = system, wait, way
        self.base = checked_base(base, way)
        self._host = urlsplit(self.base)[:2]
        self._rest = _rest_client()
        self._client: _Pages = self._rest.RESTClient(
            self.base, headers=dict(headers), session=_session(self), config=_settings()
        )

    def records(self, ask: Ask) -> Iterator[Record]:
        """All records of a list, page after page.

        Raises:
            InputError: the system refuses, cannot be reached, or its answer is not whole.
        """
        import requests

        told = {"params": dict(ask.params)} if ask.body is None else {"json": dict(ask.body)}
        method = "GET" if ask.body is None else "POST"
        pages = self._client.paginate(
            ask.path,
            method,
            paginator=self._paginator(ask),
            data_selector=ask.paging.records,
            hooks={"response": [self._check(ask)]},
            **told,
        )
        try:
            for number, page in enumerate(pages):
                if number >= MOST_PAGES:
                    raise self._no("pull_endless")
                for record in page:
                    if not isinstance(record, dict):
                        raise self._no("pull_odd")
                    yield record
        except requests.RequestException:  # its text holds the address, so it is not told
            raise self._no("pull_cut") from None

    def _paginator(self, ask: Ask) -> object:
        paging, known = ask.paging, self._rest.paginators
        if not paging.cursor:
            return known.SinglePagePaginator()
        if not paging.param:
            return known.JSONLinkPaginator(next_url_path=paging.cursor)
        if ask.body is not None:
            return known.JSONResponseCursorPaginator(cursor_path=paging.cursor, cursor_body_path=paging.param)
        return known.JSONResponseCursorPaginator(cursor_path=paging.cursor, cursor_param=paging.param)

    def _check(self, ask: Ask) -> Callable[..., None]:
        """Called with each answer before it is read."""

        def check(response: object, *_: object, **__: object) -> None:
            status = int(getattr(response, "status_code", 0))
            if status == UNAUTHORIZED:
                raise self._no("pull_token")
            if status == FORBIDDEN:
                raise self._no("pull_rights")
            if status == LIMIT:
                raise self._no("pull_limit")
            if not 200 <= status < 300:
                raise self._no("pull_status", status=status)
            try:
                plain = json.loads(getattr(response, "content", b""))
            except ValueError:
                raise self._no("pull_cut") from None
            if not isinstance(plain, dict) or not isinstance(plain.get(ask.paging.records), list | None):
                raise self._no("pull_odd")
            if ask.paging.records not in plain:
                raise self._no("pull_odd")

        return check

    def is_own(self, url: str) -> bool:
        """Whether an address is of this API: the token goes to no other host."""
        return urlsplit(url)[:2] == self._host

    def waits(self, tried: int, retry_after: str | None) -> bool:
        """Wait before the next try, as long as the system asks; whether there is one."""
        return waits(tried, retry_after, self._wait)

    def foreign(self) -> InputError:
        """A page that leads to another host."""
        return self._no("pull_foreign")

    def _no(self, key: str, **values: object) -> InputError:
        return InputError(Message(f"sources.{key}", {"system": self._system, **values}))


def _session(api: Api) -> object:
    """A session that asks one host, follows no redirects, and tries again where it is worth it."""
    import requests

    class Session(requests.Session):  # type: ignore[misc]  # it comes without types
        """See above."""

        def send(self, request: requests.PreparedRequest, **options: object) -> requests.Response:
            """Send a request, patiently."""
            if not api.is_own(request.url or ""):
                raise api.foreign()
            options |= {"allow_redirects": False, "timeout": TIMEOUT, "verify": True}
            # Whoever watches the answers sees the last one only.
            hooks, request.hooks = request.hooks, {"response": []}
            response = self._patiently(request, options)
            request.hooks = hooks
            for hook in hooks["response"]:
                hook(response)
            return response

        def _patiently(self, request: requests.PreparedRequest, options: dict[str, object]) -> requests.Response:
            """All requests only read: each may be sent again."""
            tried = 0
            while True:
                try:
                    response = super().send(request, **options)
                except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                    if not api.waits(tried, None):
                        raise
                else:
                    if not is_worth_it(response.status_code) or not api.waits(
                        tried, response.headers.get("Retry-After")
                    ):
                        return response
                tried += 1

    return api.way.session(Session())


def _rest_client() -> ModuleType:
    try:
        return import_module("dlt.sources.helpers.rest_client")
    except ImportError:
        raise InputError(Message("sources.pull_extra")) from None


def _settings() -> object:
    """Settings given by hand: none are looked for in files or variables, and nothing of an answer is told."""
    from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration

    return RuntimeConfiguration(dlthub_telemetry=False, http_show_error_body=False)
