"""The open deals of a book as they stand, carried on entry by entry: an entry touches one deal, whose row is made anew.

What is made here is a projection: rows of the fold, kept in memory. It is begun from the facts, and begun again when
anything but the journal has changed: an import, one taken back, an erasing, another process's work. What people write
is folded by the same fold (`facts.anew`), so that at any moment it equals what the facts would tell.
"""

import datetime as dt
import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from yaad.book.persons.marks import last_erasing
from yaad.facts import Anew, Facts, Pin, end_of_day
from yaad.insight.board import DETAILS, Standing, open_rows
from yaad.measures import Scope
from yaad.model import DealEntry, Viewer

Row = Mapping[str, Any]
DIGEST = 16
CARRIED = 1.0
"""Seconds within which an entry of somebody else's is carried on, however busy the machine is."""
MOST = 10_000
"""Whole rows of deals that are kept."""

log = logging.getLogger("yaad.book")


@dataclass
class _Begun:
    """The projection since it was begun.

    Attributes:
        facts: the picture that it was begun from; its engine makes deals anew.
        anew: does that.
        still_open: of the deals that were made anew last, the rows of those that are open.
        pin: of the book now; an entry that was folded into the lake since changes nothing else.
        erased: who had been erased.
        first: the rows as they were.
        last_entry: the last one that was looked at.
        last_of_deals: the last one that came with some of a deal.
        changed: deal_id → its row since; None where it is open no more.
        known: deal_id → the whole row of a deal that was made anew; None where the book has none.
        days: deal_id → the last day of a move that people wrote of it since the pin.
        mark: another one each time that it is begun.
        standing: the rows by now; None where they are to be put together.
    """

    facts: Facts
    anew: Anew
    still_open: ir.Table
    pin: Pin
    erased: int
    first: pa.Table
    last_entry: int
    last_of_deals: int = 0
    changed: dict[str, Row | None] = field(default_factory=dict)
    known: dict[str, Row | None] = field(default_factory=dict)
    days: dict[str, dt.date] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    standing: Standing | None = None


@dataclass(frozen=True)
class Look:
    """What somebody sees of the open deals at a moment.

    Attributes:
        standing: the deals; None where the book is seen from an earlier day.
        version: changes when something that they see has changed, and tells nothing else.
        moment: changes with every entry; told to nobody.
    """

    standing: Standing | None
    version: str
    moment: str


@dataclass(frozen=True)
class _Now:
    """The projection at a moment.

    Attributes:
        mark, last_entry: which moment.
        whole: all open deals; None where the book is seen from an earlier day.
        of_moment: the version for who sees all rows.
    """

    mark: str
    last_entry: int
    whole: Standing | None
    of_moment: str


