"""Store deals and their moves, and rebuild what follows from them."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.facts.arrivals import ARRIVING_MOVES, DESCRIPTIVE, Mask, checked, said
from yaad.facts.differences import CHANGES, LISTED, Difference, changes
from yaad.facts.engines.duck import DuckEngine
from yaad.facts.histories import History, changed_deals, new_histories
from yaad.facts.lists import ListDay
from yaad.facts.numbering import Arrived, Numbers, arrived
from yaad.facts.overlays import Kept
from yaad.facts.parts import PartWriter, Workshop, part_number
from yaad.facts.standing import overlaid_numbers, replaced, replacements, told_before, what_stands
from yaad.facts.upserts import NO, Counts, merged_deals, new_deals
from yaad.facts.watching import stages_watched
from yaad.model import SCHEMAS, Pipeline
from yaad.model.stages import STILL_OPEN

NEEDED = ("deal_id", "sort_at", "seq", "to_stage", "whole_day")
"""What every arriving move carries."""

ARRIVING_DEALS = pa.schema([SCHEMAS["deals"].field(name) for name in ("deal_id", *DESCRIPTIVE, "file", "row")])

DESCRIBED = pa.schema(
    [SCHEMAS["deals"].field(name) for name in ("deal", "deal_id", *DESCRIPTIVE, "file", "row")]
    + [pa.field("is_new", pa.bool_()), pa.field("in_file", pa.bool_())]
)
MOVES = pa.schema([field for field in SCHEMAS["stage_moves"] if field.name != "recorded_seq"])


@dataclass(frozen=True)
class DealsStored:
    """What became of deals.

    Attributes:
        counts: of deals.
        next_move: the next free `seq` of a move.
        kept: where what people wrote stands against the import.
        difference: deals that say something else than before.
        dated: arriving moves that were dated by the day of the list.
        pipeline: the company's stages; none is silent once lists have watched the deals.
        same: of `deals` and `moves` that arrived, for each row whether the book had it just so.
        spoken: numbers of the deals that the import speaks of.
    """

    counts: Counts
    next_move: int
    kept: tuple[Kept, ...]
    same: dict[str, Mask]
    difference: Difference
    dated: int
    pipeline: Pipeline
    spoken: Numbers


def store_deals(
    shop: Workshop,
    tables: Mapping[str, pa.Table],
    pipeline: Pipeline,
    *,
    history: History,
    export_day: dt.date,
    on_progress: Callable[[int, int], None],
) -> DealsStored:
    """Bring deals and moves in by the deal's id, and write the parts of those that are not as they were.

    Args:
        shop: the write in progress.
        tables: `deals`, `moves`, or one of them.
        pipeline: the company's stages from now on.
        history: what the moves mean for deals that the book knows.
        export_day: the day that the source speaks of.
        on_progress: called with deals done and deals in all; a deal that is compared and then written counts twice.
    """
    table = checked(tables["deals"], "deal_id") if "deals" in tables else ARRIVING_DEALS.empty_table()
    moves = checked(tables["moves"], *NEEDED) if "moves" in tables else ARRIVING_MOVES.empty_table()
    came, present = arrived(shop, table, moves), shop.present("deals")
    rows = _Rows(shop, came, said(table, DESCRIPTIVE, empty_too=shop.says_all), export_day)
    steps = _Steps(came, on_progress, passes=1 if _is_first(shop, came) else 2)
    histories = _histories(shop, came, history, _list_day(shop, pipeline, export_day), steps)
    dated, pipeline = _watched(shop, histories, pipeline)
    done = _Done()
    writer = PartWriter(shop, pipeline)
    others = {part_number(part) for part in present} if writer.restages else set[int]()
    for number in sorted({*came.parts(), *others}):
        _store_part(writer, number, rows, histories, done)
        steps.done(number)
    new, changed, n = done.new, done.changed, len(came.ids)
    counts = Counts(new, changed, n - new - changed, repeated=max(table.num_rows - n, 0))
    same = {"deals": came.untouched("deals", done.anew)}
    if "moves" in tables:
        same["moves"] = came.untouched("moves", histories.moved()) | np.isin(came.seq_of, histories.known)
    next_move = shop.pin.next_move + (moves.num_rows if new or changed else 0)
    return DealsStored(counts, next_move, rows.kept, same, done.difference(shop), dated, pipeline, came.ids)


class _Steps:
    """Tells how many deals are done, part by part."""

    def __init__(self, came: Arrived, on_progress: Callable[[int, int], None], passes: int) -> None:
        self._came, self._on_progress = came, on_progress
        self._done, self._total = 0, passes * len(came.ids)
        on_progress(0, self._total)

    def done(self, number: int) -> None:
        """A part is done once."""
        self._done += len(self._came.deals.deals(number))
        self._on_progress(self._done, self._total)


@dataclass
class _Done:
    """What the parts that were looked at came to: counts, deals that say something else, and the list of it."""

    new: int = 0
    changed: int = 0
    anew: list[Numbers] = field(default_factory=list)
    changes: list[pa.Table] = field(default_factory=list)

    def difference(self, shop: Workshop) -> Difference:
        """What is listed of it; a book that was empty differs from nothing."""
        if not shop.pin.imports:
            return Difference()
        listed = pa.concat_tables([CHANGES.empty_table(), *self.changes])
        return Difference(listed.sort_by([("deal_id", "ascending"), ("field", "ascending")]).slice(0, LISTED))


class _Rows:
    """The rows of the deals that an import speaks of, from now on, without what their moves tell; part by part.

    Attributes:
        told: the descriptive columns that the source speaks of.
        kept: where what people wrote stands against the import.
    """

    def __init__(self, shop: Workshop, came: Arrived, told: tuple[str, ...], day: dt.date) -> None:
        self.told, self.kept = told, tuple[Kept, ...]()
        self._shop, self._came, self._seq = shop, came, shop.pin.seq + 1
        self._before, self._standing = dict[str, ir.Table](), dict[str, ir.Table]()
        overlaid = overlaid_numbers(shop)
        if overlaid:
            self._before = replacements(shop.bench, "told", told_before(shop))
            said = self._merged(came.deals.of(overlaid, DESCRIBED), np.empty(0, np.int64), shop.old("deals"))
            values, self.kept = what_stands(shop, said, day)
            self._standing = replacements(shop.bench, "standing", values)

    def of(self, number: int, moved: Numbers) -> ir.Table:
        """The rows of a part, with `is_new`, `differs` and `moves_changed`, where `moved` says which those are."""
        rows = self._came.deals.part(number, DESCRIBED)
        return replaced(self._merged(rows, moved, self._shop.of_part("deals", number)), self._standing)

    def _merged(self, rows: pa.Table, moved: Numbers, old: ir.Table | None) -> ir.Table:
        rows = rows.append_column("moves_changed", pa.array(np.isin(rows["deal"].to_numpy(), moved)))
        came = self._shop.bench.arrow("part_described", rows)
        if old is None:
            return new_deals(came, self._seq)
        return merged_deals(came, self.told, replaced(old, self._before), self._seq)


def _store_part(writer: PartWriter, number: int, rows: _Rows, histories: "_Histories", done: _Done) -> None:
    """Bring in what the import says of one part's deals, and write its files anew where it says anything new."""
    shop = writer.shop
    bench = shop.bench
    before, old_moves = shop.of_part("deals", number), shop.of_part("stage_moves", number)
    moved_now = histories.moved_in(number)
    moved = bench.arrow("part_moved", pa.table({"deal": moved_now}))
    merged = rows.of(number, moved_now)
    touched = merged.filter(merged.differs | merged.moves_changed)
    flags = bench.run(touched.select("deal", "is_new", "differs"))
    is_new = flags["is_new"].to_numpy()
    done.new += int(is_new.sum())
    done.changed += int((~is_new).sum())
    done.anew.append(flags["deal"].to_numpy()[flags["differs"].to_numpy()])
    if writer.restages and before is not None:
        rest = before.anti_join(merged, "deal").mutate(is_new=NO, differs=NO, moves_changed=NO)
        touched = merged.union(rest.select(*merged.columns), distinct=False)
    if flags.num_rows or writer.restages:
        moves = histories.of(number)
        if old_moves is not None:
            as_before = old_moves.semi_join(touched, "deal").anti_join(moved, "deal")
            moves = moves.union(as_before, distinct=False)
        writer.write(number, touched, moves, with_moves=len(moved_now) > 0)
    if flags.num_rows and before is not None:
        now = shop.of_part("deals", number, "part_now")
        assert now is not None
        done.changes.append(bench.run(changes(before, now, merged, moved, rows.told)).cast(CHANGES))


