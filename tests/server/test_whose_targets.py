"""The page of targets offers what the viewer may say, and calls the company's only what is the company's."""

import re

import pytest

SET = "Set a target"


@pytest.fixture(scope="module")
def pages(team):
    return {name: team.client(name).get(f"{team.here.prefix}goals/").content.decode() for name in team.here.accounts}


@pytest.mark.parametrize("name", ["rep", "consultant"])
def test_who_may_not_set_one_is_not_asked_to(pages, name):
    assert SET not in pages[name]
    assert "/goals/set/" not in pages[name]
    assert "Set one here" not in pages[name]
    assert "sets it." in pages[name]


@pytest.mark.parametrize(
    ("name", "whose"),
    [("owner", "the company"), ("consultant", "the company"), ("manager", "your team"), ("rep", "your own deals")],
)
def test_the_title_says_whose_it_is(pages, name, whose):
    assert re.search(f"The target of (<bdi>)?{whose}", pages[name])


def test_a_manager_is_offered_their_team_and_its_people(pages):
    offered = re.findall(r'<option value="((?:team|owner):[^"]+)"', pages["manager"])
    assert offered == ["team:north", "team:port", "owner:Ann", "owner:Ben", "owner:Eli"]
    proposed = re.findall(r'<input type="hidden" name="who" value="([^"]+)">', pages["manager"])
    assert set(proposed) <= {"team:north"}
    assert re.findall(r'name="who"', pages["owner"]) == []


@pytest.mark.parametrize(("who", "code"), [("team:north", 302), ("owner:Ben", 302), ("owner:Cyd", 404), ("", 403)])
def test_what_is_offered_is_taken_and_nothing_else(team, who, code):
    asked = {"value": "9000", "measure": "won_value", "period": "2026-11", "who": who, "back": "2026-11"}
    client = team.client("manager")
    told = client.post(f"{team.here.prefix}goals/set/", asked)
    assert told.status_code == code
    if code == 302:
        number = told["Location"].rpartition("done=")[2]
        assert client.post(f"{team.here.prefix}goals/undo/", {"number": number, "back": "2026-11"}).status_code == 302
