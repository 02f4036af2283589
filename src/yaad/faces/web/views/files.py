"""Files & data: drop files, see what was understood, answer what is open, import, see the account."""

from collections.abc import Mapping
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaad.book.reports import kind_shown
from yaad.errors import BookError, InputError, YaadError
from yaad.faces.web import drafts, reading, tasks
from yaad.faces.web.account import account, changes_file, refused_file
from yaad.faces.web.drafts import Draft, Step
from yaad.faces.web.formats import FILES, Format, download, wanted
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.overview import answers
from yaad.faces.web.wire import unpack
from yaad.intake import Kind
from yaad.server.jobs import Job, State
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.text import Message, render

ANSWER = "q:"  # names of the questions' fields begin so


@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest) -> HttpResponse:
    """The drop zone and what was taken in before; POST takes files, or a pasted table."""
    if request.method != "POST":
        return _files_page(request)
    try:
        draft = _taken(request)
    except (InputError, BookError) as error:  # said above the form, in which what was pasted still stands
        return _files_page(request, error)
    return redirect("draft", draft=draft)


def _taken(request: HttpRequest) -> str:
    """Keep what was sent and begin to read it; the id of its draft."""
    uploads = opened().uploads
    pasted_name = render(Message("web.pasted_name"), language())
    upload = uploads.keep(request.FILES.getlist("files"), request.POST.get("pasted", ""), pasted_name)
    kind = request.POST.get("kind", "")
    draft = drafts.start(upload, kind if kind in list(Kind) else "")
    if not draft.files:
        raise InputError(Message("web.only_mapping"))
    read_again(draft)
    return draft.id


