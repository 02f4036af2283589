"""Operations of a deal × role × verb × {own, team, other team, other company, taken back, none}: nothing is told."""

import datetime as dt
import json
import re
from dataclasses import replace

import pytest
from tests.people import PARTS, SEEN, marker
from tests.server.matrix import UNSAFE, Found, ask, at, digest, every_address, foreign, role_of

from yaad.server.roles import MAY

DEALS = {
    "own": {"manager": "here-Ann-0", "rep": "here-Ben-0", "rep_south": "here-Cyd-0"},
    "team": {"manager": "here-Ben-1", "rep": "here-Ann-0", "rep_south": "here-Dan-0"},
    "below": {"manager": "here-Eli-0", "rep": "here-Eli-0", "rep_south": "here-Eli-0"},
    "other team": {"manager": "here-Cyd-0", "rep": "here-Cyd-0", "rep_south": "here-Ann-0"},
    "other company": dict.fromkeys(("manager", "rep", "rep_south"), "there-Ann-0"),
    "taken back": dict.fromkeys(("manager", "rep", "rep_south"), "here-Gone-0"),
    "none": dict.fromkeys(("manager", "rep", "rep_south"), "here-Nobody-0"),
}
"""Whose a deal is → role → one of them."""
FOR_ALL = {"own": "here-Ann-0", "team": "here-Ben-0", "below": "here-Eli-0", "other team": "here-Cyd-0",
           "other company": "there-Ann-0", "taken back": "here-Gone-0", "none": "here-Nobody-0"}  # fmt: skip
SEES_HISTORY = ("owner", "taken back", "undo")
"""Who sees every deal is told that what wrote it down was taken back already."""
BODIES = {"move": {"stage": "Quote"}, "win": {}, "lose": {"reason": "x"}, "note": {"text": "x"}, "undo": {"seq": 1},
          "change": {"values": {"name": "x"}}, "act": {"did": "call"}, "quote": {"title": "x"},
          "withdraw": {"seq": 1}, "file": {"file_name": "x", "content": "eA=="}}  # fmt: skip


def deal_of(name, whose):
    return DEALS[whose].get(name, FOR_ALL[whose])


def is_seen(name, deal):
    company, person, _ = deal.split("-")
    return company == "here" and person in SEEN[name]


def addresses():
    return [one for one in every_address() if "deal_id" in one.route]


@pytest.fixture(scope="module")
def gone(world):
    """A deal of Ben's that was written down and taken back: it is nobody's any more, nor is it there."""
    from yaad.book import Book

    said = {"at": dt.datetime(2026, 10, 20, 9, tzinfo=dt.UTC), "by": "Ben"}
    with Book.open(world.team.here.root).at_one_moment() as book:
        entry = book.write_down("Meeting", {"owner": "Ben", "name": "x"}, deal_id="here-Gone-0", key="gone", **said)
        book.undo("here-Gone-0", entry.seq, **said)


@pytest.mark.parametrize("name", list(PARTS))
def test_every_operation_of_a_deal_by_whose_it_is(world, gone, name):
    found, client, here = Found(), world.team.client(name), world.team.here
    may, before, answers = MAY[role_of(name)], digest(world), {}
    for one in addresses():
        for whose in DEALS:
            deal = deal_of(name, whose)
            address = at(one, here, world.objects["here"], "here", deal_id=deal)
            for verb in one.verbs:
                is_allowed = one.needs(verb) in may
                if is_allowed and verb in UNSAFE and is_seen(name, deal):
                    continue  # it would be done; that it is, is shown elsewhere
                answer = said(client, verb, address, one)
                is_there = is_seen(name, deal) and "number" not in one.route  # no deal has a file
                right = 403 if not is_allowed else 200 if is_there else 404
                if (name, whose, one.route.rpartition("/")[2]) == SEES_HISTORY:
                    right = 400
                told = f"{name} {verb} {one.route} {whose}: {answer.status_code}"
                found.check(right=answer.status_code == right, told=told)
                found.check(right=not foreign(answer, "here", "there", name, deal), told=f"{told} tells")
                if right == 404 and not is_seen(name, deal):
                    answers.setdefault((verb, one.route), set()).add(without_own(answer).replace(deal, "X"))
    found.check(right=digest(world) == before, told="changed something")
    found.check(right=all(len(one) == 1 for one in answers.values()), told=f"told apart: {answers}")
    assert found.offences == []


def without_own(answer):
    """A refusal without the ids of one's own that are like the one asked for."""
    return re.sub(r"( Did you mean.*)? Known: .*", "", answer.content.decode(), flags=re.DOTALL)


def said(client, verb, address, one):
    if verb not in UNSAFE:
        return ask(client, verb, address)
    body = BODIES[one.route.rpartition("/")[2]]
    return client.generic(verb, address, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize("name", [name for name in PARTS if name not in ("owner", "consultant")])
def test_every_list_holds_the_own_alone(world, name):
    """Each table as a file, sorted and narrowed by others: nothing of theirs, and the same as if they were none."""
    client, here = world.team.client(name), world.team.here
    found = Found()
    for path in ("funnel.json", "kpis/won/deals.json", "customers.json", "tables/deals.csv", "tables/deals.xlsx",
                 "tables/deals.parquet", "tables/stage_moves.csv", "stuck.json", "calls.csv"):  # fmt: skip
        for query in ("", "?by=owner", "?owner=Cyd", "?owner=Nobody", "?customer=markherecyd+0"):
            answer = client.get(here.prefix + path + query)
            seen = foreign(
                answer, "here", "there", name, "markherecyd" if "markherecyd" in query else "Cyd" if query else ""
            )
            found.check(right=not seen, told=f"{name} {path}{query}: {seen}")
    assert found.offences == []


@pytest.mark.parametrize("name", ["manager", "rep"])
def test_a_mixed_list_of_own_and_foreign_is_no_way_in(world, name):
    """Ids of several deals in one address, nested and joined: none of them is split open."""
    client, here = world.team.client(name), world.team.here
    own = DEALS["own"][name]
    before = digest(world)
    for odd in (f"{own},here-Cyd-0", f"{own}/here-Cyd-0", f"here-Cyd-0/{own}", f"{own}%2Fhere-Cyd-0",
                f"{own}' OR '1'='1", "%", "here-%"):  # fmt: skip
        for end in ("", "/entries"):
            answer = client.get(f"/api/v1/companies/{here.id}/deals/{odd}{end}")
            assert answer.status_code == 404, odd
            assert marker("here", "Cyd") not in answer.content.decode().replace(odd, "")
    assert digest(world) == before


def test_a_deal_that_is_told_to_others_would_be_found(world, monkeypatch):
    """The planted offence: the book of everybody in their place."""
    from yaad.model import EVERYBODY
    from yaad.server import state

    real = state.Desks.of
    monkeypatch.setattr(state.Desks, "of", lambda self, access: real(self, replace(access, viewer=EVERYBODY)))
    answer = world.team.client("rep").get(f"/api/v1/companies/{world.team.here.id}/deals/here-Cyd-0")
    assert answer.status_code == 200
    assert foreign(answer, "here", "there", "rep")
