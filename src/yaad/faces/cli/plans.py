"""Verbs that plan: backwards from a target, and forwards from inquiries. Typed ratios need no book."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import InputError
from yaad.faces.cli import options as o
from yaad.faces.cli.screen import pairs
from yaad.faces.cli.verbs import Asked, figures
from yaad.text import Message

if TYPE_CHECKING:
    from yaad import plan as planning
    from yaad.show import Result


@figures
def plan(
    asked: Asked,
    context: typer.Context,
    *,
    target: Annotated[int | None, typer.Option("--target", metavar="CUSTOMERS")] = None,
    target_value: Annotated[str | None, typer.Option("--target-value", metavar="AMOUNT")] = None,
    average: o.Average = None,
    ratio: o.Ratio = None,
    step: o.Step = None,
    ratios: o.RatiosOrUsual = None,
    window: o.Window = None,
    deadline: Annotated[str | None, typer.Option("--deadline", metavar="DATE")] = None,
    period: o.InPeriod = None,
    capacity: o.Capacity = None,
    cost: Annotated[list[str] | None, typer.Option("--cost", metavar="SOURCE=AMOUNT")] = None,
    by: Annotated[o.Beside | None, typer.Option("--by")] = None,
) -> "Result":
    """How many inquiries a target needs."""
    from yaad.model import parse_day

    if (target is None) == (target_value is None):
        raise InputError(Message("cli.one_target"))
    if deadline and period:
        raise InputError(Message("levers.one_end"))
    until = parse_day(deadline) if deadline else None
    limits = _limits(capacity)
    if ratio or step:
        if until is not None:
            raise InputError(Message("cli.deadline_needs_book"))
        for option, given in (("--period", period), ("--cost", cost), ("--by", by)):
            if given:
                raise InputError(Message("levers.needs_book", {"option": option}))
        return _typed_plan(target, target_value, average, _typed(ratio, step, context.obj), limits)
    with asked.opened() as book:
        return book.plan(
            target,
            target_value=target_value,
            average=average,
            ratios=ratios.value if ratios else None,
            window_days=window,
            deadline=until,
            period=period,
            capacity=limits,
            costs=pairs(cost, "--cost") or None,
            by=by.value if by else None,
        )


@figures
def whatif(
    asked: Asked,
    context: typer.Context,
    *,
    inquiries: Annotated[int | None, typer.Option("--inquiries", metavar="N")] = None,
    change: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=CHANGE")] = None,
    average: o.Average = None,
    ratio: o.Ratio = None,
    step: o.Step = None,
    ratios: o.RatiosOrUsual = None,
    window: o.Window = None,
    period: o.InPeriod = None,
    capacity: o.Capacity = None,
    speed: Annotated[float, typer.Option("--speed", metavar="FACTOR")] = 1.0,
    instead: Annotated[int | None, typer.Option("--instead-of", metavar="N")] = None,
) -> "Result":
    """What a number of inquiries becomes, or what changes bring."""
    limits = _limits(capacity)
    if inquiries is None or change:
        if inquiries is not None or not (change or limits):
            raise InputError(Message("scenario.one_way"))
        if ratio or step:
            raise InputError(Message("levers.needs_book", {"option": "--set"}))
        with asked.opened() as book:
            said = pairs(change, "--set")
            return book.scenario(said, period, capacity=limits, ratios=ratios.value if ratios else "expected")
    if ratio or step:
        if period:
            raise InputError(Message("levers.needs_book", {"option": "--period"}))
        return _typed_what_if(inquiries, average, _typed(ratio, step, context.obj), limits, instead)
    with asked.opened() as book:
        return book.whatif(
            inquiries,
            average=average,
            ratios=ratios.value if ratios else "mature",
            window_days=window,
            period=period,
            capacity=limits,
            speed=speed,
            instead=instead,
        )


@figures
def levers(asked: Asked, *, period: o.InPeriod = None, capacity: o.Capacity = None) -> "Result":
    """What each improvement is worth."""
    with asked.opened() as book:
        return book.levers(period, capacity=_limits(capacity))


@figures
def leaks(asked: Asked) -> "Result":
    """Where the money leaks."""
    with asked.opened() as book:
        return book.leaks()


def _limits(capacity: Sequence[str] | None) -> dict[str, int] | None:
    """Limits as typed; None when there are none."""
    if not capacity:
        return None
    from yaad.plan.capacity import read_limits

    return read_limits(pairs(capacity, "--capacity"))


def _typed_what_if(
    inquiries: int,
    average: str | None,
    ratios: "list[planning.Ratio]",
    limits: dict[str, int] | None,
    instead: int | None,
) -> "Result":
    from dataclasses import replace

    from yaad.plan import what_if
    from yaad.show import WhatIfResult

    found = what_if(inquiries, ratios, average, limits=limits)
    other = None if instead is None else what_if(instead, ratios, average, limits=limits)
    return WhatIfResult(replace(found, instead=other))


def _typed_plan(
    target: int | None,
    target_value: str | None,
    average: str | None,
    ratios: "list[planning.Ratio]",
    limits: dict[str, int] | None,
) -> "Result":
    from yaad.plan import closings_for_value, plan_backwards
    from yaad.plan.capacity import carry
    from yaad.show import PlanResult

    if target is None:
        if target_value is None or average is None:
            raise InputError(Message("cli.average_needed"))
        target = closings_for_value(target_value, average)
    made = plan_backwards(target, ratios, average=average, target_value=target_value)
    return PlanResult(made, carried=carry(made.needed[0].count, ratios, limits) if limits else None)


def _typed(ratio: Sequence[str] | None, step: Sequence[str] | None, words: Sequence[str]) -> "list[planning.Ratio]":
    """Typed ratios; when both kinds are used, the order of the words is the order of the funnel."""
    from yaad.plan import typed_ratios

    of_inquiries, of_step = pairs(ratio, "--ratio"), pairs(step, "--step")
    order = typed_order(words) if of_inquiries and of_step else None
    return typed_ratios(of_inquiries, of_step, order)


def typed_order(words: Sequence[str]) -> list[str]:
    """The names of ``--ratio`` and ``--step`` in the order in which they were typed.

    >>> typed_order(["plan", "--step", "quote=0.5", "--ratio=close=0.1"])
    ['quote', 'close']
    """
    names = []
    for place, word in enumerate(words):
        option, sign, value = word.partition("=")
        if option in ("--ratio", "--step"):
            pair = value if sign else next(iter(words[place + 1 :]), "")
            names.append(pair.partition("=")[0].strip())
    return names
