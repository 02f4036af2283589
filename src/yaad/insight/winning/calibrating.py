"""Chances put right by how earlier ones turned out: by a curve of two numbers, or by steps where there are many deals.

The curve is logit p′ = a + b · logit p (Platt 1999), drawn towards a = 0, b = 1 as by a prior of standard deviation ½,
so that few deals change little. Above `MANY` decided deals the steps are those of isotonic regression (Zadrozny & Elkan
2002). Either is kept only where it is better on later days than the chances as they were.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit, logit

from yaad.insight.winning.scores import EDGE
from yaad.measures.statistics.spells import Floats

MANY = 1000
PRIOR = 0.5


class Calibrator(Protocol):
    """A correction of chances."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def __call__(self, chance: Floats) -> Floats:
        """The corrected chances."""
        ...


@dataclass(frozen=True)
class AsTheyAre:
    """No correction."""

    name: str = "none"

    def __call__(self, chance: Floats) -> Floats:
        """The chances themselves."""
        return chance


@dataclass(frozen=True)
class Sigmoid:
    """The curve: a shift and a slope of the log-odds."""

    shift: float
    slope: float
    name: str = "sigmoid"

    def __call__(self, chance: Floats) -> Floats:
        """See the module."""
        corrected: Floats = expit(self.shift + self.slope * logit(np.clip(chance, EDGE, 1 - EDGE)))
        return corrected


@dataclass(frozen=True)
class Steps:
    """Steps: rising corrected chances at rising chances, straight lines between them."""

    at: Floats
    to: Floats
    name: str = "isotonic"

    def __call__(self, chance: Floats) -> Floats:
        """See the module."""
        return np.interp(chance, self.at, self.to)


def calibrated(outcome: Floats, chance: Floats, decided: int) -> Calibrator:
    """The correction that earlier chances ask for.

    Args:
        outcome: 1 won, 0 lost, or between.
        chance: said before.
        decided: deals that are decided in all.
    """
    if decided > MANY:
        from sklearn.isotonic import IsotonicRegression

        model = IsotonicRegression(y_min=EDGE, y_max=1 - EDGE, out_of_bounds="clip").fit(chance, outcome)
        return Steps(model.X_thresholds_, model.y_thresholds_)
    from scipy.optimize import minimize

    odds = logit(np.clip(chance, EDGE, 1 - EDGE))

    def loss(told: Floats) -> float:
        score = told[0] + told[1] * odds
        fit = np.logaddexp(0, score).sum() - (outcome * score).sum()
        return float(fit + (told[0] ** 2 + (told[1] - 1) ** 2) / (2 * PRIOR**2))

    shift, slope = minimize(loss, np.array([0.0, 1.0]), method="BFGS").x
    return Sigmoid(float(shift), max(float(slope), 0.0))
