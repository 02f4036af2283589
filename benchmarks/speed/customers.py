"""``python -m benchmarks.speed.customers [--customers N]``: what each customer is still worth, against `lifetimes`.

Both begin with the same arrays (repeats, span, age, mean spend) and end with a value for each customer: BG/NBD and
gamma–gamma are fitted, twelve months are discounted. `lifetimes` (last release 2020) needs older libraries than ours,
so it runs in an environment of its own, which is made in a temporary folder, or is named by ``--peer``. Each side is a
process of its own; one run, since the peer takes minutes. They are compared by the processor's time, which other work
on the machine does not lengthen. The result is kept as JSON.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy as np

from benchmarks import commit

RESULT = Path(__file__).parent.parent / "results" / "customers.json"
PEER = Path(__file__).parent / "peer_lifetimes.py"
NEEDS = ("lifetimes==0.11.3", "numpy==1.26.4", "pandas==2.2.3", "scipy==1.13.1", "setuptools<81")
BUYING = (0.24, 31.0, 0.8, 2.4)
"""r, α (days), a, b: about those of CDNOW."""
SPENDING = (6.25, 3.74, 15.44)
"""p, q, γ: those of CDNOW."""
CLOSE = 0.02
"""The mean values of the two sides lie no further apart than this: a month is 30.4 days here and 30 there."""


def write(path: Path, customers: int) -> None:
    """The customers' histories and mean spend, drawn from the two models."""
    from yaad.demo import draw_buyers

    rng = np.random.default_rng(20)
    repeats, span, age = draw_buyers(customers, BUYING, rng)
    p, q, gamma = SPENDING
    again = np.maximum(repeats, 1)
    mean = rng.gamma(p * again, 1 / (rng.gamma(q, 1 / gamma, customers) * again))
    np.savez(path, repeats=repeats, span=np.floor(span), age=age, value=np.where(repeats > 0, mean, 0.0))


def yaad(path: Path) -> dict[str, object]:
    """Our side, timed."""
    from yaad.measures.customer_value import Buyers, Terms

    told = np.load(path)
    value = np.where(told["repeats"] > 0, told["value"], np.nan)
    warm = slice(0, 2_000)
    Buyers(told["repeats"][warm], told["span"][warm], told["age"][warm], value[warm]).worth(Terms())  # loads libraries
    began, busy = time.perf_counter(), time.process_time()
    every = Buyers(told["repeats"], told["span"], told["age"], value)
    worth = every.worth(Terms())
    seconds, processor = time.perf_counter() - began, time.process_time() - busy
    return {
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "mean": round(float(worth.mean()), 4),
        "buying": [round(one, 4) for one in every.buying.parameters],
        "spending": [round(one, 4) for one in every.spending.parameters],
    }


def environment(folder: Path) -> Path:
    """A Python of its own with `lifetimes`."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDS], check=True)
    return python


def child(*words: str | Path) -> dict:
    done = subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--peer", type=Path, help="a Python that has lifetimes")
    parser.add_argument("--yaad", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.yaad:
        print(json.dumps(yaad(given.yaad)))
        return 0
    with tempfile.TemporaryDirectory(prefix="yaad-bench-") as place:
        path = Path(place) / "customers.npz"
        write(path, given.customers)
        ours = child(sys.executable, "-m", "benchmarks.speed.customers", "--yaad", path)
        python = given.peer or environment(Path(place) / "peer")
        theirs = child(python, PEER, path)
    apart = abs(float(ours["mean"]) / float(theirs["mean"]) - 1)
    result = {
        "commit": commit(),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "customers": given.customers,
        "yaad": ours,
        "lifetimes": theirs,
        "times_faster": round(theirs["processor_seconds"] / ours["processor_seconds"], 1),
        "means_apart": round(apart, 4),
        "same": apart <= CLOSE,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
    return 0 if result["same"] else 1


if __name__ == "__main__":
    sys.exit(main())
