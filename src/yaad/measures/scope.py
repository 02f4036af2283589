"""What a measure is asked about: the tables as of a day, how to run a query, the period and the breakdown."""

import datetime as dt
import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.errors import UnknownName
from yaad.measures.opted_out import OptOuts
from yaad.model import Calendar, Period, Pipeline, Settings
from yaad.model.inquiries import Handing
from yaad.model.written import Written

if TYPE_CHECKING:
    from yaad.measures.definition import Measure
    from yaad.measures.shapes import Shapes, Watch

Query: TypeAlias = "ir.Table | Written"
"""What can be run: an expression, or a query that is written already."""

Told = TypeVar("Told")

NOT_INQUIRY = "not_inquiry"
"""Outcome of deals that never were inquiries."""
EXACT_ROWS = 500_000
"""Up to so many stays, lengths of time are counted exactly; above, in bins (see `lengths.binned`)."""


def no_table(name: str) -> ir.Table:
    """The table of a scope that was made of deals alone.

    Raises:
        UnknownName: always.
    """
    raise UnknownName("option", name, [])


@dataclass(frozen=True, eq=False)
class Scope:
    """The facts and the question.

    Attributes:
        deals, visits, moves: Ibis tables of the model's schemas, journal and as-of applied.
        run: a query's rows.
        sql: a query's text.
        pipeline: the company's stages.
        as_of: the data's day; `as_of_at` the instant that timed stays are counted until.
        period: None for all time.
        left_out: deals that are no inquiries, where the company has stages for them.
        list_days: the days of the lists that the history comes from, rising; none where it comes from no list.
        table: any table of the book by its name in the model's schemas, journal and as-of applied.
        whole: the same with all its rows, whoever looks: for what must be called alike for everybody, and is counted of
            nobody's rows but those of who looks; `table` where there is none.
        calendar: the days on which the company works.
        zone: the company's time zone.
        currency: in which the company's amounts usually are; None: nobody said.
        settings: what the company said of itself: what counts as achieved, who works when.
        own: measures that the company defined, by id; they stand beside those of the catalogue.
        least: of fewer than so many rows no figure is told: it could point at one person; 0 where persons are told.
        known: what was reckoned of these facts already, whatever the period.
        write: a query in the engine's words, whoever runs it; None where each is put together where it is run.
        shapes: queries that were written already, for all who ask the same.
        stamp: of who had been erased when the facts were read; see `Shapes.hold`.
        watch: what is found out while a query is written that all who ask the same are to run.
        opt_outs: those whose numbers stand on no list of people to contact; no figure depends on them.
        by: names of the breakdown: columns of deals (`rep` is `owner`), custom fields, `stage`, or a `Grain`.
    """

    deals: ir.Table
    visits: ir.Table
    moves: ir.Table
    run: Callable[[Query], pa.Table]
    sql: Callable[[ir.Table], str]
    pipeline: Pipeline
    as_of: dt.date
    as_of_at: dt.datetime
    period: Period | None = None
    by: tuple[str, ...] = ()
    left_out: ir.Table | None = None
    list_days: tuple[dt.date, ...] = ()
    table: Callable[[str], ir.Table] = no_table
    whole: Callable[[str], ir.Table] | None = None
    calendar: Calendar = field(default_factory=Calendar)
    zone: str = "UTC"
    currency: str | None = None
    settings: Settings = field(default_factory=Settings)
    own: Mapping[str, "Measure"] = field(default_factory=dict)
    least: int = 0
    known: dict[object, object] = field(default_factory=dict)
    write: Callable[[ir.Table], Written] | None = None
    shapes: "Shapes | None" = None
    stamp: object = None
    watch: "Watch | None" = None
    opt_outs: OptOuts = field(default_factory=OptOuts)

    def query(self, build: Callable[..., ir.Table], *args: object) -> Query:
        """The query that ``build(scope, *args)`` puts together; for all who ask the same it is put together once.

        Args:
            build: a function of the module, not one made anew for each question; it looks at the scope and at `args`,
                and at nothing else that may change.
            args: what else it is about.
        """
        if self.shapes is None or self.write is None:
            expr: ir.Table = build(self, *args)
            return expr
        return self.shapes.query(self, build, args)

    def rows(self, build: Callable[..., ir.Table], *args: object) -> pa.Table:
        """The rows of `query`."""
        return self.run(self.query(build, *args))

    def tell(self, how: Callable[[pa.Table], Told], build: Callable[..., ir.Table], *args: object) -> Told:
        """What the rows of `query` say; whoever else hears the same goes on with the same query.

        Args:
            how: what the rows say; a function of the module.
            build: see `query`.
            args: see `query`.
        """
        if self.watch is None:
            return how(self.rows(build, *args))
        return self.watch.tell(self, how, build, args)

    def of_inquiries(self) -> "Scope":
        """The same question of inquiries only: what the company marked as none of them stands in `left_out`.

        This is the one place where they are taken out; every figure, list and plan asks such a scope.
        """
        if not self.pipeline.not_inquiries:
            return self
        deals, visits, left = _inquiries(self.deals), _inquiries(self.visits), _no_inquiries(self.deals)
        return replace(self, deals=deals, visits=visits, left_out=left)

    def of_watched(self) -> "Scope":
        """The same question of the deals whose whole life was watched, where only lists tell the stages.

        They are those that came on the day of the first list or after it. A deal that was open on that list is not
        one of them, though its later steps were seen: its earlier ones were not, and it was there to be seen only
        because it had not ended yet, while those that came with it and ended sooner show no steps (left truncation).
        Counted beside the others it would make the early stages look better than they are.
        """
        since = self.pipeline.watched_since
        if since is None:
            return self
        left = self.left_out
        return replace(
            self,
            deals=self.deals.filter(self.deals.created_day >= ibis.literal(since)),
            visits=self.visits.filter(self.visits.cohort_day >= ibis.literal(since)),
            left_out=left if left is None else left.filter(left.created_day >= ibis.literal(since)),
        )

    def among(self, column: str, names: frozenset[str]) -> "Scope":
        """The same question of the deals that have one of these names in a column: somebody's, a team's, a product's.

        Args:
            column: ``owner``, ``branch``, ``product``: one of deals.
            names: of those asked about.
        """
        known = ibis.literal(value=False) if not names else None

        def kept(rows: ir.Table) -> ir.Table:
            return rows.filter(rows[column].isin(sorted(names)) if known is None else known)

        deals = kept(self.deals)
        left = self.left_out
        return replace(
            self,
            deals=deals,
            visits=kept(self.visits) if column in self.visits.columns else self.visits.semi_join(deals, "deal"),
            moves=self.moves.semi_join(deals, "deal"),
            left_out=left if left is None else kept(left),
            known={},
        )

    @cached_property
    def shape(self) -> Hashable:
        """What a query may depend on beside the rows: the question, and what the company said of itself.

        What it said of its persons is noted where it is looked at (see `shapes`): each viewer knows another part of it.
        """
        said = replace(self.settings, people={}, teams={}, judgements={}, handing=Handing())
        told = (self.pipeline, self.calendar, self.zone, self.as_of, self.as_of_at, self.period, self.list_days, said)
        left_out = None if self.left_out is None else self.left_out.op()
        digest = hashlib.sha256(repr(told).encode()).digest()  # no names of the company's, and not longer with them
        return digest, self.least, self.by, self.deals.op(), self.visits.op(), self.moves.op(), left_out

    @cached_property
    def watched_visits(self) -> ir.Table:
        """The stays whose length can be told: where only lists tell the stages, those that began since the first list.

        A stay that was going on by then began on an unknown day, or its kind ended before anybody saw it: it is left
        out. Which of the deals a stay belongs to does not matter: from then on every beginning was seen. Stays of
        unknown beginning stay among them, to be counted as such.
        """
        since = self.pipeline.listed_since
        if since is None:
            return self.visits
        entered = self.visits.entered_day
        return self.visits.filter(entered.isnull() | (entered >= ibis.literal(since)))

    @cached_property
    def list_gap(self) -> int | None:
        """The longest time between two lists in days, where moves have their day from a list; None where none has."""
        gaps = [(later - day).days for day, later in pairwise(self.list_days)]
        if not gaps:
            return None
        return max(gaps) if self.tell(_is_any, _moves_of_lists) else None

    @cached_property
    def is_large(self) -> bool:
        """Whether lengths of time are counted in bins, so that a book of millions answers at once."""
        return self.tell(_is_large, _how_many_visits)

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of the stages that figures can speak of, in order."""
        return tuple(stage.name for stage in self.pipeline.measured)

    @property
    def won_name(self) -> str:
        """What the company calls a won deal's stage."""
        return self.pipeline.won[0].name if self.pipeline.won else "won"

    def asking(self, *, by: tuple[str, ...] | None = None, all_time: bool = False) -> "Scope":
        """The same facts, another question."""
        return replace(self, by=self.by if by is None else by, period=None if all_time else self.period)


@lru_cache(maxsize=16)
def _inquiries(rows: ir.Table) -> ir.Table:
    return rows.filter(rows.outcome != NOT_INQUIRY)


@lru_cache(maxsize=16)
def _no_inquiries(rows: ir.Table) -> ir.Table:
    return rows.filter(rows.outcome == NOT_INQUIRY)


def _how_many_visits(scope: Scope) -> ir.Table:
    return scope.visits.aggregate(n=scope.visits.count())


def _moves_of_lists(scope: Scope) -> ir.Table:
    return scope.moves.aggregate(n=scope.moves.count(where=scope.moves.seen))


def are_many(stays: int) -> bool:
    """Whether so many stays make a book large."""
    return stays > EXACT_ROWS


def _is_large(rows: pa.Table) -> bool:
    return are_many(int(rows["n"][0].as_py()))


def _is_any(rows: pa.Table) -> bool:
    return bool(rows["n"][0].as_py())
