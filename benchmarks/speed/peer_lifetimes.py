"""The side of `lifetimes`: ``python FILE customers.npz``; it runs in an environment of its own."""

import json
import resource
import sys
import time

import lifetimes
import numpy as np
import pandas as pd

MONTHS, DISCOUNT = 12, 0.1


def worth(repeats: pd.Series, span: pd.Series, age: pd.Series, value: pd.Series) -> tuple[pd.Series, dict, dict]:
    """What each customer is still worth, by the package's own way."""
    buying = lifetimes.BetaGeoFitter(penalizer_coef=0.0)
    buying.fit(repeats, span, age)
    again = repeats > 0
    spending = lifetimes.GammaGammaFitter(penalizer_coef=0.0)
    spending.fit(repeats[again], value[again])
    monthly = (1 + DISCOUNT) ** (1 / 12) - 1
    worth = spending.customer_lifetime_value(
        buying, repeats, span, age, value, time=MONTHS, discount_rate=monthly, freq="D"
    )
    return worth, dict(buying.params_), dict(spending.params_)


def main() -> None:
    told = np.load(sys.argv[1])
    columns = [pd.Series(told[name]) for name in ("repeats", "span", "age", "value")]
    worth(*(column.head(2_000) for column in columns))  # loads libraries
    began, busy = time.perf_counter(), time.process_time()
    found, buying, spending = worth(*columns)
    seconds, processor = time.perf_counter() - began, time.process_time() - busy
    result = {
        "version": lifetimes.__version__,
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "mean": round(float(found.mean()), 4),
        "buying": [round(float(buying[name]), 4) for name in ("r", "alpha", "a", "b")],
        "spending": [round(float(spending[name]), 4) for name in ("p", "q", "v")],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
