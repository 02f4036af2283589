r"""How long customers of a contract stay: the shifted beta-geometric model.

At each renewal a customer leaves with a chance that differs between customers (beta: α, β):

.. math:: P(T = t) = \frac{B(α+1, β+t-1)}{B(α, β)}, \qquad S(t) = \frac{B(α, β+t)}{B(α, β)}

Source: Fader & Hardie 2007 (Journal of Interactive Marketing 21:76).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma, polygamma

from yaad.measures.statistics.likelihoods import Fit, NoFit, Surface, climb
from yaad.measures.statistics.spells import Floats

FEWEST = 10
"""Customers lost, below which no model is fitted."""


class LeavingParameters(NamedTuple):
    """α and β of the chance to leave at a renewal."""

    alpha: float
    beta: float


@dataclass(frozen=True)
class Sbg:
    """A fitted model."""

    fit: Fit

    @property
    def parameters(self) -> LeavingParameters:
        """Its two parameters."""
        return LeavingParameters(*self.fit.parameters.tolist())

    def survival(self, periods: ArrayLike) -> Floats:
        """The share of customers who are still there after so many renewals."""
        alpha, beta = self.parameters
        times = np.asarray(periods, dtype=np.float64)
        return np.asarray(np.exp(betaln(alpha, beta + times) - betaln(alpha, beta)), dtype=np.float64)

    def retention(self, period: int) -> float:
        """Of those who are there before renewal number `period`, the share who stay: (β+t−1) / (α+β+t−1)."""
        alpha, beta = self.parameters
        return (beta + period - 1) / (alpha + beta + period - 1)


def fit_sbg(periods: ArrayLike, lost: ArrayLike, running: ArrayLike) -> Sbg:
    """The model of greatest likelihood.

    Args:
        periods: numbers of renewals, from 0 (running ones only) or 1 on.
        lost: customers who left at that renewal.
        running: customers who are still there and have had so many renewals.

    Raises:
        NoFit: fewer than ten customers were lost, or all were lost at once: the data do not hold two parameters.
    """
    times, ended, still = (np.asarray(each, dtype=np.float64) for each in (periods, lost, running))
    if ended.sum() < FEWEST:
        raise NoFit
    kept = times > 0
    return Sbg(
        climb(_Likelihood(times[kept], ended[kept], still[kept]), np.ones(2), int((ended[kept] + still[kept]).sum()))
    )


class _Likelihood:
    def __init__(self, times: Floats, lost: Floats, running: Floats) -> None:
        self.t, self.lost, self.running = times, lost, running

    def __call__(self, parameters: Floats) -> Surface:
        alpha, beta = parameters.tolist()
        lost = _log_beta(alpha + 1, beta + self.t - 1)
        running = _log_beta(alpha, beta + self.t)
        all_of_them = _log_beta(alpha, np.asarray(beta))
        n = float(self.lost.sum() + self.running.sum())
        parts = [
            float(self.lost @ mine + self.running @ other) - n * float(whole)
            for mine, other, whole in zip(lost, running, all_of_them, strict=True)
        ]
        value, by_alpha, by_beta, alpha_2, mixed, beta_2 = parts
        return Surface(value, np.array([by_alpha, by_beta]), np.array([[alpha_2, mixed], [mixed, beta_2]]))


def _log_beta(one: float, other: Floats) -> tuple[Floats, ...]:
    """The logarithm of B with its five first and second derivatives."""
    both = digamma(one + other)
    bent = polygamma(1, one + other)
    parts = (
        betaln(one, other),
        digamma(one) - both,
        digamma(other) - both,
        polygamma(1, one) - bent,
        -bent,
        polygamma(1, other) - bent,
    )
    return tuple(np.asarray(part, dtype=np.float64) for part in parts)
