"""Levels to come up to: each step at its own best quarter, and at the level of the team's upper third.

The best of several quarters (or persons) looks better than it is, since luck takes part in being best; so each is first
drawn towards what all have in common (`statistics.shrinkage`), and a level is offered only where what is left is better
than today.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np

from yaad.measures import Scope
from yaad.measures.funnels import Followed
from yaad.measures.statistics import Share
from yaad.measures.statistics.shrinkage import as_counts, shrunk
from yaad.plan.levers import Aim, Level
from yaad.plan.own import followed
from yaad.plan.ratios import Ratio, steps_of

ENOUGH = 30
"""Decided deals that a quarter's step must have to be looked at."""
ENOUGH_OF_ONE = 15
"""The same of a person."""
PERSONS = 3
LEAST = 0.01
"""A level that is better by less than this part of today's ratio is none."""


def levels_of(scope: Scope, ratios: Sequence[Ratio]) -> list[Level]:
    """The levels to come up to, of each step that has them."""
    quarters = followed(scope.asking(by=("quarter",), all_time=True))
    persons = [group for group in followed(scope.asking(by=("owner",), all_time=True)) if group.by["owner"]]
    found: list[Level] = []
    for place, step in enumerate(steps_of(ratios)):
        if place >= len(scope.stages) or len(ratios) != len(scope.stages):
            continue  # one ratio for all steps together
        today = float(step.ratio)
        both = (_best_quarter(step.stage, place, today, quarters), _third(step.stage, place, today, persons))
        found += [level for level in both if level is not None and level.rate > today * (1 + LEAST)]
    return found


def _known(groups: Sequence[Followed], place: int, least: int) -> list[tuple[Followed, Share]]:
    """Groups whose step can be told: enough decided, not too much open."""
    shares = [(group, group.shares[place]) for group in groups]
    return [(group, share) for group, share in shares if share.decided >= least and share.rate and not share.immature]


def _best_quarter(stage: str, place: int, today: float, quarters: Sequence[Followed]) -> Level | None:
    known = _known(quarters, place, ENOUGH)
    if len(known) < 2:
        return None
    counts = [as_counts(share) for _, share in known]
    rates = shrunk([won for won, _ in counts], [of for _, of in counts])
    best = max(range(len(rates)), key=lambda at: rates[at].rate)
    group, share = known[best]
    gained = tuple((rates[best].draws - today).tolist())
    return Level(stage, Aim.BEST_QUARTER, rates[best].rate, gained, (str(group.by["quarter"]),), share.decided)


def _third(stage: str, place: int, today: float, persons: Sequence[Followed]) -> Level | None:
    """Everybody below the upper third comes up to its level."""
    known = _known(persons, place, ENOUGH_OF_ONE)
    if len(known) < PERSONS:
        return None
    counts = [as_counts(share) for _, share in known]
    rates = shrunk([won for won, _ in counts], [of for _, of in counts])
    order = sorted(range(len(rates)), key=lambda at: -rates[at].rate)
    upper, rest = order[: ceil(len(order) / 3)], order[ceil(len(order) / 3) :]
    come = np.array([float(group.entered(place)) for group, _ in known])
    level = sum(rates[at].draws * come[at] for at in upper) / come[upper].sum()
    gained = np.asarray(sum((level - rates[at].draws) * come[at] for at in rest) / come.sum(), dtype=np.float64)
    names = tuple(str(known[at][0].by["owner"]) for at in upper)
    n = sum(known[at][1].decided for at in upper)
    return Level(stage, Aim.UPPER_THIRD, min(today + float(gained.mean()), 1.0), tuple(gained.tolist()), names, n)
