r"""What changes bring by the end of a period: ratios, inquiries, deal size, days in stage and room in a stage.

Day by day from the day after the data's: the open deals go on by stage and age, new inquiries come at today's pace.
Of what enters stage k, the part that goes on after d days is

.. math:: p_k \, a_k(d), \qquad \sum_d a_k(d) \le 1

p the ratio and a the company's own days in the stage (`yaad.plan.ways`); what a lacks of 1 comes later than the longest
stay that was seen. A stage that can take c(s, t) deals between
two days takes of A(t) that have come

.. math:: S(t) = \min_{s \le t} \; A(s) + c(s, t)

the others wait their turn (the Skorokhod reflection of a fluid queue; Chen & Yao 2001, Fundamentals of Queueing
Networks, ch. 6). Each change is reckoned alone and all of them together, against the same days without any change.
The range holds 8 of 10 of what the gain may be, as unsure as the ratios and the money a customer brings are; a ratio
that is set by hand is today's made so much better, and as unsure as that is.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri

from yaad.errors import InputError, UnknownName
from yaad.model import Period
from yaad.plan.backwards import INQUIRIES
from yaad.plan.period import MONTH_DAYS, Outlook
from yaad.plan.ratios import Ratio, steps_of, with_step
from yaad.text import Message

Floats = NDArray[np.float64]
DAY = dt.timedelta(days=1)
DRAWS = 256
SEED = 5


class What(StrEnum):
    """What is changed."""

    STEP = "step"
    INQUIRIES = "inquiries"
    SIZE = "size"
    SPEED = "speed"
    ROOM = "room"


@dataclass(frozen=True)
class Changes:
    """What is changed from tomorrow on; as it is now where nothing is said.

    Attributes:
        steps: stage → the ratio of the stage before it, in (0, 1].
        inquiries: so many times as many come.
        size: a customer brings so many times as much.
        days: stage → deals stay there so many times as long; the days that they still have are meant.
        rooms: stage (`INQUIRIES`: the first one) → deals a month that it can take; None: as many as come.
    """

    steps: Mapping[str, Fraction] = field(default_factory=dict)
    inquiries: Fraction = Fraction(1)
    size: Fraction = Fraction(1)
    days: Mapping[str, Fraction] = field(default_factory=dict)
    rooms: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Base:
    """How things go now.

    Attributes:
        outlook: the period, the open deals, the ways and the inquiries that come a day.
        ratios: one of each stage after the first, and of won.
        average: money a customer brings; None when not known, with its standard error.
        average_error: standard error of `average`.
        unit: currency of the money.
        rooms: stage → deals a month that it can take.
    """

    outlook: Outlook
    ratios: tuple[Ratio, ...]
    average: float | None = None
    average_error: float = 0.0
    unit: str | None = None
    rooms: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What can have a limit, in order: the inquiries, then the stages of the ratios."""
        return (INQUIRIES, *(ratio.stage for ratio in self.ratios))

    @property
    def dates(self) -> list[dt.date]:
        """The days after the data's day, up to the last one of the period."""
        return [self.outlook.as_of + (step + 1) * DAY for step in range((self.outlook.last - self.outlook.as_of).days)]

    @property
    def daily(self) -> float:
        """Inquiries that come a day."""
        return self.outlook.daily or 0.0

    @property
    def a_month(self) -> float:
        """Inquiries that come a month."""
        return self.daily * MONTH_DAYS

    @property
    def stays(self) -> tuple[float, ...]:
        """Days in each stage, of those that go on; the first is that of the inquiries."""
        shapes = _shapes(self)
        return tuple((shapes @ np.arange(shapes.shape[1]) / shapes.sum(axis=1)).tolist())

    @cached_property
    def drawn(self) -> Floats:
        """What each step's ratio may be, of what it is: shape (DRAWS, steps); 1 where it is known exactly."""
        levels, rng = (np.arange(DRAWS) + 0.5) / DRAWS, np.random.default_rng(SEED)
        columns = [
            np.ones(DRAWS)
            if step.won is None or step.lost is None
            else betaincinv(step.won + 0.5, step.lost + 0.5, rng.permutation(levels)) / float(step.ratio)
            for step in steps_of(self.ratios)
        ]
        return np.stack(columns, axis=1)

    @cached_property
    def averages(self) -> Floats:
        """What a customer's money may be, of what it is, shape (DRAWS,)."""
        spread = self.average_error / self.average if self.average else 0.0
        levels = np.random.default_rng(SEED + 1).permutation((np.arange(DRAWS) + 0.5) / DRAWS)
        return np.asarray(np.maximum(1 + spread * ndtri(levels), 0.0), dtype=np.float64)


