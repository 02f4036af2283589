"""Store what an import brings: all of it in one step, or nothing."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from yaad.errors import InputError
from yaad.facts.arrivals import ARRIVING_MOVES, DESCRIPTIVE, PLACE, checked, conform, said
from yaad.facts.engines.duck import DuckEngine
from yaad.facts.engines.port import named
from yaad.facts.histories import History, changed_deals, new_histories
from yaad.facts.lake import Lake
from yaad.facts.parts import Workshop, rewrite_deals
from yaad.facts.pin import BEFORE_ALL, Pin
from yaad.facts.pipelines import joined
from yaad.facts.upserts import NO, Counts, give_numbers, last_of_each, merged_deals, upsert_flat
from yaad.model import SCHEMAS, Pipeline
from yaad.model.tables import KEYS
from yaad.text import Message

COMPACT_AT = 20
"""Files of a flat table; then it is written anew as one."""

NEEDED = ("deal_id", "sort_at", "seq", "to_stage")
"""What every arriving move carries."""

FLAT_ORDER: dict[str, tuple[str, ...]] = {"activities": ("deal", "at", "activity_id")}


@dataclass(frozen=True)
class Stored:
    """What an import changed.

    Attributes:
        tables: table → counts.
        version: of the data after it; the same as before when nothing changed.
        committed: whether anything changed.
    """

    tables: dict[str, Counts] = field(default_factory=dict)
    version: str = ""
    committed: bool = False

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
    tables: Mapping[str, pa.Table],
    pipeline: Pipeline | None,
    *,
    zone: str,
    last_event: dt.datetime | None,
    last_day: dt.date | None,
    import_name: str,
    as_of: dt.date | None = None,
    history: History = History.ADD,
    memory_limit: str | None = None,
    on_progress: Callable[[], None] = lambda: None,
) -> Stored:
    """Bring the tables of an import into the book: by key, in one commit; the same content again changes nothing.

    Rows of the book that the import does not speak of stay. Nothing is visible before the last step.

    Args:
        lake: the book.
        tables: `deals` (deal_id and what describes it), `moves` (by deal_id), activities and the flat tables.
        pipeline: the stages as the import knows them; None when it has no deals.
        zone: of the company.
        last_event: the latest actual event of the import, when it has a time of day.
        last_day: its local day; None when nothing is dated.
        import_name: as the book calls the import.
        as_of: the day to see the book from; the latest actual event when absent.
        history: what its moves mean for deals that the book knows.
        memory_limit: for the engine, such as ``2GB``.
        on_progress: called after each part written.

    Raises:
        BookError: somebody else is writing.
        InputError: no row carries a date and no `as_of` is given.
    """
    with lake.writer(import_name) as pin:
        if last_day is None and pin.last_day is None and as_of is None and "deals" in tables:
            raise InputError(Message("facts.no_date"))
        bench = DuckEngine([lake.folder("")], memory_limit=memory_limit)
        try:
            shop = Workshop(bench, lake, pin)
            pin_now = _seen_from(
                pin,
                tables,
                pipeline=joined(pin.pipeline, pipeline),
                zone=zone,
                last_event=last_event,
                last_day=last_day,
                as_of=as_of,
            )
            counts, pin_now = _store_deals(shop, tables, pin_now, history, on_progress)
            for table in KEYS:
                if table != "deals" and table in tables:
                    counts[table] = _store_flat(shop, table, tables[table])
            if "deals" in counts:
                _adopt_orphans(shop)
            if not shop.parts and pin_now == pin:
                return Stored(counts, pin.version, committed=False)
            versions = shop.commit()
            pin_now = pin_now.moved(
                tables=pin.tables | versions,
                seq=pin.seq + 1,
                imports=(*pin.imports, import_name),
                export_days=pin.export_days | {pin.seq + 1: as_of or last_day or pin_now.as_of_day},
            )
            lake.publish(pin_now)
            return Stored(counts, pin_now.version, committed=True)
        finally:
            bench.close()


def _seen_from(
    pin: Pin,
    tables: Mapping[str, pa.Table],
    *,
    pipeline: Pipeline,
    zone: str,
    last_event: dt.datetime | None,
    last_day: dt.date | None,
    as_of: dt.date | None,
) -> Pin:
    """The pin with stages, zone, latest event and as-of day as they are after the import."""
    latest = max((day for day in (pin.last_day, last_day) if day), default=None)
    events = [moment for moment in (pin.last_event, last_event) if moment]
    return pin.moved(
        pipeline=pipeline,
        zone=zone if "moves" in tables or not pin.imports else pin.zone,
        last_event=max(events, default=None),
        last_day=latest,
        as_of_day=as_of or max(latest or BEFORE_ALL, pin.as_of_day),
        whole_days=_whole_days(pin, tables.get("moves")),
    )


def _whole_days(pin: Pin, moves: pa.Table | None) -> bool:
    """Whether every dated move of the book, the arriving ones included, is a date without a time of day."""
    dated = moves.filter(pc.is_valid(moves["at"])) if moves is not None else None
    if dated is None or not dated.num_rows:
        return pin.whole_days
    return (pin.whole_days or pin.next_move == 0) and bool(pc.all(dated["whole_day"]).as_py())


def _store_deals(
    shop: Workshop,
    tables: Mapping[str, pa.Table],
    pin_now: Pin,
    history: History,
    progress: Callable[[], None],
) -> tuple[dict[str, Counts], Pin]:
    """Bring deals and their moves in, and rebuild what follows from them."""
    bench, pin = shop.bench, shop.pin
    if "deals" not in tables and "moves" not in tables:
        return {}, pin_now
    came, numbers, told = _arriving_deals(shop, tables)
    old = shop.old("deals")
    rows = bench.keep("merged", merged_deals(numbers, came, told, old, pin.seq + 1))
    moves, next_move = _arriving_moves(shop, tables, numbers)
    old_moves = shop.old("stage_moves")
    involved = bench.keep("involved_moves", old_moves.semi_join(moves, "deal"))
    other = bench.keep("moved_deals", changed_deals(moves, involved, history).mutate(has_new_moves=~NO))
    rows = rows.left_join(other.rename(moved_deal="deal"), rows.deal == other.deal).drop("moved_deal")
    rows = rows.mutate(moves_changed=rows.has_new_moves.fill_null(NO)).drop("has_new_moves")
    rows = bench.keep("all_rows", rows)
    counts = _count_deals(bench, rows, old, tables)
    if pin_now.pipeline == pin.pipeline:
        touched = rows.filter(rows.differs | rows.moves_changed)
    else:  # every deal stands in another place: all are built anew
        touched = rows.union(_untold(old, rows), distinct=False)
    touched = bench.keep(
        "touched", touched.mutate(recorded_seq=ibis.ifelse(touched.moves_changed, pin.seq + 1, touched.recorded_seq))
    )
    moved = moves.semi_join(other, "deal")
    now = new_histories(moved, involved.semi_join(other, "deal"), history)
    same = old_moves.semi_join(touched, "deal").anti_join(other, "deal")
    names = SCHEMAS["stage_moves"].names
    all_moves = bench.keep("all_moves", now.select(*names).union(same.select(*names), distinct=False))
    rewrite_deals(shop, touched, all_moves, pin_now.pipeline, progress)
    return {"deals": counts}, pin_now.moved(next_move=next_move if counts.new or counts.changed else pin.next_move)


def _arriving_deals(shop: Workshop, tables: Mapping[str, pa.Table]) -> tuple[ir.Table, ir.Table, tuple[str, ...]]:
    """Arriving deals one an id, the numbers of all ids that deals or moves speak of, and the columns told."""
    bench = shop.bench
    schema = pa.schema([SCHEMAS["deals"].field(name) for name in ("deal_id", *DESCRIPTIVE, "file", "row")])
    table = checked(tables["deals"], "deal_id") if "deals" in tables else schema.empty_table()
    came = bench.keep("came", last_of_each(bench.memtable("came_deals", conform(table, schema)), "deal_id"))
    ids = came.select("deal_id", PLACE)
    if "moves" in tables:
        moves = bench.memtable("came_moves", conform(checked(tables["moves"], *NEEDED), ARRIVING_MOVES))
        named = moves.group_by("deal_id").aggregate(**{PLACE: moves[PLACE].min() + table.num_rows})
        ids = ids.union(named.anti_join(ids, "deal_id").select("deal_id", PLACE), distinct=False)
    old = shop.old("deals")
    top = bench.run(old.aggregate(top=old.deal.max())).to_pylist()[0]["top"] or 0
    return came.drop(PLACE), bench.keep("numbers", give_numbers(ids, old, top + 1)), said(table, DESCRIPTIVE)


def _arriving_moves(shop: Workshop, tables: Mapping[str, pa.Table], numbers: ir.Table) -> tuple[ir.Table, int]:
    """Arriving moves with their deal's number, behind all that came before; and the next free `seq`."""
    bench, pin = shop.bench, shop.pin
    schema = SCHEMAS["stage_moves"]
    if "moves" not in tables:
        return bench.memtable("numbered_moves", schema.empty_table()), pin.next_move
    count = tables["moves"].num_rows
    came = named("came_moves", ARRIVING_MOVES.append(pa.field(PLACE, pa.int64())))
    ids = numbers.select("deal", "deal_id")
    both = came.inner_join(ids, "deal_id")
    order = ibis.window(order_by=["seq", PLACE])
    both = both.mutate(
        seq=(ibis.row_number().over(order) + pin.next_move).cast("int64"),
        recorded_seq=ibis.literal(pin.seq + 1, type="int64"),
    )
    return bench.keep("numbered_moves", both.select(*schema.names)), pin.next_move + count


