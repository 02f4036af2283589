"""Plans of persons beside the plan of the team: each by the own ratio, drawn towards the team's.

A person's ratio rests on few deals, so it is drawn towards what all persons have in common (`statistics.shrunk`).
Each person's plan for 8 of 10 holds a reserve of its own, and reserves of many add up to more than one reserve for all:
not everybody has bad luck in the same month. So the persons' plans exceed the team's, and both are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from yaad.errors import CannotTell
from yaad.measures.statistics import Share
from yaad.measures.statistics.shrinkage import Shrunk, as_counts, shrunk
from yaad.model import FEW
from yaad.plan.chance import Chances
from yaad.text import Message

LEVEL = 0.8


@dataclass(frozen=True)
class PersonPlan:
    """What one person's part of a target needs.

    Attributes:
        name: the person; None for deals of nobody.
        target: customers that fall to the person.
        rate: part of the inquiries that becomes a customer, drawn towards the team's; `low` and `high` in 8 of 10.
        of: inquiries of the past.
        needed: inquiries on average.
        chance: inquiries for 8 of 10.
        few: fewer than ten decided deals: the rate is mostly the team's.
    """

    name: str | None
    target: int
    rate: float
    low: float
    high: float
    of: int
    needed: int
    chance: int
    few: bool


@dataclass(frozen=True)
class PeoplePlan:
    """The plans of all persons beside the team's.

    Attributes:
        people: one plan a person; their targets sum to the team's.
        team: inquiries for 8 of 10 for all together.
        apart: the sum of the persons' inquiries for 8 of 10.
    """

    people: tuple[PersonPlan, ...]
    team: int
    apart: int

    @property
    def words(self) -> Message:
        """Why the persons' plans sum to more than the team's."""
        return Message("levers.apart", {"apart": self.apart, "team": self.team})


@dataclass(frozen=True)
class Past:
    """What a person or a source has behind it.

    Attributes:
        share: the part of its inquiries that will be won.
        of: its inquiries.
        recent: of these, the ones of the last months.
    """

    share: Share
    of: int
    recent: int


def plan_people(target: int, team: int, people: Mapping[str | None, Past]) -> PeoplePlan:
    """A team's target as plans of its persons.

    The target is split by what each brings now: the recent inquiries times the drawn rate, in whole customers. Who has
    no recent inquiry has no part.

    Args:
        target: customers wanted of all.
        team: inquiries for 8 of 10 of the team's plan.
        people: person → what is behind.

    Raises:
        CannotTell: nobody has a recent inquiry.
    """
    known = {name: past for name, past in people.items() if past.recent}
    if not known:
        raise CannotTell(Message("levers.no_people"))
    rates = shrunk_shares([past.share for past in known.values()])
    parts = split(target, [past.recent * rate.rate for past, rate in zip(known.values(), rates, strict=True)])
    rows = tuple(
        _row(name, past, rate, part) for (name, past), rate, part in zip(known.items(), rates, parts, strict=True)
    )
    return PeoplePlan(rows, team, sum(row.chance for row in rows))


def shrunk_shares(shares: Sequence[Share]) -> list[Shrunk]:
    """What the rate of each group may be, drawn towards what the groups have in common."""
    counts = [as_counts(share) for share in shares]
    return shrunk([won for won, _ in counts], [of for _, of in counts])


def split(target: int, weights: Sequence[float]) -> list[int]:
    """A target in whole parts by weights: rounded down, the rest to the largest remainders.

    >>> split(50, [3, 2, 1])
    [25, 17, 8]
    """
    total = sum(weights)
    exact = [target * weight / total if total else target / len(weights) for weight in weights]
    parts = [floor(part) for part in exact]
    by_rest = sorted(range(len(exact)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_rest[: target - sum(parts)]:
        parts[at] += 1
    return parts


def _row(name: str | None, past: Past, rate: Shrunk, part: int) -> PersonPlan:
    low, high = rate.range
    chances = Chances(np.maximum(rate.draws, 1e-6))
    needed = chances.inquiries_for(part, LEVEL) if part else 0
    few = past.share.decided < FEW
    return PersonPlan(name, part, rate.rate, low, high, past.of, ceil(part / rate.rate), needed, few)
