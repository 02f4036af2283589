"""Rates of several groups, each drawn towards what the groups have in common: the fewer its deals, the more.

A group's rate is Beta(mean × size, (1 − mean) × size); mean and size are not fitted but averaged over a grid of 31 by
31, with a weak prior on how much the groups differ (half-normal, standard deviation 0.10), so that few groups do not
make them look alike (or worlds apart). Given both, a group with w of n has
Beta(mean × size + w, (1 − mean) × size + n − w).

Sources: Robbins 1956; Casella 1985 (Am. Stat. 39:83); Gelman et al., Bayesian Data Analysis, 5.3. Draws are
quasi-random with a fixed seed, the same for the same question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy.special import betaincinv, betaln

from yaad.measures.statistics.aalen_johansen import Share
from yaad.measures.statistics.spells import Floats

GRID = 31
DRAWS = 1024
SEED = 19_850
DIFFER = 0.10
"""Standard deviation of the prior on how much the groups' rates differ."""
SIZES = (5.0, 2000.0)


@dataclass(frozen=True, eq=False)
class Shrunk:
    """What a group's rate may be.

    Attributes:
        draws: equally likely values.
    """

    draws: Floats

    @property
    def rate(self) -> float:
        """The mean of the draws."""
        return float(self.draws.mean())

    @property
    def range(self) -> tuple[float, float]:
        """8 of 10 draws lie between these."""
        low, high = np.quantile(self.draws, [0.1, 0.9])
        return float(low), float(high)


def shrunk(won: Sequence[float], of: Sequence[float]) -> list[Shrunk]:
    """What the rate of each of several groups may be.

    Args:
        won: of each group, how many succeeded; fractions are fine (see `as_counts`).
        of: of how many.

    >>> few, many = shrunk([5, 30], [10, 300])
    >>> few.rate < 0.5 and abs(many.rate - 0.1) < 0.02
    True
    """
    from scipy.stats import qmc  # takes a second to load, which other figures need not pay

    hits, n = np.asarray(won, dtype=np.float64), np.asarray(of, dtype=np.float64)
    if not len(n):
        return []
    chosen_a, chosen_b = _grid(hits, n)
    points = qmc.Sobol(len(n) + 1, scramble=True, rng=SEED).random(DRAWS)
    weight = np.cumsum(chosen_a[1])
    at = np.minimum(np.searchsorted(weight, points[:, 0] * weight[-1]), len(weight) - 1)
    first, second = chosen_a[0][at], chosen_b[at]
    return [
        Shrunk(np.asarray(betaincinv(first + win, second + every - win, points[:, place + 1]), dtype=np.float64))
        for place, (win, every) in enumerate(zip(hits, n, strict=True))
    ]


def _grid(won: Floats, of: Floats) -> tuple[tuple[Floats, Floats], Floats]:
    """The two parameters of each point of the grid, and the first one's weights."""
    pooled_a, pooled_b = won.sum() + 0.5, (of - won).sum() + 0.5
    # the mean of groups that differ may lie far off the pooled rate: twice the room that the pooled counts leave
    low, high = betaincinv(max(pooled_a / 20, 0.5), max(pooled_b / 20, 0.5), [0.001, 0.999])
    mean = np.linspace(max(low, 1e-4), min(high, 1 - 1e-4), GRID)[:, None]
    size = np.exp(np.linspace(log(SIZES[0]), log(SIZES[1]), GRID))[None, :]
    first, second = mean * size, (1 - mean) * size
    spread = np.sqrt(mean * (1 - mean) / (size + 1))
    fit = np.log(spread) - 0.5 * (spread / DIFFER) ** 2  # a grid even in log(size) is even in log(spread)
    for win, every in zip(won, of, strict=True):
        fit = fit + betaln(first + win, second + every - win) - betaln(first, second)
    weight = np.exp(fit - fit.max()).ravel()
    return (first.ravel(), np.asarray(weight / weight.sum(), dtype=np.float64)), second.ravel()


def as_counts(share: Share) -> tuple[float, float]:
    """An expected share as (won, of): as many plain decided deals as would be as sure of it.

    A share of undecided deals is less sure than its deals are many: p(1 − p) ÷ variance of them.
    """
    if share.rate is None:
        return 0.0, 0.0
    inside = 0 < share.rate < 1 and share.variance > 0
    of = share.rate * (1 - share.rate) / share.variance if inside else float(share.decided)
    return share.rate * of, of
