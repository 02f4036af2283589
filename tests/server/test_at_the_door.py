"""Public forms and webhooks: what comes is taken once and signed, hostile texts stay texts, nothing is lost."""

import csv
import datetime as dt
import io
import json
import re
import time
from urllib.parse import urlencode

import pytest

from yaad.model.inquiries import Touch
from yaad.server.doors.signing import FRESH, sign

HOSTILE = [
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "Robert'); DROP TABLE deals;--", "\u202eevil\u2066",
    "../../etc/passwd",
    "{{7*7}} {% load x %}", "א\x00ב", "😀" * 50, "javascript:alert(1)",
]  # fmt: skip


@pytest.fixture
def here(team):
    """An owner's browser, a stranger's, and a door of each kind."""
    from types import SimpleNamespace

    from django.test import Client

    owner = team.client("owner")
    address = f"{team.here.prefix}inquiries/doors/"

    def door(kind, **more):
        from yaad.server.doors.keeping import Doors

        asked = {"name": f"{kind} {time.time_ns()}", "kind": kind, "lang": "en", "source": "Site", **more}
        assert owner.post(address, asked).status_code == 302
        found = Doors(team.here.root).all()[-1]
        return SimpleNamespace(
            one=found, at=f"/in/{team.here.id}/{found.key}/", secret=Doors(team.here.root).secret(found)
        )

    from yaad.faces.web.views import at_the_door

    for limit in (at_the_door.by_sender, at_the_door.by_door, at_the_door.by_webhook):
        limit._asked.clear()
    return SimpleNamespace(
        team=team,
        owner=owner,
        doors=address,
        door=door,
        stranger=Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True),
    )


def rows(team, column, value):
    from yaad.book import Book

    book = Book.open(team.here.root)
    deals = book.facts.deals
    found = book.facts.run(deals.filter(deals[column] == value)).to_pylist()
    book.close()
    return found


def send(here, door, plain, *, at=None, secret=None, headers=None, raw=None):
    body = raw if raw is not None else json.dumps(plain, ensure_ascii=False).encode()
    told = headers or {"Yaad-Signature": sign(secret or door.secret, body, at or int(time.time()))}
    return here.stranger.post(door.at, body, content_type="application/json", headers=told)


def token_of(here, door, monkeypatch, seconds=5):
    page = here.stranger.get(door.at).content.decode()
    now = time.time
    monkeypatch.setattr("yaad.faces.web.views.at_the_door.time.time", lambda: now() + seconds)
    return re.search(r'name="token" value="([^"]+)"', page)[1]


def test_a_signed_touch_is_taken_once(here):
    door = here.door("webhook")
    plain = {"id": "1", "name": "Web Hook", "phone": "056-1110001", "message": "hi", "campaign": "May"}
    first, again = send(here, door, plain), send(here, door, plain, at=int(time.time()) - 3)
    assert (first.status_code, first.json()) == (200, {"taken": 1, "kept": False})
    assert again.json() == {"taken": 1, "kept": False}
    (row,) = rows(here.team, "phone", "+972561110001")
    assert (row["contact"], row["source"], row["campaign"]) == ("Web Hook", "Site", "May")
    from yaad.facts import journal_of

    assert len(journal_of(here.team.here.root).of([row["deal_id"]])) == 2


def test_what_is_not_signed_is_refused_and_leaves_nothing(here):
    door = here.door("webhook")
    plain, now = {"name": "Nobody", "phone": "056-1110002"}, int(time.time())
    body = json.dumps(plain).encode()
    for answer in (
        send(here, door, plain, secret="wrong"),
        send(here, door, plain, at=now - FRESH - 5),
        send(here, door, plain, at=now + FRESH + 5),
        send(here, door, plain, headers={"Yaad-Signature": sign(door.secret, b"{}", now)}),
        send(here, door, plain, headers={"X-Hub-Signature-256": "sha256=" + "0" * 64}),
        here.stranger.post(door.at, body, content_type="application/json"),
        send(here, door, {**plain, "google_key": "wrong"}, headers={"X": "1"}),
    ):
        assert answer.status_code == 401
    assert rows(here.team, "phone", "+972561110002") == []
    assert "Nobody" not in here.owner.get(here.doors).content.decode()


