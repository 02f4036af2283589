"""Plans, what-ifs and levers of a book: its own ratios, lags, open deals and settings, put before the planner."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal
from weakref import WeakKeyDictionary

import ibis.expr.types as ir
import numpy as np

from yaad import measures
from yaad.book.achieved import name_of
from yaad.errors import CannotTell, InputError, UnknownName
from yaad.facts import Facts
from yaad.measures import Scope
from yaad.measures.dimensions import floats, integers
from yaad.measures.funnels import Followed
from yaad.measures.lengths import counted
from yaad.measures.statistics.intervals import Z95
from yaad.model import Period, Settings, SourceCost
from yaad.plan import (
    INQUIRIES,
    Lag,
    Plan,
    Ratio,
    closings_for_value,
    last_useful_dates,
    plan_backwards,
    what_if,
    with_dates,
)
from yaad.plan.capacity import carry, named_limits
from yaad.plan.changes import read_changes
from yaad.plan.levels import levels_of
from yaad.plan.levers import Flow, Levers, levers
from yaad.plan.own import expected_ratios, followed, is_expected, whole_share
from yaad.plan.people import LEVEL, Past, PeoplePlan, plan_people
from yaad.plan.period import MONTH_DAYS, Outlook, Standing, months_of, next_month, plan_period, win_curve
from yaad.plan.scenario import Base, Scenario, bring
from yaad.plan.sources import SourcesPlan, plan_sources, read_costs
from yaad.plan.ways import Ways
from yaad.plan.whatif import WhatIf, landing
from yaad.show import PlanResult
from yaad.text import Message

RatiosOf = Literal["mature", "all", "expected"]
RECENT_DAYS = 91
"""What comes now is what came in so many days."""
HALF = 0.5
"""In a period the last useful day is the one after which most of what comes counts for the next."""
Amount = str | Decimal
_OUTLOOKS: WeakKeyDictionary[Facts, dict[tuple[Period, bool], Outlook]] = WeakKeyDictionary()
"""What plans of a period are made of: several answers of one picture of the facts lean on it."""


@dataclass(frozen=True)
class Own:
    """The company's own funnel.

    Attributes:
        ratios: of the inquiries.
        window_days: see `StageRatios`.
        young: inquiries that were left out because they are young.
        notes: what to know about it.
    """

    ratios: tuple[Ratio, ...]
    window_days: float | None
    young: int
    notes: tuple[Message, ...]


class Planning:
    """What a book plans with.

    Attributes:
        scope: the facts.
        settings: what the company said of itself.
    """

    def __init__(self, scope: Scope, settings: Settings, facts: Facts | None = None) -> None:
        """Args: the facts as they are asked; what was said; the picture that they are all of, where they are."""
        self.scope = scope.asking(by=(), all_time=True)
        self.settings = settings
        self._outlooks = {} if facts is None else _OUTLOOKS.setdefault(facts, {})

    # ---- what there is ----------------------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """The stages that ratios lead to: all but the first, and won."""
        return (*self.scope.stages[1:], self.scope.won_name)

    @cached_property
    def ways(self) -> Ways:
        """By when deals are won."""
        return Ways.of(self.scope)

    def ways_of(self, mode: RatiosOf) -> Ways:
        """The same, in the end as the ratios of `own` take it: what is undecided is shared, or counted as not sold."""
        expected = self._is_expected(mode)
        return self.ways.ending([expected and is_expected(share) for share in self.deals.shares])

    def _is_expected(self, mode: RatiosOf) -> bool:
        """Whether ratios are told with the open deals, as far as they are to be expected."""
        return mode == "expected" and self.scope.pipeline.watched_since is None

    def stage_ratios(self, mode: RatiosOf, window_days: float | None) -> measures.StageRatios:
        """The counted ratios; see `Book.ratios`."""
        if mode == "all":
            return measures.stage_ratios(self.scope, None)
        window = measures.default_window(self.scope) if window_days is None else window_days
        return measures.stage_ratios(self.scope, window)

    def own(self, mode: RatiosOf, window_days: float | None = None) -> Own:
        """The company's own funnel, counted, or with the open deals as far as they are to be expected."""
        if self._is_expected(mode):
            return Own(tuple(expected_ratios(self.deals, self.names)), None, 0, ())
        found = self.stage_ratios("mature" if mode == "expected" else mode, window_days)
        ratios = tuple(Ratio.counted(row.stage, row.reached, row.of) for row in found.rows)
        return Own(ratios, found.window_days, found.young, found.notes)

    @cached_property
    def deals(self) -> Followed:
        """All deals, followed through the stages."""
        return followed(self.scope)[0]

    @property
    def wins(self) -> int:
        """Deals of the funnel that were won: what is foretold from it rests on them."""
        return self.deals.entered(self.deals.stages)

    @cached_property
    def money(self) -> tuple[Decimal | None, float, str | None]:
        """The mean won deal, its standard error and its currency; None where the data do not tell."""
        try:
            (figure,) = measures.measure(["deal_value_mean"], self.scope)
        except InputError:  # several currencies: counts are planned without money
            return None, 0.0, None
        error = 0.0 if figure.low is None or figure.high is None else (figure.high - figure.low) / (2 * Z95)
        return (None if figure.value is None else Decimal(str(figure.value))), error, figure.unit

    @cached_property
    def recent(self) -> Period:
        """The days that tell what comes now."""
        end = self.scope.as_of + dt.timedelta(days=1)
        return Period(end - dt.timedelta(days=RECENT_DAYS), end, "recent")

    def arrivals(self, by: str | None = None) -> dict[str | None, int]:
        """Recent inquiries, of each value of a dimension."""
        asked = replace(self.scope, by=(by,) if by else (), period=self.recent)
        found = measures.measure(["inquiries"], asked)
        return {name_of(figure.by.get(by or "")): int(figure.value or 0) for figure in found}

    @property
    def daily(self) -> float:
        """Inquiries that come a day now."""
        return sum(self.arrivals().values()) / RECENT_DAYS

    def pasts(self, by: str) -> dict[str | None, Past]:
        """What each person or source has behind it."""
        recent = self.arrivals(by)
        groups = followed(self.scope.asking(by=(by,)))
        return {
            name: Past(whole_share(group), group.entered(0), recent.get(name, 0))
            for group in groups
            if (name := name_of(group.by[by])) is not None
        }

    def lags(self, stages: Sequence[str]) -> dict[str, Lag]:
        """For the inquiries and each of these stages: how long the way from there to the sale is."""
        lags = {}
        for stage in (INQUIRIES, *stages):
            spells = measures.way_lengths(self.scope, self.scope.stages[0] if stage == INQUIRIES else stage)
            lags[stage] = Lag.from_counts(spells.times, spells.advanced, spells.lost, spells.open)
        return lags

    def limits(self, said: Mapping[str, int] | None, months: float = 1.0) -> dict[str, Fraction]:
        """How many each limited step can take in so many months; what is said goes before the settings.

        Raises:
            UnknownName: no such stage.
        """
        first = self.scope.stages[0] if self.scope.stages else INQUIRIES
        return named_limits({**self.settings.capacity, **(said or {})}, first, self.names, months)

    def standing(self, period: Period) -> Standing:
        """What there is on the data's day."""
        scope = self.scope
        rows = scope.rows(_standing)
        (won,) = measures.measure(["won"], replace(scope, period=period))
        return Standing(int(won.value or 0), integers(rows, "place"), floats(rows, "days"), integers(rows, "n"))

    def outlook(self, period: Period, mode: RatiosOf = "expected") -> Outlook:
        """What a plan of a period is made of.

        Args:
            period: the period.
            mode: of the ratios that it goes with.

        Raises:
            InputError: the period is over.
            CannotTell: no deal is won yet.
        """
        key = (period, self._is_expected(mode))
        if key not in self._outlooks:
            other = self._outlooks.get((period, not key[1]))
            ways = self.ways_of(mode)
            self._outlooks[key] = replace(other, ways=ways) if other else self._outlook(period, ways)
        return self._outlooks[key]

    def _outlook(self, period: Period, ways: Ways) -> Outlook:
        last = period.end - dt.timedelta(days=1)
        lags = self.lags([stage for stage in self.names[:-1] if stage in self.scope.stages])
        dates = last_useful_dates(lags, last, self.scope.as_of, level=HALF)
        return Outlook(
            period,
            self.scope.as_of,
            ways,
            self.standing(period),
            {found.stage: found.day for found in dates if found.stage in lags},
            self.daily,
        )

    # ---- plans ------------------------------------------------------------------------------------------------

    def plan(
        self,
        target: int | None,
        target_value: Amount | None,
        *,
        average: Amount | None,
        mode: RatiosOf | None,
        window_days: float | None,
        deadline: dt.date | None,
        period: Period | None,
        capacity: Mapping[str, int] | None,
        costs: Mapping[str, str] | None,
        by: str | None,
    ) -> PlanResult:
        """See `Book.plan`."""
        if (target is None) == (target_value is None):
            raise InputError(Message("book.one_target"))
        unit = None
        if average is None:
            average, _, unit = self.money
        if target is None:
            if average is None:
                raise InputError(Message("book.no_average"))
            target = closings_for_value(target_value or 0, average)
        mode = mode or ("mature" if period is None else "expected")
        own = self.own(mode, window_days)
        made = plan_backwards(target, own.ratios, average=average, target_value=target_value, unit=unit)
        made = replace(made, notes=(*made.notes, *own.notes))
        if own.young:  # the funnel counts these too, by what is to be expected of them
            made = replace(made, notes=(*made.notes, Message("plan.young_left_out", {"n": own.young})))
        made = self.dated(made, deadline, period)
        limits = self.limits(capacity, 1.0 if period is None else months_of(period))
        return PlanResult(
            made,
            window_days=own.window_days,
            within=None if period is None else plan_period(target, own.ratios, self.outlook(period, mode)),
            carried=carry(made.needed[0].count, own.ratios, limits) if limits else None,
            people=self.people(made) if by in ("rep", "owner") else None,
            sources=self.sources(costs) if costs or by == "source" or self.settings.source_costs else None,
        )

    def dated(self, made: Plan, deadline: dt.date | None, period: Period | None) -> Plan:
        """The plan with the last useful days of a deadline, or of a period."""
        if deadline is None and period is None:
            return made
        scope, level = self.scope, 0.8
        if deadline is None and period is not None:
            deadline, level = period.end - dt.timedelta(days=1), HALF
        until = deadline or scope.as_of
        days = scope.calendar.working_days(scope.as_of, until)
        lags = self.lags([row.stage for row in made.needed[1:-1]])
        return with_dates(made, last_useful_dates(lags, until, scope.as_of, level=level, working_days=days))

    def people(self, made: Plan) -> PeoplePlan:
        """The plans of all persons beside the team's."""
        return plan_people(made.target, made.chance[LEVEL], self.pasts("owner"))

    def sources(self, costs: Mapping[str, str] | None = None) -> SourcesPlan:
        """What a customer of each source costs.

        Raises:
            UnknownName: a cost of no source.
            InputError: a cost cannot be read.
        """
        found = self.pasts("source")
        names = {name.casefold(): name for name in found if name}
        said: dict[str, SourceCost] = {}
        _, _, unit = self.money
        for source, cost in (dict(self.settings.source_costs) | read_costs(costs or {}, unit)).items():
            if source.casefold() in names:
                said[names[source.casefold()]] = cost
            elif source in (costs or {}):
                raise UnknownName("source", source, sorted(names.values()))
        return plan_sources(found, said, RECENT_DAYS / MONTH_DAYS)

    def what_if(
        self,
        inquiries: int,
        *,
        average: Amount | None,
        mode: RatiosOf,
        window_days: float | None,
        period: Period | None,
        capacity: Mapping[str, int] | None,
        speed: float,
        instead: int | None,
    ) -> WhatIf:
        """See `Book.whatif`."""
        unit = None
        if average is None:
            average, _, unit = self.money
        ratios = self.own(mode, window_days).ratios
        when = period or self.next_month
        limits = self.limits(capacity, months_of(when))
        found = what_if(inquiries, ratios, average, unit=unit, limits=limits)
        curve = self.curve(mode)
        if curve is not None:
            found = landing(found, curve, when.start, (when.end - when.start).days, speed)
        other = None if instead is None else what_if(instead, ratios, average, unit=unit, limits=limits)
        return replace(found, instead=other)

    @property
    def next_month(self) -> Period:
        """The calendar month after the data's day."""
        return next_month(self.scope.as_of)

    def curve(self, mode: RatiosOf) -> np.ndarray | None:
        """Part of the sales within 0, 1, 2, … days of the inquiry; None while nothing was won."""
        return win_curve(self.ways_of(mode))

    # ---- changes ---------------------------------------------------------------------------------------------

    def base(self, period: Period | None, mode: RatiosOf = "expected") -> Base:
        """How things go, for changes by the end of a period.

        Raises:
            CannotTell: no deal is won yet.
            InputError: the period is over.
        """
        average, error, unit = self.money
        rooms = {stage: int(room) for stage, room in self.limits(None).items()}
        known = None if average is None else float(average)
        return Base(self.outlook(period or self.next_month, mode), self.own(mode).ratios, known, error, unit, rooms)

    def scenario(
        self, said: Mapping[str, str], period: Period | None, capacity: Mapping[str, int] | None, mode: RatiosOf
    ) -> Scenario:
        """See `Book.scenario`."""
        base = self.base(period, mode)
        first = self.scope.stages[0] if self.scope.stages else INQUIRIES
        rooms = {stage: int(room) for stage, room in named_limits(capacity or {}, first, self.names).items()}
        return bring(base, replace(read_changes(base, said, first), rooms=rooms))

    # ---- levers -----------------------------------------------------------------------------------------------

    def flow(self, period: Period, mode: RatiosOf = "expected", capacity: Mapping[str, int] | None = None) -> Flow:
        """How things go, for levers in a period.

        Raises:
            CannotTell: nothing comes, or nothing is won.
        """
        days = (period.end - period.start).days
        inquiries = Fraction(round(self.daily * days))
        if not inquiries:
            raise CannotTell(Message("levers.nothing_comes"))
        average, error, unit = self.money
        return Flow(
            inquiries=inquiries,
            ratios=self.own(mode).ratios,
            stages=self.scope.stages,
            ways=self.ways_of(mode),
            period=period,
            as_of=self.scope.as_of,
            average=None if average is None else float(average),
            average_error=error,
            unit=unit,
            limits=self.limits(capacity, months_of(period)),
        )

    def levers(self, period: Period | None, capacity: Mapping[str, int] | None) -> Levers:
        """See `Book.levers`."""
        flow = self.flow(period or self.next_month, capacity=capacity)
        return levers(flow, levels=levels_of(self.scope, flow.ratios))


def _standing(scope: measures.Scope) -> ir.Table:
    return counted(scope, measures.open_stays(scope), "place", exact=True)
