"""What is known about an upload on its way into the book, kept as JSON beside its files."""

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from yaad.book.disk import appearing
from yaad.errors import UnknownName
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.uploads import Uploads

FILE = "draft.json"
MAPPINGS = (".yaml", ".yml")

Json = Any  # what a job returned: plain JSON values of any kind


class Step(StrEnum):
    """Where an upload stands on its way."""

    READING = "reading"
    UNDERSTOOD = "understood"
    IMPORTING = "importing"
    IMPORTED = "imported"


@dataclass
class Draft:
    """An upload on its way.

    Attributes:
        id: of the upload.
        names: its files' names, a mapping file left out.
        kind: what the rows are; empty when the files say it.
        answers: question → answer, as given so far.
        as_of: the day the data are true for, as typed; empty when the files say it.
        answered: question → what was asked and what the answer means, packed, to be read before the import.
        step: where it stands.
        job: the job that reads or imports it.
        understood: what was understood, packed (see `yaad.server.tasks.understand`).
        report: the account of the import, packed.
        error: language → what went wrong the last time; empty when the process itself broke.
        cancelled: the last job was stopped by the person.
        source: the recurring source whose files these are copies of; empty for what a person brought.
        waits: where the files themselves wait.
        account: who brought them; None where one book is served. Besides them only who sees everything sees it.
        begun: when they were brought, ISO in UTC; empty of an earlier version.
    """

    id: str
    names: list[str]
    kind: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    as_of: str = ""
    answered: dict[str, Json] = field(default_factory=dict)
    step: Step = Step.READING
    job: str = ""
    understood: Json = None
    report: Json = None
    error: dict[str, str] | None = None
    cancelled: bool = False
    source: str = ""
    waits: list[str] = field(default_factory=list)
    account: int | None = None
    begun: str = ""

    def save(self) -> None:
        """Write it; a reader sees the old or the new state, never half of one."""
        with appearing(_path(self.id)) as partial:
            partial.write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")

    @property
    def imported(self) -> str:
        """The name of its import in the book; empty before it, and where it brought nothing new."""
        return str((self.report or {}).get("import", ""))

    @property
    def files(self) -> list[Path]:
        """Its files of rows."""
        return [path for path in _uploads().files(self.id) if path.suffix.lower() not in MAPPINGS]

    @property
    def mapping(self) -> Path | None:
        """The mapping file that came with them."""
        return next((path for path in _uploads().files(self.id) if path.suffix.lower() in MAPPINGS), None)


def _uploads() -> Uploads:
    return opened().uploads


def _path(draft: str) -> Path:
    folder = _uploads().path(draft)
    if folder is None:
        raise UnknownName("option", draft, [])
    return folder / FILE


def start(upload: str, kind: str) -> Draft:
    """A new draft of an upload."""
    names = [path.name for path in _uploads().files(upload) if path.suffix.lower() not in MAPPINGS]
    return Draft(upload, names, kind, account=current().account, begun=dt.datetime.now(dt.UTC).isoformat())


def load(draft: str) -> Draft:
    """The draft of this id.

    Raises:
        UnknownName: there is none, or not for who asks.
    """
    path = _path(draft)
    if not path.exists():
        raise UnknownName("option", draft, [])
    plain = json.loads(path.read_text("utf-8"))
    found, access = Draft(**{**plain, "step": Step(plain["step"])}), current()
    if found.account != access.account and not access.viewer.sees_all:
        raise UnknownName("option", draft, [])
    return found


def latest() -> list[Draft]:
    """All drafts, the latest first."""
    found = []
    for name in _uploads().names():
        try:
            found.append(load(name))
        except UnknownName:
            continue
    return found
