"""The account of an import on its page: every row, what changed in the book, what there is to take home."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from yaad.server.drafts import Draft, latest
from yaad.server.kept_files import WRITTEN, changes_file, refused_file
from yaad.server.questions import reading
from yaad.server.wire import unpack
from yaad.show.imports import HERE_ALREADY
from yaad.text import Message

Json = Any  # the account as the job packed it: plain JSON values of any kind

REFUSED = ("book.refused_because", "book.refused_in")
CHANGES = ("book.difference", "book.difference_stay", "book.difference_stand")
BESIDE = (*REFUSED, HERE_ALREADY, *CHANGES, *WRITTEN)
"""What stands in places of its own."""
FLAG = "intake.flag_"  # such a note stands beside the rows that it is about


def account(draft: Draft) -> Mapping[str, object]:
    """What the page says of an import that happened.

    Returns:
        ``report``, ``refused`` (why rows were not read), ``changes`` (what is other now), ``notes`` (what to know),
        ``rows`` and ``loaded`` of all files, ``has_changes`` (there is a list of them), ``mends`` (numbers of the files
        with a workbook to correct), ``import`` (its name, while it can be taken back), ``taken_back``, ``here`` (the
        files that were in the book as they are: their name, since when, and the account of what brought them).
    """
    told = unpack(draft.report)
    notes: Sequence[Message] = told["notes"]
    files = told["report"]["files"]
    name = told.get("import", "")
    stands = name in {record.name for record in reading.imports()}
    return {
        "report": told["report"],
        "refused": [note for note in notes if note.key in REFUSED],
        "changes": [note for note in notes if note.key in CHANGES],
        "notes": [note for note in notes if note.key not in BESIDE and FLAG not in note.key],
        "here": _here([note for note in notes if note.key == HERE_ALREADY]),
        "rows": sum(file["rows_in"] for file in files),
        "loaded": sum(file["loaded"] for file in files),
        "has_changes": changes_file(draft) is not None,
        "mends": [number for number in range(len(files)) if refused_file(draft, number, ".xlsx")],
        "import": name if stands else "",
        "taken_back": bool(name) and not stands,
    }


def _here(notes: Sequence[Message]) -> list[dict[str, object]]:
    """Of each file that was here already: its name, the day, and the account of its import where there is one."""
    if not notes:
        return []
    accounts = {one.imported: one.id for one in latest() if one.imported}
    return [
        {
            "name": note.values["name"],
            "day": dt.date.fromisoformat(str(note.values["day"])),
            "account": accounts.get(str(note.values["import"])),
        }
        for note in notes
    ]