def test_google_meta_and_whatsapp_come_in_by_their_own_ways(here):
    import hashlib
    import hmac

    door = here.door("webhook")
    google = {"lead_id": "g1", "google_key": door.secret,
              "user_column_data": [{"column_id": "FULL_NAME", "string_value": "Goo"},
                                   {"column_id": "PHONE_NUMBER", "string_value": "+972561110003"}]}  # fmt: skip
    assert send(here, door, google, headers={"X": "1"}).json()["taken"] == 1
    value = {"contacts": [{"wa_id": "972561110003", "profile": {"name": "Goo"}}],
             "messages": [{"from": "972561110003", "id": "w1", "type": "text", "text": {"body": "hello"}}]}  # fmt: skip
    raw = json.dumps({"entry": [{"changes": [{"value": value}]}]}).encode()
    told = {"X-Hub-Signature-256": "sha256=" + hmac.new(door.secret.encode(), raw, hashlib.sha256).hexdigest()}
    assert send(here, door, None, raw=raw, headers=told).json()["taken"] == 1
    assert len(rows(here.team, "phone", "+972561110003")) == 1
    asked = {"hub.mode": "subscribe", "hub.verify_token": door.one.key, "hub.challenge": "77"}
    assert here.stranger.get(door.at, asked).content == b"77"
    assert here.stranger.get(door.at, {**asked, "hub.verify_token": "x"}).status_code == 403


def test_what_cannot_be_read_is_kept_with_words_and_read_again(here):
    door = here.door("webhook")
    answer = send(here, door, {"message": "who am I"})
    assert (answer.status_code, answer.json()) == (202, {"taken": 0, "kept": True})
    assert send(here, door, None, raw=b"<xml/>").status_code == 202
    page = here.owner.get(here.doors).content.decode()
    assert "No name, phone or mail was found in it." in page
    assert "who am I" in page
    assert "&lt;xml/&gt;" in page
    from yaad.server.doors.keeping import Doors

    doors = Doors(here.team.here.root)
    letters = {one.body: one for one in doors.letters()}
    xml = letters["<xml/>"].id
    at = here.doors.replace("doors", "letters")
    assert here.owner.post(f"{at}{xml}/", {"what": "again"}).status_code == 400
    left = [one for one in doors.letters() if one.body == "<xml/>"]
    assert len(left) == 1
    assert here.owner.post(f"{at}{left[0].id}/", {"what": "go"}).status_code == 302
    assert not [one for one in doors.letters() if one.body == "<xml/>"]
    same = {"id": "s", "name": "Same", "phone": "056-1110004"}
    assert send(here, door, same).json()["taken"] == 1
    assert send(here, door, {**same, "message": "else"}).json()["kept"]
    assert "Something else came under the same id" in here.owner.get(here.doors).content.decode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_by_the_webhook(here, text):
    door = here.door("webhook", source=text.replace("\x00", "")[:50])
    phone = f"056-2{HOSTILE.index(text):06}"
    assert send(here, door, {"name": text, "phone": phone, "message": text, "campaign": text[:40]}).json()["taken"] == 1
    for page in (f"{here.team.here.prefix}inquiries/", f"{here.team.here.prefix}pipeline/", here.doors):
        told = here.owner.get(page).content.decode()
        assert "<script>alert(1)" not in told
        assert 'href="javascript' not in told
    (row,) = rows(here.team, "phone", f"+972562{HOSTILE.index(text):06}")
    assert row["contact"] == text.replace("\x00", "").replace("\u202e", "").replace("\u2066", "")


