"""What each customer has bought so far, counted: the sufficient statistics of the models of buying."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yaad.measures.statistics.spells import Counts, Floats

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Histories:
    """Customers counted per history; only different ones are kept.

    Attributes:
        repeats: further purchase days after the first (x).
        span: from the first to the last purchase, in any unit of time (t_x); 0 where there is no further one.
        age: from the first purchase to the day of the data, same unit (T).
        counts: customers with this history.
    """

    repeats: Floats
    span: Floats
    age: Floats
    counts: Counts

    @classmethod
    def count(cls, repeats: ArrayLike, span: ArrayLike, age: ArrayLike, counts: ArrayLike | None = None) -> "Histories":
        """Count customers that come in any order.

        >>> Histories.count([0, 2, 0], [0, 5, 0], [9, 9, 9]).counts.tolist()
        [2, 1]
        """
        columns = [np.asarray(each, dtype=np.float64) for each in (repeats, span, age)]
        number = np.ones(len(columns[0]), dtype=np.int64) if counts is None else np.asarray(counts, dtype=np.int64)
        (first, second, third), place = distinct(*columns)
        total = np.bincount(place, weights=number, minlength=len(first)).astype(np.int64)
        return cls(first, second, third, total)

    @property
    def n(self) -> int:
        """Customers in all."""
        return int(self.counts.sum())

    @property
    def returned(self) -> int:
        """Customers who bought again."""
        return int(self.counts[self.repeats > 0].sum())

    @cached_property
    def levels(self) -> tuple[tuple[Floats, Places], ...]:
        """Of repeats, span and age: the different values, and which of them each row has."""
        return tuple(_levels(column) for column in (self.repeats, self.span, self.age))


def distinct(*columns: Floats) -> tuple[tuple[Floats, ...], Places]:
    """The different rows of some columns, and which of them each row is.

    Sorting one column of whole numbers is much faster than sorting rows.
    """
    found = [_levels(column) for column in columns]
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for values, place in found:
        code = code * len(values) + place
    codes, first, place = np.unique(code, return_index=True, return_inverse=True)
    return tuple(column[first] for column in columns), place.reshape(len(code)) if len(codes) else place


def _levels(column: Floats) -> tuple[Floats, Places]:
    """`np.unique` with places; whole numbers of a short range are counted instead of sorted."""
    whole = column.astype(np.int64) if len(column) else np.empty(0, dtype=np.int64)
    if len(column) and np.array_equal(whole, column) and whole.min() >= 0 and whole.max() < 4 * len(column) + 65_536:
        seen = np.zeros(int(whole.max()) + 1, dtype=bool)
        seen[whole] = True
        return np.flatnonzero(seen).astype(np.float64), (np.cumsum(seen) - 1)[whole]
    values, place = np.unique(column, return_inverse=True)
    return values, place
