"""Ratios of a funnel as people type them or as the past shows them, kept exact."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from yaad.errors import CannotTell, InputError, UnknownName
from yaad.text import Message

# Exponents are left out on purpose: "1e-999999999" would be an integer of a billion digits.
_TYPED = re.compile(
    r"(?P<number>\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})\s*(?P<percent>%)?|(?P<part>\d{1,18})\s*/\s*(?P<whole>\d{1,18})"
)


@dataclass(frozen=True)
class Ratio:
    """Which part of the inquiries reaches a stage.

    Attributes:
        stage: the stage's name; the last ratio of a plan is the customers.
        of_inquiries: exact part of all inquiries, in (0, 1].
        reached, of: past inquiries that reached the stage, of how many; None when the ratio is taken as known exactly.
        before: past inquiries that reached the stage before, when that stage's own ratio no longer tells it
            (see `with_step`).
    """

    stage: str
    of_inquiries: Fraction
    reached: int | None = None
    of: int | None = None
    before: int | None = None

    @classmethod
    def counted(cls, stage: str, reached: int, of: int) -> "Ratio":
        """A ratio from the past: `reached` of `of` inquiries.

        Raises:
            CannotTell: no inquiry reached the stage, so nothing can be planned from it.

        >>> Ratio.counted("close", 842, 8000).of_inquiries
        Fraction(421, 4000)
        """
        if of <= 0 or reached <= 0:
            raise CannotTell(Message("plan.none_reached", {"stage": stage, "n": max(of, 0)}))
        return cls(stage, Fraction(reached, of), reached, of)


@dataclass(frozen=True)
class Step:
    """From one row of a plan to the next: the exact ratio, and the counts behind it when it comes from the past."""

    stage: str
    ratio: Fraction
    won: int | None = None
    lost: int | None = None


def read_ratio(text: str, stage: str = "") -> Fraction:
    """A ratio as typed: decimal, percentage or fraction.

    Args:
        text: such as ``0.5``, ``50%`` or ``1/2``.
        stage: what it is for, named in the error.

    Raises:
        InputError: it is none of these, or not above 0 and at most 1.

    >>> read_ratio("0.1"), read_ratio("12.5%"), read_ratio("1/3")
    (Fraction(1, 10), Fraction(1, 8), Fraction(1, 3))
    """
    typed = _TYPED.fullmatch(text.strip())
    value = Fraction(0)
    if typed and typed["number"]:
        value = Fraction(typed["number"]) / (100 if typed["percent"] else 1)
    elif typed and int(typed["whole"]):
        value = Fraction(int(typed["part"]), int(typed["whole"]))
    if not 0 < value <= 1:
        raise InputError(Message("plan.bad_ratio", {"stage": stage, "text": text}))
    return value


def typed_ratios(
    of_inquiries: Mapping[str, str], of_step: Mapping[str, str] | None = None, order: Sequence[str] | None = None
) -> list[Ratio]:
    """Ratios as typed, in the order of the funnel.

    Args:
        of_inquiries: stage → ratio of all inquiries.
        of_step: stage → ratio of the stage before it.
        order: the stages' names as they stand in the funnel; needed only when both kinds are used.

    Raises:
        InputError: no ratio, a ratio that cannot be read, one that grows along the funnel, a stage named twice, or
            both kinds without an order.

    >>> [str(ratio.of_inquiries) for ratio in typed_ratios({"quote": "50%"}, {"close": "1/5"}, ["quote", "close"])]
    ['1/2', '1/10']
    """
    steps = of_step or {}
    ratios: list[Ratio] = []
    reached = Fraction(1)
    for stage in _in_order(of_inquiries, steps, order):
        if stage in steps:
            reached *= read_ratio(steps[stage], stage)
        else:
            reached = read_ratio(of_inquiries[stage], stage)
        ratios.append(Ratio(stage, reached))
    check_ratios(ratios)
    return ratios


def _in_order(of_inquiries: Mapping[str, str], of_step: Mapping[str, str], order: Sequence[str] | None) -> list[str]:
    """All stages once, in the order of the funnel."""
    given = [*of_inquiries, *of_step]
    twice = set(of_inquiries) & set(of_step)
    if twice:
        raise InputError(Message("plan.named_twice", {"stage": min(twice)}))
    if order is None:
        if of_inquiries and of_step:
            raise InputError(Message("plan.order_open", {"stages": ", ".join(given)}))
        return given
    for stage in given:
        if stage not in order:
            raise UnknownName("stage", stage, order)
    return [stage for stage in dict.fromkeys(order) if stage in of_inquiries or stage in of_step]


def check_ratios(ratios: Sequence[Ratio]) -> None:
    """Hold the laws of a funnel: at least one ratio, each in (0, 1], none above the one before.

    Raises:
        InputError: one of the laws is broken.
    """
    if not ratios:
        raise InputError(Message("plan.no_ratios"))
    before = Ratio("", Fraction(1))
    for ratio in ratios:
        if not 0 < ratio.of_inquiries <= 1:
            raise InputError(Message("plan.bad_ratio", {"stage": ratio.stage, "text": str(ratio.of_inquiries)}))
        if ratio.of_inquiries > before.of_inquiries:
            raise InputError(Message("plan.growing", {"stage": ratio.stage, "before": before.stage}))
        before = ratio


def steps_of(ratios: Sequence[Ratio]) -> list[Step]:
    """Each row's ratio of the row before it, with its past counts where both rows were counted.

    >>> for step in steps_of([Ratio.counted("quote", 250, 500), Ratio.counted("close", 50, 500)]):
    ...     print(step)
    Step(stage='quote', ratio=Fraction(1, 2), won=250, lost=250)
    Step(stage='close', ratio=Fraction(1, 5), won=50, lost=200)
    """
    check_ratios(ratios)
    steps: list[Step] = []
    part, counted = Fraction(1), ratios[0].of
    for ratio in ratios:
        before = counted if ratio.before is None else ratio.before
        if ratio.reached is None or before is None:
            steps.append(Step(ratio.stage, ratio.of_inquiries / part))
        else:
            steps.append(Step(ratio.stage, ratio.of_inquiries / part, ratio.reached, max(before - ratio.reached, 0)))
        part, counted = ratio.of_inquiries, ratio.reached
    return steps


def with_step(ratios: Sequence[Ratio], stage: str, step: Fraction) -> list[Ratio]:
    """The same funnel with one step set by hand: it is then known exactly, the steps after it keep what they are.

    Args:
        ratios: the funnel.
        stage: the stage whose step changes.
        step: the new ratio of the stage before, in (0, 1].

    Raises:
        UnknownName: no such stage.
        InputError: the ratio is not above 0 and at most 1.

    >>> old = typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"})
    >>> [str(ratio.of_inquiries) for ratio in with_step(old, "negotiation", Fraction(1, 2))]
    ['1/2', '1/4', '1/8']
    """
    if stage not in {ratio.stage for ratio in ratios}:
        raise UnknownName("stage", stage, [ratio.stage for ratio in ratios])
    changed: list[Ratio] = []
    part = Fraction(1)
    counted = ratios[0].of if ratios else None
    for ratio, old in zip(ratios, steps_of(ratios), strict=True):
        if ratio.stage == stage:
            part *= step
            changed.append(Ratio(stage, part))
        else:
            part *= old.ratio
            before = counted if ratio.before is None else ratio.before
            changed.append(replace(ratio, of_inquiries=part, before=before if ratio.reached is not None else None))
        counted = ratio.reached
    check_ratios(changed)
    return changed