TEMPLATE = "{{7*7}}${7*7}%s{0}"
COME = ["<script>alert(1)</script>", "javascript:alert(1)", TEMPLATE, "<svg onload=alert(1)>", "＝1+1", "@SUM(A1)"]
"""What people write into a form of a site, or into a campaign's name."""
RUNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def test_what_came_by_a_door_stays_text_on_every_page_and_in_every_file_that_tells_of_it(here):
    door = here.door("webhook", source="Hostile")
    for place, text in enumerate(COME):
        said = {"name": text, "company": text, "phone": f"056-4{place:06}", "message": text, "campaign": text[:40]}
        assert send(here, door, said).json()["taken"] == 1, text
    ids = [rows(here.team, "phone", f"+972564{place:06}")[0]["deal_id"] for place in range(len(COME))]
    at = here.team.here.prefix
    pages = ["", "inquiries/", "inquiries/new/", "pipeline/?source=Hostile", "pipeline/grid/", "chances/"]
    pages += ["my-day/", "kpis/inquiries/deals/", "customers/", "audit/", "funnel/?by=source"]
    pages += [f"deal/?{urlencode({'id': one})}" for one in ids]
    shown = 0
    for page in pages:
        answer = here.owner.get(at + page, follow=True)
        assert answer.status_code == 200, page
        told = answer.content.decode()
        assert "<script>alert(1)" not in told, page
        assert "<svg onload" not in told, page
        assert not re.search(r"""(?:href|src|action)=["']?\s*javascript:""", told, re.IGNORECASE), page
        shown += "&lt;script&gt;alert(1)" in told
    assert shown >= 5, "there is something to be shown"
    template = here.owner.get(f"{at}deal/", {"id": ids[COME.index(TEMPLATE)]}).content.decode()
    assert TEMPLATE in template, "nothing of it is reckoned"
    files = ["tables/deals.csv", "kpis/inquiries/deals.csv", "calls.csv"]
    files += [f"deal.csv?{urlencode({'id': one})}" for one in ids[-2:]]
    for file in files:
        answer = here.owner.get(at + file)
        assert answer.status_code == 200, file
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(lines) > 1, file
        cells = [one for line in lines for one in line if one.lstrip(" \n\u00a0").startswith(RUNS)]
        assert [one for one in cells if not is_number(one)] == [], file


def is_number(cell):
    return re.fullmatch(r"-?[\d.,]+", cell) is not None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_by_the_form(here, text, monkeypatch):
    door = here.door("form", consent=text.replace("\x00", ""))
    page = here.stranger.get(door.at).content.decode()
    assert "<script>alert(1)" not in page
    filled = {"name": text, "phone": f"056-3{HOSTILE.index(text):06}", "text": text, "consent": "1"}
    answer = here.stranger.post(door.at, filled | {"token": token_of(here, door, monkeypatch)})
    assert answer.status_code == 200
    assert "<script>alert(1)" not in here.owner.get(f"{here.team.here.prefix}inquiries/").content.decode()
    assert len(rows(here.team, "phone", f"+972563{HOSTILE.index(text):06}")) == 1


def test_the_form_takes_one_filling_in_once_with_what_was_agreed_to(here, monkeypatch):
    door = here.door("form", consent="I agree to be called.")
    page = here.stranger.get(door.at)
    assert "I agree to be called." in page.content.decode()
    assert page.cookies.get("yaad") is None
    told = {"name": "Form Person", "phone": "056-1110005", "consent": "1"}
    told["token"] = token_of(here, door, monkeypatch)
    for _ in range(2):
        assert "it has come in" in here.stranger.post(door.at, told).content.decode()
    (row,) = rows(here.team, "phone", "+972561110005")
    from yaad.facts import journal_of

    acts = [one for one in journal_of(here.team.here.root).of([row["deal_id"]]) if one.kind == "act"]
    assert [one.consent for one in acts] == ["I agree to be called."]


