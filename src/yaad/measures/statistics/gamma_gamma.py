r"""What a purchase is worth: the gamma–gamma model of spending.

The mean of x purchases of a customer is gamma distributed around the customer's own mean, which differs between
customers by a gamma distribution of its rate (p; q, γ):

.. math::
    L = \frac{Γ(px+q)}{Γ(px)Γ(q)} \frac{γ^q m^{px-1} x^{px}}{(γ+xm)^{px+q}}

It needs that how often and how much are not tied to each other. Source: Fader & Hardie 2013 (the gamma–gamma model of
monetary value; first Colombo & Jiang 1999).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from yaad.measures.statistics.likelihoods import Fit, NoFit, Surface, climb
from yaad.measures.statistics.spells import Floats

FEWEST = 30
"""Customers with a further purchase, below which no model is fitted."""
TIED = 0.3
"""From this correlation of how often and how much on, either way, the model is refused."""


class SpendingParameters(NamedTuple):
    """p of one purchase around the customer's mean; q and γ of the means; γ in money."""

    p: float
    q: float
    gamma: float


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model."""

    fit: Fit

    @property
    def parameters(self) -> SpendingParameters:
        """Its three parameters."""
        return SpendingParameters(*self.fit.parameters.tolist())

    @property
    def mean(self) -> float:
        """The mean spend of one purchase over all customers, p γ / (q − 1)."""
        return mean_spend(self.parameters)

    def expected(self, repeats: Floats, value: Floats) -> Floats:
        """The mean spend to be expected of each customer: between the customer's own and that of all."""
        return expected_spend(self.parameters, repeats, value)


def correlation(repeats: Floats, value: Floats) -> float:
    """Pearson's correlation of the number of further purchases and their mean value; 0 where one does not vary."""
    if len(repeats) < 2 or np.ptp(repeats) == 0 or np.ptp(value) == 0:
        return 0.0
    return float(np.corrcoef(repeats, value)[0, 1])


def fit_gamma_gamma(repeats: Floats, value: Floats) -> GammaGamma:
    """The model of greatest likelihood.

    Args:
        repeats: further purchases of each customer, at least 1.
        value: the mean of those purchases, above 0.

    Raises:
        NoFit: fewer than 30 customers, or the data do not hold the parameters, or the mean of all has no end (q ≤ 1).
    """
    if len(repeats) < FEWEST:
        raise NoFit
    scale = float(value.mean())
    found = climb(_Likelihood(repeats, value / scale), np.array([2.0, 3.0, 1.0]), len(repeats))
    if found.parameters[1] <= 1:
        raise NoFit
    back = found.parameters * np.array([1.0, 1.0, scale])
    return GammaGamma(Fit(back, found.log_likelihood - len(repeats) * float(np.log(scale)), found.covariance, found.n))


def mean_spend(of: SpendingParameters) -> float:
    """The mean spend of one purchase over all customers."""
    return of.p * of.gamma / (of.q - 1)


def expected_spend(of: SpendingParameters, repeats: Floats, value: Floats) -> Floats:
    """The mean spend to be expected of each customer; without a further purchase, that of all."""
    own = np.where(repeats > 0, np.nan_to_num(value), 0.0)
    return np.asarray(of.p * (of.gamma + repeats * own) / (of.p * repeats + of.q - 1), dtype=np.float64)


class _Likelihood:
    """The log-likelihood with its derivatives; gammas are taken once per different number of purchases."""

    def __init__(self, repeats: Floats, value: Floats) -> None:
        self.x, self.m, self.log_m = repeats, value, np.log(value)
        self.xs, self.place = np.unique(repeats, return_inverse=True)
        self.n = np.bincount(self.place, minlength=len(self.xs)).astype(np.float64)
        self.total = repeats * value
        self.x_log_x = float(repeats @ np.log(repeats))
        self.x_log_m, self.sum_log_m = float(repeats @ self.log_m), float(self.log_m.sum())

    def __call__(self, parameters: Floats) -> Surface:
        p, q, gamma = parameters.tolist()
        xs, n, every = self.xs, self.n, float(len(self.x))
        shape = p * xs
        whole = gamma + self.total
        log_whole, per_whole = np.log(whole), 1 / whole
        x_log_whole, sum_log_whole = float(self.x @ log_whole), float(log_whole.sum())
        x_per, sum_per = float(self.x @ per_whole), float(per_whole.sum())
        squares = per_whole**2
        value = (
            float(n @ (gammaln(shape + q) - gammaln(shape)))
            + every * (q * np.log(gamma) - gammaln(q))
            + p * self.x_log_m
            - self.sum_log_m
            + p * self.x_log_x
            - p * x_log_whole
            - q * sum_log_whole
        )
        gradient = np.array(
            [
                n @ (xs * (digamma(shape + q) - digamma(shape))) + self.x_log_m + self.x_log_x - x_log_whole,
                n @ digamma(shape + q) + every * (np.log(gamma) - digamma(q)) - sum_log_whole,
                every * q / gamma - p * x_per - q * sum_per,
            ]
        )
        bent = polygamma(1, shape + q)
        hessian = np.zeros((3, 3))
        hessian[0, 0] = n @ (xs**2 * (bent - polygamma(1, shape)))
        hessian[0, 1] = hessian[1, 0] = n @ (xs * bent)
        hessian[0, 2] = hessian[2, 0] = -x_per
        hessian[1, 1] = n @ bent - every * polygamma(1, q)
        hessian[1, 2] = hessian[2, 1] = every / gamma - sum_per
        hessian[2, 2] = -every * q / gamma**2 + p * float(self.x @ squares) + q * float(squares.sum())
        return Surface(value, gradient, hessian)
