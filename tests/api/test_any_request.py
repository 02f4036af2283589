"""Any request that fits the description, and many that do not, get an answer that the description knows: never a fault.

So many examples of each operation are made by Schemathesis from the description alone; `make check-long` makes more.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.api.conftest import token_of

EXAMPLES = int(os.environ.get("YAAD_API_EXAMPLES", "26"))
HEAVY = {
    "act", "backtest", "change", "chances", "cohorts", "customer", "customers", "doctor", "erase_person",
    "explain", "export_person", "figures", "forecast", "funnel", "goals", "judgements", "kpi", "kpi_rows",
    "kpis", "levers", "leaks", "look_at_person", "lose", "measure", "move", "moved", "note", "place_person",
    "my_day", "plan", "proposals", "put_team", "stuck", "undo", "take_inquiry", "waiting_inquiries", "opt_out",
    "win", "write_down", "events", "quote", "quotes", "withdraw_quote", "attach_file",
}  # fmt: skip
"""Operations whose answer is computed, or that write a deal so that what was computed is computed anew: a part of the
examples."""
PART = 12
LEAST = 2000
"""Requests that are made unless less is asked for."""
REAL = {"deal_id": "here-Ann-0", "measure": "win_rate", "what": "chances"}
"""Values of parameters that lead to something; every second request has them."""


@pytest.fixture(scope="module")
def schema(team):
    """The description, over the server in this process, with the token of an owner and no limit of requests."""
    import schemathesis
    from django.core.handlers.wsgi import WSGIHandler

    from yaad.server import jobs, limits

    handler, token = WSGIHandler(), token_of(team, "owner")

    def app(environ, start_response):
        environ |= {"HTTP_HOST": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {token}", "REMOTE_ADDR": "127.0.0.1"}
        answer = handler(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()  # with it what was sent goes from the disk

    patch = pytest.MonkeyPatch()
    patch.setattr(limits, "asking", limits.Limit(10**9))
    patch.setattr(jobs.Jobs, "_line_up", lambda *_args: None)  # a job waits and never runs
    patch.setattr("yaad.server.answered.PATIENCE", 0.0)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    patch.undo()


def examples(name: str) -> int:
    """How many requests are made of an operation."""
    return max(EXAMPLES // PART, 1) if name in HEAVY else EXAMPLES


def operations() -> Iterator[str]:
    """Ids of all operations, known without a server."""
    import re
    from pathlib import Path

    import yaad.faces

    for path in sorted((Path(yaad.faces.__file__).parent / "api").glob("*.py")):
        yield from re.findall(r"\n@(?:reads|writes|takes_out)\((?:.|\n)*?\ndef (\w+)\(", path.read_text("utf-8"))


@pytest.mark.parametrize("name", list(operations()))
def test_any_request_gets_an_answer_that_is_described(team, schema, name):
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

    operation = schema.find_operation_by_id(name)
    turns = iter(range(10**9))

    @settings(
        max_examples=examples(name),
        phases=[Phase.generate, Phase.shrink],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @given(case=operation.as_strategy())
    def each(case):
        if "company" in case.path_parameters:
            case.path_parameters["company"] = team.here.id
        if next(turns) % 2:
            case.path_parameters |= {key: value for key, value in REAL.items() if key in case.path_parameters}
        response = case.call()
        case.validate_response(
            response, checks=[not_a_server_error, content_type_conformance, response_schema_conformance]
        )
        if response.status_code >= 400:
            assert response.json()["status"] == response.status_code

    each()


def test_so_many_requests_are_made():
    assert EXAMPLES < 26 or sum(map(examples, operations())) >= LEAST


def test_all_operations_are_asked(home):
    from yaad.faces.api.urls import NEEDS

    assert set(operations()) == set(NEEDS)
