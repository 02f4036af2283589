"""The chance that an open deal is won, by its stage and how long it has been there; for ranking, not for show.

In the stage itself: (F₁(∞) − F₁(u)) / S(u) at age u – what is still to advance, of what lasts longer than u. From
there on the product of the expected shares of the later stages (semi-Markov). A deal that has been there longer than
any deal ever stayed has no chance left in this sense. Source: Putter, Fiocco & Geskus 2007 (Stat. Med. 26:2389).
"""

from dataclasses import dataclass

import numpy as np

from yaad.measures.funnels import Followed, follow, funnel_statistics
from yaad.measures.scope import Scope
from yaad.measures.statistics import Share, aalen_johansen
from yaad.measures.statistics.spells import Floats


@dataclass(frozen=True)
class Chances:
    """The chances of one book.

    Attributes:
        deals: its deals, followed through the stages.
    """

    deals: Followed

    @classmethod
    def of(cls, scope: Scope) -> "Chances":
        """The chances by all that the book has seen."""
        whole = scope.asking(by=(), all_time=True)
        return cls(follow(whole, whole.run(funnel_statistics(whole)))[0])

    def from_stage(self, place: int) -> float:
        """Of the deals that enter the stage, the share that is won; the least it can be where nobody can tell."""
        share = self.deals.expected(place, self.deals.stages)
        return _told(share)

    def winning(self, place: int, days: Floats) -> Floats:
        """The chance of each deal in the stage at `place` after so many days there; NaN: an unknown time, as new."""
        incidence = aalen_johansen(self.deals.spells[place])
        later = self.from_stage(place + 1) if place + 1 < self.deals.stages else 1.0
        if not len(incidence.survival):
            return np.zeros(len(days))
        at = np.searchsorted(incidence.spells.times, np.nan_to_num(days, nan=-1.0), side="right")
        left = np.concatenate([[1.0], incidence.survival])[at]
        gone = np.concatenate([[0.0], incidence.advanced])[at]
        ahead = incidence.ends[0] - gone
        chance: Floats = np.where(left > 0, ahead / np.where(left > 0, left, 1.0), 0.0) * later
        return chance


def _told(share: Share) -> float:
    return share.floor if share.rate is None else share.rate
