"""Values that are all known (nothing still runs), counted per value."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from yaad.measures.statistics.intervals import Estimate, mean_of
from yaad.measures.statistics.kaplan_meier import kaplan_meier
from yaad.measures.statistics.spells import Counts, Ending, Floats, Spells


@dataclass(frozen=True)
class Sample:
    """Different values, rising, and how often each came."""

    values: Floats
    counts: Counts

    @classmethod
    def count(cls, values: ArrayLike, counts: ArrayLike | None = None) -> "Sample":
        """Count values that come in any order, with repeats."""
        each = np.asarray(values, dtype=np.float64)
        number = np.ones(len(each), dtype=np.int64) if counts is None else np.asarray(counts, dtype=np.int64)
        distinct, place = np.unique(each, return_inverse=True)
        total = np.zeros(len(distinct), dtype=np.int64)
        np.add.at(total, place, number)
        return cls(distinct, total)

    @property
    def n(self) -> int:
        """Values in all."""
        return int(self.counts.sum())

    def mean(self) -> Estimate:
        """The mean with Student's interval, cut at 0 where no value is below it."""
        total = float(np.dot(self.values, self.counts))
        centre = total / self.n if self.n else 0.0
        spread = float(np.dot((self.values - centre) ** 2, self.counts))  # no loss of digits when values are large
        value, low, high = mean_of(self.n, total, spread + self.n * centre**2)
        if low is not None and self.values[0] >= 0:
            low = max(low, 0.0)
        return Estimate(value, low, high)

    def median(self) -> Estimate:
        """The middle value (the mean of the two middle ones when n is even) with its log-log interval.

        The interval is that of `kaplan_meier` where nothing still runs, from two values on. It is read off the ranks of
        the values, since amounts may be below 0.
        """
        if not self.n:
            return Estimate(None, None, None)
        ranks = np.cumsum(self.counts)
        below, above = (np.searchsorted(ranks, rank, side="left") for rank in ((self.n + 1) // 2, self.n // 2 + 1))
        middle = float(self.values[below] + self.values[above]) / 2
        if self.n < 2:
            return Estimate(middle, None, None)
        places = Spells.count(np.arange(len(self.values)), np.full(len(self.values), Ending.ADVANCED), self.counts)
        low, high = kaplan_meier(places).quantile_interval(0.5)
        return Estimate(middle, self._value(low), self._value(high))

    def quantile(self, share: float) -> float | None:
        """The least value that at least `share` of the values do not exceed."""
        if not self.n:
            return None
        rank = int(np.ceil(share * self.n - 1e-9))
        return float(self.values[np.searchsorted(np.cumsum(self.counts), max(rank, 1), side="left")])

    def _value(self, place: float | None) -> float | None:
        return None if place is None else float(self.values[int(place)])
