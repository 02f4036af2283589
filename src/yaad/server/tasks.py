"""The jobs of the faces: each runs in a child process, takes and returns plain JSON."""

import datetime as dt
import filecmp
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Plain
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any

from yaad.book import Book, ImportReport
from yaad.book.computed import FOLDER
from yaad.book.file_names import clean_name
from yaad.book.own_questions import is_own
from yaad.book.persons import Marks, last_erasing
from yaad.book.remembered import COLUMNS_GONE
from yaad.book.usual import usual_of
from yaad.errors import BookError, Question, UnknownName, YaadError
from yaad.intake import Mapping, Progress
from yaad.intake.mapping import ALL
from yaad.intake.reading.encoding import BYTES
from yaad.intake.understanding import FileUnderstanding
from yaad.model import parse_day
from yaad.server import jobs, stop
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.wire import pack, unpack
from yaad.server.worker import Report
from yaad.text import LANGUAGES, Message, has_key

Json = Any  # a JSON value of any kind

UNDERSTAND = "understand"
IMPORT = "import"
XRAY = "xray"
UNDO = "undo"
RUN = "run"
COMPUTE = "compute"
ERASE = "erase"
PERSON = "person"
COLUMN = "intake.option_column"  # what an answer means that is a column
NAMED = ("intake.option_sheet", "intake.option_encoding")  # what other answers mean that are names
STAGE = "intake.ask_stage"  # a page shows the line of a mapping apart, so that its question needs no word about it
ORDERED = "intake.evidence_order"
BY_LETTERS = "intake.how_encoding_hebrew"  # an encoding that was taken for the letters it gives: people confirm it
PREVIEW = 5
ENTERED = "entered "  # so begins the field of a stage's own date, followed by the stage's name


def register() -> None:
    """Give the jobs their names."""
    jobs.register(UNDERSTAND, "yaad.server.tasks:understand")
    jobs.register(IMPORT, "yaad.server.tasks:import_files")
    jobs.register(UNDO, "yaad.server.tasks:undo_import")
    jobs.register(RUN, "yaad.server.tasks:run_source")
    jobs.register(XRAY, "yaad.server.tasks:xray")
    jobs.register(COMPUTE, "yaad.server.tasks:compute")
    jobs.register(ERASE, "yaad.server.tasks:erase")
    jobs.register(PERSON, "yaad.server.tasks:person")


Task = Callable[[dict[str, Json], Report], Json]


def needing(capability: Capability) -> Callable[[Task], Task]:
    """A task that is done for who may do it at that moment, however long it has waited.

    Raises:
        Forbidden: when it is done, for who may not any more.
    """

    def held(task: Task) -> Task:
        @wraps(task)
        def done(arguments: dict[str, Json], report: Report) -> Json:
            current().need(capability)
            return task(arguments, report)

        return done

    return held


class Phase(StrEnum):
    """What a job of files is at, in this order; only a source that runs has something to fetch."""

    FETCHING = "fetching"
    READING = "reading"
    CHECKING = "checking"
    STORING = "storing"


def in_phases(report: Report) -> Progress:
    """A progress that names its phase.

    Reading is told in bytes of the files. Once all of them are read they are checked, which has no count of its own;
    whatever is counted on another scale after that is what is stored.
    """
    of_files: int | None = None

    def told(done: int, total: int | None) -> None:
        nonlocal of_files
        if of_files is None:
            of_files = total
        if total != of_files:
            report(done, total, Phase.STORING)
        elif done == total:
            report(0, None, Phase.CHECKING)
        else:
            report(done, total, Phase.READING)

    return told


