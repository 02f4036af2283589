"""Models of customers against planted truth: parameters of buying found again, and how long contracts last foretold.

Bounds: each logarithm of a BG/NBD parameter lies within its 95 % interval in at least 88 % of the companies, and the
mean is within 5 % of the truth; the sBG share that is left after twelve renewals, seven of which were seen, is within
.02 of the truth on average.
"""

from typing import Any

import numpy as np

from yaad.demo import draw_buyers
from yaad.measures.statistics import Histories, fit_bg_nbd, fit_sbg

BUYING = np.array([0.6, 40.0, 0.8, 2.4])
LEAVING = (0.668, 3.806)
CUSTOMERS = 5_000
SEEN, FORETOLD = 7, 12


def buyers(seed: int) -> Histories:
    """Customers of one company who buy and stop as BG/NBD says."""
    return Histories.count(*draw_buyers(CUSTOMERS, BUYING, np.random.default_rng(seed)))


def foretold(seed: int) -> float:
    """The share foretold to be left after twelve renewals, by seven that were seen."""
    rng = np.random.default_rng(seed)
    stays = rng.geometric(rng.beta(*LEAVING, CUSTOMERS))
    lost = [int((stays == renewal).sum()) for renewal in range(1, SEEN + 1)]
    running = [0] * (SEEN - 1) + [int((stays > SEEN).sum())]
    return float(fit_sbg(range(1, SEEN + 1), lost, running).survival(FORETOLD))


def truth_of_leaving() -> float:
    """The share that is left after twelve renewals, as a product of what stays at each."""
    alpha, beta = LEAVING
    return float(np.prod([(beta + renewal - 1) / (alpha + beta + renewal - 1) for renewal in range(1, FORETOLD + 1)]))


def run(*, full: bool) -> dict[str, Any]:
    """All figures; 200 companies when `full`, else 20."""
    companies = 200 if full else 20
    fits = [fit_bg_nbd(buyers(seed)).fit for seed in range(companies)]
    away = np.array([np.log(fit.parameters / BUYING) for fit in fits])
    errors = np.array([np.sqrt(np.diag(fit.covariance)) for fit in fits])
    covered = (np.abs(away) <= 1.96 * errors).mean(axis=0)
    mean, noise = away.mean(axis=0), away.std(axis=0, ddof=1) / np.sqrt(companies)
    left = np.array([foretold(10_000 + seed) for seed in range(companies)])
    truth = truth_of_leaving()
    slack = 2 * np.sqrt(0.88 * 0.12 / companies)
    checks = {
        "parameters of buying within 5 %": bool((np.abs(mean) <= np.log(1.05) + 2 * noise).all()),
        "their 95 % intervals hold in at least 88 %": bool((covered >= 0.88 - slack).all()),
        "left after twelve renewals within .02": bool(np.abs(left - truth).mean() <= 0.02),
    }
    return {
        "companies": companies,
        "buying, truth": BUYING.tolist(),
        "buying, mean": np.exp(mean + np.log(BUYING)).round(4).tolist(),
        "covered": covered.round(3).tolist(),
        "left, truth": round(truth, 4),
        "left, mean": round(float(left.mean()), 4),
        "left, mean error": round(float(np.abs(left - truth).mean()), 4),
        "checks": checks,
        "accepted": all(checks.values()),
    }
