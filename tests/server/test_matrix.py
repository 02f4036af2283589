"""Every address × every role × every verb: the status that the policy says, nothing foreign told, nothing changed."""

import pytest
from tests.people import PARTS, SEEN
from tests.server.matrix import (
    EVERYBODY,
    Address,
    Found,
    ask,
    at,
    digest,
    every_address,
    foreign,
    refused,
    role_of,
    searching,
)

from yaad.server.roles import MAY, Capability

GOOD = {200, 204, 302, 400, 404, 405, 409, 412, 415, 422, 503}
"""Answers to who may; what a page says to a question that lacks a part, or that takes long, is not looked at here."""
OF_OWN_TEAM = {("manager", "people/meaning")}
"""Who leads a team is told what a part in it means; one of no team, as it is asked for here, is not theirs to give."""
BEGINS_WORK = ("computing/", "reports/", "files/<str:draft>/xray/")
"""Addresses that begin a job where they are asked with what they need."""
SLOW = {"plan/", "kpis/", "measures/", "doctor/", "goals/", "forecast/"}
"""Pages of seconds; unless all is searched they are looked at by one role."""
SAME = {"doctor", "proposals", "kpis", "levers", "moved", "forecast", "customers", "judgements"}
"""Operations for programs that ask the book what a page asks it; they are left to the search."""


def looked_at(name, number, one):
    """Whether a role looks at an address before a commit: each of them at least one of those who see a part."""
    if searching() or name == "viewer":
        return True
    if one.is_api and one.route in SAME:
        return False
    if name in ("rep", "manager"):
        return (name == "rep") if one.route in SLOW else number % 2 == (name == "rep")
    return number % 6 == (name == "owner") and one.route not in SLOW


@pytest.mark.parametrize("name", [name for name in PARTS if name not in ("owner", "rep_south")])
def test_what_a_role_may_not_do_is_refused_and_changes_nothing(world, name):
    assert refused(world, name, every_address()) == []


@pytest.mark.parametrize("name", [name for name in PARTS if name != "rep_south"])
def test_what_a_role_may_look_at_tells_nothing_of_others(world, name):
    found, may = Found(), MAY[role_of(name)]
    client, here = world.team.client(name), world.team.here
    for number, one in enumerate(every_address()):
        if one.reads not in may or (one.verbs and "GET" not in one.verbs) or not looked_at(name, number, one):
            continue
        for ending in ("json", "csv", "xlsx") if "ending" in one.route else ("",):
            answer = ask(client, "GET", at(one, here, world.objects["here"], "here", ending=ending))
            told = f"{name} {one.route} {ending}"
            good = GOOD | ({403} if (name, one.route) in OF_OWN_TEAM else set())
            found.check(right=answer.status_code in good, told=f"{told}: {answer.status_code}")
            seen = foreign(answer, "here", "there", name, "here-Cyd-0" if "deal_id" in one.route else "")
            found.check(right=not seen, told=f"{told}: tells {seen}")
    assert found.offences == []


@pytest.mark.parametrize("name", ["owner", "manager", "rep"])
def test_an_object_of_another_company_is_as_one_that_is_none(world, name):
    found, may = Found(), MAY[role_of(name)]
    client, here = world.team.client(name), world.team.here
    none = dict.fromkeys(world.objects["there"], "f" * 16) | {
        "member": "999999",
        "invitation": "999999",
        "token": "999999",
    }
    before = digest(world)
    for one in every_address():
        if not one.has_object:
            continue
        for verb in one.verbs or ("GET", "POST"):
            if one.needs(verb) not in may:
                continue
            asked = [
                at(one, here, objects, called)
                for objects, called in ((world.objects["there"], "there"), (none, "nowhere"))
            ]
            answers = [ask(client, verb, address) for address in asked]
            told = f"{name} {verb} {one.route}"
            if one.route.startswith("imports/<"):  # the first import is called alike in both: it is the own one
                continue
            statuses = [answer.status_code for answer in answers]
            right = statuses[0] == statuses[1] and statuses[0] in (400, 404, 405, 422)
            found.check(right=right, told=f"{told}: {statuses}")
            seen = foreign(answers[0], "here", "there", name, "there-Cyd-0" if "deal_id" in one.route else "")
            found.check(right=not seen, told=f"{told}: tells {seen}")
    found.check(right=digest(world) == before, told=f"{name}: changed something")
    assert found.offences == []


