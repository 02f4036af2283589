"""The doors of a company for inquiries, what came to them and was not read, and to whom inquiries are handed."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from yaad.errors import InputError, YaadError
from yaad.faces.web.templatetags.say import language
from yaad.model import Settings
from yaad.model.inquiries import HANDED_BY
from yaad.model.settings import INQUIRY_DAYS, INQUIRY_RULES
from yaad.server.doors.keeping import KINDS, WEBHOOK, Door, Doors
from yaad.server.doors.signing import sign
from yaad.server.doors.taking import Sent, access_of, take
from yaad.server.questions import goal_reading
from yaad.server.scoping import current, on_behalf_of
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import one_at_a_time, stamp, write_once
from yaad.text import LANGUAGES, Message

Rules = Mapping[str, Any]  # plain values, as the setting holds them
ROWS_OF_RULES = 3
"""Empty rows for further rules."""


@require_http_methods(["GET", "HEAD", "POST"])
def doors(request: HttpRequest) -> HttpResponse:
    """All doors and letters; POST makes a door."""
    if request.method != "POST":
        return _page(request)
    asked = Door(
        id="",
        key="",
        name=request.POST.get("name", ""),
        kind=request.POST.get("kind", ""),
        source=request.POST.get("source", "").strip(),
        campaign=request.POST.get("campaign", "").strip(),
        lang=request.POST.get("lang", ""),
        consent=request.POST.get("consent", "").strip(),
        sites=tuple(request.POST.get("sites", "").split()),
    )
    try:
        with one_at_a_time():
            made = _doors().make(asked, _now())
    except YaadError as error:
        return _page(request, error)
    _noted("door.made", made)
    return redirect(reverse("doors") + f"#door-{made.id}")


@require_POST
def change(request: HttpRequest, door: str) -> HttpResponse:
    """Open or close a door, give it another address and secret, or keep the secret of its sender."""
    what = request.POST.get("what", "")
    try:
        with one_at_a_time():
            one = _doors().of(door)
            if what == "rotate":
                one = _doors().rotate(door, _now())
            elif what == "secret" and one.kind == WEBHOOK:
                _doors().keep_secret(one, request.POST.get("secret", ""), _now())
            elif what in ("open", "close"):
                one = _doors().change(Door(**{**vars(one), "is_open": what == "open"}))
            else:
                raise InputError(Message("inquiries.door_kind"))
    except YaadError as error:
        return _page(request, error)
    _noted(f"door.{what}", one)
    return redirect(reverse("doors") + f"#door-{one.id}")


@require_POST
def letter(request: HttpRequest, letter: str) -> HttpResponse:
    """Read again what was kept aside, or let it go."""
    kept = _doors()
    try:
        one = kept.letter(letter)
        if request.POST.get("what") == "again":
            door = kept.of(one.door)
            with on_behalf_of(access_of(door, current().company)):
                answer = take(kept, door, Sent(one.body.encode(), one.content_type), one.came)
            if answer.refused:  # there is no room for what cannot be read: the letter stays as it is
                return _page(request, InputError(Message("inquiries.still_unread")))
            if answer.kept:  # put aside anew, and one is enough
                kept.let_go(letter)
                return _page(request, InputError(Message("inquiries.still_unread")))
        kept.let_go(letter)
    except YaadError as error:
        return _page(request, error)
    return redirect(reverse("doors") + "#letters")


@require_http_methods(["GET", "HEAD", "POST"])
def handing(request: HttpRequest) -> HttpResponse:
    """To whom new inquiries are handed, and within how many days touches are one inquiry."""
    if request.method != "POST":
        return _rules(request)
    try:
        days = request.POST.get("days", "").strip()
        number = int(days) if days.isdecimal() and len(days) < 6 else -1
        before = opened().shelf.once(lambda book: book.settings)
        rules = _typed(request, before)
        _known_all(rules, before)
        said = {INQUIRY_RULES: rules, INQUIRY_DAYS: number}
        after = before
        for name, value in said.items():  # all of it can be kept before any of it is
            after = after.with_entry(name, json.dumps(value, ensure_ascii=False))
        if after.handing != before.handing:  # who is next is counted from the day on which the rules were said
            write_once(lambda book: book.set_setting(INQUIRY_RULES, said[INQUIRY_RULES], **stamp()))
        if after.inquiry_days != before.inquiry_days:
            write_once(lambda book: book.set_setting(INQUIRY_DAYS, number, **stamp()))
    except YaadError as error:
        return _rules(request, error)
    return redirect(reverse("inquiry-rules") + "?done=1")


def _rows(request: HttpRequest) -> list[tuple[str, str, str]]:
    """The rows of rules as a form has them: column, value and people."""
    columns, values, people = (request.POST.getlist(name) for name in ("column", "value", "people"))
    return list(zip(columns, values, people, strict=False))


def _known_all(rules: Rules, before: Settings) -> None:
    """Hold that everybody to whom inquiries are to be handed is somebody whom the company knows.

    Raises:
        InputError: nobody is called so.
    """
    known = {*goal_reading.names("owner"), *before.people, *before.handing.otherwise, *_members()}
    known |= {one for rule in before.handing.rules for one in rule.to}
    asked = [*(one for rule in rules["rules"] for one in rule["to"]), *rules["otherwise"]]
    if strange := [one for one in dict.fromkeys(asked) if one not in known]:
        raise InputError(Message("inquiries.nobody_called", {"names": ", ".join(strange)[:200]}))


def _members() -> set[str]:
    """Whom the members of the company are in its data; a book of one's own has none."""
    from yaad.server.members import members_of

    access = current()
    return {one.person for one in members_of(access) if one.person} if access.company else set()