@needing(Capability.IMPORT)
def understand(arguments: dict[str, Json], report: Report) -> Json:
    """Read files and say what they hold; nothing is written.

    Args:
        arguments: ``book``, ``paths``, ``mapping``, ``kind``, ``answers``.
        report: told how far it is.
    """
    book = Book.create(arguments["book"], viewer=current().viewer)
    paths = [Path(path) for path in arguments["paths"]]
    mapping = Path(arguments["mapping"]) if arguments["mapping"] else None
    if book.brings_back(paths):
        return _follow_up(paths)
    found = book.understand(
        paths,
        mapping=mapping,
        kind=arguments["kind"] or None,
        answers=arguments["answers"],
        on_progress=in_phases(report),
    )
    files = [_file(file, arguments["answers"]) for file in found.files]
    rows = sum(file.rows_in for file in found.files)
    # of a file of headings alone the book needs no answer; one that could not be read yet may well have rows
    is_bare = bool(files) and not rows and all(_is_of_the_book(question.id) for question in found.questions)
    return pack(
        {
            "files": files,
            "rows": rows,
            "is_bare": is_bare,
            "stages": [{"name": rule.name, "type": rule.type.value} for rule in found.mapping.stages],
            "questions": [] if is_bare else [_question(question) for question in found.questions],
            "notes": found.notes,
            "mapping": found.mapping.to_yaml(),
            "usual": _usual(book.root, found.mapping),
        }
    )


def _is_of_the_book(question: str) -> bool:
    """Whether the book asks, and not the file."""
    return is_own(question) or question == COLUMNS_GONE


def _usual(root: Path, mapping: Mapping) -> Json:
    """By whose clock times are read, in which currency amounts, with VAT or without; None in a book of one's own.

    Where the files say nothing it is what was said of the company; a person may say another one.
    """
    if not current().company:
        return None
    first = next(iter(mapping.parts.values()), mapping)
    usual = usual_of(root)
    vat = Decimal(usual.vat) * 100 if usual.vat else None
    return {
        "zone": first.zone or usual.zone or "",
        "currency": first.currency.get(ALL, ""),
        "columns": len(set(first.currency) - {ALL}),
        "tax": first.tax.get(ALL, ""),
        "vat": None if vat is None else f"{vat.normalize():f}",
    }


def _follow_up(paths: list[Path]) -> Json:
    """A follow-up workbook leaves nothing to ask: it says itself what stands where."""
    files = [{"name": path.name, "facts": [Message("sources.kind_follow_up")]} for path in paths]
    return pack({"files": files, "rows": None, "stages": [], "questions": [], "notes": [], "mapping": ""})


def _question(question: Question) -> Json:
    """A question to be answered on a page; one about an order has the names to be put in order."""
    text = Message("web.ask_stage", question.text.values) if question.text.key == STAGE else question.text
    return {
        "id": question.id,
        "text": text,
        "evidence": question.evidence,
        "options": [_option(answer, means) for answer, means in question.options.items()],
        "to_order": [fact.values["stage"] for fact in question.evidence if fact.key == ORDERED],
        "map_line": question.map_line,
    }


def _option(answer: str, means: Message) -> Json:
    """An answer to choose; one that is a name of the file itself is shown by that name, before what it means."""
    if means.key == COLUMN:
        means = Message("web.for_example", {"example": means.values["example"]})
        return {"answer": answer, "means": means, "named": True}
    return {"answer": answer, "means": means, "named": means.key in NAMED}


def _file(file: FileUnderstanding, answers: dict[str, str]) -> Json:
    """How one file was read, column by column; columns that are only kept are named together."""
    known = [column for column in file.columns if column.field is not None]
    columns = [
        {"theirs": one.header, "ours": _ours(str(one.field)), "example": one.example, "how": one.how or ""}
        for one in known
    ]
    kept = [column.header for column in file.columns if column.field is None]
    is_doubted = f"encoding:{file.name}" in answers or any(fact.key == BY_LETTERS for fact in file.evidence)
    return {
        "name": file.name,
        "rows": file.rows_in,
        "facts": file.evidence,
        "columns": columns,
        "kept": kept,
        "head": [column.header for column in file.columns],
        "preview": file.preview[:PREVIEW],
        "encoding": file.encoding if is_doubted else None,
        "encodings": list(BYTES),
    }


def _ours(field: str) -> Message | str:
    """What a field is called."""
    if field.startswith(ENTERED):
        return Message("web.field_entered_stage", {"stage": field.removeprefix(ENTERED)})
    key = f"web.field_{field}"
    return Message(key) if has_key(key, LANGUAGES[0]) else field


