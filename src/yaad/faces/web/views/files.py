"""Files & data: drop files, see what was understood, answer what is open, import, see the account."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaad.book import ImportRecord
from yaad.book.reports import kind_shown
from yaad.errors import BookError, InputError, YaadError
from yaad.faces.web import beginning
from yaad.faces.web.account import account
from yaad.faces.web.formats import FILES, Format
from yaad.faces.web.progress import part_alone
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.overview import answers
from yaad.intake import Kind
from yaad.model import StageType
from yaad.server import bringing, drafts, tasks
from yaad.server.drafts import Draft, Step
from yaad.server.jobs import Job
from yaad.server.kept_files import changes_file, refused_file
from yaad.server.questions import reading
from yaad.server.scoping import current
from yaad.server.statuses import status_of
from yaad.server.taken_out import download
from yaad.server.wire import unpack
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.import_lines import Did

TYPED = ("deal", "customer", "person", "source", "amount", "phone", "day", "stage")
"""Fields of the first deal of a board of one's own."""
ANSWER = "q:"  # names of the questions' fields begin so


@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest) -> HttpResponse:
    """The drop zone and what was taken in before; POST takes files, or a pasted table."""
    if request.method != "POST":
        return files_page(request)
    try:
        draft = _taken(request)
    except (InputError, BookError) as error:  # said above the form, in which what was pasted still stands
        return files_page(request, error)
    return redirect("draft", draft=draft)


def _taken(request: HttpRequest) -> str:
    """Keep what was sent and begin to read it; the id of its draft."""
    given = request.POST
    return bringing.taken(
        request.FILES.getlist("files"), language(), pasted=given.get("pasted", ""), kind=given.get("kind", "")
    ).id


def files_page(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    """The page, with what went wrong above it."""
    imports, waiting = reading.imports(), drafts.latest()
    accounts = {one.imported: one for one in waiting if one.imported}
    made, undone = _who()
    there = {record.name for record in imports}
    context = {
        "page": "files",
        "kinds": [(kind.value, Message(f"web.kind_{kind.value}")) for kind in Kind],
        "drafts": [(one, undone.get(one.imported)) for one in waiting if one.imported not in there][:20],
        "empty": reading.is_empty(),
        "imports": [
            {
                "name": one.name,
                "kind": kind_shown(one.kind).said,
                "files": [file.name for file in one.files],
                "account": accounts.get(one.name),
                "brought": _brought(one, made.get(one.name), accounts.get(one.name)),
            }
            for one in imports
        ],
        "error": error.say(language()) if error else "",
        "pasted": request.POST.get("pasted", ""),
        "stages": beginning.stages_to_begin_with() if reading.is_empty() else [],
        "typed": {name: request.POST.get(name) for name in TYPED},
        "who_begins": beginning.who_begins() if reading.is_empty() else "",
    }
    return page(request, "web/files.html", context, status=status_of(error) if error else 200)


def _who() -> "tuple[Mapping[str, Did], Mapping[str, Did]]":
    """Who brought each import in and who took it back; nobody is known where one book is served."""
    if not current().company:
        return {}, {}
    from yaad.server.import_lines import of_company  # reads tables, which the server of one book does not have

    return of_company(current().company)


def _brought(one: ImportRecord, made: "Did | None", draft: Draft | None) -> list[Message]:
    """What goes with an import when it is taken back, and whose it is, as far as it is known."""
    found = []
    rows = _loaded(draft) if draft is not None else made.rows if made is not None else None
    if rows is not None:
        found.append(Message("web.undo_rows", {"n": rows, "kind": kind_shown(one.kind).said}))
    if made is not None and made.by:
        found.append(Message("web.undo_by", {"by": made.by, "day": made.day}))
    return found


def _loaded(draft: Draft) -> int:
    """The rows of an upload that are in the book."""
    return sum(file["loaded"] for file in draft.report["report"]["files"])


@require_GET
def draft(request: HttpRequest, draft: str) -> HttpResponse:
    """Where an upload stands: progress, questions, or the account of its import with the first answers."""
    found = drafts.load(draft)
    job = bringing.advance(found)
    if told := part_alone(request, job, _phases(found)):  # once it has ended the next page of the upload is ready
        return told
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
    context["stage_types"] = [kind.value for kind in StageType]
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


@require_POST
def answer(request: HttpRequest, draft: str) -> HttpResponse:
    """Answers to what was open; the files are read again with them. While they are at work the page says how far."""
    found = drafts.load(draft)
    if not bringing.is_at_rest(found):
        return redirect("draft", draft=draft)
    # several fields of one name tell an order
    given = {name: ", ".join(str(value).strip() for value in values) for name, values in request.POST.lists()}
    answers = {name.removeprefix(ANSWER): text for name, text in given.items() if name.startswith(ANSWER) and text}
    bringing.answer(found, answers, language())
    return redirect("draft", draft=draft)


@require_POST
def start(request: HttpRequest, draft: str) -> HttpResponse:
    """Import an upload that leaves nothing open."""
    found = drafts.load(draft)
    if bringing.is_at_rest(found) and found.understood:
        bringing.begin(found, request.POST.get("as_of", "").strip(), language())
    return redirect("draft", draft=draft)


@require_POST
def read(request: HttpRequest, draft: str) -> HttpResponse:
    """Read an upload once more, after its reading was stopped or broke off."""
    del request
    found = drafts.load(draft)
    if bringing.is_at_rest(found):
        bringing.read_again(found, language())
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
