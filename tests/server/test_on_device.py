"""What a device keeps and sends later: once, as of when it was written, and only by who wrote it."""

import datetime as dt
import hashlib
import json

import pytest

JSON = {"HTTP_ACCEPT": "application/json"}


def entries_of(team):
    from yaad.book import Book
    from yaad.facts import journal_of

    with Book.open(team.here.root).at_one_moment() as book:
        return list(journal_of(book.root).since(0))


def device(team, name, query=""):
    return team.client(name).get(f"{team.here.prefix}device/{query}").json()


def send(team, role, address, **typed):
    return team.client(role).post(f"{team.here.prefix}{address}", typed, **JSON)


def test_a_form_that_is_sent_again_has_one_effect_and_one_answer(team):
    typed = {
        "phone": "055-8880001",
        "name": "Once",
        "channel": "whatsapp",
        "key": "once",
        "who": device(team, "rep")["who"],
    }
    first = send(team, "rep", "inquiries/new/", **typed)
    n = len(entries_of(team))
    again = send(team, "rep", "inquiries/new/", **typed)
    assert first.status_code == again.status_code == 200
    assert first.json()["to"].startswith(f"{team.here.prefix}inquiries/new/?said=began")
    assert again.json() == first.json()
    assert len(entries_of(team)) == n
    visit = {
        "id": "here-Ben-5",
        "did": "visit",
        "text": "once",
        "next_step": "Call",
        "next_step_day": "2030-01-02",
        "key": "v1",
    }
    told = [send(team, "rep", "visits/new/", **visit).json() for _ in range(2)]
    assert told[0] == told[1]
    assert [one.kind for one in entries_of(team)[n:]] == ["act", "change"]


def test_it_was_written_when_the_device_says_unless_that_cannot_be(team):
    now = dt.datetime.now(dt.UTC)
    said = {
        "earlier": now - dt.timedelta(hours=5),
        "later": now + dt.timedelta(hours=5),
        "long-ago": now - dt.timedelta(days=40),
        "by no zone": (now - dt.timedelta(hours=5)).replace(tzinfo=None),
    }
    for key, at in said.items():
        send(team, "rep", "visits/new/", id="here-Ben-5", did="call", key=f"at {key}", written_at=at.isoformat())
    send(team, "rep", "visits/new/", id="here-Ben-5", did="call", key="at nonsense", written_at="yesterday")
    at = {one.key.removeprefix("at "): one.at for one in entries_of(team) if one.key.startswith("at ")}
    assert at["earlier"] == said["earlier"]
    for key in ("later", "long-ago", "by no zone", "nonsense"):
        assert abs((at[key] - now).total_seconds()) < 120, key


def test_when_it_was_is_believed_of_a_device_alone_and_not_before_the_deal_came(team):
    from yaad.book import Book

    now = dt.datetime.now(dt.UTC)
    earlier = (now - dt.timedelta(hours=5)).isoformat()
    typed = {"id": "here-Ben-5", "did": "call", "key": "plain form", "written_at": earlier}
    assert team.client("rep").post(f"{team.here.prefix}visits/new/", typed).status_code == 302
    book = Book.open(team.here.root)
    stage = book.pipeline.open[0].name
    book.write_down(stage, {"name": "New", "owner": "Ben"}, key="came", deal_id="INQ-new", at=now, by="test")
    send(team, "rep", "visits/new/", id="INQ-new", did="call", key="before it came", written_at=earlier)
    at = {one.key: one.at for one in entries_of(team)}
    for key in ("plain form", "before it came"):
        assert abs((at[key] - now).total_seconds()) < 120, key


