"""Store what an import brings: all of it in one step, or nothing."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.errors import InputError
from yaad.facts.arrivals import Mask
from yaad.facts.deal_store import store_deals
from yaad.facts.differences import CHANGES, LISTED, Difference, absent_from
from yaad.facts.engines.duck import DuckEngine
from yaad.facts.flat_store import adopt_orphans, store_flat
from yaad.facts.histories import History
from yaad.facts.journal import Journal, journal_of
from yaad.facts.lake import Lake
from yaad.facts.numbering import Numbers
from yaad.facts.overlays import Kept
from yaad.facts.parts import Workshop
from yaad.facts.pin import BEFORE_ALL, Pin
from yaad.facts.pipelines import joined
from yaad.facts.settle import settled_pin
from yaad.facts.upserts import Counts
from yaad.model import Pipeline
from yaad.model.tables import KEYS
from yaad.text import Message

Tables = Mapping[str, pa.Table]
"""Tables of an import by name."""

Portions = Iterable[Tables]
"""An import too large to be held at once: each portion has all rows of its keys, and no column that is empty in all of
them. It may be gone through more than once."""

NOBODY: Numbers = np.empty(0, np.int64)

BENCH = "256MB"
"""Memory in which the engine stores an import where none is told: what it does part by part; beyond it spills."""


@dataclass(frozen=True)
class Stored:
    """What an import changed.

    Attributes:
        tables: table → counts.
        version: of the data after it; the same as before when nothing changed.
        committed: whether anything changed.
        kept: fields in which what people wrote stands against the import.
        difference: what it says otherwise than the book did.
        dated: moves that lists told without a date, dated by the day of the list that saw them first.
        same: arriving table → for each of its rows, whether the book had it just so before; empty of several portions.
        spoken: numbers of the deals that it spoke of.
    """

    tables: dict[str, Counts] = field(default_factory=dict)
    version: str = ""
    committed: bool = False
    kept: tuple[Kept, ...] = ()
    same: dict[str, Mask] = field(default_factory=dict)
    difference: Difference = field(default_factory=Difference)
    dated: int = 0
    spoken: Numbers = field(default_factory=lambda: NOBODY, repr=False, compare=False)

    @property
    def main(self) -> Counts:
        """The counts of deals, or of the first table when the import has none."""
        return self.tables.get("deals") or next(iter(self.tables.values()), Counts())

    @property
    def new(self) -> int:
        """Rows that were not there."""
        return self.main.new

    @property
    def changed(self) -> int:
        """Rows with another content or history."""
        return self.main.changed

    @property
    def unchanged(self) -> int:
        """Rows that are as they were."""
        return self.main.unchanged

    @property
    def absent(self) -> int:
        """Rows of the book that the import does not speak of; they stay."""
        return self.main.absent

    @property
    def repeated(self) -> int:
        """Rows whose key comes again later in the import."""
        return self.main.repeated


def store(
    lake: Lake,
    tables: Tables | Portions,
    pipeline: Pipeline | None,
    *,
    zone: str,
    last_event: dt.datetime | None,
    last_day: dt.date | None,
    import_name: str,
    as_of: dt.date | None = None,
    list_day: dt.date | None = None,
    history: History = History.ADD,
    journal: Journal | None = None,
    heard: int | None = None,
    memory_limit: str | None = None,
    told: Callable[[Mapping[str, Mask]], None] | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Stored:
    """Bring the tables of an import into the book: by key, in one commit; the same content again changes nothing.

    Rows of the book that the import does not speak of stay. Nothing is visible before the last step.

    Args:
        lake: the book.
        tables: `deals` (deal_id and what describes it), `moves` (by deal_id), activities and the flat tables; or
            several portions of such tables, all rows of one key in one of them.
        pipeline: the stages as the import knows them; None when it has no deals.
        zone: of the company.
        last_event: the latest actual event of the import, when it has a time of day.
        last_day: its local day; None when nothing is dated.
        import_name: as the book calls the import.
        as_of: the day to see the book from; the latest actual event (or `list_day`) when absent.
        list_day: the day of a list of deals, where that is known; else `as_of`, or the latest actual event, stands in.
        history: what its moves mean for deals that the book knows.
        journal: what people wrote; the book's own when absent. It is folded in first.
        heard: the last entry that was written before the import; that of the journal when absent.
        memory_limit: for the engine, such as ``2GB``; `BENCH` when absent.
        told: called after each portion with what `Stored.same` is for the tables of one.
        on_progress: called with deals done and deals in all, after each part.

    Raises:
        BookError: somebody else is writing.
        InputError: no row carries a date and no `as_of` is given.
    """
    is_whole = isinstance(tables, Mapping)
    portions = [cast("Tables", tables)] if is_whole else cast("Portions", tables)
    with lake.writer(import_name) as present:
        if not (last_day or present.last_day or as_of or list_day):
            _refuse_undated(portions)
        # an import is compared with what people wrote up to now
        written = journal or journal_of(lake.root)
        pin = settled_pin(lake, written, present, memory_limit=memory_limit)
        seen = _seen_from(pin, last_event=last_event, last_day=last_day, as_of=as_of, list_day=list_day)
        seen = seen.moved(pipeline=joined(pin.pipeline, pipeline))
        day = list_day or as_of or last_day or seen.as_of_day
        last_entry = pin.journal_seq if heard is None else heard
        with closing(DuckEngine([lake.folder("")], memory_limit=memory_limit or BENCH)) as bench:
            shop = Workshop(bench, lake, pin)
            shop.says_all = not is_whole
            sums = _Sums(shop)
            for portion in portions:
                done, seen = _bring_in(shop, portion, seen, history=history, day=day, on_progress=on_progress)
                shop.pin = pin.moved(next_move=seen.next_move, pipeline=seen.pipeline)  # what the next one builds on
                sums.take(portion, done)
                if told is not None:
                    told(done.same)
            if sums.described:
                adopt_orphans(shop)
            stored, seen = sums.stored(), sums.clocked(seen, zone)
            tells_histories = history is History.REPLACE and sums.moving
            if not shop.parts and seen == pin:
                return replace(stored, version=pin.version)
            seen = seen.moved(
                tables=pin.tables | shop.commit(),
                seq=pin.seq + 1,
                imports=(*pin.imports, import_name) if import_name not in pin.imports else pin.imports,
                export_days=pin.export_days | {pin.seq + 1: day},
                heard=pin.heard | ({pin.seq + 1: last_entry} if last_entry else {}),
                snapshots=(*pin.snapshots, pin.seq + 1) if tells_histories else pin.snapshots,
            )
            lake.publish(seen)
        lake.vacuum(seen)
        return replace(stored, version=seen.version, committed=True)


def _bring_in(
    shop: Workshop,
    tables: Mapping[str, pa.Table],
    seen: Pin,
    *,
    history: History,
    day: dt.date,
    on_progress: Callable[[int, int], None],
) -> tuple[Stored, Pin]:
    """Write all tables of the import; gives what changed, not committed yet, and the pin as it follows from that."""
    counts: dict[str, Counts] = {}
    done = Stored(counts)
    if "deals" in tables or "moves" in tables:
        deals = store_deals(shop, tables, seen.pipeline, history=history, export_day=day, on_progress=on_progress)
        counts["deals"] = deals.counts
        done = Stored(
            counts,
            kept=deals.kept,
            same=deals.same,
            difference=deals.difference,
            dated=deals.dated,
            spoken=deals.spoken,
        )
        seen = seen.moved(next_move=deals.next_move, pipeline=deals.pipeline)
    for table in KEYS:
        if table != "deals" and table in tables:
            counts[table], done.same[table] = store_flat(shop, table, tables[table])
    return done, seen


class _Sums:
    """What the portions of an import came to together.

    Attributes:
        described: some portion spoke of deals.
        moving: some portion had moves.
    """

    def __init__(self, shop: Workshop) -> None:
        """Args: the write."""
        self.described = self.moving = False
        self._shop, self._pin = shop, shop.pin
        self._each: list[Stored] = []
        self._dated = self._timed = False

    def take(self, tables: Tables, done: Stored) -> None:
        """One portion is stored."""
        self.described |= "deals" in done.tables
        self.moving |= "moves" in tables
        if "moves" in tables:
            moves = tables["moves"]
            self._dated |= moves["at"].null_count < moves.num_rows
            timed = pc.and_(pc.is_valid(moves["at"]), pc.invert(moves["whole_day"]))
            self._timed |= bool(pc.any(timed).as_py())
        if "deals" in done.tables:
            self._spoken[done.spoken[done.spoken < len(self._spoken)]] = True
        self._each.append(replace(done, spoken=NOBODY, same=done.same if not self._shop.says_all else {}))

    @cached_property
    def _spoken(self) -> Mask:
        """Of each number of a deal that the book had, whether the import spoke of it."""
        return np.zeros(1 + max((part.high or 0 for part in self._shop.before("deals")), default=0), np.bool_)

    def clocked(self, seen: Pin, zone: str) -> Pin:
        """The pin with the zone, and with whether every dated move of the book is a date without a time of day."""
        pin = self._pin
        whole_days = (pin.whole_days or pin.next_move == 0) and not self._timed if self._dated else pin.whole_days
        return seen.moved(zone=zone if self.moving or not pin.imports else pin.zone, whole_days=whole_days)

    def stored(self) -> Stored:
        """All portions as one."""
        counts: dict[str, Counts] = {}
        for done in self._each:
            for table, one in done.tables.items():
                counts[table] = counts.get(table, Counts()).plus(one)
        counts = {
            table: replace(
                one, absent=sum(part.rows for part in self._shop.before(table)) - one.changed - one.unchanged
            )
            for table, one in counts.items()
        }
        changes = pa.concat_tables([CHANGES.empty_table(), *(done.difference.changes for done in self._each)])
        changes = changes.sort_by([("deal_id", "ascending"), ("field", "ascending")]).slice(0, LISTED)
        absent = self._absent() if self.described and self._pin.imports else ()
        return Stored(
            counts,
            kept=tuple(kept for done in self._each for kept in done.kept),
            same=self._each[0].same if len(self._each) == 1 else {},
            difference=Difference(changes, absent),
            dated=sum(done.dated for done in self._each),
        )

    def _absent(self) -> tuple[str, ...]:
        bench = self._shop.bench
        numbers = bench.arrow("spoken_numbers", pa.table({"deal": np.flatnonzero(self._spoken)}))
        return absent_from(bench, self._shop.as_pinned("deals"), numbers)


def _refuse_undated(portions: Iterable[Tables]) -> None:
    """Deals of which nothing has a day, in a book without one, cannot be seen from any."""
    for tables in portions:
        if "deals" in tables:
            raise InputError(Message("facts.no_date" if tables["deals"].num_rows else "facts.no_rows"))


def _seen_from(
    pin: Pin,
    *,
    last_event: dt.datetime | None,
    last_day: dt.date | None,
    as_of: dt.date | None,
    list_day: dt.date | None,
) -> Pin:
    """The pin with latest event and as-of day as they are after the import."""
    latest = max((day for day in (pin.last_day, last_day) if day), default=None)
    events = [moment for moment in (pin.last_event, last_event) if moment]
    return pin.moved(
        last_event=max(events, default=None),
        last_day=latest,
        as_of_day=as_of or max(latest or BEFORE_ALL, list_day or BEFORE_ALL, pin.as_of_day),
    )
