"""Large books count lengths in bins: means stay exact, the rest is off by less than a bin."""

import numpy as np
import pytest

from yaad.measures import dwell, funnel, measure
from yaad.measures import scope as scope_module


@pytest.fixture(scope="module")
def scope(written):
    rng = np.random.default_rng(3)
    book = written("Meeting", "Quote")
    for _ in range(400):
        start = np.datetime64("2024-01-01T00:00") + np.timedelta64(int(rng.integers(0, 200 * 1440)), "m")
        moves = [("Meeting", str(start))]
        after = start + np.timedelta64(int(rng.exponential(20 * 1440)), "m")
        if rng.random() < 0.8:
            moves.append((str(rng.choice(["Quote", "Lost"])), str(after)))
        book.deal(*moves, owner=str(rng.choice(["Ann", "Ben"])))
    small = book.scope("2024-12-31")
    assert not small.is_large
    return small


@pytest.fixture
def as_large(scope, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(scope_module, "EXACT_ROWS", 10)
    return replace(scope)


def test_lengths_are_near_and_means_exact(scope, as_large):
    assert as_large.is_large
    for exact, binned in zip(dwell(scope)[0].stages, dwell(as_large)[0].stages, strict=True):
        assert (binned.n, binned.n_open, binned.left_out) == (exact.n, exact.n_open, exact.left_out)
        if exact.mean_closed_days:
            assert binned.mean_closed_days == pytest.approx(exact.mean_closed_days, rel=1e-9)
            assert binned.median_days == pytest.approx(exact.median_days, rel=0.005)
            assert binned.mean_days == pytest.approx(exact.mean_days, rel=0.005)


def test_funnel_is_the_same(scope, as_large):
    for exact, binned in zip(funnel(scope)[0].stages, funnel(as_large)[0].stages, strict=True):
        assert (binned.entered, binned.advanced, binned.lost, binned.open) == (
            exact.entered, exact.advanced, exact.lost, exact.open,
        )  # fmt: skip
        assert binned.rate_expected == pytest.approx(exact.rate_expected, abs=0.005)


def test_stuck_and_stalled_are_counted_exactly(scope, as_large):
    exact, binned = (measure(["stalled"], each)[0].value for each in (scope, as_large))
    assert exact == binned


def test_unknown_lengths_stay_unknown(written, monkeypatch):
    book = written("Meeting").deal(("Meeting", None)).deal(("Meeting", "2024-01-01"), ("Lost", "2024-01-01"))
    monkeypatch.setattr(scope_module, "EXACT_ROWS", 0)
    (times,) = dwell(book.scope("2024-02-01"))
    assert (times.stages[0].n, times.stages[0].left_out, times.stages[0].median_days) == (1, 1, 0)