def test_machines_are_held_back(here, monkeypatch):
    door, other = here.door("form"), here.door("form")
    told = {"name": "Bot", "phone": "056-1110006"}
    quick = re.search(r'name="token" value="([^"]+)"', here.stranger.get(door.at).content.decode())[1]
    assert here.stranger.post(door.at, told | {"token": quick}).status_code == 400
    token = token_of(here, door, monkeypatch)
    assert here.stranger.post(other.at, told | {"token": token}).status_code == 400
    assert here.stranger.post(door.at, told).status_code == 400
    assert "come in" in here.stranger.post(door.at, told | {"token": token, "website": "x"}).content.decode()
    assert rows(here.team, "phone", "+972561110006") == []
    codes = [here.stranger.post(door.at, told).status_code for _ in range(8)]
    assert codes[-1] == 429


def test_a_door_that_is_closed_or_turned_is_none(here):
    door = here.door("form")
    assert here.stranger.get(door.at).status_code == 200
    change = f"{here.doors}{door.one.id}/"
    here.owner.post(change, {"what": "close"})
    shut = here.stranger.get(door.at)
    nowhere = here.stranger.get(f"/in/{here.team.here.id}/nothing/")
    assert (shut.status_code, shut.content) == (nowhere.status_code, nowhere.content) == (404, nowhere.content)
    assert here.stranger.get("/in/c000000000000/nothing/").content == nowhere.content
    here.owner.post(change, {"what": "open"})
    here.owner.post(change, {"what": "rotate"})
    assert here.stranger.get(door.at).status_code == 404
    assert here.team.client("manager").get(here.doors).status_code == 403


def test_only_named_sites_frame_the_form(here):
    alone, framed = here.door("form"), here.door("form", sites="https://shop.example")
    policy = lambda door: here.stranger.get(door.at).headers["Content-Security-Policy"]  # noqa: E731
    assert "frame-ancestors 'none'" in policy(alone)
    assert "frame-ancestors https://shop.example;" in policy(framed) + ";"
    for bad in ("http://shop.example", "https://a b", "https://x'; script-src *", "*"):
        assert here.owner.post(here.doors, {"name": "x", "kind": "form", "lang": "en", "sites": bad}).status_code == 400


def test_what_is_put_right_and_sent_again_is_kept_too_and_no_stranger_is_told_of_the_book(here, monkeypatch):
    from yaad.facts import KeyTaken
    from yaad.text import Message

    door = here.door("form")
    told = {"name": "Back Button", "phone": "056-1110031", "token": token_of(here, door, monkeypatch)}
    assert "it has come in" in here.stranger.post(door.at, told).content.decode()
    assert "it has come in" in here.stranger.post(door.at, told | {"phone": "056-1110032"}).content.decode()
    assert [len(rows(here.team, "phone", f"+97256111003{end}")) for end in (1, 2)] == [1, 1]

    def taken(*_, **__):
        raise KeyTaken(Message("journal.key_taken", {"key": "form:secret", "number": 4711}))

    monkeypatch.setattr("yaad.faces.web.views.at_the_door.receive", taken)
    answer = here.stranger.post(door.at, told)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "could not be taken in" in page
    assert "form:secret" not in page
    assert "4711" not in page


def test_two_touches_of_one_person_at_one_moment_are_one_inquiry(here):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    from yaad.server.doors.reading import Read
    from yaad.server.doors.taking import access_of, receive
    from yaad.server.scoping import on_behalf_of

    door, both, now = here.door("form").one, Barrier(2), dt.datetime.now(dt.UTC)

    def come(number):
        touch = Touch(name="At Once", phone="056-1110041", channel="form", text=f"touch {number}")
        try:
            with on_behalf_of(access_of(door, here.team.here.id)):
                both.wait(20)
                return receive(door, Read(touch), f"at-once-{number}", now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(come, range(2)))
    assert sorted(one.is_new for one in found) == [False, True]
    assert len({one.deal_id for one in found}) == 1
    assert len(rows(here.team, "phone", "+972561110041")) == 1
