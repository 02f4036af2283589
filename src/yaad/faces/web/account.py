"""The account of an import on its page: every row, what changed in the book, what there is to take home."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from yaad.faces.web import reading
from yaad.server.drafts import Draft
from yaad.server.state import opened
from yaad.server.wire import unpack
from yaad.text import Message

Json = Any  # the account as the job packed it: plain JSON values of any kind

REFUSED = "book.refused_because"
CHANGES = ("book.difference", "book.difference_stay", "book.difference_stand")
WRITTEN = ("book.difference_written", "book.return_written")  # the page has links where these name a path
FLAG = "intake.flag_"  # such a note stands beside the rows that it is about


def account(draft: Draft) -> Mapping[str, object]:
    """What the page says of an import that happened.

    Returns:
        ``report``, ``refused`` (why rows were not read), ``changes`` (what is other now), ``notes`` (what to know),
        ``rows`` and ``loaded`` of all files, ``has_changes`` (there is a list of them), ``mends`` (numbers of the files
        with a workbook to correct), ``import`` (its name, while it can be taken back), ``taken_back``.
    """
    told = unpack(draft.report)
    notes: Sequence[Message] = told["notes"]
    files = told["report"]["files"]
    name = told.get("import", "")
    stands = name in {record.name for record in reading.imports()}
    return {
        "report": told["report"],
        "refused": [note for note in notes if note.key == REFUSED],
        "changes": [note for note in notes if note.key in CHANGES],
        "notes": [note for note in notes if note.key not in (REFUSED, *CHANGES, *WRITTEN) and FLAG not in note.key],
        "rows": sum(file["rows_in"] for file in files),
        "loaded": sum(file["loaded"] for file in files),
        "has_changes": changes_file(draft) is not None,
        "mends": [number for number in range(len(files)) if refused_file(draft, number, ".xlsx")],
        "import": name if stands else "",
        "taken_back": bool(name) and not stands,
    }


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
