"""What the book itself tells: the account of an import, and the doctor's list."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from yaad.facts import Stored
from yaad.intake import FileReport
from yaad.show import import_dict, import_table
from yaad.show.results import Json
from yaad.show.tables import Table
from yaad.text import Message


@dataclass(frozen=True)
class ImportReport:
    """The account of one import: rows in = loaded + rejected + skipped, file by file.

    Attributes:
        files: one report a file.
        stored: what changed in the book.
        rejects: file name → where its refused rows were written.
        as_of: the day the book is seen from after it.
        notes: what to know about the data.
    """

    files: tuple[FileReport, ...]
    stored: Stored
    as_of: dt.date
    rejects: Mapping[str, Path] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    def to_dict(self, lang: str = "en") -> Json:
        """``{"files": [{"rows_in", "loaded", "rejected", "skipped", …}], "as_of"}``."""
        return import_dict(self.files, self.as_of, self.rejects, self.notes, lang)

    def table(self, lang: str = "en") -> Table:
        """One row a file, the reasons below."""
        return import_table(self.files, self.as_of, self.rejects, self.notes, lang)
