"""A server whose disk is full says so, and keeps no half of what was sent."""

import errno
import os
import tempfile
from types import SimpleNamespace

import pytest

from yaad.text import LANGUAGES, Message, render


def no_room(*_args, **_named):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def said(served, lang="en"):
    return render(Message("book.disk_full", {"path": str(served.place.folder)}), lang)


def test_a_body_that_finds_no_room_is_read_to_its_end_and_marked(served, monkeypatch):
    from yaad.server.handling import NoRoom, Pages, Sent

    sent = [{"body": b"x" * 9, "more_body": True}, {"body": b"x", "more_body": True}, {"body": b"x"}]

    async def receive():
        return {"type": "http.request"} | sent.pop(0)

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda **_named: SimpleNamespace(write=no_room))
    with pytest.raises(StopIteration) as ended:
        Pages().read_body(receive).send(None)
    assert isinstance(ended.value.value, NoRoom)
    assert sent == []
    scope = {"type": "http", "method": "POST", "path": "/files/", "headers": []}
    assert Sent(scope, ended.value.value).cut


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_request_without_its_body_is_answered_in_words(served, inside, monkeypatch, lang):
    from django.core.handlers.wsgi import WSGIRequest

    monkeypatch.setattr(WSGIRequest, "cut", True, raising=False)
    inside.cookies["yaad_lang"] = lang
    answer = inside.post("/files/", {"pasted": "a\tb\n"})
    assert answer.status_code == 409
    assert said(served, lang) in answer.content.decode()


def test_an_upload_that_finds_no_room_while_it_is_parsed(served, inside, monkeypatch):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.files.uploadhandler import TemporaryFileUploadHandler

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", no_room)
    inside.raise_request_exception = False
    before = list(served.place.uploads.iterdir())
    inside.get("/files/")
    answer = inside.post("/files/", {"files": SimpleUploadedFile("deals.csv", b"id,stage\n")})
    assert answer.status_code == 500
    assert said(served) in answer.content.decode()
    assert list(served.place.uploads.iterdir()) == before


def test_a_page_that_cannot_be_made_for_want_of_room(served, inside, monkeypatch):
    from yaad.server import drafts

    monkeypatch.setattr(drafts, "latest", no_room)
    answer = inside.get("/files/")
    assert answer.status_code == 409
    assert said(served) in answer.content.decode()


def test_a_report_that_cannot_be_begun_leaves_no_folder(served, inside, monkeypatch):
    from yaad.errors import BookError
    from yaad.server import made
    from yaad.server.scoping import local, on_behalf_of

    monkeypatch.setattr(made.Made, "save", no_room)
    with on_behalf_of(local()), pytest.raises(BookError), made.begun() as new:
        new.save()
    assert not new.folder.exists()
