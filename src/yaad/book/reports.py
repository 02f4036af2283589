"""What the book itself tells: the account of an import, and the doctor's list."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yaad.book.imports import ImportRecord
from yaad.facts import Stored
from yaad.intake import FileReport
from yaad.model import Cell
from yaad.show import Result, import_dict, import_table
from yaad.show.results import Json
from yaad.show.tables import Column, Kind, Shown, Table, name
from yaad.text import Message, has_key


@dataclass(frozen=True)
class ImportReport:
    """The account of one import: rows in = loaded + rejected + skipped, file by file.

    Attributes:
        files: one report a file.
        stored: what changed in the book.
        rejects: file name → where its refused rows were written.
        as_of: the day the book is seen from after it; None while nothing in it has a day.
        notes: what to know about the data.
        name: of the import; one that changed nothing (see `Stored.committed`) is not among those of the book.
    """

    files: tuple[FileReport, ...]
    stored: Stored
    as_of: dt.date | None
    rejects: Mapping[str, Path] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
    name: str = ""

    def to_dict(self, lang: str = "en") -> Json:
        """``{"files": [{"rows_in", "loaded", "rejected", "skipped", …}], "as_of"}``."""
        return import_dict(self.files, self.as_of, self.rejects, self.notes, lang)

    def table(self, lang: str = "en") -> Table:
        """One row a file, the reasons below."""
        return import_table(self.files, self.as_of, self.rejects, self.notes, lang)


class ImportsMade(Result):
    """The imports that a book is made of: ``{"imports": [{"name", "files", "kind"}]}``, in their order."""

    content: Sequence[ImportRecord]

    def to_dict(self, lang: str = "en") -> Json:
        """One object an import."""
        del lang
        return {
            "imports": [
                {"name": one.name, "files": [file.name for file in one.files], "kind": one.kind} for one in self.content
            ]
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a file."""
        return [{"name": one.name, "file": file.name, "kind": one.kind} for one in self.content for file in one.files]

    def table(self, lang: str = "en") -> Table:
        """One row an import: its name, by which it can be taken back, and its files."""
        rows = tuple(
            (name(one.name), name(", ".join(file.name for file in one.files)), kind_shown(one.kind))
            for one in self.content
        )
        return Table(lang, Message("book.imports"), _COLUMNS, rows, notes=() if rows else (Message("book.no_imports"),))


_COLUMNS = (
    Column("name", Message("book.imports_name"), Kind.NAME),
    Column("files", Message("book.imports_files"), Kind.NAME),
    Column("kind", Message("book.imports_kind"), Kind.TEXT),
)


def kind_shown(kind: str) -> Shown:
    """What the rows of an import are called."""
    own = f"sources.kind_{kind}"
    return Shown(kind, Message(own if has_key(own, "en") else f"intake.kind_{kind}"))
