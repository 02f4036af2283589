"""The months to come of a monthly series: exponential smoothing of its logarithm, with what a year repeats.

The model is chosen among the exponential smoothing models by its corrected Akaike criterion (ETS; Hyndman et al. 2008,
Forecasting with Exponential Smoothing). A series of two years or more is first freed of what its own year repeats: one
wave a year (sine and cosine beside a trend), kept only where it earns its two parameters by the same criterion.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from yaad.plan.ways import Floats, Integers

LEVEL = 80
Z80 = 1.2815515655446004
LEAST_SPREAD = 0.03
SHORT = 8
"""With fewer months no model is chosen: the level of the last ones, with the scatter that they show."""
TWO_YEARS = 24
YEAR = 12
ZERO = 0.5
"""Added to a count before its logarithm is taken."""


@dataclass(frozen=True, eq=False)
class Ahead:
    """A series in the months ahead: its mean and its standard deviation, shape (months,)."""

    mean: Floats
    spread: Floats


def counts_ahead(counts: Floats, work: Floats, work_ahead: Floats, calendar_month: Integers) -> Ahead:
    """Inquiries of the months ahead, by working day.

    Args:
        counts: inquiries of each past month.
        work: working days of each past month.
        work_ahead: working days of each month ahead.
        calendar_month: of the past months and then of those ahead, 0…11; empty: no year is looked for.
    """
    usual = float(np.mean(work)) if len(work) else 1.0
    per_usual = (counts + ZERO) / np.maximum(work, 1) * usual
    ahead = series_ahead(np.log(per_usual), len(work_ahead), calendar_month)
    with np.errstate(divide="ignore"):
        return Ahead(ahead.mean + np.log(work_ahead / usual), ahead.spread)


def series_ahead(logs: Floats, months: int, calendar_month: Integers | None = None) -> Ahead:
    """The next `months` values of a series of logarithms."""
    if len(logs) < SHORT:
        recent = logs[-3:] if len(logs) else np.zeros(1)
        scatter = float(np.std(logs, ddof=1)) if len(logs) > 2 else 0.5
        return Ahead(np.full(months, recent.mean()), np.full(months, max(scatter, LEAST_SPREAD)))
    wave = _wave(logs, months, calendar_month)
    smooth = series_told(logs - wave[: len(logs)], months)
    return Ahead(smooth.mean + wave[len(logs) :], np.maximum(smooth.spread, LEAST_SPREAD))


def series_told(values: Floats, months: int) -> Ahead:
    """The next `months` of any series by exponential smoothing; by its last months' mean where it is short."""
    if len(values) < SHORT:
        recent = values[-3:] if len(values) else np.zeros(1)
        scatter = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return Ahead(np.full(months, recent.mean()), np.full(months, scatter))
    mean, spread = _smoothed(tuple(np.asarray(values, dtype=np.float64).tolist()), months)
    return Ahead(np.array(mean), np.array(spread))


def _wave(logs: Floats, months: int, calendar_month: Integers | None) -> Floats:
    """What a year repeats, for the past and the months ahead; nothing where it does not earn its parameters."""
    n = len(logs)
    nothing: Floats = np.zeros(n + months)
    if calendar_month is None or n < TWO_YEARS or len(calendar_month) < n + months:
        return nothing
    angle = 2 * np.pi * calendar_month[: n + months] / YEAR
    waves = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    time = np.arange(n)[:, None] / YEAR
    plain = np.concatenate([np.ones((n, 1)), time], axis=1)
    whole = np.concatenate([plain, waves[:n]], axis=1)
    fits = [np.linalg.lstsq(design, logs, rcond=None)[0] for design in (plain, whole)]
    left = [float(np.sum((logs - design @ fit) ** 2)) for design, fit in zip((plain, whole), fits, strict=True)]
    without, with_wave = (
        n * np.log(max(rest, 1e-12) / n) + 2 * (k + 1) + 2 * (k + 1) * (k + 2) / (n - k - 2)
        for rest, k in zip(left, (2, 4), strict=True)
    )
    return np.asarray(waves @ fits[1][2:], dtype=np.float64) if with_wave < without else nothing


@lru_cache(maxsize=4096)
def _smoothed(past: tuple[float, ...], months: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and spread of the months ahead; cached, as the same past is asked for many times."""
    from statsforecast.models import AutoETS  # takes seconds to load

    values = np.array(past)
    if np.ptp(values) < 1e-12:
        return (float(values[-1]),) * months, (0.0,) * months
    told = AutoETS(season_length=1).forecast(y=values, h=months, level=[LEVEL])
    mean = np.asarray(told["mean"], dtype=np.float64)
    spread = (np.asarray(told[f"hi-{LEVEL}"], dtype=np.float64) - mean) / Z80
    return tuple(mean.tolist()), tuple(np.nan_to_num(spread, nan=float(np.std(values))).tolist())
