"""Customers who buy and stop as BG/NBD says (Fader, Hardie & Lee 2005, Marketing Science 24:275)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
AGES = (100, 600)
"""Days since the first purchase: from, and up to but without."""


def draw_buyers(n: int, truth: Sequence[float], rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """What is seen of `n` customers.

    Args:
        n: customers.
        truth: r, alpha, a, b: the rate of purchases a day is Gamma(r, 1 ÷ alpha) over the customers, the chance to
            stop after a repeated purchase Beta(a, b).
        rng: where the numbers come from.

    Returns:
        Repeated purchases, days from the first purchase to the last, and days since the first, shape (n,) each.
    """
    r, alpha, a, b = truth
    rate, stops = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    age = rng.integers(*AGES, n).astype(np.float64)
    repeats, span, now, going = np.zeros(n), np.zeros(n), np.zeros(n), np.arange(n)
    while len(going):
        now[going] += rng.exponential(1 / rate[going])
        going = going[now[going] <= age[going]]
        repeats[going] += 1
        span[going] = now[going]
        going = going[rng.random(len(going)) > stops[going]]
    return repeats, span, age
