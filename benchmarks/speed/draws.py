"""``python -m benchmarks.speed.draws [groups|plain]``: a forecast of many open deals, drawn by groups and deal by deal.

Prints seconds and the peak memory of a process of its own as one JSON object; without a word, of both, and their ratio,
which is kept too.
The plain draw asks for each deal in each draw in which of three months it is won, if at all, and adds the amounts up;
chances are given to it. It knows neither inquiries to come nor that the past could have been another.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks import commit
from yaad.measures.statistics import Ending, Spells
from yaad.plan.forecasting.draws import SIMULATIONS, draw
from yaad.plan.forecasting.seen import OpenDeals, Seen
from yaad.plan.ways import Stays

RESULT = Path(__file__).parent.parent / "results" / "draws.json"
OPEN = 100_000
STAGES = 4
MONTHS = 3
MONTH = 30
PAST = 16


def company() -> Seen:
    """100,000 open deals in four stages, 16 months behind them."""
    rng = np.random.default_rng(1)
    spells = []
    for _ in range(STAGES):
        days = np.floor(rng.exponential(25, 5_000)) + 1
        ended = rng.choice([Ending.ADVANCED, Ending.LOST, Ending.OPEN], 5_000, p=[0.55, 0.35, 0.1])
        spells.append(Spells.count(days, ended, np.ones(5_000, dtype=np.int64)))
    size = np.exp(rng.normal(8.5, 0.8, OPEN)).round(2)
    level = np.full(PAST, 300.0) + rng.normal(0, 10, PAST)
    work, ends = np.full(MONTHS, 21.0), np.arange(1, MONTHS + 1) * MONTH
    return Seen(
        stays=Stays.of_spells([spells]),
        open=OpenDeals(
            rng.integers(0, STAGES, OPEN), np.floor(rng.exponential(20, OPEN)), size, np.zeros(OPEN, dtype=np.int64)
        ),
        decided=np.zeros((STAGES + 1, 3), dtype=np.int64),
        arrivals=level,
        work=np.full(PAST, 21.0),
        won=level,
        money=level,
        sizes=size[:5_000],
        size_weights=np.ones(5_000),
        ends=ends,
        begins=ends - MONTH,
        work_ahead=work,
        work_whole=work,
    )


def plain(seen: Seen) -> np.ndarray:
    """Each deal drawn by itself in each draw; gives the money of each draw and month."""
    rng = np.random.default_rng(2)
    ways = seen.stays.ways()
    up_to = np.zeros((len(seen.open), seen.months))
    for place in range(STAGES):
        here = seen.open.place == place
        up_to[here] = ways.win_at(place, seen.open.age[here], seen.ends)
    money = np.empty((SIMULATIONS, seen.months))
    for at in range(SIMULATIONS):
        level = rng.random(len(seen.open))
        money[at] = [seen.open.size[level < up_to[:, month]].sum() for month in range(seen.months)]
    return np.diff(money, axis=1, prepend=0.0)


def timed(which: str) -> dict[str, float]:
    """One of them in this process."""
    seen = company()
    draw(seen, simulations=10, sets=1)  # what is loaded on first use is no part of it
    before = time.perf_counter()
    money = plain(seen) if which == "plain" else draw(seen).money_open[..., 0]
    seconds = time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 3), "peak_mb": round(peak), "mean": round(float(money.sum(axis=1).mean()))}


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(timed(sys.argv[1])))
        return
    found = {}
    for which in ("groups", "plain"):
        command = [sys.executable, "-m", "benchmarks.speed.draws", which]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found[which] = json.loads(done.stdout.splitlines()[-1])
    ratio = round(found["plain"]["seconds"] / found["groups"]["seconds"], 1)
    result = {"commit": commit(), "deals": OPEN, "draws": SIMULATIONS, **found, "plain_against_groups": ratio}
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