def _files_page(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    imports, waiting = reading.imports(), drafts.latest()
    accounts = {one.imported: one.id for one in waiting if one.imported}
    context = {
        "page": "files",
        "kinds": [(kind.value, Message(f"web.kind_{kind.value}")) for kind in Kind],
        "drafts": [one for one in waiting if one.imported not in {record.name for record in imports}][:20],
        "empty": reading.is_empty(),
        "imports": [
            {
                "name": one.name,
                "kind": kind_shown(one.kind).said,
                "files": [file.name for file in one.files],
                "account": accounts.get(one.name),
            }
            for one in imports
        ],
        "error": error.say(language()) if error else "",
        "pasted": request.POST.get("pasted", ""),
    }
    return page(request, "web/files.html", context, status=status_of(error) if error else 200)


@require_GET
def draft(request: HttpRequest, draft: str) -> HttpResponse:
    """Where an upload stands: progress, questions, or the account of its import with the first answers."""
    found = drafts.load(draft)
    job = _advance(found)
    if wanted(request, None) is Format.FRAGMENT:
        if job is None:
            return HttpResponse(headers={"HX-Refresh": "true"})  # the next page of the upload is ready
        return page(request, "web/parts/progress.html", {"job": job, "phases": _phases(found)})
    return page(request, f"web/draft_{_view_of(found, job)}.html", _context(found, job))


def _view_of(found: Draft, job: Job | None) -> str:
    """Which of the four pages of an upload is shown."""
    if job is not None:
        return "progress"
    if found.step is Step.IMPORTED:
        return "done"
    return "understood" if found.understood else "failed"


def _context(found: Draft, job: Job | None) -> Mapping[str, object]:
    context: dict[str, object] = {"page": "files", "draft": found, "job": job, "understood": unpack(found.understood)}
    context["phases"] = _phases(found)
    context["error"] = (found.error or {}).get(language()) if found.error is not None else None
    context["failed"] = found.error is not None
    context["answered"] = list(unpack(found.answered).values())
    if found.step is Step.IMPORTED and job is None:
        empty = reading.is_empty()  # all of it may have been taken back since
        context |= {**account(found), "empty": empty, **({} if empty else answers())}
    return context


def _phases(found: Draft) -> list[tasks.Phase]:
    """What the job of a draft goes through."""
    read = [tasks.Phase.READING, tasks.Phase.CHECKING]
    return [*read, tasks.Phase.STORING] if found.step is Step.IMPORTING else read


def _arguments(found: Draft) -> dict[str, object]:
    return {
        "book": str(opened().place.book),
        "paths": [str(path) for path in found.files],
        "mapping": str(found.mapping) if found.mapping else "",
        "kind": found.kind,
        "answers": found.answers,
        "as_of": found.as_of,
        "lang": language(),
        "source": found.source,
        "waits": found.waits,
    }


def read_again(found: Draft) -> None:
    """Start to read (again): after a drop and after each round of answers."""
    found.step, found.error, found.cancelled = Step.READING, None, False
    found.job = opened().jobs.submit(tasks.UNDERSTAND, _arguments(found))
    found.save()


def _advance(found: Draft) -> Job | None:
    """Take over what the draft's job has come to; the job while it still runs, else None."""
    if not found.job:
        return None
    job = opened().jobs.progress(found.job)
    if not job.state.final:
        return job
    importing = found.step is Step.IMPORTING
    found.job, found.error, found.cancelled = "", None, job.state is State.CANCELLED
    if job.state is State.DONE and importing:
        found.report, found.step = job.result, Step.IMPORTED
        opened().uploads.forget_files(found.id)
    elif job.state is State.DONE:
        found.understood, found.step = job.result, Step.UNDERSTOOD
    else:
        found.step = Step.UNDERSTOOD
        found.error = job.error if job.state is State.FAILED else None
    found.save()
    return None


@require_POST
def answer(request: HttpRequest, draft: str) -> HttpResponse:
    """Answers to what was open; the files are read again with them."""
    found = drafts.load(draft)
    for name, values in request.POST.lists():
        text = ", ".join(str(value).strip() for value in values)  # several fields of one name tell an order
        if name.startswith(ANSWER) and text:
            found.answers[name.removeprefix(ANSWER)] = text
    found.answered |= _in_words(found)
    read_again(found)
    return redirect("draft", draft=draft)


def _in_words(found: Draft) -> dict[str, object]:
    """The questions that were asked last and are answered now, each with its answer as it stood there."""
    asked = (found.understood or {}).get("questions", [])
    told: dict[str, object] = {}
    for question in asked:
        answer = found.answers.get(question["id"])
        if answer is not None:
            chosen = next((option for option in question["options"] if option["answer"] == answer), None)
            told[question["id"]] = {"text": question["text"], **(chosen or {"answer": answer, "named": True})}
    return told


@require_POST
def start(request: HttpRequest, draft: str) -> HttpResponse:
    """Import an upload that leaves nothing open."""
    found = drafts.load(draft)
    if found.job or found.step is Step.IMPORTED:
        return redirect("draft", draft=draft)
    found.as_of = request.POST.get("as_of", "").strip()
    found.step, found.error, found.cancelled = Step.IMPORTING, None, False
    found.job = opened().jobs.submit(tasks.IMPORT, _arguments(found))
    found.save()
    return redirect("draft", draft=draft)


@require_POST
def read(request: HttpRequest, draft: str) -> HttpResponse:
    """Read an upload once more, after its reading was stopped or broke off."""
    del request
    found = drafts.load(draft)
    if not found.job and found.files and found.step is not Step.IMPORTED:
        read_again(found)
    return redirect("draft", draft=draft)


@require_GET
def rejects(request: HttpRequest, draft: str, number: int) -> HttpResponse:
    """The refused rows of one file of an import, with the reasons."""
    del request
    return _taken_home(refused_file(drafts.load(draft), number, ".csv"))


@require_GET
def mend(request: HttpRequest, draft: str, number: int) -> HttpResponse:
    """The refused rows of one file as a workbook to correct and bring back."""
    del request
    return _taken_home(refused_file(drafts.load(draft), number, ".xlsx"))


@require_GET
def changes(request: HttpRequest, draft: str) -> HttpResponse:
    """All that an import changed, row by row."""
    del request
    return _taken_home(changes_file(drafts.load(draft)))


def _taken_home(path: Path | None) -> HttpResponse:
    if path is None:
        raise Http404
    return download(path.read_bytes(), FILES[Format(path.suffix.removeprefix("."))], path.name)


@require_GET
def mapping(request: HttpRequest, draft: str) -> HttpResponse:
    """How the files were understood, as the mapping file that the command line and the next import read."""
    del request
    understood = drafts.load(draft).understood
    if not understood:
        raise Http404(draft)
    return download(str(understood["mapping"]).encode(), "application/yaml; charset=utf-8", "mapping.yaml")
