"""The addresses of the interface, under ``/api/v1/``."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path, re_path
from ninja import NinjaAPI, Router
from ninja.errors import ValidationError, ValidationErrorContext

from yaad.faces.api import (
    ahead,
    company,
    deals,
    door,
    events,
    figures,
    handed,
    house,
    imports,
    inquiries,
    jobs,
    my_day,
    opt_outs,
    papers,
    people,
    persons,
    quotes,
    sources,
    webhooks,
)
from yaad.faces.api.declared import check, sent
from yaad.faces.api.openapi import described
from yaad.server.policy import OPEN, POLICY, SIGNED_IN

VERSION = "1.0.0"


class _Api(NinjaAPI):
    """Names places of what was sent as it was written: an operation calls its body by a name that nobody wrote."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """What does not fit: each with where it was sent, and the steps to it."""
        found = []
        for context in error_contexts:
            inside = getattr(context.model, "__read_from_single_attr__", None)
            for one in super().validation_error_from_error_contexts([context]).errors:
                source, *steps = one["loc"]
                named = steps[1:] if inside is not None and steps[:1] == [inside] else steps
                found.append({**one, "loc": (source, *named)})
        return ValidationError(found)


def _api(name: str, *routers: Router) -> NinjaAPI:
    api = _Api(title="Yaad", version=VERSION, urls_namespace=name, openapi_url=None, docs_url=None)
    for router in routers:
        api.add_router("", router)
    api._exception_handlers.clear()  # noqa: SLF001 – errors go through to the door, which alone answers them
    return api


outside = _api("api", house.router)
ROOMS = (
    figures, ahead, quotes, papers, deals, events, inquiries, opt_outs, my_day, imports, jobs, sources, handed, people,
    persons, company, webhooks,
)  # fmt: skip
inside = _api("api-company", *(room.router for room in ROOMS))
NEEDS = check(outside, inside)
"""Operation → what it needs."""


def _guarded(api: NinjaAPI) -> list[URLPattern]:
    """The addresses of an API behind the door; what each operation needs is asked by itself, see `declared`."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    for pattern in found:
        pattern.callback = door.guarded(pattern.callback)
        setattr(pattern.callback, POLICY, SIGNED_IN)
    return found


def openapi(request: HttpRequest) -> HttpResponse:
    """What there is; it says nothing of any company, so that anybody may read it."""
    return sent(described(outside, inside, door.language_of(request)))


def _for_all(view: door.View) -> door.View:
    found = door.guarded(view, is_open=True)
    setattr(found, POLICY, OPEN)
    return found


urlpatterns = [
    path("companies/<str:company>/", include(_guarded(inside))),
    path("", include(_guarded(outside))),
    path("openapi.json", _for_all(openapi), name="api-openapi"),
    re_path(r"^", _for_all(door.missing), name="api-missing"),  # any address, also one with a line break
]
