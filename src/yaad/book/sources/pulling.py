"""Pulling: what has changed in a system since the last time, as files under the book that are then imported.

sources/<system>/state.json      up to which time it was pulled; written once the import has happened
sources/<system>/deals.csv       what came the last time, in the system's own columns
sources/<system>/history.csv     the history of these deals
"""

import csv
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yaad.book.reports import ImportReport
from yaad.book.sources.fetching import Api
from yaad.book.sources.outgoing import PUBLIC, Outgoing
from yaad.book.sources.patience import Wait
from yaad.book.sources.systems import SYSTEMS, Pulled, Rows, System, moment
from yaad.errors import InputError, UnknownName, YaadError
from yaad.text import Message

STATE = "state.json"
TOKEN = re.compile(r"[!-~]{1,4096}")
"""What a token is made of: signs that a header can hold."""

Importing = Callable[[Sequence[Path], dict[str, str]], ImportReport]
"""Imports files that belong together, with answers that the system itself gives."""


@dataclass(frozen=True)
class PullReport:
    """What a pull brought.

    Attributes:
        system: which one.
        deals: how many deals had changed.
        report: the account of their import; None when none had.
    """

    system: str
    deals: int
    report: ImportReport | None


def pull(
    root: Path,
    name: str,
    token: str,
    importing: Importing,
    *,
    wait: Wait,
    url: str = "",
    place: str = "",
    way: Outgoing = PUBLIC,
) -> PullReport:
    """Read what has changed in a system, keep it as files under the book, import them.

    Nothing is imported, and the next pull begins where this one did, when anything is missing.

    Args:
        root: the book's folder.
        name: ``hubspot``, ``pipedrive`` or ``salesforce``.
        token: of an account there; it is kept nowhere.
        importing: imports files that belong together, with answers.
        wait: called with seconds where the system asks for patience.
        url: address of the API, where the company has its own.
        place: the folder under ``sources``; the system's own when empty.
        way: the way out.

    Raises:
        UnknownName: no such system.
        InputError: the system refuses, cannot be reached, or its answer is not whole.
        OpenQuestion: the data leave something open; the files stay, and the next pull begins where this one did.
    """
    system = SYSTEMS.get(name)
    if system is None:
        raise UnknownName("system", name, SYSTEMS)
    if not (url or system.base):
        raise InputError(Message("sources.pull_address", {"system": system.name}))
    if not TOKEN.fullmatch(token):
        raise InputError(Message("sources.pull_no_token", {"system": system.name}))
    folder = root / "sources" / (place or name)
    since = _since(folder)
    pulled = system.pull(Api(system.name, url or system.base, system.headers(token), wait, way), since)
    if not pulled.deals:
        return PullReport(name, 0, None)
    report = importing(_kept(folder, system, pulled), {} if since else _answers(pulled))
    state = folder / f"{STATE}.part"
    state.write_text(json.dumps({"until": pulled.until}), "utf-8")
    state.replace(folder / STATE)
    return PullReport(name, len(pulled.deals), report)


def _answers(pulled: Pulled) -> dict[str, str]:
    """The stages in their order, with what they mean; nothing where a name cannot be written so."""
    if not pulled.stages or any(sign in stage.name for stage in pulled.stages for sign in ",="):
        return {}
    return {"stages": ", ".join(f"{stage.name}={stage.type.value}" for stage in pulled.stages)}


def _since(folder: Path) -> str:
    """Up to which time was pulled before; "" when nothing was."""
    try:
        until = str(json.loads((folder / STATE).read_text("utf-8"))["until"])
        moment(until)
    except (OSError, ValueError, KeyError, TypeError, YaadError):
        return ""  # all of it again, which changes nothing that is known
    return until


def _kept(folder: Path, system: System, pulled: Pulled) -> list[Path]:
    """The files, put in their places when they are whole."""
    folder.mkdir(parents=True, exist_ok=True)
    lists = (("deals", system.deals, pulled.deals), ("history", system.history, pulled.history))
    made = []
    with tempfile.TemporaryDirectory(dir=folder, prefix=".part-") as part:
        for name, heads, rows in lists:
            _write(Path(part) / f"{name}.csv", heads, rows)
        for name, _, rows in lists:
            to = folder / f"{name}.csv"
            shutil.move(Path(part) / to.name, to)
            made += [to] if rows else []
    return made


def _write(path: Path, heads: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads)
        writer.writeheader()
        writer.writerows(rows)
