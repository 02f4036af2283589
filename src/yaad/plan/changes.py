"""Changes as people type them, and as the sliders of a page say them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from yaad.errors import InputError, UnknownName
from yaad.plan.backwards import INQUIRIES, exact
from yaad.plan.ratios import read_ratio, steps_of
from yaad.plan.scenario import Base, Changes
from yaad.text import Message

_FACTOR = re.compile(r"(?P<sign>[+\-−])\s*(?P<number>\d{1,6}(?:\.\d{1,6})?)\s*%")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
SIZE, DAYS = "size", "days"


def read_changes(base: Base, said: Mapping[str, str], first: str = INQUIRIES) -> Changes:
    """Changes as typed: ``+10%`` and ``-20%`` of what is now, or what is to be.

    Args:
        base: how things go.
        said: ``inquiries`` (a month), ``size`` (money a customer brings), ``days`` (of the whole way), ``days.Quote``
            (in a stage), or a stage → its ratio of the stage before.
        first: name of the first stage.

    Raises:
        InputError: a change that cannot be read, or one of what is not known.
        UnknownName: neither of these nor a stage.

    >>> import datetime as dt
    >>> from yaad.model import Period
    >>> from yaad.plan import typed_ratios
    >>> from yaad.plan.ways import Stays, Ways
    >>> from yaad.measures.statistics import Spells
    >>> from yaad.plan.period import Outlook, Standing
    >>> ways = Stays.of_spells([[Spells.count([8, 8], [1, 2])]]).ways()
    >>> outlook = Outlook(Period.parse("2027-01"), dt.date(2026, 12, 1), ways, Standing.nothing(), {}, 2.0)
    >>> base = Base(outlook, tuple(typed_ratios({"Won": "0.5"})), 1000.0)
    >>> changes = read_changes(base, {"inquiries": "+20%", "size": "1500", "days": "4", "won": "60%"})
    >>> str(changes.inquiries), str(changes.size), str(changes.days[INQUIRIES]), str(changes.steps["Won"])
    ('6/5', '3/2', '1/2', '3/5')
    """
    stages = {name.casefold(): name for name in base.names} | {first.casefold(): INQUIRIES}
    means = dict(zip(base.names[:-1], base.stays, strict=True))
    steps: dict[str, Fraction] = {}
    days: dict[str, Fraction] = {}
    whole = {INQUIRIES: base.a_month, SIZE: base.average or 0.0}
    factors = dict.fromkeys(whole, Fraction(1))
    ratios = {step.stage: step.ratio for step in steps_of(base.ratios)}
    for name, text in said.items():
        plain, dot, stage = name.strip().casefold().partition(".")
        if not dot and plain in whole:
            factors[plain] = _factor(name, text, whole[plain])
        elif not dot and plain == DAYS:
            days = dict.fromkeys(means, _factor(name, text, sum(means.values()))) | days
        elif plain == DAYS and stages.get(stage) in means:
            days[stages[stage]] = _factor(name, text, means[stages[stage]])
        elif stages.get(name.strip().casefold()) in ratios:
            to = stages[name.strip().casefold()]
            relative = _FACTOR.fullmatch(text.strip())
            steps[to] = min(ratios[to] * _factor(name, text, 1), Fraction(1)) if relative else read_ratio(text, to)
        else:
            raise UnknownName("stage", name, [INQUIRIES, SIZE, DAYS, *ratios])
    return Changes(steps, factors[INQUIRIES], factors[SIZE], days)


def _factor(name: str, text: str, now: float) -> Fraction:
    """How many times what is now."""
    relative, plain = _FACTOR.fullmatch(text.strip()), text.strip().replace(",", "")
    if relative:
        part = Fraction(relative["number"]) / 100
        found = 1 + part if relative["sign"] == "+" else 1 - part
    elif _NUMBER.fullmatch(plain) and now:
        found = Fraction(plain) / Fraction(now).limit_denominator(10**6)
    else:
        found = Fraction(0)
    if not found > 0:
        raise InputError(Message("scenario.bad_change", {"name": name, "text": text}))
    return found


AS_NOW = "100"


def of_now(
    base: Base,
    steps: Mapping[str, Fraction],
    rooms: Mapping[str, int],
    *,
    inquiries: str = AS_NOW,
    size: str = AS_NOW,
    days: str = AS_NOW,
) -> Changes:
    """Changes as sliders say them: of 100 as it is now.

    Args:
        base: how things go.
        steps: stage → ratio of the stage before, of those that were moved.
        rooms: stage → deals a month, of all stages that are to have a limit.
        inquiries: how many come, of 100.
        size: money a customer brings, of 100.
        days: in every stage, of 100.

    Raises:
        InputError: one of them is no number above 0.

    >>> [str(part_of_now("days", text)) for text in ("80", "112.5")]
    ['4/5', '9/8']
    """
    slow = part_of_now("days", days)
    either = dict.fromkeys([*base.rooms, *rooms])
    return Changes(
        steps=steps,
        inquiries=part_of_now("inquiries", inquiries),
        size=part_of_now("size", size),
        days={} if slow == 1 else dict.fromkeys(base.names[:-1], slow),
        rooms={stage: rooms.get(stage) for stage in either if rooms.get(stage) != base.rooms.get(stage)},
    )


def part_of_now(name: str, text: str) -> Fraction:
    """Of 100 as it is now.

    Raises:
        InputError: it is no number above 0.
    """
    plain = text.strip().removesuffix("%") or AS_NOW
    if not _NUMBER.fullmatch(plain) or not float(plain):
        raise InputError(Message("scenario.bad_change", {"name": name, "text": text}))
    return Fraction(plain) / 100


def with_average(base: Base, text: str) -> Base:
    """The same with a customer's money as typed, which is then taken as known.

    Raises:
        InputError: it is no amount above 0.
    """
    return replace(base, average=float(exact(text)), average_error=0.0) if text else base


def average_of(base: Base, size: str) -> str:
    """What a customer brings when it is so much of 100 as it is now; empty where it is not known."""
    return "" if base.average is None else f"{base.average * float(part_of_now('size', size)):.2f}"


def room_span(own: int | None, typed: int | None) -> int | None:
    """To where the slider of a limit goes: twice what the company said; None where it said nothing, or it was emptied.

    >>> room_span(40, 40), room_span(40, 120), room_span(None, 5)
    (80, 120, None)
    """
    return None if own is None or typed is None else max(2 * own, typed)