def _typed(request: HttpRequest, before: Settings) -> Rules:
    """The rules as they were typed; a row without people is none, and one that the page does not show stays."""
    rules: list[Any] = [
        {"when": {column: value.strip()}, "to": _names(people)}
        for column, value, people in _rows(request)
        if _names(people)
    ]
    rules += [{"when": dict(rule.when), "to": list(rule.to)} for rule in before.handing.rules if len(rule.when) != 1]
    return {"rules": rules, "otherwise": _names(request.POST.get("otherwise", ""))}


def _names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _rules(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    settings = opened().shelf.once(lambda book: book.settings)
    said = settings.handing
    rows = [
        (next(iter(rule.when)), next(iter(rule.when.values())), ", ".join(rule.to))
        for rule in said.rules
        if len(rule.when) == 1
    ]
    typed = request.POST if error is not None else {}
    if typed:  # what was typed stays where it could not be kept
        rows = [row for row in _rows(request) if any(row[1:])]
    context = {
        "page": "inquiries",
        "rows": [*rows, *([(HANDED_BY[0], "", "")] * ROWS_OF_RULES)],
        "columns": [(name, f"inquiries.rule_{name}") for name in HANDED_BY],
        "otherwise": typed.get("otherwise", ", ".join(said.otherwise)),
        "days": typed.get("days", settings.inquiry_days),
        "owners": goal_reading.names("owner"),
        "done": "done" in request.GET and error is None,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/inquiry_rules.html", context, status=status_of(error) if error else 200)


def _page(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    kept = _doors()
    shown = [(one, _address(one), _secret(kept, one)) for one in kept.all()]
    names = {one.id: one.name for one, _, _ in shown}
    example = json.dumps({"id": "17", "name": "Dana", "phone": "050-1234567", "message": "?"})
    context = {
        "page": "inquiries",
        "doors": shown,
        "letters": [(one, names.get(one.door, "–")) for one in kept.letters()],
        "kinds": [(name, f"inquiries.kind_{name}") for name in KINDS],
        "languages": LANGUAGES,
        "typed": request.POST,
        "example": example,
        "signature": sign("…", example.encode(), 1700000000)[:30] + "…",
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/doors.html", context, status=status_of(error) if error else 200)


def _secret(kept: Doors, one: Door) -> str:
    """The secret of a door; none where the key that seals it is another one now: it is given a new one."""
    if one.kind != WEBHOOK:
        return ""
    try:
        return kept.secret(one)
    except YaadError:
        return ""


def _doors() -> Doors:
    """Those of the company; a book of one's own has none, since nobody else reaches it."""
    if not current().company:
        raise Http404
    return Doors(opened().shelf.book.root)


def _address(one: Door) -> str:
    from yaad.server.companies import home

    return f"{home().address}/in/{current().company}/{one.key}/"


def _noted(action: str, one: Door) -> None:
    from yaad.server import audit

    access = current()
    audit.record(access.company, access.account, action, f"door:{one.name}")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
