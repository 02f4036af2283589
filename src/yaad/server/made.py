"""The reports that were made, or are being made: a folder each, beside the book, outside of anything that is served."""

import json
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yaad.book.disk import appearing, told_when_full
from yaad.book.file_names import clean_name
from yaad.errors import UnknownName
from yaad.server import tasks
from yaad.server.jobs import Job, State
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.uploads import ID

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

FILE = "report.json"
KEPT = 20
"""So many reports are kept; with the next one the oldest goes."""

Json = Any  # what a job returned: plain JSON values of any kind


@dataclass(frozen=True)
class Made:
    """A report.

    Attributes:
        id: of its folder.
        job: the job that makes it; empty once it is made or has failed.
        files: endings of what was written.
        missing: language → why one of them could not be written.
        error: language → what went wrong altogether; empty when the process itself broke.
        stopped: the person stopped it.
        viewer: key of the viewer whose rows it tells of; nobody else sees it.
    """

    id: str
    job: str = ""
    files: tuple[str, ...] = ()
    missing: dict[str, str] | None = None
    error: dict[str, str] | None = None
    stopped: bool = False
    viewer: str = ""

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return _folder() / self.id

    def save(self) -> None:
        """Write it; a reader sees the old or the new state."""
        with appearing(self.folder / FILE) as partial:
            partial.write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")

    def advanced(self) -> "tuple[Made, Job | None]":
        """The report as its job has brought it; the job while it still runs."""
        if not self.job:
            return self, None
        job = opened().jobs.progress(self.job)
        if not job.state.final:
            return self, job
        made = replace(self, job="", stopped=job.state is State.CANCELLED)
        if job.state is State.DONE:
            made = replace(made, files=tuple(job.result["files"]), missing=job.result["missing"])
        elif job.state is State.FAILED:
            made = replace(made, error=job.error or {})
        made.save()
        return made, None


def _folder() -> Path:
    path = opened().place.folder / "reports"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


@contextmanager
def begun() -> Iterator[Made]:
    """A new report with its folder, which goes again when it cannot be begun; the oldest goes when there are many."""
    for old in _every()[KEPT - 1 :]:
        shutil.rmtree(old.folder, ignore_errors=True)
    made = Made(secrets.token_hex(8), viewer=current().viewer.key)
    try:
        with told_when_full(_folder()):
            made.folder.mkdir(mode=0o700)
            yield made
    except BaseException:
        shutil.rmtree(made.folder, ignore_errors=True)
        raise


def xray(
    lang: str,
    *,
    target: int | None = None,
    remarks: str = "",
    logo: "UploadedFile[bytes] | None" = None,
    account: Json = None,
) -> Made:
    """Begin to make the sales X-ray, as a job.

    Args:
        lang: of its pages.
        target: customers to plan for.
        remarks: what is to be said besides; empty: nothing.
        logo: a picture for its head.
        account: what the job of an import returned, to be told as well.

    Raises:
        BookError: the disk is full.
    """
    told = account or {}
    with begun() as new:
        path = new.folder / clean_name(logo.name) if logo else None
        if logo and path:
            with path.open("wb") as out:
                for chunk in logo.chunks():
                    out.write(chunk)
        arguments = {
            "book": str(opened().place.book),
            "folder": str(new.folder),
            "lang": lang,
            "files": told.get("report", {}).get("files", []),
            "notes": told.get("notes", []),
            "target": target,
            "remarks": [remarks] if remarks else [],
            "logo": str(path) if path else "",
        }
        started = replace(new, job=opened().jobs.submit(tasks.XRAY, arguments))
        started.save()
    return started


def load(report: str) -> Made:
    """The report of this id.

    Raises:
        UnknownName: there is none, or not for who asks.
    """
    found = _read(report)
    if found is None or found.viewer != current().viewer.key:
        raise UnknownName("option", report, [])
    return found


def _read(report: str) -> Made | None:
    path = _folder() / report / FILE
    if not ID.fullmatch(report) or not path.is_file():
        return None
    plain: Json = json.loads(path.read_text("utf-8"))
    return Made(**{**plain, "files": tuple(plain["files"])})


def latest() -> Sequence[Made]:
    """All reports that who asks sees, the latest first."""
    mine = current().viewer.key
    return [one for one in _every() if one.viewer == mine]


def _every() -> Sequence[Made]:
    """All reports, whoever sees them, the latest first."""
    folders = sorted(_folder().iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    return [one for one in (_read(folder.name) for folder in folders) if one is not None]
