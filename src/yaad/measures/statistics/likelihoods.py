"""Greatest likelihood of models whose parameters are all above 0: Newton's way, in the logarithms of the parameters.

Each model gives its log-likelihood with gradient and Hessian in closed form. A step that does not climb is halved;
where the surface is not concave yet, the Hessian's eigenvalues are taken by their size (Nocedal & Wright 2006, 3.4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yaad.measures.statistics.spells import Floats

FARTHEST = 16.0
"""Logarithms beyond this mean that the data do not hold the parameter: it runs away to 0 or without end."""
STEPS = 100
LONGEST_STEP = 2.0
CLOSE = 1e-10
"""The gain of log-likelihood to be expected from a further step at which the climb ends, for one observation."""


class NoFit(Exception):
    """The data do not hold the model: a parameter runs away, or nothing is left to fit."""


class Surface(NamedTuple):
    """A log-likelihood at a place, its gradient and its Hessian by the parameters themselves."""

    value: float
    gradient: Floats
    hessian: Floats


@dataclass(frozen=True)
class Fit:
    """Parameters of greatest likelihood.

    Attributes:
        parameters: all above 0.
        log_likelihood: there.
        covariance: of the logarithms of the parameters: the inverse of the observed information.
        n: observations.
    """

    parameters: Floats
    log_likelihood: float
    covariance: NDArray[np.float64]
    n: int


def climb(surface: Callable[[Floats], Surface], start: Floats, n: int) -> Fit:
    """The parameters of greatest likelihood.

    Args:
        surface: log-likelihood of all observations at some parameters.
        start: parameters to begin with, above 0.
        n: observations.

    Raises:
        NoFit: a parameter runs away, or the top is not found or flat.
    """
    place = np.log(np.asarray(start, dtype=np.float64))
    value, gradient, hessian = _in_logarithms(surface, place)
    for _ in range(STEPS):
        step = _uphill(gradient, hessian)
        gain = float(gradient @ step)
        if gain < CLOSE * max(n, 1):
            return Fit(np.exp(place), value, _inverse(-hessian), n)
        step *= min(1.0, LONGEST_STEP / float(np.abs(step).max()))
        while True:
            there = _in_logarithms(surface, place + step)
            if np.isfinite(there[0]) and there[0] >= value:
                break
            step = step / 2
            if np.abs(step).max() < 1e-12:
                raise NoFit
        place = place + step
        value, gradient, hessian = there
        if np.abs(place).max() > FARTHEST:
            raise NoFit
    raise NoFit


def delta(fits: tuple[Fit, ...], of: Callable[[tuple[Floats, ...]], float]) -> float:
    """The standard error of a figure that is made of the parameters of some fits, each of its own data.

    Source: the delta method; the derivative is taken by central differences in the logarithms.
    """
    variance = 0.0
    for number, fit in enumerate(fits):
        slopes = np.empty(len(fit.parameters))
        for which in range(len(slopes)):
            ends = []
            for side in (1e-4, -1e-4):
                moved = fit.parameters.copy()
                moved[which] *= np.exp(side)
                ends.append(of(tuple(moved if each == number else other.parameters for each, other in enumerate(fits))))
            slopes[which] = (ends[0] - ends[1]) / 2e-4
        variance += float(slopes @ fit.covariance @ slopes)
    return float(np.sqrt(max(variance, 0.0)))


def _in_logarithms(surface: Callable[[Floats], Surface], place: Floats) -> Surface:
    at = np.exp(place)
    value, gradient, hessian = surface(at)
    slope = at * gradient
    return Surface(value, slope, np.outer(at, at) * hessian + np.diag(slope))


def _uphill(gradient: Floats, hessian: Floats) -> Floats:
    sizes, ways = np.linalg.eigh(hessian)
    bent = np.maximum(np.abs(sizes), 1e-9 * max(float(np.abs(sizes).max()), 1e-300))
    return np.asarray(ways @ ((ways.T @ gradient) / bent), dtype=np.float64)


def _inverse(information: Floats) -> Floats:
    sizes = np.linalg.eigvalsh(information)
    if sizes[0] <= 1e-10 * sizes[-1]:
        raise NoFit
    return np.asarray(np.linalg.inv(information), dtype=np.float64)