def test_an_older_step_leaves_a_newer_one_as_a_whole_and_the_visit_is_kept(team):
    from yaad.book import Book

    now = dt.datetime.now(dt.UTC)
    book = Book.open(team.here.root)
    newer = book.change("here-Ben-4", {"next_step": "Of the manager"}, at=now - dt.timedelta(hours=1), by="Mia")
    typed = {
        "id": "here-Ben-4", "did": "visit", "text": "before her", "next_step": "Of the device",
        "next_step_day": "2030-01-03", "key": "older", "written_at": (now - dt.timedelta(hours=2)).isoformat(),
    }  # fmt: skip
    first, again = (send(team, "rep", "visits/new/", **typed).json() for _ in range(2))
    assert first == again
    assert "next step was not changed" in first["said"]
    assert "next step was not changed" in team.client("rep").get(first["to"]).content.decode()
    row = Book.open(team.here.root).deal_now("here-Ben-4")
    assert row["next_step"] == "Of the manager"
    assert str(row["next_step_day"]) != "2030-01-03"
    assert [one.kind for one in entries_of(team) if one.key.startswith("older")] == ["act"]
    Book.open(team.here.root).undo("here-Ben-4", newer.seq, at=now, by="Mia")
    told = send(team, "rep", "visits/new/", **{**typed, "key": "stands"}).json()
    assert "said" not in told
    assert [one.kind for one in entries_of(team) if one.key.startswith("stands")] == ["act", "change"]


@pytest.mark.parametrize("address", ["inquiries/new/", "visits/new/"])
def test_what_another_wrote_is_refused_and_nothing_is_written(team, address):
    typed = {"phone": "055-8880002", "id": "here-Ben-5", "did": "call", "who": device(team, "rep_south")["who"]}
    n = len(entries_of(team))
    answer = send(team, "rep", address, **typed)
    assert answer.status_code == 403
    assert "another account" in answer.json()["error"]
    assert len(entries_of(team)) == n


def test_a_mark_is_of_one_account_in_one_company_and_names_neither(team):
    marks = [device(team, name)["who"] for name in ("owner", "manager", "rep", "rep_south")]
    assert len(set(marks)) == 4
    told = hashlib.sha256(f"yaad account {team.here.accounts['rep'].pk}".encode()).hexdigest()
    assert not marks[2].startswith(told[:24])  # a number is not found again by trying
    assert device(team, "rep")["who"] == marks[2]
    from django.test import Client

    other = Client(HTTP_HOST="127.0.0.1")
    other.force_login(team.there.accounts["rep"])
    assert other.get(f"{team.there.prefix}device/").json()["who"] not in marks
    assert other.get(f"{team.here.prefix}device/").status_code == 404
    assert team.client("viewer").get(f"{team.here.prefix}device/").status_code == 403
    assert Client(HTTP_HOST="127.0.0.1").get(f"{team.here.prefix}device/").status_code == 302


def test_a_device_knows_ones_own_open_deals_and_of_nobody_else(team):
    assert {one["id"] for one in device(team, "rep", "?deals=1")["deals"]} >= {"here-Ben-4", "here-Ben-5"}
    assert all("Ben" in one["id"] or one["id"].startswith("INQ-") for one in device(team, "rep", "?deals=1")["deals"])
    assert {one["id"].split("-")[1] for one in device(team, "manager", "?deals=1")["deals"]} == {"Ann"}
    assert "deals" not in device(team, "owner", "?deals=1")
    assert "deals" not in device(team, "rep")


def test_a_visit_is_on_a_deal_that_one_sees(team):
    n = len(entries_of(team))
    foreign, absent = (send(team, "rep", "visits/new/", id=one, did="visit") for one in ("here-Cyd-4", "here-Cyx-4"))
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content.replace(b"Cyd", b"Cyx").split(b"Known")[0] == absent.content.split(b"Known")[0]
    none = team.client("rep").post(f"{team.here.prefix}visits/new/", {"id": "", "text": "<i>kept</i>"})
    assert none.status_code == 400
    assert "&lt;i&gt;kept&lt;/i&gt;" in none.content.decode()
    assert len(entries_of(team)) == n


