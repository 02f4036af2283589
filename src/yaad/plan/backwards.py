"""Planning backwards: from the customers or the money wanted to the inquiries that are needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from yaad.errors import InputError
from yaad.plan.chance import chances_of
from yaad.plan.ratios import Ratio, check_ratios
from yaad.text import Message

INQUIRIES = "inquiries"
"""Name of the first row of every plan."""

LEVELS = (0.5, 0.8, 0.9)
LARGEST = 10**12  # inquiries; beyond it a ratio was mistyped
FEW_WINS = 10  # below this many past customers the page says how little the plan rests on

Amount = Decimal | int | float | str


@dataclass(frozen=True)
class Needed:
    """One row of a plan.

    Attributes:
        stage: `INQUIRIES` for the first row, then the stages of the ratios.
        count: how many are needed on average, rounded up.
        last_useful: the last day on which it still counts for the period; None when not asked or not known.
        working_days_left: working days after the data's day up to `last_useful`; None when not known.
        late: `last_useful` has passed: what comes now counts for the next period.
    """

    stage: str
    count: int
    last_useful: date | None = None
    working_days_left: int | None = None
    late: bool = False


@dataclass(frozen=True)
class Plan:
    """What a target needs.

    Attributes:
        target: customers wanted.
        ratios: the funnel it was planned with.
        needed: the inquiries, then one row a ratio; enough *on average*, which is missed about every other time.
        chance: level → inquiries with which the target is reached or passed with that chance.
        on_average: the chance that the inquiries of `needed` reach the target.
        history: past inquiries behind the ratios; None when they were typed.
        average: money a customer brings; None when not given.
        value: money that the target brings on average (`target` × `average`).
        target_value: the money asked for, when the target was set in money.
        unit: ISO currency of the money; None when unknown.
        notes: what to know about it, in words.
    """

    target: int
    ratios: tuple[Ratio, ...]
    needed: tuple[Needed, ...]
    chance: dict[float, int]
    on_average: float
    history: int | None = None
    average: Decimal | None = None
    value: Decimal | None = None
    target_value: Decimal | None = None
    unit: str | None = None
    notes: tuple[Message, ...] = field(default=())

    @property
    def rule(self) -> Message:
        """Why these numbers: the method behind them, in words."""
        key = "plan.rule_typed" if self.history is None else "plan.rule_counted"
        values: dict[str, object] = {"target": self.target, "inquiries": self.needed[0].count}
        return Message(key, values if self.history is None else values | {"history": self.history})


def plan_backwards(
    target: int,
    ratios: Sequence[Ratio],
    levels: Sequence[float] = LEVELS,
    *,
    average: Amount | None = None,
    target_value: Amount | None = None,
    unit: str | None = None,
) -> Plan:
    """From the customers wanted back to the inquiries needed.

    A row's count is ``ceil(target × row's ratio ÷ last ratio)`` in exact fractions. `Plan.chance` says how many
    inquiries reach the target with each chance (see `yaad.plan.chance`).

    Args:
        target: customers wanted, at least 1.
        ratios: the funnel, typed (`typed_ratios`) or from the past (`Ratio.counted`); the last one is the customers.
        levels: chances wanted, each in (0, 1).
        average: money a customer brings.
        target_value: the money asked for, kept beside the plan (see `closings_for_value`).
        unit: ISO currency of the money.

    Raises:
        InputError: the target is not a count of at least 1, the ratios are no funnel, or more inquiries are needed
            than can be meant.

    >>> from yaad.plan import typed_ratios
    >>> plan = plan_backwards(50, typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"}))
    >>> [(row.stage, row.count) for row in plan.needed]
    [('inquiries', 500), ('quote', 250), ('negotiation', 100), ('close', 50)]
    >>> plan.chance
    {0.5: 497, 0.8: 555, 0.9: 588}
    """
    check_ratios(ratios)
    if target < 1:
        raise InputError(Message("plan.bad_target", {"target": target}))
    each = target / ratios[-1].of_inquiries
    if each > LARGEST:
        raise InputError(Message("plan.too_many", {"target": target, "ratio": str(float(ratios[-1].of_inquiries))}))
    rows = [Needed(INQUIRIES, ceil(each)), *(Needed(ratio.stage, ceil(each * ratio.of_inquiries)) for ratio in ratios)]
    sale = chances_of(ratios)[-1]
    money = None if average is None else exact(average)
    return Plan(
        target=target,
        ratios=tuple(ratios),
        needed=tuple(rows),
        chance={level: sale.inquiries_for(target, level) for level in levels},
        on_average=sale.at_least(target, rows[0].count),
        history=_history(ratios),
        average=money,
        value=None if money is None else target * money,
        target_value=None if target_value is None else exact(target_value),
        unit=unit,
        notes=_notes(ratios),
    )


def _history(ratios: Sequence[Ratio]) -> int | None:
    """Past inquiries behind a funnel; None when no ratio was counted."""
    return max((ratio.of for ratio in ratios if ratio.of is not None), default=None)


def _notes(ratios: Sequence[Ratio]) -> tuple[Message, ...]:
    won = ratios[-1].reached
    return (Message("plan.few_wins", {"n": won}),) if won is not None and won < FEW_WINS else ()


def exact(amount: Amount) -> Decimal:
    """An amount as an exact decimal; groups of three parted by commas are read.

    Raises:
        InputError: it is no amount above 0.

    >>> exact("1,350,000"), exact(27000), exact(0.1)
    (Decimal('1350000'), Decimal('27000'), Decimal('0.1'))
    """
    text = str(amount).strip()
    head, point, tail = text.partition(".")
    groups = head.split(",")
    if len(groups) > 1 and len(groups[0]) in (1, 2, 3) and all(len(group) == 3 for group in groups[1:]):
        text = "".join(groups) + point + tail
    # `isdecimal` keeps out signs, exponents, NaN and infinities
    if not text.replace(".", "", 1).isdecimal() or len(text) > 40 or not Decimal(text):
        raise InputError(Message("plan.bad_amount", {"text": str(amount)}))
    return Decimal(text)


def closings_for_value(target_value: Amount, average: Amount) -> int:
    """Closings that a target in money needs: target ÷ average, rounded up.

    Raises:
        InputError: one of them is no amount above 0.

    >>> closings_for_value("1350000", "27000"), closings_for_value("1350000.01", "27000")
    (50, 51)
    """
    return ceil(Fraction(exact(target_value)) / Fraction(exact(average)))
