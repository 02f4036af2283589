"""The jobs of the pages: each runs in a child process, takes and returns plain JSON."""

from pathlib import Path
from typing import Any

from yaad.book import Book
from yaad.faces.web.wire import pack
from yaad.server import jobs
from yaad.server.worker import Report

Json = Any  # a JSON value of any kind

UNDERSTAND = "understand"
IMPORT = "import"


def register() -> None:
    """Give the jobs their names."""
    jobs.register(UNDERSTAND, "yaad.faces.web.tasks:understand")
    jobs.register(IMPORT, "yaad.faces.web.tasks:import_files")


def understand(arguments: dict[str, Json], report: Report) -> Json:
    """Read files and say what they hold; nothing is written.

    Args:
        arguments: ``book``, ``paths``, ``mapping``, ``kind``, ``answers``.
        report: told how far it is.
    """
    report(0, None)
    book = Book.open(arguments["book"])
    paths = [Path(path) for path in arguments["paths"]]
    mapping = Path(arguments["mapping"]) if arguments["mapping"] else None
    found = book.understand(paths, mapping=mapping, kind=arguments["kind"] or None, answers=arguments["answers"])
    questions = [
        {
            "id": question.id,
            "text": question.text,
            "evidence": question.evidence,
            "options": [{"answer": answer, "means": means} for answer, means in question.options.items()],
            "map_line": question.map_line,
        }
        for question in found.questions
    ]
    files = [_file(file) for file in found.files]
    return pack({"files": files, "questions": questions, "mapping": found.mapping.to_yaml()})


def _file(file: Json) -> Json:
    return {"name": file.name}


def import_files(arguments: dict[str, Json], report: Report) -> Json:
    """Import files that leave nothing open; all of it or nothing.

    Args:
        arguments: ``book``, ``paths``, ``mapping``, ``kind``, ``answers``, ``lang``.
        report: told how many rows are done, of how many.
    """
    book = Book.open(arguments["book"])
    paths = [Path(path) for path in arguments["paths"]]
    mapping = Path(arguments["mapping"]) if arguments["mapping"] else None
    told = book.import_files(
        paths,
        mapping=mapping,
        kind=arguments["kind"] or None,
        answers=arguments["answers"],
        lang=arguments["lang"],
        on_progress=report,
    )
    return pack({"report": told.to_dict(arguments["lang"]), "notes": told.notes})
