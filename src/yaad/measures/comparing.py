"""A figure beside that of another period: how much it changed, how sure the change is, and whether it is good.

Sums and counts are compared per working day; rates, averages and lengths of time as they are. How sure a change is:

- counts: their ratio, by the conditional test of two Poisson rates (Przyborowski & Wilenski 1940, Biometrika 31:313)
  with Wilson's interval of the share that fell into this period;
- sums of amounts: their ratio, on the log scale, each sum a random number of random amounts with variance Σx²;
- the rest: their difference, by squares of the distances to the ends of both intervals (Newcombe 1998, Stat. Med.
  17:873, method 10, for rates; Zou & Donner 2008, Stat. Med. 27:1693, for any interval).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, hypot, inf, log, sqrt

from yaad.measures.definition import AsOf, Good, Kind, Measure, Unit
from yaad.measures.matching import Match
from yaad.measures.statistics import Estimate, wilson
from yaad.measures.statistics.intervals import Z95
from yaad.model import FEW, Figure
from yaad.text import Message

STARTS = frozenset({"created_day", "entered_day", "first_day", "start_day"})
"""Dates on which something begins."""
OF_AMOUNTS_UNKNOWN = 2.0
"""Σx² of n amounts of which nothing is known, in parts of (Σx)²/n: as if they spread like waiting times."""


class Verdict(StrEnum):
    """What a change means."""

    BETTER = "better"
    WORSE = "worse"
    UP = "up"  # where neither direction is good
    DOWN = "down"
    SAME = "same"  # no change that could not be chance
    TOO_FEW = "too_few"
    TOO_EARLY = "too_early"
    UNSURE = "unsure"  # the change is told, how sure it is cannot be
    UNTOLD = "untold"


@dataclass(frozen=True)
class Comparison:
    """A figure beside that of another period.

    Attributes:
        match: which days are compared.
        value: the figure of then; None where there is none.
        n: deals behind it.
        change: of sums and counts the ratio of both per working day less 1; else the difference in the figure's unit.
        low, high: ends of its interval at 95 %; an end that is not reached is None.
        is_relative: whether `change` is a part of the value of then.
        verdict: what it means.
        why: why there is none, or what to know about it.
    """

    match: Match
    value: float | int | None
    n: int
    change: float | None
    low: float | None
    high: float | None
    is_relative: bool
    verdict: Verdict
    why: Message | None = None

    @classmethod
    def untold(cls, match: Match, *, is_relative: bool, why: Message) -> "Comparison":
        """There is nothing to compare with."""
        return cls(match, None, 0, None, None, None, is_relative, Verdict.UNTOLD, why)


def is_state(measure: Measure) -> bool:
    """Whether a measure tells how things stand on a day, whatever the period."""
    return measure.as_of is AsOf.STATE


def is_summed(measure: Measure) -> bool:
    """Whether a figure is compared as a part of the other: sums and counts are, not rates, averages and lengths."""
    if is_state(measure):
        return measure.unit in (Unit.COUNT, Unit.MONEY)
    return measure.kind in (Kind.SIMPLE, Kind.CUMULATIVE) and measure.unit is not Unit.RATE


def is_of_what_began(measure: Measure) -> bool:
    """Whether a figure of a period goes on changing after it: a rate or a length of what began in the period.

    An older period has had more time, so it is to be looked at from a day on which it was as young as this one is now.
    """
    grows = measure.kind is Kind.CUMULATIVE or not is_summed(measure)
    return is_state(measure) or (measure.date_column in STARTS and grows)


def compare(measure: Measure, now: Figure | None, then: Figure | None, match: Match) -> Comparison:
    """A figure beside that of another period; where a group has none, a sum is 0.

    Args:
        measure: what both are figures of.
        now: of this period's days; None where the group is absent.
        then: of the other period's days; None where the group is absent.
        match: the days.
    """
    summed = is_summed(measure)
    a, b = (None if figure is None else figure.value for figure in (now, then))
    if summed:
        a, b = (0 if figure is None else value for figure, value in ((now, a), (then, b)))
    before = None if b is None else b
    n = 0 if then is None else then.n

    def told(verdict: Verdict, change: Estimate = NO_CHANGE, why: Message | None = None) -> Comparison:
        return Comparison(match, before, n, *change, is_relative=summed, verdict=verdict, why=why)

    if a is None or b is None:
        return told(Verdict.UNTOLD, why=_why(now, then))
    units = [one.unit or "?" for one in (now, then) if one is not None and (one.n or one.value)]  # nothing is of none
    if len(set(units)) > 1:
        return told(Verdict.UNTOLD, why=Message("errors.mixed_money", {"units": ", ".join(units)}))
    if summed and not is_state(measure) and not (match.now_days and match.then_days):
        return told(Verdict.TOO_EARLY, why=Message("kpis.no_working_day"))
    few = 0 if now is None else now.n
    if (max(few, n) if summed else min(few, n)) < max(FEW, measure.minimum):
        return told(Verdict.TOO_FEW)
    change = _of_sums(measure, now, then, match) if summed else _difference(now, then)
    return told(_verdict(change, measure.good), change)


NO_CHANGE = Estimate(None, None, None)


def _why(now: Figure | None, then: Figure | None) -> Message | None:
    if now is None or now.value is None:
        return now.why if now else Message("kpis.none_now")
    return then.why if then and then.why else Message("kpis.none_then")


def _verdict(change: Estimate, good: Good) -> Verdict:
    value, low, high = change
    if (low is None and high is None) or low == high:  # an interval without width says nothing
        return Verdict.UNSURE
    below, above = -inf if low is None else low, inf if high is None else high
    if below <= 0 <= above:
        return Verdict.SAME
    rises = below > 0 if value is None else value > 0
    if good is Good.NEITHER:
        return Verdict.UP if rises else Verdict.DOWN
    return Verdict.BETTER if rises == (good is Good.UP) else Verdict.WORSE


def _of_sums(measure: Measure, now: Figure | None, then: Figure | None, match: Match) -> Estimate:
    """How much more or less a working day brought – of things as they stand, how much more or less there is."""
    pace = 1.0 if is_state(measure) else match.then_days / match.now_days
    if measure.unit is Unit.COUNT:
        return _less_one(ratio_of_counts(_value(now), _value(then), pace))
    return _less_one(ratio_of_sums((_value(now), spread_of(now)), (_value(then), spread_of(then)), pace))


def _value(figure: Figure | None) -> float:
    return 0.0 if figure is None or figure.value is None else float(figure.value)


def spread_of(figure: Figure | None) -> float:
    """The variance of a count or a sum: as many came as happened to come, each with the amount it happened to have."""
    if figure is None or not figure.n:
        return 0.0
    if figure.variance is not None:
        return figure.variance
    if figure.unit == Unit.COUNT.value:
        return _value(figure)
    return OF_AMOUNTS_UNKNOWN * _value(figure) ** 2 / figure.n


def ratio_of_counts(now: float, then: float, pace: float = 1.0) -> Estimate:
    """Now ÷ then per working day, `pace` being the days of then ÷ the days of now; no value where then is 0.

    >>> tuple(round(end, 2) for end in ratio_of_counts(30, 20))
    (1.5, 0.86, 2.62)
    """
    low, high = (_odds(end) for end in wilson(now, now + then))
    value = now / then * pace if then else None
    return Estimate(value, None if low is None else low * pace, None if high is None else high * pace)


def _odds(share: float) -> float | None:
    return share / (1 - share) if share < 1 else None


def ratio_of_sums(now: tuple[float, float], then: tuple[float, float], pace: float = 1.0) -> Estimate:
    """Now ÷ then per working day of two sums, each with its variance; nothing where one of them is not above 0."""
    if now[0] <= 0 or then[0] <= 0:
        return NO_CHANGE
    ratio = now[0] / then[0] * pace
    half = Z95 * sqrt(now[1] / now[0] ** 2 + then[1] / then[0] ** 2)
    return Estimate(ratio, exp(log(ratio) - half), exp(log(ratio) + half))


def _less_one(ratio: Estimate) -> Estimate:
    value, low, high = (None if end is None else end - 1 for end in ratio)
    return Estimate(value, low, high)


def _difference(now: Figure | None, then: Figure | None) -> Estimate:
    if now is None or then is None or now.value is None or then.value is None:
        return NO_CHANGE
    return difference(Estimate(float(now.value), now.low, now.high), Estimate(float(then.value), then.low, then.high))


def difference(now: Estimate, then: Estimate) -> Estimate:
    """Now − then of two figures with their intervals; an end that is not reached stays so.

    >>> rates = Estimate(56 / 70, *wilson(56, 70)), Estimate(48 / 80, *wilson(48, 80))
    >>> tuple(round(end, 4) for end in difference(*rates))
    (0.2, 0.0524, 0.3339)
    """
    if now.value is None or then.value is None:
        return NO_CHANGE
    value = now.value - then.value
    low = None if now.low is None or then.high is None else value - hypot(now.value - now.low, then.high - then.value)
    high = None if now.high is None or then.low is None else value + hypot(now.high - now.value, then.value - then.low)
    return Estimate(value, low, high)
