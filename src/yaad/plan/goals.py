"""How a target stands: what is reached, what is missing and in how many closings, the pace, the parts, what comes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil

from yaad.measures.one_money import LeftOut
from yaad.measures.pace import Curve, State, enough_of
from yaad.measures.quotas import Wanted
from yaad.measures.statistics.spells import Floats
from yaad.model import Period, Target, TargetEntry, Whose
from yaad.text import Message


@dataclass(frozen=True)
class Part:
    """How the target of one person, team, branch or product stands.

    Attributes:
        name: whose or what; None: of nobody.
        wanted: the target; None: none is set.
        achieved: so far.
        n: sales behind it.
        plan_today: what should be reached by today; None without a target.
        state: None without a target.
    """

    name: str | None
    wanted: Wanted | None
    achieved: Decimal
    n: int
    plan_today: Decimal | None = None
    state: State | None = None

    @property
    def share(self) -> float | None:
        """Part of the target that is reached; None without one."""
        return float(self.achieved / self.wanted.value) if self.wanted and self.wanted.value else None


@dataclass(frozen=True)
class Milestone:
    """A stage on the way to what is still missing.

    Attributes:
        stage: `INQUIRIES`, a stage, or won.
        count: how many more have to reach it by `last_useful`.
        usual: how many reach it in so many working days as things go.
        last_useful: the last day on which it counts for the period.
        working_days_left: until then.
        late: the day has passed: what comes now counts for `next_period`.
        state: ahead, on pace or behind; None when it is late, or nobody knows what is usual.
        next_period: name of the period after.
    """

    stage: str
    count: int
    usual: float | None
    last_useful: dt.date
    working_days_left: int
    late: bool
    state: State | None
    next_period: str


@dataclass(frozen=True)
class Ahead:
    """What still comes for a target.

    Attributes:
        open: open deals; `expected` closings they bring in the period; between `low` and `high` in 8 of 10 cases.
        missing: closings that the target still needs after them, on average.
        chance: that the target is reached if inquiries come as they do; None where it cannot be told.
        end: between these the period ends in 8 of 10 cases, in what the target is in; None where it cannot be told.
        too_late: inquiries that come now are too late for the period: what is missing cannot come of them.
        milestones: on the way to what is missing.
        notes: what to know about it.
    """

    open: int
    expected: float
    low: int
    high: int
    missing: float
    chance: float | None
    milestones: tuple[Milestone, ...]
    end: tuple[float, float] | None = None
    too_late: bool = False
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Goal:
    """How one target stands.

    Attributes:
        measure: what it is in.
        period: of the target.
        as_of: the data's day.
        whose: whose it is; nothing said: the company's.
        wanted: the target; None: none is set.
        achieved: so far; `n` sales behind it.
        unit: ISO currency of money, ``count``, or another unit of figures; None: money of unknown currency.
        tax: net, gross or unknown, of money.
        average: money of a closing; None where it is not money, or not known.
        curve: where the period should be by today; None where the measure has no days.
        parts: kind (owner, team, branch, product) → how each of them stands.
        coverage: money that is due in the period ÷ what is missing; `needed` is how much is usually needed.
        ahead: what still comes; None where it cannot be told.
        notes: what to know about it.
        rest: of somebody's target: how much of their own came in the rest of each past period; None: that of the curve,
            which is the company's.
        left_out: sales of another money, which stand in no sum; of how many is not said where single rows are not told.
        others: of a target that is the sum of parts, what others brought beside them; None: it is no sum.
    """

    measure: str
    period: Period
    as_of: dt.date
    whose: Whose
    wanted: Wanted | None
    achieved: Decimal
    n: int
    unit: str | None
    tax: str | None = None
    average: Decimal | None = None
    curve: Curve | None = None
    parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    coverage: float | None = None
    needed: float | None = None
    ahead: Ahead | None = None
    notes: tuple[Message, ...] = ()
    rest: Floats | None = None
    left_out: tuple[LeftOut, ...] = ()
    others: Decimal | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the data reach into the period; before that there is no pace to be on."""
        return self.period.start <= self.as_of

    @property
    def gap(self) -> Decimal | None:
        """What is still missing; None without a target."""
        return None if self.wanted is None else max(self.wanted.value - self.achieved, Decimal(0))

    @property
    def closings(self) -> int | None:
        """How many closings the gap is: gap ÷ average, rounded up; None where it cannot be told."""
        if self.gap is None:
            return None
        if self.measure == "won":
            return ceil(self.gap)
        return None if not self.average else ceil(Fraction(self.gap) / Fraction(self.average))

    @property
    def share(self) -> float | None:
        """Part of the target that is reached."""
        return float(self.achieved / self.wanted.value) if self.wanted and self.wanted.value else None

    @property
    def plan_today(self) -> Decimal | None:
        """What should be reached by today; None before the period begins."""
        if self.wanted is None or self.curve is None or not self.has_begun:
            return None
        return due(self.wanted, self.curve)

    @property
    def state(self) -> State | None:
        """Ahead, on pace or behind; None before the period begins."""
        if self.wanted is None or self.curve is None or not self.wanted.value or not self.has_begun:
            return None
        return self.curve.state(float(self.achieved), float(self.wanted.value))

    @property
    def enough(self) -> tuple[int, int] | None:
        """In how many of the past periods the rest of the way brought as much as is missing; None before it begins.

        Of somebody's target it is what they themselves brought; once the period is over there is no rest.
        """
        if self.gap is None or self.curve is None or not self.has_begun or self.curve.way >= 1:
            return None
        missing = float(self.gap)
        return self.curve.enough(missing) if self.rest is None else enough_of(self.rest, missing)

    @property
    def has_parts(self) -> bool:
        """Whether there is anything of anybody."""
        return any(self.parts.values())

    @property
    def differences(self) -> dict[str, Decimal]:
        """Kind of parts → how much more (above 0) or less its targets sum to than the whole, where they differ."""
        if self.wanted is None:
            return {}
        found = {}
        for kind, parts in self.parts.items():
            each = [part.wanted.value for part in parts if part.wanted is not None]
            if each and (more := sum(each, Decimal(0)) - self.wanted.value):
                found[kind] = more
        return found


def due(wanted: Wanted, curve: Curve) -> Decimal:
    """What should be reached by today, to the cent."""
    return (wanted.value * Decimal(repr(curve.share))).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class TargetRow:
    """A target in a list.

    Attributes:
        target: as it was set.
        value: pro-rated.
        by: who set it; None: a sheet did.
        together: parts that the same division wrote and that count; they are taken back together. 1: it stands alone.
        divided: number of the last entry that counts by which it was divided, or what it is divided among; 0: none.
    """

    target: Target
    value: Decimal
    by: str | None
    together: int = 1
    divided: int = 0


@dataclass(frozen=True)
class TargetList:
    """Targets of a company.

    Attributes:
        rows: by period.
        as_of: the data's day.
        notes: what to know about them.
    """

    rows: Sequence[TargetRow]
    as_of: dt.date
    notes: tuple[Message, ...] = ()


class Act(StrEnum):
    """What was done about targets."""

    SET = "set"
    DIVIDED = "divided"
    REMOVED = "removed"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class TargetAct:
    """What was done about targets, to be told to whoever did it.

    Attributes:
        act: see there.
        entry: the target that was set, removed or taken back; of a division one of its parts.
        n: entries that it is made of.
        seq: number by which it is taken back.
    """

    act: Act
    entry: TargetEntry
    n: int
    seq: int