class OpenDeals:
    """The open deals of a book, for all who look at it. Several threads may ask at once.

    Args:
        picture: the facts of the book as they are now, and a scope over all of its rows, whoever looks.
    """

    def __init__(self, picture: Callable[[], tuple[Facts, Scope]]) -> None:
        self._picture = picture
        self._lock = threading.RLock()
        self._begun: _Begun | None = None
        self._seen: dict[str, tuple[tuple[str, int], str]] = {}

    @property
    def is_begun(self) -> bool:
        """Whether they can be told at once: nothing but what people write has changed, and nobody begins them."""
        if not self._lock.acquire(timeout=CARRIED):  # others are carried on in less, and there is no need to come again
            return False
        try:
            return self._still() is not None
        finally:
            self._lock.release()

    def look(self, viewer: Viewer) -> "Look":
        """What somebody sees, of one moment."""
        now = self._by_now()
        seen = None if now.whole is None else replace(now.whole, rows=_seen_by(now.whole.rows, viewer))
        return Look(seen, self._version(now, viewer, seen), f"{now.mark}-{now.last_entry}")

    def standing(self, viewer: Viewer) -> Standing | None:
        """The open deals that somebody sees, as they stand by now; None where the book is seen from an earlier day."""
        with self._lock:
            begun = self._now()
            whole = self._whole(begun)
        return None if whole is None else replace(whole, rows=_seen_by(whole.rows, viewer))

    def deal(self, deal_id: str, viewer: Viewer) -> Row | None:
        """The row of a deal as it stands by now, with all that people can write; None where the viewer sees none."""
        with self._lock:
            begun = self._now()
            if self._whole(begun) is None:
                return None
            try:
                row = self._row(begun, deal_id)
            except Exception:  # files of the older lake are gone
                log.info("the open deals are begun anew", exc_info=True)
                row = self._row(self._begin(), deal_id)
        return row if row is not None and viewer.sees(row["owner"]) else None

    def version(self, viewer: Viewer) -> str:
        """Changes when something that the viewer sees of the open deals has changed, and tells nothing else."""
        return self.versions([viewer])[viewer.key]

    def versions(self, viewers: Iterable[Viewer]) -> dict[str, str]:
        """Key of a viewer → their `version`."""
        now = self._by_now()
        return {viewer.key: self._version(now, viewer) for viewer in viewers}

    def _by_now(self) -> "_Now":
        """What there is by now; whatever is made of it afterwards keeps nobody waiting."""
        with self._lock:
            begun = self._now()
            return _Now(begun.mark, begun.last_entry, self._whole(begun), _of_moment(begun))

    def _version(self, now: "_Now", viewer: Viewer, seen: Standing | None = None) -> str:
        """The version of a moment for a viewer, made once. Call it unlocked: a digest of all rows takes long."""
        moment, known = (now.mark, now.last_entry), self._seen.get(viewer.key)
        if known is not None and known[0] == moment:
            return known[1]
        if now.whole is None or viewer.sees_all:
            told = now.of_moment
        else:
            told = _digest(seen.rows if seen is not None else _seen_by(now.whole.rows, viewer))
        self._seen[viewer.key] = (moment, told)
        return told

    # ---- carrying on --------------------------------------------------------------------------------------------

    def _now(self) -> _Begun:
        """The projection with all entries. Call it locked."""
        begun = self._still()
        if begun is None:
            begun = self._begin()
        entries = begun.facts.journal.since(begun.last_entry)
        if entries:
            spoken_of = {entry.deal_id for entry in entries if isinstance(entry, DealEntry)}
            if spoken_of:
                begun.last_of_deals = entries[-1].seq
                try:
                    self._carry(begun, spoken_of)
                except Exception:  # such as that files of the older lake are gone
                    log.info("the open deals are begun anew", exc_info=True)
                    return self._begin()
            begun.last_entry = entries[-1].seq
        return begun

    def _still(self) -> _Begun | None:
        """What was begun, unless something else than entries came since."""
        begun = self._begun
        if begun is None:
            return None
        pin, last = begun.facts.pin_now(), begun.facts.journal.last_seq
        if last_erasing(begun.facts.root) != begun.erased or last < begun.last_entry:
            return None
        if pin == begun.pin:
            return begun
        if not _is_settled(begun.pin, pin):
            return None
        later = {entry.subject for entry in begun.facts.journal.since(pin.journal_seq)}
        begun.days = {deal: day for deal, day in begun.days.items() if deal in later}
        begun.pin, begun.standing = pin, None
        return begun

    def _begin(self) -> _Begun:
        facts, scope = self._picture()
        erased = last_erasing(facts.root)
        rows = scope.rows(open_rows).combine_chunks()
        anew = facts.by_now()
        still_open = open_rows(replace(scope, deals=anew.deals, visits=anew.visits, shapes=None))
        begun = _Begun(facts, anew, still_open, facts.pin, erased, rows, facts.last_entry)
        tail = {entry.subject for entry in facts.journal.since(facts.pin.journal_seq) if entry.subject}
        # where nobody wrote yet, one that there is: queries are written with the first deal that is made anew
        some = tail or set(rows["deal_id"].slice(0, 1).to_pylist())
        if some:
            begun.days.update(anew.make(some).days)
            anew.run(still_open)
        self._begun = begun
        return begun

    def _carry(self, begun: _Begun, deal_ids: set[str]) -> None:
        made = begun.anew.make(deal_ids, _numbers(begun.first, deal_ids))
        rows = {row["deal_id"]: row for row in begun.anew.run(begun.still_open).to_pylist()}
        whole = {row["deal_id"]: row for row in made.deals.to_pylist()}
        for deal in deal_ids:
            begun.changed[deal], begun.known[deal] = rows.get(deal), whole.get(deal)
            begun.days.pop(deal, None)
        begun.days.update(made.days)
        begun.standing = None

    def _whole(self, begun: _Begun) -> Standing | None:
        """All open deals. Call it locked."""
        if begun.standing is None:
            told = max(begun.days.values(), default=None)
            as_of = max(begun.pin.as_of_day, told or begun.pin.as_of_day)
            last_day = max((day for day in (begun.pin.last_day, told) if day), default=None)
            if last_day is not None and as_of < last_day:
                return None
            pipeline, zone = begun.pin.pipeline, begun.pin.zone
            begun.standing = Standing(_with(begun.first, begun.changed), pipeline, as_of, end_of_day(as_of, zone), zone)
        return begun.standing

    def _row(self, begun: _Begun, deal_id: str) -> Row | None:
        if deal_id in begun.known:
            return begun.known[deal_id]
        at = pc.index(begun.first["deal_id"], deal_id).as_py()
        if at >= 0 and deal_id not in begun.changed:  # nobody wrote of it since
            return {**begun.first.slice(at, 1).to_pylist()[0], "outcome": "open"}
        if len(begun.known) > MOST + len(begun.changed):
            begun.known = {deal: row for deal, row in begun.known.items() if deal in begun.changed}
        begun.known[deal_id] = next(iter(begun.anew.make({deal_id}).deals.to_pylist()), None)
        return begun.known[deal_id]


