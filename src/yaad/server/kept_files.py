"""Files that an import wrote for people to take home: rows that were refused, and all that it changed."""

from collections.abc import Sequence
from pathlib import Path

from yaad.server.drafts import Draft
from yaad.server.state import opened
from yaad.server.wire import unpack
from yaad.text import Message

WRITTEN = ("book.difference_written", "book.return_written")
"""Notes of an import that name a file on the server; people are given the file and not its place."""


def refused_file(draft: Draft, number: int, ending: str) -> Path | None:
    """The refused rows of one of the files: as a list (``.csv``), or as a workbook to correct (``.xlsx``)."""
    files = (draft.report or {}).get("report", {}).get("files", [])
    written = files[number].get("rejects") if 0 <= number < len(files) else None
    return kept_file(Path(written).with_suffix(ending), "rejects") if written else None


def changes_file(draft: Draft) -> Path | None:
    """The list of all that an import changed, row by row; None where it changed nothing."""
    notes: Sequence[Message] = unpack((draft.report or {}).get("notes", []))
    written = next((note.values["path"] for note in notes if note.key == WRITTEN[0]), None)
    return kept_file(Path(str(written)), "differences") if written else None


def kept_file(path: Path, folder: str) -> Path | None:
    """A file that the book itself wrote into one of its folders; None for any other."""
    real = path.resolve()
    return real if real.is_file() and real.is_relative_to((opened().place.book / folder).resolve()) else None
