"""The account of an import: rows in = loaded + rejected + skipped, file by file, with the reasons."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from yaad.show import phrases
from yaad.show.results import Json, plain
from yaad.show.speech import Said
from yaad.show.tables import Column, Kind, Shown, Table, count, name
from yaad.text import Message, has_key

HERE_ALREADY = "book.here_already"
"""A note that says the main thing of a file that changed nothing: it stands first."""


class Account(Protocol):
    """The account of one file: ``rows_in = loaded + rejected + skipped``."""

    @property
    def name(self) -> str:
        """The file's name."""
        ...

    @property
    def rows_in(self) -> int:
        """Records after the header."""
        ...

    @property
    def loaded(self) -> int:
        """Records whose content is in the book."""
        ...

    @property
    def rejected(self) -> int:
        """Records that could not be used."""
        ...

    @property
    def skipped(self) -> int:
        """Records left out on purpose."""
        ...

    @property
    def skipped_by(self) -> dict[str, int]:
        """Reason → records."""
        ...

    def to_dict(self) -> dict[str, object]:
        """As plain values."""
        ...


def import_dict(
    files: Sequence[Account],
    as_of: dt.date | None,
    rejects: Mapping[str, Path],
    notes: Sequence[Message],
    lang: str,
) -> Json:
    """``{"files": [{"name", "rows_in", "loaded", "rejected", "skipped", "skipped_by", …}], "as_of"}``."""
    told = [plain(file.to_dict()) | {"rejects": _path(rejects, file.name)} for file in files]
    return {"files": told, "as_of": plain(as_of), "notes": plain(notes, lang)}


def import_table(
    files: Sequence[Account],
    as_of: dt.date | None,
    rejects: Mapping[str, Path],
    notes: Sequence[Message],
    lang: str,
) -> Table:
    """One row a file; below it the reasons, where refused rows were written and what to know."""
    rows = tuple(
        (name(file.name), *(count(value, lang) for value in (file.rows_in, file.loaded, file.rejected, file.skipped)))
        for file in files
    )
    title = phrases.title(Message("show.import"), as_of, None, lang)
    here = [note for note in notes if note.key == HERE_ALREADY]
    below: list[Said] = [*here, *(_sum(file) for file in files)]
    below += [_reason(reason, n) for file in files for reason, n in file.skipped_by.items()]
    below += [Message("show.rejects_written", {"path": str(path)}) for path in rejects.values()]
    below += [note for note in notes if note not in here]
    return Table(lang, title, _COLUMNS, rows, _total(files, lang), tuple(below))


_COLUMNS = (
    Column("name", Message("show.head_file"), Kind.NAME),
    Column("rows_in", Message("show.head_rows_in"), Kind.COUNT),
    Column("loaded", Message("show.head_loaded"), Kind.COUNT),
    Column("rejected", Message("show.head_rejected"), Kind.COUNT),
    Column("skipped", Message("show.head_skipped"), Kind.COUNT),
)


def _total(files: Sequence[Account], lang: str) -> tuple[Shown, ...] | None:
    if len(files) < 2:
        return None
    sums = (sum(getattr(file, key) for file in files) for key in ("rows_in", "loaded", "rejected", "skipped"))
    return (Shown("", Message("show.together")), *(count(value, lang) for value in sums))


def _sum(file: Account) -> Message:
    """“1,284 rows = 1,207 loaded + 8 not read + 69 left out”."""
    values: dict[str, object] = {
        "n": file.rows_in,
        "loaded": file.loaded,
        "rejected": file.rejected,
        "skipped": file.skipped,
    }
    return Message("show.rows_sum", values)


def _reason(reason: str, n: int) -> Message:
    key = f"intake.skipped_{reason}"
    return Message("show.left_out_because", {"reason": Message(key, {"n": n}) if has_key(key, "en") else reason})


def _path(rejects: Mapping[str, Path], file: str) -> str | None:
    path = rejects.get(file)
    return None if path is None else str(path)
