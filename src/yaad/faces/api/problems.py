"""Errors as problem details (RFC 9457): every answer that is no answer, in the words of the language asked for."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import cast

from django.http import HttpResponse

from yaad.errors import OpenQuestion, YaadError
from yaad.text import Message, has_key, render

TYPE = "application/problem+json"
URN = "urn:yaad:problem:"
BODY, MISSING = "body", "missing"
TITLED = (400, 401, 403, 404, 405, 409, 412, 413, 422, 429, 500)


def problem(status: int, detail: str, lang: str, **more: object) -> HttpResponse:
    """An answer that says what went wrong.

    Args:
        status: of the answer.
        detail: the whole sentence.
        lang: of its title.
        more: further members; what is None is left out.
    """
    name = HTTPStatus(status).name.lower().replace("_", "-")
    key = f"api.title_{status}" if status in TITLED else "api.title_400"
    body = {
        "type": URN + name,
        "title": render(Message(key), lang),
        "status": status,
        "detail": detail,
        **{name: value for name, value in more.items() if value is not None},
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=TYPE)
    response["Content-Language"] = lang
    return response


def said(error: YaadError, status: int, lang: str) -> HttpResponse:
    """An error of the product's family."""
    questions = None
    if isinstance(error, OpenQuestion):
        questions = [{"id": one.id, "text": render(one.text, lang)} for one in error.questions]
    return problem(status, error.say(lang), lang, questions=questions)


def message(status: int, key: str, lang: str, **values: object) -> HttpResponse:
    """A sentence of the catalogue."""
    return problem(status, render(Message(key, values), lang), lang)


def unfit(errors: Sequence[Mapping[str, object]], written: object, lang: str) -> HttpResponse:
    """What was sent does not have the form that the operation asks for: each place with its reason.

    Args:
        errors: each with its ``type`` and its ``loc``: where it was sent, and the steps to it.
        written: the body as it was written.
        lang: of the sentences.
    """
    found = []
    for one in errors:
        loc, kind = cast("tuple[str | int, ...]", one["loc"]), str(one["type"])
        source, steps = str(loc[0]), loc[1:]
        place = _place(steps, written, kind) if source == BODY else ".".join(map(str, steps))
        key = f"api.unfit_{kind}" if has_key(f"api.unfit_{kind}", lang) else "api.unfit"
        told = {"where": place or BODY, "in": source, "kind": kind}
        found.append(told | {"detail": render(Message(key, {"place": place or BODY}), lang)})
    several = {(one["where"], one["in"], one["detail"]): one for one in reversed(found)}  # of forms that none fits: one
    told_once = list(reversed(several.values()))
    return problem(422, " ".join(dict.fromkeys(one["detail"] for one in told_once)), lang, errors=told_once)


def _place(steps: Sequence[str | int], written: object, kind: str) -> str:
    """The way to a value through the body as it was written, without the names of forms among which it might choose."""
    way: list[str | int] = []
    for step in steps:
        if _holds(written, step):
            written = written[step]  # type: ignore[index] # it holds that member
        elif kind != MISSING or step != steps[-1]:
            continue
        way.append(step)
    return ".".join(map(str, way))


def _holds(written: object, step: str | int) -> bool:
    if isinstance(written, dict):
        return step in written
    return isinstance(written, list) and isinstance(step, int) and step < len(written)
