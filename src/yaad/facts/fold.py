"""The fold: entries of the journal → what they change in the facts. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa

from yaad.errors import InputError
from yaad.facts.histories import JOURNAL_SEQ
from yaad.model import (
    SCHEMAS,
    DealEntry,
    Entry,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    Pipeline,
    RetractEntry,
    UndoEntry,
    WinEntry,
    read_amount,
)

NOTE_ID = "journal-"
"""A note's activity_id is this and the number of its entry."""

LAST_OF_DAY = dt.time(23, 59, 59, 999999)


@dataclass(frozen=True)
class FieldChange:
    """A person says what a field of a deal is: `amount` (decimal text) or `lost_reason`."""

    deal_id: str
    field: str
    value: str
    at: dt.datetime
    day: dt.date
    seq: int


@dataclass(frozen=True)
class Tail:
    """What entries change.

    Attributes:
        deal_ids: all deals that an entry speaks of, undone ones included.
        moves: rows of STAGE_MOVES with `deal_id` in place of `deal`.
        notes: rows of ACTIVITIES without `deal`.
        fields: deal_id, field → the change that counts among the entries: the latest `at`, then the latest entry.
        last_event: the latest move's moment; None without moves.
        last_day: its local day.
    """

    deal_ids: frozenset[str]
    moves: pa.Table
    notes: pa.Table
    fields: dict[tuple[str, str], FieldChange]
    last_event: dt.datetime | None
    last_day: dt.date | None


def fold(entries: Iterable[DealEntry], pipeline: Pipeline, *, zone: str = "UTC", whole_days: bool = False) -> Tail:
    """What the entries change.

    An undone entry counts no more (nor does an undone undo); a move, a winning and a losing are moves at their `at`;
    a note is an activity; the amount of a winning and the reason of a losing are field changes.

    Args:
        entries: all entries of the deals they speak of, in any order.
        pipeline: moves into stages that it does not know are left out.
        zone: of the company: says on which day a moment falls.
        whole_days: the book's own moves are dates without a time: a moment is then ordered within its local day.
    """
    ordered = sorted(entries, key=lambda entry: entry.seq)
    taken_back = undone(ordered)
    counting = [entry for entry in ordered if entry.seq not in taken_back and not isinstance(entry, UndoEntry)]
    place = ZoneInfo(zone)
    moves = [
        _move_row(entry, place, whole_days=whole_days)
        for entry in counting
        if isinstance(entry, MoveEntry | WinEntry | LoseEntry) and entry.to_stage in pipeline.positions
    ]
    notes = [_note_row(entry, place) for entry in counting if isinstance(entry, NoteEntry)]
    latest = max(
        (entry.at.astimezone(dt.UTC) for entry in counting if isinstance(entry, MoveEntry | WinEntry | LoseEntry)),
        default=None,
    )
    return Tail(
        frozenset(entry.deal_id for entry in ordered),
        pa.Table.from_pylist(moves, schema=MOVES),
        pa.Table.from_pylist(notes, schema=NOTES),
        _fields(counting, place),
        latest,
        _local_day(latest, place) if latest else None,
    )


def _with_deal_id(schema: pa.Schema) -> pa.Schema:
    rest = [field for field in schema if field.name not in ("deal", "deal_id", "recorded_seq")]
    return pa.schema([("deal_id", pa.string()), *rest])


MOVES = _with_deal_id(SCHEMAS["stage_moves"])
NOTES = _with_deal_id(SCHEMAS["activities"])


def undone(entries: Iterable[Entry]) -> frozenset[int]:
    """The numbers of entries that were taken back; read from the last, so that an undone undo undoes nothing."""
    taken_back: set[int] = set()
    for entry in sorted(entries, key=lambda entry: entry.seq, reverse=True):
        if isinstance(entry, UndoEntry | RetractEntry) and entry.seq not in taken_back:
            taken_back.add(entry.undoes)
    return frozenset(taken_back)


def _local_day(at: dt.datetime, zone: ZoneInfo) -> dt.date:
    return at.astimezone(zone).date()


def _move_row(
    entry: MoveEntry | WinEntry | LoseEntry, zone: ZoneInfo, *, whole_days: bool
) -> dict[str, dt.datetime | dt.date | str | int | bool | Decimal | None]:
    at = entry.at.astimezone(dt.UTC)
    day = _local_day(at, zone)
    sort_at = at
    if whole_days:
        first, last = (dt.datetime.combine(day, time, dt.UTC) for time in (dt.time(), LAST_OF_DAY))
        sort_at = min(max(at, first), last)
    amount = entry.amount if isinstance(entry, WinEntry) else None
    return {
        "deal_id": entry.deal_id,
        "sort_at": sort_at,
        "seq": JOURNAL_SEQ + entry.seq,
        "to_stage": entry.to_stage,
        "at": at,
        "day": day,
        "whole_day": False,
        "by": entry.by,
        "amount": _readable(amount),
    }


def _readable(amount: str | None) -> Decimal | None:
    """The amount; None where an entry carries one that cannot be read: the journal is never changed."""
    if amount is None:
        return None
    try:
        return read_amount(amount)
    except InputError:
        return None


def _note_row(entry: NoteEntry, zone: ZoneInfo) -> dict[str, dt.datetime | dt.date | str | bool]:
    return {
        "deal_id": entry.deal_id,
        "activity_id": f"{NOTE_ID}{entry.seq}",
        "kind": "note",
        "at": entry.at.astimezone(dt.UTC),
        "day": _local_day(entry.at, zone),
        "whole_day": False,
        "by": entry.by,
        "text": entry.text,
    }


def _fields(counting: list[DealEntry], zone: ZoneInfo) -> dict[tuple[str, str], FieldChange]:
    """The change that counts for each field: the latest `at`, then the latest entry."""
    latest: dict[tuple[str, str], FieldChange] = {}
    for entry in counting:
        name = value = None
        if isinstance(entry, WinEntry) and _readable(entry.amount) is not None:
            name, value = "amount", str(_readable(entry.amount))
        elif isinstance(entry, LoseEntry) and entry.reason:
            name, value = "lost_reason", entry.reason
        if name and value is not None:
            change = FieldChange(entry.deal_id, name, value, entry.at, _local_day(entry.at, zone), entry.seq)
            before = latest.get((entry.deal_id, name))
            if before is None or (before.at, before.seq) <= (change.at, change.seq):
                latest[entry.deal_id, name] = change
    return latest
