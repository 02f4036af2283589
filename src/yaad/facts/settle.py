"""Settle: fold what people wrote into the lake, so that reading stays quick."""

from contextlib import closing

from yaad.facts.engines.duck import DuckEngine
from yaad.facts.flat_store import ORDER
from yaad.facts.journal import Journal
from yaad.facts.lake import TABLES, Lake
from yaad.facts.parts import Workshop, rewrite_deals
from yaad.facts.pin import Pin
from yaad.facts.touched import Touched, notes_in, touched_deals, without_deal, without_notes_of

EVERY = 1000
"""Entries beyond the pin before they are folded in; a page computes so many anew without being felt."""


def settle(lake: Lake, journal: Journal, *, every: int = EVERY, memory_limit: str | None = None) -> int:
    """Fold the journal's tail into the lake when it has grown to `every` entries; gives how many were folded.

    Figures do not change by it.

    Raises:
        BookError: somebody else is writing.
    """
    if journal.last_seq - lake.pin().journal_seq < every:
        return 0
    with lake.writer("settle") as pin:
        settled = settled_pin(lake, journal, pin, memory_limit=memory_limit)
        lake.vacuum(settled)
    return settled.journal_seq - pin.journal_seq


def settled_pin(lake: Lake, journal: Journal, pin: Pin, *, memory_limit: str | None = None) -> Pin:
    """Fold the whole tail into the lake, under the writer lock that the caller holds; gives the pin after it."""
    if journal.last_seq <= pin.journal_seq:
        return pin
    with closing(DuckEngine([lake.folder("")], memory_limit=memory_limit)) as bench:
        shop = Workshop(bench, lake, pin)
        touched = touched_deals(bench, {table: shop.old(table) for table in TABLES}, pin, journal)
        if touched is None:
            return pin
        if not touched.is_empty:
            _fold_in(shop, touched)
        events = [moment for moment in (pin.last_event, touched.last_event) if moment]
        days = [day for day in (pin.last_day, touched.last_day) if day]
        settled = pin.moved(
            tables=pin.tables | shop.commit(),
            seq=pin.seq + 1,
            journal_seq=touched.last_seq,
            waiting=touched.waiting,
            last_event=max(events, default=None),
            last_day=max(days, default=None),
            as_of_day=max([pin.as_of_day, *([touched.last_day] if touched.last_day else [])]),
        )
        lake.publish(settled)
        return settled


def _fold_in(shop: Workshop, touched: Touched) -> None:
    """Write the parts of the touched deals, their notes and overlays."""
    bench = shop.bench
    numbers = bench.memtable("settled_numbers", touched.numbers)
    rows = bench.memtable("settled_rows", touched.deals)
    moves = bench.memtable("settled_moves", touched.moves)
    rewrite_deals(shop, rows, moves, shop.pin.pipeline, gone=touched.gone)
    activities = shop.old("activities")
    written = notes_in(activities).semi_join(numbers, "deal")
    if touched.notes.num_rows or touched.gone or bench.run(written.limit(1)).num_rows:
        others = without_deal(without_notes_of(activities, numbers), touched.gone)
        notes = others.union(bench.memtable("settled_notes", touched.notes), distinct=False)
        shop.replace("activities", notes, ORDER["activities"])
    kept = shop.old("overlays").anti_join(numbers, "deal")
    overlays = kept.union(bench.memtable("settled_overlays", touched.overlays), distinct=False)
    shop.replace("overlays", overlays, ("deal", "field"))
