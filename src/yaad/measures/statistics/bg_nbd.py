r"""Buying again without a contract: the BG/NBD model.

While a customer buys, purchases come as a Poisson stream whose rate differs between customers (gamma: r, α); after any
purchase the customer may stop for good, with a chance that differs too (beta: a, b). Of a customer with x further
purchases, the last at t_x, watched until T:

.. math::
    L = \frac{Γ(r+x)\,α^r}{Γ(r)} \frac{B(a, b+x)}{B(a, b)}
        \left[ (α+T)^{-(r+x)} + δ_{x>0} \frac{a}{b+x-1} (α+t_x)^{-(r+x)} \right]

Source: Fader, Hardie & Lee 2005 (Marketing Science 24:275). Everything is computed on counted histories; gradient and
Hessian are in closed form, logarithms are taken once per different span and age.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import betaln, digamma, gammaln, hyp2f1, polygamma

from yaad.measures.statistics.histories import Histories, Places, distinct
from yaad.measures.statistics.likelihoods import Fit, NoFit, Surface, climb
from yaad.measures.statistics.spells import Floats

FEWEST = 30
"""Customers who bought again, below which no model is fitted."""


class BuyingParameters(NamedTuple):
    """r and α of the rate of buying, a and b of stopping; α in the unit of time of the histories."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class BgNbd:
    """A fitted model."""

    fit: Fit

    @property
    def parameters(self) -> BuyingParameters:
        """Its four parameters."""
        return BuyingParameters(*self.fit.parameters.tolist())

    def alive(self, repeats: Floats, span: Floats, age: Floats) -> Floats:
        """The chance that each customer still buys; by the model it is 1 for one who has bought once only."""
        return chance_alive(self.parameters, repeats, span, age)

    def expected(self, repeats: Floats, span: Floats, age: Floats, ahead: float) -> Floats:
        """Purchases to be expected of each customer within the time `ahead` (their equation 10)."""
        return expected_purchases(self.parameters, repeats, span, age, ahead)

    def expected_of_new(self, time: float) -> float:
        """Further purchases to be expected of a new customer within a time from the first (their equation 9)."""
        nothing = np.zeros(1)
        return float(expected_purchases(self.parameters, nothing, nothing, nothing, time)[0])


def fit_bg_nbd(histories: Histories) -> BgNbd:
    """The model of greatest likelihood.

    Raises:
        NoFit: fewer than 30 customers bought again, or the data do not hold the four parameters.
    """
    if histories.returned < FEWEST:
        raise NoFit
    scale = float(np.average(histories.age, weights=histories.counts))
    if scale <= 0:
        raise NoFit
    scaled = Histories(histories.repeats, histories.span / scale, histories.age / scale, histories.counts)
    found = climb(_Likelihood(scaled), np.array([0.5, 0.5, 0.7, 2.0]), histories.n)
    back = found.parameters * np.array([1.0, scale, 1.0, 1.0])
    # a density of times in another unit: x·ln(scale) less for each customer
    value = found.log_likelihood - float(np.dot(histories.counts, histories.repeats)) * np.log(scale)
    return BgNbd(Fit(back, value, found.covariance, found.n))


def chance_alive(of: BuyingParameters, repeats: Floats, span: Floats, age: Floats) -> Floats:
    """P(still buying) of each customer: 1 / (1 + δ a/(b+x−1) ((α+T)/(α+t_x))^(r+x)).

    Source: Fader, Hardie & Lee 2008 (a note on the paper).
    """
    again = repeats > 0
    x = np.where(again, repeats, 1.0)
    odds = np.log(of.a) - np.log(of.b + x - 1) + (of.r + x) * (np.log(of.alpha + age) - np.log(of.alpha + span))
    return np.where(again, 1.0 / (1.0 + np.exp(np.minimum(odds, 700.0))), 1.0)


def expected_purchases(of: BuyingParameters, repeats: Floats, span: Floats, age: Floats, ahead: float) -> Floats:
    """Purchases within the time `ahead`: while alive, times the chance to be."""
    (repeated, watched), place = distinct(np.asarray(repeats, dtype=np.float64), np.asarray(age, dtype=np.float64))
    return while_alive(of, repeated, watched, ahead)[place] * chance_alive(of, repeats, span, age)


def while_alive(of: BuyingParameters, repeats: Floats, age: Floats, ahead: float) -> Floats:
    """Purchases within the time `ahead` of customers who still buy; of their span this does not depend.

    By Euler's transformation the factor of the paper's equation is (1−z)^(a−1) ₂F₁(a+b−1−r, a−1; a+b+x−1; z) with
    z = t/(α+T+t), which neither overflows nor cancels where x is large.
    """
    r, alpha, a, b = of
    if abs(a - 1) < 1e-7:  # the formula has a removable gap there
        a = 1 + 1e-7
    z = ahead / (alpha + age + ahead)
    total = a + b + repeats - 1
    return np.asarray(
        total / (a - 1) * (1 - (1 - z) ** (a - 1) * hyp2f1(total - repeats - r, a - 1, total, z)), dtype=np.float64
    )


