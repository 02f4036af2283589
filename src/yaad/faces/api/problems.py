"""Errors as problem details (RFC 9457): every answer that is no answer, in the words of the language asked for."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.http import HttpResponse

from yaad.errors import OpenQuestion, YaadError
from yaad.text import Message, has_key, render

TYPE = "application/problem+json"
URN = "urn:yaad:problem:"
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


def unfit(errors: Sequence[Mapping[str, object]], lang: str) -> HttpResponse:
    """What was sent does not have the form that the operation asks for: each place with its reason."""
    found = []
    for one in errors:
        place = ".".join(str(part) for part in one["loc"])  # type: ignore[attr-defined] # a tuple of names and numbers
        kind = str(one["type"])
        key = f"api.unfit_{kind}" if has_key(f"api.unfit_{kind}", lang) else "api.unfit"
        found.append({"where": place, "kind": kind, "detail": render(Message(key, {"place": place}), lang)})
    return problem(422, " ".join(dict.fromkeys(one["detail"] for one in found)), lang, errors=found)
