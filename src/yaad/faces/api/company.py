"""What a company says of itself, who stands where in it, its audit log, and measures of its own."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book.scorecards import FILE
from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import TABLES, as_file, reads, writes
from yaad.faces.api.paging import after, next_of
from yaad.faces.api.parameters import Amount, Body, Count, Cursor, InPath, Long, Name, Number, Period, Text, day, lang
from yaad.faces.api.people import alone
from yaad.faces.api.shapes import people as shapes
from yaad.faces.api.versions import hold, version_of
from yaad.measures.own_yaml import read_own_measures, write_own_measures
from yaad.server import audit as chain
from yaad.server import companies as ours
from yaad.server.audit_lines import Lines, Narrowed, read
from yaad.server.kinds import STARTS
from yaad.server.leaderboard import Board, Row
from yaad.server.leaderboard import board as board_of
from yaad.server.models import Company
from yaad.server.roles import Capability, Kind
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.tokens import Scope
from yaad.server.writing import one_at_a_time, write_once
from yaad.show import Result
from yaad.show.results import plain

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
SAID = {
    "name": "Blue Kitchens",
    "kind": "projects",
    "country": "IL",
    "zone": "Asia/Jerusalem",
    "currency": "ILS",
    "vat": "18",
    "transparency": "rank",
    "version": "3f2a9c0d41b7e865",
}


@reads(router, "/company", Capability.PEOPLE, shapes.Company, kept=False, example=SAID)
def company(request: HttpRequest) -> Json:
    """What the company says of itself."""
    del request
    return _told()


class Change(Body):
    """What the company says from now on; what is left out stays.

    Attributes:
        vat: in percent; empty: none.
    """

    name: Name | None = None
    kind: Literal["projects", "phone", "field", "retail", "services", "orders"] | None = None
    country: Text | None = None
    zone: Text | None = None
    currency: Text | None = None
    vat: Amount | None = None
    transparency: Literal["off", "rank", "names", "amounts"] | None = None


@writes(
    router, "/company", Capability.PEOPLE, shapes.Company, body={"transparency": "rank"}, example=SAID, matched=True
)
def change_company(request: HttpRequest, body: Change) -> Json:
    """Change what the company says of itself."""

    def work() -> Json:
        hold(request, lambda: str(_told()["version"]))
        before = ours.Asked.of(Company.objects.get(pk=current().company)).typed
        ours.change(current(), ours.Asked.read(before | body.model_dump(exclude_none=True)))
        return _told()

    return alone(work)


class Typed(Body):
    """The name of the company, typed once more."""

    name: Name


@writes(
    router,
    "/company/retire",
    Capability.PEOPLE,
    shapes.Retired,
    body={"name": "Blue Kitchens"},
    example={"retired": True},
)
def retire_company(request: HttpRequest, body: Typed) -> Json:
    """Let nobody open the company any more; its data stay, and an owner opens it again on the page of companies."""
    del request
    ours.retire(current(), body.name)
    return {"retired": True}


@reads(
    router,
    "/company/start",
    Capability.PEOPLE,
    shapes.Columns,
    kept=False,
    example={"columns": ["Deal", "Customer", "Inquiry", "Quote", "Won"]},
)
def start_columns(request: HttpRequest) -> Json:
    """Columns of a table to begin with, for a company of its kind."""
    del request
    kind = Kind(Company.objects.values_list("kind", flat=True).get(pk=current().company))
    return {"columns": list(STARTS[kind].table(lang()))}


def _told() -> Json:
    said = ours.Asked.of(Company.objects.get(pk=current().company)).typed
    return said | {"version": version_of(said)}


# ---- who stands where ------------------------------------------------------------------------------------------------


PLACE = {"place": 1, "name": "Dana", "is_me": True, "achieved": 91000.0, "wanted": 120000.0, "share": 0.7583}


@reads(
    router,
    "/leaderboard",
    Capability.ROWS,
    shapes.Board,
    kept=False,
    example={
        "period": "2026-10",
        "shown": "names",
        "of": 5,
        "by_target": True,
        "unit": "ILS",
        "rows": [PLACE],
        "notes": [],
    },
)
def leaderboard(request: HttpRequest, period: Period = "") -> Json:
    """Who stands where this month, as far as the company lets its people see it."""
    del request
    not_empty()
    return _board(board_of(current(), period or None))


def _board(found: Board) -> Json:
    return {
        "period": found.period.name,
        "shown": found.shown.value,
        "of": found.of,
        "by_target": found.by_target,
        "unit": found.unit,
        "rows": [_row(one) for one in found.rows],
        "notes": plain(found.notes, lang()),
    }


def _row(one: Row) -> Json:
    return {
        "place": one.place,
        "name": one.name,
        "is_me": one.is_me,
        "achieved": one.achieved,
        "wanted": one.wanted,
        "share": one.share,
    }


# ---- the audit log ---------------------------------------------------------------------------------------------------


LINE = {
    "seq": 31,
    "at": "2026-10-20T09:30:00+03:00",
    "who": "Dana Levi",
    "action": "member.invited",
    "subject": "invitation:7",
    "detail": "role: rep",
    "digest": "9f86d081884c7d65…",
}


@reads(
    router,
    "/audit",
    Capability.PEOPLE,
    shapes.Lines,
    scope=Scope.AUDIT,
    kept=False,
    files=TABLES,
    example={"lines": [LINE], "next": None},
)
def audit(
    request: HttpRequest,
    *,
    actor: Annotated[Number | None, Field(examples=[3])] = None,
    action: Annotated[Text, Field(examples=["member.invited"])] = "",
    on: Annotated[dt.date | None, Field(examples=["2026-10-20"])] = None,
    cursor: Cursor = "",
    limit: Count = 50,
) -> Result | Json:
    """Who did what, the latest first."""
    about = {"actor": actor, "action": action, "on": on}
    below = int(after("lines", cursor, about)) if cursor else None
    asked = Narrowed(actor, action, day(on, "on"), below)
    if as_file(request):
        return Lines(read(current().company, asked, limit=None))
    log = read(current().company, asked, limit=limit)
    goes_on = next_of("lines", log.lines[-1].seq, about) if log.older else None
    return {**Lines(log).to_dict(lang()), "next": goes_on}


@reads(
    router,
    "/audit/verify",
    Capability.PEOPLE,
    shapes.Whole,
    scope=Scope.AUDIT,
    kept=False,
    example={"is_whole": True, "seq": None, "why": None},
)
def verify_audit(request: HttpRequest) -> Json:
    """Whether a line of the audit log was changed since."""
    del request
    broken = chain.verify(current().company)
    return {
        "is_whole": broken is None,
        "seq": None if broken is None else broken.seq,
        "why": None if broken is None else broken.why,
    }


# ---- measures of its own ---------------------------------------------------------------------------------------------


OWN = {
    "measures": ["web_sales"],
    "yaml": "version: 1\nmeasures:\n  - id: web_sales\n    names: {en: Sales from the site}\n    good: up\n"
    "    sum: {column: amount, where: {outcome: won, source: [Site]}, date: closed_day}\n",
    "version": "3f2a9c0d41b7e865",
}


NONE = {"measures": [], "yaml": "", "version": "9c0d41b7e8653f2a"}


@reads(router, "/own-measures", Capability.TOTALS, shapes.OwnMeasures, kept=False, example=OWN)
def own_measures(request: HttpRequest) -> Json:
    """Measures that the company defined."""
    del request
    return _own()


def _own() -> Json:
    own = opened().shelf.book.own_measures
    told: Json = {"measures": [one.id for one in own.measures], "yaml": write_own_measures(own)}
    return told | {"version": version_of(told)}


@contextmanager
def _held(request: HttpRequest) -> Iterator[None]:
    """Alone, and only where the definitions still are as the program read them.

    Raises:
        Conflict: ``If-Match`` names another version than they have now.
    """
    with one_at_a_time():
        hold(request, lambda: str(_own()["version"]))
        yield


class Definitions(Body):
    """Definitions as the file of measures holds them."""

    yaml: Long


@writes(
    router,
    "/own-measures",
    Capability.PEOPLE,
    shapes.OwnMeasures,
    body={"yaml": OWN["yaml"]},
    example=OWN,
    matched=True,
)
def add_own_measures(request: HttpRequest, body: Definitions) -> Json:
    """Define measures; one of a known id takes its place."""
    not_empty()
    own = read_own_measures(body.yaml, FILE)
    with _held(request):
        write_once(lambda book: book.add_measures(own))
    return _own()


@writes(
    router,
    "/own-measures/{measure}/remove",
    Capability.PEOPLE,
    shapes.OwnMeasures,
    example=NONE,
    matched=True,
)
def remove_own_measure(request: HttpRequest, measure: InPath) -> Json:
    """Take a definition away."""
    with _held(request):
        write_once(lambda book: book.remove_measure(measure))
    return _own()
