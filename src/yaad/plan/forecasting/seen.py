"""What a forecast rests on: what a book shows on one day, as numbers without names."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from yaad.plan.ways import Floats, Integers, Stays


@dataclass(frozen=True, eq=False)
class OpenDeals:
    """The deals that are open on the day.

    Attributes:
        place: stage of each deal.
        age: days that it has been there; NaN when unknown.
        size: money that it brings when it is won; NaN when unknown.
        part: whose it is (a person, a product…), as a code from 0; all 0 without a breakdown.
    """

    place: Integers
    age: Floats
    size: Floats
    part: Integers

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True, eq=False)
class Frequencies:
    """How often each value of a field stood at won and at lost deals, and which one each open deal has.

    Attributes:
        won, lost: closed deals by value, shape (values,).
        of_open: the value of each open deal; −1 when it has none.
    """

    won: Floats
    lost: Floats
    of_open: Integers


@dataclass(frozen=True, eq=False)
class Seen:
    """What a book shows at the end of a day.

    Past months are whole and rise in time up to the first of the months ahead; that one may have begun before the day.

    Attributes:
        stays: the stays of all deals, weighted.
        open: the open deals.
        decided: deals by furthest stage (the last row: won) and `Ending`, shape (stages + 1, 3).
        arrivals: inquiries of each past month.
        work: working days of each past month.
        won: deals won in each past month.
        money: money won in each past month.
        sizes: money of deals that were won; `size_weights` says how much each counts.
        ends: days from the day to the end of each month ahead, rising, at least 1.
        begins: days from the day to the first day of each month ahead, less one; below 0 when it has begun.
        work_ahead: working days of each month ahead that are still to come, and of the whole month.
        calendar_month: of each past month and then of each month ahead, 0…11; empty where years have no meaning.
        frequencies: fields for the score by frequencies.
        parts: how many parts there are.
        part_wins: deals won of late by part, weighted as `sizes` are, shape (parts,).
    """

    stays: Stays
    open: OpenDeals
    decided: Integers
    arrivals: Floats
    work: Floats
    won: Floats
    money: Floats
    sizes: Floats
    size_weights: Floats
    ends: Integers
    begins: Integers
    work_ahead: Floats
    work_whole: Floats
    calendar_month: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    frequencies: tuple[Frequencies, ...] = ()
    parts: int = 1
    part_wins: Floats = field(default_factory=lambda: np.ones(1))

    @property
    def months(self) -> int:
        """How many months lie ahead."""
        return len(self.ends)


def shares(weights: NDArray[np.float64]) -> Floats:
    """Weights that sum to 1; equal ones where there is none."""
    total = float(weights.sum())
    return np.asarray(weights / total if total > 0 else np.full(len(weights), 1 / max(len(weights), 1)))
