"""Who may say what: targets, promises and settings of the company, a team and a person."""

import pytest

from yaad.book import Book
from yaad.text import Message, render

TARGET = {"value": "5", "measure": "won", "period": "2026-11", "back": "2026-11"}
SET, FORBIDDEN, UNKNOWN = 302, 403, 404
SAID = [
    ("owner", {}, SET),
    ("owner", {"owner": "Cyd"}, SET),
    ("manager", {}, FORBIDDEN),
    ("manager", {"owner": "Ben"}, SET),
    ("manager", {"owner": "Eli"}, SET),
    ("manager", {"owner": "Cyd"}, UNKNOWN),  # whom they do not see they do not know of
    ("manager", {"team": "port"}, SET),
    ("manager", {"team": "south"}, FORBIDDEN),
    ("rep", {"owner": "Ben"}, FORBIDDEN),
    ("consultant", {}, FORBIDDEN),
    ("viewer", {}, FORBIDDEN),
]


def targets(company):
    book = Book.open(company.root)
    try:
        return len(book.facts.targets)
    finally:
        book.close()


@pytest.mark.parametrize(("name", "whose", "status"), SAID, ids=[f"{name}-{whose}" for name, whose, _status in SAID])
def test_a_target_is_set_by_who_may_speak_for_whom_it_is(team, name, whose, status):
    client, before = team.client(name), targets(team.here)
    answer = client.post(f"{team.here.prefix}goals/set/", TARGET | whose)
    assert answer.status_code == status
    assert targets(team.here) == before + (status == SET)
    if status == SET:  # and taken back again: by whom it is not, by whom it is
        number = answer.headers["Location"].partition("done=")[2]
        form = {"number": number, "back": "2026-11"}
        assert team.client("rep_south").post(f"{team.here.prefix}goals/undo/", form).status_code == 403
        assert client.post(f"{team.here.prefix}goals/undo/", form).status_code == 302
        assert targets(team.here) == before


def test_a_manager_does_not_take_back_what_the_owner_said_of_the_company(team):
    answer = team.client("owner").post(f"{team.here.prefix}goals/set/", TARGET)
    form = {"number": answer.headers["Location"].partition("done=")[2], "back": "2026-11"}
    before = targets(team.here)
    assert team.client("manager").post(f"{team.here.prefix}goals/undo/", form).status_code in (400, 403, 404)
    assert targets(team.here) == before
    assert team.client("owner").post(f"{team.here.prefix}goals/undo/", form).status_code == 302


@pytest.mark.parametrize(("person", "status"), [("Ben", 302), ("Cyd", 404), ("", 403)])
def test_one_promises_for_oneself_alone(team, person, status):
    form = {"period": "2026-11", "person": person, "commit": "100", "best": "200"}
    assert team.client("rep").post(f"{team.here.prefix}forecast/judge/", form).status_code == status


def test_no_link_leads_to_a_closed_door(team):
    told = team.client("rep").get(f"{team.here.prefix}").content.decode()
    assert f"{team.here.prefix}funnel/" in told
    assert f"{team.here.prefix}files/" not in told
    assert f"{team.here.prefix}files/" in team.client("owner").get(f"{team.here.prefix}").content.decode()


@pytest.mark.parametrize("name", ["owner", "manager", "rep", "consultant"])
def test_a_target_is_offered_to_who_may_set_one(team, name):
    client, may = team.client(name), name in ("owner", "manager")
    client.cookies["yaad_lang"] = "en"
    page = client.get(team.here.prefix).content.decode()
    assert "No target is set for" in page
    assert (render(Message("goals.standing_set"), "en") in page) == may
    page = client.get(f"{team.here.prefix}goals/?period=2026-11").content.decode()
    assert (f"{team.here.prefix}goals/set/" in page) == may


def test_only_what_one_may_take_back_is_offered_to(team):
    owner, manager = team.client("owner"), team.client("manager")
    address, set_ = f"{team.here.prefix}goals/?period=2026-11", f"{team.here.prefix}goals/set/"
    for whose in ({}, {"owner": "Ben"}):
        assert owner.post(set_, TARGET | whose).status_code == SET
    try:
        offered = [client.get(address).content.decode().count("goals/undo/") for client in (owner, manager)]
        assert offered == [2, 1]  # of the company and of Ben; of Ben alone
    finally:
        for _ in range(2):
            owner.post(f"{team.here.prefix}goals/undo/", {"back": "2026-11"})
    assert targets(team.here) == 0
