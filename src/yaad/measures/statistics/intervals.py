"""Intervals at 95 % in closed form: rates, means, ratios of sums."""

from math import sqrt
from typing import NamedTuple

from scipy.special import stdtrit

LEVEL = 0.95
"""The level of every interval of the catalogue."""
Z95 = 1.959963984540054
"""The normal quantile of 0.975."""


class Estimate(NamedTuple):
    """A value and the ends of its interval; None where it is not told or not reached."""

    value: float | None
    low: float | None
    high: float | None


def wilson(successes: float, n: float) -> tuple[float, float]:
    """Wilson's score interval of a rate, without continuity correction; (0, 1) when n is 0.

    Source: Wilson 1927 (J. Am. Stat. Assoc. 22:209); recommended by Brown, Cai & DasGupta 2001 (Stat. Sci. 16:101).

    >>> tuple(round(end, 4) for end in wilson(8, 10))
    (0.4902, 0.9433)
    """
    if n <= 0:
        return 0.0, 1.0
    rate, square = successes / n, Z95**2
    centre = (rate + square / (2 * n)) / (1 + square / n)
    half = Z95 * sqrt(max(rate * (1 - rate), 0.0) / n + square / (4 * n**2)) / (1 + square / n)
    # at 0 and at 1 the formula gives the edge itself up to rounding
    low = 0.0 if successes <= 0 else max(centre - half, 0.0)
    high = 1.0 if successes >= n else min(centre + half, 1.0)
    return low, high


def wilson_effective(rate: float, variance: float, n: float) -> tuple[float, float]:
    """Wilson's interval of a rate whose variance is known: at the n that a plain rate would need for it.

    Args:
        rate: 0–1.
        variance: of the rate; where it is 0 (all or nothing) `n` is used.
        n: decided deals behind it.
    """
    size = rate * (1 - rate) / variance if variance > 0 and 0 < rate < 1 else n
    return wilson(rate * size, size)


def mean_of(n: int, total: float, squares: float) -> Estimate:
    """The mean of n values and Student's interval, from their sum and sum of squares; no interval below two values.

    Source: Student 1908 (Biometrika 6:1).
    """
    if n < 1:
        return Estimate(None, None, None)
    mean = total / n
    if n < 2:
        return Estimate(mean, None, None)
    variance = max(squares - n * mean**2, 0.0) / (n - 1)
    half = float(stdtrit(n - 1, 0.975)) * sqrt(variance / n)
    return Estimate(mean, mean - half, mean + half)


def share_of_sum(n: int, part: float, total: float, squares_part: float, squares: float) -> Estimate:
    """The share that some deals have of the sum of all amounts, as Σ part ÷ Σ total, with its interval.

    Linearised variance of a ratio of sums (Cochran 1977, 6.3), laid out as a Wilson interval at the effective n.

    Args:
        n: deals with an amount.
        part: sum of the amounts of those that count.
        total: sum of all amounts.
        squares_part: sum of the squared amounts of those that count.
        squares: sum of all squared amounts.
    """
    if n < 1 or total <= 0:
        return Estimate(None, None, None)
    rate = part / total
    residual = (1 - 2 * rate) * squares_part + rate**2 * squares
    variance = max(residual, 0.0) / total**2 * (n / (n - 1) if n > 1 else 1.0)
    return Estimate(rate, *wilson_effective(rate, variance, n))
