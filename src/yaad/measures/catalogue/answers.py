"""The first answer: its typical time, the share given in time, and the inquiries that still wait for one."""

from collections.abc import Callable
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.answers import Answer, answer_hours, answer_statistics, inquiries, waiting_deals
from yaad.measures.catalogue.deals import shown
from yaad.measures.definition import AsOf, Censoring, Family, Good, Kind, Measure, Unit
from yaad.measures.dimensions import floats, groups, integers
from yaad.measures.finishing import counted_share, estimated
from yaad.measures.scope import Scope
from yaad.measures.statistics import Ending, Estimate, Spells, kaplan_meier
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

HOURS = 24.0
EXACT = 9
"""Decimals of an hour that are kept: what is just in time must not come late by rounding."""


@dataclass(frozen=True)
class Waits:
    """The inquiries of one group.

    Attributes:
        hours: opening hours waited, by row; NaN where they cannot be told.
        n: inquiries of each row.
        answer: how each row stands.
    """

    hours: np.ndarray
    n: np.ndarray
    answer: np.ndarray

    @classmethod
    def of(cls, rows: pa.Table) -> "Waits":
        """From rows of `answer_statistics`."""
        hours = np.round(floats(rows, "days") * HOURS, EXACT)
        return cls(hours, integers(rows, "n"), np.array(rows["answer"].to_pylist(), dtype=object))

    def count(self, *answers: Answer) -> int:
        """How many stand so."""
        return int(self.n[np.isin(self.answer, [each.value for each in answers])].sum())

    def spells(self) -> Spells:
        """The waits in hours: ended by an answer, or still running when they were last seen."""
        here = ~np.isnan(self.hours) & np.isin(self.answer, [Answer.GIVEN, Answer.WAITING, Answer.ENDED])
        ending = np.where(self.answer[here] == Answer.GIVEN, Ending.ADVANCED, Ending.OPEN)
        return Spells.count(self.hours[here], ending, self.n[here])

    def beside(self) -> dict[str, Cell]:
        """What belongs next to every figure of answers."""
        return {
            "n_open": self.count(Answer.WAITING),
            "left_out": self.count(Answer.UNTIMED),
            "before_log": self.count(Answer.BEFORE),
        }

    def why_not(self) -> Message:
        """Why there is no figure."""
        if self.count(Answer.NO_LOG):
            return Message("measures.no_log")
        if self.count(Answer.UNTIMED):
            return Message("measures.no_times")
        return Message("measures.none_in_log" if self.count(Answer.BEFORE) else "measures.none_entered")


def _first_response(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        waits = Waits.of(rows)
        spells = waits.spells()
        value, low, high = kaplan_meier(spells).estimate(0.5)
        ended = spells.total - spells.running
        if ended < 2:
            low = high = None
        why = None
        if value is None:
            why = Message("measures.too_many_open", {"n": spells.running}) if spells.total else waits.why_not()
        figures.append(
            estimated(
                scope,
                "first_response",
                Estimate(value, low, high),
                Unit.HOURS,
                n=spells.total,
                by=by,
                why=why,
                beside=waits.beside(),
            )
        )
    return figures


def _answered_within(table: pa.Table, scope: Scope) -> list[Figure]:
    """In time ÷ (in time + late); one that waits and whose time is not up yet is neither."""
    target = answer_hours(scope)
    figures = []
    for by, rows in groups(scope, table):
        waits = Waits.of(rows)
        with np.errstate(invalid="ignore"):
            is_given, is_over = waits.answer == Answer.GIVEN, waits.hours > target
            in_time = int(waits.n[is_given & (waits.hours <= target)].sum())
        late = int(waits.n[is_over & np.isin(waits.answer, [Answer.GIVEN, Answer.WAITING, Answer.ENDED])].sum())
        n = in_time + late
        figures.append(
            counted_share(
                scope,
                "answered_within",
                in_time,
                n,
                by,
                why=None if n else waits.why_not(),
                beside={"in_time": in_time, "late": late, "target_hours": target, **waits.beside()},
            )
        )
    return figures


def _unanswered(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        waits = Waits.of(rows)
        waiting, no_log = waits.count(Answer.WAITING), waits.count(Answer.NO_LOG)
        hours = waits.hours[(waits.answer == Answer.WAITING) & ~np.isnan(waits.hours)]
        figures.append(
            Figure(
                "unanswered",
                None if no_log else waiting,
                Unit.COUNT,
                n=waiting,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=Message("measures.no_log") if no_log else None,
                beside={"longest_hours": float(hours.max()) if len(hours) else None, **waits.beside()},
            )
        )
    return figures


def _rows(scope: Scope) -> ir.Table:
    """The inquiries whose hours can be told."""
    deals = inquiries(scope)
    deals = deals.filter(deals.days.notnull()).mutate(wait_hours=deals.days * HOURS)
    return shown(scope, deals, "contact_at", "wait_hours", "answer")


def _waiting_rows(scope: Scope) -> ir.Table:
    deals = waiting_deals(scope)
    return shown(scope, deals.mutate(wait_hours=deals.days * HOURS), "wait_hours")


def _measure(
    measure: str,
    kind: Kind,
    unit: Unit,
    finish: Callable[[pa.Table, Scope], list[Figure]],
    source: str,
    *,
    minimum: int = FEW,
) -> Measure:
    return Measure(
        id=measure,
        kind=kind,
        unit=unit,
        family=Family.ACTIVITY,
        date_column="created_day",
        as_of=AsOf.STATE if unit is Unit.COUNT else AsOf.EVENTS,
        censoring=Censoring.OPEN_COUNTED if unit is not Unit.COUNT else Censoring.NONE,
        good=Good.UP if unit is Unit.RATE else Good.DOWN,
        source=source,
        statistics=answer_statistics,
        finish=finish,
        rows=_waiting_rows if unit is Unit.COUNT else _rows,
        minimum=minimum,
        has_rival=measure == "first_response",
    )


ANSWERS = (
    _measure(
        "first_response",
        Kind.DURATION,
        Unit.HOURS,
        _first_response,
        "HubSpot, lead response time, in opening hours; Kaplan & Meier 1958; interval: Brookmeyer & Crowley 1982",
    ),
    _measure(
        "answered_within",
        Kind.RATIO,
        Unit.RATE,
        _answered_within,
        "service level, Erlang's practice of call centres; interval: Wilson 1927",
    ),
    _measure("unanswered", Kind.SIMPLE, Unit.COUNT, _unanswered, "Yaad: open, and no outgoing contact yet", minimum=0),
)
