"""What was given is taken: a lower role, a token taken back, a grant that ends, a company that is retired; at once."""

import datetime as dt
from contextlib import contextmanager

import pytest
from tests.faces.mcp.test_tools import knock, over_address, texts
from tests.people import SEEN
from tests.server.matrix import Found, ask, at, digest, every_address, foreign, refused

from yaad.faces.mcp.tools import TOOLS
from yaad.server.roles import MAY, Role

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPTS = "application/json, text/event-stream"


@pytest.fixture
def keys(world):
    """keys(name): a browser in which somebody signed in, and a token of theirs for all that they may."""
    from yaad.server import tokens
    from yaad.server.scoping import scope

    def of(name):
        access = scope(world.team.here.accounts[name].pk, world.team.here.id)
        return world.team.client(name), tokens.make(access, "program", tokens.grantable(access))

    return of


@contextmanager
def part(world, name, **changed):
    """Somebody's part in the company is another one, as long as this lasts."""
    from yaad.server.models import Membership

    mine = Membership.objects.filter(account=world.team.here.accounts[name], company=world.team.here.id)
    before = mine.values(*changed).get()
    mine.update(**changed)
    try:
        yield
    finally:
        mine.update(**before)


def by_agent(token):
    """The status that an agent with a token is answered with."""
    return knock({"Authorization": f"Bearer {token}", "Accept": ACCEPTS}, json=CALL).status_code


@pytest.mark.parametrize(("name", "lower"), [("owner", "rep"), ("manager", "viewer")])
def test_a_role_that_was_lowered_is_lower_at_once_everywhere(world, keys, name, lower):
    client, (_kept, token) = keys(name)
    addresses = every_address()
    with part(world, name, role=lower, person="Ben" if lower == "rep" else "", team=""):
        assert refused(world, lower, addresses, client=client) == []
        assert refused(world, lower, [one for one in addresses if one.is_api], client=client, token=token) == []
        forbidden = [(one.name, {}) for one in TOOLS.values() if one.needs not in MAY[Role(lower)]]
        names, answers = over_address(token, [*forbidden, ("funnel", {"by": "owner"}), ("funnel", {})])
        assert names == [one.name for one in TOOLS.values() if one.needs in MAY[Role(lower)]]
        assert all(answer.is_error for answer in answers[: len(forbidden)])
        said = "".join(map(texts, answers))
        assert not any(person in said for person in SEEN["owner"] - SEEN[lower])
        assert "mark" not in said.replace("markhereben", "") or lower == "rep"


def closed(world, client, token, statuses):
    """What is wrong with the answers where nothing is open any more; face → the status that it answers with."""
    found, here, before = Found(), world.team.here, digest(world)
    for one in every_address():
        for verb in one.verbs or ("GET", "POST"):
            address = at(one, here, world.objects["here"], "here")
            ways = [("program", token)] if one.is_api else []
            for face, shown in [("session", "") if not one.is_api else ("api session", ""), *ways]:
                if face not in statuses:
                    continue
                answer = ask(client, verb, address, shown)
                told = f"{face} {verb} {one.route}: {answer.status_code}"
                asked = "here-Cyd-0" if "deal_id" in one.route else ""
                seen = foreign(answer, "here", "there", "viewer", asked)
                found.check(right=answer.status_code == statuses[face] and not seen, told=f"{told} {seen}")
    found.check(right=digest(world) == before, told="changed something")
    found.check(right=by_agent(token) == statuses.get("agent", 401), told="an agent is answered")
    return found.offences


GONE = {"session": 404, "api session": 404, "program": 404}


def test_a_token_that_was_taken_back_opens_nothing_and_the_session_stays(world, keys):
    from yaad.server import tokens
    from yaad.server.scoping import scope

    client, (kept, token) = keys("owner")
    address = f"/api/v1/companies/{world.team.here.id}/funnel"
    assert ask(client, "GET", address, token).status_code == 200
    assert by_agent(token) == 200
    tokens.revoke(scope(world.team.here.accounts["owner"].pk, world.team.here.id), kept.pk)
    assert closed(world, client, token, {"program": 401}) == []
    assert ask(client, "GET", address).status_code == 200


def test_a_token_that_has_ended_opens_nothing(world, keys):
    from django.utils import timezone

    from yaad.server.models import Token

    client, (kept, token) = keys("manager")
    Token.objects.filter(pk=kept.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert closed(world, client, token, {"program": 401}) == []


@pytest.mark.parametrize("how", ["until", "ended_at"])
def test_a_grant_that_has_ended_leaves_nothing_open(world, keys, how):
    from django.utils import timezone

    client, (_kept, token) = keys("manager")
    assert by_agent(token) == 200
    with part(world, "manager", **{how: timezone.now() - dt.timedelta(seconds=1)}):
        assert closed(world, client, token, GONE) == []
    assert by_agent(token) == 200


def test_a_retired_company_is_not_there_for_anybody(world, keys):
    from django.utils import timezone

    from yaad.server.models import Company

    client, (_kept, token) = keys("owner")
    here = Company.objects.filter(pk=world.team.here.id)
    here.update(deleted_at=timezone.now())
    try:
        assert closed(world, client, token, GONE) == []
    finally:
        here.update(deleted_at=None)


def test_a_server_that_remembers_a_role_would_be_found(world, keys, monkeypatch):
    """The planted offence: a scope that is kept from before the part was lowered."""
    from yaad.faces.api import door
    from yaad.server.scoping import scope

    client, _token = keys("owner")
    account = world.team.here.accounts["owner"].pk
    kept = scope(account, world.team.here.id)
    monkeypatch.setattr(door, "scope", lambda *_about: kept)
    with part(world, "owner", role="viewer"):
        addresses = [one for one in every_address() if one.is_api and one.route == "imports"]
        assert any("200" in one for one in refused(world, "viewer", addresses, client=client))