def test_a_visit_is_shown_and_taken_back(team):
    address = f"{team.here.prefix}visits/new/"
    page = team.client("rep").get(address + "?id=here-Ben-4").content.decode()
    assert '<option value="here-Ben-4" selected>' in page
    assert "here-Ann" not in page
    done = team.client("rep").post(
        address, {"id": "here-Ben-4", "did": "visit", "next_step": "Bring samples"}, follow=True
    )
    page = done.content.decode()
    numbers = [part.partition('"')[0] for part in page.split('name="number" value="')[1:]]
    assert len(numbers) == 2
    back = team.client("rep").post(
        f"{team.here.prefix}deal/undo/", {"id": "here-Ben-4", "number": numbers}, follow=True
    )
    assert back.status_code == 200
    assert "Bring samples" not in team.client("rep").get(address + "?id=here-Ben-4").content.decode()


def test_who_is_known_by_a_telephone_alone_is_chosen_by_it_until_they_ask_for_quiet(team):
    from yaad.book import Book
    from yaad.measures.opted_out import Handles

    stamp = {"at": dt.datetime.now(dt.UTC), "by": "test"}
    book = Book.open(team.here.root)
    stage = book.pipeline.open[0].name
    book.write_down(stage, {"phone": "055-8880007", "owner": "Ben"}, key="bare", deal_id="INQ-bare", **stamp)
    address = f"{team.here.prefix}visits/new/"

    def told():
        page = team.client("rep").get(address)
        done = team.client("rep").post(address, {"id": "INQ-bare", "did": "call"}, follow=True)
        names = {one["id"]: one["name"] for one in device(team, "rep", "?deals=1")["deals"]}
        assert page.status_code == done.status_code == 200
        return names["INQ-bare"], "8880007" in page.content.decode(), "8880007" in done.content.decode()

    assert told() == ("055-8880007", True, True)
    book.opt_out(Handles(frozenset({"+972558880007"})), "calls", key="bare-quiet", **stamp)
    book.close()
    assert told() == ("INQ-bare", False, False)


def test_the_page_without_a_network_is_the_same_for_everybody_and_of_nobody(team):
    from django.test import Client

    for lang in ("he", "en"):
        pages = {
            client.get(f"/offline/{lang}/").content
            for client in (Client(HTTP_HOST="127.0.0.1"), team.client("owner"), team.client("rep"))
        }
        assert len(pages) == 1
        (page,) = pages
        assert f'<html lang="{lang}"'.encode() in page
        assert b"csrf" not in page
        for name in ("Ben", "Company", team.here.name, team.here.id):
            assert name.encode() not in page


def test_the_worker_stands_at_the_root_and_keeps_nothing_of_a_company(team):
    from django.test import Client

    from yaad.faces.web.static_files import ASSETS

    answer = Client(HTTP_HOST="127.0.0.1").get("/worker.js?v=0123456789ab")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = answer.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    text = answer.content.decode()
    kept = [
        one.strip('" ,')
        for line in text.split("const FILES = [")[1].split("].map")[0].splitlines()
        for one in line.split(",")
    ]
    kept = [one.strip().strip('"') for one in kept if one.strip()]
    assert kept
    assert all(name in ASSETS.files for name in kept), kept
    assert "cache.put" not in text  # no answer is kept but those


@pytest.mark.parametrize("lang", ["he", "en"])
def test_it_can_be_installed(team, lang):
    import struct

    from yaad.faces.web.static_files import ASSETS

    client = team.client("rep")
    client.cookies["yaad_lang"] = lang
    page = client.get(f"{team.here.prefix}my-day/").content.decode()
    address = ASSETS.address(f"app-{lang}.webmanifest")
    assert f'<link rel="manifest" href="{address}">' in page
    answer = client.get(address)
    assert answer.headers["Content-Type"].startswith("application/manifest+json")
    told = json.loads(answer.content)
    assert (told["lang"], told["dir"], told["start_url"], told["display"]) == (
        lang, "rtl" if lang == "he" else "ltr", "/", "standalone",
    )  # fmt: skip
    for icon in told["icons"]:
        picture = client.get(address.rpartition("/")[0] + "/" + icon["src"]).content
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert "{}x{}".format(*struct.unpack(">II", picture[16:24])) == icon["sizes"]
    assert {icon.get("purpose", "any") for icon in told["icons"]} == {"any", "maskable"}
