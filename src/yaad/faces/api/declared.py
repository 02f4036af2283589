"""How an operation is declared: what it needs, and with it the tag of its answer, the key of its request, its words."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import NinjaAPI, Router

from yaad.book import Book
from yaad.book.chances import are_kept
from yaad.server import answered
from yaad.server.policy import POLICY, SIGNED_IN
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened

Json = Mapping[str, Any]  # the values of a JSON object are of any kind by nature
Operation = Callable[..., Json]
VERSION = "version"


@dataclass(frozen=True)
class Needs:
    """What an operation needs; asked before anything that was sent is read.

    Attributes:
        policy: a capability in the company, or `SIGNED_IN`.
    """

    policy: Capability | str

    def __call__(self, request: HttpRequest) -> bool:
        """Go on only if it is given.

        Raises:
            Forbidden: it is not.
        """
        del request
        if isinstance(self.policy, Capability):
            current().need(self.policy)
        return True


def reads(
    router: Router, path: str, needs: Capability | str, *, kept: bool = True, example: Json | None = None
) -> Callable[[Operation], Operation]:
    """Declare an operation that looks.

    Args:
        router: of which.
        path: its address.
        needs: see `Needs`.
        kept: its answer changes only with the book, so that it carries a tag; a program that knows the tag gets 304.
            An answer with a ``version`` of its own carries that.
        example: of its answer.
    """

    def declared(operation: Operation) -> Operation:
        @wraps(operation)
        def asked(request: HttpRequest, **given: Any) -> HttpResponse:  # noqa: ANN401 – what the operation takes
            known = _tags(request.headers.get("If-None-Match", ""))
            if kept:
                tag = _tag(request)
                return _tagged(HttpResponse(status=304) if tag in known else sent(operation(request, **given)), tag)
            told = operation(request, **given)
            if VERSION not in told:
                return sent(told)
            tag = f'"{told[VERSION]}"'
            return _tagged(HttpResponse(status=304) if tag in known else sent(told), tag)

        router.get(path, **_words(operation, needs, 200, example))(asked)
        return operation

    return declared


def writes(
    router: Router,
    path: str,
    needs: Capability,
    *,
    status: int = 200,
    method: str = "POST",
    body: Json | None = None,
    example: Json | None = None,
) -> Callable[[Operation], Operation]:
    """Declare an operation that does something; under an ``Idempotency-Key`` it is done once.

    Args:
        router: of which.
        path: its address.
        needs: see `Needs`.
        status: of its answer.
        method: of its request.
        body: example of what is sent.
        example: of its answer.
    """

    def declared(operation: Operation) -> Operation:
        @wraps(operation)
        def done(request: HttpRequest, **given: Any) -> HttpResponse:  # noqa: ANN401 – what the operation takes
            def work() -> tuple[int, str]:
                return status, _text(operation(request, **given))

            key = request.headers.get("Idempotency-Key")
            if key is None:
                return _sent(*work())
            return _sent(*answered.once(current(), key, _digest(request), work))

        router.api_operation([method], path, **_words(operation, needs, status, example, body))(done)
        return operation

    return declared


def check(*apis: NinjaAPI) -> dict[str, Capability | str]:
    """What each operation needs, by its id.

    Raises:
        ImproperlyConfigured: one says nothing of it; names it.
    """
    found: dict[str, Capability | str] = {}
    silent = []
    for api in apis:
        for router in api._get_bound_routers():  # noqa: SLF001 – the framework has no public list of its operations
            for path, view in router.path_operations.items():
                for one in view.operations:
                    policies = [each.policy for each in one.auth_callbacks if isinstance(each, Needs)]
                    if len(policies) == 1:
                        found[str(one.operation_id)] = policies[0]
                    else:
                        silent.append(f"{','.join(one.methods)} {path}")
    if silent:
        raise ImproperlyConfigured(f"without a policy: {', '.join(silent)}")
    return found


def sent(told: Json, status: int = 200) -> HttpResponse:
    """An object as an answer."""
    return _sent(status, _text(told))


def key_of(request: HttpRequest) -> str | None:
    """The key that an entry of this request carries in the journal: its own account's, so that nobody guesses it."""
    told = request.headers.get("Idempotency-Key")
    return None if told is None else f"api:{current().account}:{hashlib.sha256(told.encode()).hexdigest()}"


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def _sent(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="application/json; charset=utf-8")


def _text(told: Json) -> str:
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def _words(
    operation: Operation, needs: Capability | str, status: int, example: Json | None, body: Json | None = None
) -> dict[str, Any]:
    """What the framework is told of an operation; its sentences are put in by `yaad.faces.api.openapi`."""
    setattr(operation, POLICY, needs)
    extra: dict[str, Any] = {"x-needs": str(needs)}
    if example is not None:
        extra["x-answer"] = example
    if body is not None:
        extra["x-body"] = body
    return {
        "auth": Needs(needs),
        "operation_id": operation.__name__,
        "url_name": operation.__name__,
        "response": {status: dict[str, Any]},
        "openapi_extra": extra,
        "tags": [operation.__module__.rpartition(".")[2]],
    }


def _digest(request: HttpRequest) -> str:
    """Of all that is asked, and for whom: somebody whose part has changed asks something else."""
    told = hashlib.sha256()
    for part in (request.method or "", request.get_full_path(), current().viewer.key):
        told.update(part.encode() + b"\0")
    if (request.content_type or "").startswith("multipart/"):
        for name, values in sorted(request.POST.lists()):
            told.update(json.dumps([name, values]).encode())
        for file in request.FILES.getlist("files"):
            told.update(json.dumps([file.name, file.size]).encode())
            for chunk in file.chunks():
                told.update(chunk)
            file.seek(0)
    else:
        told.update(request.body)
    return told.hexdigest()


def _tag(request: HttpRequest) -> str:
    """Of an answer: other data, another viewer, another language or another question have another one."""
    access = current()
    told = repr((version(), access.viewer.key, request.get_full_path(), get_language()))
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:24]}"'


def version() -> str:
    """Of everything that an answer may lean on: the data, and what was computed of them."""
    return opened().shelf.once(lambda book: "empty" if book.is_empty else f"{book.data_version} {computed(book)}")


def computed(book: Book) -> tuple[bool, bool]:
    """Which of the results that take long are there for these data; of no meaning to who is told none of them."""
    return (book.is_backtested, has_chances(book)) if book.viewer.persons else (False, False)


def has_chances(book: Book) -> bool:
    """Whether the chances of these data were computed already."""
    return are_kept(book.root, book.facts.deals_version)


def _tags(told: str) -> list[str]:
    return [one.strip() for one in told.split(",")]


__all__ = ["SIGNED_IN", "Needs", "check", "computed", "has_chances", "key_of", "reads", "sent", "version", "writes"]
