"""The reverse plan against known truth: does a plan for “8 of 10” reach its target in 8 of 10 cases?

Each company has seen some inquiries of the true ratios .5, .4, .5 (a tenth of them are sold), plans 50 customers
from what it saw, and is then followed: the chance that its plan reaches 50 is known exactly from the true ratio, so
only the companies' pasts are drawn. Bounds: a plan for 8 of 10 hits 80–82 % with ratios known, 78–87 % with ratios from
the past (plus two Monte Carlo standard errors); target ÷ rate hits about half.

The dated plan – the customers of one month, open deals credited, the rest from inquiries that come evenly until the
last useful day – is held to the same. Companies with a year (and two) of 6 inquiries a day plan the month after the
next by what their last day shows; the chance that their plan for 8 of 10 reaches its target is reckoned with the true
ways of the world for the very deals that stand open. Each wants twenty customers more than these should bring.
"""

import datetime as dt
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
from scipy.stats import binom, qmc

from benchmarks.statistics import seen
from yaad.demo import World, simulate
from yaad.demo.world import STEPS as WORLD_STEPS
from yaad.measures.statistics import expected_share
from yaad.measures.statistics.shrinkage import as_counts
from yaad.model import Period
from yaad.plan import INQUIRIES, Lag, Ratio, plan_backwards, typed_ratios
from yaad.plan.period import Outlook, Standing, chance_with, credit_of, plan_period
from yaad.plan.ways import Stays, Ways

STEPS = (0.5, 0.4, 0.5)
RATE = 0.1
TARGET = 50
FAR = 1e7
"""A day by which every deal has ended."""
MORE = 20
"""Customers that a dated plan wants beside those that the open deals should bring."""
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


def true_ways(full: bool) -> Ways:
    """The ways of the world, from a company so large that its estimate is the truth."""
    paths = simulate(World(days=1500, inquiries_a_day=200 if full else 60), seed=99).paths
    return Stays.of_spells([[seen.spells(paths, FAR, place) for place in range(len(WORLD_STEPS))]]).ways()


def outlook_of(world: World, seed: int) -> tuple[Outlook, list[Ratio]]:
    """What a company's last day shows of the month after the next, and its own ratios with the open deals counted."""
    history = simulate(world, seed)
    paths, cut, as_of = history.paths, history.cut(), history.as_of
    spells = [seen.spells(paths, cut, place) for place in range(len(world.steps))]
    parts = []
    for place in range(len(world.steps)):
        days, ended = seen.lengths(paths, cut, place)
        ages, n = np.unique(np.floor(days[ended == 0]), return_counts=True)
        parts.append((np.full(len(n), place), ages, n))
    places, ages, n = (np.concatenate(part) for part in zip(*parts, strict=True))
    start = as_of + dt.timedelta(days=31)
    period = Period(start, start + dt.timedelta(days=30), "the month after the next")
    ended = np.minimum(paths.ended, cut)
    codes = np.where(paths.entered[:, -1] < cut, 1, np.where(paths.lost < cut, 2, 0))
    begun = paths.born < cut
    lag = Lag.from_times((ended - paths.born)[begun], codes[begun])
    last = {INQUIRIES: period.end - dt.timedelta(days=1 + ceil(lag.quantile(0.5)))}
    standing = Standing(0, places.astype(np.int64), ages, n.astype(np.int64))
    ratios, part = [], 1.0
    for step, stays in zip(world.steps, spells, strict=True):
        share = expected_share(stays)
        won, of = as_counts(share)
        part *= share.rate or 0.0
        ratios.append(Ratio(step.stage, Fraction(part).limit_denominator(10**6), round(won), stays.total, round(of)))
    return Outlook(period, as_of, Stays.of_spells([spells]).ways(), standing, last), ratios


def dated_hits(days: int, companies: int, truth: Ways) -> dict[str, float]:
    """How often the dated plan for 8 of 10 reaches its target, by the true ways."""
    world = World(days=days, inquiries_a_day=6)
    rate = Ratio("won", Fraction(float(truth.chance(0)[0])).limit_denominator(10**9))
    hits, credited = [], []
    for seed in range(companies):
        outlook, ratios = outlook_of(world, seed)
        target = ceil(credit_of(outlook).expected) + MORE
        needed = plan_period(target, ratios, outlook, [0.8]).chance[0.8]
        true = Outlook(outlook.period, outlook.as_of, truth, outlook.standing, outlook.last_days)
        hits.append(chance_with(needed, target, [rate], true))
        credited.append(credit_of(outlook).expected / credit_of(true).expected)
    return {
        "hit": float(np.mean(hits)),
        "hit_se": float(np.std(hits, ddof=1) / np.sqrt(companies)),
        "credit_of_truth": float(np.mean(credited)),
    }


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
    truth = true_ways(full)
    dated = {str(days): dated_hits(days, 128 if full else 12, truth) for days in (365, 730)}
    for days, found in dated.items():
        slack = 2 * found["hit_se"]
        checks[f"dated hit 78-87 % from {days} days"] = 0.78 - slack <= found["hit"] <= 0.87 + slack
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
        "dated": dated,
        "lag": {"mean": lag.mean, "median": lag.quantile(0.5), "p80": lag.quantile(0.8), "p90": lag.quantile(0.9)},
        "month_shares": shares.round(4).tolist(),
        "companies": companies,
        "checks": checks,
        "accepted": all(checks.values()),
    }
