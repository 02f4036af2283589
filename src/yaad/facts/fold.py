"""The fold: entries of the journal → what they change in the facts. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa

from yaad.errors import InputError, UnknownName
from yaad.facts.histories import BIRTH_SEQ, JOURNAL_SEQ
from yaad.facts.texts import as_text
from yaad.model import (
    SCHEMAS,
    WRITTEN,
    ActEntry,
    ChangeEntry,
    CreateEntry,
    DealEntry,
    Entry,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    Pipeline,
    RetractEntry,
    Tax,
    UndoEntry,
    WinEntry,
    parse_day,
    read_amount,
)
from yaad.model.entries import HELD, PLANNED
from yaad.text import Message

NOTE_ID = "journal-"
"""The activity_id of what people wrote is this and the number of its entry."""
HOW_IT_WENT = "status"
"""The column of the company's own in which an activity that people wrote says how it went."""

CURRENCY = re.compile(r"[A-Z]{3}")
LONGEST = 2000
"""Letters of a field that people write."""
LAST_OF_DAY = dt.time(23, 59, 59, 999999)


@dataclass(frozen=True)
class FieldChange:
    """A person says what a field of a deal is, as text; None: it has no value."""

    deal_id: str
    field: str
    value: str | None
    at: dt.datetime
    day: dt.date
    seq: int


@dataclass(frozen=True)
class Tail:
    """What entries change.

    Attributes:
        deal_ids: all deals that an entry speaks of, undone ones included.
        born: deal_id → the entry that it begins with, of deals that people wrote down.
        unborn: ids of deals that people wrote down and took back.
        moves: rows of STAGE_MOVES with `deal_id` in place of `deal`.
        notes: rows of ACTIVITIES without `deal`: notes, and what people did with customers.
        fields: deal_id, field → the change that counts among the entries: the latest `at`, then the latest entry.
        last_event: the latest move's moment; None without moves.
        last_day: its local day.
    """

    deal_ids: frozenset[str]
    born: dict[str, CreateEntry]
    unborn: frozenset[str]
    moves: pa.Table
    notes: pa.Table
    fields: dict[tuple[str, str], FieldChange]
    last_event: dt.datetime | None
    last_day: dt.date | None


def fold(
    entries: Iterable[DealEntry],
    pipeline: Pipeline,
    *,
    zone: str = "UTC",
    whole_days: bool = False,
    until: dt.date | None = None,
) -> Tail:
    """What the entries change.

    An undone entry counts no more (nor does an undone undo); a beginning, a move, a winning and a losing are moves at
    their `at`; notes and acts are activities; changes, the amount of a winning and the reason of a losing are field
    changes. A deal that people wrote down begins with the first beginning that counts.

    Args:
        entries: all entries of the deals they speak of, in any order.
        pipeline: moves into stages that it does not know are left out.
        zone: of the company: says on which day a moment falls.
        whole_days: the book's own moves are dates without a time: a moment is then ordered within its local day.
        until: what was said of later local days is left out; what was taken back counts no more, whenever that was.
    """
    ordered = sorted(entries, key=lambda entry: entry.seq)
    taken_back = undone(ordered)
    counting = [entry for entry in ordered if entry.seq not in taken_back and not isinstance(entry, UndoEntry)]
    place = ZoneInfo(zone)
    if until is not None:
        counting = [entry for entry in counting if _local_day(entry.at, place) <= until]
    steps = [entry for entry in counting if isinstance(entry, MOVING)]
    moves = [_move_row(entry, place, whole_days=whole_days) for entry in steps if entry.to_stage in pipeline.positions]
    beginnings = [entry for entry in ordered if isinstance(entry, CreateEntry)]
    born = {entry.deal_id: entry for entry in reversed(counting) if isinstance(entry, CreateEntry)}
    latest = max((entry.at.astimezone(dt.UTC) for entry in steps), default=None)
    return Tail(
        frozenset(entry.deal_id for entry in ordered),
        born,
        frozenset(entry.deal_id for entry in beginnings) - born.keys(),
        pa.Table.from_pylist(moves, schema=MOVES),
        pa.Table.from_pylist(_activity_rows(counting, place), schema=NOTES),
        _fields(counting, place),
        latest,
        _local_day(latest, place) if latest else None,
    )


def _with_deal_id(schema: pa.Schema) -> pa.Schema:
    rest = [field for field in schema if field.name not in ("deal", "deal_id", "recorded_seq")]
    return pa.schema([("deal_id", pa.string()), *rest])


MOVES = _with_deal_id(SCHEMAS["stage_moves"])
NOTES = _with_deal_id(SCHEMAS["activities"])
MOVING = (CreateEntry, MoveEntry, WinEntry, LoseEntry)
"""Entries that are moves."""


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
    entry: CreateEntry | MoveEntry | WinEntry | LoseEntry, zone: ZoneInfo, *, whole_days: bool
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
        "seq": (BIRTH_SEQ if isinstance(entry, CreateEntry) else JOURNAL_SEQ) + entry.seq,
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


