"""What is handed over: the sales X-ray as PDF and workbook, and the tables of the book as files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaad.book import Book
from yaad.faces.web import made, reading
from yaad.faces.web.asked import whole
from yaad.faces.web.beginning import begin
from yaad.faces.web.formats import FILES, Format, download, wanted
from yaad.faces.web.templatetags.say import language
from yaad.model import SCHEMAS
from yaad.reports import rows_of, table_sizes, write_table
from yaad.server import drafts, tasks
from yaad.server.drafts import Step
from yaad.server.state import opened
from yaad.server.uploads import clean_name
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
    sizes: Mapping[str, int] = opened().shelf.ask("table_sizes", table_sizes)
    return [(name, _called(name), rows) for name, rows in sizes.items() if rows]


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
    wanted_customers = whole(target) if target else None
    logo = request.FILES.get("logo")
    with made.begun() as new:
        path = new.folder / clean_name(logo.name) if logo else None
        if logo and path:
            with path.open("wb") as out:
                for chunk in logo.chunks():
                    out.write(chunk)
        arguments = {
            "book": str(opened().place.book),
            "folder": str(new.folder),
            "lang": language(),
            "files": report.get("report", {}).get("files", []),
            "notes": report.get("notes", []),
            "target": wanted_customers,
            "remarks": [remark for remark in (request.POST.get("remarks", "").strip(),) if remark],
            "logo": str(path) if path else "",
        }
        started = replace(new, job=opened().jobs.submit(tasks.XRAY, arguments))
        started.save()
    return redirect("report", report=started.id)


@require_GET
def report(request: HttpRequest, report: str) -> HttpResponse:
    """Where a report stands: progress, then its files."""
    found, job = made.load(report).advanced()
    if wanted(request, None) is Format.FRAGMENT:
        if job is None:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "web/parts/progress.html", {"job": job})
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

    def written(book: Book) -> bytes:
        with TemporaryDirectory(prefix="yaad-table-") as folder:
            path = Path(folder) / "table"
            write_table(rows_of(book, table), path, ending, language(), table)
            return path.read_bytes()

    # not kept on the shelf: a table may be large, and is asked for seldom
    return download(opened().shelf.once(written), FILES[Format(ending)], f"yaad-{table}.{ending}")
