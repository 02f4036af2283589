"""Deals that do not move: stalled and stuck."""

from functools import partial

import ibis.expr.types as ir

from yaad.measures.catalogue.deals import shown, stay_rows
from yaad.measures.definition import AsOf, Censoring, Good, Grain, Kind, Measure, Unit
from yaad.measures.scope import Scope
from yaad.measures.stuck import (
    finish_over,
    finish_share,
    open_stays,
    stalled_deals,
    stalled_limits,
    stalled_statistics,
    stuck_deals,
    stuck_limits,
    stuck_statistics,
)
from yaad.model.figures import FEW


def _stalled_rows(scope: Scope) -> ir.Table:
    return shown(scope, stalled_deals(scope), "days", "limit_days")


def _stuck_rows(scope: Scope) -> ir.Table:
    return stay_rows(scope, stuck_deals(scope), "limit_days")


def _open_stay_rows(scope: Scope) -> ir.Table:
    return stay_rows(scope, open_stays(scope))


IDLE = (
    Measure(
        id="stalled",
        kind=Kind.DERIVED,
        unit=Unit.COUNT,
        date_column="created_day",
        as_of=AsOf.STATE,
        censoring=Censoring.OPEN_COUNTED,
        good=Good.DOWN,
        source="Yaad: older than the longest closed deal of the book",
        statistics=stalled_statistics,
        finish=partial(finish_over, measure="stalled", limits_of=stalled_limits),
        rows=_stalled_rows,
    ),
    Measure(
        id="stuck",
        kind=Kind.DERIVED,
        unit=Unit.COUNT,
        grain=Grain.STAY,
        date_column="entered_day",
        as_of=AsOf.STATE,
        censoring=Censoring.OPEN_COUNTED,
        good=Good.DOWN,
        source="Yaad: longer in its stage than 4 of 5 deals are (Kaplan & Meier 1958)",
        statistics=stuck_statistics,
        finish=partial(finish_over, measure="stuck", limits_of=stuck_limits),
        rows=_stuck_rows,
    ),
    Measure(
        id="stuck_share",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        grain=Grain.STAY,
        date_column="entered_day",
        as_of=AsOf.STATE,
        censoring=Censoring.OPEN_COUNTED,
        good=Good.DOWN,
        source="Yaad: the stuck ones ÷ the open ones of known time; interval: Wilson 1927",
        statistics=stuck_statistics,
        finish=finish_share,
        rows=_open_stay_rows,
        minimum=FEW,
    ),
)
