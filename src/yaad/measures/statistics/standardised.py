r"""Do the deals of a group advance less than others like them? Open ones counted, strata compared with their like.

In each stratum the share that advances within a horizon is the cumulative incidence F₁ (Aalen–Johansen, open deals
censored) of the group and of the others; the gap is the difference, weighted by the group's deals (direct
standardisation). Its variance takes both at their pooled share, as a score test does, with as many deals as are known
at the horizon: decided by then, or watched longer. The test is one-sided: is the group below?

Sources: Aalen & Johansen 1978 (Scand. J. Stat. 5:141); Rothman, Greenland & Lash, Modern Epidemiology, ch. 15.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from yaad.measures.statistics.spells import Ending, Floats

Integers = NDArray[np.int64]
FEWEST_OTHERS = 10
"""Others that a stratum must have to be compared with."""
Z80 = 1.2815515655446004
ENDS = len(Ending)


@dataclass(frozen=True)
class Gap:
    """How far a group is below its like.

    Attributes:
        rate: share of the group that advances within the horizon.
        expected: the same of others, at the group's mix of strata.
        error: standard error of `rate` − `expected` where both are alike.
        n: deals of the group that could be compared.
        left_out: deals of the group in strata without others.
        lost: share of the group that is lost within the horizon, less that of others at the group's mix; near 0 where
            a group is only slower.
    """

    rate: float
    expected: float
    error: float
    n: int
    left_out: int
    lost: float = 0.0

    @property
    def value(self) -> float:
        """Below 0: the group advances less."""
        return self.rate - self.expected

    @property
    def range(self) -> tuple[float, float]:
        """8 of 10 cases."""
        return self.value - Z80 * self.error, self.value + Z80 * self.error

    @property
    def chance(self) -> float:
        """The chance that a group like the others looks so far below, or farther."""
        return float(ndtr(self.value / self.error)) if self.error > 0 else 1.0


@dataclass(frozen=True, eq=False)
class Rows:
    """Stays, each array one place a row.

    Attributes:
        days: whole days of stay.
        ended: an `Ending` each.
        n: how many.
        stratum: like stays have the same, from 0 on.
    """

    days: Integers
    ended: Integers
    n: Integers
    stratum: Integers

    def only(self, rows: NDArray[np.bool_]) -> "Rows":
        """Some of them."""
        return Rows(self.days[rows], self.ended[rows], self.n[rows], self.stratum[rows])


def standardised_gap(rows: Rows, inside: NDArray[np.bool_], horizon: int) -> Gap | None:
    """How far a group is below its like.

    Args:
        rows: the stays of the group and of the others.
        inside: which of them are the group's.
        horizon: days within which an advance counts.

    Returns:
        None where no stratum can be compared.

    >>> days, ended = np.array([5, 9, 5, 9]), np.array([1, 2, 1, 2])
    >>> rows = Rows(days, ended, np.array([10, 30, 20, 20]), np.zeros(4, dtype=int))
    >>> gap = standardised_gap(rows, np.array([True, True, False, False]), 10)
    >>> gap.value, round(gap.chance, 3)
    (-0.25, 0.01)
    """
    if not inside.any():
        return None
    strata = int(rows.stratum.max()) + 1
    size = horizon + 2  # what lasted longer is seen at the last place
    cell = (rows.stratum * 2 + inside) * ENDS + rows.ended
    places = cell * size + np.minimum(rows.days, horizon + 1)
    counts = np.bincount(places, rows.n, strata * 2 * ENDS * size)
    grid = np.asarray(counts, dtype=np.float64).reshape(strata, 2, ENDS, size)
    share, lost, known, total = _within(grid, horizon)
    used = (total[:, 1] > 0) & (known[:, 1] > 0) & (known[:, 0] >= FEWEST_OTHERS)
    if not used.any():
        return None
    rate, expected = share[used, 1], share[used, 0]
    n, others = known[used, 1], known[used, 0]
    pooled = (rate * n + expected * others) / (n + others)
    weight = total[used, 1] / total[used, 1].sum()
    error = sqrt(float((weight**2) @ (pooled * (1 - pooled) * (1 / n + 1 / others))))
    every, compared = int(total[:, 1].sum()), int(total[used, 1].sum())
    more_lost = float(weight @ (lost[used, 1] - lost[used, 0]))
    return Gap(float(weight @ rate), float(weight @ expected), error, compared, every - compared, more_lost)


def _within(grid: Floats, horizon: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Of each stratum and side: the shares that advance and are lost within the horizon, the deals known, and all."""
    leaving = grid.sum(axis=2)
    here = np.maximum(np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1], 1e-12)
    forward, away = grid[:, :, Ending.ADVANCED] / here, grid[:, :, Ending.LOST] / here
    stay = np.cumprod(np.clip(1 - forward - away, 0.0, 1.0), axis=-1)
    before = np.concatenate([np.ones((*stay.shape[:2], 1)), stay[..., :-1]], axis=-1)
    share, gone = ((before * hazard)[..., : horizon + 1].sum(axis=-1) for hazard in (forward, away))
    total = leaving.sum(axis=-1)
    known = total - grid[:, :, Ending.OPEN, : horizon + 1].sum(axis=-1)
    return np.asarray(share), np.asarray(gone), np.asarray(known), np.asarray(total)
