"""Targets divided and proposed: parts that add up exactly, and what a period may bring with which chance."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from yaad.errors import CannotTell, InputError
from yaad.measures.quotas import Wanted
from yaad.model import FEW, Period
from yaad.plan.backwards import INQUIRIES
from yaad.plan.chance import chances_of
from yaad.plan.levers import Levers
from yaad.plan.period import DAY, Outlook, credit_of, landing_of
from yaad.plan.ratios import Ratio
from yaad.text import Message

Floats = NDArray[np.float64]
CENT = Decimal("0.01")
FINEST = Decimal("0.0001")
"""Targets are kept to so much, so that a part of a position gives back the cent that was meant."""
LEVELS = {"cautious": 0.8, "likely": 0.5, "stretch": 0.2}
"""The proposals, and the chance with which each is reached."""
WEIGHT = 20
"""Deals of the team that a person's own ratio is mixed with."""
FEW_WINS = FEW
"""With fewer won deals nothing is foretold: no forecast, no chance of a target, none proposed."""
POINTS, MIXED, SEED = 4000, 64, 20_116


def divide(whole: Decimal, weights: Mapping[str, float | Decimal], step: Decimal = CENT) -> dict[str, Decimal]:
    """A whole in parts by weights, each a multiple of `step`, that sum to it exactly (largest remainders).

    Args:
        whole: what is divided; a multiple of `step`.
        weights: part → weight, none below 0 and one above it.
        step: the smallest part: a cent, or 1 of what is counted.

    Raises:
        InputError: the weights divide nothing.

    >>> {name: str(part) for name, part in divide(Decimal(100), {"a": 1, "b": 1, "c": 1}).items()}
    {'a': '33.34', 'b': '33.33', 'c': '33.33'}
    >>> divide(Decimal(10), {"a": 2, "b": 1}, Decimal(1))
    {'a': Decimal('7'), 'b': Decimal('3')}
    """
    exact = {name: Fraction(weight) for name, weight in weights.items()}
    total = sum(exact.values(), Fraction(0))
    if total <= 0 or min(exact.values()) < 0:
        raise InputError(Message("goals.bad_weights"))
    units = Fraction(whole) / Fraction(step)
    shares = {name: units * weight / total for name, weight in exact.items()}
    parts = {name: floor(share) for name, share in shares.items()}
    by_rest = sorted(parts, key=lambda name: parts[name] - shares[name])  # stable: equal ones in the given order
    for name in by_rest[: ceil(units) - sum(parts.values())]:
        parts[name] += 1
    return {name: part * step for name, part in parts.items()}


def for_full_position(part: Decimal, working: float) -> Decimal:
    """The target for a full position that comes to `part` for who works this part of the period.

    >>> for_full_position(Decimal("10.01"), 0.3)
    Decimal('33.3667')
    """
    return part if working == 1 else (part / Decimal(repr(working))).quantize(FINEST, ROUND_HALF_UP)


@dataclass(frozen=True)
class Proposal:
    """A target that may be set.

    Attributes:
        level: cautious, likely or stretch.
        value: money, rounded for people; the closings where there is no money.
        closings: closings that it takes.
        chance: that it is reached or passed.
    """

    level: str
    value: Decimal
    closings: int
    chance: float


@dataclass(frozen=True, eq=False)
class Expected:
    """What a period may bring, if all goes on as it does.

    Attributes:
        closings: equally likely numbers, rising.
        money: equally likely amounts, rising; None where amounts do not tell.
    """

    closings: Floats
    money: Floats | None

    @property
    def told(self) -> Floats:
        """What targets are proposed in: money where it can be told."""
        return self.closings if self.money is None else self.money

    @property
    def range(self) -> tuple[float, float]:
        """In 8 of 10 cases it lies between these."""
        low, high = np.quantile(self.told, [0.1, 0.9])
        return float(low), float(high)

    def chance(self, target: float) -> float:
        """The chance that a target is reached or passed."""
        return 1 - float(np.searchsorted(self.told, target, side="left")) / len(self.told)


