"""Events for programs: followed by a cursor that tells nothing, each program what its account sees."""

import base64

import pytest


def walk(asking, **query):
    """All events, two at a time, and where to go on."""
    found, cursor = [], query.pop("cursor", "")
    while True:
        told = asking.get("/events", {"limit": 2, **query, **({"cursor": cursor} if cursor else {})}).json()
        found, cursor = found + told["events"], told["after"]
        if told["next"] is None:
            return found, cursor


@pytest.fixture
def written(program):
    """Notes of three people's deals; gives the programs that follow, and where each of them had come to before."""
    asking = {name: program(name) for name in ("owner", "manager", "rep")}
    places = {name: walk(one)[1] for name, one in asking.items()}
    for deal in ("here-Ann-4", "here-Ben-4", "here-Cyd-4", "here-Ben-5"):
        assert asking["owner"].post(f"/deals/{deal}/note", {"text": f"of {deal}"}).status_code == 200
    return asking, places


def test_each_is_told_what_they_see_and_goes_on_from_there(written):
    asking, places = written
    told = {name: walk(one, cursor=places[name]) for name, one in asking.items()}
    deals = {name: [one["deal_id"] for one in found] for name, (found, _after) in told.items()}
    assert deals["owner"] == ["here-Ann-4", "here-Ben-4", "here-Cyd-4", "here-Ben-5"]
    assert deals["manager"] == ["here-Ann-4", "here-Ben-4", "here-Ben-5"]
    assert deals["rep"] == ["here-Ben-4", "here-Ben-5"]
    assert [one["what"] for one in told["rep"][0]] == [{"text": "of here-Ben-4"}, {"text": "of here-Ben-5"}]
    assert told["rep"][0] == [one for one in told["owner"][0] if one["deal_id"].startswith("here-Ben")]
    for name, one in asking.items():
        assert walk(one, cursor=told[name][1])[0] == []


def test_kinds_are_chosen_and_unknown_ones_refused(program):
    asking = program("owner")
    assert {one["kind"] for one in walk(asking, kinds="import.landed")[0]} == {"import.landed"}
    assert {one["kind"] for one in walk(asking, kinds="deal.note, import.landed")[0]} >= {"import.landed"}
    assert asking.get("/events", {"kinds": "deal.sung"}).status_code == 404


def test_a_cursor_cannot_be_read_and_serves_only_who_got_it(written, program):
    asking, _places = written
    few, many = (asking["rep"].get("/events", {"limit": limit}).json()["after"] for limit in (1, 50))
    assert len(few) == len(many)
    shut = base64.urlsafe_b64decode(many + "=" * (-len(many) % 4))
    assert b"here" not in shut
    assert not any(part.isdigit() and len(part) > 3 for part in shut.split(b" "))
    assert asking["owner"].get("/events", {"cursor": many}).status_code == 400
    assert program("rep").get("/events", {"cursor": many}).status_code == 200
    for bad in ("x", "é" * 40, many[:-4] + "AAAA", "=" * 9, many[:10]):
        assert asking["rep"].get("/events", {"cursor": bad}).status_code == 400