def _of_moment(begun: _Begun) -> str:
    """A version for who sees all rows: whatever is written of a deal they see."""
    return hashlib.sha256(f"{begun.mark} {begun.last_of_deals}".encode()).hexdigest()[:DIGEST]


def _with(rows: pa.Table, changed: Mapping[str, Row | None]) -> pa.Table:
    """Rows of deals with some of them replaced."""
    if not changed:
        return rows
    fresh = pa.Table.from_pylist([row for row in changed.values() if row is not None], schema=rows.schema)
    begins = [0, *(place + 1 for place in _places(rows, changed))]
    ends = [*(begin - 1 for begin in begins[1:]), len(rows)]
    same = [rows.slice(begin, end - begin) for begin, end in zip(begins, ends, strict=True)]
    return pa.concat_tables([*same, fresh]).combine_chunks()  # of many rows few are others: all are copied once


def _places(rows: pa.Table, deal_ids: Iterable[str]) -> list[int]:
    """Where rows of some deals stand, rising."""
    found = pc.is_in(rows["deal_id"], value_set=pa.array(list(deal_ids), pa.string()))
    places: list[int] = pc.indices_nonzero(found).to_pylist()
    return places


def _numbers(rows: pa.Table, deal_ids: Collection[str]) -> dict[str, int] | None:
    """deal_id → number of the deal; None where not all of them are among the rows."""
    some = rows.select(["deal_id", "deal"]).take(_places(rows, deal_ids))
    found = dict(zip(some["deal_id"].to_pylist(), some["deal"].to_pylist(), strict=True))
    return found if len(found) == len(deal_ids) else None


def _seen_by(rows: pa.Table, viewer: Viewer) -> pa.Table:
    """The rows that a viewer sees, by the rule of `facts.visible` for deals."""
    if viewer.sees_all:
        return rows
    return rows.filter(pc.is_in(rows["owner"], value_set=pa.array(sorted(viewer.owners or ()), pa.string())))


def _digest(rows: pa.Table) -> str:
    """A short text that is another one for other rows, whatever their order."""
    told = rows.select([name for name in DETAILS if name != "deal"]).sort_by("deal_id").combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, told.schema) as writer:
        writer.write_table(told)
    return hashlib.sha256(sink.getvalue()).hexdigest()[:DIGEST]


def _is_settled(before: Pin, now: Pin) -> bool:
    """Whether all that happened to a book is that entries were folded into its lake."""
    same = before.moved(
        tables=now.tables,
        seq=now.seq,
        journal_seq=now.journal_seq,
        waiting=now.waiting,
        last_event=now.last_event,
        last_day=now.last_day,
        as_of_day=now.as_of_day,
    )
    return same == now and now.journal_seq > before.journal_seq and now.seq > before.seq
