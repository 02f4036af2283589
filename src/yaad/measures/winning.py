"""The chance that an open deal is won, by its stage and how long it has been there, and what that makes of all of them.

In the stage itself: (F₁(∞) − F₁(u)) / S(u) at age u – what is still to advance, of what lasts longer than u –, drawn to
the share of the whole stage as if `DRAWN` deals more had come to that age, so that the last few do not promise all or
nothing. From there on the product of the expected shares of the later stages (semi-Markov). A deal that has been there
longer than any deal that ever moved on has next to no chance left. Source: Putter, Fiocco & Geskus 2007 (Stat. Med.
26:2389).

A closed deal has no chance: it is won or lost. Whatever is added up here is of open deals only.
"""

from dataclasses import dataclass
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np

from yaad.measures.funnels import Followed, first_stays, follow, funnel_statistics
from yaad.measures.scope import Scope
from yaad.measures.statistics import Share, aalen_johansen
from yaad.measures.statistics.intervals import Z95
from yaad.measures.statistics.spells import Floats
from yaad.model import FEW

DRAWN = 0.5
"""The share of the whole stage has the weight of so many deals at any age."""


@dataclass(frozen=True)
class StageChances:
    """The chances by stage and age, by all that a book has seen.

    Attributes:
        deals: the deals of the book, followed through the stages.
    """

    deals: Followed

    @classmethod
    def of(cls, scope: Scope) -> "StageChances":
        """The chances of a book; the period and the breakdown of the question are not looked at."""
        whole = scope.asking(by=(), all_time=True)
        return cls(follow(whole, whole.rows(funnel_statistics))[0])

    @property
    def is_known(self) -> bool:
        """Whether the book has seen a deal end: before that the least that it can be is all that anybody could say."""
        return self.decided > 0

    @property
    def is_few(self) -> bool:
        """Whether so few have ended that a chance is no more than a hint, and a sum by chances is not told."""
        return self.decided < FEW

    @property
    def decided(self) -> int:
        """Deals that have ended, of those that the chances rest on: where only lists tell stages, those watched."""
        stages = self.deals.stages
        return self.deals.entered(stages) + self.deals.lost_between(0, stages)

    def share_from(self, place: int) -> Share:
        """Of the deals that enter the stage at `place`, the share that is won, with its range."""
        return self.deals.expected(place, self.deals.stages)

    def from_stage(self, place: int) -> float:
        """The same as a number: the least it can be where nobody can tell; 1 behind the last stage."""
        return self._later[place]

    @cached_property
    def _later(self) -> tuple[float, ...]:
        return (*(_told(self.share_from(place)) for place in range(self.deals.stages)), 1.0)

    @cached_property
    def _incidences(self) -> tuple[tuple[Floats, Floats, Floats], ...]:
        """Of each stage the lengths seen, and before and after each of them what is undecided and what has advanced."""
        found = []
        for spells in self.deals.spells:
            incidence = aalen_johansen(spells)
            undecided = np.concatenate([[1.0], incidence.survival])
            found.append((incidence.spells.times, undecided, np.concatenate([[0.0], incidence.advanced])))
        return tuple(found)

    def winning(self, place: int, days: Floats) -> Floats:
        """The chance of each deal in the stage at `place` after so many days there; NaN: an unknown time, as new."""
        times, undecided, advanced = self._incidences[place]
        if not len(times):
            return np.zeros(len(days))
        at = np.searchsorted(times, np.nan_to_num(days, nan=-1.0), side="right")
        few = DRAWN / self.deals.spells[place].total
        ahead = advanced[-1] - advanced[at] + few * _told(self.deals.shares[place])
        chance: Floats = ahead / (undecided[at] + few) * self.from_stage(place + 1)
        return chance

    def chances(self, places: np.ndarray, days: Floats) -> Floats:
        """The chance of each deal, by its stage and its days there; see `winning`."""
        found = np.zeros(len(days))
        for place in np.unique(places).tolist():
            here = places == place
            found[here] = self.winning(int(place), days[here])
        return found

    def bring(self, places: np.ndarray, days: Floats, worth: Floats, squares: Floats) -> tuple[float, float]:
        """What open deals bring in the end on average, and its variance.

        The variance is that of the outcome – each deal is won or not – and of the shares, which are known from the
        past only so well (delta method; a stage's share weighs on all deals that are still before its end).

        Args:
            places: the stage of each group of like deals.
            days: how long they have been there.
            worth: the sum of what the deals of each group are worth.
            squares: the sum of the squares of it.
        """
        return self.spread(places, self.chances(places, days), worth, squares)

    def spread(self, places: np.ndarray, chance: Floats, worth: Floats, squares: Floats) -> tuple[float, float]:
        """The same of deals whose chances are known already."""
        mean = float(chance @ worth)
        variance = float((chance * (1 - chance)) @ squares)
        for place, share in enumerate(self.deals.shares):
            if share.rate:
                before_its_end = places <= place
                reached = float(chance[before_its_end] @ worth[before_its_end])
                variance += reached**2 * share.variance / share.rate**2
        return mean, variance


def between(mean: float, variance: float, most: float) -> tuple[float, float]:
    """Between what a sum lies in 19 of 20 cases: normal, not below nothing and not above all that there is."""
    half = Z95 * float(np.sqrt(variance))
    return max(mean - half, 0.0), min(mean + half, most)


def standing(scope: Scope, deals: ir.Table) -> ir.Table:
    """Open deals, each with the place of its furthest stage and the days since it came there.

    A stage without a history belongs to the last one before it that has one: the days are since that one was entered,
    as they are of the stays from which the chances are told (see `build_visits`). Where that is unknown they are null.

    Args:
        scope: the question.
        deals: rows of the scope's deals.

    Returns:
        The rows of the open ones with the columns ``place`` and ``days`` beside.
    """
    still = deals.filter(deals.outcome == "open")
    last = max(len(scope.stages) - 1, 0)
    place = ibis.least(ibis.greatest(still.furthest.cast("int64"), ibis.literal(0)), ibis.literal(last))
    still = still.mutate(place=ibis.coalesce(place, ibis.literal(0)))
    stays = first_stays(scope, scope.visits)
    stays = stays.filter(stays.first_ended == "open")
    stays = stays.select(of_deal="deal", of_place=stays["position"].cast("int64"), so_far="days")
    both = still.left_join(stays, (still.deal == stays.of_deal) & (still.place == stays.of_place))
    return both.mutate(days=both.so_far).select(*still.columns, "days")


def _told(share: Share) -> float:
    return share.floor if share.rate is None else share.rate
