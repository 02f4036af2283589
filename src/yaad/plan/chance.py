"""How sure: the chance that inquiries become at least so many customers.

With ratios known exactly the customers of N inquiries are Binomial(N, p). With ratios from the past each step's ratio
is uncertain: Beta(won + ½, lost + ½) (Jeffreys' prior), p is the product of the steps, and the chance is averaged over
p (posterior predictive; Gelman et al., Bayesian Data Analysis, §2.4). The average is taken over quasi-random draws of
a fixed seed, so that the same question has the same answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, isqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

from yaad.plan.ratios import Ratio, steps_of

DRAWS = 4096  # a power of two, as a Sobol sequence wants; with 32 times more the answers for 50 customers are the same
SEED = 20_110


@dataclass(frozen=True, eq=False)
class Chances:
    """What one inquiry's chance to reach a stage may be.

    Attributes:
        draws: equally likely values in (0, 1]; a single one when the chance is known exactly.
    """

    draws: NDArray[np.float64]

    def at_least(self, count: int, inquiries: int) -> float:
        """Chance that at least `count` of `inquiries` reach the stage.

        The upper tail of the binomial is a regularised incomplete beta function (Abramowitz & Stegun 26.5.24).
        """
        if count <= 0:
            return 1.0
        return float(np.mean(betainc(count, inquiries - count + 1, self.draws))) if count <= inquiries else 0.0

    def inquiries_for(self, count: int, level: float) -> int:
        """Fewest inquiries of which at least `count` reach the stage with chance `level`."""
        guess = ceil(count / self._mean)
        return smallest(lambda inquiries: self.at_least(count, inquiries) >= level, count, guess)

    def surely(self, inquiries: int, level: float) -> int:
        """The largest count that is reached or passed with chance `level`."""
        return smallest(lambda count: self.at_least(count + 1, inquiries) < level, 0, int(inquiries * self._mean))

    def at_most(self, inquiries: int, level: float) -> int:
        """The smallest count that is not passed with chance `level`."""
        guess = int(inquiries * self._mean)
        return smallest(lambda count: self.at_least(count + 1, inquiries) <= 1 - level, 0, guess)

    @property
    def _mean(self) -> float:
        return float(np.mean(self.draws))


def smallest(holds: Callable[[int], bool], start: int, guess: int) -> int:
    """The smallest integer from `start` on for which `holds`; once true it stays true.

    Steps of doubling size lead from `guess` across the answer, then the span is halved.

    >>> [smallest(lambda n: n * n >= 50, 1, guess) for guess in (1, 8, 100)]
    [8, 8, 8]
    """
    step = isqrt(max(guess, 1))
    low, high = start - 1, max(guess, start)
    if holds(high):
        while (lower := high - step) > low:
            if not holds(lower):
                low = lower
                break
            high, step = lower, 2 * step
    else:
        low = high
        while not holds(low + step):
            low, step = low + step, 2 * step
        high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def chances_of(ratios: Sequence[Ratio]) -> list[Chances]:
    """For each stage of a funnel, what one inquiry's chance to reach it may be.

    Args:
        ratios: the funnel; steps without counts are taken as known exactly.

    Returns:
        One `Chances` a ratio; the last one is the chance of a sale.
    """
    steps = steps_of(ratios)
    uncertain = sum(step.won is not None for step in steps)
    columns = iter(_uniform(uncertain).T)
    part: NDArray[np.float64] = np.ones(1)
    chances: list[Chances] = []
    for ratio, step in zip(ratios, steps, strict=True):
        if step.won is None or step.lost is None:
            part = part * float(step.ratio)
        else:
            part = part * betaincinv(step.won + 0.5, step.lost + 0.5, next(columns))
        # one multiplication of exact fractions leaves less dust than a product of rounded steps
        chances.append(Chances(part if len(part) > 1 else np.array([float(ratio.of_inquiries)])))
    return chances


def _uniform(dimensions: int) -> NDArray[np.float64]:
    """Points that fill the unit cube evenly, the same ones each time; shape (DRAWS, dimensions)."""
    if not dimensions:
        return np.empty((0, 0))
    from scipy.stats import qmc  # takes a second to load, which typed ratios need not pay

    return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=SEED).random(DRAWS), dtype=np.float64)
