"""Figures: a value that carries its unit, how many stand behind it, how sure it is, and what it is about."""

import datetime as dt
from dataclasses import dataclass, field

from yaad.model.periods import Period
from yaad.text import Message

Cell = str | int | float | None

FEW = 10
"""With fewer decided deals a share is no more than a hint."""


@dataclass(frozen=True)
class Figure:
    """One figure of one group.

    Attributes:
        id: the measure's id in the catalogue.
        value: None when it cannot be told (`why` says the reason) or is not reached.
        unit: ``count``, ``rate`` (0–1), ``days``, or an ISO currency; None for money of unknown currency.
        n: deals behind it.
        low, high: ends of the interval at `level`; None for counts and sums. An unreached end is None.
        level: 0.95, or None without an interval.
        period: None for all time.
        as_of: the data's day.
        by: dimension → its value in this group; empty without a breakdown.
        why: the reason when there is no value, or what to know about it.
        beside: further figures that belong next to it by name, e.g. ``undated``, ``n_open``, ``undecided``.
        name: what it is called where the company defined the measure; the catalogue's name else.
        variance: of a sum of amounts, where it is known: that of as many amounts as come, the sum of their squares.
    """

    id: str
    value: float | int | None
    unit: str | None
    n: int
    as_of: dt.date
    low: float | None = None
    high: float | None = None
    level: float | None = None
    period: Period | None = None
    by: dict[str, Cell] = field(default_factory=dict)
    why: Message | None = None
    beside: dict[str, Cell] = field(default_factory=dict)
    name: Message | None = None
    variance: float | None = None


@dataclass(frozen=True)
class FunnelRow:
    """One open stage of a funnel; ``entered = advanced + lost + open``.

    Attributes:
        rate: advanced ÷ entered, as counted today.
        rate_expected: the share that will advance when all is decided (competing risks, open deals censored).
        low, high: range of `rate_expected` at 95 %, widened to what is still undecided when that is over 5 %.
        immature: more than 5 % are still undecided at the longest time that can be trusted.
        few: fewer than ten are decided: the shares may turn out quite different.
        passed: of those that entered, how many are only known to have come further (a skipped stage counts as passed).
    """

    stage: str
    entered: int
    advanced: int
    lost: int
    open: int
    rate: float | None
    rate_expected: float | None
    low: float | None
    high: float | None
    immature: bool = False
    passed: int = 0
    few: bool = False


@dataclass(frozen=True)
class Funnel:
    """A funnel of one group: open stages in order, and what is won at the end."""

    stages: tuple[FunnelRow, ...]
    won: int
    undated: int
    as_of: dt.date
    period: Period | None = None
    by: dict[str, Cell] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class ConversionRow:
    """From one stage to any later one, by the day of entry: reached + lost + undecided = entered.

    Attributes:
        rate: reached ÷ entered, as counted today.
        rate_expected: the share that will reach it when all is decided.
        low, high: range of `rate_expected` at 95 %.
        immature: too much is undecided to give one number; the range holds both extremes.
        few: fewer than ten are decided: the share may turn out quite different.
    """

    start: str
    end: str
    entered: int
    reached: int
    lost: int
    undecided: int
    rate: float | None
    rate_expected: float | None
    low: float | None
    high: float | None
    by: dict[str, Cell] = field(default_factory=dict)
    immature: bool = False
    few: bool = False


@dataclass(frozen=True)
class DwellRow:
    """Time in one stage, in days.

    Attributes:
        median_days: the typical time, open deals counted (Kaplan–Meier); None when not reached.
        low, high: its 95 % interval (log-log Greenwood); an unreached end is None.
        q25_days, q75_days, p80_days: further quantiles of the same curve; None when not reached.
        mean_days: average including open deals: area under the curve up to `horizon_days`.
        mean_closed_days: the mean of the finished ones alone, which is too short.
        n, n_open: stays counted, and how many of them still run.
        left_out: stays without a usable time (unknown or impossible).
        mean_is_floor: more than 5 % still run at `horizon_days`: the true average is at least `mean_days`.
    """

    stage: str
    basis: str
    median_days: float | None
    low: float | None
    high: float | None
    q25_days: float | None
    q75_days: float | None
    p80_days: float | None
    mean_days: float | None
    horizon_days: float | None
    mean_closed_days: float | None
    n: int
    n_open: int
    left_out: int = 0
    mean_is_floor: bool = False


@dataclass(frozen=True)
class Dwells:
    """Time in each stage of one group, and the total from the first entry to closing."""

    stages: tuple[DwellRow, ...]
    total: DwellRow
    as_of: dt.date
    period: Period | None = None
    by: dict[str, Cell] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Why this number: the rule in words, the query of its sufficient statistics, some rows behind it."""

    id: str
    rule: Message
    sql: str
    rows: tuple[dict[str, Cell], ...]
    rows_total: int
    name: Message | None = None


@dataclass(frozen=True)
class Finding:
    """One thing about the data: `count` of `of` are so; `means` says what follows for the figures."""

    id: str
    count: int
    of: int
    words: Message
    means: Message


@dataclass(frozen=True)
class Snapshot:
    """The open deals at the end of a day: stage → how many."""

    day: dt.date
    counts: dict[str, int]
