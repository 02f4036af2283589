"""Models of customers against published figures, against integrals done another way, and against planted truth."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from benchmarks.statistics import customer_value
from scipy.integrate import quad
from scipy.special import beta as beta_function

from yaad.demo import draw_buyers
from yaad.measures.statistics import (
    Histories,
    NoFit,
    correlation,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    fit_sbg,
)
from yaad.measures.statistics.bg_nbd import BuyingParameters, _Likelihood, chance_alive, while_alive
from yaad.measures.statistics.likelihoods import delta

HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394)
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173)
"""Customers of two groups after 0–12 years, of 1,000 (Fader & Hardie 2007, table 1)."""


def test_every_bound_of_the_study_holds() -> None:
    """Twenty companies; the full study is ``make check-long``."""
    found = customer_value.run(full=False)
    assert [check for check, held in found["checks"].items() if not held] == []


def columns(path: Path, *names: str) -> list[np.ndarray]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [np.array([float(row[name]) for row in rows]) for name in names]


@pytest.fixture(scope="module")
def cdnow(shared: Path) -> Histories:
    return Histories.count(*columns(shared / "cdnow" / "cdnow_customers_summary.csv", "frequency", "recency", "T"))


def drawn(n: int, seed: int, truth: BuyingParameters) -> Histories:
    """Customers of the BG/NBD world."""
    return Histories.count(*draw_buyers(n, truth, np.random.default_rng(seed)))


def test_bg_nbd_of_cdnow_is_as_published(cdnow: Histories) -> None:
    found = fit_bg_nbd(cdnow)
    assert found.parameters == pytest.approx((0.2426, 4.4136, 0.7930, 2.4261), rel=0.005)
    assert found.fit.log_likelihood == pytest.approx(-9582.43, abs=0.1)
    assert found.fit.n == 2357


def test_pareto_nbd_of_cdnow_is_as_published(cdnow: Histories) -> None:
    found = fit_pareto_nbd(cdnow)
    assert found.parameters == pytest.approx((0.553, 10.578, 0.606, 11.668), rel=0.005)
    assert found.log_likelihood == pytest.approx(-9594.97, abs=0.1)


def test_gamma_gamma_of_cdnow_is_as_published(shared: Path) -> None:
    repeats, value = columns(shared / "cdnow" / "cdnow_customers_summary_with_transactions.csv", "x", "zbar")
    again = repeats > 0
    found = fit_gamma_gamma(repeats[again], value[again])
    assert found.parameters == pytest.approx((6.249, 3.745, 15.448), rel=0.005)
    assert found.fit.n == 946
    assert found.mean == pytest.approx(35.2, abs=0.05)
    assert abs(correlation(repeats[again], value[again])) < 0.3


@pytest.mark.parametrize(
    ("kept", "parameters", "log_likelihood", "twelfth"),
    [(HIGH_END, (0.668, 3.806), -1611.2, 0.378), (REGULAR, (0.704, 1.182), -1680.3, 0.170)],
)
def test_sbg_of_the_paper(
    kept: tuple[int, ...], parameters: tuple[float, float], log_likelihood: float, twelfth: float
) -> None:
    """Seven years are seen; the twelfth is foretold within .02 of what came."""
    lost = [kept[year - 1] - kept[year] for year in range(1, 8)]
    found = fit_sbg(range(1, 8), lost, [0] * 6 + [kept[7]])
    assert found.parameters == pytest.approx(parameters, rel=0.005)
    assert found.fit.log_likelihood == pytest.approx(log_likelihood, abs=0.1)
    foretold = float(found.survival(12))
    assert foretold == pytest.approx(twelfth, abs=0.0006)
    assert foretold == pytest.approx(kept[12] / 1000, abs=0.02)
    assert np.prod([found.retention(year) for year in range(1, 13)]) == pytest.approx(foretold)


def test_closed_derivatives_equal_differences() -> None:
    surface = _Likelihood(drawn(500, 3, BuyingParameters(0.3, 40, 0.9, 2.0)))
    at, side = np.array([0.4, 35.0, 1.2, 1.7]), 1e-5
    value = surface(at)
    for which in range(4):
        step = np.zeros(4)
        step[which] = side
        up, down = surface(at + step), surface(at - step)
        assert value.gradient[which] == pytest.approx((up.value - down.value) / (2 * side), rel=1e-5, abs=1e-5)
        assert value.hessian[which] == pytest.approx((up.gradient - down.gradient) / (2 * side), rel=1e-5, abs=1e-5)


def test_counted_histories_fit_like_single_ones(cdnow: Histories) -> None:
    twice = Histories(cdnow.repeats, cdnow.span, cdnow.age, cdnow.counts * 2)
    assert fit_bg_nbd(twice).parameters == pytest.approx(fit_bg_nbd(cdnow).parameters, rel=1e-6)


def test_the_unit_of_time_changes_alpha_alone(cdnow: Histories) -> None:
    weeks = fit_bg_nbd(cdnow)
    days = fit_bg_nbd(Histories(cdnow.repeats, cdnow.span * 7, cdnow.age * 7, cdnow.counts))
    assert days.parameters == pytest.approx(
        (weeks.parameters.r, weeks.parameters.alpha * 7, weeks.parameters.a, weeks.parameters.b), rel=1e-5
    )


@pytest.mark.parametrize(("x", "span", "age"), [(0, 0.0, 30.0), (1, 5.0, 38.0), (26, 30.0, 38.0)])
def test_chance_and_expectation_equal_their_integrals(x: int, span: float, age: float) -> None:
    """Bayes over the customer's own chance to stop, by quadrature instead of ₂F₁; the rate is integrated by hand."""
    of = BuyingParameters(0.24, 4.41, 0.79, 2.43)

    def over_all(law: Callable[[float], float]) -> float:
        def weighed(stop: float) -> float:
            return float(stop ** (of.a - 1) * (1 - stop) ** (of.b - 1) / beta_function(of.a, of.b) * law(stop))

        return float(quad(weighed, 0, 1, epsabs=0, epsrel=1e-9)[0])

    def silent(time: float) -> float:
        """∫ gamma(rate) rate^x exp(−rate · time), but for what does not depend on time."""
        return float((of.alpha / (of.alpha + time)) ** (of.r + x))

    still = over_all(lambda stop: (1 - stop) ** x * silent(age))
    stopped = over_all(lambda stop: stop * (1 - stop) ** (x - 1) * silent(span)) if x else 0.0
    to_come = over_all(lambda stop: (1 - stop) ** x * (silent(age) - silent(age + 39.0 * stop)) / stop)
    one = (np.array([float(x)]), np.array([span]), np.array([age]))
    assert chance_alive(of, *one)[0] == pytest.approx(still / (still + stopped), rel=1e-6)
    assert while_alive(of, one[0], one[2], 39.0)[0] == pytest.approx(to_come / still, rel=1e-6)


