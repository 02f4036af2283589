"""What is handed over: the sales X-ray as PDF and workbook, and the tables of the book as files."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaad.faces.web.beginning import begin
from yaad.faces.web.formats import FILES, Format
from yaad.faces.web.progress import part_alone
from yaad.faces.web.templatetags.say import language
from yaad.model import SCHEMAS
from yaad.server import drafts, made
from yaad.server.drafts import Step
from yaad.server.questions import reading
from yaad.server.questions.plan_asked import whole
from yaad.server.taken_out import download, table_as_file
from yaad.show.speech import Said
from yaad.text import LANGUAGES, Message, has_key

KINDS = {"pdf": "application/pdf", "xlsx": FILES[Format.XLSX]}

Json = Any  # the account of an import: plain JSON values of any kind


@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """The form of the X-ray, what was made before, the tables of the book; POST makes an X-ray."""
    if reading.is_empty():
        return begin(request)
    if request.method == "POST":
        return _make(request, {})
    shown = [one.advanced()[0] for one in made.latest()]
    context = {"page": "reports", "reports": [one for one in shown if one.files], "tables": _tables()}
    return render(request, "web/reports.html", context)


def _tables() -> Sequence[tuple[str, Said, int]]:
    """The tables of the book that have rows: what each is called in an address and in words, and how many."""
    return [(name, _called(name), rows) for name, rows in reading.tables().items()]


def _called(table: str) -> Said:
    """What a table is called in words; its own name where it has none yet."""
    key = f"web.table_{table}"
    return Message(key) if has_key(key, LANGUAGES[0]) else table


@require_POST
def of_draft(request: HttpRequest, draft: str) -> HttpResponse:
    """Make the X-ray after an import, with the account of its rows."""
    found = drafts.load(draft)
    if found.step is not Step.IMPORTED:
        return redirect("draft", draft=draft)
    return _make(request, found.report or {})


def _make(request: HttpRequest, report: Json) -> HttpResponse:
    target = request.POST.get("target", "").strip()
    started = made.xray(
        language(),
        target=whole(target) if target else None,
        remarks=request.POST.get("remarks", "").strip(),
        logo=request.FILES.get("logo"),
        account=report,
    )
    return redirect("report", report=started.id)


@require_GET
def report(request: HttpRequest, report: str) -> HttpResponse:
    """Where a report stands: progress, then its files."""
    found, job = made.load(report).advanced()
    if told := part_alone(request, job):
        return told
    context = {
        "page": "reports",
        "report": found,
        "job": job,
        "missing": (found.missing or {}).get(language()),
        "failed": found.error is not None,
        "error": (found.error or {}).get(language()),
    }
    return render(request, "web/report.html", context)


@require_GET
def xray_file(request: HttpRequest, report: str, ending: str) -> HttpResponse:
    """The report as PDF or workbook."""
    del request
    found = made.load(report)
    path = found.folder / f"xray.{ending}"
    if ending not in KINDS or ending not in found.advanced()[0].files or not path.is_file():
        raise Http404(report)
    return download(path.read_bytes(), KINDS[ending], f"yaad-xray.{ending}")


@require_GET
def table_file(request: HttpRequest, table: str, ending: str) -> HttpResponse:
    """A table of the book as a file."""
    del request
    if table not in SCHEMAS or Format(ending) not in FILES or reading.is_empty():
        raise Http404(table)

    content = table_as_file(table, ending, language())
    return download(content, FILES[Format(ending)], f"yaad-{table}.{ending}")
