"""Customers who buy and stop as BG/NBD says (Fader, Hardie & Lee 2005, Marketing Science 24:275)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
AGES = (100, 600)
"""Days since the first purchase: from, and up to but without."""


@dataclass(frozen=True)
class Bought:
    """What customers bought, and the truth of who stopped.

    Attributes:
        repeats: repeated purchases of each customer.
        span: days from the first purchase to the last.
        age: days since the first.
        stopped: whether the customer has stopped for good.
        buyer: of each repeated purchase, the customer.
        day: of each repeated purchase, days since the customer's first.
    """

    repeats: Floats
    span: Floats
    age: Floats
    stopped: NDArray[np.bool_]
    buyer: NDArray[np.int64]
    day: Floats


def draw_purchases(n: int, truth: Sequence[float], rng: np.random.Generator) -> Bought:
    """Every purchase of `n` customers.

    Args:
        n: customers.
        truth: r, alpha, a, b: the rate of purchases a day is Gamma(r, 1 ÷ alpha) over the customers, the chance to
            stop after a repeated purchase Beta(a, b); with a = 0 nobody ever stops.
        rng: where the numbers come from.
    """
    r, alpha, a, b = truth
    rate, stops = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n) if a else np.zeros(n)
    age = rng.integers(*AGES, n).astype(np.float64)
    repeats, span, now, going = np.zeros(n), np.zeros(n), np.zeros(n), np.arange(n)
    stopped, buyer, day = np.zeros(n, dtype=bool), [going[:0]], [now[:0]]
    while len(going):
        now[going] += rng.exponential(1 / rate[going])
        going = going[now[going] <= age[going]]
        repeats[going] += 1
        span[going] = now[going]
        buyer.append(going)
        day.append(now[going])
        goes_on = rng.random(len(going)) > stops[going]
        stopped[going[~goes_on]] = True
        going = going[goes_on]
    return Bought(repeats, span, age, stopped, np.concatenate(buyer), np.concatenate(day))


def draw_buyers(n: int, truth: Sequence[float], rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """What is seen of `n` customers: see `draw_purchases`.

    Returns:
        Repeated purchases, days from the first purchase to the last, and days since the first, shape (n,) each.
    """
    bought = draw_purchases(n, truth, rng)
    return bought.repeats, bought.span, bought.age
