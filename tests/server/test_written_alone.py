"""Whoever writes in a company does so alone, by a page or by a program: nothing comes between a look and the entry."""

import datetime as dt
import json
import threading

import pytest

from yaad.server import writing
from yaad.server.scoping import on_behalf_of, scope

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
MONTH = {"period": "2027-05", "measure": "won_value"}
PAGES = [
    ("goals/set/", {**MONTH, "value": "90000"}),
    ("goals/split/", {**MONTH, "over": "owner", "weights": "equal"}),
    ("goals/undo/", {"number": ""}),
    ("goals/remove/", MONTH),
    ("forecast/judge/", {"period": "2026-11", "commit": "1000", "person": "Ann"}),
    ("customers/margin/", {"margin": "30"}),
    ("people/teams/", {"name": "north", "above": ""}),
    ("people/place/", {"person": "Ben", "team": "north"}),
]
OPERATIONS = [
    ("targets", {**MONTH, "value": "80000"}),
    ("targets/split", {**MONTH, "over": "owner", "weights": "equal"}),
    ("targets/undo", {}),
    ("targets/remove", MONTH),
    ("judgements", {"period": "2026-11", "commit": "1000", "person": "Ann"}),
    ("settings", {"name": "capacity:Quote", "value": 40}),
    ("settings", {"name": "team:north", "value": {"under": None}}),
    ("teams/place", {"person": "Ben", "team": "north"}),
    ("deals/here-Ann-4/note", {"text": "alone"}),
]


@pytest.fixture
def entries(team):
    """How many entries the journal of the company holds."""
    from yaad.server.journal import DatabaseJournal

    return lambda: DatabaseJournal(team.here.id).last_seq


def test_every_page_that_writes_does_it_alone(team, entries):
    client, before = team.client("owner"), entries()
    for place, (path, form) in enumerate(PAGES, 1):
        answer = client.post(f"{team.here.prefix}{path}", form)
        assert answer.status_code == 302, (path, answer.status_code)
        assert entries() >= before + place, path


def test_every_operation_that_writes_does_it_alone(team, entries):
    from tests.api.conftest import token_of

    client, before = team.client("owner"), entries()
    client.logout()
    headers = {"Authorization": f"Bearer {token_of(team, 'owner')}"}
    for place, (path, body) in enumerate(OPERATIONS, 1):
        address = f"/api/v1/companies/{team.here.id}/{path}"
        answer = client.post(address, json.dumps(body), "application/json", headers=headers)
        assert answer.status_code == 200, (path, answer.content.decode())
        assert entries() >= before + place, path


def test_the_guard_of_these_tests_sees_who_does_not(team):
    from yaad.server.state import opened

    access = scope(team.here.accounts["owner"].pk, team.here.id)
    with on_behalf_of(access), pytest.raises(AssertionError, match=r"beside others|nobody writes alone"):
        opened().shelf.once(lambda book: book.set_setting("capacity:Quote", 1, at=NOW, by="x"))


def test_each_company_writes_beside_the_others_and_who_is_alone_goes_on(team):
    """One waits for the other in the same company alone; were it otherwise this test would not end."""
    here = scope(team.here.accounts["owner"].pk, team.here.id)
    there = scope(team.there.accounts["owner"].pk, team.there.id)
    order: list[str] = []

    def second():
        with on_behalf_of(here), writing.one_at_a_time():
            order.append("second")

    with on_behalf_of(here), writing.one_at_a_time():
        waiting = threading.Thread(target=second)
        waiting.start()
        with writing.one_at_a_time(), on_behalf_of(there), writing.one_at_a_time():
            order.append("first")
    waiting.join()
    assert order == ["first", "second"]
