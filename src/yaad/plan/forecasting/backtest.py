"""How right a forecast has been: made at the end of each past month with what was visible then, against what came.

Scores: WAPE (sum of absolute errors ÷ sum of what came), bias (what was forecast ÷ what came − 1), the mean pinball
loss of the 1st, 5th and 9th tenth (Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102:359), and of how many cases in ten
the range of 8 of 10 held. Ranges are widened or narrowed by the company's own past errors: half a range is multiplied
by that part of |error| ÷ half a range that 8 of 10 past ones did not exceed, a month back counting .93 of the next
(after Gibbs & Candès 2021, NeurIPS 34).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from yaad.plan.forecasting.yardsticks import PIPELINE, Predicted
from yaad.plan.ways import Floats

INSIDE = 0.8
MEMORY = 0.93
LEAST, MOST = 0.7, 3.0
FEW = 6
"""With fewer past errors ranges stay as they are, and no method is preferred for having been right."""
TENTHS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, eq=False)
class Origin:
    """One past month's end.

    Attributes:
        predicted: method → what it said then.
        actual: what came, the months and their sum; NaN where it has not come yet.
    """

    predicted: dict[str, Predicted]
    actual: Floats


@dataclass(frozen=True)
class Score:
    """How right one method was at one horizon, over all past months' ends where it is known.

    Attributes:
        method: its name.
        horizon: months ahead, from 1; 0 is all of them together.
        n: how many forecasts were tested.
        wape, bias: error and lean, parts of what came; NaN where nothing came.
        pinball: mean pinball loss ÷ mean of what came.
        covered: part of the cases in which the range held what came.
        width: mean width of the range ÷ mean of what came.
    """

    method: str
    horizon: int
    n: int
    wape: float
    bias: float
    pinball: float
    covered: float
    width: float


def scales(origins: Sequence[Origin], method: str) -> Floats:
    """By how much the ranges of a method are to be multiplied, for each horizon, shape (months + 1,).

    Args:
        origins: past months' ends, rising, one a month.
        method: whose ranges.
    """
    if not origins:
        return np.ones(0)
    months = len(origins[0].actual)
    found = np.ones(months)
    for horizon in range(months):
        ratios = np.array([_ratio(origin, method, horizon) for origin in origins])
        known = np.flatnonzero(~np.isnan(ratios))
        if len(known) >= FEW:
            weights = MEMORY ** (len(origins) - 1 - known)
            order = np.argsort(ratios[known])
            level = np.cumsum(weights[order]) / weights.sum()
            place = min(int(np.searchsorted(level, INSIDE)), len(order) - 1)
            found[horizon] = np.clip(ratios[known][order][place], LEAST, MOST)
    return found


def _ratio(origin: Origin, method: str, horizon: int) -> float:
    """|error| ÷ half the range on its side."""
    said, came = origin.predicted[method], origin.actual[horizon]
    over = came - said.mean[horizon]
    half = said.high[horizon] - said.mean[horizon] if over > 0 else said.mean[horizon] - said.low[horizon]
    return float(abs(over) / half) if half > 0 else np.nan


def scaled(said: Predicted, factors: Floats) -> Predicted:
    """The same with its ranges multiplied about the mean, not below 0."""
    low, high = (said.mean + factors * (end - said.mean) for end in (said.low, said.high))
    return Predicted(said.mean, np.maximum(low, 0.0), high)


def with_scales(origins: Sequence[Origin]) -> list[Origin]:
    """Each month's end with its ranges scaled by what was known then: errors of months that had come by that day."""
    found = []
    for place, origin in enumerate(origins):
        past = [_known_by(earlier, place - at) for at, earlier in enumerate(origins[:place])]
        predicted = {
            name: scaled(said, scales(past, name)) if past else said for name, said in origin.predicted.items()
        }
        found.append(Origin(predicted, origin.actual))
    return found


def _known_by(origin: Origin, months: int) -> Origin:
    """What was known of an origin so many months later."""
    actual = origin.actual.copy()
    actual[:-1][months:] = np.nan
    if months < len(actual) - 1:
        actual[-1] = np.nan
    return Origin(origin.predicted, actual)


def scores(origins: Sequence[Origin]) -> list[Score]:
    """The scores of each method at each horizon."""
    if not origins:
        return []
    methods, months = list(origins[0].predicted), len(origins[0].actual)
    return [_score(origins, name, at, months) for name in methods for at in range(months)]