def _untold(old: ir.Table, rows: ir.Table) -> ir.Table:
    """The deals of the book that an import does not speak of, in the columns of the touched rows."""
    rest = old.anti_join(rows, "deal").mutate(is_new=NO, differs=NO, moves_changed=NO)
    return rest.select(*rows.columns)


def _count_deals(bench: DuckEngine, rows: ir.Table, old: ir.Table, tables: Mapping[str, pa.Table]) -> Counts:
    touched = (rows.differs | rows.moves_changed) & ~rows.is_new
    told = bench.run(
        rows.aggregate(n=rows.count(), new=rows.is_new.cast("int64").sum(), changed=touched.cast("int64").sum())
    ).to_pylist()[0]
    present = bench.run(old.aggregate(n=old.count())).to_pylist()[0]["n"]
    new, changed = told["new"] or 0, told["changed"] or 0
    arrived = tables["deals"].num_rows if "deals" in tables else told["n"]
    return Counts(
        new=new,
        changed=changed,
        unchanged=told["n"] - new - changed,
        absent=present - (told["n"] - new),
        repeated=max(arrived - told["n"], 0),
    )


def _store_flat(shop: Workshop, table: str, came: pa.Table) -> Counts:
    """Bring the rows of a table without deals of its own in: new ones beside, or all anew when some changed."""
    bench, key = shop.bench, KEYS[table]
    old = shop.old(table)
    counts, rows = upsert_flat(bench, table, checked(came, key), old, shop.pin.seq + 1)
    if not counts.new and not counts.changed:
        return counts
    present = shop.present(table)
    if table == "activities":
        rows = with_deals(rows, shop.old("deals"))
    if counts.changed or len(present) >= COMPACT_AT:
        rows, present = old.anti_join(rows, key).union(rows.select(*old.columns), distinct=False), []
    part = shop.write(table, rows, FLAT_ORDER.get(table, (key,)))
    shop.parts[table] = [*present, *([part] if part else [])]
    return counts


def with_deals(activities: ir.Table, deals: ir.Table) -> ir.Table:
    """Activities with the number of their deal, where the book has it."""
    numbers = deals.select(known="deal", known_id="deal_id")
    both = activities.left_join(numbers, activities.deal_id == numbers.known_id)
    return both.mutate(deal=both.known).select(*SCHEMAS["activities"].names)


def _adopt_orphans(shop: Workshop) -> None:
    """Give activities that waited for their deal its number, when it has come."""
    bench = shop.bench
    activities, deals = shop.old("activities"), shop.old("deals")
    orphans = activities.filter(activities.deal.isnull())
    found = orphans.semi_join(deals, "deal_id")
    if not bench.run(found.aggregate(n=found.count())).to_pylist()[0]["n"]:
        return
    part = shop.write("activities", with_deals(activities, deals), FLAT_ORDER["activities"])
    shop.parts["activities"] = [part] if part else []
