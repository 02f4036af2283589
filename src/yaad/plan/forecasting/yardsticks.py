"""What people forecast with: a run rate, also by the course of a quarter, smoothing, weighted deals, a score by fields.

They stand beside the drawn pipeline so that each company sees which of them has been right. The score by frequencies is
the rule that a widely used CRM documents (naive Bayes on closed deals: each value's share among the won against its
share among the lost, a tenth added to every count, no time in it), written anew from that description.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from yaad.measures.statistics import Ending
from yaad.plan.forecasting.arrivals import Z80, series_told
from yaad.plan.forecasting.seen import Seen
from yaad.plan.ways import Floats, Integers

PIPELINE, RUN_RATE, SMOOTHING = "pipeline", "run_rate", "smoothing"
QUARTERLY = "quarterly"
WEIGHTED, FREQUENCY = "weighted", "frequency"
RUN = 3
"""Months of the run rate, and months over which a weighted pipeline is spread."""
QUARTER, YEAR = 3, 12
TWICE = 2
"""So often each month of a quarter must have been seen before its place in the quarter tells anything."""
GUESS = 0.25
ADDED = 0.1
"""Added to every count of the score by frequencies, as its rule says."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """The months ahead, and at the end their sum: shape (months + 1,) each.

    Attributes:
        mean: what is to be expected.
        low, high: ends of the range in which 8 of 10 should lie.
    """

    mean: Floats
    low: Floats
    high: Floats

    @classmethod
    def of_draws(cls, draws: Floats) -> "Predicted":
        """From draws of the months, shape (draws, months)."""
        every = np.concatenate([draws, draws.sum(axis=1, keepdims=True)], axis=1)
        low, high = np.quantile(every, [0.1, 0.9], axis=0)
        return cls(every.mean(axis=0), low, high)

    @classmethod
    def of_point(cls, mean: Floats) -> "Predicted":
        """From a forecast without a range: a quarter up and down, until its own past errors tell better."""
        every = np.append(mean, mean.sum())
        return cls(every, every * (1 - GUESS), every * (1 + GUESS))


def run_rate(seen: Seen, past: Floats) -> Predicted:
    """The mean of the last three months; the range by the scatter of the last year."""
    recent, months = past[-RUN:], seen.months
    scatter = float(np.std(past[-YEAR:], ddof=1)) if len(past) > 1 else 0.0
    mean = float(recent.mean()) if len(recent) else 0.0
    n = max(len(recent), 1)
    each, whole = scatter * np.sqrt(1 + 1 / n), scatter * np.sqrt(months + months**2 / n)
    return _still_to_come(seen, np.full(months, mean), np.append(np.full(months, each), whole))


def quarterly(seen: Seen, past: Floats) -> Predicted:
    """The mean of the last three months, times what the first, second and third month of a quarter bring of it.

    Months before the first sale tell nothing. By what share the months of a quarter differ is drawn to none as far as
    chance alone could make it so: the weight is 1 − (variance within a place ÷ variance of the places' means).
    """
    lead = int(np.argmax(past > 0)) if (past > 0).any() else len(past)
    known = past[lead:][-YEAR:]
    plain, number = run_rate(seen, known), len(known)
    if len(seen.calendar_month) < number + seen.months:  # no years, no quarters
        return plain
    *_, places, ahead = np.split(seen.calendar_month[-number - seen.months :] % QUARTER, [0, number])
    factors = _of_quarter(known, places)
    if np.all(factors == 1):
        return plain
    level = known / factors[places]
    scatter = float(np.std(level, ddof=1)) / max(float(level.mean()), 1e-9)
    means = float(known[-RUN:].mean()) * factors[ahead]
    each = means * scatter * np.sqrt(1 + 1 / RUN)
    whole = float(means.mean()) * scatter * np.sqrt(seen.months + seen.months**2 / RUN)
    return _still_to_come(seen, means, np.append(each, whole))


def _of_quarter(values: Floats, places: Integers) -> Floats:
    """What each month of a quarter brings of its mean month, shape (3,); 1 where that may as well be chance."""
    n = np.bincount(places, minlength=QUARTER)
    if n.min() < TWICE or len(values) <= QUARTER:
        return np.ones(QUARTER)
    means = np.bincount(places, values, minlength=QUARTER) / n
    within = float(np.sum((values - means[places]) ** 2)) / (len(values) - QUARTER) / float(n.mean())
    between, centre = float(np.var(means, ddof=1)), float(means.mean())
    if between <= within or centre <= 0:
        return np.ones(QUARTER)
    return np.asarray(1 + (1 - within / between) * (means / centre - 1))


def smoothing(seen: Seen, past: Floats) -> Predicted:
    """Exponential smoothing of the months themselves (ETS).

    What part of a month's error stays in the later ones is read off the growth of the spread, as in simple smoothing.
    """
    ahead, months = series_told(past, seen.months), seen.months
    first = float(ahead.spread[0])
    growth = (float(ahead.spread[1]) / first) ** 2 - 1 if months > 1 and first > 0 else 0.0
    stays = np.sqrt(max(growth, 0.0)) * np.arange(months)
    whole = first * np.sqrt(np.sum((1 + stays) ** 2))
    return _still_to_come(seen, np.maximum(ahead.mean, 0), np.append(ahead.spread, whole))


def _still_to_come(seen: Seen, mean: Floats, spread: Floats) -> Predicted:
    """From means of whole months and spreads of these and of their sum; of a month that has begun, only the rest."""
    part = seen.work_ahead / np.maximum(seen.work_whole, 1)
    means = np.append(mean * part, (mean * part).sum())
    spreads = spread * np.sqrt(np.append(part, part.mean()))
    return Predicted(means, np.maximum(means - Z80 * spreads, 0), means + Z80 * spreads)


def weighted_pipeline(seen: Seen, worth: Floats) -> Predicted:
    """Each open deal times the share of closed deals that were won from its stage, spread over three months.

    Args:
        seen: what the book shows.
        worth: what each open deal counts.
    """
    closed = seen.decided[:, [Ending.ADVANCED, Ending.LOST]]
    reached = np.cumsum(closed.sum(axis=1)[::-1])[::-1][:-1]
    share = closed[:, 0].sum() / np.maximum(reached, 1)
    return _spread_out(seen, float(np.sum(share[seen.open.place] * worth)) if len(share) else 0.0)


def frequency_score(seen: Seen, worth: Floats) -> Predicted:
    """Each open deal times its score by frequencies, spread over three months; see the module."""
    return _spread_out(seen, float(np.sum(frequency_scores(seen) * worth)))


def frequency_scores(seen: Seen) -> Floats:
    """The score of each open deal, 0…1: stage, and the value of each field that it has."""
    lost = np.cumsum(seen.decided[::-1, Ending.LOST])[::-1][:-1] + ADDED
    won = np.full(len(lost), float(seen.decided[:, Ending.ADVANCED].sum())) + ADDED
    if not len(lost):
        return np.zeros(len(seen.open))
    for_won = np.full(len(seen.open), won[0] / (won[0] + lost[0]))
    for_lost = 1 - for_won
    for_won *= (won / won[0])[seen.open.place]
    for_lost *= (lost / lost[0])[seen.open.place]
    for field in seen.frequencies:
        known = field.of_open >= 0
        at = field.of_open[known]
        wins, losses = field.won + ADDED, field.lost + ADDED
        for_won[known] *= wins[at] / won[0]
        for_lost[known] *= losses[at] / lost[0]
    both = for_won + for_lost
    return np.asarray(for_won / np.where(both > 0, both, 1.0))


def _spread_out(seen: Seen, value: float) -> Predicted:
    """A third in each of the first three months; of a month that has begun, only its rest."""
    months = np.zeros(seen.months)
    months[:RUN] = value / RUN
    return Predicted.of_point(months * seen.work_ahead / np.maximum(seen.work_whole, 1))


def yardsticks(seen: Seen, past: Floats, worth: Floats) -> dict[str, Predicted]:
    """All of them.

    Args:
        seen: what the book shows on a day.
        past: the past months of what is forecast.
        worth: what each open deal counts.
    """
    by_month: dict[str, Callable[[Seen, Floats], Predicted]] = {
        RUN_RATE: run_rate,
        QUARTERLY: quarterly,
        SMOOTHING: smoothing,
    }
    by_deal: dict[str, Callable[[Seen, Floats], Predicted]] = {WEIGHTED: weighted_pipeline, FREQUENCY: frequency_score}
    return {name: told(seen, past) for name, told in by_month.items()} | {
        name: told(seen, worth) for name, told in by_deal.items()
    }