def _watched(shop: Workshop, histories: "_Histories", pipeline: Pipeline) -> tuple[int, Pipeline]:
    """How many moves a list's day dates just now, and the stages: silent ones speak once lists have watched the deals.

    See `stages_watched`.
    """
    bench, pin = shop.bench, shop.pin
    if not pin.snapshots or not histories.kept:
        return 0, pipeline
    anew = ibis.union(histories.nothing, *histories.kept.values())
    seen = anew.filter(anew.seen.fill_null(NO))
    fresh = seen.recorded_seq == pin.seq + 1
    told = bench.run(seen.aggregate(n=seen.count(), fresh=fresh.cast("int64").sum())).to_pylist()[0]
    dated = int(told["fresh"] or 0)
    if not dated or not (pipeline.silent or pipeline.watched_since):
        return dated, pipeline
    first = min(pin.export_days[seq] for seq in pin.snapshots)
    moved = bench.arrow("moved_deals", pa.table({"deal": np.concatenate(histories.moved())}))
    moves = anew.union(shop.old("stage_moves").anti_join(moved, "deal"), distinct=False)
    return dated, stages_watched(bench, moves, pipeline, first)


@dataclass(frozen=True)
class _Histories:
    """The moves that are not as they were.

    Attributes:
        came: the import; where the book has no moves of its deals, all of it is new.
        bench: the engine.
        seq: the number of this import.
        changed: part → its deals whose moves are not as they were; None where all are new.
        kept: part → all their moves from now on.
        known: numbers of the arriving events that the book has already.
    """

    came: Arrived
    bench: DuckEngine
    seq: int
    changed: dict[int, Numbers] | None
    kept: dict[int, ir.Table]
    known: Numbers

    def arriving(self, number: int) -> ir.Table:
        """The arriving moves of a part."""
        moves = self.bench.arrow("part_came", self.came.moves.part(number, MOVES))
        moves = moves.mutate(recorded_seq=ibis.literal(self.seq, type="int64"))
        return moves.select(*SCHEMAS["stage_moves"].names)

    def moved_in(self, number: int) -> Numbers:
        """The deals of a part whose moves are not as they were."""
        if self.changed is None:
            return np.unique(self.came.moves.deals(number))
        return self.changed.get(number, np.empty(0, np.int64))

    def moved(self) -> list[Numbers]:
        """All of them."""
        return [self.came.deal_of["moves"]] if self.changed is None else list(self.changed.values())

    def of(self, number: int) -> ir.Table:
        """All moves, from now on, of these deals of a part."""
        return self.arriving(number) if self.changed is None else self.kept.get(number, self.nothing)

    @property
    def nothing(self) -> ir.Table:
        """No moves."""
        return self.bench.arrow("no_moves", SCHEMAS["stage_moves"].empty_table())


