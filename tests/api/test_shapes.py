"""Each answer has a shape from which a program can be generated, and real answers have it."""

import copy
import json

import pytest
from tests.api.held import answers, closed, document, operations, strays

OF_A_FILE = {"type": "string", "format": "binary"}


def is_open(schema, parts):
    """Whether a shape says nothing of what is told: any object, or anything."""
    if "$ref" in schema:
        return is_open(parts[schema["$ref"].rpartition("/")[2]], parts)
    return "properties" not in schema


def untyped(told):
    """Operations with an answer that is neither a file nor an object whose members are said, and such members."""
    parts, found = told["components"]["schemas"], []
    for name, operation in operations(told).items():
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                if kind != "application/json":
                    if content["schema"] != OF_A_FILE:
                        found.append(f"{name} {status} {kind}")
                elif is_open(content["schema"], parts):
                    found.append(f"{name} {status}")
            if "$ref" not in response and status != "304" and not response.get("content"):
                found.append(f"{name} {status}: nothing")
    return found


def anything(schema, at=""):
    """Places of a shape of which nothing is said."""
    if isinstance(schema, list):
        return [place for number, one in enumerate(schema) for place in anything(one, f"{at}[{number}]")]
    if not isinstance(schema, dict):
        return []
    found = [] if schema and schema.get("additionalProperties") is not True else [at]
    for name, one in schema.get("properties", {}).items():
        found += anything(one, f"{at}.{name}")
    for name in ("items", "additionalProperties", "anyOf"):
        if name in schema:
            found += anything(schema[name], f"{at}.{name}")
    return found


def told_shapes(told):
    """The shapes that answers are made of."""
    from yaad.faces.api.shapes.common import Told

    names = {one.__name__ for one in descendants(Told)}
    return {name: one for name, one in told["components"]["schemas"].items() if name in names}


def descendants(kind):
    return {kind, *(one for child in kind.__subclasses__() for one in descendants(child))}


def test_no_answer_is_untyped(home):
    assert untyped(document()) == []


def test_an_untyped_answer_is_found(home):
    planted = copy.deepcopy(document())
    response = operations(planted)["funnel"]["responses"]["200"]
    response["content"]["application/json"]["schema"] = {"type": "object", "additionalProperties": True}
    del operations(planted)["job"]["responses"]["200"]["content"]
    assert untyped(planted) == ["funnel 200", "job 200: nothing"]


def test_of_each_member_it_is_said_what_it_is(home):
    shapes = told_shapes(document())
    assert len(shapes) > 100
    assert {name: anything(one) for name, one in shapes.items() if anything(one)} == {}
    assert anything({"properties": {"rows": {"type": "array", "items": {}}}}) == [".rows.items"]


