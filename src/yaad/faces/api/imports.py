"""Files on their way into the book, its imports, and the jobs that do what takes long."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from ninja.files import UploadedFile
from ninja.params.functions import File, Form
from pydantic import Field

from yaad.book import ImportRecord, ImportsMade
from yaad.errors import BookError, UnknownName
from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import reads, writes
from yaad.faces.api.parameters import Body, Name, Text, lang
from yaad.model import parse_day
from yaad.server import bringing, computing, drafts, tasks
from yaad.server.drafts import Draft, Step
from yaad.server.jobs import Job
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.wire import unpack
from yaad.show import plain
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
OfUpload = Annotated[Name, Field(examples=["5f0c9a7d3b1e4f26"])]
WRITTEN = ("book.difference_written", "book.return_written")
"""Notes that name a file on the server."""
JOB = {"id": "9b1d5c0e7a2f4683", "state": "running", "done": 1200, "total": 5000, "part": 24, "error": None}
UPLOAD = {"id": "5f0c9a7d3b1e4f26", "names": ["deals.csv"], "step": "reading", "job": JOB}


@reads(router, "/imports", Capability.IMPORT, kept=False)
def imports(request: HttpRequest) -> Json:
    """The imports that the book is made of."""
    del request
    return dict(ImportsMade(_records()).to_dict(lang()))


@writes(router, "/imports/{name}/undo", Capability.IMPORT, status=202, example=JOB)
def undo_import(request: HttpRequest, name: Annotated[Name, Field(examples=["0001-deals"])]) -> Json:
    """Take an import back."""
    del request
    not_empty()
    known = {record.name for record in _records()}
    if name not in known:
        raise UnknownName("import", name, known)
    return _begun(opened().jobs.submit(tasks.UNDO, {"book": str(opened().place.book), "name": name}))


@reads(router, "/uploads", Capability.IMPORT, kept=False, example={"uploads": [UPLOAD]})
def uploads(request: HttpRequest) -> Json:
    """Uploads on their way into the book."""
    del request
    return {"uploads": [_brief(one, bringing.advance(one)) for one in drafts.latest()]}


@writes(router, "/uploads", Capability.IMPORT, status=202, example=UPLOAD)
def upload(
    request: HttpRequest,
    files: Annotated[list[UploadedFile], File(...)],
    kind: Annotated[str, Form(max_length=20)] = "",
) -> Json:
    """Send files."""
    del request
    found = bringing.taken(files, lang(), kind=kind)
    return _brief(found, bringing.advance(found))


@reads(router, "/uploads/{upload}", Capability.IMPORT, kept=False, example={**UPLOAD, "questions": []})
def upload_status(request: HttpRequest, upload: OfUpload) -> Json:
    """Where an upload stands, what was understood, what is open, and the account of its import."""
    del request
    found = drafts.load(upload)
    job = bringing.advance(found)
    understood = unpack(found.understood) or {}
    report = unpack(found.report)
    return {
        **_brief(found, job),
        "questions": plain(understood.get("questions", []), lang()),
        "files": plain(understood.get("files", []), lang()),
        "notes": [plain(note, lang()) for note in (report or understood).get("notes", []) if note.key not in WRITTEN],
        "mapping": understood.get("mapping", ""),
        "import": found.imported,
        "report": _account(report["report"]) if report else None,
    }


def _account(report: Json) -> Json:
    """The account of an import; where its files lie on the server is nobody's business."""
    files = [{**file, "rejects": file["rejects"] is not None} for file in report["files"]]
    return dict(plain({"files": files, "as_of": report["as_of"]}, lang()))


class Answers(Body):
    """Answers to open questions."""

    answers: dict[Name, Text]


@writes(
    router,
    "/uploads/{upload}/answers",
    Capability.IMPORT,
    status=202,
    body={"answers": {"dates:close_date": "day_first"}},
    example=UPLOAD,
)
def answer_questions(request: HttpRequest, upload: OfUpload, body: Answers) -> Json:
    """Answer what is open."""
    del request
    found = _at_rest(upload)
    bringing.answer(found, body.answers, lang())
    return _brief(found, bringing.advance(found))


class Begin(Body):
    """How an upload is imported."""

    as_of: Text = ""


@writes(
    router,
    "/uploads/{upload}/import",
    Capability.IMPORT,
    status=202,
    body={"as_of": "2026-10-20"},
    example={**UPLOAD, "step": "importing"},
)
def begin_import(request: HttpRequest, upload: OfUpload, body: Begin) -> Json:
    """Import an upload that leaves nothing open."""
    del request
    found = _at_rest(upload)
    if body.as_of:
        parse_day(body.as_of)
    if found.understood is None or found.error is not None or found.understood.get("questions"):
        raise BookError(Message("api.open_questions"))
    bringing.begin(found, body.as_of, lang())
    return _brief(found, bringing.advance(found))


@writes(router, "/computations/{what}", Capability.ROWS, status=202, example=JOB)
def compute(request: HttpRequest, what: Annotated[Literal["backtest", "chances"], Field(examples=["chances"])]) -> Json:
    """Begin to compute what takes long."""
    del request
    not_empty()
    return _told(computing.begun(what, again=True))


@reads(router, "/jobs/{job}", Capability.ROWS, kept=False, example=JOB)
def job(request: HttpRequest, job: OfUpload) -> Json:
    """How far a job is."""
    del request
    return _told(_mine(job))


@writes(router, "/jobs/{job}/cancel", Capability.ROWS, example={**JOB, "state": "cancelled"})
def cancel_job(request: HttpRequest, job: OfUpload) -> Json:
    """Stop a job of one's own."""
    del request
    opened().jobs.cancel(_mine(job).id)
    return _begun(job)


def _mine(name: str) -> Job:
    """A job that works for who asks.

    Raises:
        UnknownName: there is none, or it works for somebody else.
    """
    found = opened().jobs.progress(name)
    if found.account != current().account:
        raise UnknownName("option", name, [])
    return found


def _begun(name: str) -> Json:
    return _told(opened().jobs.progress(name))


def _told(found: Job) -> Json:
    """A job, without what it returned: that stands where it belongs."""
    error = None if found.error is None else found.error.get(lang(), "")
    return {
        "id": found.id,
        "state": found.state.value,
        "done": found.done,
        "total": found.total,
        "part": found.part,
        "phase": found.phase,
        "error": error,
    }


def _records() -> list[ImportRecord]:
    """The imports; none in a book that holds nothing yet."""
    return opened().shelf.once(lambda book: [] if book.is_empty else book.imports())


def _at_rest(name: str) -> Draft:
    """An upload that nothing works on, and that is not in the book yet.

    Raises:
        BookError: something does, or it is.
        UnknownName: there is none, or not for who asks.
    """
    found = drafts.load(name)
    if bringing.advance(found) is not None:
        raise BookError(Message("api.not_finished"))
    if found.step is Step.IMPORTED:
        raise BookError(Message("api.imported_already"))
    if not found.files:
        raise BookError(Message("api.nothing_to_read"))
    return found


def _brief(found: Draft, at_work: Job | None) -> Json:
    error = None if found.error is None else found.error.get(lang(), "")
    return {
        "id": found.id,
        "names": found.names,
        "step": found.step.value,
        "job": None if at_work is None else _told(at_work),
        "stopped": found.cancelled,
        "error": error,
        "open": [question["id"] for question in (found.understood or {}).get("questions", [])],
    }
