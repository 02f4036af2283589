"""What programs read: the same as the pages, by the same rules of who sees what."""

import json

import pytest
from tests.people import PARTS, SEEN, SELLERS, marker

EVERY = [person for people in SELLERS.values() for person in people]
WITH_TOKENS = ["owner", "manager", "rep", "rep_south"]


def test_a_program_reads_the_funnel_as_the_page_gives_it(team, program):
    answer = program("owner").get("/funnel", {"by": "source"})
    assert answer.status_code == 200
    page = team.client("owner").get(f"{team.here.prefix}funnel.json?by=source")
    assert answer.json() == {**page.json(), "next": None}


@pytest.mark.parametrize("name", WITH_TOKENS)
def test_deals_are_those_of_whom_one_sees(program, name):
    told = json.dumps(program(name).get("/deals", {"limit": 200}).json())
    assert {person for person in EVERY if marker("here", person) in told} == SEEN[name]
    assert "markthere" not in told


def test_pages_of_deals_join_without_gap_or_double(program):
    asking, found, cursor = program("owner"), [], ""
    while True:
        told = asking.get("/deals", {"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        found += [deal["deal_id"] for deal in told["deals"]]
        cursor = told["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 30


def test_a_cursor_is_of_use_only_where_it_was_given(program):
    owner, rep = program("owner"), program("rep")
    cursor = owner.get("/deals", {"limit": 7}).json()["next"]
    assert rep.get("/deals", {"limit": 7, "cursor": cursor}).status_code == 400
    assert owner.get("/deals", {"limit": 7, "cursor": cursor, "owner": "Ann"}).status_code == 400
    assert owner.get("/deals", {"limit": 7, "cursor": cursor[:-1]}).status_code == 400
    assert owner.get("/deals", {"limit": 9, "cursor": cursor}).status_code == 200


def test_deals_are_narrowed(program):
    told = program("owner").get("/deals", {"owner": "Ann", "outcome": "open"}).json()
    assert [deal["deal_id"] for deal in told["deals"]] == ["here-Ann-4", "here-Ann-5"]
    none = program("owner").get("/deals", {"created_from": "2026-12-01"}).json()
    assert none == {"deals": [], "next": None}


def test_one_deal_has_its_way_and_a_tag(program):
    asking = program("rep")
    answer = asking.get("/deals/here-Ben-0")
    assert [one["to_stage"] for one in answer.json()["way"]] == ["Meeting", "Quote", "Won"]
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    assert asking.get("/deals/here-Ben-0", If_None_Match=answer.headers["ETag"]).status_code == 304


def test_a_deal_of_somebody_else_is_not_there(program):
    foreign = program("rep").get("/deals/here-Cyd-0")
    none = program("rep").get("/deals/here-Xyz-0")
    assert (foreign.status_code, none.status_code) == (404, 404)
    assert set(foreign.json()) == set(none.json())
    assert "Cyd" not in foreign.content.decode().replace("here-Cyd-0", "")


def test_a_known_answer_is_not_told_again(program):
    asking = program("owner")
    answer = asking.get("/measures/win_rate", {"by": "owner"})
    tag = answer.headers["ETag"]
    again = asking.get("/measures/win_rate", {"by": "owner"}, If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert asking.get("/measures/win_rate", {"by": "source"}, If_None_Match=tag).status_code == 200
    assert program("rep").get("/measures/win_rate", {"by": "owner"}, If_None_Match=tag).status_code == 200


def test_a_figure_of_an_earlier_day(program):
    now = program("owner").get("/measures/won").json()
    then = program("owner").get("/measures/won", {"as_of": "2026-10-11"}).json()
    assert (now["measures"][0]["value"], then["measures"][0]["value"]) == (10, 0)


LONG = ("chances", "backtest")
ADDRESSES = [
    "/measures", "/measures/win_rate", "/measures/win_rate/explain", "/kpis", "/funnel", "/conversion", "/dwell",
    "/stuck", "/calls", "/customers", "/cohorts", "/doctor", "/moved", "/leaks", "/targets", "/goals", "/deals",
]  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_each_answer_is_an_object_in_words_of_the_language(program, path):
    answer = program("owner", lang="he").get(path)
    assert answer.status_code == 200, answer.content.decode()
    assert isinstance(answer.json(), dict)
    assert answer.headers["Content-Language"] == "he"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_examples_have_the_members_of_real_answers(program):
    from yaad.faces.api.openapi import examples

    asking = program("owner")
    addresses = {"measure": "/measures/win_rate", "explain": "/measures/win_rate/explain"}
    someone = asking.get("/customers", {"state": "once"}).json()["list"][0]["customer"]
    query = {"plan": {"target": 3}, "customer": {"name": someone}}
    told = {name: one for name, one in examples().items() if name not in LONG}
    said = {name: asking.get(addresses.get(name, f"/{name}"), query.get(name, {})).json() for name in told}
    assert {name: set(one) for name, one in said.items()} == {name: set(one) for name, one in told.items()}


def test_the_examples_of_what_takes_long_have_the_members_of_real_results(team):
    from contextlib import closing

    from yaad.book import Book
    from yaad.faces.api.openapi import examples

    with closing(Book.open(team.here.root)) as book:
        assert {*book.win_chances().to_dict(), "next"} == set(examples()["chances"])
        assert set(book.backtest().to_dict()) == set(examples()["backtest"])


def test_every_operation_needs_something_and_one_that_does_not_is_refused(home):
    from django.core.exceptions import ImproperlyConfigured
    from ninja import NinjaAPI, Router

    from yaad.faces.api.declared import SIGNED_IN, check
    from yaad.faces.api.urls import NEEDS
    from yaad.server.roles import Capability

    of_all = {name for name, needs in NEEDS.items() if needs.policy == SIGNED_IN}
    assert of_all == {"me", "companies", "job", "cancel_job"}
    assert all(isinstance(needs.policy, Capability) for name, needs in NEEDS.items() if name not in of_all)
    router, planted = Router(), NinjaAPI(urls_namespace="planted")
    router.get("/planted", operation_id="planted")(lambda request: {})
    planted.add_router("", router)
    with pytest.raises(ImproperlyConfigured, match="GET /planted"):
        check(planted)


def has_example(parameter):
    """Whether a program is shown a value, or all values that there are."""
    schema = parameter.get("schema", {})
    kinds = [schema, *schema.get("anyOf", [])]
    kinds += [one["items"] for one in kinds if "items" in one]
    shown = any("examples" in one or "enum" in one or one.get("type") == "boolean" for one in kinds)
    return "$ref" in parameter or "examples" in parameter or "example" in parameter or shown


def test_the_description_has_words_and_examples_for_every_operation(program):
    from yaad.faces.api.urls import NEEDS

    told = {lang: program("owner", lang=lang).get("/api/v1/openapi.json").json() for lang in ("he", "en")}
    ids = set()
    for methods in told["en"]["paths"].values():
        for operation in methods.values():
            ids.add(operation["operationId"])
            assert operation["summary"]
            assert operation["description"]
            assert {"400", "401", "403", "404", "422", "429", "500"} <= set(operation["responses"])
            assert all(map(has_example, operation["parameters"])), operation["operationId"]
            assert operation["x-needs"] == str(NEEDS[operation["operationId"]].policy)
            answers = [one for one in operation["responses"].values() if "application/json" in one.get("content", {})]
            assert all("example" in one["content"]["application/json"] for one in answers), operation["operationId"]
            assert all("example" in one for one in operation.get("requestBody", {}).get("content", {}).values())
    assert ids == set(NEEDS)
    he, en = (json.dumps(one["paths"], sort_keys=True) for one in (told["he"], told["en"]))
    assert he != en


def test_a_session_of_the_same_origin_reads_too(team):
    answer = team.client("manager").get(f"/api/v1/companies/{team.here.id}/funnel")
    assert answer.status_code == 200
    mine = team.client("manager").get("/api/v1/companies").json()["companies"]
    assert [(one["id"], one["role"]) for one in mine] == [(team.here.id, "manager")]


@pytest.mark.parametrize("name", PARTS)
def test_another_company_is_not_there(team, name):
    answer = team.client(name).get(f"/api/v1/companies/{team.there.id}/funnel")
    none = team.client(name).get("/api/v1/companies/c000000000000/funnel")
    assert (answer.status_code, none.status_code) == (404, 404)
    assert answer.content == none.content


def test_a_viewer_is_told_totals_and_no_rows(team):
    client = team.client("viewer")
    address = f"/api/v1/companies/{team.here.id}"
    assert client.get(f"{address}/funnel").status_code == 200
    assert client.get(f"{address}/deals").status_code == 403
    assert client.get(f"{address}/measures/win_rate", {"by": "owner"}).status_code == 403
