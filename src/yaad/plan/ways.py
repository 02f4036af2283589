r"""The way of a deal through the stages, day by day: by when it is won, from where it stands and how long it has.

Semi-Markov: in each stage two ends compete, their shares by day of stay (Aalen–Johansen, open stays censored); the
clock starts anew at each entry. The chance to be won within t days of a deal that has been u days in stage k is the
convolution

.. math:: P_k(t \mid u) = \sum_{r \le t} \frac{f_{1k}(u + r)}{S_k(u)} \, W_{k+1}(t - r), \qquad S = 1 - F_1 - F_2

with :math:`f_{1k}` the share of all that enter the stage that advances on a day and :math:`W_{k+1}` the chance to be
won within so many days of entering the next stage. A deal that has been there longer than any deal ever stayed has no
chance left in this sense.

Within a time only what was seen counts: what is undecided at the longest stay seen, :math:`S(\infty)`, comes after that
stay, or never. Where many deals never end, sharing it out would bring wins forward that never come. For the chance *in
the end* it is shared as the decided part was: F₁(∞) ÷ (F₁(∞) + F₂(∞)). That is an assumption, and so is that none of it
goes on (`Ways.ending`): ratios that count what is open as not sold are of that kind.

Days are those of the calendar: a stay of 2.3 days that begins at any time of a day ends 2 days later in 7 of 10 cases
and 3 days later in 3. An open deal was watched to the end of the data's day, so it can end on the next day at the
earliest. Sources: Aalen & Johansen 1978 (Scand. J. Stat. 5:141); Putter, Fiocco & Geskus 2007 (Stat. Med. 26:2389).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yaad.measures import Scope
from yaad.measures.funnels import follow, funnel_statistics
from yaad.measures.statistics import Ending, Spells

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Generator = np.random.Generator
ENDS = len(Ending)


@dataclass(frozen=True, eq=False)
class Stays:
    """Counted stays of all stages, each row with the weight it has in the estimate.

    Attributes:
        stages: how many stages there are before won.
        place, ended, days, n: stage, `Ending`, length in days and how many stays.
        weight: of each of these stays, above 0; 1 when all count alike.
    """

    stages: int
    place: Integers
    ended: Integers
    days: Floats
    n: Floats
    weight: Floats

    @classmethod
    def of_spells(cls, groups: Sequence[Sequence[Spells]], weights: Sequence[float] = (1.0,)) -> "Stays":
        """From the spells of each stage, for one group of deals or several with a weight each."""
        parts = [
            (place, ending, spells.times[counts > 0], counts[counts > 0], weight)
            for stages, weight in zip(groups, weights, strict=True)
            for place, spells in enumerate(stages)
            for ending, counts in zip(Ending, (spells.open, spells.advanced, spells.lost), strict=True)
        ]
        lengths = [len(part[2]) for part in parts]
        return cls(
            stages=max((len(stages) for stages in groups), default=0),
            place=np.repeat(np.array([part[0] for part in parts], dtype=np.int64), lengths),
            ended=np.repeat(np.array([part[1] for part in parts], dtype=np.int64), lengths),
            days=np.concatenate([np.empty(0), *(part[2] for part in parts)]),
            n=np.asarray(np.concatenate([np.empty(0), *(part[3] for part in parts)]), dtype=np.float64),
            weight=np.repeat(np.array([part[4] for part in parts], dtype=np.float64), lengths),
        )

    @classmethod
    def of(cls, scope: Scope, half_life_days: float | None = None, within_days: float | None = None) -> "Stays":
        """The stays that the funnel of a book counts, over all time.

        Args:
            scope: the facts; period and breakdown are not looked at.
            half_life_days: deals that came so many days earlier count half (by the week they came); None: all alike.
            within_days: with a half-life, only deals that came within so many days; None: all.
        """
        if half_life_days is None:
            whole = scope.asking(by=(), all_time=True)
            return cls.of_spells([found.spells for found in follow(whole, whole.rows(funnel_statistics))[:1]])
        weekly = scope.asking(by=("week",), all_time=True)
        groups = follow(weekly, weekly.rows(funnel_statistics))
        weeks = [dt.date.fromisoformat(str(found.by["week"])) for found in groups]
        ages = [max((scope.as_of - week).days - 3, 0) for week in weeks]  # the middle of the week
        late = [at for at, age in enumerate(ages) if within_days is None or age < within_days]
        return cls.of_spells([groups[at].spells for at in late], [0.5 ** (ages[at] / half_life_days) for at in late])

    @cached_property
    def _by_day(self) -> tuple[Integers, Integers, Floats, int]:
        """Row, place in the grid (stage, end, day) and share of it there; the number of days of the grid."""
        whole = np.floor(self.days).astype(np.int64)
        over = np.where(self.ended == Ending.OPEN, 0.0, self.days - whole)
        size = int(whole.max(initial=0)) + 2
        rows = np.arange(len(whole))
        split = over > 0
        at = (self.place * ENDS + self.ended) * size + whole
        return (
            np.concatenate([rows, rows[split]]),
            np.concatenate([at, at[split] + 1]),
            np.concatenate([1 - over, over[split]]),
            size,
        )

    def ways(self, rng: Generator | None = None) -> "Ways":
        """The ways that these stays tell.

        Args:
            rng: draw one of the ways that could as well be true, each stay reweighted by an exponential variate
                (Bayesian bootstrap; Rubin 1981, Ann. Stat. 9:130); None: the estimate itself.
        """
        row, at, share, size = self._by_day
        mass = self.n if rng is None else rng.standard_gamma(self.n)
        grid = np.bincount(at, (mass * self.weight)[row] * share, minlength=self.stages * ENDS * size)
        still, advanced, lost = np.moveaxis(grid.reshape(self.stages, ENDS, size), 1, 0)
        leaving = still + advanced + lost
        here = np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1]
        safe = np.where(here > 0, here, 1.0)
        stay = np.cumprod(np.clip(1 - (advanced + lost) / safe, 0.0, 1.0), axis=1)
        before = np.concatenate([np.ones((self.stages, 1)), stay[:, :-1]], axis=1)
        forward, away = before * advanced / safe, before * lost / safe
        decided = forward.sum(axis=1) + away.sum(axis=1)
        return Ways(forward, away, forward.sum(axis=1) / np.where(decided > 0, decided, 1.0))


@dataclass(frozen=True, eq=False)
class Ways:
    """By when, and with which chance, a deal is won.

    Attributes:
        advanced: of all that enter a stage, the share that goes on after so many days, shape (stages, days).
        lost: the share that is lost after so many days. What both together lack of 1 is undecided at the longest stay.
        in_the_end: the share of each stage that goes on in the end, whenever that is, shape (stages,): what is
            undecided is shared as the decided part was, unless `ending` said otherwise; 0 where nothing was decided.
    """

    advanced: Floats
    lost: Floats
    in_the_end: Floats

    @classmethod
    def of(cls, scope: Scope, half_life_days: float | None = None) -> "Ways":
        """The ways of a book's deals by all that it has seen; see `Stays.of`."""
        return Stays.of(scope, half_life_days).ways()

    def ending(self, shared: Sequence[bool]) -> "Ways":
        """The same where in the end only what is undecided in some stages is shared; in the others it does not go on.

        Args:
            shared: of each stage.
        """
        seen, decided = self.advanced.sum(axis=1), self._gone[:, -1]
        return replace(self, in_the_end=np.where(shared, seen / np.where(decided > 0, decided, 1.0), seen))

    @property
    def stages(self) -> int:
        """How many stages there are before won."""
        return len(self.advanced)

    @cached_property
    def undecided(self) -> Floats:
        """The share of each stage that is undecided at the longest stay seen, shape (stages,)."""
        return np.maximum(1 - self._gone[:, -1], 0.0)

    @cached_property
    def in_time(self) -> float:
        """Of the sales in the end, the part that comes within the longest stays seen."""
        ends = self.in_the_end
        return float(np.prod(self.advanced.sum(axis=1) / np.where(ends > 0, ends, 1.0)))

    @cached_property
    def longest(self) -> int:
        """Days of the longest stay that was decided, in any stage."""
        return int(np.flatnonzero((self.advanced + self.lost).any(axis=0)).max(initial=0))

    @cached_property
    def _gone(self) -> Floats:
        """The share decided within so many days."""
        return np.cumsum(self.advanced + self.lost, axis=1)

    def chance(self, place: int, age_days: ArrayLike | None = None) -> Floats:
        """The chance to be won in the end.

        Args:
            place: the stage's place; the number of stages is won.
            age_days: days that each deal has been there, shape (deals,); NaN, or None for one deal: it enters now.

        Returns:
            One chance a deal, shape (deals,).
        """
        ages = _ages(age_days)
        if place >= self.stages:
            return np.ones(len(ages))
        end = float(self.in_the_end[place])
        left, first = self._left(place, ages, shared=1 - float(self.advanced[place].sum()) / end if end else 0.0)
        ahead = np.append(np.cumsum(self.advanced[place][::-1])[::-1], 0.0)
        chance: Floats = ahead[np.minimum(first, len(ahead) - 1)] * left
        return np.minimum(chance, 1.0) * float(np.prod(self.in_the_end[place + 1 :]))

    def win_by(self, place: int, age_days: ArrayLike | None = None, horizon: int = 92) -> Floats:
        """The chance to be won within 0, 1, … `horizon` days from the end of the data's day, by what was seen.

        What is undecided at the longest stay of a stage comes later than that, or never, and is not in it.

        Args:
            place: the stage's place.
            age_days: days there; see `chance`.
            horizon: days.

        Returns:
            Shape (deals, horizon + 1), rising along the days. For a deal that enters now day 0 is the day of entry;
            an open one cannot end on day 0, which is over.

        >>> ways = Stays.of_spells([[Spells.count([2, 4, 4], [1, 1, 2])]]).ways()
        >>> ways.win_by(0, [0, 3], horizon=4).round(3).tolist()
        [[0.0, 0.0, 0.333, 0.333, 0.667], [0.0, 0.5, 0.5, 0.5, 0.5]]
        """
        return self.win_at(place, age_days, np.arange(horizon + 1))

    def win_at(self, place: int, age_days: ArrayLike | None, days: ArrayLike) -> Floats:
        """The chance to be won within each of `days`, shape (deals, days); see `win_by`."""
        ages, asked = _ages(age_days), np.asarray(days, dtype=np.int64)
        if place >= self.stages:
            return np.ones((len(ages), len(asked)))
        horizon = int(asked.max(initial=0))
        distinct, at = np.unique(ages, return_inverse=True)
        steps, forward = np.arange(horizon + 1), self.goes_on(place, distinct, horizon)
        onward, lag = self._entering(place + 1, horizon), asked[None, :] - steps[:, None]
        chances: Floats = np.minimum(forward @ np.where(lag >= 0, onward[np.maximum(lag, 0)], 0.0), 1.0)
        return chances[at]

    def goes_on(self, place: int, age_days: ArrayLike | None, horizon: int) -> Floats:
        """The chance to go on from a stage 0, 1, … `horizon` days from the end of the data's day.

        Returns:
            Shape (deals, horizon + 1); of an open deal day 0 is over.
        """
        ages, steps = _ages(age_days), np.arange(horizon + 1)
        left, first = self._left(place, ages)
        padded = np.concatenate([self.advanced[place], np.zeros(horizon + 2)])
        ahead = np.minimum(first[:, None] - (ages >= 0)[:, None] + steps, len(padded) - 1)
        forward: Floats = padded[ahead] * left[:, None]
        forward[ages >= 0, 0] = 0.0  # what was to end on that day has ended
        return forward

    def draw(self, places: ArrayLike, age_days: ArrayLike, rng: Generator) -> tuple[NDArray[np.bool_], Integers]:
        """One end of each deal.

        Args:
            places: stage of each deal.
            age_days: days that it has been there; NaN: it enters now.
            rng: where the numbers come from.

        Returns:
            Whether it is won, and on which day from the end of the data's day it ends, shape (deals,) both. What is
            undecided at the longest stay seen is not won.
        """
        place = np.array(places, dtype=np.int64)
        age = np.where(np.isnan(given := np.asarray(age_days, dtype=np.float64)), -1, np.floor(given)).astype(np.int64)
        alive, day = np.ones(len(place), dtype=bool), np.zeros(len(place), dtype=np.int64)
        for stage in range(self.stages):
            here = np.flatnonzero(alive & (place == stage))
            if not len(here):
                continue
            gone, size = self._gone[stage], self._gone.shape[1]
            past = age[here]
            begun = np.where(past >= 0, gone[np.clip(past, 0, size - 1)], 0.0)
            level = begun + (1 - begun) * rng.random(len(here))
            stayed = np.maximum(np.minimum(np.searchsorted(gone, level, side="right"), self.longest), past)
            both = (self.advanced + self.lost)[stage, np.minimum(stayed, size - 1)]
            share = np.where(both > 0, self.advanced[stage, np.minimum(stayed, size - 1)] / np.maximum(both, 1e-300), 0)
            forward = (rng.random(len(here)) < share) & (begun < 1 - 1e-12) & (level < gone[-1])
            day[here] += stayed - np.maximum(past, 0)
            alive[here[~forward]] = False
            place[here[forward]] += 1
            age[here] = -1
        return alive & (place >= self.stages), day

    def _left(self, place: int, ages: Floats, shared: float = 0.0) -> tuple[Floats, Integers]:
        """What one share is worth of those still there after each age (0: nobody is), and the first day to come.

        Of those still there the part `shared` goes the way of the others.
        """
        first = np.where(ages >= 0, ages + 1, 0).astype(np.int64)
        still = np.concatenate([[1.0], 1 - self._gone[place]])[np.minimum(first, self._gone.shape[1])] - shared
        return np.where(still > 1e-12, 1 / np.maximum(still, 1e-12), 0.0), first

    def _entering(self, place: int, horizon: int) -> Floats:
        """The chance to be won within 0…`horizon` days of entering a stage."""
        days: Floats = np.zeros(horizon + 1)
        days[0] = 1.0
        for stage in range(place, self.stages):
            steps = np.convolve(days, self.advanced[stage][: horizon + 1])[: horizon + 1]
            days = np.asarray(steps, dtype=np.float64)
        return np.asarray(np.cumsum(days), dtype=np.float64)


def _ages(age_days: ArrayLike | None) -> Floats:
    """Whole days of age; −1 where a deal enters now."""
    ages = np.atleast_1d(np.asarray(np.nan if age_days is None else age_days, dtype=np.float64))
    return np.asarray(np.where(np.isnan(ages), -1.0, np.floor(ages)), dtype=np.float64)