Activity = dict[str, dt.datetime | dt.date | str | bool | list[tuple[str, str]] | None]


def _activity_rows(counting: list[DealEntry], zone: ZoneInfo) -> list[Activity]:
    """Notes and acts. What was planned and is settled is told by what settles it, under the planned one's number."""
    acts = {entry.seq: entry for entry in counting if isinstance(entry, ActEntry)}
    settling = {entry.settles: entry for entry in acts.values() if entry.settles in acts and entry.settles < entry.seq}
    rows = []
    for entry in counting:
        if isinstance(entry, NoteEntry):
            rows.append(_activity(entry, entry.seq, "note", entry.text, zone))
        elif isinstance(entry, ActEntry) and not (entry.settles in acts and entry.settles < entry.seq):
            last = entry
            while last.seq in settling:  # put off, and put off again
                last = settling[last.seq]
            rows.append(_act_row(last, entry.seq, zone))
    return rows


def _act_row(entry: ActEntry, number: int, zone: ZoneInfo) -> Activity:
    kind = f"incoming {entry.did}" if entry.incoming else entry.did
    row = _activity(entry, number, kind, entry.text, zone)
    if entry.due and entry.went == PLANNED:
        with suppress(ValueError, OverflowError):  # a journal never changes
            due = dt.datetime.fromisoformat(entry.due)
            row |= {"at": due.astimezone(dt.UTC), "day": _local_day(due, zone)}
    return row | {"custom": [(HOW_IT_WENT, entry.went or HELD)]}


def _activity(entry: DealEntry, number: int, kind: str, text: str, zone: ZoneInfo) -> Activity:
    return {
        "deal_id": entry.deal_id,
        "activity_id": f"{NOTE_ID}{number}",
        "kind": kind,
        "at": entry.at.astimezone(dt.UTC),
        "day": _local_day(entry.at, zone),
        "whole_day": False,
        "by": entry.by or None,
        "text": text,
    }


def _fields(counting: list[DealEntry], zone: ZoneInfo) -> dict[tuple[str, str], FieldChange]:
    """The change that counts for each field: the latest `at`, then the latest entry."""
    latest: dict[tuple[str, str], FieldChange] = {}
    for entry in counting:
        for name, value in _said(entry).items():
            change = FieldChange(entry.deal_id, name, value, entry.at, _local_day(entry.at, zone), entry.seq)
            before = latest.get((entry.deal_id, name))
            if before is None or (before.at, before.seq) <= (change.at, change.seq):
                latest[entry.deal_id, name] = change
    return latest


def _said(entry: DealEntry) -> dict[str, str | None]:
    """The fields that an entry speaks of."""
    if isinstance(entry, WinEntry):
        told = {"amount": entry.amount, "currency": entry.currency, "tax": entry.tax}
        return written_values({name: value for name, value in told.items() if value is not None})
    if isinstance(entry, LoseEntry):
        return {"lost_reason": entry.reason} if entry.reason else {}
    return written_values(entry.values) if isinstance(entry, CreateEntry | ChangeEntry) else {}


def written_values(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """What an entry says of columns, as overlays keep it. What cannot be read is left out: a journal never changes.

    >>> written_values({"amount": "1,200", "owner": "Dana", "next_step_day": "soon", "source": None})
    {'amount': '1200', 'owner': 'Dana', 'source': None}
    """
    found: dict[str, str | None] = {}
    for name, value in values.items():
        if name in WRITTEN:
            with suppress(InputError):
                found[name] = value if value is None else as_text(_read(name, value))
    return found


def checked_values(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """What a person says of columns, each as it is kept.

    Raises:
        UnknownName: no such column, or nobody can write it.
        InputError: a value is too long, or cannot be read.
    """
    found: dict[str, str | None] = {}
    for name, value in values.items():
        if name not in WRITTEN:
            raise UnknownName("column", name, WRITTEN)
        text = value.strip() if value else None
        if text and len(text) > LONGEST:
            raise InputError(Message("book.too_long", {"column": name, "n": LONGEST}))
        found[name] = as_text(_read(name, text)) if text else None
    return found


def _read(name: str, text: str) -> object:
    """A text as a person writes it of a column.

    Raises:
        InputError: it is no amount, day, currency or kind of VAT.
    """
    if name == "currency" and not CURRENCY.fullmatch(text):
        raise InputError(Message("book.bad_currency", {"text": text}))
    if name == "tax" and text not in set(Tax):
        raise InputError(Message("book.bad_tax", {"text": text}))
    return read_as(SCHEMAS["deals"].field(name).type, text)


def read_as(kind: pa.DataType, text: str) -> object:
    """A text as a person writes it, in the type of a column.

    Raises:
        InputError: it is no amount, or no day.
    """
    if pa.types.is_decimal(kind):
        return read_amount(text)
    return parse_day(text) if pa.types.is_date(kind) else text
