"""Whether customers stay: retention and churn of a period, and the time with the company."""

import datetime as dt
from functools import partial

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.catalogue.customers import buyers
from yaad.measures.catalogue.deals import event_rows
from yaad.measures.definition import Censoring, Family, Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import asked, groups, integers
from yaad.measures.purchases import histories
from yaad.measures.retention import (
    Window,
    came_back,
    contracts_of,
    has_contracts,
    idle_days,
    spells_of,
    staying_by_contract,
    staying_by_silence,
    stays_by_contract,
    without_time,
)
from yaad.measures.scope import Scope
from yaad.measures.statistics import LEVEL, Curve, Ending, Spells, kaplan_meier, wilson
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

CONTRACT_SHOWN = ("contract_id", "customer", "owner", "product", "start_day", "end_day", "amount", "currency")
RUNNING = 0.05
"""With more than this share still there at the end, the average is a floor."""
EVERY = 12
"""The share that stayed is told each so many months."""
UNKNOWN = 1_000_000
"""Days of silence where too few came back to tell after how many one has left: nobody has been watched so long."""

NOBODY = Message("customers.nobody_came")


def _statistics(scope: Scope) -> ir.Table:
    """Customers there at the start, and those lost since; ``idle`` is 0 by contract, the days of silence else."""
    if has_contracts(scope):
        window = None if scope.period is None else Window.of(scope)
        return staying_by_contract(scope, window).mutate(idle=0)
    idle = idle_days(scope)
    return staying_by_silence(scope, Window.of(scope), idle or 0).mutate(idle=UNKNOWN if idle is None else idle)


def _finish(table: pa.Table, scope: Scope, *, measure: str) -> list[Figure]:
    """The share of each group that was lost (`churn_rate`) or stayed (`retention_rate`)."""
    asked_for = without_time(scope)
    if asked_for.by != scope.by:
        return [_untold(measure, scope, Message("customers.not_by_time"), dict.fromkeys(scope.by))]
    figures = []
    for by, rows in groups(asked_for, table):
        if rows.num_rows and int(integers(rows, "idle").max()) == UNKNOWN:
            figures.append(_untold(measure, scope, Message("customers.few_back", {"n": came_back(scope)}), by))
            continue
        there, lost = int(integers(rows, "there").sum()), int(integers(rows, "lost").sum())
        if not there:
            figures.append(_untold(measure, scope, Message("customers.nobody_at_start"), by))
            continue
        idle = int(integers(rows, "idle").max())
        part = lost if measure == "churn_rate" else there - lost
        low, high = wilson(part, there)
        by_contract_so_far = not idle and scope.period is None
        figures.append(
            Figure(
                measure,
                part / there,
                Unit.RATE,
                n=there,
                as_of=scope.as_of,
                low=low,
                high=high,
                level=LEVEL,
                period=scope.period if by_contract_so_far else scope.period or Window.of(scope).period,
                by=by,
                why=_basis(idle, so_far=by_contract_so_far),
                beside={"lost": lost, "idle_days": idle or None},
            )
        )
    return figures


def _basis(idle: int, *, so_far: bool) -> Message | None:
    """What to know of a rate: by which silence it is told, or that it is no rate of a period."""
    if idle:
        return Message("customers.by_silence", {"n": idle})
    return Message("customers.so_far") if so_far else None


def _untold(measure: str, scope: Scope, why: Message, by: dict[str, Cell] | None = None) -> Figure:
    return Figure(measure, None, Unit.RATE, n=0, as_of=scope.as_of, period=scope.period, by=by or {}, why=why)


def _rows(scope: Scope) -> ir.Table:
    """The contracts behind a figure; without any, the customers."""
    if has_contracts(scope):
        rows = asked(scope, contracts_of(scope), "start_day")
        return event_rows(scope, rows, *CONTRACT_SHOWN, order=("start_day", "contract_id"))
    told = histories(scope, "customer", "first_day", "last_day")
    return event_rows(scope, told, "customer", "first_day", "last_day", "span", "age", order=("first_day", "customer"))


