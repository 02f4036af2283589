"""How good chances are, held against what became of the deals: proper scores, ranking, and whether they are meant."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from yaad.insight.winning.fields import auc
from yaad.measures.statistics.spells import Floats

EDGE = 1e-4
FAR = 20.0
BINS = 10


@dataclass(frozen=True)
class Scores:
    """The scores of chances on deals that they had not seen.

    Attributes:
        method: of the chances; ``base_rate`` is the share won, the same for all.
        n: deals behind it, one for each day on which it was looked at.
        undecided: the share of them that is still open and counts with its chance by stage and age.
        log_loss: in nats, lower is better (proper; Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102:359).
        brier: mean squared error, 0–1, lower is better (proper).
        auc: share of pairs of won and lost that are ranked right, .5–1.
        ece: mean distance of chance and share won in ten bins of equal size, 0–1.
        ratio: sum of the chances ÷ deals won; 1 is right, 1.5 promises half too much.
        gain: log loss of the base rate less its own; `gain_se` its standard error, deals apart.
        told_apart, told_apart_se: the same among the decided deals alone, the level of the chances left out: how well
            they tell deals apart, with nothing taken from what is still open.
    """

    method: str
    n: int
    undecided: float
    log_loss: float
    brier: float
    auc: float
    ece: float
    ratio: float
    gain: float
    gain_se: float
    told_apart: float
    told_apart_se: float


def beats_base_rate(scores: Scores, sure: float) -> bool:
    """Whether chances beat the base rate by more than `sure` standard errors: over all, and among the decided alone."""
    return scores.gain > sure * scores.gain_se and scores.told_apart > sure * scores.told_apart_se


def log_losses(outcome: Floats, chance: Floats) -> Floats:
    """The log loss of each."""
    sure = np.clip(chance, EDGE, 1 - EDGE)
    loss: Floats = -(outcome * np.log(sure) + (1 - outcome) * np.log(1 - sure))
    return loss


def calibration_error(outcome: Floats, chance: Floats, bins: int = BINS) -> float:
    """The mean distance of chance and outcome in bins of equal size (expected calibration error)."""
    edges = np.unique(np.quantile(chance, np.linspace(0, 1, bins + 1)))
    bin_of = np.clip(np.searchsorted(edges, chance, side="right") - 1, 0, max(len(edges) - 2, 0))
    n = np.bincount(bin_of)
    gap = np.abs(np.bincount(bin_of, outcome) - np.bincount(bin_of, chance))
    return float(gap[n > 0].sum() / len(chance))


def mean_gain(worse: Floats, better: Floats, deals: np.ndarray) -> tuple[float, float]:
    """By how much one loss is above another on average, and its standard error; rows of one deal belong together."""
    gain = worse - better
    _, whose = np.unique(deals, return_inverse=True)
    mean = float(gain.mean())
    sums = np.bincount(whose, gain - mean)
    return mean, float(np.sqrt((sums**2).sum())) / len(gain)


def levelled(outcome: Floats, chance: Floats) -> Floats:
    """The chances moved to the level of the outcomes: the same shift of all log-odds, so that they have their mean."""
    from scipy.optimize import brentq

    odds = logit(np.clip(chance, EDGE, 1 - EDGE))
    mean = float(outcome.mean())
    if not 0 < mean < 1:
        return chance
    shift = brentq(lambda by: float(expit(odds + by).mean()) - mean, -FAR, FAR)
    moved: Floats = expit(odds + shift)
    return moved


def _against_base(outcome: Floats, chance: Floats, deals: np.ndarray) -> tuple[float, float]:
    if not len(outcome):
        return 0.0, np.inf
    base = np.full(len(outcome), outcome.mean())
    return mean_gain(log_losses(outcome, base), log_losses(outcome, chance), deals)


def scored(method: str, outcome: Floats, chance: Floats, deals: np.ndarray, known: np.ndarray) -> Scores:
    """The scores of chances.

    Args:
        method: of the chances.
        outcome: 1 won, 0 lost, between them the chance of what is still open.
        chance: said before.
        deals: which deal each row is of.
        known: which are decided.
    """
    loss = log_losses(outcome, chance)
    gain, error = _against_base(outcome, chance, deals)
    apart, apart_error = _against_base(outcome[known], levelled(outcome[known], chance[known]), deals[known])
    return Scores(
        method=method,
        n=len(outcome),
        undecided=float((~known).mean()),
        log_loss=float(loss.mean()),
        brier=float(((chance - outcome) ** 2).mean()),
        auc=auc(outcome, chance),
        ece=calibration_error(outcome, chance),
        ratio=float(chance.sum() / max(outcome.sum(), 1e-9)),
        gain=gain,
        gain_se=error,
        told_apart=apart,
        told_apart_se=apart_error,
    )
