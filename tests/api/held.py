"""Answers held to the description: each has the shape that is said of it, and no member that is said nowhere."""

import copy
import json
from functools import cache

from jsonschema import Draft202012Validator


@cache
def document():
    from yaad.faces.api.openapi import described
    from yaad.faces.api.urls import inside, outside

    return json.loads(json.dumps(described(outside, inside, "en")))


def operations(told):
    """Id of an operation → what is said of it."""
    return {one["operationId"]: one for methods in told["paths"].values() for one in methods.values()}


def closed(schema):
    """The same, knowing no member that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(one) for name, one in schema.items()}
    return {"additionalProperties": False} | found if "properties" in found else found


def answers(operation):
    """Status → the shape of its answer as an object."""
    return {
        status: told["content"]["application/json"]["schema"]
        for status, told in operation["responses"].items()
        if "application/json" in told.get("content", {})
    }


@cache
def _parts():
    return closed(copy.deepcopy(document()["components"]))


@cache
def checker(name, status):
    schema = answers(operations(document())[name])[status]
    return Draft202012Validator({**closed(copy.deepcopy(schema)), "components": _parts()})


def strays(name, status, told):
    """Where an answer of an operation is not what is said of it."""
    return [f"{name} {one.json_path}: {one.message[:200]}" for one in checker(name, str(status)).iter_errors(told)]


def name_of(request):
    """Id of the operation that a request asked; an address has one for each of its methods."""
    from django.urls import resolve

    first = resolve(request["PATH_INFO"]).url_name
    for methods in document()["paths"].values():
        if any(one["operationId"] == first for one in methods.values()):
            return methods[request["REQUEST_METHOD"].lower()]["operationId"]
    return None


def hold(response):
    """Fail where an answer to a program is not what is said of it."""
    is_object = response.headers.get("Content-Type", "").startswith("application/json")
    name = name_of(response.request) if is_object and response.status_code < 300 else None
    if name is not None:
        found = strays(name, response.status_code, response.json())
        assert not found, found
    return response
