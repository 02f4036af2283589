r"""Buying again without a contract: the Pareto/NBD model, the elder of BG/NBD.

A customer may stop at any time, not only after a purchase: the time until then is exponential with a rate that differs
between customers (gamma: s, β); purchases come as in BG/NBD (r, α). A customer who has bought once may therefore have
stopped too.

.. math::
    L = \frac{Γ(r+x) α^r β^s}{Γ(r)} \left[ (α+T)^{-(r+x)} (β+T)^{-s} + \frac{s}{r+s+x} A_0 \right]

Sources: Schmittlein, Morrison & Colombo 1987 (Management Science 33:1); A₀ by Gauss's hypergeometric function as in
Fader & Hardie 2005 (a note on deriving the Pareto/NBD model).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, hyp2f1

from yaad.measures.statistics.bg_nbd import FEWEST
from yaad.measures.statistics.histories import Histories
from yaad.measures.statistics.likelihoods import FARTHEST, NoFit
from yaad.measures.statistics.spells import Floats


class LifetimeParameters(NamedTuple):
    """r and α of the rate of buying, s and β of stopping; α and β in the unit of time of the histories."""

    r: float
    alpha: float
    s: float
    beta: float


@dataclass(frozen=True)
class ParetoNbd:
    """A fitted model: its parameters, and the log-likelihood there."""

    parameters: LifetimeParameters
    log_likelihood: float
    n: int

    def alive(self, repeats: Floats, span: Floats, age: Floats) -> Floats:
        """The chance that each customer still buys."""
        still, stopped = _log_parts(self.parameters, repeats, span, age)
        return np.asarray(1.0 / (1.0 + np.exp(np.minimum(stopped - still, 700.0))), dtype=np.float64)


def fit_pareto_nbd(histories: Histories) -> ParetoNbd:
    """The model of greatest likelihood.

    Raises:
        NoFit: fewer than 30 customers bought again, or the data do not hold the four parameters.
    """
    from scipy.optimize import minimize  # heavy: only those who fit pay for it

    if histories.returned < FEWEST:
        raise NoFit
    scale = float(np.average(histories.age, weights=histories.counts))
    if scale <= 0:
        raise NoFit
    weights = histories.counts / histories.n
    span, age = histories.span / scale, histories.age / scale

    def loss(place: Floats) -> float:
        of = LifetimeParameters(*np.exp(place).tolist())
        value = float(weights @ _log_likelihood(of, histories.repeats, span, age))
        return -value if np.isfinite(value) else 1e9

    begun = minimize(loss, np.log([0.5, 0.4, 0.6, 0.4]), method="Nelder-Mead", options={"xatol": 0.05, "fatol": 1e-4})
    found = minimize(loss, begun.x, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-7})
    if not np.isfinite(found.fun) or np.abs(found.x).max() > FARTHEST:
        raise NoFit
    r, alpha, s, beta = np.exp(found.x).tolist()
    value = -found.fun * histories.n - float(histories.counts @ histories.repeats) * np.log(scale)
    return ParetoNbd(LifetimeParameters(r, alpha * scale, s, beta * scale), float(value), histories.n)


def _log_likelihood(of: LifetimeParameters, repeats: Floats, span: Floats, age: Floats) -> Floats:
    still, stopped = _log_parts(of, repeats, span, age)
    apart = gammaln(of.r + repeats) - gammaln(of.r) + of.r * np.log(of.alpha) + of.s * np.log(of.beta)
    return np.asarray(apart + np.logaddexp(still, stopped), dtype=np.float64)


def _log_parts(of: LifetimeParameters, repeats: Floats, span: Floats, age: Floats) -> tuple[Floats, Floats]:
    """The logarithms of the bracket's two parts: still buying, and stopped some time after the last purchase."""
    r, alpha, s, beta = of
    whole = r + s + repeats
    larger, smaller = max(alpha, beta), min(alpha, beta)
    second = np.full(len(repeats), s + 1.0) if alpha >= beta else r + repeats

    def log_a(time: Floats) -> Floats:
        series = hyp2f1(whole, second, whole + 1, (larger - smaller) / (larger + time))
        return np.asarray(np.log(np.maximum(series, 1e-300)) - whole * np.log(larger + time), dtype=np.float64)

    early, late = log_a(span), log_a(age)
    with np.errstate(divide="ignore"):
        between = early + np.log(np.maximum(-np.expm1(np.minimum(late - early, 0.0)), 0.0))
    still = -(r + repeats) * np.log(alpha + age) - s * np.log(beta + age)
    return still, np.log(s / whole) + between
