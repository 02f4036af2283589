"""What is true of a simulated company, for tests that hold an estimate against it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from yaad.demo.paths import Floats, Paths
from yaad.demo.world import Group, Step, World


@dataclass(frozen=True)
class Rates:
    """Chances of a group of inquiries.

    Attributes:
        steps: chance to move on from each stage, of those that came to it.
        reached: part of the inquiries that comes to each stage after the first, and at last to the sale.
    """

    steps: tuple[float, ...]
    reached: tuple[float, ...]

    @property
    def won(self) -> float:
        """Part of the inquiries that is sold in the end."""
        return self.reached[-1]


@dataclass(frozen=True)
class Length:
    """A length of time in days: mean, the middle one, and the one that 8 (9) of 10 stay below."""

    mean: float
    median: float
    p80: float
    p90: float


@dataclass(frozen=True)
class Truth:
    """The truth of a world.

    Attributes:
        stages: the open stages.
        rates: of all inquiries.
        by_source, by_rep: of the inquiries of each.
        stays: stage → time from its first entry to the next stage or the loss, for the deals that stood in it.
        win_days: time from the inquiry to the sale, among those that are sold.
    """

    stages: tuple[str, ...]
    rates: Rates
    by_source: dict[str, Rates]
    by_rep: dict[str, Rates]
    stays: dict[str, Length]
    win_days: Length


def truth_of(world: World, paths: Paths) -> Truth:
    """The truth behind drawn paths.

    Rates are the means of the deals' own true chances, not of what happened to them. Stays are exact where the
    office never closes; else they are those of the drawn deals, followed to their end.
    """
    stages = tuple(step.stage for step in world.steps)
    rates = _rates(paths.chances)
    if world.hours:
        stays = {stage: _drawn_stay(paths, place) for place, stage in enumerate(stages)}
    else:
        skip = [0.0, *[world.skip] * (len(stages) - 1)]
        stays = {
            step.stage: stay_of(step, rate, skipped, world.speed)
            for step, rate, skipped in zip(world.steps, rates.steps, skip, strict=True)
        }
    won = np.isfinite(paths.entered[:, -1])
    return Truth(
        stages=stages,
        rates=rates,
        by_source=_by_group(paths.chances, world.sources, paths.source),
        by_rep=_by_group(paths.chances, world.reps, paths.rep),
        stays=stays,
        win_days=_lengths(paths.entered[won, -1] - paths.born[won]),
    )


def _rates(chances: Floats) -> Rates:
    reached = np.cumprod(chances, axis=1).mean(axis=0)
    steps = reached / np.concatenate([[1.0], reached[:-1]])
    return Rates(tuple(steps.tolist()), tuple(reached.tolist()))


def _by_group(chances: Floats, groups: Sequence[Group], chosen: NDArray[np.int64]) -> dict[str, Rates]:
    present = [(place, group.name) for place, group in enumerate(groups) if (chosen == place).any()]
    return {name: _rates(chances[chosen == place]) for place, name in present}


def stay_of(step: Step, rate: float, skip: float = 0.0, speed: float = 1.0) -> Length:
    """The time in a stage: a mixture of two lognormal ones, of the deals that move on and of those that are lost.

    Args:
        step: the stage's parameters.
        rate: chance to move on.
        skip: part of those that move on which did not stand in the stage.
        speed: factor of all times.

    >>> from yaad.demo.world import STEPS
    >>> stay = stay_of(STEPS[2], 0.40)
    >>> round(stay.mean, 1), round(stay.median, 1)
    (37.2, 25.1)
    """
    stood = rate * (1 - skip)
    parts = np.array([stood, 1 - rate]) / (stood + 1 - rate)
    medians = np.array([step.advance_days, step.loss_days]) * speed

    def below(days: float, level: float) -> float:
        return float(parts @ norm.cdf(np.log(days / medians) / step.spread)) - level

    ends = (float(medians.min()) / 1000, float(medians.max()) * 1000)
    median, p80, p90 = (float(brentq(below, *ends, args=(level,))) for level in (0.5, 0.8, 0.9))
    return Length(float(parts @ medians) * float(np.exp(step.spread**2 / 2)), median, p80, p90)


def _drawn_stay(paths: Paths, place: int) -> Length:
    stood = np.isfinite(paths.entered[:, place]) & ~paths.skipped[:, place]
    ends = np.where(paths.lost_step == place, paths.lost, paths.entered[:, place + 1])
    return _lengths(ends[stood] - paths.entered[stood, place])


def _lengths(days: Floats) -> Length:
    if not len(days):
        return Length(*[float("nan")] * 4)
    return Length(float(days.mean()), *np.quantile(days, [0.5, 0.8, 0.9]).tolist())
