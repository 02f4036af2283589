"""Store deals and their moves, and rebuild what follows from them."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.facts.arrivals import ARRIVING_MOVES, DESCRIPTIVE, PLACE, Mask, checked, conform, not_among, said
from yaad.facts.differences import Difference, difference
from yaad.facts.histories import History, changed_deals, new_histories
from yaad.facts.lists import ListDay
from yaad.facts.overlays import Kept
from yaad.facts.parts import Workshop, part_numbers, rewrite_deals, within
from yaad.facts.standing import source_says, with_standing
from yaad.facts.upserts import NO, Counts, counted, give_numbers, last_of_each, merged_deals
from yaad.model import SCHEMAS, Pipeline
from yaad.model.stages import STILL_OPEN

NEEDED = ("deal_id", "sort_at", "seq", "to_stage", "whole_day")
"""What every arriving move carries."""

ARRIVING_DEALS = pa.schema([SCHEMAS["deals"].field(name) for name in ("deal_id", *DESCRIPTIVE, "file", "row")])


UNWATCHED = 0.1
"""Share of lost deals that may have been lost before the first list while its stages count as known."""


@dataclass(frozen=True)
class DealsStored:
    """What became of deals.

    Attributes:
        counts: of deals.
        next_move: the next free `seq` of a move.
        kept: where what people wrote stands against the import.
        difference: deals that say something else than before, and those that the import does not speak of.
        dated: arriving moves that were dated by the day of the list.
        pipeline: the company's stages; none is silent once lists have watched the deals.
        same: of `deals` and `moves` that arrived, for each row whether the book had it just so.
    """

    counts: Counts
    next_move: int
    kept: tuple[Kept, ...]
    same: dict[str, Mask]
    difference: Difference
    dated: int
    pipeline: Pipeline


def store_deals(
    shop: Workshop,
    tables: Mapping[str, pa.Table],
    pipeline: Pipeline,
    *,
    history: History,
    export_day: dt.date,
    progress: Callable[[], None],
) -> DealsStored:
    """Bring deals and moves in by the deal's id, and write the parts of those that are not as they were.

    Args:
        shop: the write in progress.
        tables: `deals`, `moves`, or one of them.
        pipeline: the company's stages from now on.
        history: what the moves mean for deals that the book knows.
        export_day: the day that the source speaks of.
        progress: called after each part written.
    """
    bench, seq = shop.bench, shop.pin.seq + 1
    table = checked(tables["deals"], "deal_id") if "deals" in tables else ARRIVING_DEALS.empty_table()
    came = last_of_each(bench, bench.arrow("came_deals", conform(table, ARRIVING_DEALS)), "deal_id")
    came_moves = _came_moves(shop, tables)
    numbers = _numbers(shop, came, came_moves, table.num_rows)
    old, told = shop.old("deals"), said(table, DESCRIPTIVE)
    merged = bench.keep("merged", merged_deals(numbers, came.drop(PLACE), told, source_says(shop), seq))
    merged, kept = with_standing(shop, merged, export_day)
    moves = _numbered_moves(shop, came_moves, numbers)
    moved, histories, known = _histories(shop, moves, history, _list_day(shop, pipeline, export_day))
    dated, pipeline = _watched(shop, histories, moved, pipeline)
    flags = merged.left_join(moved.rename(moved_deal="deal"), merged.deal == moved.deal)
    flags = bench.keep("flags", flags.select("deal", "is_new", "differs", moves_changed=flags.moved_deal.notnull()))
    anew = bench.run(merged.filter(merged.is_new | merged.differs).select("deal_id"))["deal_id"]
    same = {"deals": not_among(table["deal_id"], anew)}
    if "moves" in tables:
        same["moves"] = _same_moves(shop, tables["moves"], numbers, moved, known)
    counts = counted(bench, flags, flags.differs | flags.moves_changed, old, table.num_rows)
    rows = merged.inner_join(flags.select("deal", "moves_changed"), "deal")
    if pipeline == shop.pin.pipeline:
        rows = rows.filter(rows.differs | rows.moves_changed)
    else:  # every deal stands in another place: all are built anew
        rest = old.anti_join(rows, "deal").mutate(is_new=NO, differs=NO, moves_changed=NO)
        rows = rows.union(rest.select(*rows.columns), distinct=False)
    rows = rows.mutate(recorded_seq=ibis.ifelse(rows.moves_changed, seq, rows.recorded_seq).cast("int64"))
    as_before = shop.old("stage_moves").semi_join(rows, "deal").anti_join(moved, "deal")
    rewrite_deals(shop, rows, histories.union(as_before, distinct=False), pipeline, progress)
    came_anything = bool(counts.new or counts.changed)
    next_move = shop.pin.next_move + (tables["moves"].num_rows if came_anything and "moves" in tables else 0)
    listed = difference(shop, old, merged, moved, told) if shop.pin.imports else Difference()
    return DealsStored(counts, next_move, kept, same, listed, dated, pipeline)


def _watched(shop: Workshop, histories: ir.Table, moved: ir.Table, pipeline: Pipeline) -> tuple[int, Pipeline]:
    """How many moves a list's day dates just now, and the stages: silent ones speak once lists have watched the deals.

    Of a deal that was lost before the first list nobody knows how far it came: while such deals are more than a tenth
    of the lost ones, silent stages stay silent.
    """
    bench, pin = shop.bench, shop.pin
    if not pin.snapshots:
        return 0, pipeline
    seen = histories.filter(histories.seen.fill_null(NO))
    fresh = seen.recorded_seq == pin.seq + 1
    told = bench.run(seen.aggregate(n=seen.count(), fresh=fresh.cast("int64").sum())).to_pylist()[0]
    dated = int(told["fresh"] or 0)
    if not dated or not pipeline.silent:
        return dated, pipeline
    first = min(pin.export_days[seq] for seq in pin.snapshots)
    lost = histories.union(shop.old("stage_moves").anti_join(moved, "deal"), distinct=False)
    lost = lost.filter(lost.to_stage.isin([stage.name for stage in pipeline.lost]))
    unwatched = ~lost.seen.fill_null(NO) & (lost.day.isnull() | (lost.day <= ibis.literal(first)))
    share = bench.run(lost.aggregate(share=unwatched.cast("float64").mean()))["share"][0].as_py() or 0.0
    return dated, Pipeline(pipeline.stages) if share <= UNWATCHED else pipeline


def _came_moves(shop: Workshop, tables: Mapping[str, pa.Table]) -> ir.Table:
    table = checked(tables["moves"], *NEEDED) if "moves" in tables else ARRIVING_MOVES.empty_table()
    return shop.bench.arrow("came_moves", conform(table, ARRIVING_MOVES))


def _numbers(shop: Workshop, came: ir.Table, moves: ir.Table, behind: int) -> ir.Table:
    """The numbers of all ids that deals or moves speak of; an id that only moves speak of comes behind the others."""
    bench, old = shop.bench, shop.old("deals")
    ids = came.select("deal_id", PLACE)
    moved = moves.group_by("deal_id").aggregate(**{PLACE: (moves[PLACE].min() + behind).cast("int64")})
    ids = ids.union(moved.anti_join(ids, "deal_id").select("deal_id", PLACE), distinct=False)
    top = bench.run(old.aggregate(top=old.deal.max()))["top"][0].as_py() or 0
    return bench.keep("numbers", give_numbers(ids, old, top + 1))


def _numbered_moves(shop: Workshop, came: ir.Table, numbers: ir.Table) -> ir.Table:
    """Arriving moves with their deal's number, behind all that came before."""
    both = came.inner_join(numbers.select("deal", "deal_id"), "deal_id")
    place = ibis.row_number().over(ibis.window(order_by=["seq", PLACE]))
    both = both.mutate(
        seq=(place + shop.pin.next_move).cast("int64"),
        recorded_seq=ibis.literal(shop.pin.seq + 1, type="int64"),
    )
    return shop.bench.keep("numbered_moves", both.select(*SCHEMAS["stage_moves"].names))


