"""Recurring sources: how each stands, add one, let it run, answer what it leaves open, keep its secret, remove it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaad.book.sources.named import HTTP, SFTP, Source
from yaad.book.sources.schedule import DAYS, Schedule
from yaad.errors import InputError, YaadError
from yaad.faces.web.formats import FILES, Format
from yaad.faces.web.progress import part_alone
from yaad.faces.web.templatetags.say import language
from yaad.server import bringing, recurring, tasks
from yaad.server.kept_files import kept_file
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.taken_out import download
from yaad.text import Message

STEPS = ("every 15m", "every 1h", "every 2h", "every 6h")
DAILY, WEEKLY = "daily", "weekly"
WEEK = (DAYS[-1], *DAYS[:-1])
"""The days as a week is written here: Sunday first."""
FIELDS = {
    HTTP: ("url", "login", "header"),
    SFTP: ("host", "path", "login", "fingerprint"),
    "salesforce": ("url",),
}
"""Kind → what its form asks for beside the name, the secret, the schedule and the mapping."""
IN_A_FORM = {
    "sources.source_name": "web.no_source_name",
    "sources.source_exists": "web.no_source_exists",
    "sources.source_needs": "web.no_source_needs",
    "sources.source_header": "web.no_source_header",
    "sources.source_path": "web.no_source_path",
    "sources.source_fingerprint": "web.no_source_fingerprint",
    "sources.source_secret_in_url": "web.no_source_secret",
    "sources.bad_schedule": "web.no_source_time",
}
"""What is said of a form where the command line speaks of its own words."""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """All sources, and the kinds that can be added."""
    shown, damaged = recurring.all_of_them(_now())
    context = {"page": "files", "sources": shown, "damaged": damaged, "kinds": recurring.offered()}
    context["zone"] = recurring.sources().zone.key
    return render(request, "web/sources.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of one kind; POST adds the source, with its secret where one was typed."""
    recurring.checked_kind(kind)
    if request.method != "POST":
        return _form(request, kind)
    try:
        source = _added(request, kind)
    except YaadError as error:  # said above the form, in which all but the secret still stands
        return _form(request, kind, error)
    return redirect("source", name=source.name)


def _added(request: HttpRequest, kind: str) -> Source:
    fields = ("name", "mapping", *FIELDS.get(kind, ()))
    typed: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in fields}
    port = request.POST.get("port", "").strip()
    if kind == SFTP and port:
        typed["port"] = int(port) if port.isdecimal() and len(port) <= len("65535") else 0
    return recurring.add(Source(**typed, kind=kind, schedule=_schedule(request)), _secret(request), _now())


def _secret(request: HttpRequest) -> str:
    """What was typed: a private key, else a password or token."""
    return request.POST.get("key", "").strip() or request.POST.get("secret", "")


def _schedule(request: HttpRequest) -> str:
    """The schedule that the form chooses; "" by hand alone."""
    when, at = request.POST.get("when", ""), request.POST.get("at", "").strip()
    if when == DAILY:
        return f"{DAILY} {at}"
    if when == WEEKLY:
        return f"{WEEKLY} {request.POST.get('day', '')} {at}"
    return when


def _form(request: HttpRequest, kind: str, error: YaadError | None = None) -> HttpResponse:
    absent = next(absent for one, _, absent in recurring.offered() if one == kind)
    context: Mapping[str, object] = {
        "page": "files",
        "kind": kind,
        "called": Message(f"web.source_kind_{kind}"),
        "absent": absent,
        "typed": request.POST,
        "fields": FIELDS.get(kind, ()),
        "steps": [(step, _step(step)) for step in STEPS],
        "days": [(day, Message(f"sources.day_{day}")) for day in WEEK],
        "mappings": recurring.mappings(),
        "error": _said(error).say(language()) if error else "",
    }
    return render(request, "web/source_add.html", context, status=status_of(error) if error else 200)


def _step(step: str) -> Message:
    return Schedule.parse(step).said


def _said(error: YaadError) -> YaadError:
    """The error in the words of a page."""
    key = IN_A_FORM.get(error.message.key)
    return InputError(Message(key, error.message.values)) if key else error


@require_GET
def source(request: HttpRequest, name: str) -> HttpResponse:
    """One source: its run that is under way, else how the last one went."""
    shown = recurring.load(name, _now())
    phases = list(tasks.Phase)
    if part := part_alone(request, shown.job, phases):
        return part
    told, questions = shown.standing.told, shown.standing.questions
    context = {
        "page": "files",
        "one": shown,
        "job": shown.job,
        "phases": phases,
        "told": told.get(language(), ""),
        "questions": [question.get(language(), "") for question in questions],
        "error": (shown.run.error or {}).get(language()) if shown.run else None,
        "zone": shown.zone.key,
    }
    return render(request, "web/source.html", context)


@require_POST
def run(request: HttpRequest, name: str) -> HttpResponse:
    """Begin to run a source."""
    del request
    recurring.begin(name, language(), _now())
    return redirect("source", name=name)


@require_POST
def cancel(request: HttpRequest, name: str) -> HttpResponse:
    """Stop the run that is under way."""
    del request
    if job := recurring.load(name, _now()).job:
        opened().jobs.cancel(job.id)
    return redirect("source", name=name)


@require_POST
def answer(request: HttpRequest, name: str) -> HttpResponse:
    """Bring the file that waits into the same way on which other files are asked about."""
    del request
    draft = recurring.answering(name, _now())
    if draft is None:
        return redirect("source", name=name)
    if not draft.understood and not draft.job:
        bringing.read_again(draft, language())
    return redirect("draft", draft=draft.id)


@require_POST
def secret(request: HttpRequest, name: str) -> HttpResponse:
    """Keep a source's password or token, in the place of an earlier one."""
    recurring.keep_secret(name, _secret(request), _now())
    return redirect("source", name=name)


@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Take a source away."""
    del request
    recurring.remove(name, _now())
    return redirect("sources")


@require_GET
def rejects(request: HttpRequest, name: str, number: int, ending: str) -> HttpResponse:
    """The refused rows of the last run: as a list, or as a workbook to correct."""
    del request
    written = recurring.load(name, _now()).standing.counts.rejects
    path = kept_file(written[number].with_suffix(f".{ending}"), "rejects") if number < len(written) else None
    if path is None:
        raise Http404
    return download(path.read_bytes(), FILES[Format(ending)], path.name)
