"""What people can write: entries of the journal. An entry is never changed; an undo is an entry too."""

import datetime as dt
import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import ClassVar


class EntryKind(StrEnum):
    """Kinds of entries."""

    MOVE = "move"
    WIN = "win"
    LOSE = "lose"
    NOTE = "note"
    UNDO = "undo"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who wrote what of which deal, and when it was true.

    Attributes:
        deal_id: the source's id of the deal.
        at: when it was true, with its zone.
        by: who wrote it.
        key: idempotency key: the same key twice is one entry.
        seq: number given by the journal on append; 0 before.
    """

    kind: ClassVar[EntryKind]
    deal_id: str
    at: dt.datetime
    by: str
    key: str
    seq: int = 0

    def to_json(self) -> str:
        """As stored in the journal, without `seq`."""
        values = asdict(self)
        del values["seq"]
        values["at"] = self.at.astimezone(dt.UTC).isoformat()
        return json.dumps({"kind": self.kind.value, **values}, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class MoveEntry(Entry):
    """The deal goes to another stage (an open one)."""

    kind: ClassVar[EntryKind] = EntryKind.MOVE
    to_stage: str


@dataclass(frozen=True, kw_only=True)
class WinEntry(Entry):
    """The deal is won; `amount` (decimal text) replaces the deal's amount when given."""

    kind: ClassVar[EntryKind] = EntryKind.WIN
    to_stage: str
    reason: str = ""
    amount: str | None = None


@dataclass(frozen=True, kw_only=True)
class LoseEntry(Entry):
    """The deal is lost."""

    kind: ClassVar[EntryKind] = EntryKind.LOSE
    to_stage: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteEntry(Entry):
    """A note on a deal."""

    kind: ClassVar[EntryKind] = EntryKind.NOTE
    text: str


@dataclass(frozen=True, kw_only=True)
class UndoEntry(Entry):
    """An earlier entry of the deal counts no more."""

    kind: ClassVar[EntryKind] = EntryKind.UNDO
    undoes: int


ENTRY_TYPES: dict[EntryKind, type[Entry]] = {
    cls.kind: cls for cls in (MoveEntry, WinEntry, LoseEntry, NoteEntry, UndoEntry)
}


def entry_from_json(text: str, seq: int) -> Entry:
    """Back from `Entry.to_json`; keys that a newer version wrote are left out."""
    values = json.loads(text)
    cls = ENTRY_TYPES[EntryKind(values.pop("kind"))]
    names = {field.name for field in fields(cls)}
    known = {name: value for name, value in values.items() if name in names}
    known["at"] = dt.datetime.fromisoformat(known["at"])
    return cls(**known, seq=seq)
