"""What the process does: take its limits, tell what the file holds, give the rows of the part that is asked for."""

import csv
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from yaad.intake.reading.apart import archive, database, old_workbook, open_document, workbook
from yaad.intake.reading.apart.refusing import Refused

Json = Any  # plain JSON values of any kind

TELL: dict[str, Callable[[Json], Json]] = {
    "xlsx": workbook.about,
    "xls": old_workbook.about,
    "ods": open_document.about,
    "sqlite": database.about,
    "zip": archive.about,
}
"""Format → what the file holds."""
RECOUNT: dict[str, Callable[[Json], int]] = {
    "xlsx": workbook.recount,
    "xls": old_workbook.recount,
    "ods": open_document.recount,
    "sqlite": database.recount,
}
"""Format → rows of the part ``recount`` by a second, exact parser."""


def limit(memory: int, seconds: int) -> None:
    """Take a ceiling of memory and processor time, where the system has them."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's clock still ends this process
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def say(plain: Json) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def prepare(task: Json) -> bool:
    """Say what the file holds, or why it is not read; true when a part may be asked for."""
    try:
        if task["recount"]:
            say({"rows": RECOUNT[task["format"]](task)})
            return False
        say(TELL[task["format"]](task))
    except Refused as refused:
        say({"refused": refused.key, "values": refused.values})
    except MemoryError:
        say({"refused": "workbook_too_big", "values": {}})
    except (RuntimeError, zipfile.BadZipFile) as error:
        locked = "password" in str(error).lower() or "encrypted" in str(error).lower()
        say({"refused": "file_password" if locked else "file_broken", "values": {}, "why": repr(error)})
    except Exception as error:  # noqa: BLE001 - whatever a broken file raises, the parent says it is broken
        say({"refused": "file_broken", "values": {}, "why": repr(error)})
    else:
        return True
    return False


def rows(task: Json, part: str) -> Iterator[list[str]]:
    """The rows of one part."""
    if task["format"] == "sqlite":
        return database.rows(task, part)
    from yaad.intake.reading.apart.cells import rows as sheet_rows

    return sheet_rows(task["path"], part)


def main(told: str) -> None:
    """Tell of the file; then, if a line of the standard input names a part, give its rows."""
    task = json.loads(told)
    limit(task["memory"], task["seconds"])
    if prepare(task) and (part := sys.stdin.readline().rstrip("\n")):
        # What this raises ends the process with a code that the parent sees. A cell with any sign of a row's end is
        # quoted, so the end is made of both signs.
        csv.writer(sys.stdout, lineterminator="\r\n").writerows(rows(task, json.loads(part)))
