r"""What changed in a series at a decision: an interrupted time series with a control and autocorrelated errors.

.. math:: y_t = \alpha + \beta t + \delta \, [t \ge t_0] + \gamma c_t + e_t, \qquad e_t = \rho e_{t-1} + \epsilon_t

ρ by restricted maximum likelihood on the transformed rows, the first one kept (Prais & Winsten 1954), since plain
likelihood makes ρ, and with it the range, too small in short series; then t with the degrees of freedom that are left,
one of them for ρ. Sources: Wagner et al. 2002 (J. Clin. Pharm. Ther. 27:299); Bernal et al. 2017 (Int. J. Epidemiol.
46:348); Tunnicliffe Wilson 1989 (J. R. Stat. Soc. B 51:15).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from yaad.measures.statistics.likelihoods import NoFit
from yaad.measures.statistics.spells import Floats

FEWEST = 6
"""Points before the decision, and points after it, below which nothing is told."""
APART = dt.timedelta(weeks=8)
"""Decisions nearer to one another than this cannot be told apart."""
LEVEL = 0.95
NEAREST_ONE = 0.995


@dataclass(frozen=True)
class Step:
    """A step in a series.

    Attributes:
        value: how much higher the series is from the decision on, in the series' unit.
        low, high: ends of its interval at 95 %.
        p: the chance of a step at least so large, either way, where there is none.
        rho: how much of an error stays to the next point.
        n: points.
    """

    value: float
    low: float
    high: float
    p: float
    rho: float
    n: int


def step_at(values: ArrayLike, first: int, control: ArrayLike | None = None) -> Step:
    """How much a series changed at a decision.

    Args:
        values: evenly spaced, such as the logarithms of weekly money, shape (points,).
        first: place of the first point after the decision.
        control: the same of somebody whom the decision did not touch, shape (points,); None: there is nobody.

    Raises:
        NoFit: too few points before or after, or the regressors are one another.

    >>> found = step_at([1, 2, 1, 2, 1, 2, 1, 2, 6, 7, 6, 7, 6, 7, 6, 7], 8)
    >>> round(found.value, 1), found.low < 5 < found.high
    (5.0, True)
    """
    y = np.asarray(values, dtype=np.float64)
    n = len(y)
    if min(first, n - first) < FEWEST:
        raise NoFit
    place = np.arange(n)
    columns = [np.ones(n), place / n, (place >= first).astype(np.float64)]
    columns += [] if control is None else [np.asarray(control, dtype=np.float64)]
    x = np.stack(columns, axis=1)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise NoFit
    found = minimize_scalar(lambda rho: -_likelihood(y, x, rho), bounds=(-NEAREST_ONE, NEAREST_ONE), method="bounded")
    rho = float(found.x)
    seen, known = _freed(y, rho), _freed(x, rho)
    inverse = np.linalg.inv(known.T @ known)
    effects = inverse @ (known.T @ seen)
    left = n - x.shape[1] - 1
    error = float(np.sqrt(((seen - known @ effects) ** 2).sum() / left * inverse[2, 2]))
    value, half = float(effects[2]), float(student.ppf((1 + LEVEL) / 2, left)) * error
    p = float(2 * student.sf(abs(value) / error, left)) if error else 0.0
    return Step(value, value - half, value + half, p, rho, n)


def _freed(rows: Floats, rho: float) -> Floats:
    """Rows less so much of the row before, so that their errors are independent; the first one scaled alike."""
    free = rows.copy()
    free[1:] -= rho * rows[:-1]
    free[0] *= np.sqrt(1 - rho**2)
    return free


def _likelihood(y: Floats, x: Floats, rho: float) -> float:
    """The restricted log-likelihood of ρ, up to what does not depend on it."""
    seen, known = _freed(y, rho), _freed(x, rho)
    square = known.T @ known
    rest = seen - known @ np.linalg.solve(square, known.T @ seen)
    n, k = x.shape
    return float(
        0.5 * np.log(1 - rho**2) - 0.5 * np.linalg.slogdet(square)[1] - 0.5 * (n - k) * np.log((rest**2).sum() + 1e-300)
    )


def separable(days: Sequence[dt.date]) -> list[bool]:
    """Of each decision, whether it is far enough from every other one for its effect to be told.

    >>> separable([dt.date(2026, 1, 4), dt.date(2026, 6, 7), dt.date(2026, 7, 5)])
    [True, False, False]
    """
    return [
        all(abs(day - other) >= APART for at, other in enumerate(days) if at != place) for place, day in enumerate(days)
    ]
