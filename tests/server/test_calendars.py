"""The link of a calendar: what it shows, whose it is, when it ends, and what it is no key to."""

import datetime as dt
import re

import pytest
from tests.api.conftest import token_of
from tests.show.test_ics import read, unfolded

from yaad.server.limits import Limit

TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture
def page(team):
    """Makes a link of somebody on their page: its address."""

    def made(name, **said):
        answer = team.client(name).post(f"{team.here.prefix}calendar/", {"what": "make", **said})
        assert answer.status_code == 200, answer.content
        return re.search(r">http://127\.0\.0\.1(/calendar/yaadcal_[\w-]+\.ics)<", answer.content.decode())[1]

    return made


def stranger():
    """A calendar: it has signed in nowhere."""
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1")


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch):
    from yaad.faces.web.views import calendars

    monkeypatch.setattr(calendars, "by_link", Limit(10_000))
    monkeypatch.setattr(calendars, "by_sender", Limit(10_000))


def step(team, deal, text, day):
    given = {"id": deal, "seen_next_step": "", "next_step": text, "seen_next_step_day": "", "next_step_day": str(day)}
    given |= {"key": f"{deal}{text}{day}"}
    for name in ("next_step", "next_step_day"):
        given[f"seen_{name}"] = now_of(team, deal)[name]
    done = team.client("owner").post(f"{team.here.prefix}deal/change/", given)
    assert done.status_code in (200, 302), done.content


def now_of(team, deal):
    from yaad.book import Book

    with Book.open(team.here.root).at_one_moment() as book:
        row = book.facts.deal(deal)
    return {"next_step": row["next_step"] or "", "next_step_day": str(row["next_step_day"] or "")}


def events(text):
    """Deal's id → its event, name by name."""
    found, now = {}, {}
    for line in unfolded(text):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            now = {}
        elif line == "END:VEVENT":
            found[re.search(r"id=(.*)$", now["URL"])[1]] = now
        else:
            now[name] = value
    return found


def test_one_s_own_steps_are_whole_days_and_go_when_they_are_taken_back(team, page):
    day = TODAY + dt.timedelta(days=3)
    step(team, "here-Ben-4", "להתקשר; לשאול, מתי\nEND:VEVENT", day)
    step(team, "here-Cyd-4", "of somebody else", day)
    address = page("rep")
    asking = stranger()
    answer = asking.get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = events(answer.content.decode())
    assert "here-Ben-4" in found
    assert not any("Cyd" in deal for deal in found)
    event = found["here-Ben-4"]
    assert read(event["SUMMARY"]).startswith("להתקשר; לשאול, מתי")
    assert event["DTSTART;VALUE=DATE"] == f"{day:%Y%m%d}"
    assert asking.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    step(team, "here-Ben-4", "later", day + dt.timedelta(days=1))
    changed = events(asking.get(address).content.decode())["here-Ben-4"]
    assert changed["UID"] == event["UID"]
    assert int(changed["SEQUENCE"]) > int(event["SEQUENCE"])
    assert changed["LAST-MODIFIED"] >= event["LAST-MODIFIED"]
    step(team, "here-Ben-4", "", "")
    assert "here-Ben-4" not in events(asking.get(address).content.decode())


def test_all_that_one_sees_is_shown_where_it_was_asked_for(team, page):
    day = TODAY + dt.timedelta(days=3)
    step(team, "here-Ben-5", "north", day)
    step(team, "here-Cyd-5", "south", day)
    seen = set(events(stranger().get(page("manager", everybody="on")).content.decode()))
    assert "here-Ben-5" in seen
    assert "here-Cyd-5" not in seen
    assert {"here-Ben-5", "here-Cyd-5"} <= set(events(stranger().get(page("owner", everybody="on")).content.decode()))
    assert events(stranger().get(page("owner")).content.decode()) == {}  # the data do not know the owner


def test_a_link_ends_with_a_new_one_with_its_end_and_with_the_part(team, page):
    from yaad.server.acting import as_server
    from yaad.server.models import Membership

    asking, first = stranger(), page("rep")
    second = page("rep")
    assert asking.get(first).status_code == 404
    assert asking.get(second).status_code == 200
    team.client("rep").post(f"{team.here.prefix}calendar/", {"what": "end"})
    assert asking.get(second).status_code == 404
    third = page("rep")
    with as_server():
        part = Membership.objects.get(company=team.here.id, account=team.here.accounts["rep"])
        part.ended_at = dt.datetime.now(dt.UTC)
        part.save()
        try:
            ended = asking.get(third)
        finally:
            part.ended_at = None
            part.save()
    assert ended.status_code == 404
    assert ended.content == asking.get("/calendar/yaadcal_nobody.ics").content


def test_the_link_is_no_token_and_a_token_is_no_link(team, page):
    key = re.search(r"(yaadcal_[\w-]+)\.ics", page("rep"))[1]
    asking = stranger()
    company = f"/api/v1/companies/{team.here.id}/deals"
    assert asking.get(company, headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert asking.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert asking.get(f"/calendar/{token_of(team, 'rep')}.ics").status_code == 404
    assert "yaadcal_" not in team.client("rep").get(f"{team.here.prefix}tokens/").content.decode()


def test_only_its_digest_is_kept(team, page):
    from yaad.server.acting import as_server
    from yaad.server.models import AuditEvent, Token

    key = re.search(r"(yaadcal_[\w-]+)\.ics", page("rep"))[1]
    with as_server():
        kept = [str(list(model.objects.values())) for model in (Token, AuditEvent)]
    assert not any(key in one for one in kept)


def test_who_asks_too_often_waits(team, page, monkeypatch):
    from yaad.faces.web.views import calendars

    monkeypatch.setattr(calendars, "by_link", Limit(1))
    address, asking = page("rep"), stranger()
    assert asking.get(address).status_code == 200
    answer = asking.get(address)
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
