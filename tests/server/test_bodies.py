"""What is sent is read before anybody looks who sends it: it has its measure."""

import asyncio

import pytest
from tests import loops


def answered(path, chunks, headers=()):
    """The status of an answer, and how many bytes were taken in."""
    from yaad.server.handling import Pages

    taken, sent, waiting = [0], [], list(chunks)

    async def receive():
        if not waiting:
            await asyncio.sleep(3600)  # the sender stays for the answer
        body = waiting.pop(0)
        taken[0] += len(body)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1"), *headers],
    }
    loops.run(Pages()(scope, receive, send))
    return sent[0]["status"], taken[0]


@pytest.mark.parametrize("path", ["/nothing/", "/account/login/", "/c/c0123456789ab/goals/set/"])
def test_outside_of_files_a_body_is_read_as_far_as_a_form_goes(team, path):
    part = b"x" * (1 << 22)
    status, taken = answered(path, [part] * 20)
    assert status == 413
    assert taken <= (1 << 25) + len(part)


def test_a_length_that_is_said_is_refused_unread(team):
    assert answered("/nothing/", [b"x"], [(b"content-length", b"100000000")]) == (413, 0)


def test_a_file_may_be_larger(team):
    status, taken = answered("/c/c0123456789ab/files/", [b"x" * (1 << 22)] * 12)
    assert status != 413
    assert taken == 12 << 22


def test_a_language_is_chosen_on_this_server_alone(team):
    from django.test import Client

    answer = Client(HTTP_HOST="127.0.0.1").get("//elsewhere.example/x/", {"lang": "he"})
    assert not answer.headers.get("Location", "").startswith("//")
