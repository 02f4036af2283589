"""Work beside the requests: it knows where and in which language it was asked for, and it always ends."""

import pytest
from django.urls import get_script_prefix, get_urlconf, set_script_prefix, set_urlconf
from django.utils.translation import get_language, override

from yaad.server.beside import once

pytestmark = pytest.mark.usefixtures("team")  # where a server's settings hold


@pytest.fixture
def placed():
    """Stand in a company's place, as a request does."""
    before = get_script_prefix()
    set_urlconf("yaad.faces.web.urls")
    set_script_prefix("/c/one/")
    yield
    set_script_prefix(before)
    set_urlconf(None)


@pytest.mark.usefixtures("placed")
def test_another_thread_knows_the_place_and_the_language():
    found = []
    with override("he"):
        once(("place",), lambda: found.append((get_urlconf(), get_script_prefix(), get_language()))).result(timeout=60)
    assert found == [("yaad.faces.web.urls", "/c/one/", "he")]
    once(("no place",), lambda: found.append(get_urlconf()), about=2).result(timeout=60)
    assert found[1:] == ["yaad.faces.web.urls"]


def test_what_was_asked_without_a_place_has_none():
    found = []
    once(("none",), lambda: found.append((get_urlconf(), get_script_prefix()))).result(timeout=60)
    assert found == [(None, "/")]


def test_what_breaks_off_has_ended_for_who_waits(caplog):
    def broken():
        raise ValueError("broken")

    piece = once(("broken",), broken)
    assert piece.result(timeout=60) is None
    assert piece.wait() == 0.0
    assert once(("broken",), broken, about="later") is not piece
    once(("after",), lambda: None).result(timeout=60)
    assert any(one.name == "yaad.beside" for one in caplog.records)
