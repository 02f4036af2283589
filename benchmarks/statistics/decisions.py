"""What a decision changed, against known truth: does nothing raise an alarm, and does the range hold the truth?

Fifty-two weeks of money with a trend of 10 % a year, errors that stay (ρ .5), a shock that a control series shares in
part (ρ .5), and a decision at week 40 that does nothing, or brings 10 %. Bounds, plus two Monte Carlo standard errors:
false alarms in at most 10 of 100 series and the range holds the truth in at least 88 of 100 where nothing was done. A
comparison of before and after alone is alarmed in a third of them.
"""

from typing import Any

import numpy as np
from scipy.stats import ttest_ind

from yaad.measures.statistics.interrupted import step_at

WEEKS, DECIDED, BEFORE = 52, 40, 20
EFFECT = 0.10
TREND, STAYS, SHOCK, SHARED, NOISE = 0.1, 0.5, 0.1, 0.08, 0.04


def series(effect: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The logarithms of the money of those who decided, and of the control."""
    own, both = np.zeros(WEEKS + BEFORE), np.zeros(WEEKS + BEFORE)
    for week in range(1, WEEKS + BEFORE):
        own[week] = STAYS * own[week - 1] + rng.normal(0, SHOCK)
        both[week] = STAYS * both[week - 1] + rng.normal(0, SHARED)
    week = np.arange(WEEKS)
    trend, both, own = TREND * week / WEEKS, both[BEFORE:], own[BEFORE:]
    return trend + both + 0.7 * own + effect * (week >= DECIDED), trend + both + rng.normal(0, NOISE, WEEKS)


def looked_at(effect: float, runs: int, seed: int) -> dict[str, float]:
    """Of many series: alarms, ranges that hold the truth, the mean estimate, and alarms of before and after alone."""
    rng = np.random.default_rng(seed)
    steps, plain = [], []
    for _ in range(runs):
        own, control = series(effect, rng)
        steps.append(step_at(own, DECIDED, control))
        plain.append(ttest_ind(own[DECIDED:], own[:DECIDED]).pvalue < 0.05)
    return {
        "alarms": float(np.mean([step.p < 0.05 for step in steps])),
        "range holds": float(np.mean([step.low <= effect <= step.high for step in steps])),
        "mean": float(np.mean([step.value for step in steps])),
        "se": float(np.std([step.value for step in steps], ddof=1) / np.sqrt(runs)),
        "alarms of before and after": float(np.mean(plain)),
    }


def run(*, full: bool) -> dict[str, Any]:
    """All figures; 300 series of each kind when `full`, else 60."""
    runs = 300 if full else 60
    nothing, planted = looked_at(0.0, runs, 1), looked_at(EFFECT, runs, 2)
    few, held = 2 * (0.10 * 0.90 / runs) ** 0.5, 2 * (0.88 * 0.12 / runs) ** 0.5
    checks = {
        "false alarms at most 10 of 100": nothing["alarms"] <= 0.10 + few,
        "the range holds nothing in 88 of 100": nothing["range holds"] >= 0.88 - held,
        "the range holds 10 % in 88 of 100": planted["range holds"] >= 0.88 - held,
        "no bias": abs(planted["mean"] - EFFECT) <= 0.01 + 2 * planted["se"],
        "before and after alone is alarmed more than twice as often": nothing["alarms of before and after"]
        > 2 * nothing["alarms"],
    }
    return {"series": runs, "nothing": nothing, "10 %": planted, "checks": checks, "accepted": all(checks.values())}
