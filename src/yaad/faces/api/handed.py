"""What is handed over: the tables of the book as files, and the sales X-ray."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from ninja.files import UploadedFile
from ninja.params.functions import File as Sent
from ninja.params.functions import Form
from pydantic import Field

from yaad.errors import BookError, UnknownName
from yaad.faces.api import jobs
from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import TABLES, File, reads, takes_out, writes
from yaad.faces.api.jobs import JOB
from yaad.faces.api.paging import Listing
from yaad.faces.api.parameters import Count, Cursor, Name, lang
from yaad.faces.api.shapes import work as shapes
from yaad.model import SCHEMAS
from yaad.server import drafts, made
from yaad.server.drafts import Step
from yaad.server.made import Made
from yaad.server.questions import reading
from yaad.server.roles import Capability
from yaad.server.taken_out import table_as_file
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
TableName = Annotated[Name, Field(examples=["deals"])]
ReportId = Annotated[Name, Field(examples=["5f0c9a7d3b1e4f26"])]
REPORT = {"id": "5f0c9a7d3b1e4f26", "files": ["pdf", "xlsx"], "job": None, "stopped": False, "error": None}


@reads(
    router,
    "/tables",
    Capability.ROWS,
    shapes.Tables,
    example={"tables": [{"name": "deals", "rows": 1200}], "next": None},
)
def tables(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """The tables of the book that have rows."""
    del request
    not_empty()
    listing: Listing[tuple[str, int]] = Listing(
        "tables", lambda one: one[0], lambda one: {"name": one[0], "rows": one[1]}
    )
    return listing.page(reading.tables().items(), cursor, limit)


@takes_out(router, "/tables/{table}", Capability.ROWS, *TABLES)
def table_file(
    request: HttpRequest,
    table: TableName,
    ending: Annotated[Literal["csv", "xlsx", "parquet"], Field(examples=["csv"])] = "csv",
) -> File:
    """A table of the book as a file."""
    del request
    not_empty()
    if table not in SCHEMAS:
        raise UnknownName("option", table, [*SCHEMAS])
    return File(table_as_file(table, ending, lang()), ending, f"yaad-{table}.{ending}")


@reads(router, "/reports", Capability.IMPORT, shapes.Reports, kept=False, example={"reports": [REPORT], "next": None})
def reports(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """The sales X-rays that were made."""
    del request
    listing: Listing[Made] = Listing("reports", lambda one: one.id, _told)
    return listing.page(made.latest(), cursor, limit)


@writes(
    router,
    "/reports",
    Capability.IMPORT,
    shapes.Report,
    status=202,
    body={"target": 50, "remarks": "For Thursday's meeting", "upload": ""},
    example={**REPORT, "files": [], "job": JOB},
)
def make_report(
    request: HttpRequest,
    logo: Annotated[UploadedFile | None, Sent(None)] = None,
    target: Annotated[int | None, Form(None, ge=1, le=1_000_000)] = None,
    remarks: Annotated[str, Form(max_length=2000)] = "",
    upload: Annotated[str, Form(max_length=60)] = "",
) -> Json:
    """Make the sales X-ray: PDF and workbook; of an upload that was imported with the account of its rows."""
    del request
    not_empty()
    report = None
    if upload:
        found = drafts.load(upload)
        if found.step is not Step.IMPORTED:
            raise BookError(Message("api.not_finished"))
        report = found.report
    return _told(made.xray(lang(), target=target, remarks=remarks.strip(), logo=logo, account=report))


@reads(router, "/reports/{report}", Capability.IMPORT, shapes.Report, kept=False, example=REPORT)
def report(request: HttpRequest, report: ReportId) -> Json:
    """Where a report stands."""
    del request
    return _told(made.load(report))


@writes(
    router,
    "/reports/{report}/cancel",
    Capability.IMPORT,
    shapes.Report,
    example={**REPORT, "files": [], "stopped": True},
)
def stop_report(request: HttpRequest, report: ReportId) -> Json:
    """Stop a report that is being made."""
    del request
    found = made.load(report)
    if found.job:
        jobs.stopped(found.job)
    return _told(found)


@takes_out(router, "/reports/{report}/xray.pdf", Capability.IMPORT, "pdf")
def report_pdf(request: HttpRequest, report: ReportId) -> File:
    """The report as PDF."""
    del request
    return _file(report, "pdf")


@takes_out(router, "/reports/{report}/xray.xlsx", Capability.IMPORT, "xlsx")
def report_workbook(request: HttpRequest, report: ReportId) -> File:
    """The report as a workbook."""
    del request
    return _file(report, "xlsx")


def _file(name: str, ending: str) -> File:
    found = made.load(name)
    path = found.folder / f"xray.{ending}"
    if ending not in found.advanced()[0].files or not path.is_file():
        raise UnknownName("option", ending, [])
    return File(path.read_bytes(), ending, f"yaad-xray.{ending}")


def _told(one: Made) -> Json:
    found, job = one.advanced()
    return {
        "id": found.id,
        "files": list(found.files),
        "job": None if job is None else jobs.told(job),
        "stopped": found.stopped,
        "error": (found.error or {}).get(lang()),
    }
