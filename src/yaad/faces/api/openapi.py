"""The description of the interface for programs that read it: OpenAPI 3.1, its sentences in the language asked for."""

import copy
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from ninja import NinjaAPI
from ninja.openapi.schema import get_schema

from yaad.faces.api.declared import SIGNED_IN
from yaad.text import Message, render

Json = dict[str, Any]  # the values of a JSON object are of any kind by nature

ERRORS = (400, 401, 403, 404, 409, 413, 422, 429, 500)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"where": {"type": "string"}, "detail": {"type": "string"}}},
        },
    },
    "examples": [
        {"type": "urn:yaad:problem:not-found", "title": "Not here", "status": 404, "detail": "No deal is called D-1."}
    ],
}
COMPANY = "c0123456789ab"


@cache
def examples() -> Json:
    """Examples of answers that are long: operation → answer."""
    found: Json = yaml.safe_load((files("yaad.faces.api") / "examples.yaml").read_text("utf-8"))
    return found


def described(outside: NinjaAPI, inside: NinjaAPI, lang: str) -> Json:
    """The whole description.

    Args:
        outside: the operations outside of any company.
        inside: those of one company.
        lang: of its sentences.
    """

    def say(key: str) -> str:
        return render(Message(f"api.{key}"), lang)

    found: Json = copy.deepcopy(dict(get_schema(outside, "api/v1/")))
    company: Json = copy.deepcopy(dict(get_schema(inside, "api/v1/companies/{company}/")))
    found["paths"] |= company["paths"]
    schemas = found["components"].setdefault("schemas", {})
    schemas |= company["components"].get("schemas", {}) | {"Problem": PROBLEM}
    found["info"]["description"] = say("about")
    found["servers"] = [{"url": "/"}]
    found["components"] |= {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": say("about_token")}},
        "parameters": _parameters(say),
        "responses": {
            "Problem": {
                "description": say("about_problem"),
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        },
    }
    for schema in schemas.values():
        schema.pop("description", None)
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            _finish(operation, path, method, say)
    return found


def _parameters(say: Any) -> Json:  # noqa: ANN401 – a function of one key
    def header(name: str, key: str, example: str) -> Json:
        return {
            "name": name,
            "in": "header",
            "required": False,
            "description": say(key),
            "schema": {"type": "string", "maxLength": 150},
            "example": example,
        }

    return {
        "Company": {
            "name": "company",
            "in": "path",
            "required": True,
            "description": say("about_company"),
            "schema": {"type": "string", "pattern": "^c[0-9a-f]{12}$"},
            "example": COMPANY,
        },
        "IdempotencyKey": header("Idempotency-Key", "about_key", "order-2026-10-20-17"),
        "IfMatch": header("If-Match", "about_match", '"3f2a9c0d41b7e865"'),
        "IfNoneMatch": header("If-None-Match", "about_none_match", 'W/"5d41402abc4b2a76b9719d91"'),
    }


def _finish(operation: Json, path: str, method: str, say: Any) -> None:  # noqa: ANN401 – a function of one key
    """Put in what all operations have: words, headers, examples, problems, who may."""
    operation["summary"] = say(f"op_{operation['operationId']}")
    operation.pop("description", None)
    operation["security"] = [{"token": []}]
    names = ["Company"] if "{company}" in path else []
    if method == "get":
        names += ["IfNoneMatch"] if operation["x-needs"] != SIGNED_IN else []
    else:
        names += ["IdempotencyKey", *(["IfMatch"] if "/deals/" in path else [])]
    operation["parameters"] = [
        *({"$ref": f"#/components/parameters/{name}"} for name in names),
        *operation.get("parameters", []),
    ]
    for response in operation["responses"].values():
        response["description"] = say("answer_said")
        answer = operation.pop("x-answer", None) or examples().get(operation["operationId"])
        if answer is not None:
            response["content"]["application/json"]["example"] = answer
    if (body := operation.pop("x-body", None)) is not None:
        for content in operation["requestBody"]["content"].values():
            content["example"] = body
    if method == "get" and names[-1:] == ["IfNoneMatch"]:
        operation["responses"]["304"] = {"description": say("about_none_match")}
    more = (412,) if "IfMatch" in names else ()
    for status in (*ERRORS, *more):
        operation["responses"][str(status)] = {"$ref": "#/components/responses/Problem"}
