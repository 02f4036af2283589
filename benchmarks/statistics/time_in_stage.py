"""The typical time in a stage against its truth in young companies, beside what finished stays alone would say.

Quote stage: truth 37.2 days on average, 25.1 typical. Bounds: the typical time within 5 % where the middle of the
finished stays is at least 15 % short; a deal is called stuck after a time that 20 ± 3 % of the stays exceed.
"""

from typing import Any

import numpy as np

from benchmarks.statistics.seen import lengths, spells
from yaad.demo import World, simulate
from yaad.demo.truth import stay_of
from yaad.measures.statistics import Ending, kaplan_meier

QUOTE = 2
DAYS = (120, 182)
WHEN_ALL_HAS_ENDED = 1e9
STEP = World().steps[QUOTE]
TRUTH = stay_of(STEP, STEP.advance)
NAMES = ("finished, mean", "finished, middle", "open, mean age", "average", "typical", "stuck after")


def estimates(days: int, seed: int) -> list[float]:
    """Of one company, the estimates of `NAMES`; NaN where one is not reached."""
    history = simulate(World(days=days), seed)
    paths, now = history.paths, history.cut()
    long, ending = lengths(paths, now, QUOTE)
    done = long[ending != Ending.OPEN]
    curve = kaplan_meier(spells(paths, now, QUOTE))
    typical, stuck = curve.quantile(0.5), curve.quantile(0.8)
    return [
        float(done.mean()),
        float(np.median(done)),
        float(long[ending == Ending.OPEN].mean()),
        curve.restricted_mean().value or np.nan,
        np.nan if typical is None else typical,
        np.nan if stuck is None else stuck,
    ]


def stays(seed: int) -> np.ndarray:
    """Whole lengths of many stays in Quote, future included."""
    paths = simulate(World(days=400, inquiries_a_day=100), seed).paths
    long, ending = lengths(paths, WHEN_ALL_HAS_ENDED, QUOTE)
    return long[ending != Ending.OPEN]


def run(*, full: bool) -> dict[str, Any]:
    """All figures of the time in stage; 200 companies an age when `full`, else 20."""
    companies = 200 if full else 20
    every = np.sort(stays(seed=9))
    found: dict[str, Any] = {}
    held: dict[str, bool] = {}
    for days in DAYS:
        drawn = np.array([estimates(days, days * 10_000 + number) for number in range(companies)])
        mean, error = np.nanmean(drawn, axis=0), np.nanstd(drawn, axis=0, ddof=1) / np.sqrt(companies)
        told = drawn[:, NAMES.index("stuck after")]
        flagged = 1 - np.searchsorted(every, told[~np.isnan(told)], side="right") / len(every)
        found[f"{days} days"] = {
            "estimates": dict(zip(NAMES, mean.round(2).tolist(), strict=True)),
            "se": dict(zip(NAMES, error.round(2).tolist(), strict=True)),
            "stuck share": round(float(flagged.mean()), 4) if len(flagged) else None,
            "stuck share, se": round(float(flagged.std(ddof=1) / np.sqrt(len(flagged))), 4)
            if len(flagged) > 1
            else None,
            "stuck told in": len(flagged),
        }
        typical, middle = NAMES.index("typical"), NAMES.index("finished, middle")
        held[f"{days} days: typical within 5 %"] = bool(
            abs(mean[typical] - TRUTH.median) <= 0.05 * TRUTH.median + 2 * error[typical]
        )
        held[f"{days} days: the finished alone at least 15 % short"] = bool(
            mean[middle] <= 0.85 * TRUTH.median + 2 * error[middle]
        )
        slack = 2 * (found[f"{days} days"]["stuck share, se"] or 0)
        held[f"{days} days: stuck 20 ± 3 %"] = bool(len(flagged)) and abs(float(flagged.mean()) - 0.2) <= 0.03 + slack
    truth = {"mean": round(TRUTH.mean, 2), "median": round(TRUTH.median, 2), "p80": round(TRUTH.p80, 2)}
    return {"truth": truth, "companies": companies, **found, "checks": held, "accepted": all(held.values())}
