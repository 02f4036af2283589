"""Recurring sources: how each stands, add one, let it run, answer what it leaves open. A secret is never told again."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book.sources.named import Source
from yaad.book.sources.sftp_files import PORT
from yaad.errors import BookError, UnknownName
from yaad.faces.api import jobs
from yaad.faces.api.declared import File, of_scope, reads, takes_out, writes
from yaad.faces.api.imports import UPLOAD, brief
from yaad.faces.api.jobs import JOB
from yaad.faces.api.paging import Listing
from yaad.faces.api.parameters import Body, Count, Cursor, Long, Name, Text, lang
from yaad.faces.api.shapes import work as shapes
from yaad.faces.api.versions import hold, version_of
from yaad.server import bringing, recurring, scheduled
from yaad.server.kept_files import kept_file
from yaad.server.recurring import Shown
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.tokens import Scope
from yaad.server.writing import one_at_a_time
from yaad.show import plain
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
SourceName = Annotated[Name, Field(examples=["crm"])]
FileNumber = Annotated[int, Field(ge=0, le=9999, examples=[0])]
SOURCE = {
    "name": "crm",
    "kind": "http",
    "place": "https://crm.example.com/deals.csv",
    "mapping": "",
    "schedule": "daily 06:00",
    "last": "2026-10-20T06:00:04+03:00",
    "due": "2026-10-21T06:00:00+03:00",
    "outcome": "done",
    "said": "…",
    "secret_since": "2026-09-01T10:00:00+03:00",
    "questions": [],
    "waiting": 0,
    "rejects": 1,
    "job": None,
    "version": "3f2a9c0d41b7e865",
}


@reads(
    router,
    "/sources",
    Capability.PEOPLE,
    shapes.Sources,
    kept=False,
    example={"sources": [SOURCE], "damaged": [], "kinds": ["http", "sftp"], "next": None},
)
def sources(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """All sources, and the kinds that can be added."""
    del request
    shown, damaged = recurring.all_of_them(_now())
    listing: Listing[Shown] = Listing("sources", lambda one: one.source.name, _told)
    return listing.page(shown, cursor, limit) | {
        "damaged": [{"name": one.name, "error": one.error.say(lang())} for one in damaged],
        "kinds": [kind for kind, _called, absent in recurring.offered() if not absent],
    }


@reads(router, "/sources/{name}", Capability.PEOPLE, shapes.Source, kept=False, moves=True, example=SOURCE)
def source(request: HttpRequest, name: SourceName) -> Json:
    """One source: its run under way, else how the last one went."""
    del request
    return _told(recurring.load(name, _now()))


class NewSource(Body):
    """A source, as `yaad source add` takes it.

    Attributes:
        schedule: when it is due; by hand alone when empty.
        secret: a password, token or private key; it is kept and never told again.
    """

    name: Name
    kind: Name
    url: Annotated[Text, Field(max_length=2000)] = ""
    host: Text = ""
    port: Annotated[int, Field(ge=1, le=65535)] = PORT
    path: Text = ""
    login: Text = ""
    header: Text = ""
    fingerprint: Text = ""
    mapping: Text = ""
    schedule: Text = ""
    secret: Long = ""


@writes(
    router,
    "/sources",
    Capability.PEOPLE,
    shapes.Source,
    body={"name": "crm", "kind": "http", "url": "https://crm.example.com/deals.csv", "schedule": "daily 06:00"},
    example=SOURCE,
)
def add_source(request: HttpRequest, body: NewSource) -> Json:
    """Add a source."""
    of_scope(request, Scope.IMPORT)
    current().need(Capability.IMPORT)
    made = recurring.add(Source(**body.model_dump(exclude={"secret"})), body.secret, _now())
    return _told(recurring.load(made.name, _now()))


@writes(router, "/sources/{name}/run", Capability.PEOPLE, shapes.Job, status=202, example=JOB)
def run_source(request: HttpRequest, name: SourceName) -> Json:
    """Let a source run now, where it does not run yet."""
    of_scope(request, Scope.IMPORT)
    current().need(Capability.IMPORT)
    recurring.begin(name, lang(), _now())
    found = recurring.load(name, _now()).run
    if found is None:
        raise BookError(Message("api.ran_already"))
    return jobs.told(found)


@writes(router, "/sources/{name}/cancel", Capability.PEOPLE, shapes.Source, example=SOURCE)
def stop_source(request: HttpRequest, name: SourceName) -> Json:
    """Stop the run that is under way."""
    del request
    if found := recurring.load(name, _now()).job:
        jobs.stopped(found.id)
    return _told(recurring.load(name, _now()))


@writes(router, "/sources/{name}/answer", Capability.PEOPLE, shapes.Upload, status=202, example=UPLOAD)
def answer_source(request: HttpRequest, name: SourceName) -> Json:
    """Bring the file that waits into the way on which uploads are asked about."""
    del request
    found = recurring.answering(name, _now())
    if found is None:
        raise BookError(Message("api.nothing_waits"))
    if not found.understood and not found.job:
        bringing.read_again(found, lang())
    return brief(found, bringing.advance(found))


@writes(router, "/sources/{name}/take-over", Capability.PEOPLE, shapes.Source, example=SOURCE, matched=True)
def take_over_source(request: HttpRequest, name: SourceName) -> Json:
    """Let a source that stopped run on in the name of who asks."""
    with _held(request, name):
        scheduled.take_over(current(), name)
    return _told(recurring.load(name, _now()))


class Secret(Body):
    """A password, token or private key."""

    secret: Annotated[Long, Field(min_length=1)]


@writes(
    router,
    "/sources/{name}/secret",
    Capability.PEOPLE,
    shapes.Source,
    body={"secret": "…"},
    example=SOURCE,
    matched=True,
)
def keep_secret(request: HttpRequest, name: SourceName, body: Secret) -> Json:
    """Keep a source's secret, in the place of an earlier one; it is never told again."""
    with _held(request, name):
        recurring.keep_secret(name, body.secret, _now())
    return _told(recurring.load(name, _now()))


