"""Spells: how long something lasted and how it ended, counted per length."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

NONE: Floats = np.empty(0, dtype=np.float64)
NOBODY: Counts = np.empty(0, dtype=np.int64)


class Ending(IntEnum):
    """How a spell ended, as far as is seen."""

    OPEN = 0
    ADVANCED = 1
    LOST = 2


@dataclass(frozen=True)
class Spells:
    """Spells counted per length: the sufficient statistics of every estimator here.

    Attributes:
        times: different lengths in days, rising.
        advanced: spells of that length that ended well (cause 1).
        lost: spells of that length that ended badly (cause 2).
        open: spells of that length that still run (censored: they lasted at least so long).
        late: lengths at which spells came under observation only then (left truncation), rising; mostly empty.
        late_counts: how many at each of `late`.
    """

    times: Floats
    advanced: Counts
    lost: Counts
    open: Counts
    late: Floats = field(default_factory=lambda: NONE)
    late_counts: Counts = field(default_factory=lambda: NOBODY)

    @classmethod
    def count(
        cls,
        lengths: ArrayLike,
        endings: ArrayLike,
        counts: ArrayLike | None = None,
        *,
        seen_from: ArrayLike | None = None,
    ) -> "Spells":
        """Count spells that come in any order, with repeats.

        Args:
            lengths: days, ≥ 0; negative ones are taken as 0.
            endings: an `Ending` each.
            counts: how many spells each row stands for; 1 when left out.
            seen_from: length at which each came under observation; 0, from its start, when left out.

        >>> Spells.count([2.0, 1.0, 2.0], [1, 0, 2]).times.tolist()
        [1.0, 2.0]
        """
        days = np.maximum(np.asarray(lengths, dtype=np.float64), 0.0)
        causes = np.asarray(endings, dtype=np.int64)
        number = np.ones(len(days), dtype=np.int64) if counts is None else np.asarray(counts, dtype=np.int64)
        times, place = np.unique(days, return_inverse=True)
        per_cause = np.zeros((3, len(times)), dtype=np.int64)
        np.add.at(per_cause, (causes, place), number)
        late, late_counts = NONE, NOBODY
        if seen_from is not None:
            start = np.asarray(seen_from, dtype=np.float64)
            after = start > 0
            late, at = np.unique(start[after], return_inverse=True)
            late_counts = np.zeros(len(late), dtype=np.int64)
            np.add.at(late_counts, at, number[after])
        return cls(
            times,
            per_cause[Ending.ADVANCED],
            per_cause[Ending.LOST],
            per_cause[Ending.OPEN],
            late,
            late_counts,
        )

    @property
    def total(self) -> int:
        """Spells in all."""
        return int(self.advanced.sum() + self.lost.sum() + self.open.sum())

    @property
    def running(self) -> int:
        """Spells that still run."""
        return int(self.open.sum())

    @property
    def ended(self) -> Counts:
        """Spells per length that ended, well or badly."""
        return self.advanced + self.lost

    @property
    def at_risk(self) -> Counts:
        """Spells under observation just before each length: begun to be seen earlier, not yet ended or left."""
        leaving = self.ended + self.open
        before = np.concatenate([[0], np.cumsum(leaving)[:-1]]) if len(leaving) else leaving
        here = leaving.sum() - before
        if not len(self.late):
            return np.asarray(here, dtype=np.int64)
        seen = np.concatenate([[0], np.cumsum(self.late_counts)])
        not_yet = seen[-1] - seen[np.searchsorted(self.late, self.times, side="left")]
        return np.asarray(here - not_yet, dtype=np.int64)

    def passed(self, count: int) -> "Spells":
        """With `count` more spells that advanced in no time: those that skipped the stage."""
        if count <= 0:
            return self
        return self.joined(Spells.count([0.0], [Ending.ADVANCED], [count]))

    def joined(self, *others: "Spells") -> "Spells":
        """These and the `others` together."""
        return pooled([self, *others])


def pooled(parts: Sequence[Spells]) -> Spells:
    """Several groups of spells as one."""
    times = np.concatenate([part.times for part in parts for _ in range(3)] or [NONE])
    endings = np.concatenate(
        [np.full(len(part.times), ending) for part in parts for ending in Ending] or [NOBODY],
    )
    counts = np.concatenate([each for part in parts for each in (part.open, part.advanced, part.lost)] or [NOBODY])
    kept = counts > 0
    joined = Spells.count(times[kept], endings[kept], counts[kept])
    late = np.concatenate([part.late for part in parts] or [NONE])
    if not len(late):
        return joined
    starts, at = np.unique(late, return_inverse=True)
    late_counts = np.zeros(len(starts), dtype=np.int64)
    np.add.at(late_counts, at, np.concatenate([part.late_counts for part in parts]))
    return Spells(joined.times, joined.advanced, joined.lost, joined.open, starts, late_counts)
