"""Time in stage: the typical time and the average with open deals counted, and the mean of the finished ones beside.

Basis *first*: from the first entry of a stage to the first entry of a later listed stage, or the end. Basis *visit*:
one stay. The total runs from the first dated entry of a deal to its closing, won or lost. Stays are put into periods
by the day they began. Stays of unknown or impossible length are left out and counted. Where stays have ended and none
of them on a known day, the running ones alone would tell a wrong time: none is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.errors import UnknownName
from yaad.measures.dimensions import asked, flags, floats, groups, integers, key_columns, without_stage
from yaad.measures.funnels import first_stays, notes_on
from yaad.measures.lengths import age, counted
from yaad.measures.scope import Scope
from yaad.measures.statistics import IMMATURE, Curve, Ending, Estimate, Sample, Spells, kaplan_meier
from yaad.model import DwellRow, Dwells
from yaad.model.figures import Cell
from yaad.text import Message

BASES = ("first", "visit")
TOTAL = -1
"""The place of the whole way, beside the places of the stages."""
UNTOLD = Estimate(None, None, None)


@dataclass(frozen=True)
class Lasting:
    """The lengths of the stays in one stage, or of the whole way.

    Attributes:
        spells: all of them, ended and running.
        left_out: stays of unknown or impossible length.
        ends_unknown: those of them that have ended, nobody knows when.
    """

    spells: Spells
    left_out: int
    ends_unknown: int = 0

    @property
    def is_untold(self) -> bool:
        """Whether stays have ended, none of them on a known day."""
        return self.ends_unknown > 0 and self.spells.total == self.spells.running

    @cached_property
    def closed(self) -> Sample:
        """The lengths of those that have ended."""
        ended = self.spells.ended
        return Sample(self.spells.times[ended > 0], ended[ended > 0])

    @cached_property
    def curve(self) -> Curve:
        """The Kaplan–Meier curve of leaving by any end."""
        return kaplan_meier(self.spells)

    @property
    def median(self) -> Estimate:
        """The typical time; from two ended stays on with its interval."""
        if self.is_untold:
            return UNTOLD
        typical = self.curve.estimate(0.5)
        return typical if self.closed.n > 1 else Estimate(typical.value, None, None)

    @property
    def mean(self) -> Estimate:
        """The mean up to the longest time seen, running stays counted; from two ended stays on with its interval."""
        if self.is_untold:
            return UNTOLD
        average = self.curve.restricted_mean()
        return average if self.closed.n > 1 else Estimate(average.value, None, None)


def dwell_statistics(scope: Scope, basis: str = "first") -> ir.Table:
    """How many stays, and how many whole ways, have each length.

    Columns: the breakdown's, ``place`` (stage; −1: the whole way), ``running`` (null: the later stage came first),
    ``days``, ``n``.
    """
    keys = key_columns(scope)
    stays = counted(
        scope, stays_of(scope, asked(scope, scope.watched_visits, "entered_day"), basis), "position", "running"
    )
    whole = counted(scope, whole_ways(scope, asked(scope, scope.deals, "created_day")), "running")
    return stays.select(
        *keys, place=stays.position.cast("int64"), running=stays.running, days=stays.days, n=stays.n.cast("int64")
    ).union(
        whole.select(
            *keys,
            place=ibis.literal(TOTAL, type="int64"),
            running=whole.running,
            days=whole.days,
            n=whole.n.cast("int64"),
        ),
        distinct=False,
    )


def stays_of(scope: Scope, visits: ir.Table, basis: str) -> ir.Table:
    """Stays by `basis` with their length so far in ``days`` and whether they still run.

    Raises:
        UnknownName: no such basis.
    """
    if basis not in BASES:
        raise UnknownName("option", basis, BASES)
    if basis == "first":
        stays = first_stays(scope, visits)
        return stays.mutate(running=stays.first_ended.nullif("impossible") == "open")
    still = age(scope, visits.entered, visits.entered_day, visits.whole_days)
    running = visits.ended == "open"
    return visits.mutate(days=ibis.ifelse(running, still, visits.days), running=running)


def whole_ways(scope: Scope, deals: ir.Table) -> ir.Table:
    """Deals with the length of their whole way so far in ``days`` and whether it still runs."""
    still = age(scope, deals.created_at, deals.created_day, deals.whole_days)
    running = deals.outcome == "open"
    return deals.mutate(days=ibis.ifelse(running, still, deals.cycle_days), running=running)


def lasting(rows: pa.Table, places: Sequence[int]) -> list[Lasting]:
    """The lengths at each of `places`, from rows of `dwell_statistics`."""
    at, days, n = integers(rows, "place"), floats(rows, "days"), integers(rows, "n")
    ending = np.where(flags(rows, "running"), Ending.OPEN, Ending.ADVANCED)
    known = days >= 0  # NaN is not
    ended = ~flags(rows, "running") & np.asarray(pc.is_valid(rows["running"]).to_numpy(), dtype=bool)
    found = []
    for place in places:
        here = at == place
        seen = here & known
        spells = Spells.count(days[seen], ending[seen], n[seen])
        found.append(Lasting(spells, int(n[here & ~known].sum()), int(n[here & ended & ~known].sum())))
    return found


def dwell(scope: Scope, basis: str = "first") -> list[Dwells]:
    """Time in each stage, and in all, of each group.

    Raises:
        UnknownName: no such basis or column.
    """
    whole = without_stage(scope)
    table = whole.rows(dwell_statistics, basis)
    return [_dwells(whole, by, rows, basis) for by, rows in groups(whole, table)]


def _dwells(scope: Scope, by: dict[str, Cell], rows: pa.Table, basis: str) -> Dwells:
    *stages, whole = lasting(rows, [*range(len(scope.stages)), TOTAL])
    return Dwells(
        tuple(_row(name, basis, stays) for name, stays in zip(scope.stages, stages, strict=True)),
        total=_row("", basis, whole),
        as_of=scope.as_of,
        period=scope.period,
        by=by,
        notes=(*_since(scope), *notes_on(scope), *_untold(scope.stages, stages, whole)),
    )


def _since(scope: Scope) -> tuple[Message, ...]:
    """Since when stays are counted, where only lists tell the stages."""
    day = scope.pipeline.listed_since
    return (Message("measures.stays_since", {"day": day}),) if day else ()


def _untold(names: Sequence[str], stages: Sequence[Lasting], whole: Lasting) -> tuple[Message, ...]:
    """Where no time is told since those that ended have no day of it."""
    untold = [
        Message("measures.ends_untold", {"stage": name, "n": stays.ends_unknown})
        for name, stays in zip(names, stages, strict=True)
        if stays.is_untold
    ]
    return (*untold, Message("measures.ends_untold_all", {"n": whole.ends_unknown})) if whole.is_untold else (*untold,)


def _row(stage: str, basis: str, stays: Lasting) -> DwellRow:
    curve = stays.curve
    median, low, high = stays.median
    return DwellRow(
        stage=stage,
        basis=basis,
        median_days=median,
        low=low,
        high=high,
        q25_days=curve.quantile(0.25),
        q75_days=curve.quantile(0.75),
        p80_days=curve.quantile(0.8),
        mean_days=stays.mean.value,
        horizon_days=None if stays.is_untold else curve.horizon,
        mean_is_floor=stays.spells.total > 0 and not stays.is_untold and curve.still_running > IMMATURE,
        mean_closed_days=stays.closed.mean().value,
        n=stays.spells.total,
        n_open=stays.spells.running,
        left_out=stays.left_out,
    )