class _Likelihood:
    """The log-likelihood of counted histories with its derivatives."""

    def __init__(self, histories: Histories) -> None:
        self.x = histories.repeats
        self.n = histories.counts.astype(np.float64)
        (self.xs, self.of_x), (self.spans, self.of_span), (self.ages, self.of_age) = histories.levels
        self.n_x = np.bincount(self.of_x, weights=self.n, minlength=len(self.xs))
        self.again = np.flatnonzero(self.x > 0)
        once = np.flatnonzero(self.x <= 0)
        self.once_age, self.once_n = histories.age[once], self.n[once]

    @cached_property
    def _again(self) -> tuple[Floats, Places, Places, Places, Floats]:
        """Of the customers who came again: x, where x, span and age stand among the different ones, how many."""
        rows = self.again
        return self.x[rows], self.of_x[rows], self.of_span[rows], self.of_age[rows], self.n[rows]

    def __call__(self, parameters: Floats) -> Surface:
        r, alpha, a, b = parameters.tolist()
        value, gradient, hessian = self._apart(r, alpha, a, b)
        more, slope, bend = self._sums(r, alpha, a, b)
        return Surface(value + more, gradient + slope, hessian + bend)

    def _apart(self, r: float, alpha: float, a: float, b: float) -> Surface:
        """What depends on x alone, and the customers without a further purchase."""
        x, n = self.xs, self.n_x
        every = float(n.sum())
        value = float(
            n @ (gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b))
        ) - r * float(self.once_n @ np.log(alpha + self.once_age))
        both, both_x = digamma(a + b), digamma(a + b + x)
        bent, bent_x = polygamma(1, a + b), polygamma(1, a + b + x)
        gradient = np.array(
            [
                n @ (digamma(r + x) - digamma(r)) + every * np.log(alpha) - self.once_n @ np.log(alpha + self.once_age),
                every * r / alpha - r * float(self.once_n @ (1 / (alpha + self.once_age))),
                n @ (both - both_x),
                n @ (digamma(b + x) - digamma(b) + both - both_x),
            ]
        )
        hessian = np.zeros((4, 4))
        hessian[0, 0] = n @ (polygamma(1, r + x) - polygamma(1, r))
        hessian[0, 1] = hessian[1, 0] = every / alpha - self.once_n @ (1 / (alpha + self.once_age))
        hessian[1, 1] = -every * r / alpha**2 + r * float(self.once_n @ (1 / (alpha + self.once_age) ** 2))
        hessian[2, 2] = hessian[2, 3] = hessian[3, 2] = n @ (bent - bent_x)
        hessian[3, 3] = n @ (polygamma(1, b + x) - polygamma(1, b) + bent - bent_x)
        return Surface(value, gradient, hessian)

    def _sums(self, r: float, alpha: float, a: float, b: float) -> Surface:
        """The logarithm of the bracket, of customers with a further purchase: still buying, or stopped after it."""
        x, of_x, of_span, of_age, n = self._again
        log_age, log_span = np.log(alpha + self.ages)[of_age], np.log(alpha + self.spans)[of_span]
        by_age, by_span = (1 / (alpha + self.ages))[of_age], (1 / (alpha + self.spans))[of_span]
        after = b + self.xs - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            log_stop, per_stop = (np.log(a) - np.log(after))[of_x], (1 / after)[of_x]
        power = r + x
        alive = -power * log_age
        odds = log_stop - power * log_span - alive
        small = np.exp(-np.abs(odds))
        gone = np.where(odds > 0, 1.0, small) / (1.0 + small)  # the chance that the customer has stopped
        value = float(n @ (alive + np.maximum(odds, 0.0) + np.log1p(small)))
        left, stays = n * gone, n * (1.0 - gone)
        doubt = left * (1.0 - gone)
        away = (log_age - log_span, power * (by_age - by_span), np.full(len(x), 1 / a), -per_stop)
        gradient = np.array(
            [
                -(stays @ log_age + left @ log_span),
                -(stays @ (power * by_age) + left @ (power * by_span)),
                float(left.sum()) / a,
                -float(left @ per_stop),
            ]
        )
        hessian = np.empty((4, 4))
        for one in range(4):
            weighed = doubt * away[one]
            for other in range(one, 4):
                hessian[one, other] = hessian[other, one] = float(weighed @ away[other])
        hessian[0, 1] -= stays @ by_age + left @ by_span
        hessian[1, 0] = hessian[0, 1]
        hessian[1, 1] += stays @ (power * by_age**2) + left @ (power * by_span**2)
        hessian[2, 2] -= float(left.sum()) / a**2
        hessian[3, 3] += float(left @ per_stop**2)
        return Surface(value, gradient, hessian)
