"""What falls to one person today: next steps that are due, what is planned, and where they are strong or weak.

Where somebody is strong or weak is told by the comparison by which leaks are found: the deals that go on from a step
beside others like them, open ones counted, where both sides have enough deals. One step of several always is the best
one, so it is said how sure that is.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from yaad.insight.board import Standing, name_of
from yaad.insight.leaking import Cell
from yaad.model import Pipeline

DIFFERS = 0.01
"""A smaller part than one of a hundred is no difference to speak of."""
SHOWN = 20
"""Next steps that are told one by one."""


@dataclass(frozen=True)
class Due:
    """A next step whose day has come.

    Attributes:
        name: of the deal.
        step: what is agreed; empty where a day alone is.
        day: by when; `is_overdue`: that day is over.
    """

    deal_id: str
    name: str
    stage: str
    phone: str | None
    step: str
    day: dt.date
    is_overdue: bool


@dataclass(frozen=True)
class Meets:
    """What is planned with a customer today.

    Attributes:
        did: what: a word of the kinds that the measures know.
        at: when, by the company's clock; None where the day alone is known.
        text: what was said of it.
    """

    deal_id: str
    name: str
    phone: str | None
    did: str
    at: dt.datetime | None
    text: str


@dataclass(frozen=True)
class Strength:
    """How somebody's deals go on from a stage beside others like them.

    Attributes:
        stage, next_stage: from where to where.
        rate: part that goes on; `expected` of others like them.
        low, high: ends of `rate` − `expected` in 8 of 10 cases.
        n: their deals behind it.
    """

    stage: str
    next_stage: str
    rate: float
    expected: float
    low: float
    high: float
    n: int

    @property
    def value(self) -> float:
        """Above 0: more of theirs go on."""
        return self.rate - self.expected

    @property
    def is_sure(self) -> bool:
        """Whether it lies on one side in 8 of 10 cases."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Strengths:
    """The step at which somebody is ahead of others like them the most, and the one at which they are behind the most.

    Attributes:
        best: None where none of their steps is ahead, or too little is known; `worst` alike.
        compared: steps at which there were enough deals to compare.
    """

    best: Strength | None = None
    worst: Strength | None = None
    compared: int = 0


@dataclass(frozen=True)
class Steps:
    """Next steps whose day has come.

    Attributes:
        rows: the first of them, overdue ones first, the longest first.
        n: how many; `overdue` of them are.
    """

    rows: tuple[Due, ...] = ()
    n: int = 0
    overdue: int = 0


def steps_due(standing: Standing, person: str, today: dt.date) -> Steps:
    """The next steps of a person's open deals that are due today, or were due before.

    The number of who asks not to be called stands beside none of them.
    """
    rows = standing.rows
    is_due = pc.and_(pc.equal(rows["owner"], person), pc.less_equal(rows["next_step_day"], today))
    found = [_due(standing.opt_outs.hidden(row), today) for row in rows.filter(is_due).to_pylist()]
    found.sort(key=lambda one: (one.day, one.name, one.deal_id))
    return Steps(tuple(found[:SHOWN]), len(found), sum(one.is_overdue for one in found))


def _due(row: Mapping[str, Any], today: dt.date) -> Due:
    day = row["next_step_day"]
    return Due(
        str(row["deal_id"]), name_of(row), row["stage"] or "", row["phone"], row["next_step"] or "", day, day < today
    )


def strengths(cells: Sequence[Cell], pipeline: Pipeline) -> Strengths:
    """The strongest step and the weakest one of those that were compared.

    Args:
        cells: of `leaking.of_person`.
        pipeline: the company's stages.
    """
    stages = [stage.name for stage in pipeline.measured]
    names = [*stages, *(stage.name for stage in pipeline.won[:1])]
    told = [_strength(cell, names) for cell in cells if cell.place + 1 < len(names)]
    best, worst = max(told, key=_value, default=None), min(told, key=_value, default=None)
    return Strengths(
        best if best is not None and best.value >= DIFFERS else None,
        worst if worst is not None and worst.value <= -DIFFERS else None,
        len(told),
    )


def _value(one: Strength) -> float:
    return one.value


def _strength(cell: Cell, names: Sequence[str]) -> Strength:
    low, high = cell.gap.range
    return Strength(names[cell.place], names[cell.place + 1], cell.gap.rate, cell.gap.expected, low, high, cell.gap.n)
