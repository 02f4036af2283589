r"""Time to leave, spells that still run included: the Kaplan–Meier curve.

.. math:: S(t) = \prod_{t_i \le t} (1 - d_i / n_i)

with :math:`d_i` spells ended at :math:`t_i` of the :math:`n_i` under observation just before it; a spell that still
runs leaves the observation after the ends of the same length. Ends of any kind count as one.

Sources: Kaplan & Meier 1958 (J. Am. Stat. Assoc. 53:457); variance by Greenwood 1926; the band on the scale
log(−log S) by Kalbfleisch & Prentice 1980; interval of a quantile by inverting the band, Brookmeyer & Crowley 1982
(Biometrics 38:29). The same conventions as lifelines 0.30: a quantile is the first length with S ≤ 1 − q.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from yaad.measures.statistics.intervals import Z95, Estimate
from yaad.measures.statistics.spells import Floats, Spells

ROUNDING = 1e-12
"""A curve that is this near to a level has reached it: 0.9 · 0.5/0.9 must count as one half."""


@dataclass(frozen=True)
class Curve:
    """A Kaplan–Meier curve.

    Attributes:
        spells: what it was made of.
        survival: the share that lasts longer than each of `spells.times`.
        variance: Greenwood's sum Σ d/(n(n−d)) up to each length; steps at which nobody is left add nothing.
    """

    spells: Spells
    survival: Floats
    variance: Floats

    @cached_property
    def band(self) -> tuple[Floats, Floats]:
        """Lower and upper end of S at 95 %, on the scale log(−log S); 1 where nothing has ended, 0 where all have."""
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log(self.survival)
            shift = Z95 * np.sqrt(self.variance) / log
            low = np.exp(-np.exp(np.log(-log) - shift))
            high = np.exp(-np.exp(np.log(-log) + shift))
        return np.nan_to_num(low, nan=1.0), np.nan_to_num(high, nan=1.0)

    @property
    def still_running(self) -> float:
        """The share not ended at the longest length seen; 1 when nothing was seen."""
        return float(self.survival[-1]) if len(self.survival) else 1.0

    @property
    def horizon(self) -> float | None:
        """The longest length seen, ended or running."""
        return float(self.spells.times[-1]) if len(self.spells.times) else None

    def quantile(self, share: float) -> float | None:
        """The length within which `share` of the spells end; None when the curve does not come down so far.

        >>> kaplan_meier(Spells.count([1, 2, 3, 4], [1, 0, 1, 0])).quantile(0.5)
        3.0
        """
        return _first(self.spells.times, self.survival, 1 - share)

    def quantile_interval(self, share: float) -> tuple[float | None, float | None]:
        """95 % interval of `quantile`: where the band's two ends come down to 1 − share; an end may not be reached."""
        low, high = self.band
        return _first(self.spells.times, low, 1 - share), _first(self.spells.times, high, 1 - share)

    def estimate(self, share: float) -> Estimate:
        """`quantile` with its interval."""
        return Estimate(self.quantile(share), *self.quantile_interval(share))

    def survival_at(self, days: float) -> float:
        """The share that lasts longer than `days`."""
        place = int(np.searchsorted(self.spells.times, days, side="right"))
        return float(self.survival[place - 1]) if place else 1.0

    def restricted_mean(self) -> Estimate:
        """The mean length up to `horizon`: the area under the curve, spells that still run counted.

        Its variance is Σ A² d/(n(n−d)), A being the area to the right of each end (Klein & Moeschberger 2003, 4.5).
        """
        times = self.spells.times
        if not len(times):
            return Estimate(None, None, None)
        steps = np.diff(times, prepend=0.0) * np.concatenate([[1.0], self.survival[:-1]])
        area = float(steps.sum())
        to_the_right = area - np.cumsum(steps)
        error = float(np.sqrt(np.sum(to_the_right**2 * np.diff(self.variance, prepend=0.0))))
        return Estimate(area, max(area - Z95 * error, 0.0), area + Z95 * error)


def kaplan_meier(spells: Spells) -> Curve:
    """The curve of time to leave by any end.

    Args:
        spells: lengths in days, ended or running; may be empty.
    """
    here, ended = spells.at_risk.astype(np.float64), spells.ended.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(here > 0, ended / here, 0.0)
        steps = np.where(here > ended, ended / (here * (here - ended)), 0.0)
    survival: Floats = np.cumprod(1.0 - hazard, dtype=np.float64)
    return Curve(spells, survival, np.cumsum(steps, dtype=np.float64))


def _first(times: Floats, curve: Floats, level: float) -> float | None:
    """The first length at which a falling curve is at `level` or below."""
    reached = np.flatnonzero(curve <= level + ROUNDING)
    return float(times[reached[0]]) if len(reached) else None
