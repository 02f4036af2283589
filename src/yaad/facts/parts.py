"""Writing deals, moves and visits: each table is cut by deal number into parts, one file a part.

An import rewrites only the parts that hold a deal it touched, so small files never pile up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from yaad.facts.engines.duck import DuckEngine
from yaad.facts.engines.port import named
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
    """One write in progress: the engine, the lake, the pin that it starts from, and the parts written so far.

    Attributes:
        says_all: the tables that come are portions of larger ones: a column without a value there is not silent.
    """

    bench: DuckEngine
    lake: Lake
    pin: Pin
    parts: dict[str, list[Part]] = field(default_factory=dict)
    read: dict[tuple[str, ...], ir.Table] = field(default_factory=dict)
    pinned: dict[str, list[Part]] = field(default_factory=dict)
    says_all: bool = False

    def old(self, table: str) -> ir.Table:
        """The rows of a table as the book has them, with what was written just now."""
        return self._rows(table, self.present(table))

    def as_pinned(self, table: str) -> ir.Table:
        """The rows of a table as the book had them, whatever was written since."""
        return self._rows(table, self.before(table))

    def _rows(self, table: str, parts: Sequence[Part]) -> ir.Table:
        names = (table, *(part.name for part in parts))
        if names not in self.read:
            files = [str(self.lake.folder(table) / name) for name in names[1:]]
            self.read[names] = self.bench.read(f"old_{table}_{len(self.read)}", files, TABLES[table])
        return self.read[names]

    def present(self, table: str) -> list[Part]:
        """The files of a table: those written just now, else those of the pin."""
        return self.parts[table] if table in self.parts else self.before(table)

    def before(self, table: str) -> list[Part]:
        """The files of a table at the pin, whatever was written since."""
        if table not in self.pinned:
            self.pinned[table] = self.lake.parts(table, self.pin)
        return self.pinned[table]

    def of_part(self, table: str, number: int, name: str = "part_old") -> ir.Table | None:
        """The rows of one part of a table, under a name that is the same for all parts; None when there are none."""
        files = [
            str(self.lake.folder(table) / part.name) for part in self.present(table) if part_number(part) == number
        ]
        return self.bench.read(f"{name}_{table}", files, TABLES[table]) if files else None

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


def part_number(part: Part) -> int:
    """The part that a file holds."""
    return (part.low or 0) // PART_DEALS


def part_of_each(deals: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The part in which each deal stands, by its number."""
    return deals // PART_DEALS


def rewrite_deals(
    shop: Workshop, rows: ir.Table, moves: ir.Table, pipeline: Pipeline, *, gone: Sequence[int] = ()
) -> None:
    """Rewrite the parts of deals, moves and visits that hold touched deals.

    Args:
        shop: the write in progress.
        rows: touched deals: their descriptive columns, `deal`, `deal_id`, recorded_seq, file, row.
        moves: all moves of the touched deals from now on, in the schema STAGE_MOVES.
        pipeline: the company's stages from now on.
        gone: numbers of deals that are no more.
    """
    writer = PartWriter(shop, pipeline, gone)
    of_gone = part_of_each(np.asarray(gone, np.int64)).tolist()
    for number in sorted({*part_numbers(shop.bench, rows), *of_gone}):
        writer.write(number, within(rows, number), within(moves, number), with_moves=True)


@dataclass(frozen=True)
class _Plan:
    """What is computed of one part, each step under its name; the same for every part."""

    steps: ir.Table
    lives: ir.Table
    tables: dict[str, ir.Table]


class PartWriter:
    """Writes parts of deals, moves and visits anew; what is to be computed is laid out once for all of them.

    Attributes:
        shop: the write in progress.
        restages: the stages are not those of the book: every deal stands in another place.
    """

    def __init__(self, shop: Workshop, pipeline: Pipeline, gone: Sequence[int] = ()) -> None:
        """Args: the write in progress, the company's stages from now on, and numbers of deals that are no more."""
        self.shop = shop
        self._gone = shop.bench.memtable("gone_deals", pa.table({"deal": pa.array(gone, pa.int64())})) if gone else None
        self.restages = pipeline != shop.pin.pipeline
        self._pipeline = pipeline
        self._plans: dict[tuple[ir.Table, bool], _Plan] = {}

    def write(self, number: int, rows: ir.Table, moves: ir.Table, *, with_moves: bool) -> None:
        """Write the new files of one part.

        Args:
            number: of the part.
            rows: its touched deals; see `rewrite_deals`.
            moves: all their moves.
            with_moves: whether some of the moves are new; else their file stays as it is.
        """
        shop, bench = self.shop, self.shop.bench
        old = {table: shop.of_part(table, number) for table in ORDERS}
        moves = bench.keep("part_moves", moves)
        key = (rows, old["deals"] is not None)
        if key not in self._plans:
            self._plans[key] = self._plan(rows, moves, old)
        plan = self._plans[key]
        bench.keep("part_steps", plan.steps)
        bench.keep("part_lives", plan.lives)
        for table, expr in plan.tables.items():
            if table != "stage_moves" or with_moves:
                part = shop.write(table, expr, ORDERS[table])
                others = [one for one in shop.present(table) if part_number(one) != number]
                shop.parts[table] = [*others, *([part] if part else [])]
        for name in ("part_moves", "part_steps", "part_lives"):
            bench.drop(name)

    def _plan(self, rows: ir.Table, moves: ir.Table, old: dict[str, ir.Table | None]) -> _Plan:
        steps = build_steps(moves, self._pipeline)
        kept_steps = _under("part_steps", steps)
        lives = with_lives(rows.select("deal", "owner", "source"), lives_of(kept_steps, self._pipeline))
        kept_lives = _under("part_lives", lives)
        deals = rows.inner_join(kept_lives.drop("owner", "source"), "deal")
        tables = {
            "deals": deals,
            "stage_moves": moves,
            "stage_visits": visits_of(kept_steps, self._pipeline, kept_lives),
        }
        written = kept_lives.select("deal")
        if self._gone is not None:
            written = written.union(self._gone, distinct=False)
        for table, new in tables.items():
            before, names = old[table], SCHEMAS[table].names
            if before is not None:
                untouched = before.anti_join(written, "deal")
                tables[table] = untouched.select(*names).union(new.select(*names), distinct=False)
        return _Plan(steps, lives, tables)


def _under(name: str, expr: ir.Table) -> ir.Table:
    """What `expr` gives, as it is read once it is kept under a name."""
    return named(name, expr.schema().to_pyarrow())


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
