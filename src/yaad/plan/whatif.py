"""What if: what a number of inquiries becomes, in which month it lands, and what a limited step lets through."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike

from yaad.errors import InputError
from yaad.plan.backwards import INQUIRIES, LARGEST, LEVELS, Amount, exact
from yaad.plan.capacity import Carried, carry
from yaad.plan.chance import Chances, chances_of
from yaad.plan.ratios import Ratio, check_ratios
from yaad.text import Message

CENT = Decimal("0.01")
FASTEST = 90
"""Per cent by which a sale can be faster."""


@dataclass(frozen=True)
class Expected:
    """One row of a what-if.

    Attributes:
        stage: `INQUIRIES` for the first row, then the stages of the ratios.
        count: the exact average, such as 12 or 2,525/200.
        low, high: in 8 of 10 cases the count lies between them, both included.
    """

    stage: str
    count: Fraction
    low: int
    high: int


@dataclass(frozen=True)
class Landed:
    """What lands in one month: customers on average, and their money."""

    month: str
    customers: float
    value: Decimal | None = None


@dataclass(frozen=True)
class WhatIf:
    """What a number of inquiries becomes.

    Attributes:
        inquiries: how many come in.
        ratios: the funnel.
        expected: the inquiries, then one row a ratio; the last one is the customers.
        chance: level → customers that are reached or passed with that chance.
        average: money a customer brings; None when not given.
        value: expected money; `value_low` and `value_high` are the ends for 8 of 10 cases, from the number of
            customers alone (every customer at the average).
        unit: ISO currency of the money; None when unknown.
        carried: what the limited steps let through; None without limits.
        months: in which months the customers land; empty when the lags are not known.
        speed: the days of the way are so many times what they were.
        instead: the same of another number of inquiries, to compare with.
    """

    inquiries: int
    ratios: tuple[Ratio, ...]
    expected: tuple[Expected, ...]
    chance: dict[float, int]
    average: Decimal | None = None
    value: Decimal | None = None
    value_low: Decimal | None = None
    value_high: Decimal | None = None
    unit: str | None = None
    carried: Carried | None = None
    months: tuple[Landed, ...] = field(default=())
    speed: float = 1.0
    instead: "WhatIf | None" = None

    @property
    def rule(self) -> Message:
        """Why these numbers: the method behind them, in words."""
        return Message("plan.rule_what_if", {"inquiries": self.inquiries})

    @property
    def customers(self) -> Fraction:
        """Customers on average."""
        return self.expected[-1].count

    @property
    def later(self) -> float:
        """Customers that land after the months that are told: later than was seen so far; 0 without months."""
        left = float(self.customers) - sum(row.customers for row in self.months)
        return max(0.0, round(left, 9)) if self.months else 0.0


def what_if(
    inquiries: int,
    ratios: Sequence[Ratio],
    average: Amount | None = None,
    *,
    levels: Sequence[float] = LEVELS,
    unit: str | None = None,
    limits: Mapping[str, Fraction | int] | None = None,
) -> WhatIf:
    """What a number of inquiries becomes, stage by stage.

    A limited step lets through what it can take; what comes after it is as if only so many inquiries had come.

    Args:
        inquiries: how many come in, at least 1.
        ratios: the funnel, typed or from the past.
        average: money a customer brings.
        levels: chances wanted, each in (0, 1).
        unit: ISO currency of the money.
        limits: stage → how many can be taken there of these inquiries.

    Raises:
        InputError: the inquiries are not a count of at least 1, or the ratios are no funnel.
        UnknownName: a limit of no stage.

    >>> from yaad.plan import typed_ratios
    >>> close = typed_ratios({"close": "0.1"})
    >>> [str(what_if(inquiries, close).expected[-1].count) for inquiries in (100, 120, 600)]
    ['10', '12', '60']
    >>> what_if(600, close).chance
    {0.5: 60, 0.8: 54, 0.9: 51}
    """
    check_ratios(ratios)
    if not 1 <= inquiries <= LARGEST:
        raise InputError(Message("plan.bad_inquiries", {"inquiries": inquiries}))
    chances = chances_of(ratios)
    carried = carry(inquiries, ratios, limits) if limits else None
    rows = [
        _row(ratio, inquiries, chance, None if carried is None else carried.counts[place])
        for place, (ratio, chance) in enumerate(zip(ratios, chances, strict=True), 1)
    ]
    money = None if average is None else exact(average)
    last = rows[-1]
    most = floor(last.count / ratios[-1].of_inquiries)  # as many inquiries as are not held back
    return WhatIf(
        inquiries=inquiries,
        ratios=tuple(ratios),
        expected=(Expected(INQUIRIES, Fraction(inquiries), inquiries, inquiries), *rows),
        chance={level: chances[-1].surely(most, level) for level in levels},
        average=money,
        value=_times(last.count, money),
        value_low=_times(Fraction(last.low), money),
        value_high=_times(Fraction(last.high), money),
        unit=unit,
        carried=carried,
    )


def landing(found: WhatIf, curve: ArrayLike, first_day: dt.date, days: int, speed: float = 1.0) -> WhatIf:
    """The same with the months in which its customers land.

    The inquiries come evenly on `days` days from `first_day` on; a sale comes with the lag of its inquiry.

    Args:
        found: what the inquiries become.
        curve: part of the sales within 0, 1, 2, … days of the inquiry, shape (lags,); it ends at 1, or below it where
            some come later than was seen.
        first_day: day of the first inquiries.
        days: on how many days they come.
        speed: the days of the way are so many times what they were; 0.8 is 20 % faster.

    Raises:
        InputError: the speed is not above 0.

    >>> from yaad.plan import typed_ratios
    >>> plan = what_if(120, typed_ratios({"close": "0.1"}), 1000)
    >>> for row in landing(plan, [0] * 30 + [1], dt.date(2026, 1, 1), 31).months:
    ...     print(row.month, round(row.customers, 2), row.value)
    2026-01 0.39 387.10
    2026-02 10.84 10838.71
    2026-03 0.77 774.19
    """
    if not speed > 0:
        raise InputError(Message("levers.bad_factor", {"text": str(speed)}))
    known = np.asarray(curve, dtype=np.float64)
    steps = np.arange(ceil((len(known) - 1) * speed) + 1)
    within = np.interp(steps / speed, np.arange(len(known)), known)
    within[-1] = known[-1]
    daily = np.convolve(np.full(days, float(found.customers) / days), np.diff(within, prepend=0.0))
    months: dict[str, float] = {}
    for offset, customers in enumerate(daily.tolist()):
        month = f"{first_day + dt.timedelta(days=offset):%Y-%m}"
        months[month] = months.get(month, 0.0) + customers
    rows = tuple(
        Landed(month, customers, _times(Fraction(customers).limit_denominator(10**9), found.average))
        for month, customers in months.items()
    )
    return replace(found, months=rows, speed=speed)


def speed_of(percent_faster: str) -> float:
    """The factor of all days when a sale is so many per cent faster.

    Raises:
        InputError: it is no number from 0 to 90.

    >>> speed_of("20"), speed_of("")
    (0.8, 1.0)
    """
    text = percent_faster.strip().removesuffix("%") or "0"
    if not text.isdecimal() or int(text) > FASTEST:
        raise InputError(Message("levers.bad_faster", {"text": percent_faster}))
    return (100 - int(text)) / 100


def _row(ratio: Ratio, inquiries: int, chance: Chances, passed: Fraction | None) -> Expected:
    count = inquiries * ratio.of_inquiries
    low, high = chance.surely(inquiries, 0.9), chance.at_most(inquiries, 0.9)
    if passed is None or passed == count:
        return Expected(ratio.stage, count, low, high)
    # held back: as of so many inquiries as come through, and never more than there is room for
    through = floor(passed / ratio.of_inquiries)
    return Expected(ratio.stage, passed, chance.surely(through, 0.9), min(chance.at_most(through, 0.9), ceil(passed)))


def _times(count: Fraction, average: Decimal | None) -> Decimal | None:
    """Money of a count, to the cent."""
    if average is None:
        return None
    return (count.numerator * average / count.denominator).quantize(CENT, rounding=ROUND_HALF_EVEN)
