"""What happened to a deal, line by line: what files tell, and what people wrote of it."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from yaad.facts.fold import NOTE_ID, written_values
from yaad.facts.histories import BIRTH_SEQ
from yaad.insight.quotes import counting as those_that_count
from yaad.measures import Scope
from yaad.measures.contacts import is_answered, is_outgoing
from yaad.measures.kinds import state_of, told_of
from yaad.model import (
    ActEntry,
    ChangeEntry,
    CreateEntry,
    DealEntry,
    FileEntry,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    QuoteEntry,
    QuoteOpenedEntry,
    QuoteWithdrawnEntry,
    StageType,
    UndoEntry,
    WinEntry,
)
from yaad.model.entries import PLANNED

Row = Mapping[str, Any]


class Kind(StrEnum):
    """What happened."""

    CAME = "came"
    """It came in, or was written down."""
    MOVED = "moved"
    WON = "won"
    LOST = "lost"
    NOT_INQUIRY = "not_inquiry"
    NOTE = "note"
    DID = "did"
    CHANGED = "changed"
    CALL = "call"
    """A row of the telephone's log."""
    ORDER = "order"
    FILE = "file"
    QUOTE = "quote"
    QUOTE_OPENED = "quote_opened"
    QUOTE_WITHDRAWN = "quote_withdrawn"


