r"""What each improvement is worth: every ratio, the inquiries, the deal size and the speed, in money and in time.

Laws: with nothing limited, +10 % of any one ratio, of the inquiries or of the deal size are +10 % of the money; of
three ratios together 1.1³ = +33 %; with inquiries and size 1.1⁵ = +61 %. Where a step has no room for more, what comes
before it is worth nothing, and that is what is shown.

When it lands: what changes at a step from tomorrow on reaches the customers with the lag W from there to the sale. On
day t after the data's day the part W(t) of the customers went through the changed step, so the last step pays at once
and more inquiries pay last. Speed is another thing: sales that come 20 % faster come once, as many as the way holds
(customers a day × the days saved); after that as many are sold a month as before, unless a step has too little room.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from yaad.model import Period
from yaad.plan.capacity import Carried, carry
from yaad.plan.chance import chances_of
from yaad.plan.ratios import Ratio, steps_of, with_step
from yaad.plan.ways import Ways

Floats = NDArray[np.float64]
TENTH = Fraction(1, 10)
MONTHS_AHEAD = 6
DAY = dt.timedelta(days=1)


class Kind(StrEnum):
    """What is improved."""

    STEP = "step"
    INQUIRIES = "inquiries"
    SIZE = "size"
    STEPS = "steps"  # all ratios together
    EVERYTHING = "everything"  # all ratios, the inquiries and the deal size
    SPEED = "speed"


class Aim(StrEnum):
    """How far."""

    TENTH = "tenth"
    BEST_QUARTER = "best_quarter"
    UPPER_THIRD = "upper_third"


@dataclass(frozen=True, eq=False)
class Flow:
    """How things go now.

    Attributes:
        inquiries: that come in the period at today's pace.
        ratios: the funnel.
        stages: names of the stages before won, in order; the ratios are those of the ones after the first, and won.
        ways: by when deals are won.
        period, as_of: half-open; the data's day.
        average: money a customer brings; None when not known, with its standard error.
        average_error: standard error of `average`.
        unit: currency of the money.
        limits: stage → how many can be taken in the period.
    """

    inquiries: Fraction
    ratios: tuple[Ratio, ...]
    stages: tuple[str, ...]
    ways: Ways
    period: Period
    as_of: dt.date
    average: float | None = None
    average_error: float = 0.0
    unit: str | None = None
    limits: Mapping[str, Fraction | int] | None = None

    def carried(self, inquiries: Fraction | None = None, ratios: Sequence[Ratio] | None = None) -> Carried:
        """What the inquiries become, limits held."""
        come = self.inquiries if inquiries is None else inquiries
        return carry(come, self.ratios if ratios is None else ratios, self.limits or {})

    @property
    def days(self) -> int:
        """Days of the period."""
        return (self.period.end - self.period.start).days


@dataclass(frozen=True)
class Lever:
    """One improvement.

    Attributes:
        kind, aim: what is improved and how far.
        stage: the stage that more should come to; None where it is no single step.
        before, after: the ratio of the stage before, the inquiries, the money a customer brings, or the days.
        customers: more customers in a period of this length, once all of it has arrived.
        money: what they bring beside; None when the money a customer brings is not known. `low` and `high` hold 8 of
            10 cases.
        lands: of `customers`, those that come within the period itself; `lands_money` what they bring.
        months: month → money (customers where it is not known) that it brings beside in each of the coming months.
        once: it comes once, and not in every period.
        who: whose level it is: a quarter, or persons.
        n: decided deals behind the level.
    """

    kind: Kind
    aim: Aim
    stage: str | None
    before: float
    after: float
    customers: float
    money: float | None
    low: float | None
    high: float | None
    lands: float
    lands_money: float | None
    months: tuple[tuple[str, float], ...] = ()
    once: bool = False
    who: tuple[str, ...] = ()
    n: int | None = None

    @property
    def worth(self) -> float:
        """What it brings within the period, by which levers are ranked."""
        return self.lands if self.lands_money is None else self.lands_money


@dataclass(frozen=True)
class Levers:
    """All improvements, those that bring most within the period first.

    Attributes:
        period, as_of: half-open; the data's day.
        inquiries, customers, money: of the period as things go, once all of it has arrived.
        unit: currency.
        average: money a customer brings.
        carried: what the team can carry of the inquiries.
        rows: the improvements one by one.
        together: all ratios, and everything.
    """

    period: Period
    as_of: dt.date
    inquiries: float
    customers: float
    money: float | None
    unit: str | None
    average: float | None
    carried: Carried
    rows: tuple[Lever, ...]
    together: tuple[Lever, ...]


@dataclass(frozen=True)
class Level:
    """A level that a step has been at, or that some are at.

    Attributes:
        stage: the stage that deals come to by the step.
        aim: whose level it is.
        rate: the ratio of the stage before that all would have.
        draws: what `rate` less today's ratio may be.
        who: names.
        n: decided deals behind it.
    """

    stage: str
    aim: Aim
    rate: float
    draws: tuple[float, ...]
    who: tuple[str, ...]
    n: int


def levers(flow: Flow, more: Fraction = TENTH, levels: Sequence[Level] = ()) -> Levers:
    """What each improvement by a tenth is worth, and what it is worth to be as good as one was, or as some are.

    Args:
        flow: how things go.
        more: by how much each is improved.
        levels: levels to come up to.
    """
    now = flow.carried()
    each = [_step(flow, ratio.stage, 1 + more, Aim.TENTH) for ratio in flow.ratios]
    size = [_size(flow, more)] if flow.average is not None else []
    rows = [*each, _inquiries(flow, more), *size, _speed(flow, more), *(_level(flow, level) for level in levels)]
    rows.sort(key=lambda lever: -lever.worth)
    return Levers(
        period=flow.period,
        as_of=flow.as_of,
        inquiries=float(flow.inquiries),
        customers=float(now.customers),
        money=None if flow.average is None else float(now.customers) * flow.average,
        unit=flow.unit,
        average=flow.average,
        carried=now,
        rows=tuple(rows),
        together=(_together(flow, more, Kind.STEPS), _together(flow, more, Kind.EVERYTHING)),
    )


def _better(flow: Flow, stage: str, factor: Fraction) -> list[Ratio]:
    """The funnel with one step better by a factor, at most whole."""
    step = next(step for step in steps_of(flow.ratios) if step.stage == stage)
    return with_step(flow.ratios, stage, min(step.ratio * factor, Fraction(1)))


def _step(flow: Flow, stage: str, factor: Fraction, aim: Aim) -> Lever:
    step = next(step for step in steps_of(flow.ratios) if step.stage == stage)
    ratios = _better(flow, stage, factor)
    gain = float(flow.carried(ratios=ratios).customers - flow.carried().customers)
    after = float(min(step.ratio * factor, Fraction(1)))
    return _lever(flow, (Kind.STEP, aim, stage), float(step.ratio), after, gain)


def _inquiries(flow: Flow, more: Fraction) -> Lever:
    come = flow.inquiries * (1 + more)
    gain = float(flow.carried(come).customers - flow.carried().customers)
    what = (Kind.INQUIRIES, Aim.TENTH, None)
    return _lever(flow, what, float(flow.inquiries), float(come), gain)


def _size(flow: Flow, more: Fraction) -> Lever:
    average = flow.average or 0.0
    customers = float(flow.carried().customers)
    whole = customers * average * float(more)
    low, high = _ends(flow, whole)
    # the next deal that is closed is already larger
    months = _months(flow, lambda days: np.ones(len(days)), whole / flow.days)
    return Lever(
        Kind.SIZE, Aim.TENTH, None, average, average * float(1 + more), 0.0, whole, low, high, 0.0, whole, months
    )  # fmt: skip


def _together(flow: Flow, more: Fraction, kind: Kind) -> Lever:
    """All ratios by a tenth each, and with the inquiries and the size."""
    ratios: Sequence[Ratio] = flow.ratios
    for ratio, step in zip(flow.ratios, steps_of(flow.ratios), strict=True):
        ratios = with_step(ratios, ratio.stage, min(step.ratio * (1 + more), Fraction(1)))
    everything = kind is Kind.EVERYTHING
    come = flow.inquiries * (1 + more) if everything else flow.inquiries
    now, then = float(flow.carried().customers), float(flow.carried(come, ratios).customers)
    average = flow.average
    size = 1 + float(more) if everything else 1.0
    whole = None if average is None else then * average * size - now * average
    low, high = (None, None) if whole is None else _ends(flow, whole)
    reach = _reach_together(flow, 1 + float(more), everything=everything)
    landed = _landed(flow, reach)
    gain = then - now if whole is None else whole
    return Lever(
        kind, Aim.TENTH, None, now, then, then - now, whole, low, high, (then - now) * landed,
        None if whole is None else whole * landed, _months(flow, reach, gain / flow.days),
    )  # fmt: skip


def _reach_together(flow: Flow, factor: float, *, everything: bool) -> Callable[[NDArray[np.int64]], Floats]:
    """Of the worth of several changes together, the part that the customers of each day have.

    Who went through a changed step went through all the later ones too: of m changes, counted from the sale backwards,
    the customers of a day have m or more with the chance that the m-th of them was passed since the data's day.
    """
    steps = [_reach(flow, ratio.stage) for ratio in reversed(flow.ratios)]
    if everything:
        steps = [lambda days: np.ones(len(days)), *steps, _reach(flow, None)]

    def part(days: NDArray[np.int64]) -> Floats:
        gained = [reach(days) * (factor**m - factor ** (m - 1)) for m, reach in enumerate(steps, 1)]
        return np.asarray(np.sum(gained, axis=0) / (factor ** len(steps) - 1), dtype=np.float64)

    return part


def _speed(flow: Flow, more: Fraction) -> Lever:
    """The same ways in fewer days: what is on the way comes earlier, once."""
    mean = mean_days(flow.ways)
    saved = mean * float(more)
    customers = float(flow.carried().customers) / flow.days * saved
    whole = None if flow.average is None else customers * flow.average
    low, high = (None, None) if whole is None else _ends(flow, whole)
    # the last stages have caught up at once, the whole way after its mean time
    days = (flow.period.end - DAY - flow.as_of).days
    before = max((flow.period.start - DAY - flow.as_of).days, 0)
    caught = _caught_up(flow.ways, days) - _caught_up(flow.ways, before)
    landed = customers * caught * flow.ways.in_time
    return Lever(
        Kind.SPEED, Aim.TENTH, None, mean, mean - saved, customers, whole, low, high, landed,
        None if flow.average is None else landed * flow.average, once=True,
    )  # fmt: skip


def _caught_up(ways: Ways, days: int) -> float:
    """Of sales pulled forward once, the part that has come within so many days: by days of the way still to go."""
    if days <= 0:
        return 0.0
    curve = _curve(ways, 0, 4 * 366)
    left = ways.in_time - curve
    return float(left[:days].sum() / left.sum()) if left.sum() else 1.0


def _level(flow: Flow, level: Level) -> Lever:
    """One step at the level of the own best quarter, or of the team's upper third."""
    step = next(step for step in steps_of(flow.ratios) if step.stage == level.stage)
    factor = Fraction(level.rate).limit_denominator(10**6) / step.ratio
    lever = _step(flow, level.stage, factor, level.aim)
    if lever.money is None or lever.after <= lever.before:
        return _with_level(lever, level, lever.low, lever.high)
    low, high = np.quantile(np.array(level.draws), [0.1, 0.9]) / (lever.after - lever.before) * lever.money
    return _with_level(lever, level, float(low), float(high))


