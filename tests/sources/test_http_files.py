"""A file by HTTP: only when it has changed, only whole, from its own host alone."""

import base64
import hashlib
import logging

import pytest

from yaad.book.sources.arriving import Known, Outside
from yaad.book.sources.http_files import FileAsk, fetch_http, headers_of
from yaad.book.sources.outgoing import Outgoing
from yaad.errors import InputError

HERE = Outgoing(own_machine=True)
BODY = b"deal,stage\nA,Won\n"
SECRET = "tok-0123456789-secret"


class Fetching:
    """Fetch into a folder, one time after another, as a source does."""

    def __init__(self, folder):
        self.folder, self.known, self.waits = folder, Known(), []
        self.outside = Outside(HERE, self.waits.append)

    def __call__(self, url, secret=SECRET, login="", field="", **limits):
        outside = Outside(HERE, self.waits.append, **limits)
        ask = FileAsk("prices", url, headers_of("prices", secret, login, field))
        fetched = fetch_http(ask, self.known, self.folder, outside)
        if fetched is not None:
            self.known = fetched.known
        return fetched

    def refused(self, url, **more):
        with pytest.raises(InputError) as caught:
            self(url, **more)
        for lang in ("he", "en"):
            said = caught.value.say(lang)
            assert SECRET not in said
            assert "127.0.0.1" not in said
        assert caught.value.__cause__ is None
        return caught.value.message.key.removeprefix("sources.")


@pytest.fixture
def fetch(tmp_path):
    return Fetching(tmp_path)


def test_a_file_comes_under_its_own_name(fetch, loopback):
    loopback.route = lambda *asked: (200, BODY, {})
    came = fetch(f"{loopback.url}/export/deals%20of%20May.csv?format=csv")
    assert (came.path.name, came.path.read_bytes()) == ("deals of May.csv", BODY)
    assert came.known.sha256 == hashlib.sha256(BODY).hexdigest()
    assert loopback.asked[0][4]["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ('attachment; filename="deals.xlsx"', "deals.xlsx"),
        ('attachment; filename="../../etc/deals.csv"', "deals.csv"),
        ('attachment; filename="C:\\\\x\\\\deals.csv"', "deals.csv"),
        ("attachment; filename*=UTF-8''%D7%A2%D7%A1%D7%A7%D7%90%D7%95%D7%AA.csv", "עסקאות.csv"),
        ('attachment; filename=".."', "export.json"),
        ("attachment", "export.json"),
    ],
)
def test_the_name_is_the_servers_and_leads_nowhere(fetch, loopback, told, name):
    loopback.route = lambda *asked: (200, BODY, {"Content-Disposition": told})
    came = fetch(f"{loopback.url}/a/export")
    assert (came.path.name, came.path.parent) == (name, fetch.folder)


@pytest.mark.parametrize(
    "mark", [{"ETag": '"v1"'}, {"Last-Modified": "Sat, 02 May 2026 08:00:00 GMT"}, {"ETag": 'W/"v1"'}]
)
def test_what_has_not_changed_is_not_sent_again(fetch, loopback, mark):
    ((name, value),) = mark.items()
    field = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[name]

    def route(method, path, query, body):
        return (304, b"", {}) if loopback.asked[-1][4].get(field) == value else (200, BODY, dict(mark))

    loopback.route = route
    assert fetch(f"{loopback.url}/deals.csv") is not None
    assert fetch(f"{loopback.url}/deals.csv") is None
    assert fetch(f"{loopback.url}/other.csv") is not None  # another place: what is known does not count


def test_not_changed_is_not_believed_of_a_file_that_never_came(fetch, loopback):
    loopback.route = lambda *asked: (304, b"", {})
    assert fetch.refused(f"{loopback.url}/deals.csv") == "pull_status"


def test_a_secret_goes_as_the_server_wants_it(fetch, loopback):
    loopback.route = lambda *asked: (200, BODY, {})
    fetch(f"{loopback.url}/a.csv", login="dana", secret="pass:סוד")
    fetch(f"{loopback.url}/a.csv", field="X-Api-Key")
    fetch(f"{loopback.url}/a.csv", secret="")
    basic, own, none = (asked[4] for asked in loopback.asked)
    assert base64.b64decode(basic["Authorization"].removeprefix("Basic ")).decode() == "dana:pass:סוד"
    assert (own["X-Api-Key"], "Authorization" in own) == (SECRET, False)
    assert "Authorization" not in none
    for secret in ("a\r\nX-Other: b", "a b", "סוד"):
        assert fetch.refused(f"{loopback.url}/a.csv", secret=secret) == "get_secret"


STATUS = {401: "get_refused", 403: "get_refused", 404: "get_absent", 410: "get_absent", 418: "pull_status",
          206: "pull_status", 204: "pull_status", 429: "pull_limit", 503: "pull_status"}  # fmt: skip


@pytest.mark.parametrize("status", STATUS)
def test_what_the_server_refuses_is_told_without_its_words(fetch, loopback, status, caplog):
    caplog.set_level(logging.DEBUG)
    loopback.route = lambda *asked: (status, f"your token {SECRET} is bad".encode() if status != 204 else b"", {})
    assert fetch.refused(f"{loopback.url}/deals.csv") == STATUS[status]
    assert len(loopback.asked) == (5 if status in (429, 503) else 1)
    assert fetch.waits == ([1, 2, 4, 8] if status in (429, 503) else [])
    assert SECRET not in caplog.text
    assert list(fetch.folder.iterdir()) == []