@dataclass(frozen=True)
class Change:
    """A field that people changed: what it said, and what it says from then on; None: nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Happened:
    """Something that happened to a deal.

    Attributes:
        kind: what it was.
        day: in the company's zone; None: nobody knows when.
        at: the moment in the company's zone; None where only the day is known.
        by: who did it.
        stage: where it came to.
        did: what was done with the customer: a word of `yaad.model.ACTS`, or as a file calls it.
        went: how it went, in a word of `yaad.model.WENT`; empty: nobody says.
        incoming: the customer began it.
        due: when something is planned for.
        text: free words.
        reason: why it was won or lost.
        done_well: what was done well, a line each.
        ticked, without: what the stage asked that it left, and was ticked or not.
        amount, currency: of an order, or as it was won.
        seconds: how long a call lasted.
        changes: of fields.
        number: of the entry that people wrote, by which it can be taken back; None: a file tells it.
        waits: it is planned, and nobody has said yet how it went.
        channel: of a touch from outside, how it came, in a word of `yaad.model.inquiries.CHANNELS`; empty: it is none.
        source, campaign: what brought it.
        consent: the words that the customer agreed to with it.
    """

    kind: Kind
    day: dt.date | None = None
    at: dt.datetime | None = None
    by: str | None = None
    stage: str = ""
    did: str = ""
    went: str = ""
    incoming: bool = False
    due: dt.datetime | None = None
    text: str = ""
    reason: str = ""
    done_well: str = ""
    ticked: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    amount: float | None = None
    currency: str | None = None
    seconds: float | None = None
    changes: tuple[Change, ...] = ()
    number: int | None = None
    waits: bool = False
    channel: str = ""
    source: str = ""
    campaign: str = ""
    consent: str = ""

    @property
    def order(self) -> tuple[dt.date, dt.datetime, int]:
        """By which lines stand in time: what is only known by its day stands before what was at a time of it."""
        day = self.day or dt.date.min
        at = self.at.astimezone(dt.UTC) if self.at else dt.datetime.min.replace(tzinfo=dt.UTC)
        return day, at, self.number or 0


def timeline(scope: Scope, row: Row, entries: Sequence[DealEntry], told: Mapping[str, str | None]) -> list[Happened]:
    """All that happened to a deal, the latest first.

    Args:
        scope: the facts.
        row: of the deal.
        entries: what people wrote of it.
        told: column → what the source says, of those of which people wrote.
    """
    lines = [*_of_tables(scope, row), *_of_entries(scope, entries, told)]
    return sorted(lines, key=lambda one: one.order, reverse=True)


def _of_tables(scope: Scope, row: Row) -> Iterator[Happened]:
    """What files tell of a deal."""
    zone = ZoneInfo(scope.zone)
    yield from _moves(scope, row, zone)
    for one in scope.run(_acts(scope, row)).to_pylist():
        yield Happened(
            **_when(one, zone), kind=Kind.DID, did=one["kind"] or "", went=one["went"] or "", text=one["text"] or ""
        )
    calls = _of_deal(scope, "calls", row)
    told = calls.mutate(answered=is_answered(calls), is_out=is_outgoing(calls))
    for one in scope.run(told.select("at", "day", "whole_day", "by", "answered", "is_out", "seconds")).to_pylist():
        went = "held" if one["answered"] else "no_show"
        yield Happened(
            **_when(one, zone),
            kind=Kind.CALL,
            did="call",
            went=went,
            incoming=not one["is_out"],
            seconds=one["seconds"],
        )
    for one in scope.run(_of_deal(scope, "orders", row)).to_pylist():
        when = _when(one | {"by": one["owner"]}, zone)
        amount = number_of(one["amount"])
        yield Happened(**when, kind=Kind.ORDER, text=str(one["order_id"]), amount=amount, currency=one["currency"])


def _moves(scope: Scope, row: Row, zone: ZoneInfo) -> Iterator[Happened]:
    moves = scope.table("stage_moves")
    # those of people are told by their entries, with what they said of them
    mine = moves.filter((moves.deal == ibis.literal(row["deal"])) & (moves.seq < ibis.literal(BIRTH_SEQ)))
    types = {stage.name: stage.type for stage in scope.pipeline.stages}
    rows = scope.run(mine.order_by("sort_at", "seq")).to_pylist()
    last = len(rows) - 1
    for at, one in enumerate(rows):
        stage = one["to_stage"]
        kind = _ENDS.get(types.get(stage, StageType.OPEN), Kind.MOVED if at else Kind.CAME)
        reason = (row["lost_reason"] or "") if kind is Kind.LOST and at == last else ""
        yield Happened(**_when(one, zone), kind=kind, stage=stage, reason=reason)


def _acts(scope: Scope, row: Row) -> ir.Table:
    """The activities that files tell; those that people wrote are told by their entries."""
    rows = scope.table("activities")
    rows = rows.filter((rows.deal == ibis.literal(row["deal"])) & ~rows.activity_id.startswith(NOTE_ID))
    rows = rows.mutate(went=state_of(rows, told_of(scope)))
    return rows.select("at", "day", "whole_day", "by", "kind", "went", "text")


def _of_deal(scope: Scope, table: str, row: Row) -> ir.Table:
    rows = scope.table(table)
    return rows.filter(rows.deal_id == ibis.literal(row["deal_id"]))


def _when(one: Row, zone: ZoneInfo) -> dict[str, Any]:
    """When a row of a table was, and whose it is."""
    at = one["at"]
    told = None if at is None or one["whole_day"] else at.astimezone(zone)
    return {"day": one["day"], "at": told, "by": one["by"] or None}


OF_TOUCHES = ("channel", "source", "campaign", "consent")
"""What an entry tells of a touch from outside."""
_ENDS = {StageType.WON: Kind.WON, StageType.LOST: Kind.LOST, StageType.NOT_INQUIRY: Kind.NOT_INQUIRY}


def _of_entries(scope: Scope, entries: Sequence[DealEntry], told: Mapping[str, str | None]) -> Iterator[Happened]:
    """What people wrote of a deal, without what was taken back and plans that another entry settles."""
    counting = [one for one in those_that_count(entries) if not isinstance(one, UndoEntry)]
    counting.sort(key=lambda one: (one.at, one.seq))
    settled = {one.settles for one in counting if isinstance(one, ActEntry) and one.settles is not None}
    titles = {one.seq: one.title for one in counting if isinstance(one, QuoteEntry)}
    says = dict(told)
    zone = ZoneInfo(scope.zone)
    types = {stage.name: stage.type for stage in scope.pipeline.stages}
    for entry in counting:
        if entry.seq in settled:
            continue
        changes = tuple(_changed(entry, says))
        at = entry.at.astimezone(zone)
        line = _of_quotes(entry, titles) or _said(entry, types, zone)
        if line is not None:
            changed = changes if isinstance(entry, ChangeEntry | WinEntry) else ()
            number = (
                None if isinstance(entry, QuoteOpenedEntry) else entry.seq
            )  # nobody wrote it who could take it back
            yield Happened(day=at.date(), at=at, by=entry.by or None, number=number, changes=changed, **line)


def _said(entry: DealEntry, types: Mapping[str, StageType], zone: ZoneInfo) -> dict[str, Any] | None:
    """What an entry says, as a line of the timeline."""
    said: dict[str, Any] | None = None
    match entry:
        case CreateEntry():
            said = {"kind": Kind.CAME, "stage": entry.to_stage}
        case MoveEntry():
            kind = _ENDS.get(types.get(entry.to_stage, StageType.OPEN), Kind.MOVED)
            said = {"kind": kind, "stage": entry.to_stage, "ticked": entry.ticked, "without": entry.without}
        case WinEntry():
            told = {"reason": entry.reason, "done_well": entry.done_well}
            ticks = {"ticked": entry.ticked, "without": entry.without}
            said = {"kind": Kind.WON, "stage": entry.to_stage, **told, **ticks}
        case LoseEntry():
            said = {"kind": Kind.LOST, "stage": entry.to_stage, "reason": entry.reason, "text": entry.text}
        case FileEntry():
            said = {"kind": Kind.FILE, "text": entry.file_name}
        case NoteEntry():
            said = {"kind": Kind.NOTE, "text": entry.text}
        case ChangeEntry():
            said = {"kind": Kind.CHANGED}
        case ActEntry():
            how = {"did": entry.did, "went": entry.went, "text": entry.text, "incoming": entry.incoming}
            came = {name: getattr(entry, name) for name in OF_TOUCHES}
            said = {"kind": Kind.DID, **how, **came, "due": _due(entry, zone), "waits": entry.went == PLANNED}
    return said


def _of_quotes(entry: DealEntry, titles: Mapping[int, str]) -> dict[str, Any] | None:
    """What an entry says of a quote, as a line of the timeline."""
    match entry:
        case QuoteEntry():
            amount = None if entry.amount is None else number_of(entry.amount)
            text = "\n".join(one for one in (entry.title, entry.text, entry.url, entry.file_name) if one)
            return {"kind": Kind.QUOTE, "text": text, "amount": amount, "currency": entry.currency}
        case QuoteOpenedEntry():
            return {"kind": Kind.QUOTE_OPENED, "text": titles[entry.quote]}
        case QuoteWithdrawnEntry():
            return {"kind": Kind.QUOTE_WITHDRAWN, "text": titles[entry.quote]}
    return None


def _due(entry: ActEntry, zone: ZoneInfo) -> dt.datetime | None:
    if not entry.due:
        return None
    try:
        return dt.datetime.fromisoformat(entry.due).astimezone(zone)
    except (ValueError, OverflowError):  # a journal never changes
        return None


def _changed(entry: DealEntry, says: dict[str, str | None]) -> Iterator[Change]:
    """The fields that an entry changes, each with what it said before; `says` follows."""
    values: Mapping[str, str | None] = {}
    if isinstance(entry, CreateEntry | ChangeEntry):
        values = written_values(entry.values)
    elif isinstance(entry, WinEntry) and entry.amount is not None:
        values = written_values({"amount": entry.amount})
    elif isinstance(entry, LoseEntry) and entry.reason:
        values = {"lost_reason": entry.reason}
    for field, now in values.items():
        before = says.get(field)
        says[field] = now
        if before != now:
            yield Change(field, before, now)


def number_of(value: object) -> float | None:
    """A number of a table as pages tell it."""
    return None if value is None else float(str(value))