def _with_level(lever: Lever, level: Level, low: float | None, high: float | None) -> Lever:
    return replace(lever, low=low, high=high, who=level.who, n=level.n)


def _lever(flow: Flow, what: tuple[Kind, Aim, str | None], before: float, after: float, gain: float) -> Lever:
    kind, aim, stage = what
    whole = None if flow.average is None else gain * flow.average
    low, high = (None, None) if whole is None else _ends(flow, whole)
    reach = _reach(flow, stage)
    landed = _landed(flow, reach)
    return Lever(
        kind, aim, stage, before, after, gain, whole, low, high, gain * landed,
        None if whole is None else whole * landed, _months(flow, reach, (gain if whole is None else whole) / flow.days),
    )  # fmt: skip


def _ends(flow: Flow, whole: float) -> tuple[float, float]:
    """8 of 10 cases of an amount, as unsure as the chance of a sale and the money a customer brings are."""
    sale = chances_of(flow.ratios)[-1].draws
    part = np.quantile(sale / float(flow.ratios[-1].of_inquiries), np.linspace(0.005, 0.995, 100))
    spread = flow.average_error / flow.average if flow.average else 0.0
    size = 1 + spread * ndtri(np.linspace(0.005, 0.995, 100))
    product = np.outer(part, np.maximum(size, 0.0)).ravel()
    low, high = np.quantile(product, [0.1, 0.9])
    return whole * float(low), whole * float(high)


