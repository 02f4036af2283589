"""What a measure is: a declaration with one relational expression and a pure function that finishes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.scope import Scope
from yaad.model.figures import Figure
from yaad.text import Message


class Kind(StrEnum):
    """How a measure is made (the kinds of metricflow, with `duration` beside them)."""

    SIMPLE = "simple"
    RATIO = "ratio"
    CUMULATIVE = "cumulative"
    DERIVED = "derived"
    CONVERSION = "conversion"
    DURATION = "duration"


class Unit(StrEnum):
    """What a value is counted in; for money the figure itself says the currency."""

    COUNT = "count"
    RATE = "rate"
    NUMBER = "number"
    DAYS = "days"
    HOURS = "hours"
    MONEY = "money"


class Family(StrEnum):
    """What a measure speaks of; the scorecard is laid out by it."""

    PIPELINE = "pipeline"
    ACTIVITY = "activity"
    VALUE = "value"
    CUSTOMERS = "customers"
    PEOPLE = "people"


class Grain(StrEnum):
    """What one row behind a measure is."""

    DEAL = "deal"
    STAY = "stay"
    ACTIVITY = "activity"
    CALL = "call"
    ORDER = "order"
    LINE = "line"
    CONTRACT = "contract"
    CUSTOMER = "customer"


class AsOf(StrEnum):
    """How the data's day bears on a measure."""

    EVENTS = "events"  # what had happened by then
    STATE = "state"  # how things stood then


class Censoring(StrEnum):
    """What is done with deals that are not decided yet."""

    NONE = "none"  # the measure does not depend on the end
    CLOSED_ONLY = "closed_only"  # only decided deals are in it, by definition
    OPEN_APART = "open_apart"  # counted, and shown apart
    OPEN_COUNTED = "open_counted"  # counted until today (Kaplan–Meier, Aalen–Johansen)


class Good(StrEnum):
    """The direction in which a change is good news."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure of the catalogue.

    Attributes:
        id: its name in every face.
        kind, unit, family, grain, as_of, censoring, good: see there.
        date_column: the date by which it is put into periods.
        source: where the definition comes from.
        statistics: the sufficient statistics as one expression; the groups of `scope.by` are its columns ``by_0``…
        finish: those rows → figures, one a group; pure.
        rows: the deals or stays behind it, in a fixed order, for `explain`.
        minimum: with fewer behind it than this, it is told as a hint only.
        misleads: below the minimum no value is given at all, since it would mislead.
        has_rival: the field has another definition of the same name; `rival` says it and how it differs.
        counts_once: each customer is counted once however often it comes, so months and people that share one do not
            sum to the whole.
        parts: the measures that it is made of; none where it has statistics of its own.
        combine: the figures of each part → its own; pure.
        called, ruled: its name and its rule where a company defined it; the catalogue's words else.
    """

    id: str
    kind: Kind
    unit: Unit
    family: Family = Family.PIPELINE
    grain: Grain = Grain.DEAL
    date_column: str
    as_of: AsOf = AsOf.EVENTS
    censoring: Censoring = Censoring.NONE
    good: Good
    source: str
    statistics: Callable[[Scope], ir.Table]
    finish: Callable[[pa.Table, Scope], list[Figure]]
    rows: Callable[[Scope], ir.Table]
    minimum: int = 0
    misleads: bool = False
    has_rival: bool = False
    counts_once: bool = False
    parts: tuple["Measure", ...] = ()
    combine: Callable[[Sequence[Sequence[Figure]], Scope], list[Figure]] | None = None
    called: Message | None = None
    ruled: Message | None = None

    @property
    def name(self) -> Message:
        """Its name for people."""
        return self.called or Message(f"measures.{self.id}.name")

    @property
    def words(self) -> Message:
        """What it means, in one plain line."""
        return self.ruled or Message(f"measures.{self.id}.words")

    @property
    def rule(self) -> Message:
        """The rule: what is counted, of what, by which date, and what is left out."""
        return self.ruled or Message(f"measures.{self.id}.rule")

    @property
    def rival(self) -> Message | None:
        """The other definition that the field knows under this name, and how it differs; None where there is none."""
        return Message(f"measures.{self.id}.rival") if self.has_rival else None