def expected_in(outlook: Outlook, ratios: Sequence[Ratio], amounts: Sequence[float], achieved: float = 0.0) -> Expected:
    """What a period may bring from the open deals and the inquiries to come.

    Closings of the open deals by stage and age, and of inquiries that come at today's pace from tomorrow until the
    period ends: as many as a Poisson process brings, each sold with the ratio of the past (as uncertain as it is) and
    landing in the period by the lags. Money: as many amounts of past closings, drawn at random.

    Args:
        outlook: the period, and how things stand.
        ratios: the company's funnel.
        amounts: of past closings; empty: no money is told.
        achieved: money that the period has brought already.

    Raises:
        CannotTell: nothing is open and nothing comes.
    """
    credit = credit_of(outlook)
    days = (outlook.last - outlook.as_of).days
    comes = (outlook.daily or 0.0) * days
    if not comes and not credit.expected and not credit.won:
        raise CannotTell(Message("goals.nothing_expected"))
    rng = np.random.default_rng(SEED)
    sold = np.asarray(chances_of(ratios)[-1].draws)
    rate = np.sort(sold)[np.linspace(0, len(sold) - 1, MIXED).astype(int)]
    landing = landing_of(outlook.ways, outlook.as_of + DAY, days, outlook.period)
    new = rng.poisson(comes * landing * np.repeat(rate, ceil(POINTS / MIXED))[:POINTS])
    opened = rng.choice(len(credit.counts), size=len(new), p=credit.counts)
    rest = opened + new
    money = None
    if len(amounts):
        past = np.asarray(amounts, dtype=np.float64)
        drawn = rng.choice(past, size=(len(rest), int(rest.max(initial=0)) or 1))
        within = np.arange(drawn.shape[1])[None, :] < rest[:, None]
        money = achieved + np.sort((drawn * within).sum(axis=1))
    return Expected(credit.won + np.sort(rest).astype(np.float64), money)


def proposals(expected: Expected, average: Decimal | None) -> tuple[Proposal, ...]:
    """Three targets: one that is reached in 8 of 10 cases, in one of two, and in 2 of 10; one of nothing is left out.

    Args:
        expected: what the period may bring.
        average: money of a closing; None: targets are closings.
    """
    made = []
    for level, chance in LEVELS.items():
        raw = float(np.quantile(expected.told, 1 - chance, method="lower"))
        value = for_people(raw) if expected.money is not None else Decimal(int(raw))
        if not value:
            continue
        closings = int(value) if expected.money is None or not average else ceil(Fraction(value) / Fraction(average))
        made.append(Proposal(level, value, closings, expected.chance(float(value))))
    return tuple(made)


def for_people(value: float) -> Decimal:
    """An amount of money as a person would set it: two digits, rounded down.

    >>> for_people(248_913.5), for_people(7.2)
    (Decimal('240000'), Decimal('7'))
    """
    whole = Decimal(int(value))
    if whole < 100:
        return whole
    unit = Decimal(10) ** (len(str(whole)) - 2)
    return whole // unit * unit


@dataclass(frozen=True)
class PersonNeed:
    """What one person would have to do for a target.

    Attributes:
        name: the person.
        value: the person's part of the target.
        needed: stage (inquiries first) → how many, the closings last.
        of: inquiries of the past behind the person's own ratios.
    """

    name: str
    value: Decimal
    needed: tuple[tuple[str, int], ...]
    of: int


def needs_of(
    parts: Mapping[str, Decimal],
    average: Decimal | None,
    reached: Mapping[str, Sequence[tuple[str, int, int]]],
    team: Sequence[tuple[str, int, int]],
) -> tuple[PersonNeed, ...]:
    """What each person would have to do: closings from the part of the target, the stages before by own ratios.

    A person's ratio of each step is drawn towards the team's by as many deals as `WEIGHT`: (reached + w × team) ÷
    (of + w), so that who has few deals has the team's.

    Args:
        parts: person → part of the target, in money, or in closings where there is no average.
        average: money of a closing.
        reached: person → for each step the stage, how many reached it, of how many that stood before it.
        team: the same of all together.
    """
    made = []
    for name, part in parts.items():
        own = {stage: (won, of) for stage, won, of in reached.get(name, ())}
        closings = ceil(part) if average is None else ceil(Fraction(part) / Fraction(average))
        rows: list[tuple[str, int]] = []
        needed = Fraction(closings)
        for stage, won, of in reversed(team):
            rows.append((stage, ceil(needed)))
            mine = own.get(stage, (0, 0))
            step = (mine[0] + WEIGHT * Fraction(won, of or 1)) / (mine[1] + WEIGHT)
            needed = needed / step if step else Fraction(0)
        rows.append((INQUIRIES, ceil(needed)))
        first = own.get(team[0][0], (0, 0)) if team else (0, 0)
        made.append(PersonNeed(name, part, tuple(reversed(rows)), first[1]))
    return tuple(made)


@dataclass(frozen=True)
class Proposals:
    """Targets that may be set for a period.

    Attributes:
        period, as_of: see there.
        rows: from the cautious to the stretch one.
        people: level → what each person would have to do; empty where nobody sold in the last twelve months.
        levers: what would bring most within the period; none where that cannot be told.
        average, unit: money of a closing and its currency; None where targets are closings.
        n_open, daily: open deals, and inquiries that come a day: what the chances rest on.
        notes: what to know about it.
        wanted: the target that the company has for the period already; None: none.
    """

    period: Period
    as_of: dt.date
    rows: tuple[Proposal, ...]
    people: dict[str, tuple[PersonNeed, ...]]
    levers: Levers | None
    average: Decimal | None
    unit: str | None
    n_open: int
    daily: float
    notes: tuple[Message, ...] = ()
    wanted: Wanted | None = None