def _curve(ways: Ways, place: int, horizon: int) -> Floats:
    """Of the sales from a stage on, the part within 0…`horizon` days of entering it."""
    curve = ways.win_by(place, None, horizon)[0]
    whole = float(ways.chance(place)[0])
    return curve / whole if whole else np.zeros(horizon + 1)


def _reach(flow: Flow, stage: str | None) -> Callable[[NDArray[np.int64]], Floats]:
    """Of the customers of each day after the data's day, the part that went through the changed step since then.

    Args:
        flow: how things go.
        stage: the stage that deals come to by the step; None for the inquiries; a won stage: at once.
    """
    place = 0 if stage is None else flow.stages.index(stage) if stage in flow.stages else len(flow.stages)
    longest = (flow.period.end - flow.as_of).days + 31 * (MONTHS_AHEAD + 1)
    curve = _curve(flow.ways, place, max(longest, 1)) if place < len(flow.stages) else np.ones(max(longest, 1) + 1)

    def part(days: NDArray[np.int64]) -> Floats:
        since = days - 1  # what comes tomorrow is the first that is changed
        return np.where(since >= 0, curve[np.clip(since, 0, len(curve) - 1)], 0.0)

    return part


def _landed(flow: Flow, reach: Callable[[NDArray[np.int64]], Floats]) -> float:
    """Of an improvement's worth in a whole period, the part that comes within this one."""
    first = (flow.period.start - flow.as_of).days
    return float(reach(np.arange(first, first + flow.days)).mean())


def _months(flow: Flow, reach: Callable[[NDArray[np.int64]], Floats], a_day: float) -> tuple[tuple[str, float], ...]:
    """What comes beside in each of the coming months."""
    found: dict[str, float] = {}
    for days in range(1, 31 * MONTHS_AHEAD):
        name = f"{flow.as_of + days * DAY:%Y-%m}"
        found[name] = found.get(name, 0.0) + a_day * float(reach(np.array([days]))[0])
    names = list(found)[:MONTHS_AHEAD]
    return tuple((name, found[name]) for name in names)


def mean_days(ways: Ways) -> float:
    """Mean days from an inquiry to the sale, among those that are sold."""
    total = 0.0
    for stage in range(ways.stages):
        forward = ways.advanced[stage]
        whole = float(forward.sum())
        total += float(forward @ np.arange(len(forward))) / whole if whole else 0.0
    return total
