"""The description of the interface for programs that read it: OpenAPI 3.1, its sentences in the language asked for."""

import copy
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from ninja import NinjaAPI
from ninja.openapi.schema import get_schema

from yaad.faces.api.declared import SIGNED_IN
from yaad.text import Message, render

Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
Say = Callable[..., str]
"""Gives a sentence of the catalogue by its key and its values."""

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
            "items": {
                "type": "object",
                "required": ["where", "in", "kind", "detail"],
                "properties": {name: {"type": "string"} for name in ("where", "in", "kind", "detail")},
            },
        },
    },
    "examples": [
        {"type": "urn:yaad:problem:not-found", "title": "Not here", "status": 404, "detail": "No deal is called D-1."}
    ],
}
FILE = {"type": "string", "format": "binary"}
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

    def say(key: str, **values: object) -> str:
        return render(Message(f"api.{key}", values), lang)

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


def _parameters(say: Say) -> Json:
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


def _finish(operation: Json, path: str, method: str, say: Say) -> None:
    """Put in what all operations have: words, headers, examples, files, problems, who may."""
    told = {name: operation.pop(f"x-{name}", None) for name in ("answer", "body", "files", "json", "matched")}
    operation["summary"] = say(f"op_{operation['operationId']}")
    is_once, is_matched = method != "get" and bool(told["json"]), bool(told["matched"])
    operation["description"] = _described(operation, say, is_once=is_once, is_matched=is_matched)
    operation["security"] = [{"token": []}]
    names = ["Company"] if "{company}" in path else []
    if method == "get":
        names += ["IfNoneMatch"] if operation["x-needs"] != SIGNED_IN and told["json"] else []
    elif told["json"]:
        names += ["IdempotencyKey", *(["IfMatch"] if told["matched"] else [])]
    operation["parameters"] = [
        *({"$ref": f"#/components/parameters/{name}"} for name in names),
        *operation.get("parameters", []),
    ]
    answer = told["answer"] or examples().get(operation["operationId"])
    for response in operation["responses"].values():
        response["description"] = say("answer_said")
        if answer is not None:
            response["content"]["application/json"]["example"] = answer
        if not told["json"]:
            del response["content"]["application/json"]
        response["content"] |= {kind: {"schema": FILE} for kind in told["files"]}
    if told["body"] is not None:
        for content in operation["requestBody"]["content"].values():
            content["example"] = told["body"]
    if names[-1:] == ["IfNoneMatch"]:
        operation["responses"]["304"] = {"description": say("about_none_match")}
    more = (412,) if "IfMatch" in names else ()
    for status in (*ERRORS, *more):
        operation["responses"][str(status)] = {"$ref": "#/components/responses/Problem"}


def _described(operation: Json, say: Say, *, is_once: bool, is_matched: bool) -> str:
    """What an operation needs and how it is asked, in sentences."""
    needs, scope = operation["x-needs"], operation["x-scope"]
    found = [say("needs_signed_in") if needs == SIGNED_IN else say(f"needs_{needs}")]
    found.append(say("scope_any") if scope is None else say("scope_one", scope=scope))
    if is_once:
        found.append(say("said_once"))
    if is_matched:
        found.append(say("said_matched"))
    if "202" in operation["responses"]:
        found.append(say("said_job"))
    return " ".join(found)
