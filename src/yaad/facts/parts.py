"""Writing deals, moves and visits: each table is cut by deal number into parts, one file a part.

An import rewrites only the parts that hold a deal it touched, so small files never pile up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from yaad.facts.engines.duck import DuckEngine
from yaad.facts.lake import TABLES, Lake, Part
from yaad.facts.lives import LIFE_COLUMNS, lives_of
from yaad.facts.pin import Pin
from yaad.facts.steps import build_steps
from yaad.facts.visits import visits_of
from yaad.model import SCHEMAS, Pipeline

PART_DEALS = 131_072
"""Deals a part: about half a million moves, a second's work to rewrite."""

ORDERS = {
    "deals": ("deal",),
    "stage_moves": ("deal", "sort_at", "seq"),
    "stage_visits": ("deal", "entered", "position", "visit"),
}


@dataclass
class Workshop:
    """One write in progress: the engine, the lake, the pin that it starts from, and the parts written so far."""

    bench: DuckEngine
    lake: Lake
    pin: Pin
    parts: dict[str, list[Part]] = field(default_factory=dict)
    read: dict[tuple[str, ...], ir.Table] = field(default_factory=dict)

    def old(self, table: str) -> ir.Table:
        """The rows of a table as the book has them, with what was written just now."""
        names = (table, *(part.name for part in self.present(table)))
        if names not in self.read:
            files = [str(self.lake.folder(table) / name) for name in names[1:]]
            self.read[names] = self.bench.read(f"old_{table}_{len(self.read)}", files, TABLES[table])
        return self.read[names]

    def present(self, table: str) -> list[Part]:
        """The files of a table: those written just now, else those of the pin."""
        return self.parts[table] if table in self.parts else self.lake.parts(table, self.pin)

    def write(self, table: str, rows: ir.Table, order: tuple[str, ...]) -> Part | None:
        """Write rows to a new file of a table; None when there are none."""
        path = self.lake.new_file(table)
        rows = rows.select(*TABLES[table].names).order_by(*order)
        self.bench.write(rows, path)
        part = part_of(path)
        if part.rows:
            return part
        path.unlink()
        return None

    def replace(self, table: str, rows: ir.Table, order: tuple[str, ...]) -> None:
        """Write a whole table anew, as one file."""
        part = self.write(table, rows, order)
        if part or self.present(table):
            self.parts[table] = [part] if part else []

    def commit(self) -> dict[str, int]:
        """Enter the written parts into the logs; gives the new version of each table written."""
        return {table: self.lake.commit(table, self.pin, parts) for table, parts in self.parts.items()}


def part_of(path: Path) -> Part:
    """What a file holds, by its own footer."""
    footer = pq.read_metadata(path)
    low = high = None
    names = footer.schema.names
    if "deal" in names and footer.num_rows:
        stats = [footer.row_group(n).column(names.index("deal")).statistics for n in range(footer.num_row_groups)]
        if all(one is not None and one.has_min_max for one in stats):
            low, high = min(one.min for one in stats), max(one.max for one in stats)
    return Part(path.name, footer.num_rows, low, high, path.stat().st_size)


def rewrite_deals(
    shop: Workshop, rows: ir.Table, moves: ir.Table, pipeline: Pipeline, progress: Callable[[], None] = lambda: None
) -> None:
    """Rewrite the parts of deals, moves and visits that hold touched deals.

    Args:
        shop: the write in progress.
        rows: touched deals: their descriptive columns, `deal`, `deal_id`, recorded_seq, file, row, and `moves_changed`.
        moves: the moves of the touched deals from now on, in the schema STAGE_MOVES.
        pipeline: the company's stages from now on.
        progress: called after each part.
    """
    bench = shop.bench
    touched = rows.select(part=(rows.deal // PART_DEALS).cast("int64"), moves_changed=rows.moves_changed.cast("int8"))
    touched = touched.group_by("part").aggregate(moves_changed=touched.moves_changed.max()).order_by("part")
    parts = {row["part"]: bool(row["moves_changed"]) for row in bench.run(touched).to_pylist()}
    if not parts:
        return
    old = {table: shop.old(table) for table in ORDERS}
    kept = {
        table: [part for part in shop.present(table) if (part.low or 0) // PART_DEALS not in parts] for table in ORDERS
    }
    for number, moves_changed in parts.items():
        written = _rewrite_part(
            shop, number, rows=rows, moves=moves, old=old, pipeline=pipeline, with_moves=moves_changed
        )
        for table, part in written.items():
            kept[table] += [part] if part else []
        if not moves_changed:
            kept["stage_moves"] += [p for p in shop.present("stage_moves") if (p.low or 0) // PART_DEALS == number]
        progress()
    shop.parts |= kept


def _rewrite_part(
    shop: Workshop,
    number: int,
    *,
    rows: ir.Table,
    moves: ir.Table,
    old: dict[str, ir.Table],
    pipeline: Pipeline,
    with_moves: bool,
) -> dict[str, Part | None]:
    """Write the new files of one part; of moves only when they changed."""
    bench = shop.bench

    part_moves = bench.keep("part_moves", within(moves, number))
    steps = bench.keep("part_steps", build_steps(part_moves, pipeline))
    part_rows = with_lives(within(rows, number), bench.keep("part_lives", lives_of(steps, pipeline)))
    part_deals = bench.keep("part_deals", part_rows.select(*SCHEMAS["deals"].names))
    touched = part_deals.select("deal")
    fresh = {"deals": part_deals, "stage_visits": visits_of(steps, pipeline, part_deals)}
    if with_moves:
        fresh["stage_moves"] = part_moves
    written = {}
    for table, new in fresh.items():
        names = SCHEMAS[table].names
        untouched = within(old[table], number).anti_join(touched, "deal")
        written[table] = shop.write(table, untouched.select(*names).union(new.select(*names)), ORDERS[table])
    for name in ("part_moves", "part_steps", "part_lives", "part_deals"):
        bench.drop(name)
    return written


def within(table: ir.Table, number: int) -> ir.Table:
    """The rows of one part."""
    return table.filter(table.deal.between(number * PART_DEALS, (number + 1) * PART_DEALS - 1))


def part_numbers(bench: DuckEngine, table: ir.Table) -> list[int]:
    """The parts that the deals of a table fall into."""
    numbers = table.select(part=(table.deal // PART_DEALS).cast("int64")).distinct()
    return sorted(bench.run(numbers)["part"].to_pylist())


def with_lives(rows: ir.Table, lives: ir.Table) -> ir.Table:
    """Deals with the columns that their moves tell; a deal without any move is open in the first stage."""
    both = rows.left_join(lives.rename(life_deal="deal"), rows.deal == lives.deal).drop("life_deal")
    blank = {"outcome": "open", "furthest": 0, "episodes": 1, "whole_days": False}
    types = SCHEMAS["deals"]
    filled = {
        name: both[name].fill_null(ibis.literal(blank[name])).cast(str(types.field(name).type))
        for name in LIFE_COLUMNS
        if name in blank
    }
    return both.mutate(**filled)
