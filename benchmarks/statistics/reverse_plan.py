"""The reverse plan against known truth: does a plan for “8 of 10” reach its target in 8 of 10 cases?

Each company has seen some inquiries of the true ratios .5, .4, .5 (a tenth of them are sold), plans 50 customers
from what it saw, and is then followed: the chance that its plan reaches 50 is known exactly from the true ratio, so
only the companies' pasts are drawn. Bounds: a plan for 8 of 10 hits 80–82 % with ratios known, 78–87 % with ratios from
the past (plus two Monte Carlo standard errors); target ÷ rate hits about half.
"""

from math import ceil
from typing import Any

import numpy as np
from scipy.stats import binom, qmc

from yaad.demo import World, simulate
from yaad.plan import Lag, Ratio, plan_backwards, typed_ratios

STEPS = (0.5, 0.4, 0.5)
RATE = 0.1
TARGET = 50
HISTORIES = (200, 500, 2000)
STUDIED_SHARES = (0.02, 0.36, 0.40, 0.15)
"""Of a month's sales, the part from inquiries of the same month and of one, two, three months before."""


def pasts(inquiries: int, companies: int, seed: int) -> list[list[Ratio]]:
    """What companies saw: counts of each stage, spread evenly over all that may be seen."""
    found = []
    for draw in qmc.Sobol(len(STEPS), rng=seed).random(companies):
        reached, ratios = inquiries, []
        for stage, rate, chance in zip(("quote", "negotiation", "close"), STEPS, draw, strict=True):
            reached = int(binom.ppf(chance, reached, rate))
            ratios.append(Ratio.counted(stage, reached, inquiries))
        found.append(ratios)
    return found


def hit(inquiries: int) -> float:
    """The true chance that so many inquiries bring the target."""
    return float(binom.sf(TARGET - 1, inquiries, RATE))


def hit_shares(inquiries: int, companies: int, seed: int) -> dict[str, float]:
    """How often the plan for 8 of 10, and the plain target ÷ rate, reach the target."""
    planned, plain = [], []
    for ratios in pasts(inquiries, companies, seed):
        planned.append(hit(plan_backwards(TARGET, ratios, [0.8]).chance[0.8]))
        plain.append(hit(ceil(TARGET / ratios[-1].of_inquiries)))
    return {
        "hit": float(np.mean(planned)),
        "hit_se": float(np.std(planned, ddof=1) / np.sqrt(companies)),
        "hit_of_target_by_rate": float(np.mean(plain)),
        "hit_of_target_by_rate_se": float(np.std(plain, ddof=1) / np.sqrt(companies)),
    }


def lag_of(world: World, seed: int) -> Lag:
    """Days from inquiry to sale as the company's last day shows them, open deals counted as open."""
    history = simulate(world, seed)
    paths, cut = history.paths, history.cut()
    ended = np.minimum(paths.ended, cut)
    codes = np.where(paths.entered[:, -1] < cut, 1, np.where(paths.lost < cut, 2, 0))
    return Lag.from_times(ended - paths.born, codes)


def run(full: bool) -> dict[str, Any]:
    """All figures of the reverse plan, with the bounds they are held to.

    Args:
        full: 256 companies a past and eight years of a company, instead of 16 and three.
    """
    companies = 256 if full else 16
    known = plan_backwards(TARGET, typed_ratios({}, {"quote": "0.5", "negotiation": "0.4", "close": "0.5"}))
    by_history = {str(past): hit_shares(past, companies, seed=past) for past in HISTORIES}
    lag = lag_of(World(days=3000 if full else 1000, inquiries_a_day=30), seed=1)
    shares = lag.month_shares()[: len(STUDIED_SHARES)]
    checks = {
        "on average 500": known.needed[0].count == 500,
        "chances 497, 555, 588": list(known.chance.values()) == [497, 555, 588],
        "hit 80-82 % with ratios known": 0.80 <= hit(known.chance[0.8]) <= 0.82,
        "target by rate 51-53 % with ratios known": 0.51 <= hit(known.needed[0].count) <= 0.53,
        "months of a sale's inquiry": bool(np.abs(shares - STUDIED_SHARES).max() < 0.02),
    }
    for past, found in by_history.items():
        slack = 2 * found["hit_se"]
        checks[f"hit 78-87 % from {past} inquiries"] = 0.78 - slack <= found["hit"] <= 0.87 + slack
        plain, slack = found["hit_of_target_by_rate"], 2 * found["hit_of_target_by_rate_se"]
        checks[f"target by rate 51-53 % from {past} inquiries"] = 0.51 - slack <= plain <= 0.53 + slack
    return {
        "known": {
            "chance": {str(level): count for level, count in known.chance.items()},
            "hit": hit(known.chance[0.8]),
        },
        "from_history": by_history,
        "lag": {"mean": lag.mean, "median": lag.quantile(0.5), "p80": lag.quantile(0.8), "p90": lag.quantile(0.9)},
        "month_shares": shares.round(4).tolist(),
        "companies": companies,
        "checks": checks,
        "accepted": all(checks.values()),
    }