def test_every_error_is_a_problem(home):
    told = document()
    for name, operation in operations(told).items():
        errors = {status: one for status, one in operation["responses"].items() if status >= "400"}
        assert len(errors) >= 9, name
        assert all(one == {"$ref": "#/components/responses/Problem"} for one in errors.values()), name
    problem = told["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"type", "title", "status", "detail"}


def test_no_two_shapes_share_a_name(home):
    """What is sent and what is told stand in one list of the description, by their names alone."""
    from yaad.faces.api.urls import inside, outside

    models = [
        (model, mode)
        for api in (outside, inside)
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for one in view.operations
        for mode, group in (("validation", one.models), ("serialization", one.response_models.values()))
        for model in group
    ]
    assert len(models) > 150
    assert {name for name, kinds in by_name(models).items() if len(kinds) > 1} == set()


def by_name(models):
    """Name of a shape → all that bear it."""
    found = {}
    for model, mode in models:
        for name, shape in model.model_json_schema(mode=mode).get("$defs", {}).items():
            found.setdefault(name, set()).add(json.dumps(shape, sort_keys=True))
    return found


def test_two_shapes_of_one_name_are_found():
    from pydantic import create_model

    first, second = create_model("Planted", a=(int, ...)), create_model("Planted", b=(int, ...))
    holders = [(create_model("Holder", told=(one, ...)), "serialization") for one in (first, second)]
    assert len(by_name(holders)["Planted"]) == 2


ADDRESSES = {
    "measures": "/measures", "figures": "/figures", "measure": "/measures/win_rate", "kpis": "/kpis",
    "explain": "/measures/win_rate/explain", "kpi": "/kpis/win_rate", "kpi_rows": "/kpis/won/rows",
    "funnel": "/funnel", "conversion": "/conversion", "dwell": "/dwell", "stuck": "/stuck", "calls": "/calls",
    "customers": "/customers", "cohorts": "/cohorts", "doctor": "/doctor", "forecast": "/forecast",
    "moved": "/moved", "judgements": "/judgements", "plan": "/plan", "levers": "/levers", "leaks": "/leaks",
    "goals": "/goals", "targets": "/targets", "proposals": "/proposals", "deals": "/deals",
    "entries": "/deals/here-Ann-0/entries", "events": "/events",
    "webhooks": "/webhooks", "waiting_inquiries": "/inquiries", "deal": "/deals/here-Ann-0",
    "timeline": "/deals/here-Ann-0/timeline", "imports": "/imports",
    "quotes": "/deals/here-Ann-0/quotes", "deal_files": "/deals/here-Ann-0/files",
    "uploads": "/uploads", "tables": "/tables", "reports": "/reports", "sources": "/sources",
    "me": "/api/v1/me", "companies": "/api/v1/companies", "company": "/company", "start_columns": "/company/start",
    "leaderboard": "/leaderboard", "my_day": "/my-day?owner=Ann", "opt_outs": "/opt-outs",
    "audit": "/audit", "verify_audit": "/audit/verify",
    "own_measures": "/own-measures", "people": "/people", "meaning": "/people/meaning",
    "proposed_ties": "/people/proposed", "invitations": "/invitations", "all_teams": "/teams",
}  # fmt: skip
QUERIES = {"plan": {"target": 3}, "customers": {"state": "all"}}
BY = ("measure", "kpis", "funnel", "conversion", "dwell", "forecast")
WITH_MORE = {
    "chances", "backtest", "customer", "job", "member", "person_erased", "person_held", "report", "source",
    "upload_status", "webhook_letters",
}  # fmt: skip
"""Asked elsewhere: of them there is nothing until something is computed, brought in or named."""


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_real_answer_is_as_it_is_said(program, name):
    asking = program("owner")
    answer = asking.get(ADDRESSES[name], QUERIES.get(name))
    assert answer.status_code == 200, answer.content
    assert strays(name, 200, answer.json()) == []
    if name in BY:
        asking.get(ADDRESSES[name], {"by": "owner"})  # held by the program itself


def test_all_that_is_read_is_held(home):
    read = {
        one["operationId"]
        for methods in document()["paths"].values()
        for method, one in methods.items()
        if method == "get" and answers(one)
    }
    assert read == set(ADDRESSES) | WITH_MORE


def test_one_member_and_one_customer(program, team):
    asking = program("owner")
    asking.get(f"/people/{asking.get('/people').json()['members'][0]['id']}")
    name = asking.get("/customers", {"state": "all"}).json()["list"][0]["customer"]
    assert asking.get("/customer", {"name": name}).status_code == 200


def test_what_takes_long_is_as_it_is_said(team):
    from contextlib import closing

    from yaad.book import Book

    with closing(Book.open(team.here.root)) as book:
        assert strays("chances", 200, book.win_chances().to_dict() | {"next": None}) == []
        assert strays("backtest", 200, book.backtest().to_dict()) == []


def test_another_answer_is_caught(program):
    told = program("owner").get("/funnel").json()
    assert strays("funnel", 200, told) == []
    assert strays("funnel", 200, told | {"planted": 1}) != []
    assert strays("funnel", 200, told | {"level": "high"}) != []
    assert strays("funnel", 200, {name: one for name, one in told.items() if name != "stages"}) != []


def shortened(schema):
    """The same of which members may be missing: examples are cut short."""
    if isinstance(schema, list):
        return [shortened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: shortened(one) for name, one in schema.items() if name != "required" or isinstance(one, dict)}


def test_the_examples_have_the_shapes_of_answers(home):
    from jsonschema import Draft202012Validator

    told = document()
    parts, found = shortened(closed(copy.deepcopy(told["components"]))), []
    for name, operation in operations(told).items():
        for response in operation["responses"].values():
            content = response.get("content", {}).get("application/json")
            if content is not None:
                schema = shortened(closed(copy.deepcopy(content["schema"])))
                check = Draft202012Validator({**schema, "components": parts})
                found += [
                    f"{name} {one.json_path}: {one.message[:150]}" for one in check.iter_errors(content["example"])
                ]
    assert found == []