def test_patience_is_given_as_asked_for(fetch, loopback):
    left = [(429, b"", {"Retry-After": "7"}), (503, b"", {}), (200, BODY, {})]
    loopback.route = lambda *asked: left.pop(0)
    assert fetch(f"{loopback.url}/deals.csv").path.read_bytes() == BODY
    assert fetch.waits == [7, 2]


@pytest.mark.parametrize(
    "to",
    ["https://elsewhere.example/x", "http://127.0.0.1:1/x", "//elsewhere.example/x", "file:///etc/passwd", "http://["],
)
def test_a_redirect_to_another_host_is_not_followed(fetch, loopback, to):
    loopback.route = lambda *asked: (302, b"", {"Location": to})
    assert fetch.refused(f"{loopback.url}/deals.csv") == "pull_foreign"
    assert len(loopback.asked) == 1


def test_a_redirect_within_the_host_is_followed_and_has_an_end(fetch, loopback):
    loopback.route = lambda method, path, *_: (302, b"", {"Location": "b.csv"}) if path == "/a.csv" else (200, BODY, {})
    assert fetch(f"{loopback.url}/a.csv").path.read_bytes() == BODY
    loopback.route = lambda *asked: (302, b"", {"Location": "/a.csv"})
    assert fetch.refused(f"{loopback.url}/a.csv") == "pull_status"


HEAD = b"HTTP/1.1 200 OK\r\n"
CUT = {
    "fewer bytes than told": HEAD + b"Content-Length: 400\r\n\r\n" + BODY,
    "the last chunk is missing": HEAD + b"Transfer-Encoding: chunked\r\n\r\n11\r\n" + BODY + b"\r\n",
    "a chunk is cut": HEAD + b"Transfer-Encoding: chunked\r\n\r\n99\r\n" + BODY,
    "no answer": b"",
    "no HTTP": b"220 welcome\r\n",
    "a length that is none": HEAD + b"Content-Length: 1, 2\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_half_a_file_is_no_file(fetch, raw, answer):
    raw.answers = [answer]
    assert fetch.refused(f"{raw.url}/deals.csv") == "pull_cut"
    assert fetch.waits == [1, 2, 4, 8]
    whole = HEAD + b"Transfer-Encoding: chunked\r\n\r\n11\r\n" + BODY + b"\r\n0\r\n\r\n"
    raw.answers = [answer, whole]
    assert fetch(f"{raw.url}/deals.csv").path.read_bytes() == BODY


def told(kind, body):
    return base64.b64encode(hashlib.new(kind, body).digest())


DIGESTS = {
    "Content-MD5": lambda body: told("md5", body),
    "Digest": lambda body: b"SHA-256=" + told("sha256", body),
    "Content-Digest": lambda body: b"unixsum=1, sha-256=:" + told("sha256", body) + b":",
    "Repr-Digest": lambda body: b"sha-256=:" + told("sha256", body) + b":",
}


@pytest.mark.parametrize("name", DIGESTS)
@pytest.mark.parametrize("counted", [True, False])
def test_a_checksum_is_held_to(fetch, raw, name, counted):
    length = b"Content-Length: %d\r\n" % len(BODY) if counted else b""
    raw.answers = [HEAD + length + name.encode() + b": " + DIGESTS[name](BODY) + b"\r\n\r\n" + BODY]
    assert fetch(f"{raw.url}/deals.csv").path.read_bytes() == BODY
    fetch.known = Known()
    raw.answers = [HEAD + length + name.encode() + b": " + DIGESTS[name](BODY + b"B,Lost\n") + b"\r\n\r\n" + BODY]
    assert fetch.refused(f"{raw.url}/deals.csv") == "get_checksum"


def test_a_body_of_no_told_length_may_be_half_of_it(fetch, raw):
    for answer in (HEAD + b"Content-Type: text/csv\r\n\r\n" + BODY, HEAD + b"Content-Le"):
        raw.answers = [answer]
        assert fetch.refused(f"{raw.url}/deals.csv") == "get_no_length"


def test_too_much_is_cut_off(fetch, loopback, raw):
    loopback.route = lambda *asked: (200, BODY * 100_000, {})
    assert fetch.refused(f"{loopback.url}/deals.csv", most_bytes=1_000_000) == "get_large"
    bomb = __import__("gzip").compress(b"0" * 5_000_000)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    raw.answers = [head + bomb]
    assert fetch.refused(f"{raw.url}/deals.csv", most_bytes=1_000_000) == "get_large"


def test_a_server_that_dribbles_is_left(fetch, raw, loopback):
    raw.answers = [HEAD + b"Content-Length: 400\r\n\r\nde<hold>"]
    assert fetch.refused(f"{raw.url}/deals.csv", longest=0.2) == "get_slow"
    ticks = iter(range(0, 10**6, 1000))
    loopback.route = lambda *asked: (200, BODY * 100_000, {})
    assert fetch.refused(f"{loopback.url}/deals.csv", clock=lambda: float(next(ticks)), longest=1500) == "get_slow"


def test_what_is_not_to_be_asked_is_not(fetch):
    for url, key in (
        ("http://files.example/x", "only_https"),
        ("https://10.0.0.1/x", "out_inside"),
        ("https://169.254.169.254/latest/meta-data", "out_inside"),
    ):
        assert fetch.refused(url) == key
    assert fetch.waits == []
