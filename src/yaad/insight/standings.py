"""Who stands where among those who sell: the one rule by which people are put in order before others.

Net sales against one's own target, as plain as they are: adjusted rates and chances are for coaching, not for a screen.
Where anybody has a target of their own, only those with one are put in order; where nobody has, net sales alone count.
Equal ones share a place. Shown to one of them: the first three, themselves, and who is next above.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FIRST = 3
"""Places that everybody sees."""


@dataclass(frozen=True)
class Result:
    """What a person achieved in a period.

    Attributes:
        name: of the person.
        achieved: net sales.
        wanted: their own target; None where there is none.
    """

    name: str
    achieved: Decimal
    wanted: Decimal | None = None

    @property
    def share(self) -> float | None:
        """The part of the target that is reached; None without one."""
        return float(self.achieved / self.wanted) if self.wanted else None


@dataclass(frozen=True)
class Standing:
    """A person's place, from 1."""

    place: int
    result: Result


@dataclass(frozen=True)
class Standings:
    """All places.

    Attributes:
        rows: from the first on.
        by_target: whether targets put them in order, or net sales alone.
        apart: those without a target of their own, where others have one.
    """

    rows: tuple[Standing, ...]
    by_target: bool
    apart: tuple[Result, ...] = ()

    def of(self, name: str) -> Standing | None:
        """Somebody's place."""
        return next((one for one in self.rows if one.result.name == name), None)

    def beside(self, name: str) -> tuple[Standing, ...]:
        """What somebody sees: the first three places, who is next above, themselves."""
        me = self.of(name)
        above = [one for one in self.rows if me is not None and one.place < me.place]
        nearest = {one.place for one in above[-1:]}
        seen = [one for one in self.rows if one.place <= FIRST or one.place in nearest or one == me]
        return tuple(seen)


def standings(results: Sequence[Result]) -> Standings:
    """Put people in order.

    >>> found = standings([Result("Dana", Decimal(90), Decimal(100)), Result("Noa", Decimal(50), Decimal(50))])
    >>> [(one.place, one.result.name) for one in found.rows]
    [(1, 'Noa'), (2, 'Dana')]
    """
    by_target = any(one.wanted for one in results)
    counted = [one for one in results if one.wanted or not by_target]
    apart = tuple(one for one in results if one not in counted)
    ordered = sorted(counted, key=lambda one: (-_measure(one, by_target=by_target), one.name))
    values = [_measure(one, by_target=by_target) for one in ordered]
    rows = tuple(Standing(1 + values.index(value), one) for one, value in zip(ordered, values, strict=True))
    return Standings(rows, by_target, apart)


def _measure(one: Result, *, by_target: bool) -> Decimal:
    return one.achieved / one.wanted if by_target and one.wanted else one.achieved