def _is_first(shop: Workshop, came: Arrived) -> bool:
    """There are no moves of these deals to compare the arriving ones with."""
    return came.is_new or not shop.present("stage_moves")


def _list_day(shop: Workshop, pipeline: Pipeline, day: dt.date) -> ListDay:
    days = shop.pin.export_days
    ends = [stage.name for stage in pipeline.stages if stage.type not in STILL_OPEN]
    earlier = [seq for seq in shop.pin.snapshots if days[seq] < day]
    return ListDay(day, earlier, ends, max((days[seq] for seq in earlier), default=None))


def _histories(shop: Workshop, came: Arrived, history: History, this: ListDay, steps: _Steps) -> _Histories:
    """Compare arriving moves with those that are there, part by part."""
    bench, schema = shop.bench, SCHEMAS["stage_moves"]
    known = [np.empty(0, np.int64)]
    told = shop.pin.snapshots
    if _is_first(shop, came):
        return _Histories(came, bench, shop.pin.seq + 1, None, {}, known[0])
    found = _Histories(came, bench, shop.pin.seq + 1, {}, {}, known[0])
    changed: dict[int, Numbers] = {}
    for number in came.parts():
        arriving = bench.keep("arriving_moves", found.arriving(number))
        old = shop.of_part("stage_moves", number)
        old = found.nothing if old is None else old
        present = bench.keep("present_moves", old.semi_join(arriving, "deal"))
        now = bench.keep("moves_now", new_histories(arriving, present, history, told, this).select(*schema.names))
        changed[number] = bench.run(changed_deals(now, present))["deal"].to_numpy()
        if history is History.ADD:
            known.append(bench.run(arriving.anti_join(now, ["deal", "seq"]).select("seq"))["seq"].to_numpy())
        if len(changed[number]):
            deals = bench.arrow("changed_deals", pa.table({"deal": changed[number]}))
            found.kept[number] = bench.keep(f"histories_{number}", now.semi_join(deals, "deal"))
        for name in ("arriving_moves", "present_moves", "moves_now"):
            bench.drop(name)
        steps.done(number)
    return replace(found, changed=changed, known=np.concatenate(known))