@dataclass(frozen=True)
class Gain:
    """What one change brings, or all of them.

    Attributes:
        what: what is changed; None for all together.
        stage: of which stage; None where it is no single one.
        before, after: the ratio of the stage before, inquiries a month, money a customer brings, days, deals a month;
            None of a room without limit.
        customers: more customers from tomorrow to the end of the period.
        low, high: 8 of 10 cases of `money`, or of `customers` where no money is known.
        money: what it brings beside until then; None when the money a customer brings is not known.
        within: the part of `customers` that comes within the period itself, `within_money` of `money`.
    """

    what: What | None
    stage: str | None
    before: float | None
    after: float | None
    customers: float
    low: float
    high: float
    money: float | None
    within: float
    within_money: float | None


@dataclass(frozen=True)
class Scenario:
    """What changes bring by the end of a period.

    Attributes:
        period, as_of: the period, and the data's day; changes hold from the day after it.
        customers, money: from then to the end of the period, as things go.
        within, within_money: the same within the period itself.
        unit: currency.
        inquiries: that come a month, as things go.
        rows: one a change.
        together: all of them; None with less than two.
    """

    period: Period
    as_of: dt.date
    customers: float
    money: float | None
    within: float
    within_money: float | None
    unit: str | None
    inquiries: float
    rows: tuple[Gain, ...]
    together: Gain | None


def bring(base: Base, changes: Changes) -> Scenario:
    """What each change brings by the end of the period, and all of them together.

    Raises:
        UnknownName: a change of no stage.
        InputError: a ratio is not above 0 and at most 1, or something is to be none or less.
    """
    _check(base, changes)
    now = _Days.of(base, Changes())
    alone = list(_one_by_one(base, changes))
    rows = tuple(_gain(base, now, change, names) for change, names in alone)
    together = _gain(base, now, changes, (None, None, None, None)) if len(rows) > 1 else None
    customers, within = now.until(), now.within()
    average = base.average
    return Scenario(
        period=base.outlook.period,
        as_of=base.outlook.as_of,
        customers=customers,
        money=None if average is None else customers * average,
        within=within,
        within_money=None if average is None else within * average,
        unit=base.unit,
        inquiries=base.a_month,
        rows=rows,
        together=together,
    )


_Named = tuple[What | None, str | None, float | None, float | None]


def _one_by_one(base: Base, changes: Changes) -> list[tuple[Changes, _Named]]:
    """Each change alone: with its name, what was and what is then."""
    found: list[tuple[Changes, _Named]] = []
    named: _Named
    for step in steps_of(base.ratios):
        new = changes.steps.get(step.stage, step.ratio)
        if new != step.ratio:
            named = (What.STEP, step.stage, float(step.ratio), float(new))
            found.append((Changes(steps={step.stage: new}), named))
    if changes.inquiries != 1:
        before = base.a_month
        named = (What.INQUIRIES, None, before, before * float(changes.inquiries))
        found.append((Changes(inquiries=changes.inquiries), named))
    if changes.size != 1:
        size = base.average
        after = None if size is None else size * float(changes.size)
        found.append((Changes(size=changes.size), (What.SIZE, None, size, after)))
    found += _faster(base, changes)
    for stage, room in changes.rooms.items():
        before_room = base.rooms.get(stage)
        if room != before_room:
            found.append((Changes(rooms={stage: room}), (What.ROOM, stage, before_room, room)))
    return found


