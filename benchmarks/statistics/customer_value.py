"""Models of customers against planted truth: parameters of buying found again, and how long contracts last foretold.

Bounds: each logarithm of a BG/NBD parameter lies within its 95 % interval in at least 88 % of the companies, and the
mean is within 5 % of the truth; the sBG share that is left after twelve renewals, seven of which were seen, is within
.02 of the truth on average. Of the customers who are said to have stopped at least 8 of 10 have, half of those who have
are named, as many as is said beside (within .05); where nobody stops, at most 1 of 100 is named.
"""

from typing import Any

import numpy as np

from yaad.demo import draw_purchases
from yaad.measures.standing import STOPPED
from yaad.measures.statistics import Histories, NoFit, fit_bg_nbd, fit_sbg

BUYING = np.array([0.6, 40.0, 0.8, 2.4])
NOBODY_STOPS = np.array([0.6, 40.0, 0.0, 1.0])
LEAVING = (0.668, 3.806)
CUSTOMERS = 5_000
SEEN, FORETOLD = 7, 12


class Company:
    """Customers who buy and stop as BG/NBD says, the model fitted to them, and who is said to have stopped."""

    def __init__(self, seed: int, truth: np.ndarray = BUYING) -> None:
        self.bought = draw_purchases(CUSTOMERS, truth, np.random.default_rng(seed))
        seen = self.bought.repeats, self.bought.span, self.bought.age
        try:
            self.model = fit_bg_nbd(Histories.count(*seen))
        except NoFit:  # no stopping shows: nobody is named
            self.alive = np.ones(CUSTOMERS)
        else:
            self.alive = self.model.alive(*seen)
        self.named = (self.bought.repeats > 0) & (self.alive < STOPPED)

    def naming(self) -> tuple[float, float, float]:
        """Of those named the share that has stopped, of those that have the share named, and the former as told."""
        stopped = self.bought.stopped
        both = (stopped & self.named).sum()
        return both / self.named.sum(), both / stopped.sum(), 1 - self.alive[self.named].mean()


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
    planted = [Company(seed) for seed in range(companies)]
    fits = [company.model.fit for company in planted]
    naming = np.array([company.naming() for company in planted])
    precision, recall, told = naming.mean(axis=0)
    alarms = np.mean([Company(20_000 + seed, NOBODY_STOPS).named.mean() for seed in range(companies)])
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
        "of those said to have stopped at least 8 of 10 have": bool(precision >= 0.8),
        "of those who have, at least half are named": bool(recall >= 0.5),
        "how many really have is told within .05": bool(np.abs(naming[:, 0] - naming[:, 2]).mean() <= 0.05),
        "where nobody stops at most 1 of 100 is named": bool(alarms <= 0.01),
    }
    return {
        "companies": companies,
        "buying, truth": BUYING.tolist(),
        "buying, mean": np.exp(mean + np.log(BUYING)).round(4).tolist(),
        "covered": covered.round(3).tolist(),
        "left, truth": round(truth, 4),
        "left, mean": round(float(left.mean()), 4),
        "left, mean error": round(float(np.abs(left - truth).mean()), 4),
        "named and stopped": round(float(precision), 4),
        "stopped and named": round(float(recall), 4),
        "really stopped, as told": round(float(told), 4),
        "named where nobody stops": round(float(alarms), 4),
        "checks": checks,
        "accepted": all(checks.values()),
    }