def _score(origins: Sequence[Origin], name: str, at: int, months: int) -> Score:
    known = [origin for origin in origins if not np.isnan(origin.actual[at])]
    came = np.array([origin.actual[at] for origin in known])
    said = [origin.predicted[name] for origin in known]
    mean, low, high = (np.array([end[at] for end in ends]) for ends in _ends(said))
    total = float(came.sum()) or np.nan  # of nothing no part can be told
    n = max(len(came), 1)
    pairs = zip(TENTHS, (low, mean, high), strict=True)
    losses = sum(float(np.sum(np.maximum(tenth * (came - end), (tenth - 1) * (came - end)))) for tenth, end in pairs)
    return Score(
        method=name,
        horizon=0 if at == months - 1 else at + 1,
        n=len(came),
        wape=float(np.abs(came - mean).sum()) / total,
        bias=float(mean.sum()) / total - 1,
        pinball=losses / len(TENTHS) / total,
        covered=float(np.sum((low <= came) & (came <= high))) / n,
        width=float(np.sum(high - low)) / total,
    )


def _ends(said: Sequence[Predicted]) -> tuple[list[Floats], list[Floats], list[Floats]]:
    return [one.mean for one in said], [one.low for one in said], [one.high for one in said]


def best(found: Sequence[Score]) -> str:
    """The method that has been right most: the least mean WAPE over the months and their sum.

    The drawn pipeline stands where it is no worse than any other, and while too few forecasts were tested.
    """
    methods = list(dict.fromkeys(score.method for score in found))
    if min((score.n for score in found), default=0) < FEW or PIPELINE not in methods:
        return PIPELINE
    told = [score for score in found if not np.isnan(score.wape)]
    if not told:
        return PIPELINE
    missed = {name: float(np.mean([score.wape for score in told if score.method == name])) for name in methods}
    return PIPELINE if missed[PIPELINE] <= min(missed.values()) else min(missed, key=lambda name: missed[name])


@dataclass(frozen=True, eq=False)
class Backtest:
    """How right forecasts of a book have been.

    Attributes:
        days: the past months' ends at which they were made, rising.
        origins: quantity → one `Origin` a day, ranges as first told.
        unit: currency of the money.
    """

    days: tuple[date, ...]
    origins: dict[str, tuple[Origin, ...]]
    unit: str | None = None

    def scaled(self, quantity: str) -> list[Origin]:
        """What was said at each day, ranges scaled by what was known then."""
        return with_scales(self.origins[quantity])

    def scores(self, quantity: str) -> list[Score]:
        """The scores of these."""
        return scores(self.scaled(quantity))

    @property
    def is_enough(self) -> bool:
        """Whether enough months were tested to prefer one method to another."""
        return all(score.n >= FEW for quantity in self.origins for score in self.scores(quantity))

    def best(self, quantity: str) -> str:
        """The method that has been right most."""
        return best(self.scores(quantity))

    def scales(self, quantity: str, method: str) -> Floats:
        """By how much today's ranges of a method are to be multiplied: each month ahead, and their sum."""
        return scales(self.origins[quantity], method)

    def to_dict(self) -> dict[str, Any]:
        """As JSON knows it; unknown is null."""
        return {
            "days": [day.isoformat() for day in self.days],
            "unit": self.unit,
            "origins": {
                quantity: [
                    {
                        "actual": _listed(origin.actual),
                        "predicted": {
                            name: {"mean": _listed(said.mean), "low": _listed(said.low), "high": _listed(said.high)}
                            for name, said in origin.predicted.items()
                        },
                    }
                    for origin in origins
                ]
                for quantity, origins in self.origins.items()
            },
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Backtest":
        """Back from `to_dict`."""
        origins = {
            quantity: tuple(
                Origin(
                    {
                        name: Predicted(*(_array(said[end]) for end in ("mean", "low", "high")))
                        for name, said in row["predicted"].items()
                    },
                    _array(row["actual"]),
                )
                for row in rows
            )
            for quantity, rows in plain["origins"].items()
        }
        return cls(tuple(date.fromisoformat(day) for day in plain["days"]), origins, plain["unit"])


def _listed(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _array(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
