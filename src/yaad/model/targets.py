"""Targets: how much of a measure is wanted in a period, by whom or of what."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import ClassVar

from yaad.errors import InputError
from yaad.model.periods import Period
from yaad.text import LANGUAGES, Message, keys, render

WON_VALUE = "won_value"
"""What a target is in where a sheet names no measure: the money of closings."""
LENGTHS = {1: "month", 3: "quarter", 12: "year"}
"""Months of a target's period, and what such a period is called."""


@dataclass(frozen=True)
class Whose:
    """Whose a target is, or of what; nothing said: the company's.

    Attributes:
        owner: a person; at most one of person and team is said.
        team, branch, product: see there.
    """

    PARTS: ClassVar = ("owner", "team", "branch", "product")

    owner: str | None = None
    team: str | None = None
    branch: str | None = None
    product: str | None = None

    @property
    def said(self) -> dict[str, str]:
        """The parts that are said."""
        return {name: value for name in self.PARTS if (value := getattr(self, name))}


@dataclass(frozen=True)
class Target:
    """One target.

    Attributes:
        measure: id in the catalogue; where a sheet's own word is none of its names, that word.
        period: a month, a quarter or a year.
        value: wanted.
        whose: see there.
        currency, tax: of money.
        entry: number of the entry that set it; None: a sheet did.
    """

    measure: str
    period: Period
    value: Decimal
    whose: Whose = Whose()
    currency: str | None = None
    tax: str | None = None
    entry: int | None = None


def months_of(period: Period) -> int:
    """How many months a target's period is long.

    Raises:
        InputError: it is no month, quarter or year.

    >>> months_of(Period.parse("2026-Q2")), months_of(Period.parse("2026"))
    (3, 12)
    """
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    is_whole = period.start.day == 1 and period.end.day == 1
    if not is_whole or months not in LENGTHS or (period.start.month - 1) % months:
        raise InputError(Message("goals.bad_period", {"period": period.name}))
    return months


def target_period(text: str) -> Period:
    """The period of a target, under its usual name: 2026-03, 2026-Q1 or 2026.

    Raises:
        InputError: it is no month, quarter or year.

    >>> target_period("2026q1").name
    '2026-Q1'
    """
    period = Period.parse(text)
    return named(period.start.year, period.start.month, months_of(period))


def named(year: int, month: int, months: int) -> Period:
    """The period of so many months that begins with a month.

    >>> named(2026, 4, 3).name, named(2026, 4, 1).name
    ('2026-Q2', '2026-04')
    """
    names = {1: f"{year:04}-{month:02}", 3: f"{year:04}-Q{(month + 2) // 3}", 12: f"{year:04}"}
    return Period.parse(names[months])


def months_in(period: Period) -> tuple[Period, ...]:
    """The months of a target's period.

    >>> [month.name for month in months_in(Period.parse("2026-Q1"))]
    ['2026-01', '2026-02', '2026-03']
    """
    count = months_of(period)
    return tuple(named(period.start.year, period.start.month + step, 1) for step in range(count))


def measure_named(text: str | None) -> str:
    """The measure that a sheet means by a word; the word itself where it means none.

    >>> measure_named(None), measure_named("Won"), measure_named("Sales"), measure_named("closings")
    ('won_value', 'won', 'won_value', 'won')
    """
    if text is None or not text.strip():
        return WON_VALUE
    return _names().get(_folded(text), text.strip())


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()


@cache
def _names() -> dict[str, str]:
    """Every name of a measure, folded → its id."""
    return dict(_pairs())


def _pairs() -> Iterator[tuple[str, str]]:
    """Ids, then names, then what people say for them, which goes before the others: a target of closings is net."""
    for key in keys(LANGUAGES[0], "measures"):
        if key.endswith(".name"):
            yield _folded(key.split(".")[1]), key.split(".")[1]
    for lang in LANGUAGES:
        for key in keys(lang, "measures"):
            parts = key.split(".")
            if parts[-1] == "name" and len(parts) == 3:
                yield _folded(render(Message(key), lang)), parts[1]
    for lang in LANGUAGES:
        for key in keys(lang, "goals"):
            if key.startswith("goals.also."):
                for name in render(Message(key), lang).split(","):
                    yield _folded(name), key.removeprefix("goals.also.")
