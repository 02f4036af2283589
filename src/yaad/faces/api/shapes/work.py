"""Answers about what takes long: jobs, files on their way, imports, sources, what is handed over."""

from pydantic import Field

from yaad.faces.api.shapes.common import Day, InPages, Moment, Told, Version, Words
from yaad.server.drafts import Step
from yaad.server.jobs import State


class Job(Told):
    """How far a job is; ``part`` of 100."""

    id: str
    state: State
    done: int
    total: int | None
    part: int | None
    phase: str
    error: str | None


class Import(Told):
    """An import that the book is made of."""

    name: str
    files: list[str]
    kind: str


class Imports(InPages):
    """Imports in their order."""

    imports: list[Import]


class Upload(Told):
    """Files on their way into the book; ``open``: the ids of what is to be answered."""

    id: str
    names: list[str]
    step: Step
    job: Job | None
    stopped: bool
    error: str | None
    open: list[str]


class Uploads(InPages):
    """Uploads, the latest first."""

    uploads: list[Upload]


class Option(Told):
    """An answer to choose."""

    answer: str
    means: str
    named: bool


class Question(Told):
    """What is to be answered before an import."""

    id: str
    text: str
    evidence: Words
    options: list[Option]
    to_order: list[str]
    map_line: str


class ColumnRead(Told):
    """How a column was understood."""

    theirs: str
    ours: str
    example: str | None
    how: str | None


class FileRead(Told):
    """How a file was read; of a follow-up workbook its name and its facts alone."""

    name: str
    facts: Words
    rows: int = 0
    columns: list[ColumnRead] = Field(default_factory=list)
    kept: list[str] = Field(default_factory=list)
    head: list[str] = Field(default_factory=list)
    preview: list[list[str | None]] = Field(default_factory=list)
    encoding: str | None = None
    encodings: list[str] = Field(default_factory=list)


class FileAccount(Told):
    """The account of a file: ``rows_in = loaded + rejected + skipped``."""

    name: str
    sha256: str
    format: str
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    sheet: str | None
    rows_in: int
    loaded: int
    rejected: int
    skipped: int
    skipped_by: dict[str, int]
    flags: dict[str, int]
    rejects: bool


class ImportAccount(Told):
    """The account of an import."""

    files: list[FileAccount]
    as_of: Day | None


class UploadStatus(Upload):
    """Where an upload stands, and what was understood of it."""

    questions: list[Question]
    files: list[FileRead]
    notes: Words
    mapping: str
    import_: str = Field(alias="import")
    report: ImportAccount | None


class Report(Told):
    """A sales X-ray."""

    id: str
    files: list[str]
    job: Job | None
    stopped: bool
    error: str | None


class Reports(InPages):
    """Sales X-rays that were made."""

    reports: list[Report]


class TableSize(Told):
    """A table of the book."""

    name: str
    rows: int


class Tables(InPages):
    """The tables of the book that have rows."""

    tables: list[TableSize]


class Source(Version):
    """A recurring source; of its secret only since when there is one; its version is of what was set, not of runs."""

    name: str
    kind: str
    place: str
    mapping: str
    schedule: str
    last: Moment | None
    due: Moment | None
    outcome: str | None
    said: str
    secret_since: Moment | None
    questions: Words
    waiting: int
    rejects: int
    job: Job | None


class Damaged(Told):
    """A source whose file cannot be read."""

    name: str
    error: str


class Sources(InPages):
    """Sources, and the kinds that can be added."""

    sources: list[Source]
    damaged: list[Damaged]
    kinds: list[str]


class Removed(Told):
    """What was taken away."""

    removed: str


class Erased(Told):
    """What an erasing changed, counted."""

    originals: int
    files: int
    entries: int


class Held(Told):
    """What is held of somebody, counted."""

    counts: dict[str, int]
    accounts: int
    is_unfinished: bool