def tenure_statistics(scope: Scope) -> ir.Table:
    """From when to when customers stayed, counted; without contracts, their histories with the time of silence."""
    if has_contracts(scope):
        return stays_by_contract(scope)
    return histories(scope).mutate(idle=UNKNOWN if (idle := idle_days(scope)) is None else idle)


def tenure_spells(rows: pa.Table, as_of: dt.date) -> Spells:
    """Times with the company in months; of those who are still there, until the data's day.

    By purchases: from the first to the last one for who has been silent for longer than usual. Whether a silence is
    one is known only when it has lasted for so long: the others are watched until so many days before the data's day,
    and who came later than that tells nothing yet.
    """
    if "came" in rows.column_names:
        return spells_of(rows, as_of)
    every = buyers(rows)
    watched = every.age - integers(rows, "idle")
    gone = every.span < watched
    days = np.where(gone, every.span, watched)
    told = watched > 0
    return Spells.count(days[told] * EVERY / 365.25, np.where(gone, Ending.LOST, Ending.OPEN)[told])


def tenure_curve(scope: Scope) -> tuple[Curve, int | None]:
    """The share of customers who are still there after so many months; and the days of silence, None by contract."""
    rows = scope.asking(by=()).rows(tenure_statistics)
    idle = int(integers(rows, "idle").max()) if "idle" in rows.column_names and rows.num_rows else None
    idle = None if idle == UNKNOWN else idle
    return kaplan_meier(tenure_spells(rows, scope.as_of)), idle


def _finish_tenure(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        spells = tenure_spells(rows, scope.as_of)
        curve = kaplan_meier(spells)
        value, low, high = curve.restricted_mean()
        horizon, n = curve.horizon, spells.total
        still = curve.still_running > RUNNING
        beside: dict[str, Cell] = {"n_open": spells.running, "horizon_months": horizon}
        if horizon is not None:
            seen = spells.ended + spells.open
            beside |= {
                "typical_months": curve.quantile(0.5),
                "mean_so_far": float(spells.times @ seen) / n,
                **{f"stay_{at}": curve.survival_at(at) for at in range(EVERY, int(horizon) + 1, EVERY)},
            }
        idle = int(integers(rows, "idle").max()) if "idle" in rows.column_names and rows.num_rows else 0
        none = Message("customers.few_back", {"n": came_back(scope)}) if idle == UNKNOWN else NOBODY
        why = Message("customers.at_least", {"n": spells.running}) if still else _basis(idle, so_far=False)
        figures.append(
            Figure(
                "tenure",
                value,
                Unit.NUMBER,
                n=n,
                as_of=scope.as_of,
                low=low,
                high=high,
                level=LEVEL if value is not None else None,
                period=scope.period,
                by=by,
                why=why if n else none,
                beside=beside,
            )
        )
    return figures


def _rate(measure: str, good: Good) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.RATIO,
        unit=Unit.RATE,
        family=Family.CUSTOMERS,
        grain=Grain.CUSTOMER,
        date_column="day",
        censoring=Censoring.OPEN_APART,
        good=good,
        source="SaaS: lost in the period ÷ there at its start; interval: Wilson 1927",
        statistics=_statistics,
        finish=partial(_finish, measure=measure),
        rows=_rows,
        minimum=FEW,
        has_rival=True,
    )


STAYING = (
    _rate("churn_rate", Good.DOWN),
    _rate("retention_rate", Good.UP),
    Measure(
        id="tenure",
        kind=Kind.DURATION,
        unit=Unit.NUMBER,
        family=Family.CUSTOMERS,
        grain=Grain.CUSTOMER,
        date_column="start_day",
        censoring=Censoring.OPEN_COUNTED,
        good=Good.UP,
        source="Kaplan & Meier 1958, restricted mean; interval: Klein & Moeschberger 2003, 4.5",
        statistics=tenure_statistics,
        finish=_finish_tenure,
        rows=_rows,
        minimum=FEW,
        has_rival=True,
    ),
)
