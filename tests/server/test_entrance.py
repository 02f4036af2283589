import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.server import entrance


def test_a_token_opens_once_and_never_again(inside, anonymous):
    used = f"/enter/?token={entrance.token.value}"
    assert anonymous.get(used).status_code == 403
    assert "used once" in anonymous.get(used).content.decode()
    assert inside.get("/files/").status_code == 200


@pytest.mark.parametrize("address", ["/", "/files/", "/funnel.json", "/why/win_rate/", "/no-such-page/"])
def test_every_page_is_closed_without_a_session(anonymous, address):
    answer = anonymous.get(address)
    assert answer.status_code == 403
    assert 'class="rail"' not in answer.content.decode()


def test_nothing_is_written_by_a_closed_door(anonymous, served):
    before = served.uploads.names()
    assert anonymous.post("/files/", {"files": []}).status_code == 403
    assert served.uploads.names() == before


def test_a_session_that_came_in_long_ago_is_over(inside, monkeypatch):
    assert inside.get("/files/").status_code == 200
    monkeypatch.setattr(entrance, "LONGEST", entrance.LONGEST * 0)
    assert inside.get("/files/").status_code == 403


def test_a_session_signed_with_another_key_is_none(anonymous, served):
    anonymous.cookies[f"yaad_{served.place.name}"] = "eyJlbnRlcmVkIjoxfQ:1abcde:forged"
    assert anonymous.get("/files/").status_code == 403


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com", "10.0.0.1", ""])
def test_a_foreign_host_name_gets_nothing(inside, host):
    assert inside.get("/files/", HTTP_HOST=host).status_code == 400


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(inside, served):
    cookie = inside.cookies[f"yaad_{served.place.name}"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_an_answer_that_comes_late_takes_no_form_its_secret_away(inside, served):
    name = f"yaad_{served.place.name}"
    before = inside.cookies[name].value
    form = inside.get("/sources/add/hubspot/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.content.decode())[1]
    inside.cookies[name] = before  # as of an answer that left before the form did
    answer = inside.post("/sources/add/hubspot/", {"name": "not a name", "csrfmiddlewaretoken": token})
    assert answer.status_code == 400


def test_a_form_without_its_token_is_refused(inside):
    answer = inside.post("/files/", {})
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()


@given(st.text(max_size=60))
def test_no_other_text_is_the_token(text):
    token = entrance.Token()
    assert not token.accept(text)
    assert token.accept(token.value)
    assert not token.accept(token.value)
