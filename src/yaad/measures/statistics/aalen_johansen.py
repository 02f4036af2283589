r"""What share will advance when all is decided: two ends that compete, spells that still run included.

Aalen–Johansen cumulative incidence of end c:

.. math:: F_c(t) = \sum_{t_i \le t} S(t_{i-1}) \, d_{ci} / n_i, \qquad S + F_1 + F_2 = 1

The share that will advance is F₁/(F₁+F₂) at the longest length seen: what is still undecided there is shared as the
decided part was. A stage that was skipped is an advance in no time. One stage at a time, its clock starting at entry
(semi-Markov); several stages in a row are the product. Never 1 − Kaplan–Meier with the other end as censored: it
overstates.

The interval is closed: the delta method over the multinomial steps (dF/dh of both hazards, ties handled), which for
spells without any running one is exactly the binomial variance p(1−p)/n; it is laid out as a Wilson interval at the
effective number of spells p(1−p)/variance. Where more than 5 % are undecided at the longest length that can be trusted
the range is widened to hold [F₁, 1 − F₂] there: all of the undecided lost, or all of them advanced.

A length can be trusted while at least 10 spells are still watched, or while those that are watched stand for at most
twice their number: the mass of a spell that still runs goes over to those that ran longer (Efron's redistribution to
the right), and one old deal that was won must not speak for forty young ones.

Sources: Efron 1967 (Proc. 5th Berkeley Symp. 4:831); Aalen & Johansen 1978 (Scand. J. Stat. 5:141); Marubini &
Valsecchi 1995, ch. 10 (variance); Putter, Fiocco & Geskus 2007 (Stat. Med. 26:2389); Wilson 1927 (J. Am. Stat. Assoc.
22:209).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from yaad.measures.statistics.intervals import Estimate, wilson, wilson_effective
from yaad.measures.statistics.spells import Floats, Spells

IMMATURE = 0.05
"""More than this share undecided at the longest length that can be trusted: too early to tell."""
WATCHED = 10
"""So many spells that are still watched speak for those that are no longer."""
SPEAKS_FOR = 2.0
"""Fewer than `WATCHED` may speak for so many times their number."""
UNTELLABLE = 0.5
"""No loss seen and more than this share undecided: no rate is given, only its range."""


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of two ends.

    Attributes:
        spells: what it was made of.
        survival: the share undecided after each of `spells.times`.
        advanced: F₁, the share that has advanced by then.
        lost: F₂, the share that is lost by then.
    """

    spells: Spells
    survival: Floats
    advanced: Floats
    lost: Floats

    @property
    def undecided(self) -> float:
        """The share undecided at the longest length seen; 1 when nothing was seen."""
        return float(self.survival[-1]) if len(self.survival) else 1.0

    @cached_property
    def trusted(self) -> tuple[float, float, float]:
        """S, F₁ and F₂ at the longest length at which enough are watched; 1, 0, 0 when there is none."""
        here = self.spells.at_risk
        before = np.concatenate([[1.0], self.survival])[: len(here)]
        stands_for = before * here[:1] / np.maximum(here, 1)
        enough = np.flatnonzero((here >= WATCHED) | (stands_for <= SPEAKS_FOR))
        if not len(enough):
            return 1.0, 0.0, 0.0
        last = enough[-1]
        return float(self.survival[last]), float(self.advanced[last]), float(self.lost[last])

    @property
    def ends(self) -> tuple[float, float]:
        """F₁ and F₂ at the longest length seen."""
        return (float(self.advanced[-1]), float(self.lost[-1])) if len(self.advanced) else (0.0, 0.0)

    @cached_property
    def _hazards(self) -> tuple[Floats, Floats, Floats]:
        here = np.maximum(self.spells.at_risk, 1).astype(np.float64)
        return self.spells.advanced / here, self.spells.lost / here, here

    def _slopes(self, last: int) -> tuple[Floats, Floats, Floats, Floats]:
        """How F₁ and F₂ at the step `last` move with each hazard up to it: dF₁/dh₁, dF₁/dh₂, dF₂/dh₁, dF₂/dh₂."""
        one, two, _ = self._hazards
        keep = np.s_[: last + 1]
        before = np.concatenate([[1.0], self.survival[:-1]])[keep]
        left = (1.0 - one - two)[keep]
        safe = np.where(left > 0, left, 1.0)  # where nobody is left nothing follows, and the numerator is 0
        after_1 = (self.advanced[last] - self.advanced[keep]) / safe
        after_2 = (self.lost[last] - self.lost[keep]) / safe
        return before - after_1, -after_1, -after_2, before - after_2

    def _variance(self, slope_1: Floats, slope_2: Floats) -> float:
        one, two, here = (part[: len(slope_1)] for part in self._hazards)
        terms = slope_1**2 * one * (1 - one) + slope_2**2 * two * (1 - two) - 2 * slope_1 * slope_2 * one * two
        return float(np.sum(terms / here))

    def share_variance(self) -> float:
        """Variance of F₁/(F₁+F₂) at the longest length seen."""
        f1, f2 = self.ends
        if f1 + f2 <= 0:
            return 0.0
        d11, d12, d21, d22 = self._slopes(len(self.advanced) - 1)
        scale = (f1 + f2) ** 2
        return self._variance((f2 * d11 - f1 * d21) / scale, (f2 * d12 - f1 * d22) / scale)

    def within(self, days: float) -> Estimate:
        """The share that advances within `days`, F₁(days), with its interval; undecided ones are not counted lost.

        Not told when nothing was watched so long: the longest length seen is shorter and spells still run there.
        """
        times = self.spells.times
        if not len(times) or (times[-1] < days and self.undecided > 0):
            return Estimate(None, None, None)
        last = int(np.searchsorted(times, days, side="right")) - 1
        if last < 0:
            return Estimate(0.0, *wilson(0, self.spells.total))
        rate = float(self.advanced[last])
        d11, d12, _, _ = self._slopes(last)
        return Estimate(rate, *wilson_effective(rate, self._variance(d11, d12), self.spells.total))


