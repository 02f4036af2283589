"""The pin: one small file that says which version of each table is the book. It is replaced last, in one step."""

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from yaad.errors import BookError
from yaad.model import Pipeline
from yaad.text import Message

FORMAT = 1
NAME = "current.json"
BEFORE_ALL = dt.date(1970, 1, 1)
"""The as-of day of a book in which nothing has happened yet."""


def end_of_day(day: dt.date, zone: str) -> dt.datetime:
    """The instant at which a day ends in a zone, in UTC.

    >>> end_of_day(dt.date(2024, 3, 29), "Asia/Jerusalem").isoformat()
    '2024-03-29T21:00:00+00:00'
    """
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
    return midnight.astimezone(dt.UTC)


@dataclass(frozen=True)
class Pin:
    """What the book is at one moment.

    Attributes:
        tables: table → version of its Delta log; a table that is not named is empty.
        journal_seq: last entry of the journal that is folded into the tables.
        seq: number of the last commit; the `recorded_seq` of the rows it wrote.
        pipeline: the company's stages.
        zone: the company's time zone.
        as_of_day: the day that the book is seen from when nobody says otherwise.
        last_event: the latest actual event (created, moved, closed), when it has a time of day.
        last_day: its local day; None when no row carries a date.
        whole_days: the deals' times are dates without a time of day.
        imports: names of the imports, oldest first.
        export_days: `recorded_seq` of an import → the day that its source speaks of: what people wrote after that day
            stands, what they wrote before gives way.
        snapshots: `recorded_seq` of the imports that told whole histories, not events.
        heard: `recorded_seq` of an import → the last entry that was written before it: of a target, the later word
            counts.
        next_move: the next free `seq` of an imported move.
        waiting: ids of deals that people wrote about and the book does not know yet.
        format: of this file.
    """

    tables: dict[str, int] = field(default_factory=dict)
    journal_seq: int = 0
    seq: int = 0
    pipeline: Pipeline = field(default_factory=lambda: Pipeline(()))
    zone: str = "UTC"
    as_of_day: dt.date = BEFORE_ALL
    last_event: dt.datetime | None = None
    last_day: dt.date | None = None
    whole_days: bool = False
    imports: tuple[str, ...] = ()
    export_days: dict[int, dt.date] = field(default_factory=dict)
    snapshots: tuple[int, ...] = ()
    heard: dict[int, int] = field(default_factory=dict)
    next_move: int = 0
    waiting: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def as_of_at(self) -> dt.datetime:
        """The end of the as-of day in the company's zone."""
        return end_of_day(self.as_of_day, self.zone)

    @property
    def seen_from(self) -> dt.date | None:
        """The as-of day; None while nothing in the book has a day."""
        return None if self.as_of_day == BEFORE_ALL else self.as_of_day

    @property
    def files_until(self) -> dt.date | None:
        """The latest day that files speak of; what people write may be later. None while there is no file."""
        return max(self.export_days.values(), default=None)

    @property
    def list_days(self) -> tuple[dt.date, ...]:
        """The days of the lists, rising: those that the imports which told whole histories speak of."""
        return tuple(sorted({self.export_days[seq] for seq in self.snapshots}))

    @property
    def version(self) -> str:
        """A short text that changes with every commit."""
        digest = hashlib.sha256(self.to_json().encode()).hexdigest()
        return f"{self.seq}-{digest[:12]}"

    def moved(self, **changes: object) -> "Pin":
        """The same pin with some values replaced."""
        return replace(self, **changes)  # type: ignore[arg-type] # names and types are those of the attributes above

    def to_json(self) -> str:
        """As it stands in the file."""
        plain = {
            "format": self.format,
            "tables": self.tables,
            "journal_seq": self.journal_seq,
            "seq": self.seq,
            "pipeline": self.pipeline.to_dict(),
            "zone": self.zone,
            "as_of_day": self.as_of_day.isoformat(),
            "last_event": self.last_event.isoformat() if self.last_event else None,
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "whole_days": self.whole_days,
            "imports": list(self.imports),
            "export_days": {str(seq): day.isoformat() for seq, day in self.export_days.items()},
            "snapshots": list(self.snapshots),
            "heard": {str(seq): entry for seq, entry in self.heard.items()},
            "next_move": self.next_move,
            "waiting": list(self.waiting),
        }
        return json.dumps(plain, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Pin":
        """Back from `to_json`.

        Raises:
            ValueError, KeyError, TypeError: it is not a pin.
        """
        plain = json.loads(text)
        day, moment = dt.date.fromisoformat, dt.datetime.fromisoformat
        return cls(
            tables={str(name): int(version) for name, version in plain["tables"].items()},
            journal_seq=int(plain["journal_seq"]),
            seq=int(plain["seq"]),
            pipeline=Pipeline.from_dict(plain["pipeline"]),
            zone=str(plain["zone"]),
            as_of_day=day(plain["as_of_day"]),
            last_event=moment(plain["last_event"]) if plain["last_event"] else None,
            last_day=day(plain["last_day"]) if plain["last_day"] else None,
            whole_days=bool(plain["whole_days"]),
            imports=tuple(plain["imports"]),
            export_days={int(seq): day(text) for seq, text in plain["export_days"].items()},
            snapshots=tuple(int(seq) for seq in plain["snapshots"]),
            heard={int(seq): int(entry) for seq, entry in plain.get("heard", {}).items()},
            next_move=int(plain["next_move"]),
            waiting=tuple(plain["waiting"]),
            format=int(plain["format"]),
        )


def read_pin(root: Path) -> Pin:
    """The pin of the book in `root`.

    Raises:
        BookError: there is no book, its pin is damaged, or a newer program wrote it.
    """
    path = root / NAME
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise BookError(Message("facts.no_book", {"path": str(root)})) from None
    try:
        if int(json.loads(text)["format"]) > FORMAT:
            raise BookError(Message("facts.newer_book", {"path": str(root)}))
        return Pin.from_json(text)
    except (ValueError, KeyError, TypeError):
        raise BookError(Message("facts.damaged_pin", {"path": str(path)})) from None


def write_pin(root: Path, pin: Pin) -> None:
    """Replace the pin in one step that survives a power cut: written beside, flushed to disk, renamed."""
    new = root / (NAME + ".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(pin.to_json())
        file.flush()
        os.fsync(file.fileno())
    new.replace(root / NAME)
    flush(root)


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, written to disk before anything that counts on them."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