@needing(Capability.IMPORT)
def import_files(arguments: dict[str, Json], report: Report) -> Json:
    """Import files that leave nothing open; all of it or nothing.

    Args:
        arguments: ``book``, ``paths``, ``mapping``, ``kind``, ``answers``, ``as_of``, ``lang``; of files that are
            copies of those of a recurring source, ``source`` and where they wait: ``waits``.
        report: told how many rows are done, of how many.
    """
    book = Book.create(arguments["book"], viewer=current().viewer)
    paths = [Path(path) for path in arguments["paths"]]
    mapping = Path(arguments["mapping"]) if arguments["mapping"] else None
    told = book.import_files(
        paths,
        mapping=mapping,
        kind=arguments["kind"] or None,
        answers=arguments["answers"],
        as_of=parse_day(arguments["as_of"]) if arguments["as_of"] else None,
        lang=arguments["lang"],
        on_progress=in_phases(report),
    )
    if arguments["source"]:
        _wait_no_longer(arguments, paths, told)
    made = told.name if told.stored.committed else ""  # not whatever is new in the book: others bring in beside it
    _into_the_log(book, {made: _counted(told)} if made else {})
    return pack({"report": told.to_dict(arguments["lang"]), "notes": told.notes, "import": made})


def _into_the_log(book: Book, done: Plain[str, Plain[str, object]]) -> None:
    """Lines of the audit log, where a company of a server is worked for."""
    if current().company:
        from django.db import close_old_connections

        from yaad.server.import_lines import tell  # reads tables, which the server of one book does not have

        close_old_connections()  # the work was long: whatever is between here and the database may have hung up
        tell(current(), book.root, done)


def _counted(report: ImportReport) -> dict[str, object]:
    """What the log says of an import: numbers alone, a file's name may be a person's."""
    rows = sum(file.rows_in for file in report.files)
    return {"files": len(report.files), "rows": rows, "rejected": sum(file.rejected for file in report.files)}


def _wait_no_longer(arguments: dict[str, Json], copies: Sequence[Path], told: ImportReport) -> None:
    """The files that a source left open are in the book; one that has changed meanwhile waits on."""
    from yaad.book.sources.running import sources_of

    waits = [Path(path) for path in arguments["waits"]]
    by_name = {clean_name(path.name): path for path in waits if path.is_file()}
    same = [by_name[copy.name] for copy in copies if copy.name in by_name and _are_alike(copy, by_name[copy.name])]
    with suppress(BookError, UnknownName):  # a run is under way, or the source is gone: the import stands all the same
        sources = sources_of(Path(arguments["book"]), os.environ)
        sources.answered(arguments["source"], same, told, dt.datetime.now(dt.UTC), arguments["lang"])


def _are_alike(one: Path, other: Path) -> bool:
    return filecmp.cmp(one, other, shallow=False)


@needing(Capability.IMPORT)
def run_source(arguments: dict[str, Json], report: Report) -> Json:
    """Run a recurring source once: fetch what has changed, import it.

    Args:
        arguments: ``book``, ``name`` of the source, ``lang``.
        report: told what it is at, and how far.
    """
    from yaad.book.sources.running import sources_of

    root, lang = Path(arguments["book"]), arguments["lang"]
    with closing(Book.create(root, viewer=current().viewer)) as book:

        def importing(paths: Sequence[Path], mapping: Path | None, answers: dict[str, str]) -> ImportReport:
            try:
                on_progress = in_phases(report)
                told = book.import_files(paths, mapping=mapping, answers=answers, lang=lang, on_progress=on_progress)
            except Exception as error:
                if stop.asked.is_set():  # an engine that is interrupted says so as an error of its own
                    raise stop.Stopped from error
                raise
            own = _counted(told) | {"source": arguments["name"]}
            _into_the_log(book, {told.name: own} if told.stored.committed else {})
            return told

        report(0, None, Phase.FETCHING)
        sources = sources_of(root, os.environ)
        (ran,) = sources.run([arguments["name"]], importing, dt.datetime.now(dt.UTC), lang)
    return {"outcome": ran.outcome.value}


@needing(Capability.ROWS)
def compute(arguments: dict[str, Json], report: Report) -> Json:
    """Compute what takes long; the book keeps the result by the version of its data.

    Args:
        arguments: ``book``, and ``what`` is computed: a name in `yaad.server.computing.WORK`.
        report: told how much is done, of how much.

    Raises:
        BookError: the result cannot be kept, so that beginning anew would come to the same; see `_beside_no_erasing`.
    """
    from yaad.server.computing import KEPT, WORK

    what = arguments["what"]
    with closing(Book.open(arguments["book"], viewer=current().viewer)) as book, book.at_one_moment():
        made = book.root / FOLDER
        with _beside_no_erasing(book.root, lambda: shutil.rmtree(made, ignore_errors=True)):
            WORK[what](book, report)
        if not KEPT[what](book):
            raise BookError(Message("book.not_kept", {"path": str(made)}))
    return {}


