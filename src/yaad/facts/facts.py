"""The facts of a book as they are at one moment: the lake, what people wrote since, seen from one day."""

import copy
import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.operations import Relation

from yaad.errors import UnknownName, Withheld
from yaad.facts import tails
from yaad.facts.anew import Anew
from yaad.facts.asked import Asked
from yaad.facts.engines import Engine, engine_named
from yaad.facts.fold import fold
from yaad.facts.in_lake import InLake
from yaad.facts.journal import Journal, journal_of
from yaad.facts.lake import Lake
from yaad.facts.lives import LIFE_COLUMNS, build_lives
from yaad.facts.overlays import Overlay
from yaad.facts.parts import with_lives
from yaad.facts.pin import Pin, end_of_day
from yaad.facts.said import opt_outs_of, settings_of, target_of_row, targets_of
from yaad.facts.standing_in import asked_tables, stand_in, told, write
from yaad.facts.texts import as_value
from yaad.facts.touched import Touched, touched_deals, without_deal, without_notes_of
from yaad.facts.visible import visible, visible_settings
from yaad.facts.visits import build_visits
from yaad.model import (
    EVERYBODY,
    SCHEMAS,
    ChangeEntry,
    CreateEntry,
    Entry,
    OptOutEntry,
    Pipeline,
    Settings,
    Target,
    Viewer,
)
from yaad.model.written import Written
from yaad.text import Message

SMALL = 100_000
"""Up to so many deals the tables of an earlier day are copied; to copy more takes longer than it saves."""
COPIED = {"deals": SMALL, "stage_visits": 5 * SMALL}
"""Table → up to so many rows of it are copied for a viewer, where they are a small part of it."""
SMALL_PART = 5
"""One part in so many: people who see no more than that of a book each have copied no more than the book together."""
OF_VISITS = ("owner", "source")
"""Columns of deals that the stays carry as well."""
KEPT_QUERIES = 128
"""So many queries of a picture are kept as they are written."""
NEAREST = 5
"""Ids named when a deal is not known."""


