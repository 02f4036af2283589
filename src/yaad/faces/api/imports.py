"""Files on their way into the book, its imports, and the jobs that do what takes long."""

from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from ninja.files import UploadedFile
from ninja.params.functions import File, Form
from pydantic import Field

from yaad.book import ImportRecord, ImportsMade
from yaad.errors import BookError, UnknownName
from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import File as Taken
from yaad.faces.api.declared import reads, takes_out, writes
from yaad.faces.api.jobs import JOB, begun, stopped, told
from yaad.faces.api.paging import Listing
from yaad.faces.api.parameters import Body, Count, Cursor, Name, Text, lang
from yaad.faces.api.shapes import work as shapes
from yaad.model import parse_day
from yaad.server import bringing, drafts, tasks
from yaad.server.drafts import Draft, Step
from yaad.server.jobs import Job
from yaad.server.kept_files import WRITTEN, changes_file, refused_file
from yaad.server.roles import Capability
from yaad.server.state import opened
from yaad.server.wire import unpack
from yaad.show import plain
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
FileNumber = Annotated[int, Field(ge=0, le=9999, examples=[0])]
OfUpload = Annotated[Name, Field(examples=["5f0c9a7d3b1e4f26"])]
UPLOAD = {"id": "5f0c9a7d3b1e4f26", "names": ["deals.csv"], "step": "reading", "job": JOB}


@reads(router, "/imports", Capability.IMPORT, shapes.Imports, kept=False)
def imports(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """The imports that the book is made of, in their order."""
    del request
    listing: Listing[ImportRecord] = Listing(
        "imports", lambda one: one.name, lambda one: dict(ImportsMade([one]).to_dict(lang())["imports"][0])
    )
    return listing.page(_records(), cursor, limit)


@writes(router, "/imports/{name}/undo", Capability.IMPORT, shapes.Job, status=202, example=JOB)
def undo_import(request: HttpRequest, name: Annotated[Name, Field(examples=["0001-deals"])]) -> Json:
    """Take an import back."""
    del request
    not_empty()
    known = {record.name for record in _records()}
    if name not in known:
        raise UnknownName("import", name, known)
    return begun(opened().jobs.submit(tasks.UNDO, {"book": str(opened().place.book), "name": name}))


@reads(router, "/uploads", Capability.IMPORT, shapes.Uploads, kept=False, example={"uploads": [UPLOAD], "next": None})
def uploads(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """Uploads on their way into the book, the latest first."""
    del request
    listing: Listing[Draft] = Listing(
        "uploads", lambda one: f"{one.begun} {one.id}", lambda one: brief(one, bringing.advance(one)), latest_first=True
    )
    return listing.page(drafts.latest(), cursor, limit)


@writes(
    router,
    "/uploads",
    Capability.IMPORT,
    shapes.Upload,
    status=202,
    body={"files": ["deals.csv"], "kind": ""},
    example=UPLOAD,
)
def upload(
    request: HttpRequest,
    files: Annotated[list[UploadedFile], File(...)],
    kind: Annotated[str, Form(max_length=20)] = "",
) -> Json:
    """Send files."""
    del request
    found = bringing.taken(files, lang(), kind=kind)
    return brief(found, bringing.advance(found))


@reads(
    router, "/uploads/{upload}", Capability.IMPORT, shapes.UploadStatus, kept=False, example={**UPLOAD, "questions": []}
)
def upload_status(request: HttpRequest, upload: OfUpload) -> Json:
    """Where an upload stands, what was understood, what is open, and the account of its import."""
    del request
    found = drafts.load(upload)
    job = bringing.advance(found)
    understood = unpack(found.understood) or {}
    report = unpack(found.report)
    return {
        **brief(found, job),
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
    shapes.Upload,
    status=202,
    body={"answers": {"dates:close_date": "day_first"}},
    example=UPLOAD,
)
def answer_questions(request: HttpRequest, upload: OfUpload, body: Answers) -> Json:
    """Answer what is open."""
    del request
    found = _at_rest(upload)
    bringing.answer(found, body.answers, lang())
    return brief(found, bringing.advance(found))


class Begin(Body):
    """How an upload is imported."""

    as_of: Text = ""


@writes(
    router,
    "/uploads/{upload}/import",
    Capability.IMPORT,
    shapes.Upload,
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
    return brief(found, bringing.advance(found))


@writes(router, "/uploads/{upload}/read", Capability.IMPORT, shapes.Upload, status=202, example=UPLOAD)
def read_upload(request: HttpRequest, upload: OfUpload) -> Json:
    """Read an upload once more, after its reading was stopped or broke off."""
    del request
    found = _at_rest(upload)
    bringing.read_again(found, lang())
    return brief(found, bringing.advance(found))


@writes(
    router,
    "/uploads/{upload}/cancel",
    Capability.IMPORT,
    shapes.Upload,
    example={**UPLOAD, "job": None, "stopped": True},
)
def stop_upload(request: HttpRequest, upload: OfUpload) -> Json:
    """Stop the reading or the import of an upload."""
    del request
    found = drafts.load(upload)
    if found.job:
        stopped(found.job)
    return brief(found, bringing.advance(found))


@takes_out(router, "/uploads/{upload}/rejects/{int:number}.csv", Capability.IMPORT, "csv")
def upload_rejects(request: HttpRequest, upload: OfUpload, number: FileNumber) -> Taken:
    """The refused rows of one file, with the reasons."""
    del request
    return _taken(refused_file(drafts.load(upload), number, ".csv"), "csv")


@takes_out(router, "/uploads/{upload}/rejects/{int:number}.xlsx", Capability.IMPORT, "xlsx")
def upload_mend(request: HttpRequest, upload: OfUpload, number: FileNumber) -> Taken:
    """The refused rows of one file as a workbook to correct and bring back."""
    del request
    return _taken(refused_file(drafts.load(upload), number, ".xlsx"), "xlsx")


@takes_out(router, "/uploads/{upload}/changes.csv", Capability.IMPORT, "csv")
def upload_changes(request: HttpRequest, upload: OfUpload) -> Taken:
    """All that an import changed, row by row."""
    del request
    return _taken(changes_file(drafts.load(upload)), "csv")


def _taken(path: Path | None, ending: str) -> Taken:
    if path is None:
        raise UnknownName("option", ending, [])
    return Taken(path.read_bytes(), ending, path.name)


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


def brief(found: Draft, at_work: Job | None) -> Json:
    """Where an upload stands, in short."""
    error = None if found.error is None else found.error.get(lang(), "")
    return {
        "id": found.id,
        "names": found.names,
        "step": found.step.value,
        "job": None if at_work is None else told(at_work),
        "stopped": found.cancelled,
        "error": error,
        "open": [question["id"] for question in (found.understood or {}).get("questions", [])],
    }
