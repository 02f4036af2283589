"""What does not fit is named as the program wrote it, and not as an operation calls it inside."""

import json

import pytest

LONG = "x" * 301


def places(answer, lang="en"):
    """Where it was sent, the way to it and what kind of fault it is; the sentence names the same way."""
    told = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json"), told
    for one in told["errors"]:
        assert one["where"] in one["detail"]
        assert one["detail"] in told["detail"]
    return [(one["in"], one["where"], one["kind"]) for one in told["errors"]]


@pytest.mark.parametrize(
    ("who", "path", "body", "found"),
    [
        ("owner", "/company", {"currency": 5}, [("body", "currency", "string_type")]),
        ("owner", "/company", {"curency": "ILS"}, [("body", "curency", "extra_forbidden")]),
        ("owner", "/company", {"body": "ILS"}, [("body", "body", "extra_forbidden")]),
        ("owner", "/company", {"name": LONG, "kind": "shop"}, [
            ("body", "name", "string_too_long"), ("body", "kind", "literal_error"),
        ]),
        ("owner", "/invitations", {"email": "dana@example.com"}, [("body", "role", "missing")]),
        ("owner", "/targets/split", {"period": "2026-11", "over": "owner", "weights": "mine"}, [
            ("body", "weights", "literal_error"),
        ]),
        ("owner", "/targets/split", {"period": "2026-11", "over": "owner", "weights": {"Dana": 5, "": "1"}}, [
            ("body", "weights", "literal_error"), ("body", "weights.Dana", "string_type"),
            ("body", "weights.", "string_too_short"),
        ]),
        ("rep", "/deals/here-Ben-0/move", {}, [("body", "stage", "missing")]),
        ("rep", "/deals", {"stage": "Meeting", "values": {"amount": 900, "account": "Oak"}}, [
            ("body", "values.amount", "string_type"),
        ]),
        ("rep", "/deals/here-Ben-0/move", ["Quote"], [("body", "body", "model_type")]),
        ("rep", "/deals/here-Ben-0/move", None, [("body", "body", "model_type")]),
    ],
)  # fmt: skip
def test_a_member_of_the_body_is_named_as_it_was_written(program, who, path, body, found):
    asking = program(who)
    address = f"/api/v1/companies/{asking.company}{path}"
    told = asking.client.post(address, json.dumps(body), "application/json", headers=asking.headers)
    assert places(told) == found


def test_a_body_that_is_missing_is_called_so(program):
    asking = program("rep")
    address = f"/api/v1/companies/{asking.company}/deals/here-Ben-0/move"
    told = asking.client.post(address, "", "application/json", headers=asking.headers)
    assert places(told) == [("body", "body", "missing")]


@pytest.mark.parametrize(
    ("path", "query", "found"),
    [
        ("/deals", {"limit": "many", "created_from": "soon"}, [
            ("query", "created_from", "date_from_datetime_parsing"), ("query", "limit", "int_parsing"),
        ]),
        ("/plan", {"step": ["40", LONG]}, [("query", "step.1", "string_too_long")]),
        ("/tables/deals", {"ending": "exe"}, [("query", "ending", "literal_error")]),
        (f"/measures/{LONG}", {}, [("path", "measure", "string_too_long")]),
    ],
)  # fmt: skip
def test_a_part_of_the_address_is_named_as_it_is_written_there(program, path, query, found):
    assert places(program("owner").get(path, query)) == found


@pytest.mark.parametrize("body", ["[" * 5000, "x", "{"])
def test_a_body_beside_a_question_is_not_looked_into(program, body):
    asking = program("owner")
    address = f"/api/v1/companies/{asking.company}/deals?limit=many"
    told = asking.client.generic("GET", address, body, "application/json", headers=asking.headers)
    assert places(told) == [("query", "limit", "int_parsing")]


def test_a_part_of_a_form_is_named_as_it_was_written(program):
    asking = program("owner")
    root = f"/api/v1/companies/{asking.company}"
    assert places(asking.client.post(f"{root}/uploads", {"kind": "deals"}, headers=asking.headers)) == [
        ("file", "files", "missing")
    ]
    assert places(asking.client.post(f"{root}/reports", {"target": "many"}, headers=asking.headers)) == [
        ("form", "target", "int_parsing")
    ]


def test_a_name_that_no_store_can_keep_is_told_all_the_same(program):
    asking = program("rep")
    address = f"/api/v1/companies/{asking.company}/deals/here-Ben-0/note"
    told = asking.client.post(address, '{"text": "x", "\\ud800": 1}', "application/json", headers=asking.headers)
    assert told.status_code == 422


@pytest.mark.parametrize("path", ["/nobody-knows-this", "/deals/a%0Ab/change", "/deals/a%0Ab/change%0A", "/%0A"])
def test_an_address_that_there_is_not_is_told_to_programs_as_a_problem(program, path):
    told = program("owner").post(path, {})
    assert (told.status_code, told.headers["Content-Type"]) == (404, "application/problem+json")
    assert told.json()["status"] == 404
