"""The scorecard: measures of a period, each beside the one before, the same one last year, its goal and its way here.

Each stretch of days is asked once for all measures, so that those made of the same statistics share their query; the
last twelve periods are one question, broken down by their grain.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import ibis.expr.types as ir

from yaad.errors import UnknownName
from yaad.measures.comparing import Comparison, compare, is_of_what_began, is_state, is_summed
from yaad.measures.definition import Family, Measure, Unit
from yaad.measures.matching import Match, matches, months_back, whole_months
from yaad.measures.month_by_month import ends_of
from yaad.measures.registry import find, measure
from yaad.measures.scope import Scope
from yaad.model import Cell, Figure, Grain, Period
from yaad.model.targets import named
from yaad.text import Message

POINTS = 12
"""Periods of a spark line, the one asked for included."""
YOUNG = frozenset({"measures.still_open"})
"""Reasons that say that a figure is not ripe."""
OF_A_WHOLE_PERIOD = "goals.bad_period"
"""The reason why a target is not told of a part of a period."""
GRAINS = {1: Grain.MONTH, 3: Grain.QUARTER, 12: Grain.YEAR}
LEADING = (
    "inquiries",
    "conversion_rate",
    "meetings_held",
    "won",
    "win_rate",
    "sales_cycle_mean",
    "customer_value_mean",
    "closings_needed",
    "churn_rate",
    "tenure",
    "open",
    "stuck",
    "first_response",
    "won_value",
    "deal_value_mean",
    "open_value",
)
"""What stands on the scorecard where the company chose nothing else: what every sales team asks first."""


@dataclass(frozen=True)
class Point:
    """One period of a spark line; the value is None where it cannot be told.

    Attributes:
        period, value, n: see `Figure`.
        is_running: it is not over.
        is_young: too many of its deals are still open: what it says will change.
    """

    period: Period
    value: float | int | None
    n: int
    is_running: bool = False
    is_young: bool = False


@dataclass(frozen=True)
class Goal:
    """What was wanted of a figure in its period.

    Attributes:
        target: wanted.
        attained: the part of it that is reached; None where less is better or nothing is told.
        missing: what is still to come; below 0: what is over it.
        is_met: None where the figure is not told.
    """

    target: float
    attained: float | None
    missing: float | None
    is_met: bool | None


@dataclass(frozen=True)
class Kpi:
    """One row of a scorecard.

    Attributes:
        measure: what it is a figure of.
        figure: of the period asked for, so far; of things as they stand, of no period.
        comparisons: with the period before and with the same one last year.
        series: the last periods, oldest first; of how things stand: at the ends of the last ones, today at last. Empty
            in a breakdown, and where how things stood cannot be told.
        goal: None where none was set.
    """

    measure: Measure
    figure: Figure
    comparisons: tuple[Comparison, ...] = ()
    series: tuple[Point, ...] = ()
    goal: Goal | None = None

    @property
    def is_told(self) -> bool:
        """Whether there is a figure of it, or a target; of one group among others: of this period or of another one."""
        if self.figure.value is not None or self.goal is not None:
            return True
        return bool(self.figure.by) and any(one.value for one in self.comparisons)

    @property
    def is_too_early(self) -> bool:
        """Whether nothing that came in a running period got there yet, and too much of it is open: 0 is no result."""
        figure, period = self.figure, self.figure.period
        return figure.value == 0 and _is_young(figure) and period is not None and _runs(period, figure.as_of)


@dataclass(frozen=True)
class Scorecard:
    """All rows, laid out by what they speak of.

    Attributes:
        kpis: one row a measure and group.
        period: asked for.
        as_of: the data's day.
        matches: the days that are compared.
        by: names of the breakdown.
        left_out: measures that know nothing of the breakdown.
    """

    kpis: tuple[Kpi, ...]
    period: Period
    as_of: dt.date
    matches: tuple[Match, ...]
    by: tuple[str, ...] = ()
    left_out: tuple[Measure, ...] = ()

    def told(self) -> "Scorecard":
        """Without measures that these data tell nothing of, neither now nor then."""
        return replace(self, kpis=tuple(kpi for kpi in self.kpis if kpi.is_told))

    @property
    def families(self) -> dict[Family, tuple[Kpi, ...]]:
        """The rows of each family, in its order; families without rows are absent."""
        found = {family: tuple(kpi for kpi in self.kpis if kpi.measure.family is family) for family in Family}
        return {family: kpis for family, kpis in found.items() if kpis}


GoalOf = Callable[[Measure, Figure], float | None]
"""The target of a figure, None where none was set."""
SeenFrom = Callable[[dt.date], Scope]
"""The same question of the facts as they were on a day."""


def scorecard(
    scope: Scope,
    ids: Sequence[str],
    goal_of: GoalOf = lambda _measure, _figure: None,
    seen_from: SeenFrom | None = None,
) -> Scorecard:
    """The scorecard of a period.

    Args:
        scope: the question, with a period.
        ids: measures, in the order in which they are to stand.
        goal_of: their targets.
        seen_from: the past; without it things as they stand, and what began in a period, are not compared.

    Raises:
        UnknownName: no such measure, or no measure knows the breakdown.
        ValueError: the question has no period.
    """
    if scope.period is None:
        raise ValueError(scope.period)
    known, left_out = _that_know(scope, [find(name, scope.own) for name in ids])
    found = matches(scope.period, scope.calendar, scope.as_of)
    now = _figures(scope, known)
    beside = [_then(scope, known, match, seen_from) for match in found]
    first_day = _first_day(scope)
    series = {} if scope.by else _series(scope, _of_events(known), first_day)
    if not scope.by:
        series |= _ends(scope, {each: now[each.id].get(()) for each in known if is_state(each)}, first_day)
    kpis = []
    for each in known:
        for key, figure in now[each.id].items():
            comparisons = tuple(
                _compared(each, figure, then.get(each.id, {}).get(key), match, first_day, is_seen=each.id in then)
                for match, then in zip(found, beside, strict=True)
            )
            goal = _goal(each, figure, goal_of(each, figure))
            kpis.append(Kpi(each, figure, comparisons, series.get(each.id, ()), goal))
    return Scorecard(tuple(kpis), scope.period, scope.as_of, found, scope.by, tuple(left_out))


def _of_events(known: Sequence[Measure]) -> list[Measure]:
    return [each for each in known if not is_state(each)]


def _that_know(scope: Scope, found: Sequence[Measure]) -> tuple[list[Measure], list[Measure]]:
    """The measures that know the breakdown, and those that do not.

    Raises:
        UnknownName: none does.
    """
    if not scope.by:
        return list(found), []
    known: list[Measure] = []
    left_out: list[Measure] = []
    for each in found:
        try:
            for leaf in each.parts or (each,):
                scope.query(leaf.statistics)
        except UnknownName:
            if not known and each is found[-1]:
                raise
            left_out.append(each)
        else:
            known.append(each)
    return known, left_out


Key = tuple[Cell, ...]


def _figures(scope: Scope, known: Sequence[Measure]) -> dict[str, dict[Key, Figure]]:
    """The figures of each measure by group; of things as they stand, of all time."""
    found: dict[str, dict[Key, Figure]] = {each.id: {} for each in known}
    for asked, of_state in ((scope, False), (scope.asking(all_time=True), True)):
        ids = [each.id for each in known if is_state(each) is of_state]
        for figure in measure(ids, asked, raises=False) if ids else ():
            found[figure.id][tuple(figure.by.values())] = figure
    return found


def _first_day(scope: Scope) -> dt.date | None:
    """The first day of which the data tell anything."""
    days = scope.rows(_first_days)
    return min((day for column in ("first", "closed") if (day := days[column][0].as_py()) is not None), default=None)


def _first_days(scope: Scope) -> ir.Table:
    return scope.deals.aggregate(first=scope.deals.created_day.min(), closed=scope.deals.closed_day.min())


def _then(
    scope: Scope, known: Sequence[Measure], match: Match, seen_from: SeenFrom | None
) -> dict[str, dict[Key, Figure]]:
    """The figures of the days of then; of what goes on changing, as they were when those days were as long ago."""
    of_past = [each for each in known if is_of_what_began(each)]
    others = [each for each in known if not is_of_what_began(each)]
    found = _figures(replace(scope, period=match.then), others)
    if seen_from is not None and of_past:
        past = seen_from(match.then.end + (scope.as_of - match.current.end))
        found |= _figures(replace(past, period=match.then, by=scope.by), of_past)
    return found


def _compared(
    each: Measure, now: Figure, then: Figure | None, match: Match, first_day: dt.date | None, *, is_seen: bool
) -> Comparison:
    """Beside days before the data begin nothing is compared: what was not kept is not 0."""
    if first_day is not None and match.then.start < first_day:
        return Comparison.untold(match, is_relative=is_summed(each), why=Message("kpis.before_data"))
    if not is_seen:
        return Comparison.untold(match, is_relative=is_summed(each), why=Message("kpis.not_looked_back"))
    if then is not None and then.why is not None and then.why.key == OF_A_WHOLE_PERIOD:
        return Comparison.untold(match, is_relative=is_summed(each), why=Message("kpis.part_of_a_target"))
    return compare(each, now, then, match)


def _series(scope: Scope, known: Sequence[Measure], first_day: dt.date | None) -> dict[str, tuple[Point, ...]]:
    """The last periods of each measure, of the length asked for; months where people have no such periods."""
    periods = last_periods(scope)
    if not periods or not known:
        return {}
    grain = GRAINS[whole_months(periods[-1]) or 1]
    whole = replace(periods[-1], start=periods[0].start)
    found = _figures(replace(scope, period=whole, by=(grain.value,)), known)
    return {
        each.id: tuple(
            _point(each, period, found[each.id], scope.as_of)
            for period in periods
            if first_day is None or period.end > first_day
        )
        for each in known
    }


def _ends(
    scope: Scope, known: Mapping[Measure, Figure | None], first_day: dt.date | None
) -> dict[str, tuple[Point, ...]]:
    """How things stood at the end of each of the last periods, of the length asked for, up to the data's day."""
    months = whole_months(scope.period) if scope.period is not None else None
    today = months_back(Period.parse(f"{scope.as_of:%Y-%m}"), 0)
    if months in (3, 12):
        start = scope.as_of.replace(month=(scope.as_of.month - 1) // months * months + 1, day=1)
        today = named(start.year, start.month, months)
    periods = [one for one in last_periods(replace(scope, period=today)) if first_day is None or one.end > first_day]
    days = [one.end - dt.timedelta(days=1) for one in periods[:-1]]
    found = {}
    for each, figure in known.items():
        # how few stood behind a figure of the past is not known
        is_told = figure is not None and figure.value is not None and not scope.least
        told = ends_of(scope, each.id, days) if is_told else None
        if told is None or figure is None:
            continue
        past = [
            Point(period, int(value) if value is not None and each.unit is Unit.COUNT else value, round(value or 0))
            for period, value in zip(periods, told, strict=False)
        ]
        now = Point(periods[-1], figure.value, figure.n, is_running=True)
        found[each.id] = (*past, now)
    return found


def last_periods(scope: Scope) -> list[Period]:
    """The periods of a spark line, oldest first, the last one that has begun at the end."""
    period = scope.period
    if period is None:
        return []
    months = whole_months(period)
    if months not in GRAINS or (period.start.month - 1) % months:
        last = min(period.end - dt.timedelta(days=1), scope.as_of)
        period, months = Period.parse(f"{last:%Y-%m}"), 1
    return [months_back(period, months * back) for back in range(POINTS - 1, -1, -1)]


def _point(each: Measure, period: Period, found: Mapping[Key, Figure], as_of: dt.date) -> Point:
    figure = found.get((period.name,))
    running = _runs(period, as_of)
    if figure is None:
        has_begun = period.start <= as_of
        return Point(period, 0 if is_summed(each) and has_begun else None, 0, running)
    return Point(period, figure.value, figure.n, running, _is_young(figure))


def _runs(period: Period, as_of: dt.date) -> bool:
    return as_of < period.end - dt.timedelta(days=1)


def _is_young(figure: Figure) -> bool:
    return figure.why is not None and figure.why.key in YOUNG


def _goal(each: Measure, figure: Figure, target: float | None) -> Goal | None:
    """How far a figure is from its target, by the direction that is good."""
    if target is None:
        return None
    value = figure.value
    if value is None:
        return Goal(target, None, None, None)
    is_low = each.good.value == "down"
    met = value <= target if is_low else value >= target
    attained = value / target if target > 0 and not is_low else None
    return Goal(target, attained, target - value, met)