@writes(router, "/sources/{name}/remove", Capability.PEOPLE, shapes.Removed, example={"removed": "crm"}, matched=True)
def remove_source(request: HttpRequest, name: SourceName) -> Json:
    """Take a source away; what it brought stays."""
    with _held(request, name):
        recurring.remove(name, _now())
    return {"removed": name}


@takes_out(router, "/sources/{name}/rejects/{int:number}.csv", Capability.PEOPLE, "csv")
def source_rejects(request: HttpRequest, name: SourceName, number: FileNumber) -> File:
    """The refused rows of the last run, with the reasons."""
    del request
    return _rejects(name, number, "csv")


@takes_out(router, "/sources/{name}/rejects/{int:number}.xlsx", Capability.PEOPLE, "xlsx")
def source_mend(request: HttpRequest, name: SourceName, number: FileNumber) -> File:
    """The refused rows of the last run as a workbook to correct and bring back."""
    del request
    return _rejects(name, number, "xlsx")


def _rejects(name: str, number: int, ending: str) -> File:
    written = recurring.load(name, _now()).standing.counts.rejects
    path = kept_file(written[number].with_suffix(f".{ending}"), "rejects") if number < len(written) else None
    if path is None:
        raise UnknownName("option", str(number), [])
    return File(path.read_bytes(), ending, path.name)


@contextmanager
def _held(request: HttpRequest, name: str) -> Iterator[None]:
    """Alone, and only where a source still is set up as the program read it.

    Raises:
        Conflict: ``If-Match`` names another version than the source has now.
    """
    with one_at_a_time():
        hold(request, lambda: _version(recurring.load(name, _now())))
        yield


def _version(one: Shown) -> str:
    """The version of what was set of a source, whoever set it; its runs are none of that."""
    return version_of(asdict(one.source) | {"secret_since": one.secret_since})


def _told(one: Shown) -> Json:
    """A source; of its secret only since when there is one."""
    standing = one.standing
    return {
        "name": one.source.name,
        "kind": one.source.kind,
        "place": one.source.shown,
        "mapping": one.source.mapping,
        "schedule": one.source.schedule,
        "last": one.last.isoformat() if one.last else None,
        "due": one.due.isoformat() if one.due else None,
        "outcome": standing.outcome.value if standing.outcome else None,
        "said": standing.told.get(lang(), ""),
        "secret_since": one.secret_since.isoformat() if one.secret_since else None,
        "questions": [plain(question.get(lang(), ""), lang()) for question in standing.questions],
        "waiting": len(standing.waiting),
        "rejects": len(standing.counts.rejects),
        "job": jobs.told(one.run) if one.run else None,
        "version": _version(one),
    }


def _now() -> dt.datetime:
    """A face may read the clock."""
    return dt.datetime.now(dt.UTC)
