"""How an operation is declared: what it needs, and with it the tag of its answer, the key of its request, its words."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from ninja import NinjaAPI, Router
from pydantic import BaseModel

from yaad.book import Book
from yaad.book.chances import are_kept
from yaad.faces.api.asking import not_empty
from yaad.faces.api.versions import tags
from yaad.server import answered
from yaad.server.policy import POLICY, SIGNED_IN
from yaad.server.roles import Capability
from yaad.server.scoping import Forbidden, current
from yaad.server.state import opened
from yaad.server.taken_out import FILES, download, result_as_file
from yaad.server.tokens import Scope
from yaad.show import Result, Table
from yaad.text import Message

Json = Mapping[str, Any]  # the values of a JSON object are of any kind by nature
VERSION = "version"
TABLES = ("csv", "xlsx", "parquet")
"""Endings of the files that a result is also told as."""
SCOPES: Mapping[Capability, Scope] = {
    Capability.TOTALS: Scope.READ,
    Capability.ROWS: Scope.READ,
    Capability.NOTE: Scope.WRITE,
    Capability.WRITE: Scope.WRITE,
    Capability.TARGETS: Scope.TARGETS,
    Capability.IMPORT: Scope.IMPORT,
    Capability.INVITE: Scope.PEOPLE,
    Capability.PEOPLE: Scope.SETTINGS,
}
"""What an operation needs → the scope of tokens to which it belongs, unless it says another one itself."""


@dataclass(frozen=True)
class Rows:
    """A result whose file holds other rows than its own table.

    Attributes:
        result: as JSON.
        table: language → the rows of a file.
    """

    result: Result
    table: Callable[[str], Table]


@dataclass(frozen=True)
class File:
    """A file to take away.

    Attributes:
        content: of it.
        ending: says its kind.
        name: of it.
        noted: what the log calls it; its name when absent.
    """

    content: bytes
    ending: str
    name: str
    noted: str = ""


Told = Json | Result | Rows
Operation = Callable[..., Told]


def of_scope(request: HttpRequest, scope: Scope) -> None:
    """Go on only with a token that was made for this, or without one.

    Raises:
        Forbidden: it was made for something else.
    """
    token = getattr(request, "token", None)
    if token is not None and scope not in token.scopes:
        raise Forbidden(Message("api.other_scope", {"scope": scope.value}))


@dataclass(frozen=True)
class Needs:
    """What an operation needs; asked before anything that was sent is read.

    Attributes:
        policy: a capability in the company, or `SIGNED_IN`.
        scope: that a token must be made for; None: any will do.
    """

    policy: Capability | str
    scope: Scope | None = None

    def __call__(self, request: HttpRequest) -> bool:
        """Go on only if it is given.

        Raises:
            Forbidden: it is not.
        """
        if self.scope is not None:
            of_scope(request, self.scope)
        if isinstance(self.policy, Capability):
            current().need(self.policy)
        return True


@dataclass(frozen=True)
class Said:
    """What the description says of an operation beside its words.

    Attributes:
        tells: the shape of its answer; None: it answers with a file alone.
        status: of its answer.
        answer, body: examples.
        files: endings of the files that it answers with.
        is_matched: it holds to ``If-Match``.
    """

    tells: type[BaseModel] | None
    status: int = 200
    answer: Json | None = None
    body: Json | None = None
    files: Sequence[str] = field(default=())
    is_matched: bool = False


def reads(
    router: Router,
    path: str,
    needs: Capability | str,
    tells: type[BaseModel],
    *,
    kept: bool = True,
    moves: bool = False,
    scope: Scope | None = None,
    example: Json | None = None,
    files: Sequence[str] = (),
) -> Callable[[Operation], Operation]:
    """Declare an operation that looks.

    Args:
        router: of which.
        path: its address.
        needs: see `Needs`.
        tells: the shape of its answer.
        kept: its answer changes only with the book, so that it carries a tag; a program that knows the tag gets 304.
            An answer with a ``version`` of its own carries that.
        moves: it tells what goes on as well, of which its ``version`` says nothing, so that it carries no tag.
        scope: of tokens to which it belongs; that of `SCOPES` when absent.
        example: of its answer.
        files: kinds of files as which its result is told as well, where ``Accept`` asks for one; it is asked of a book
            that holds something.
    """

    def declared(operation: Operation) -> Operation:
        @wraps(operation)
        def asked(request: HttpRequest, **given: Any) -> HttpResponse:  # noqa: ANN401 – what the operation takes
            if files:
                not_empty()
            known, ending = tags(request.headers.get("If-None-Match", "")), _ending(request, files)
            if kept:
                tag = _tag(request, ending)
                if tag in known:
                    return _tagged(HttpResponse(status=304), tag)
                return _tagged(_rendered(operation, operation(request, **given), ending), tag)
            told = operation(request, **given)
            if moves or not isinstance(told, Mapping) or VERSION not in told:
                return _rendered(operation, told, ending)
            tag = f'"{told[VERSION]}"'
            return _tagged(HttpResponse(status=304) if tag in known else sent(told), tag)

        router.get(path, **_words(operation, needs, scope, Said(tells, answer=example, files=files)))(asked)
        return operation

    return declared


def takes_out(
    router: Router,
    path: str,
    needs: Capability,
    *endings: str,
    method: str = "GET",
    scope: Scope | None = None,
    body: Json | None = None,
) -> Callable[[Callable[..., File]], Callable[..., File]]:
    """Declare an operation that gives a file; the audit log tells that it was taken out.

    Args:
        router: of which.
        path: its address.
        needs: see `Needs`.
        endings: kinds of the file.
        method: of its request; POST where what is asked does not belong into an address.
        scope: of tokens to which it belongs; that of `SCOPES` when absent.
        body: example of what is sent.
    """

    def declared(operation: Callable[..., File]) -> Callable[..., File]:
        @wraps(operation)
        def taken(request: HttpRequest, **given: Any) -> HttpResponse:  # noqa: ANN401 – what the operation takes
            found = operation(request, **given)
            return download(found.content, FILES[found.ending], found.name, found.noted)

        said = Said(None, body=body, files=endings)
        router.api_operation([method], path, **_words(operation, needs, scope, said))(taken)
        return operation

    return declared


def writes(
    router: Router,
    path: str,
    needs: Capability | str,
    tells: type[BaseModel],
    *,
    status: int = 200,
    method: str = "POST",
    scope: Scope | None = None,
    body: Json | None = None,
    example: Json | None = None,
    matched: bool = False,
) -> Callable[[Operation], Operation]:
    """Declare an operation that does something; under an ``Idempotency-Key`` it is done once.

    Args:
        router: of which.
        path: its address.
        needs: see `Needs`.
        tells: the shape of its answer.
        status: of its answer.
        method: of its request.
        scope: of tokens to which it belongs; that of `SCOPES` when absent.
        body: example of what is sent.
        example: of its answer.
        matched: it holds to ``If-Match``, see `yaad.faces.api.versions.hold`.
    """

    def declared(operation: Operation) -> Operation:
        @wraps(operation)
        def done(request: HttpRequest, **given: Any) -> HttpResponse:  # noqa: ANN401 – what the operation takes
            def work() -> tuple[int, str]:
                return status, _text(_plain(operation(request, **given)))

            key = request.headers.get("Idempotency-Key")
            if key is None:
                return _sent(*work())
            return _sent(*answered.once(current(), key, _digest(request), work))

        said = Said(tells, status, example, body, is_matched=matched)
        router.api_operation([method], path, **_words(operation, needs, scope, said))(done)
        return operation

    return declared


def check(*apis: NinjaAPI) -> dict[str, Needs]:
    """What each operation needs, and of which scope it is, by its id.

    Raises:
        ImproperlyConfigured: one says nothing of it; names it.
    """
    found: dict[str, Needs] = {}
    silent = []
    for api in apis:
        for router in api._get_bound_routers():  # noqa: SLF001 – the framework has no public list of its operations
            for path, view in router.path_operations.items():
                for one in view.operations:
                    policies = [each for each in one.auth_callbacks if isinstance(each, Needs)]
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


def _plain(told: Told) -> Json:
    """An answer as an object."""
    if isinstance(told, Rows):
        told = told.result
    return told.to_dict(get_language() or "en") if isinstance(told, Result) else told


def _rendered(operation: Callable[..., Told], told: Told, ending: str) -> HttpResponse:
    """An answer as an object, or as the file that was asked for."""
    if not ending or isinstance(told, Mapping):
        return sent(_plain(told))
    lang = get_language() or "en"
    table = told.table(lang)
    name = f"yaad-{operation.__name__}-{lang}.{ending}"
    return download(result_as_file(table, ending), FILES[ending], name)


def as_file(request: HttpRequest) -> bool:
    """Whether the rows are asked for as a file: all of them then, and no page."""
    return bool(_ending(request, TABLES))


def _ending(request: HttpRequest, files: Sequence[str]) -> str:
    """The ending of the file that is asked for; empty: an object."""
    asked = [one.partition(";")[0].strip().lower() for one in request.headers.get("Accept", "")[:500].split(",")]
    kinds = {FILES[ending].partition(";")[0]: ending for ending in files}
    return kinds.get(asked[0], "")


def _words(
    operation: Callable[..., object], needs: Capability | str, scope: Scope | None, said: Said
) -> dict[str, Any]:
    """What the framework is told of an operation; its sentences are put in by `yaad.faces.api.openapi`."""
    setattr(operation, POLICY, needs)
    own = scope or (SCOPES[needs] if isinstance(needs, Capability) else None)
    extra: dict[str, Any] = {
        "x-needs": str(needs),
        "x-scope": None if own is None else own.value,
        "x-matched": said.is_matched,
        "x-files": [FILES[one].partition(";")[0] for one in said.files],
        "x-json": said.tells is not None,
    }
    extra |= {} if said.answer is None else {"x-answer": said.answer}
    extra |= {} if said.body is None else {"x-body": said.body}
    return {
        "auth": Needs(needs, own),
        "operation_id": operation.__name__,
        "url_name": operation.__name__,
        "response": {said.status: said.tells or dict[str, Any]},
        "by_alias": True,
        "openapi_extra": extra,
        "tags": [operation.__module__.rpartition(".")[2]],
    }


def _digest(request: HttpRequest) -> str:
    """Of all that is asked, and for whom: somebody whose part has changed asks something else.

    It is kept for a while, and what is asked may hold a password: without the key of the server nothing can be tried
    against it.
    """
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
    return salted_hmac(__name__, told.hexdigest(), algorithm="sha256").hexdigest()


def _tag(request: HttpRequest, ending: str = "") -> str:
    """Of an answer: other data, another viewer, another language or another question have another one."""
    access = current()
    told = repr((version(), access.viewer.key, request.get_full_path(), get_language(), ending))
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:24]}"'


def version() -> str:
    """Of everything that an answer may lean on: the data, and what was computed of them."""
    return opened().shelf.glance(lambda book: "empty" if book.is_empty else f"{book.data_version} {computed(book)}")


def computed(book: Book) -> tuple[bool, bool]:
    """Which of the results that take long are there for these data; of no meaning to who is told none of them."""
    return (book.is_backtested, has_chances(book)) if book.viewer.persons else (False, False)


def has_chances(book: Book) -> bool:
    """Whether the chances of these data were computed already."""
    return are_kept(book.root, book.facts.deals_version)


__all__ = [
    "SIGNED_IN", "TABLES", "File", "Needs", "Rows", "Told", "as_file", "check", "computed", "has_chances", "key_of",
    "reads", "sent", "takes_out", "version", "writes",
]  # fmt: skip