@pytest.mark.parametrize("name", ["owner", "viewer"])
def test_another_company_and_a_retired_one_are_not_there(world, name):
    from django.utils import timezone

    from yaad.server.models import Company

    found, team = Found(), world.team
    retired = Company.objects.filter(pk=team.here.id)
    for company, called, retire in ((team.there, "there", False), (team.here, "here", True)):
        client = team.client(name)
        retired.update(deleted_at=timezone.now() if retire else None)
        before = digest(world)
        try:
            for one in every_address():
                for verb in one.verbs or ("GET", "POST", "DELETE"):
                    answer = ask(client, verb, at(one, company, world.objects[called], called))
                    told = f"{name} {verb} {called} {one.route}: {answer.status_code}"
                    found.check(right=answer.status_code == 404, told=told)
                    asked = "there-Cyd-0" if "deal_id" in one.route else ""
                    found.check(right=not foreign(answer, "here", "there", "viewer", asked), told=told)
            found.check(right=digest(world) == before, told=f"{called}: changed something")
        finally:
            retired.update(deleted_at=None)
    assert found.offences == []


def test_who_has_not_signed_in_comes_nowhere(world):
    from django.test import Client

    found, client, before = Found(), Client(HTTP_HOST="127.0.0.1"), digest(world)
    for one in every_address():
        for verb in one.verbs or ("GET", "POST", "DELETE"):
            answer = ask(client, verb, at(one, world.team.here, world.objects["here"], "here"))
            told = f"{verb} {one.route}: {answer.status_code}"
            right = answer.status_code == (401 if one.is_api else 302)
            asked = "here-Cyd-0" if "deal_id" in one.route else ""
            found.check(right=right and not foreign(answer, "here", "there", "viewer", asked), told=told)
    found.check(right=digest(world) == before, told="changed something")
    assert found.offences == []


# ---- the matrix itself finds what it is there for --------------------------------------------------------------------


def test_an_address_without_a_sample_is_found(world):
    with pytest.raises(LookupError, match="<secret>"):
        Address("planted/<str:secret>/", Capability.ROWS, Capability.ROWS).filled("here", {})


def test_an_address_without_a_policy_and_an_operation_without_one_are_found(home):
    from django.core.exceptions import ImproperlyConfigured
    from django.urls import path
    from ninja import NinjaAPI, Router

    from yaad.faces.api import declared
    from yaad.server.policy import check

    with pytest.raises(ImproperlyConfigured, match="planted/"):
        check([path("planted/", lambda _request: None)])
    router = Router()
    router.get("/planted")(lambda request: {})
    api = NinjaAPI(urls_namespace="planted")
    api.add_router("", router)
    with pytest.raises(ImproperlyConfigured, match="GET /planted"):
        declared.check(api)


def test_a_view_that_ignores_the_scope_and_one_that_writes_first_are_found(world, monkeypatch):
    from django.http import HttpResponse

    from yaad.book import Book
    from yaad.faces.web import urls
    from yaad.server.policy import POLICY
    from yaad.server.scoping import current

    pattern = next(one for one in urls.urlpatterns if one.name == "goal-set")
    policy = getattr(pattern.callback, POLICY)

    def tells(_request):
        from yaad.server.companies import folder_of

        book = Book.open(folder_of(current().company))
        rows = book.facts.run(book.facts.deals).to_pylist()
        book.close()
        return HttpResponse(repr(rows), status=403)

    def writes_first(_request):
        from yaad.server.models import Company

        company = Company.objects.get(pk=current().company)
        company.name += "!"
        company.save()
        return HttpResponse(status=403)

    addresses = [one for one in every_address() if one.route == "goals/set/"]
    for view, offence in ((tells, "tells"), (writes_first, "changed something"), (lambda _r: HttpResponse(), ": 200")):
        setattr(view, POLICY, policy)
        monkeypatch.setattr(pattern, "callback", view)
        assert any(offence in one for one in refused(world, "rep", addresses))


def test_the_persons_of_this_matrix_are_told_apart():
    assert len(EVERYBODY) == 5
    assert SEEN["rep"] < SEEN["manager"] < SEEN["owner"]