def _faster(base: Base, changes: Changes) -> list[tuple[Changes, _Named]]:
    """Speed: one row when all stages change alike, else one a stage."""
    stages = base.names[:-1]
    factors = {changes.days.get(stage, Fraction(1)) for stage in stages}
    if len(factors) == 1 and len(stages) > 1:
        (factor,) = factors
        if factor == 1:
            return []
        whole = sum(base.stays)
        return [(Changes(days=changes.days), (What.SPEED, None, whole, whole * float(factor)))]
    return [
        (Changes(days={stage: factor}), (What.SPEED, stage, mean, mean * float(factor)))
        for stage, mean in zip(stages, base.stays, strict=True)
        if (factor := changes.days.get(stage, Fraction(1))) != 1
    ]


def _gain(base: Base, now: "_Days", changes: Changes, named: _Named) -> Gain:
    then = _Days.of(base, changes)
    size, average = float(changes.size), base.average
    more, within = then.until() - now.until(), then.within() - now.within()
    drawn = then.drawn() * size - now.drawn()
    if average is None:
        low, high = np.quantile(then.drawn() - now.drawn(), [0.1, 0.9])
        return Gain(*named, more, float(low), float(high), None, within, None)
    low, high = np.quantile(drawn * base.averages * average, [0.1, 0.9])
    money, within_money = ((b * size - a) * average for a, b in (
        (now.until(), then.until()), (now.within(), then.within())))  # fmt: skip
    return Gain(*named, more, float(low), float(high), money, within, within_money)


def _check(base: Base, changes: Changes) -> None:
    names = base.names
    for stage in (*changes.steps, *changes.rooms, *changes.days):
        if stage not in names:
            raise UnknownName("stage", stage, names)
    for value in (changes.inquiries, changes.size, *changes.days.values()):
        if not value > 0:
            raise InputError(Message("scenario.none_left", {"text": str(value)}))
    for stage, room in changes.rooms.items():
        if room is not None and room < 0:
            raise InputError(Message("levers.bad_room", {"stage": stage, "text": str(room)}))
    for stage, ratio in changes.steps.items():
        with_step(base.ratios, stage, ratio)


# ---- the days ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Days:
    """Customers of each day: the first row is what is to be expected, the others what it may be as well.

    Attributes:
        won: shape (1 + DRAWS, days).
        first: place of the period's first day.
    """

    won: Floats
    first: int

    @classmethod
    def of(cls, base: Base, changes: Changes) -> "_Days":
        """The days with what is changed."""
        dates = base.dates
        steps = steps_of(base.ratios)
        better = np.array([float(changes.steps.get(step.stage, step.ratio) / step.ratio) for step in steps])
        times = np.concatenate([np.ones((1, len(steps))), base.drawn])
        slow = [float(changes.days.get(stage, 1)) for stage in base.names[:-1]]
        rooms = {**base.rooms, **changes.rooms}
        come = np.full((len(times), len(dates)), base.daily * float(changes.inquiries))
        for place, (step, shape) in enumerate(zip(steps, _shapes(base), strict=True)):
            taken = _let_through(come, rooms.get(base.names[place]), dates)
            ratio = np.minimum(float(step.ratio) * times[:, place] * better[place], 1.0)[:, None]
            come = (taken * ratio) @ _shifts(_stretched(shape, slow[place]), len(dates))
            going, most = _going_on(base, place)
            more = np.minimum(times[:, place] * better[place], most)[:, None]
            come = come + more * _by_date(going, slow[place], len(dates))
        first = max((base.outlook.period.start - base.outlook.as_of).days, 1) - 1
        return cls(_let_through(come, rooms.get(base.names[-1]), dates), first)

    def until(self) -> float:
        """Customers to be expected to the end of the period."""
        return float(self.won[0].sum())

    def within(self) -> float:
        """Customers to be expected within the period."""
        return float(self.won[0, self.first :].sum())

    def drawn(self) -> Floats:
        """What `until` may be, shape (DRAWS,)."""
        return np.asarray(self.won[1:].sum(axis=1), dtype=np.float64)


def _shapes(base: Base) -> Floats:
    """Of those that go on from each stage in the end, the part after 0, 1, 2, … days; shape (steps, days)."""
    ways = base.outlook.ways
    if ways.stages != len(base.ratios):
        # one ratio stands for several stages: the way from the inquiry to the sale is one
        curve = ways.win_by(0, None, ways.stages * (ways.longest + 1))[0]
        whole = np.diff(curve, prepend=0.0)
        at_once: Floats = np.zeros((len(base.ratios), len(whole)))
        at_once[:, 0] = 1.0
        at_once[-1] = whole / (ways.chance(0)[0] or 1.0)
        return at_once
    ends = ways.in_the_end[:, None]
    shapes = ways.advanced / np.where(ends > 0, ends, 1.0)
    shapes[ends[:, 0] == 0, 0] = 1.0
    return np.asarray(shapes, dtype=np.float64)


