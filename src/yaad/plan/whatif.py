"""What if: what a number of inquiries becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from yaad.errors import InputError
from yaad.plan.backwards import INQUIRIES, LARGEST, LEVELS, Amount, exact
from yaad.plan.chance import Chances, chances_of
from yaad.plan.ratios import Ratio, check_ratios
from yaad.text import Message

CENT = Decimal("0.01")


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

    @property
    def rule(self) -> Message:
        """Why these numbers: the method behind them, in words."""
        return Message("plan.rule_what_if", {"inquiries": self.inquiries})


def what_if(
    inquiries: int,
    ratios: Sequence[Ratio],
    average: Amount | None = None,
    *,
    levels: Sequence[float] = LEVELS,
    unit: str | None = None,
) -> WhatIf:
    """What a number of inquiries becomes, stage by stage.

    Args:
        inquiries: how many come in, at least 1.
        ratios: the funnel, typed or from the past.
        average: money a customer brings.
        levels: chances wanted, each in (0, 1).
        unit: ISO currency of the money.

    Raises:
        InputError: the inquiries are not a count of at least 1, or the ratios are no funnel.

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
    rows = [_row(ratio, inquiries, chance) for ratio, chance in zip(ratios, chances, strict=True)]
    money = None if average is None else exact(average)
    last = rows[-1]
    return WhatIf(
        inquiries=inquiries,
        ratios=tuple(ratios),
        expected=(Expected(INQUIRIES, Fraction(inquiries), inquiries, inquiries), *rows),
        chance={level: chances[-1].surely(inquiries, level) for level in levels},
        average=money,
        value=_times(last.count, money),
        value_low=_times(Fraction(last.low), money),
        value_high=_times(Fraction(last.high), money),
        unit=unit,
    )


def _row(ratio: Ratio, inquiries: int, chance: Chances) -> Expected:
    count = inquiries * ratio.of_inquiries
    return Expected(ratio.stage, count, chance.surely(inquiries, 0.9), chance.at_most(inquiries, 0.9))


def _times(count: Fraction, average: Decimal | None) -> Decimal | None:
    """Money of a count, to the cent."""
    if average is None:
        return None
    return (count.numerator * average / count.denominator).quantize(CENT, rounding=ROUND_HALF_EVEN)
