"""Which way of telling chances is right on days that it had not seen: the company's own past, played again.

On several past days (folds in the order of time) each way learns from what had been seen by then – deals that were open
that day count until that day and no longer – and says the chance of every deal that was open; what became of the deals
tells how good that was. The corrections of chances are learnt in the same order, from earlier days alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from yaad.insight.winning.boosting import Boosted
from yaad.insight.winning.calibrating import AsTheyAre, Calibrator, calibrated
from yaad.insight.winning.fields import Coding
from yaad.insight.winning.hazards import Hazards, Weekly, rows_at, winning
from yaad.insight.winning.past import Bools, Ints, Past
from yaad.insight.winning.scores import Scores, log_losses, mean_gain, scored
from yaad.measures.statistics.spells import Floats
from yaad.measures.winning import StageChances

FEW, SOME, MANY = 50, 300, 3000
"""Decided deals: below `FEW` nothing is told of a single deal; above `SOME` the hazards may, above `MANY` the trees."""
FOLDS = (0.35, 0.5, 0.65, 0.8)
"""Days on which so much of what is decided by now was decided."""
OPEN = 20
"""So many deals must have been open on a day for it to count."""
KNOWN = 0.5
"""So much of what was open on a day must be decided by now."""
SURE = 1.0
"""More than so many standard errors better than the base rate, or nothing is told of a single deal."""

Progress = Callable[[int, int | None], None]


class Method(StrEnum):
    """Ways to tell the chance of a deal."""

    STAGE_AGE = "stage_age"
    HAZARDS = "hazards"
    TREES = "trees"


@dataclass(frozen=True)
class Model:
    """One way, learnt from what had been seen by a day.

    Attributes:
        method: which.
        by_age: the chances by stage and age.
        coding, weekly: of the other ways.
        calibrator: puts the chances right.
    """

    method: Method
    by_age: StageChances
    coding: Coding | None = None
    weekly: Weekly | None = None
    calibrator: Calibrator = field(default_factory=AsTheyAre)

    @classmethod
    def learn(cls, method: Method, past: Past, fields: Sequence[str], at: float) -> "Model | None":
        """Learn from what had been seen at an instant; None where a way cannot learn from it."""
        by_age = past.chances_at(at)
        if method is Method.STAGE_AGE:
            return cls(method, by_age)
        coding = Coding.within(past, fields, at)
        rows = rows_at(past, coding, at)
        weekly = Hazards.fit(rows, past.stages) if method is Method.HAZARDS else Boosted.fit(rows, coding)
        return None if weekly is None else cls(method, by_age, coding, weekly)

    def chances(self, places: Ints, days: Floats, coded: Floats | None) -> Floats:
        """The chance of each deal by its stage, its days there and its fields as numbers."""
        if self.weekly is None or coded is None:
            found = self.by_age.chances(places, days)
        else:
            found = winning(self.weekly, self.by_age.deals.stages, places, days, coded)
        return self.calibrator(np.clip(found, 0.0, 1.0))

    def coded(self, past: Past, deals: Ints, at: float) -> Floats | None:
        """The fields of deals as numbers, as they stood at an instant; None where a way looks at none."""
        return None if self.coding is None else self.coding.code(past, deals, np.full(len(deals), at))


@dataclass(frozen=True)
class Day:
    """A past day: the deals open on it, what became of them, and what each way said of them.

    Attributes:
        at: its end, as an instant.
        deals: which deals.
        outcome: 1 won, 0 lost; of what is still open the chance by stage and age.
        known: which are decided.
        said: way → chances.
    """

    at: float
    deals: Ints
    outcome: Floats
    known: Bools
    said: dict[Method, Floats]


def methods_for(decided: int) -> tuple[Method, ...]:
    """The ways that so many decided deals may be told by."""
    if decided < FEW:
        return ()
    if decided <= SOME:
        return (Method.STAGE_AGE,)
    return (*Method,) if decided > MANY else (Method.STAGE_AGE, Method.HAZARDS)


def days_of(past: Past) -> list[float]:
    """The days on which the past is played again; none where too little was open or is decided by now."""
    ended = np.sort(past.closed[past.decided & np.isfinite(past.closed)])
    found = []
    for part in FOLDS:
        if not len(ended):
            break
        at = float(np.floor(np.quantile(ended, part))) + 1.0
        if (ended <= at).sum() < FEW or at >= past.end:
            continue
        deals, _, _ = past.open_at(at)
        if len(deals) >= OPEN and (past.closed[deals] <= past.end).mean() >= KNOWN:
            found.append(at)
    return sorted(set(found))


def played_again(
    past: Past, methods: Sequence[Method], fields: Sequence[str], days: Sequence[float], tell: Callable[[], None]
) -> Iterator[Day]:
    """What each way would have said on each of the days; `tell` is called after each way."""
    for at in days:
        deals, places, ages = past.open_at(at)
        outcome, known = past.outcomes(deals, past.end)
        said: dict[Method, Floats] = {}
        for method in methods:
            model = Model.learn(method, past, fields, at)
            tell()
            if model is not None:
                said[method] = model.chances(places, ages, model.coded(past, deals, at))
        yield Day(at, deals, outcome, known, said)


@dataclass(frozen=True)
class Tried:
    """How a way did on past days.

    Attributes:
        scores: of it.
        calibrator: the correction to be made from now on.
        said: the chances that it said, corrected in the order of the days where that helped.
    """

    scores: Scores
    calibrator: Calibrator
    said: Floats


@dataclass(frozen=True)
class Proof:
    """The days played again, joined.

    Attributes:
        days: in their order.
        past: behind them.
        decided: deals decided in all.
    """

    days: tuple[Day, ...]
    past: Past
    decided: int

    @property
    def methods(self) -> list[Method]:
        """The ways that said something on every day."""
        return [method for method in Method if self.days and all(method in day.said for day in self.days)]

    def tried(self, method: Method) -> Tried:
        """How good a way was, and the correction to be made from now on: none where it did not help."""
        plain = np.concatenate([day.said[method] for day in self.days])
        corrected = np.concatenate(list(self._corrected(method)))
        better = log_losses(self.outcome, corrected).mean() < log_losses(self.outcome, plain).mean()
        if not better:
            return Tried(self._scored(method, plain), AsTheyAre(), plain)
        return Tried(self._scored(method, corrected), calibrated(self.outcome, plain, self.decided), corrected)

    def _scored(self, method: Method, chance: Floats) -> Scores:
        return scored(method.value, self.outcome, chance, self.deals, self.known)

    def _corrected(self, method: Method) -> Iterator[Floats]:
        """What was said on each day, put right by the earlier days as they had turned out by then."""
        for number, day in enumerate(self.days):
            before = self.days[:number]
            if not before:
                yield day.said[method]
                continue
            turned_out = np.concatenate([self.past.outcomes(one.deals, day.at)[0] for one in before])
            said = np.concatenate([one.said[method] for one in before])
            yield calibrated(turned_out, said, int((self.past.closed <= day.at).sum()))(day.said[method])

    @property
    def outcome(self) -> Floats:
        """Of all days."""
        return np.concatenate([day.outcome for day in self.days])

    @property
    def deals(self) -> Ints:
        """Of all days."""
        return np.concatenate([day.deals for day in self.days])

    @property
    def known(self) -> Bools:
        """Of all days."""
        return np.concatenate([day.known for day in self.days])

    def base_rate(self) -> Scores:
        """The scores of saying the share won of every deal."""
        return scored(
            "base_rate", self.outcome, np.full(len(self.outcome), self.outcome.mean()), self.deals, self.known
        )

    def is_clearly_better(self, method: Method, other: Method) -> bool:
        """Whether a way is better than another by more than one standard error."""
        first, second = (
            log_losses(self.outcome, np.concatenate([day.said[one] for day in self.days])) for one in (other, method)
        )
        gain, error = mean_gain(first, second, self.deals)
        return gain > error