@contextmanager
def _beside_no_erasing(root: Path, take_away: Callable[[], None]) -> Iterator[None]:
    """Keep nothing that was made of data in which somebody still stood who was erased meanwhile.

    Args:
        root: the folder of the book.
        take_away: removes what was made inside; an erasing has looked through the book by then.

    Raises:
        BookError: somebody is being erased, or was meanwhile.
    """
    before = last_erasing(root)
    if Marks(root).unfinished:
        raise BookError(Message("person.erased_meanwhile"))
    try:
        yield
    finally:
        has_changed = last_erasing(root) != before
        if has_changed:
            take_away()
    if has_changed:
        raise BookError(Message("person.erased_meanwhile"))


@needing(Capability.IMPORT)
def undo_import(arguments: dict[str, Json], report: Report) -> Json:
    """Take an import back.

    Args:
        arguments: ``book``, ``name`` of the import.
        report: told how many rows are done, of how many.
    """
    with closing(Book.open(arguments["book"], viewer=current().viewer)) as book:
        book.undo_import(arguments["name"], on_progress=report)
        _into_the_log(book, {arguments["name"]: {}})
    return {}


@needing(Capability.IMPORT)
def xray(arguments: dict[str, Json], report: Report) -> Json:
    """Write the X-ray of the book as a workbook and a PDF; the workbook also where a PDF cannot be made.

    Args:
        arguments: ``book``, ``folder``, ``lang``, ``files`` and ``notes`` of an import, ``target``, ``remarks``,
            ``logo``.
        report: told how many pages are made.

    Raises:
        BookError: see `_beside_no_erasing`.
    """
    folder = Path(arguments["folder"])

    def take_away() -> None:
        for path in folder.glob("xray.*"):
            path.unlink()

    with _beside_no_erasing(Path(arguments["book"]), take_away):
        return _xray(arguments, folder, report)


def _xray(arguments: dict[str, Json], folder: Path, report: Report) -> Json:
    from yaad.reports import Source, xray_writer
    from yaad.reports import xray as make

    with closing(Book.open(arguments["book"], viewer=current().viewer)) as book:
        made = make(
            book,
            arguments["lang"],
            source=Source.from_dicts(arguments["files"], unpack(arguments["notes"])),
            target=arguments["target"],
            remarks=arguments["remarks"],
            logo=Path(arguments["logo"]) if arguments["logo"] else None,
            on_progress=report,
        )
    xray_writer(folder / "xray.xlsx")(made)
    try:
        xray_writer(folder / "xray.pdf")(made)
    except YaadError as error:
        return {"files": ["xlsx"], "missing": {lang: error.say(lang) for lang in LANGUAGES}}
    return {"files": ["pdf", "xlsx"], "missing": None}


@needing(Capability.PEOPLE)
def erase(arguments: dict[str, Json], report: Report) -> Json:
    """Erase all who are on a company's list of those who were erased, and not erased yet; see `yaad.server.persons`.

    Args:
        arguments: the name of the ``folder`` in which it stands who is put on the list before; none where nobody is.
            Whom it is about would stand in the row of the job.
        report: told which step it is at, and how many rows are done.
    """
    from yaad.server import asked_persons, persons

    access = current()
    if folder := arguments.get("folder"):
        done = asked_persons.erase(folder, report)
    else:
        done = persons.go_on(access.company, access.account, report)
    return {"originals": done.originals, "files": done.files, "entries": done.entries}


@needing(Capability.PEOPLE)
def person(arguments: dict[str, Json], report: Report) -> Json:
    """Find what is held of one person, or write all of it; see `yaad.server.asked_persons`.

    Args:
        arguments: ``what`` is asked, and the name of the ``folder`` in which it stands whom it is about.
        report: tells nothing: how much there is shows only at the end.
    """
    del report
    from yaad.server import asked_persons

    return asked_persons.done(arguments["what"], arguments["folder"])
