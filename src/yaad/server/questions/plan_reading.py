"""What is asked of plans, levers and leaks."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from yaad.plan import Ratio
from yaad.plan.period import Outlook, PeriodPlan, coming, next_month, plan_period, win_curve
from yaad.plan.scenario import Base
from yaad.plan.sources import SourcesPlan
from yaad.server.questions import forecast_reading, reading
from yaad.server.questions.dials import Dials
from yaad.server.state import opened
from yaad.show import LeaksResult, LeversResult, PlanResult
from yaad.show.scenarios import ScenarioResult


def periods() -> list[str]:
    """Periods that are offered; none while there are no data."""
    seen = reading.as_of()
    return [] if seen is None else coming(seen)


def levers(period: str) -> LeversResult:
    """What each improvement is worth in a period; in the next month when none is said.

    Raises:
        CannotTell: nothing comes, or nothing was won yet.
    """
    return opened().shelf.ask("levers", lambda b: b.levers(period or None), period)


def leaks() -> LeaksResult:
    """Where the money leaks."""
    return opened().shelf.ask("leaks", lambda b: b.leaks())


def plan(
    target: int | None,
    target_value: str,
    *,
    average: str,
    mode: reading.RatiosOf,
    deadline: dt.date | None,
    period: str,
) -> PlanResult:
    """The plan by the company's own past, for a number of customers or for an amount of money."""
    return opened().shelf.ask(
        "plan",
        lambda b: b.plan(
            target,
            target_value=target_value or None,
            average=average or None,
            ratios=mode,
            deadline=deadline,
            period=period or None,
            by="rep" if "owner" in b.columns else None,
        ),
        target,
        target_value,
        average,
        mode,
        deadline,
        period,
    )


def sources(costs: tuple[tuple[str, str], ...]) -> SourcesPlan | None:
    """What a customer of each source costs; None where no source is known.

    Raises:
        InputError: a cost cannot be read.
        UnknownName: a cost of no source.
    """
    if "source" not in reading.columns():
        return None
    found = opened().shelf.ask(
        "sources", lambda b: b.plan(1, by="source", ratios="all", costs=dict(costs) or None).sources, costs
    )
    return found if found and found.rows else None


def outlook(period: str, mode: reading.RatiosOf) -> Outlook:
    """What a plan of a period is made of, whatever its target."""
    return opened().shelf.ask("outlook", lambda b: b.outlook(period, mode), period, mode)


def within(period: str, target: int, ratios: tuple[Ratio, ...], mode: reading.RatiosOf) -> PeriodPlan:
    """The plan of a target as one of a period, its open deals counted."""
    about = (period, target, ratios, mode)
    return opened().shelf.ask("within", lambda _b: plan_period(target, ratios, outlook(period, mode)), *about)


def brought(
    dials: Dials,
    typed: str,
    *,
    period: str,
    mode: reading.RatiosOf,
    steps: Mapping[str, Fraction],
    rooms: Mapping[str, int],
) -> ScenarioResult:
    """What the changes of the form bring.

    Raises:
        InputError: a change cannot be meant.
    """
    about = (period, mode, dials, typed, tuple(steps.items()), tuple(rooms.items()))
    return opened().shelf.ask("brought", lambda _b: dials.bring(base(period, mode), typed, steps, rooms), *about)


def customers(period: str) -> tuple[int, bool] | None:
    """Customers to plan a period for where the form names none; see `Goals.customers`."""
    tested = forecast_reading.is_tested()
    return opened().shelf.ask("plan-customers", lambda b: b.goals.customers(period), period, tested)


def base(period: str, mode: reading.RatiosOf) -> Base:
    """How things go, which changes are held against; in the next month where no period is said."""
    return opened().shelf.ask("base", lambda b: b.scenario_base(period or None, mode), period, mode)


def curve(mode: reading.RatiosOf) -> np.ndarray | None:
    """Part of the sales within 0, 1, 2, … days of the inquiry; None while nothing was won."""
    seen = reading.as_of()
    return None if seen is None else win_curve(outlook(next_month(seen).name, mode).ways)


def capacity() -> Mapping[str, int]:
    """Deals a month that the stages can take, as the company said."""
    return {} if reading.is_empty() else opened().shelf.ask("capacity", lambda b: b.settings.capacity)


def first_stage() -> str:
    """Name of the first stage."""
    return "" if reading.is_empty() else reading.pipeline().open[0].name
