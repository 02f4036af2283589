"""Finished figures of one group: an estimate with its interval, and the share of a count."""

from collections.abc import Mapping

from yaad.measures.definition import Unit
from yaad.measures.scope import Scope
from yaad.measures.statistics import LEVEL, Estimate, wilson
from yaad.model.figures import Cell, Figure
from yaad.text import Message


def estimated(
    scope: Scope,
    measure: str,
    estimate: Estimate,
    unit: str | None,
    *,
    n: int,
    by: dict[str, Cell],
    why: Message | None,
    beside: Mapping[str, Cell] | None = None,
) -> Figure:
    """An estimate as a figure; without either end of an interval it has no level.

    Args:
        scope: the question.
        measure: id of the measure.
        estimate: value and ends of its interval.
        unit: see `Figure.unit`.
        n: how many stand behind it.
        by: the group.
        why: the reason when there is no value, or what to know about it.
        beside: further figures that belong next to it.
    """
    value, low, high = estimate
    return Figure(
        measure,
        value,
        unit,
        n=n,
        as_of=scope.as_of,
        low=low,
        high=high,
        level=None if low is None and high is None else LEVEL,
        period=scope.period,
        by=by,
        why=why,
        beside=dict(beside or {}),
    )


def counted_share(
    scope: Scope,
    measure: str,
    part: int,
    of: int,
    by: dict[str, Cell],
    *,
    why: Message | None,
    beside: Mapping[str, Cell] | None = None,
) -> Figure:
    """`part` ÷ `of` with Wilson's interval (Wilson 1927); without any to be a part of there is no value."""
    share = Estimate(part / of, *wilson(part, of)) if of else Estimate(None, None, None)
    return estimated(scope, measure, share, Unit.RATE, n=of, by=by, why=why, beside=beside)
