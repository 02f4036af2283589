"""What still comes for a target: what the open deals bring, the milestones to the rest, and targets to propose."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow.compute as pc

from yaad import measures
from yaad.book.forecasting import MONTHS, USUAL
from yaad.book.planning import RECENT_DAYS, Planning
from yaad.errors import CannotTell, InputError, UnknownName
from yaad.measures.one_money import OneMoney, chosen, kinds_of
from yaad.measures.outlook import month_number
from yaad.measures.pace import State, lean_of, periods_before
from yaad.model import Achieved, FunnelRow, Period, Whose
from yaad.model.targets import months_of, named
from yaad.plan import INQUIRIES, Ratio
from yaad.plan.forecasting.forecast import outcome_of
from yaad.plan.goals import Ahead, Goal, Milestone
from yaad.plan.period import Outlook, PeriodPlan, plan_period
from yaad.plan.targets import (
    CENT,
    FEW_WINS,
    LEVELS,
    Expected,
    PersonNeed,
    Proposals,
    divide,
    expected_in,
    needs_of,
    proposals,
)
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book.book import Book

DAY = dt.timedelta(days=1)
NEAR = 0.1
"""What usually comes is on pace with what is needed when it is so near to it."""
ONE = Decimal(1)


class _Amounts(NamedTuple):
    """Amounts of the deals won in the last year, and their currency; none where they are mixed or mostly missing."""

    values: Sequence[float] = ()
    unit: str | None = None
    are_mixed: bool = False


def foretold(book: "Book", period: Period, whose: Whose | None = None, *, in_money: bool = True) -> Expected | None:
    """What the forecast of the book says of a period; None where it tells none, or not this one.

    Args:
        book: its forecast speaks of the months to come, and of the quarter that ends among them.
        period: a month or a quarter.
        whose: of which person, team, branch or product; of all when absent.
        in_money: where the forecast tells money; else closings alone.
    """
    months = month_number(period.end - DAY) - month_number(book.as_of + DAY) + 1
    if not 1 <= months <= MONTHS[1]:
        return None
    kind, name = next(iter((whose or Whose()).said.items()), (None, None))
    try:
        made = book.forecast(max(months, USUAL), kind).content  # as many as its page tells, so that both say the same
    except (CannotTell, InputError, UnknownName):
        return None
    part = made if kind is None else next((one for one in made.parts if one.name == name), None)
    if part is None:
        return None
    won, money = outcome_of(part.won, period), outcome_of(part.money, period) if in_money else None
    return None if won is None else Expected(np.asarray(won.curve), None if money is None else np.asarray(money.curve))


def ahead_of(planning: Planning, goal: Goal, money: OneMoney, told: Expected | None = None) -> Ahead | None:
    """What still comes for a target in closings; None where the book cannot tell.

    Args:
        planning: what the book plans with.
        goal: the target, with closings still to come.
        money: what the sums of the target are in.
        told: what the forecast says of its period; without one it is reckoned from the open deals and the inquiries.
    """
    try:
        outlook = planning.outlook(goal.period)
        ratios = planning.own("expected").ratios
        made = plan_period(outlook.standing.won + (goal.closings or 0), ratios, outlook)
        amounts = _Amounts() if goal.average is None else _amounts(planning, money)
        expected = _expected(told, outlook, ratios, amounts.values, float(goal.achieved))
    except (CannotTell, InputError):
        return None
    low, high = made.credit.range
    notes = [Message("goals.as_forecast")] if expected is told else []
    without = _untold(planning, goal, expected, amounts, is_forecast=expected is told)
    if without is not None:
        notes = [without]
    return Ahead(
        open=made.credit.open,
        expected=made.credit.expected,
        low=low,
        high=high,
        missing=made.missing,
        chance=expected.chance(float(goal.wanted.value)) if goal.wanted and without is None else None,
        end=expected.range if without is None else None,
        too_late=made.until is None,
        milestones=_milestones(planning, goal, outlook, made) if made.missing > 0 else (),
        notes=(*made.notes, *notes),
    )


def too_few(planning: Planning) -> Message | None:
    """That too few were won to tell what still comes for a target; None where there are enough."""
    return _few(planning, "goals.no_chance_few", "goals.no_chance_few_watched")


def _untold(
    planning: Planning, goal: Goal, expected: Expected, amounts: _Amounts, *, is_forecast: bool
) -> Message | None:
    """Why it is not told how the period ends; None where it is."""
    if planning.settings.achieved.by is not Achieved.CLOSED:
        return Message("goals.no_chance")  # what is foretold is closings: invoices or payments are not known by them
    if amounts.are_mixed:
        return Message("goals.no_ahead_of_mixed")
    if not is_forecast and (few := too_few(planning)) is not None:
        return few
    if goal.average is not None and expected.money is None:  # closings are not held against money
        return Message("goals.no_chance_money")
    return None


def _few(planning: Planning, key: str, watched: str) -> Message | None:
    """That too few were won to foretell from the funnel; None where there are enough.

    The forecast counts every closing with a day; the funnel, where too little is known of what came before the first
    list, those that came since.

    Args:
        planning: what the book plans with.
        key: of what is said.
        watched: of what is said where it is those that came since.
    """
    if planning.wins >= FEW_WINS:
        return None
    values: dict[str, object] = {"n": planning.wins, "least": FEW_WINS}
    day = planning.scope.pipeline.watched_since
    return Message(key, values) if day is None else Message(watched, values | {"day": day})


def _tells(told: Expected | None, amounts: Sequence[float]) -> bool:
    """Whether the forecast speaks of money as the target does."""
    return told is not None and (told.money is None) == (not amounts)


def _expected(
    told: Expected | None, outlook: Outlook, ratios: Sequence[Ratio], amounts: Sequence[float], achieved: float
) -> Expected:
    """What the forecast says where it speaks of money as the target does, so that no two pages differ."""
    if told is not None and _tells(told, amounts):
        return told
    return expected_in(outlook, ratios, amounts, achieved)


def _milestones(planning: Planning, goal: Goal, outlook: Outlook, made: PeriodPlan) -> tuple[Milestone, ...]:
    """Inquiries, each stage and the closings: how many still, until when they count, and how many usually come."""
    ratios = planning.own("expected").ratios
    still = {row.stage: row.count for row in made.still}
    rates = {INQUIRIES: 1.0} | {ratio.stage: float(ratio.of_inquiries) for ratio in ratios}
    won, as_of = ratios[-1].stage, outlook.as_of
    entries, calendar = _entries(planning, goal.period), planning.scope.calendar
    since = as_of - dt.timedelta(days=RECENT_DAYS)
    recent = len(calendar.working_days(since, as_of))
    after = _period_after(goal.period)
    rows = []
    for stage, rate in rates.items():
        last = outlook.last if stage == won else min(outlook.last_days.get(stage, outlook.last), outlook.last)
        late = last <= as_of
        # what is too late is told as it would be needed on average
        count = still.get(stage, ceil(made.missing * rate / rates[won] - 1e-9))
        days = calendar.working_days(as_of, last)
        usual = None
        if stage != won and not late and recent:
            daily = entries.get(stage, {})
            came = sum(n for day, n in daily.items() if day > since)
            usual = came / recent * len(days) * lean_of(daily, goal.period, (as_of, last), calendar)
        state = None if usual is None else _state(usual, count)
        rows.append(Milestone(stage, count, usual, last, len(days), late, state, after.name))
    return tuple(rows)


def _state(usual: float, count: int) -> State:
    if usual >= count * (1 + NEAR):
        return State.AHEAD
    return State.ON_PACE if usual >= count * (1 - NEAR) else State.BEHIND


def _entries(planning: Planning, period: Period) -> dict[str, dict[dt.date, float]]:
    """Stage → day → deals that came into it, skipped stages left out; inquiries as they came.

    They reach back over the recent days, and over the periods before that tell how a period usually goes.
    """
    since = min(planning.recent.start, periods_before(period)[0].start)
    found: dict[str, dict[dt.date, float]] = {}
    for build in (_came_into, _came):
        for row in planning.scope.rows(build, since).to_pylist():
            found.setdefault(str(row["stage"]), {})[row["day"]] = float(row["n"])
    return found


def _came_into(scope: measures.Scope, since: dt.date) -> ir.Table:
    came = scope.visits.filter(scope.visits.first & (scope.visits.entered_day >= since))
    return came.group_by("stage", day=came.entered_day).aggregate(n=came.count())


def _came(scope: measures.Scope, since: dt.date) -> ir.Table:
    came = scope.deals.filter(scope.deals.created_day >= since)
    return came.group_by(stage=ibis.literal(INQUIRIES), day=came.created_day).aggregate(n=came.count())


def _period_after(period: Period) -> Period:
    return named(period.end.year, period.end.month, months_of(period))


# ---- proposals ----------------------------------------------------------------------------------------------------


def proposed(
    planning: Planning, period: Period, weights: Mapping[str, float | Decimal], told: Expected | None = None
) -> Proposals:
    """Targets for a period to come, with their chance, the levers behind them and what each person would have to do.

    Args:
        planning: what the book plans with.
        period: not over.
        weights: person → what a part of the target goes by; empty: nobody.
        told: what the forecast says of the period; see `ahead_of`.

    Raises:
        CannotTell: too few were won, or nothing is open and nothing comes.
        InputError: the period is over.
    """
    outlook = planning.outlook(period)
    amounts, unit, _ = _amounts(planning)
    few = None if _tells(told, amounts) else _few(planning, "goals.few_wins", "goals.few_wins_watched")
    if few is not None:
        raise CannotTell(few)
    achieved = _achieved(planning, period) if amounts else 0.0
    average = Decimal(repr(sum(amounts) / len(amounts))).quantize(CENT) if amounts else None
    expected = _expected(told, outlook, planning.own("expected").ratios, amounts, achieved)
    rows = proposals(expected, average)
    by_open = Message("goals.proposed_by", {"n": outlook.standing.open})
    of_nothing = [level for level in LEVELS if level not in {row.level for row in rows}]
    left_out = [Message(f"goals.nothing_{level}") for level in of_nothing[-1:]]
    people: dict[str, tuple[PersonNeed, ...]] = {}
    if weights:
        own, team = _steps(planning)
        for row in rows:
            parts = divide(row.value, weights, CENT if average else ONE)
            people[row.level] = needs_of(parts, average, own, team)
    try:
        found = planning.levers(period, None)
    except CannotTell:
        found = None
    return Proposals(
        period,
        outlook.as_of,
        rows,
        people,
        found,
        average,
        unit,
        outlook.standing.open,
        outlook.daily or 0.0,
        (*left_out, Message("goals.as_forecast") if expected is told else by_open),
    )


def _achieved(planning: Planning, period: Period) -> float:
    """Money that the period has brought already."""
    (figure,) = measures.measure(["won_value"], replace(planning.scope, period=period))
    return float(figure.value or 0.0)


def _amounts(planning: Planning, money: OneMoney | None = None) -> _Amounts:
    """The amounts that tell what comes; mixed where the deals that tell it differ, or are not in the money of sums.

    Args:
        planning: what the book plans with.
        money: what the sums of a target are in; None: they need only be alike.
    """
    rows = planning.scope.rows(_that_tell)
    kinds = kinds_of(rows.filter(pc.not_equal(rows["total"], 0.0)))
    if chosen(kinds, None).is_mixed or (money is not None and not all(money.sums(*kind) for kind in kinds)):
        return _Amounts(are_mixed=True)
    won = [row for row in rows.to_pylist() if row["outcome"] == "won"]
    priced = [row for row in won if row["total"]]
    if len(priced) * 2 < len(won):
        return _Amounts()
    return _Amounts([float(row["total"]) for row in priced], next((row["currency"] for row in priced), None))


def _that_tell(scope: measures.Scope) -> ir.Table:
    """The deals that tell what comes: those that are open, and those won in the last year."""
    since = scope.as_of - dt.timedelta(days=365)
    won = (scope.deals.outcome == "won") & (scope.deals.closed_day > since)
    rows = scope.deals.filter((scope.deals.outcome == "open") | won)
    return rows.select("outcome", "currency", "tax", total=rows.amount.cast("float64").fill_null(0.0)).mutate(n=1)


Steps = list[tuple[str, int, int]]


def _steps(planning: Planning) -> tuple[dict[str, Steps], Steps]:
    """Person → for each step the stage it leads to, how many reach it in the end and of how many; the team's beside."""
    scope = planning.scope
    (team,) = measures.funnel(scope)
    own = {}
    for found in measures.funnel(replace(scope, by=("owner",))):
        own[str(found.by["owner"])] = _of(found.stages, planning.names)
    return own, _of(team.stages, planning.names)


def _of(stages: tuple[FunnelRow, ...], names: tuple[str, ...]) -> Steps:
    """Open deals count as they are to be expected; where that cannot be told, those decided stand."""
    steps = []
    for row, name in zip(stages, names, strict=True):
        if row.rate_expected is None:
            steps.append((name, row.advanced, row.advanced + row.lost))
        else:
            steps.append((name, round(row.rate_expected * row.entered), row.entered))
    return steps