def _same_moves(shop: Workshop, came: pa.Table, numbers: ir.Table, moved: ir.Table, known: pa.Table) -> Mask:
    """For each arriving move, whether it told nothing new: its deal's history stands as it was, or has it already."""
    ids = shop.bench.run(numbers.semi_join(moved, "deal").select("deal_id"))["deal_id"]
    same = not_among(came["deal_id"], ids)
    arrival = np.argsort(came["seq"].to_numpy(), kind="stable")
    same[arrival[known["seq"].to_numpy() - shop.pin.next_move]] = True
    return same


def _list_day(shop: Workshop, pipeline: Pipeline, day: dt.date) -> ListDay:
    days = shop.pin.export_days
    ends = [stage.name for stage in pipeline.stages if stage.type not in STILL_OPEN]
    return ListDay(day, [seq for seq in shop.pin.snapshots if days[seq] < day], ends)


def _histories(shop: Workshop, moves: ir.Table, history: History, this: ListDay) -> tuple[ir.Table, ir.Table, pa.Table]:
    """The deals whose moves are not as they were (column `deal`), all their moves from now on, and known events.

    Of the arriving events, those that the book has already are given by their number (column `seq`).
    """
    bench, old, schema = shop.bench, shop.old("stage_moves"), SCHEMAS["stage_moves"]
    known = [pa.table({"seq": pa.array([], pa.int64())})]
    if not shop.present("stage_moves"):
        return bench.keep("moved", moves.select("deal").distinct()), moves, known[0]
    moved = [pa.table({"deal": pa.array([], pa.int64())})]
    histories = bench.memtable("no_histories", schema.empty_table())
    for number in part_numbers(bench, moves):  # part by part: comparing takes several times the memory of the moves
        came = within(moves, number)
        present = bench.keep("present_moves", within(old, number).semi_join(came, "deal"))
        now = bench.keep(
            "moves_now", new_histories(came, present, history, shop.pin.snapshots, this).select(*schema.names)
        )
        changed = bench.memtable("changed_deals", bench.run(changed_deals(now, present)))
        moved.append(bench.run(changed))
        if history is History.ADD:
            known.append(bench.run(came.anti_join(now, ["deal", "seq"]).select("seq")))
        if moved[-1].num_rows:
            part = bench.keep(f"histories_{number}", now.semi_join(changed, "deal"))
            histories = histories.union(part, distinct=False)
        for name in ("present_moves", "moves_now", "changed_deals"):
            bench.drop(name)
    return bench.memtable("moved", pa.concat_tables(moved)), histories, pa.concat_tables(known)
