"""An object that is somebody else's is looked for as one that is none: the same questions to the database, the engine
and the jobs, in the same order, so that not even the time of an answer tells the two apart."""

import json
import secrets
from contextlib import contextmanager
from difflib import ndiff

import pytest
from tests.server.matrix import UNSAFE, Found, ask, at, digest, every_address, role_of
from tests.server.test_matrix_of_objects import BODIES

from yaad.server.roles import MAY, Capability

DEALS = {"owner": ["there-Cyd-0"], "manager": ["here-Cyd-0", "there-Cyd-0"], "rep": ["here-Cyd-0", "there-Cyd-0"]}
"""Who asks → deals that are not theirs: of another team, of another company."""
NUMBERED = ("member", "invitation", "token")
"""Objects that are called by a number; a question holds it beside its text."""


@pytest.fixture
def heard(monkeypatch):
    """Listens to what an answer asks of the database, the engine and the jobs; gives its status and these questions."""
    from django.db import connection

    from yaad.facts.asked import Asked
    from yaad.server import jobs

    asked: list[str] = []
    run, connect = Asked.run, jobs.connect

    def of_database(execute, sql, params, many, context):
        asked.append(sql)  # the values stand beside it
        return execute(sql, params, many, context)

    def of_engine(self, query, compute):
        asked.append(query[1])  # whether it was computed before or not
        return run(self, query, compute)

    @contextmanager
    def of_jobs(path):
        with connect(path) as db:
            db.set_trace_callback(asked.append)
            yield db

    monkeypatch.setattr(Asked, "run", of_engine)
    monkeypatch.setattr(jobs, "connect", of_jobs)

    def listen(ask_it):
        asked.clear()
        with connection.execute_wrapper(of_database):
            status = ask_it().status_code
        return status, list(asked)

    return listen


def told_apart(heard, client, here, addresses, foreign, none, may):
    """Where a foreign object is asked after otherwise than one that is none, and of how many addresses that was asked.

    Args:
        heard: see the fixture.
        client: who asks.
        here: the company.
        addresses: are asked.
        foreign: object → one that is not theirs.
        none: object → one that is none; another one is asked for first, for what is found out once.
        may: what who asks may do.
    """
    found, count = Found(), 0
    for one in addresses:
        for verb in one.verbs or ("GET", "POST"):
            if isinstance(one.needs(verb), Capability) and one.needs(verb) not in may:
                continue
            said = []
            for objects in (nothing(none), foreign, none):
                way = at(one, here, objects, "here", deal_id=objects["deal"])
                status, questions = heard(_asking(client, one, verb, way))
                said.append((status, [_without(text, objects) for text in questions]))
            apart = [text for text in ndiff(said[2][1], said[1][1]) if text[0] in "+-"]
            found.check(right=said[1] == said[2], told=f"{verb} {one.route}: {said[1][0]} {said[2][0]} {apart}")
            count += said[1][0] == 404
    return found.offences, count


def _asking(client, one, verb, way):
    """Ask as the operation wants it asked."""
    if verb in UNSAFE and "deal_id" in one.route:
        body = json.dumps(BODIES[one.route.rpartition("/")[2]])
        return lambda: client.generic(verb, way, body, content_type="application/json")
    return lambda: ask(client, verb, way)


def _without(text, objects):
    """A question without the key that it asks after."""
    for name, one in objects.items():
        text = text if name in NUMBERED else text.replace(one, "…")
    return text


def nothing(objects):
    """An object of each kind that is none, called as long as those that there are; others each time."""
    found = {
        name: str(900_000 + secrets.randbelow(90_000)) if name in NUMBERED else secrets.token_hex(len(one))[: len(one)]
        for name, one in objects.items()
    }
    return found | {"deal": f"here-{secrets.token_hex(2)[:3]}-0"}


def with_objects():
    return [one for one in every_address() if one.has_object and not one.route.startswith("imports/<")]


@pytest.mark.parametrize("name", list(DEALS))
def test_of_another_company(world, heard, name):
    """The first import of each company is called alike: there the own one would be found."""
    team, foreign = world.team, world.objects["there"] | {"deal": "there-Cyd-0"}
    client, before = team.client(name), digest(world)
    offences, count = told_apart(
        heard, client, team.here, with_objects(), foreign, nothing(world.objects["there"]), MAY[role_of(name)]
    )
    assert offences == []
    assert count >= {"owner": 50, "manager": 11, "rep": 11}[name]
    assert digest(world) == before


@pytest.mark.parametrize(("name", "deal"), [(name, deal) for name, deals in DEALS.items() for deal in deals])
def test_a_deal_of_others(world, heard, name, deal):
    client, before = world.team.client(name), digest(world)
    addresses = [one for one in every_address() if "deal_id" in one.route]
    foreign = world.objects["here"] | {"deal": deal}
    offences, count = told_apart(
        heard, client, world.team.here, addresses, foreign, nothing(foreign), MAY[role_of(name)]
    )
    assert offences == []
    assert count == len(addresses)
    assert digest(world) == before


@pytest.mark.parametrize("name", ["manager", "rep"])
def test_what_belongs_to_a_colleague(world, heard, name):
    """A token and jobs of the owner, asked after by somebody else of the same company."""
    team = world.team
    job = job_of(team.here, team.here.accounts["owner"])
    foreign = world.objects["here"] | {"job": job, "deal": "here-Cyd-0"}
    addresses = [one for one in with_objects() if one.route.startswith(("tokens/", "jobs/", "uploads/"))]
    client = team.client(name)
    offences, count = told_apart(
        heard, client, team.here, addresses, foreign, nothing(world.objects["here"]), MAY[role_of(name)]
    )
    assert offences == []
    assert count >= 3


def job_of(company, account):
    """A job that has come to its end and worked for an account."""
    from yaad.server import jobs
    from yaad.server.scoping import on_behalf_of, scope
    from yaad.server.state import opened

    name = secrets.token_hex(8)
    with on_behalf_of(scope(account.pk, company.id)), jobs.connect(opened().jobs.path) as db:
        db.execute(jobs.NEW, (name, "x:y", "{}", jobs.State.DONE, company.id, account.pk))
    return name


def test_a_look_before_the_scope_would_be_found(world, heard, monkeypatch):
    """The planted offence: a member is looked for in all companies first, and then held against the own one."""
    from yaad.errors import UnknownName
    from yaad.server import members
    from yaad.server.models import Membership

    def looked_for_everywhere(access, number):
        found = Membership.objects.filter(pk=number).first()
        if found is None or not Membership.objects.filter(pk=number, company=access.company).exists():
            raise UnknownName("option", str(number), [])
        return found

    monkeypatch.setattr(members, "member", looked_for_everywhere)
    foreign = world.objects["there"] | {"deal": "there-Cyd-0"}
    addresses = [one for one in with_objects() if one.route == "people/<number>"]
    offences, _count = told_apart(
        heard, world.team.client("owner"), world.team.here, addresses, foreign, nothing(foreign), MAY[role_of("owner")]
    )
    assert offences