def test_expectation_has_no_gap_where_a_is_1() -> None:
    at = [
        while_alive(BuyingParameters(0.24, 4.41, a, 2.43), np.array([3.0]), np.array([38.0]), 39.0)[0]
        for a in (0.9999, 1.0, 1.0001)
    ]
    assert at[1] == pytest.approx((at[0] + at[2]) / 2, rel=1e-6)


def test_longer_silence_never_makes_a_customer_more_alive() -> None:
    of = BuyingParameters(0.24, 31.0, 0.79, 2.43)
    silence = np.arange(0.0, 400.0, 10)
    chance = chance_alive(of, np.full(len(silence), 4.0), np.full(len(silence), 100.0), 100 + silence)
    assert (np.diff(chance) < 0).all()


def test_planted_buying_is_found_again() -> None:
    truth = BuyingParameters(0.24, 31.0, 0.8, 2.4)
    found = fit_bg_nbd(drawn(20_000, 5, truth))
    away = (np.log(found.fit.parameters) - np.log(truth)) / np.sqrt(np.diag(found.fit.covariance))
    assert (np.abs(away) < 3.5).all()
    assert found.parameters == pytest.approx(truth, rel=0.15)


def test_customers_who_never_stop_give_no_fit() -> None:
    """The null of stopping: nobody stops, so nothing tells how many do, and no chance is given for it."""
    rng = np.random.default_rng(4)
    age = np.full(600, 400.0)
    repeats = rng.poisson(rng.gamma(3, 1 / 90, 600) * age).astype(float)
    span = np.where(repeats > 0, age * rng.beta(np.maximum(repeats, 1), 1), 0.0)
    try:
        found = fit_bg_nbd(Histories.count(repeats, span, age))
    except NoFit:
        return
    assert found.alive(repeats, span, age).mean() > 0.97


@pytest.mark.parametrize(
    "fit",
    [
        lambda: fit_bg_nbd(Histories.count([0.0] * 50, [0.0] * 50, [9.0] * 50)),
        lambda: fit_pareto_nbd(Histories.count([0.0] * 50, [0.0] * 50, [9.0] * 50)),
        lambda: fit_gamma_gamma(np.ones(5), np.ones(5)),
        lambda: fit_gamma_gamma(np.full(50, 2.0), np.full(50, 7.0)),
        lambda: fit_sbg([1, 2], [3, 2], [0, 40]),
    ],
)
def test_too_little_gives_no_fit(fit: Callable[[], object]) -> None:
    with pytest.raises(NoFit):
        fit()


def test_error_of_a_figure_made_of_fits() -> None:
    """Of a plain function the delta method is exact: the error of ln r is the root of its own variance."""
    found = fit_bg_nbd(drawn(3_000, 8, BuyingParameters(0.3, 40, 0.9, 2.0))).fit
    error = delta((found,), lambda parameters: float(np.log(parameters[0][0])))
    assert error == pytest.approx(float(np.sqrt(found.covariance[0, 0])), rel=1e-6)


def test_spending_expected_stands_between_own_and_all() -> None:
    rng = np.random.default_rng(2)
    repeats = rng.integers(1, 9, 4_000).astype(float)
    own = 60 / rng.gamma(4.0, 1.0, 4_000)  # the customer's mean: inverse gamma
    value = rng.gamma(6 * repeats, own / (6 * repeats))
    found = fit_gamma_gamma(repeats, value)
    away = (np.log(found.fit.parameters) - np.log((6, 4, 10))) / np.sqrt(np.diag(found.fit.covariance))
    assert (np.abs(away) < 3.5).all()
    assert found.mean == pytest.approx(own.mean(), rel=0.05)
    told = found.expected(repeats, value)
    assert (((told - value) * (told - found.mean)) <= 1e-9).all()
    assert found.expected(np.zeros(1), np.array([np.nan]))[0] == pytest.approx(found.mean)