def _stretched(shape: Floats, factor: float) -> Floats:
    """The same lengths, so many times as long, spread over whole days."""
    lengths = np.arange(len(shape)) * factor
    whole = np.floor(lengths + 1e-9).astype(np.int64)
    over = np.maximum(lengths - whole, 0.0)
    found: Floats = np.zeros(int(whole.max(initial=0)) + 2)
    np.add.at(found, whole, shape * (1 - over))
    np.add.at(found, whole + 1, shape * over)
    return found


def _shifts(shape: Floats, days: int) -> Floats:
    """The matrix that convolves: what enters on a day leaves after so many; shape (days, days)."""
    lag = np.arange(days)[None, :] - np.arange(days)[:, None]
    return np.asarray(np.where((lag >= 0) & (lag < len(shape)), shape[np.clip(lag, 0, len(shape) - 1)], 0.0))


def _going_on(base: Base, place: int) -> tuple[Floats, float]:
    """The open deals of a stage that go on after 0, 1, 2, … days, and how many times as many could at most.

    A deal whose chance to go on is a half can have a chance twice as high, no more; the stage's mean is held.
    """
    ways, standing = base.outlook.ways, base.outlook.standing
    here = standing.place == place
    if ways.stages != len(base.ratios):
        return _won_open(base) if place == len(base.ratios) - 1 else (np.zeros(1), 1.0)
    if not here.any():
        return np.zeros(1), 1.0
    going = ways.goes_on(place, standing.days[here], ways.longest + 1)
    counts = standing.n[here].astype(np.float64)
    expected = np.asarray(counts @ going, dtype=np.float64)
    some = float(counts[going.sum(axis=1) > 0].sum())
    return expected, some / expected.sum() if expected.sum() else 1.0


def _won_open(base: Base) -> tuple[Floats, float]:
    """All open deals that are won after 0, 1, 2, … days, where one ratio stands for several stages."""
    ways, standing = base.outlook.ways, base.outlook.standing
    horizon = len(base.dates)
    whole: Floats = np.zeros(horizon + 1)
    for place in np.unique(standing.place).tolist():
        here = standing.place == place
        whole += standing.n[here] @ ways.win_by(int(place), standing.days[here], horizon)
    expected = np.diff(whole, prepend=0.0)
    return expected, standing.open / expected.sum() if expected.sum() else 1.0


def _by_date(going: Floats, factor: float, days: int) -> Floats:
    """What goes on of the open deals on each day after the data's: on the next one at the earliest; shape (days,)."""
    lengths = np.maximum(np.arange(len(going)) * factor, 1.0)
    whole = np.floor(lengths + 1e-9).astype(np.int64)
    over = np.maximum(lengths - whole, 0.0)
    found: Floats = np.zeros(max(int(whole.max(initial=0)) + 2, days + 1))
    np.add.at(found, whole, going * (1 - over))
    np.add.at(found, whole + 1, going * over)
    return found[1 : days + 1]


def _let_through(come: Floats, room: int | None, dates: list[dt.date]) -> Floats:
    """What a stage takes of what comes, the others wait; a month's room is spread evenly over its days."""
    if room is None:
        return come
    daily = np.array([room / _days_of_month(day) for day in dates])
    spare = np.cumsum(come, axis=1) - np.cumsum(daily)
    # S(t) = min over s ≤ t of A(s) + c(s, t); before the first day nothing has come
    taken = np.cumsum(daily) + np.minimum(np.minimum.accumulate(spare, axis=1), 0.0)
    return np.asarray(np.diff(taken, axis=1, prepend=0.0), dtype=np.float64)


def _days_of_month(day: dt.date) -> int:
    return (day.replace(day=28) + 4 * DAY).replace(day=1).toordinal() - day.replace(day=1).toordinal()
