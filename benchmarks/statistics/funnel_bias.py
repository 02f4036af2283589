"""The expected conversion against its truth in young companies, beside the rates that people compute by hand.

Four steps of .65, .77, .40 and .50 (a tenth of the inquiries are won), losses slower than advances. Bias in points
over many drawn companies. Bounds, plus two Monte Carlo standard errors: after 182 days with 6 inquiries a day less than
1.0 point on the funnel and 1.5 in each stage, where won ÷ created is at least 2 too low and the product of
advanced ÷ (advanced + lost) at least 3 too high; after 365 days less than 0.3 point.
"""

from typing import Any

import numpy as np

from benchmarks.statistics.seen import spells
from yaad.demo import World, simulate
from yaad.measures.statistics import Ending, chained, expected_share

WORLDS = {
    "90 days": World(days=90),
    "182 days": World(days=182),
    "365 days": World(days=365),
    "182 days, inquiries grow fourfold": World(days=182, inquiries_a_day=3, growth=4),
}
IN_SHORT = ("182 days", "365 days")
TRUE_STEPS = np.array([step.advance for step in World().steps])
TRUE = float(TRUE_STEPS.prod())
FUNNEL = ("won ÷ created", "won ÷ (won + lost)", "product of advanced ÷ (advanced + lost)", "competing risks")
STAGE = ("advanced ÷ entered", "advanced ÷ (advanced + lost)", "competing risks")


def estimates(world: World, seed: int) -> tuple[list[float], list[list[float]], bool]:
    """Of one company: the estimates of `FUNNEL`, of `STAGE` for each stage, and whether the range held the truth."""
    history = simulate(world, seed)
    paths, now = history.paths, history.cut()
    won, lost = (paths.entered[:, -1] <= now).sum(), (paths.lost <= now).sum()
    seen = [spells(paths, now, place) for place in range(len(world.steps))]
    shares = [expected_share(each) for each in seen]
    whole = chained(shares)
    counts = [np.array([each.open.sum(), each.advanced.sum(), each.lost.sum()], dtype=float) for each in seen]
    advanced = [count[Ending.ADVANCED] for count in counts]
    of_entered = [count[Ending.ADVANCED] / count.sum() for count in counts]
    of_closed = [count / (count + lost) for count, lost in zip(advanced, (c[Ending.LOST] for c in counts), strict=True)]
    funnel = [won / len(paths.born), won / (won + lost), float(np.prod(of_closed)), whole.rate or 0.0]
    stages = [of_entered, of_closed, [share.rate or 0.0 for share in shares]]
    return funnel, stages, bool((whole.low or 0) <= TRUE <= (whole.high or 1))


def biases(world: World, companies: int, seed: int) -> dict[str, Any]:
    """Bias, standard error and root mean square error in points over many companies."""
    drawn = [estimates(world, seed * 10_000 + number) for number in range(companies)]
    funnel = (np.array([each[0] for each in drawn]) - TRUE) * 100
    stages = (np.array([each[1] for each in drawn]) - TRUE_STEPS) * 100
    error = funnel.std(axis=0, ddof=1) / np.sqrt(companies)
    stage_error = stages.std(axis=0, ddof=1) / np.sqrt(companies)
    return {
        "funnel": {
            name: {
                "bias": round(float(funnel[:, at].mean()), 3),
                "se": round(float(error[at]), 3),
                "rmse": round(float(np.sqrt((funnel[:, at] ** 2).mean())), 3),
            }
            for at, name in enumerate(FUNNEL)
        },
        "stages": {
            name: {"bias": stages[:, at].mean(axis=0).round(3).tolist(), "se": stage_error[at].round(3).tolist()}
            for at, name in enumerate(STAGE)
        },
        "range held the truth": round(float(np.mean([each[2] for each in drawn])), 3),
    }


def checks(found: dict[str, Any]) -> dict[str, bool]:
    """Whether each bound holds."""
    half, year = found["182 days"], found["365 days"]
    funnel, stages = half["funnel"], half["stages"]["competing risks"]
    best = funnel["competing risks"]
    closed, created = funnel["product of advanced ÷ (advanced + lost)"], funnel["won ÷ created"]
    after_a_year = year["funnel"]["competing risks"]
    return {
        "182 days: funnel off by less than 1.0": abs(best["bias"]) < 1.0 + 2 * best["se"],
        "182 days: each stage off by less than 1.5": all(
            abs(bias) < 1.5 + 2 * se for bias, se in zip(stages["bias"], stages["se"], strict=True)
        ),
        "182 days: won ÷ created at least 2 too low": created["bias"] <= -2 + 2 * created["se"],
        "182 days: product over decided at least 3 too high": closed["bias"] >= 3 - 2 * closed["se"],
        "365 days: funnel off by less than 0.3": abs(after_a_year["bias"]) < 0.3 + 2 * after_a_year["se"],
    }


def run(*, full: bool) -> dict[str, Any]:
    """All figures of the funnel, with the bounds they are held to; 200 companies a world when `full`, else 20."""
    companies = 200 if full else 20
    names = WORLDS if full else IN_SHORT
    found = {name: biases(WORLDS[name], companies, seed) for seed, name in enumerate(names, start=1)}
    held = checks(found)
    return {"truth": round(TRUE, 4), "companies": companies, **found, "checks": held, "accepted": all(held.values())}