def aalen_johansen(spells: Spells) -> Incidence:
    """Cumulative incidence of advancing and of being lost.

    Args:
        spells: lengths in days; may be empty.
    """
    here = np.maximum(spells.at_risk, 1).astype(np.float64)
    survival: Floats = np.cumprod(1.0 - spells.ended / here, dtype=np.float64)
    before = np.concatenate([[1.0], survival])[: len(survival)]
    advanced: Floats = np.cumsum(before * spells.advanced / here, dtype=np.float64)
    lost: Floats = np.cumsum(before * spells.lost / here, dtype=np.float64)
    return Incidence(spells, survival, advanced, lost)


@dataclass(frozen=True)
class Share:
    """The share that will advance when all is decided.

    Attributes:
        rate: None when nothing was decided, or when no loss was seen and most are undecided.
        low, high: range at 95 %; holds `floor` and `ceiling` when `immature`.
        immature: more than 5 % undecided at the longest length that can be trusted.
        undecided: that share.
        decided: spells behind it that have ended.
        variance: of the rate, by the delta method.
        floor, ceiling: the share when all of the undecided are lost (F₁), and when all of them advance (1 − F₂).
    """

    rate: float | None
    low: float | None
    high: float | None
    immature: bool
    undecided: float
    decided: int
    variance: float = 0.0
    floor: float = 0.0
    ceiling: float = 1.0


NOTHING_SEEN = Share(None, None, None, immature=False, undecided=1.0, decided=0)


def expected_share(spells: Spells) -> Share:
    """The share of `spells` that will advance when all is decided, with its range.

    >>> share = expected_share(Spells.count([5, 10, 20, 20], [1, 1, 2, 2]))
    >>> share.rate, share.immature
    (0.5, False)
    """
    if not spells.total:
        return NOTHING_SEEN
    incidence = aalen_johansen(spells)
    f1, f2 = incidence.ends
    undecided, least, most_lost = incidence.trusted
    decided = int(spells.ended.sum())
    immature = undecided > IMMATURE
    edges = (least, max(1.0 - most_lost, least))
    if f1 + f2 <= 0 or least + most_lost <= 0:
        return Share(None, 0.0, 1.0, immature, undecided, decided, 0.0, *edges)
    rate, variance = f1 / (f1 + f2), incidence.share_variance()
    low, high = _range(rate, variance, decided, edges if immature else None)
    told = rate if most_lost > 0 or undecided <= UNTELLABLE else None
    return Share(told, low, high, immature, undecided, decided, variance, *edges)


def chained(shares: Sequence[Share]) -> Share:
    """The share that passes all of several stages in a row: the product, with the relative variances added up.

    Where a stage is immature, its floor and its ceiling take part in the range instead of its rate.
    """
    if not shares or any(share.decided == 0 and share.low is None for share in shares):
        return NOTHING_SEEN
    immature = any(share.immature for share in shares)
    undecided, decided = max(share.undecided for share in shares), min(share.decided for share in shares)
    floor = prod(share.floor if share.immature or share.rate is None else share.rate for share in shares)
    ceiling = prod(share.ceiling if share.immature or share.rate is None else share.rate for share in shares)
    rates = [share.rate for share in shares if share.rate is not None]
    if len(rates) < len(shares):
        return Share(None, floor, ceiling, immature, undecided, decided, 0.0, floor, ceiling)
    rate = prod(rates)
    variance = rate**2 * sum(share.variance / share.rate**2 for share in shares if share.rate)
    low, high = _range(rate, variance, decided, (floor, ceiling) if immature else None)
    return Share(rate, low, high, immature, undecided, decided, variance, floor, ceiling)


def _range(rate: float, variance: float, decided: int, edges: tuple[float, float] | None) -> tuple[float, float]:
    low, high = wilson_effective(rate, variance, decided)
    return (min(low, edges[0]), max(high, edges[1])) if edges else (low, high)