class Facts:
    """Tables of a book, ready for measures: one unchanging picture. May be used from several threads at once.

    Rows are the lake's at the pinned versions; of deals that people wrote about since, rows computed anew. Seen from
    a day before the latest event, deals and visits are built anew from the moves up to that day.

    Attributes:
        as_of: the day the book is seen from, its end in the company's zone.
        pipeline: the company's stages.
        zone: the company's time zone.
        viewer: who looks; the tables hold the rows that they may see, and no other.
        stamp: what whoever opened the facts wants to know them by.
    """

    stamp: object = None

    def __init__(
        self,
        lake: Lake,
        engine: Engine,
        *,
        as_of: dt.date | None = None,
        journal: Journal | None = None,
        viewer: Viewer = EVERYBODY,
    ) -> None:
        self._lake, self._engine = lake, engine
        self._journal = journal or journal_of(lake.root)
        self.viewer = viewer
        self._pin = lake.pin()
        self._lock = threading.RLock()
        self._views: dict[str, ir.Table] = {}
        self._building: dict[str, threading.RLock] = {}
        self._asked = Asked()
        self._write: Callable[[Relation], Written] = lru_cache(KEPT_QUERIES)(lambda query: write(engine, query))
        self._in_lake = InLake(lake, engine, self._pin)
        touched = touched_deals(tails.Asking(engine), self._in_lake, self._pin, self._journal)
        self._last_entry = touched.last_seq if touched else self._pin.journal_seq
        self._touched = touched if touched and not touched.is_empty else None
        told = self._touched.last_day if self._touched else None
        days = (self._pin.last_day, told)
        self._last_day = max((day for day in days if day), default=None)
        self.pipeline: Pipeline = self._pin.pipeline
        self.zone: str = self._pin.zone
        later = told or self._pin.as_of_day
        self.as_of: dt.date = as_of or max(self._pin.as_of_day, later)

    @classmethod
    def open(
        cls,
        root: Path | str,
        *,
        engine: str = "duckdb",
        as_of: dt.date | None = None,
        journal: Journal | None = None,
        memory_limit: str | None = None,
        viewer: Viewer = EVERYBODY,
    ) -> "Facts":
        """The facts of the book in a folder, as they are now.

        Args:
            root: the book's folder.
            engine: ``duckdb``, ``sail`` (a local server, started when first asked for) or ``sc://host:port``.
            as_of: the day to see the book from; when absent, the latest actual event in the book.
            journal: where entries are kept; the book's own when absent.
            memory_limit: of DuckDB, such as ``2GB``.
            viewer: who looks.

        Raises:
            BookError: the folder holds no book, or a damaged one.
            UnknownName: no such engine.
        """
        lake = Lake.open(Path(root))
        made = engine_named(engine, [lake.folder("")], memory_limit)
        return cls(lake, made, as_of=as_of, journal=journal, viewer=viewer)

    def seen_by(self, viewer: Viewer) -> "Facts":
        """The same picture as somebody else sees it: what was built for one of the two serves the other."""
        other = copy.copy(self)
        other.viewer = viewer
        return other

    def is_of(self, other: "Facts") -> bool:
        """Whether both are the same picture, whoever looks."""
        return self._views is other._views  # noqa: SLF001 – a picture like this one

    @property
    def pin(self) -> Pin:
        """What the lake was when this picture was taken."""
        return self._pin

    @property
    def root(self) -> Path:
        """The book's folder."""
        return self._lake.root

    @property
    def journal(self) -> Journal:
        """Where what people write is kept."""
        return self._journal

    @property
    def last_entry(self) -> int:
        """The last entry of the journal that this picture shows."""
        return self._last_entry

    def pin_now(self) -> Pin:
        """What the lake is by now."""
        return self._lake.pin()

    def by_now(self) -> Anew:
        """Makes single deals as they are by now of the lake of this picture."""
        return Anew(self._engine, self._in_lake, self._pin, self._journal)

    @property
    def as_of_at(self) -> dt.datetime:
        """The end of the as-of day in the company's zone, in UTC."""
        return end_of_day(self.as_of, self.zone)

    @property
    def data_version(self) -> str:
        """A short text that changes whenever a figure may change; no two viewers share one."""
        told = f"{self._pin.version}-{self._last_entry}-{self.as_of.isoformat()}"
        return "-".join(filter(None, (told, self.viewer.key)))

    @property
    def deals_version(self) -> str:
        """Like `data_version`, but what people write about the company alone – targets, settings – leaves it.

        Of a viewer who does not see everything it is their own: what is kept by it is kept for them.
        """
        tail = self._journal.since(self._pin.journal_seq)
        last = max((entry.seq for entry in tail if entry.subject), default=0)
        told = f"{self._pin.version}-{last}-{self.as_of.isoformat()}"
        return "-".join(filter(None, (told, self.viewer.key)))

    def is_current(self) -> bool:
        """Whether neither the lake nor the journal has changed since."""
        last_entry = max(self._journal.last_seq, self._pin.journal_seq)
        return self._lake.pin() == self._pin and last_entry == self._last_entry

    @property
    def deals(self) -> ir.Table:
        """One row a deal, in the schema DEALS."""
        return self.table("deals")

    @property
    def visits(self) -> ir.Table:
        """One row a stay, in the schema STAGE_VISITS."""
        return self.table("stage_visits")

    @property
    def moves(self) -> ir.Table:
        """One row a move, in the schema STAGE_MOVES."""
        return self.table("stage_moves")

    @property
    def activities(self) -> ir.Table:
        """One row an activity, in the schema ACTIVITIES."""
        return self.table("activities")

    def table(self, name: str) -> ir.Table:
        """Any table of the book by its name in the schemas.

        It stands for the rows that the viewer sees: all who look say the same of it, and `run` tells whose it is.

        Raises:
            UnknownName: no such table.
        """
        return stand_in(name, self._seen(name))

    def _seen(self, name: str) -> ir.Table:
        """The rows of a table that the viewer sees; under a name of theirs from then on, for `run`."""
        seen = f"{self._whose}{name}"
        return self._view(seen, lambda: self._put(seen, visible(name, self.viewer, self._whole), name))

    @property
    def _whose(self) -> str:
        """What the names of the viewer's tables begin with."""
        return f"seen{self.viewer.key}_"

    def _put(self, name: str, rows: ir.Table, whole: str) -> ir.Table:
        """Give a name to what a viewer sees: of a large book a copy, where it is a small part: all is asked of it."""
        if not self.viewer.sees_all and whole in COPIED and self._has_more_than(self._whole("deals"), SMALL):
            seen, of = self._count(rows), self._count(self._whole(whole))
            if seen <= COPIED[whole] and seen * SMALL_PART <= of:
                return self._engine.keep(name, rows)
        self._engine.view(name, rows)
        return rows

    def _has_more_than(self, rows: ir.Table, most: int) -> bool:
        return self._count(rows) > most

    def _count(self, rows: ir.Table) -> int:
        found: int = self.run(rows.aggregate(n=rows.count()))["n"][0].as_py()
        return found

    def whole(self, name: str) -> ir.Table:
        """A table with all its rows, whoever looks: never to be told, only to call things alike for everybody."""
        return self._whole(name)

    def _whole(self, name: str) -> ir.Table:
        """A table with all its rows, whoever looks."""
        known = {"deals": self._deals, "stage_visits": self._visits, "stage_moves": self._moves}
        known |= {"activities": self._activities, "targets": self._targets}
        if name in known:
            return self._view(name, known[name])
        if name not in SCHEMAS:
            raise UnknownName("option", name, SCHEMAS)
        return self._view(name, lambda: self._until(self._in_lake[name]))

    @property
    def targets(self) -> list[Target]:
        """The targets as they stand, of sheets and of what people wrote since, whatever the as-of day."""
        rows = self.table("targets")
        return [target_of_row(row) for row in self.run(rows.order_by("month", "target_id")).to_pylist()]

    @property
    def settings(self) -> Settings:
        """What the company said of itself."""
        return visible_settings(settings_of(self._company_entries()), self.viewer)

    @property
    def opt_outs(self) -> dict[str, dict[str, OptOutEntry]]:
        """Who asks not to be contacted; it holds whoever looks, and from whatever day: see `opt_outs_of`."""
        return opt_outs_of(self._company_entries())

    def write(self, expr: ir.Table) -> Written:
        """The query of an expression over these tables, for whoever runs it: it says nothing of whose rows it asks."""
        return self._write(expr.op())

    def run(self, query: ir.Table | Written) -> pa.Table:
        """Compute a query of the viewer's rows, once for as long as this picture is the one that is seen."""
        written = query if isinstance(query, Written) else self.write(query)

        def compute() -> pa.Table:
            for name in written.asks:
                self._seen(name)
            return self._engine.answer(told(written.text, self._whose), written)

        whose = self.viewer.key if written.asks else ""  # what asks no table of theirs is the same for all
        return self._asked.run((whose, written.text), compute)

    def sql(self, expr: ir.Table) -> str:
        """The query that `run` would run."""
        query = expr.op()
        seen = {node: self._seen(name).op() for name, node in asked_tables(query).items()}
        return self._engine.sql(query.replace(seen).to_expr() if seen else expr)

    def deal(self, deal_id: str) -> dict[str, object]:
        """The row of one deal.

        Raises:
            UnknownName: no such deal; says the nearest ids.
            Withheld: single deals are not told to the viewer.
        """
        if not self.viewer.persons:
            raise Withheld(Message("viewer.no_persons"))
        rows: list[dict[str, object]] = self.run(self.deals.filter(self.deals.deal_id == deal_id)).to_pylist()
        if rows:
            return rows[0]
        distance = self.deals.deal_id.levenshtein(ibis.literal(deal_id))
        near = self.deals.select("deal_id", distance=distance).order_by("distance", "deal_id").limit(NEAREST)
        raise UnknownName("deal", deal_id, self.run(near)["deal_id"].to_pylist())

    def told_by_source(self, deal: int) -> dict[str, str | None]:
        """Column → what the source says of a deal, as text, of the columns of which people wrote."""
        overlays = self._overlays()
        rows = self.run(overlays.filter(overlays.deal == ibis.literal(deal)).select("field", "told")).to_pylist()
        return {row["field"]: row["told"] for row in rows}

    def given_to(self, owner: str) -> list[str]:
        """The deals that stand under an owner because people wrote it, whatever their sources say; sorted."""
        rows, said = self._present("deals"), self._owners_said()
        said = said.filter((said["value"] == owner) & (said.told.fill_null("") != owner))
        found = rows.filter(rows.owner == owner).semi_join(said, "deal").select("deal_id")
        return sorted(self.run(found)["deal_id"].to_pylist())

    def given_since(self, day: dt.date) -> list[str]:
        """The open deals whose owner people last wrote on a day or later; sorted."""
        said = self._owners_said()
        said = said.filter(said.day >= ibis.literal(day))
        found = self.deals.filter(self.deals.outcome == "open").semi_join(said, "deal").select("deal_id")
        return sorted(self.run(found)["deal_id"].to_pylist())

    def is_told_of(self, owner: str) -> bool:
        """Whether a file names somebody: of a deal, whatever people wrote since, of a sale, or of a call."""
        rows, said = self._present("deals"), self._owners_said()
        calls = self._in_lake["calls"]
        told = [
            said.filter(said.told == owner),
            rows.filter(rows.owner == owner).anti_join(said, "deal"),
            calls.filter(calls.by == owner),
            *(table.filter(table.owner == owner) for table in (self._in_lake["orders"], self._in_lake["contracts"])),
        ]
        return any(self.run(one.limit(1).select(n=ibis.literal(1))).num_rows for one in told)

    def _owners_said(self) -> ir.Table:
        overlays = self._overlays()
        return overlays.filter(overlays.field == "owner")

    def unit_of_amounts(self) -> dict[str, str | None]:
        """The currency and the VAT in which the deals of the book have their amounts.

        None where they differ; amounts that are told without say nothing of the others.
        """
        deals = self._whole("deals")
        rows = self.run(deals.filter(deals.amount.notnull()).select("currency", "tax").distinct()).to_pylist()
        told = {name: {row[name] for row in rows if row[name] is not None} for name in ("currency", "tax")}
        return {name: next(iter(found)) if len(found) == 1 else None for name, found in told.items()}

    def said_of_no_deal(self) -> list[tuple[str, Mapping[str, str | None]]]:
        """The id of a deal, and what people wrote of its columns, of each entry whose deal the book does not have.

        Such are deals that were written down and taken back, and those of an import that was taken back.
        """
        told = [one for one in self._journal.since(0) if isinstance(one, CreateEntry | ChangeEntry)]
        known = set(self.run(self._whole("deals").select("deal_id"))["deal_id"].to_pylist()) if told else set()
        return [(one.deal_id, one.values) for one in told if one.deal_id not in known]

    def has_deal(self, deal_id: str) -> bool:
        """Whether the book has a deal of this id, whoever looks."""
        deals = self._whole("deals")
        rows: int = self.run(deals.filter(deals.deal_id == deal_id).select("deal").limit(1)).num_rows
        return rows > 0

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.close()

    def _view(self, name: str, build: Callable[[], ir.Table]) -> ir.Table:
        """A table by name, put together once; who asks for another one meanwhile does not wait for it."""
        if name in self._views:
            return self._views[name]
        with self._lock:
            turn = self._building.setdefault(name, threading.RLock())
        with turn:
            if name not in self._views:
                self._views[name] = build()
            return self._views[name]

    @property
    def _is_past(self) -> bool:
        """Whether the book holds events after the as-of day."""
        return self._last_day is not None and self.as_of < self._last_day

    def _deals(self) -> ir.Table:
        deals = self._present("deals")
        if not self._is_past:
            return deals
        lives = self._engine.keep("lives_as_of", build_lives(self._until(self._moves_of_changed()), self.pipeline))
        begun = with_lives(deals.semi_join(lives, "deal").drop(*LIFE_COLUMNS), lives)
        names = SCHEMAS["deals"].names
        same = deals.anti_join(self._changed(), "deal").anti_join(self._never_begun(), "deal")
        then = self._amounts_then(self._untold(same.select(*names).union(begun.select(*names), distinct=False)))
        reason = ibis.ifelse(then.outcome == "lost", then.lost_reason, ibis.null("string"))
        return self._held("deals_as_of", then.mutate(lost_reason=reason).select(*names))

    def _held(self, name: str, then: ir.Table) -> ir.Table:
        """A table of an earlier day: copied in a small book, as every question is shorter then; in a large one not."""
        return then if self._has_more_than(self._in_lake["deals"], SMALL) else self._engine.keep(name, then)

    def _changed(self) -> ir.Table:
        """The deals that have a move after the as-of day, or then another owner or source; others stood as now."""

        def later() -> ir.Table:
            moves, said = self._present("stage_moves"), self._said_since()
            known = moves.filter(self._by_then(moves)).select("deal")
            told = said.filter(said.field.isin(OF_VISITS)).select("deal").semi_join(known, "deal")
            changed = moves.filter(~self._by_then(moves)).select("deal").union(told, distinct=True)
            return self._engine.keep("changed_since", changed)

        return self._view("changed_since", later)

    def _never_begun(self) -> ir.Table:
        """The deals whose moves all lead into stages that nobody knows: they have no place in an earlier day."""

        def without_stage() -> ir.Table:
            deals = self._present("deals")
            moved = deals.filter(deals.stage.isnull()).semi_join(self._present("stage_moves"), "deal")
            return self._engine.keep("never_begun", moved.select("deal"))

        return self._view("never_begun", without_stage)

    def _moves_of_changed(self) -> ir.Table:
        return self._present("stage_moves").semi_join(self._changed(), "deal")

    def _untold(self, deals: ir.Table) -> ir.Table:
        """With the fields that people wrote after the as-of day as they stood then."""
        later = self.run(self._said_since()).to_pylist()
        if not later:
            return deals
        stood = self._stood_then(deals, [Overlay(**row) for row in later])
        for name in sorted({field for _, field in stood}):
            values = {deal: as_value(name, text) for (deal, field), text in stood.items() if field == name}
            kind = SCHEMAS["deals"].field(name).type
            rows = pa.table({"of_deal": pa.array(values, pa.int64()), "then": pa.array(values.values(), kind)})
            then = self._engine.memtable(f"then_{name}", rows)
            both = deals.join(then, deals.deal == then.of_deal, how="left")
            value = ibis.ifelse(both.of_deal.notnull(), both.then, both[name])
            deals = both.mutate(**{name: value}).select(*deals.columns)
        return deals

    def _stood_then(self, deals: ir.Table, overlays: list[Overlay]) -> dict[tuple[int, str], str | None]:
        """Deal and field → what stood on the as-of day: a person's last word by then, unless the source came later."""
        told = deals.filter(deals.deal.isin(sorted({one.deal for one in overlays})))
        ids = {row["deal"]: str(row["deal_id"]) for row in self.run(told.select("deal", "deal_id")).to_pylist()}
        entries = self._journal.of(ids.values())
        said = fold(entries, self.pipeline, zone=self.zone, until=self.as_of).fields
        stood: dict[tuple[int, str], str | None] = {}
        for one in overlays:
            change = said.get((ids.get(one.deal, ""), one.field))
            told_day = one.told_day if one.told_day and one.told_day <= self.as_of else None
            then = replace(one, value=change.value, day=change.day, told_day=told_day) if change else None
            stood[one.deal, one.field] = then.standing if then else one.told
        return stood

    def _said_since(self) -> ir.Table:
        """The fields that people wrote after the as-of day."""
        overlays = self._overlays()
        return overlays.filter(overlays.day > ibis.literal(self.as_of))

    def _overlays(self) -> ir.Table:
        """The fields that people wrote, as they stand now."""
        touched, rows = self._touched, self._in_lake["overlays"]
        if touched is None:
            return rows
        numbers = self._view("numbers", lambda: self._engine.memtable("tail_numbers", touched.numbers))
        anew = self._view("tail_overlays", lambda: self._engine.memtable("tail_overlays", touched.overlays))
        return rows.anti_join(numbers, "deal").union(anew, distinct=False)

    def _amounts_then(self, deals: ir.Table) -> ir.Table:
        """Amounts as the moves up to the as-of day told them; the deal's own where none of them told one."""
        told = self._until(self._present("stage_moves"))
        overlays = self._overlays()
        written = overlays.filter((overlays.field == "amount") & (overlays.day <= ibis.literal(self.as_of)))
        told = told.filter(told.amount.notnull()).anti_join(written, "deal")
        order = [told.sort_at, told.seq]
        last = ibis.row_number().over(ibis.window(group_by="deal", order_by=[ibis.desc(key) for key in order]))
        told = told.mutate(place=last)
        known = told.filter(told.place == 0).select(of_deal="deal", told_amount="amount")
        both = deals.select("deal", "amount").join(known, deals.deal == known.of_deal)
        other = both.filter(both.amount.isnull() | (both.amount != both.told_amount)).select("of_deal", "told_amount")
        other = self._engine.keep("amounts_as_of", other)
        joined = deals.join(other, deals.deal == other.of_deal, how="left")
        return joined.mutate(amount=ibis.coalesce(joined.told_amount, joined.amount))

    def _visits(self) -> ir.Table:
        visits = self._present("stage_visits")
        if not self._is_past:
            return visits
        changed, names = self._changed(), SCHEMAS["stage_visits"].names
        begun = self._whole("deals").semi_join(changed, "deal")
        anew = build_visits(self._until(self._moves_of_changed()), self.pipeline, begun)
        anew = self._engine.keep("visits_since", anew.select(*names))
        then = visits.anti_join(changed, "deal").select(*names).union(anew, distinct=False)
        return self._held("stage_visits_as_of", then)

    def _moves(self) -> ir.Table:
        return self._until(self._present("stage_moves"))

    def _activities(self) -> ir.Table:
        return self._until(self._present("activities"))

    def _company_entries(self) -> list[Entry]:
        """What people wrote of the company up to the moment of this picture."""
        return [entry for entry in self._journal.of_company() if entry.seq <= self._last_entry]

    def _targets(self) -> ir.Table:
        rows, entries = self._in_lake["targets"], self._company_entries()
        if not entries:
            return rows
        now = targets_of(self._engine.run(rows).cast(SCHEMAS["targets"]), entries, self._pin.heard)
        return self._engine.memtable("targets_now", now)

    def _until(self, rows: ir.Table) -> ir.Table:
        """Rows up to the as-of day; an undated move stands at the time of the one before it."""
        return rows.filter(self._by_then(rows)) if self._is_past and "day" in rows.columns else rows

    def _by_then(self, rows: ir.Table) -> ir.BooleanValue:
        day = rows.day.fill_null(rows.sort_at.date()) if "sort_at" in rows.columns else rows.day
        return day.isnull() | (day <= ibis.literal(self.as_of))

    def _present(self, table: str) -> ir.Table:
        """The lake's rows of the deals that the tail does not touch, and the rows computed anew of those it does."""
        touched, rows = self._touched, self._in_lake[table]
        if touched is None:
            return rows
        return self._view(f"present_{table}", lambda: self._joined(table, rows, touched))

    def _joined(self, table: str, rows: ir.Table, touched: Touched) -> ir.Table:
        engine = self._engine
        numbers = self._view("numbers", lambda: engine.memtable("tail_numbers", touched.numbers))
        if table == "activities":
            notes = engine.memtable("tail_activities", touched.notes)
            return without_deal(without_notes_of(rows, numbers), touched.gone).union(notes, distinct=False)
        self._view(f"tail_{table}", lambda: self._tail(table, touched))
        present = tails.present(table)
        return engine.view(f"present_{table}", present, tails.text_of(engine, present.op()))

    def _tail(self, table: str, touched: Touched) -> ir.Table:
        """The rows of a table that are computed anew, in memory."""
        engine, asking = self._engine, tails.Asking(self._engine)
        if table == "stage_moves":
            return engine.memtable("tail_stage_moves", touched.moves)
        self._view("tail_stage_moves", lambda: self._tail("stage_moves", touched))
        if table == "deals":
            engine.memtable("tail_rows", touched.deals)
            return engine.memtable("tail_deals", asking.run(tails.deals(self.pipeline)).cast(SCHEMAS["deals"]))
        self._view("tail_deals", lambda: self._tail("deals", touched))
        rows = asking.run(tails.visits(self.pipeline)).cast(SCHEMAS["stage_visits"])
        return engine.memtable("tail_stage_visits", rows)
