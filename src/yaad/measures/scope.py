"""What a measure is asked about: the tables as of a day, how to run a query, the period and the breakdown."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.errors import UnknownName
from yaad.model import Calendar, Period, Pipeline, Settings

if TYPE_CHECKING:
    from yaad.measures.definition import Measure

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
        settings: what the company said of itself: what counts as achieved, who works when.
        own: measures that the company defined, by id; they stand beside those of the catalogue.
        least: of fewer than so many rows no figure is told: it could point at one person; 0 where persons are told.
        known: what was reckoned of these facts already, whatever the period.
        by: names of the breakdown: columns of deals (`rep` is `owner`), custom fields, `stage`, or a `Grain`.
    """

    deals: ir.Table
    visits: ir.Table
    moves: ir.Table
    run: Callable[[ir.Table], pa.Table]
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
    settings: Settings = field(default_factory=Settings)
    own: Mapping[str, "Measure"] = field(default_factory=dict)
    least: int = 0
    known: dict[object, object] = field(default_factory=dict)

    def of_inquiries(self) -> "Scope":
        """The same question of inquiries only: what the company marked as none of them stands in `left_out`.

        This is the one place where they are taken out; every figure, list and plan asks such a scope.
        """
        if not self.pipeline.not_inquiries:
            return self
        left = self.deals.filter(self.deals.outcome == NOT_INQUIRY)
        return replace(
            self,
            deals=self.deals.filter(self.deals.outcome != NOT_INQUIRY),
            visits=self.visits.filter(self.visits.outcome != NOT_INQUIRY),
            left_out=left,
        )

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
        seen = self.run(self.moves.aggregate(n=self.moves.count(where=self.moves.seen)))
        return max(gaps) if seen["n"][0].as_py() else None

    @cached_property
    def is_large(self) -> bool:
        """Whether lengths of time are counted in bins, so that a book of millions answers at once."""
        rows = self.run(self.visits.aggregate(rows=self.visits.count()))
        return int(rows["rows"][0].as_py()) > EXACT_ROWS

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
