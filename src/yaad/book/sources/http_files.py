"""A file by HTTPS: only when it has changed, only whole, from its own host alone.

What goes wrong is told without the address, the answer or the secret.
"""

import base64
import mimetypes
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from yaad.book.sources.arriving import CHUNK, Fetched, Known, Outside, Receiving, own_name
from yaad.book.sources.patience import LIMIT, is_worth_it, waits
from yaad.errors import InputError
from yaad.text import Message

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and between two parts of an answer."""
UNCHANGED, REDIRECTS = 304, (301, 302, 303, 307, 308)
REFUSALS, ABSENT = (401, 403), (404, 410)
MOST_REDIRECTS = 5
SECRET = re.compile(r"[!-~]{1,16384}")
"""What a token is made of: signs that a header can hold."""
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
DIGESTS = {"sha-256": "sha256", "md5": "md5"}


@dataclass(frozen=True)
class FileAsk:
    """A file to be asked for.

    Attributes:
        source: the name of the source.
        url: its address, without any secret.
        headers: of the request; they hold the secret.
    """

    source: str
    url: str
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"FileAsk({self.source!r})"


def headers_of(source: str, secret: str, login: str, field: str) -> dict[str, str]:
    """The headers that carry a secret: with a login ``Basic``, under a field's name as it is, else ``Bearer``.

    Raises:
        InputError: a header cannot hold it.
    """
    if not secret:
        return {}
    if login:
        if ":" in login:
            raise InputError(Message("sources.get_secret", {"system": source}))
        told = base64.b64encode(f"{login}:{secret}".encode()).decode()
        return {"Authorization": f"Basic {told}"}
    if not SECRET.fullmatch(secret):
        raise InputError(Message("sources.get_secret", {"system": source}))
    return {field: secret} if field else {"Authorization": f"Bearer {secret}"}


def fetch_http(ask: FileAsk, known: Known, folder: Path, outside: Outside) -> Fetched | None:
    """The file, or None where it has not changed.

    Args:
        ask: which file.
        known: of the last one that came.
        folder: where it is written, under its own name.
        outside: the way out, patience, limits.

    Raises:
        InputError: the server refuses, cannot be reached or leads elsewhere; the file is too large, too slow or not
            whole.
    """
    outside.way.checked(ask.url)
    before = known if known.place == ask.url else Known()
    with outside.way.session(requests.Session()) as session:
        tried = 0
        while True:
            after: str | None = None
            try:
                with _answer(session, ask, before) as response:
                    if not is_worth_it(response.status_code):
                        return _taken(response, ask, before, folder, outside)
                    after, status = response.headers.get("Retry-After"), response.status_code
                error = _no(ask, "pull_limit") if status == LIMIT else _no(ask, "pull_status", status=status)
            except requests.exceptions.SSLError:
                raise _no(ask, "get_tls") from None
            except requests.RequestException:  # its text holds the address, so it is not told
                error = _no(ask, "pull_cut")
            if not waits(tried, after, outside.wait):
                raise error from None
            tried += 1


def _answer(session: requests.Session, ask: FileAsk, before: Known) -> requests.Response:
    """The answer, redirects within the host followed."""
    headers = {"Accept-Encoding": "identity", "User-Agent": "yaad", **ask.headers}
    if before.etag:
        headers["If-None-Match"] = before.etag
    if before.modified:
        headers["If-Modified-Since"] = before.modified
    url = ask.url
    for _ in range(MOST_REDIRECTS + 1):
        response = session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=TIMEOUT)
        if response.status_code not in REDIRECTS or "Location" not in response.headers:
            return response
        response.close()
        url = _leads_to(url, response.headers["Location"])
        if _host(url) != _host(ask.url):
            raise _no(ask, "pull_foreign")
    raise _no(ask, "pull_status", status=REDIRECTS[1])


def _leads_to(url: str, told: str) -> str:
    try:
        return urljoin(url, told)
    except ValueError:
        return ""


def _host(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", "", None


def _taken(response: requests.Response, ask: FileAsk, before: Known, folder: Path, outside: Outside) -> Fetched | None:
    status = response.status_code
    if status == UNCHANGED and before.sha256:
        return None
    if status in REFUSALS:
        raise _no(ask, "get_refused")
    if status in ABSENT:
        raise _no(ask, "get_absent")
    if status != requests.codes.ok:
        raise _no(ask, "pull_status", status=status)
    told = _told_digests(response)
    is_counted = "Content-Length" in response.headers or response.headers.get("Transfer-Encoding") == "chunked"
    if not (is_counted or told):
        raise _no(ask, "get_no_length")
    path = folder / _name(response, ask)
    received = Receiving(ask.source, path, outside)
    with _deadline(response, outside.longest) as late:
        try:
            for chunk in response.iter_content(CHUNK):  # a body that is cut short raises here
                received.add(chunk)
        except requests.RequestException:
            if late.is_set():
                raise received.too_slow() from None
            raise
    if any(received.digest(kind) != value for kind, value in told.items()):
        raise _no(ask, "get_checksum")
    sha256 = received.digest("sha256").hex()
    headers = response.headers
    now = Known(ask.url, headers.get("ETag", ""), headers.get("Last-Modified", ""), received.size, -1, sha256)
    return Fetched(path, now)


@contextmanager
def _deadline(response: requests.Response, seconds: float) -> Iterator[threading.Event]:
    """Hang up after a while: a server that sends a byte a minute never lets a read come to its end."""
    late = threading.Event()

    def hang_up() -> None:
        late.set()
        with suppress(OSError, ValueError):
            response.raw.shutdown()

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _told_digests(response: requests.Response) -> dict[str, bytes]:
    """The hashes that the server tells of the body, where it came as it is."""
    found: dict[str, bytes] = {}
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return found
    told = [f"md5={response.headers.get('Content-MD5', '')}"]
    for name in ("Digest", "Content-Digest", "Repr-Digest"):
        told += response.headers.get(name, "").split(",")
    for one in told:
        kind, _, value = one.strip().partition("=")
        if kind.lower() in DIGESTS and value:
            try:
                found[DIGESTS[kind.lower()]] = base64.b64decode(value.strip(":"), validate=True)
            except ValueError:
                continue  # no checksum that can be read says nothing
    return found


def _name(response: requests.Response, ask: FileAsk) -> str:
    """The file's name: as the server gives it, else that of its address; with an ending where its kind is told."""
    told = EmailMessage()
    told["Content-Disposition"] = response.headers.get("Content-Disposition", "attachment")
    name = own_name(told.get_filename() or "", "") or own_name(urlsplit(ask.url).path, ask.source)
    if "." in name:
        return name
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
    return name + (mimetypes.guess_extension(kind) or "")


def _no(ask: FileAsk, key: str, **values: object) -> InputError:
    return InputError(Message(f"sources.{key}", {"system": ask.source, **values}))
