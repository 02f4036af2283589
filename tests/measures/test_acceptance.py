"""Estimates held against simulated companies whose truth is known; the full counts run by `make check-long`."""

import datetime as dt
from dataclasses import replace

import pytest
from benchmarks.statistics import funnel_bias, seen, time_in_stage
from tests.measures.closeness import close

from yaad.demo import World, simulate
from yaad.facts import Facts, Lake, store
from yaad.insight import deals_to_call, where_most_is_lost
from yaad.measures import (
    REGISTRY,
    Scope,
    conversion,
    default_window,
    dwell,
    explain,
    funnel,
    measure,
    stage_ratios,
)
from yaad.measures.statistics import Spells, chained, expected_share, kaplan_meier
from yaad.model import Period


@pytest.mark.parametrize("study", [funnel_bias, time_in_stage], ids=lambda study: study.__name__)
def test_every_bound_holds(study):
    found = study.run(full=False)
    assert [check for check, held in found["checks"].items() if not held] == []


@pytest.fixture(scope="module")
def history():
    """Half a year of a simulated company that skips stages and goes back."""
    return simulate(World(days=182, skip=0.1, back=0.05), seed=5)


@pytest.fixture(scope="module")
def root(history, tmp_path_factory):
    lake = Lake.create(tmp_path_factory.mktemp("measured") / "book")
    day = history.as_of
    end = dt.datetime(day.year, day.month, day.day, 23, 59, tzinfo=dt.UTC)
    store(lake, history.tables(), history.pipeline, zone="UTC", last_event=end, last_day=day, import_name="company")
    return lake.root


def scope_on(root, engine, **question):
    facts = Facts.open(root, engine=engine)
    return facts, Scope(
        deals=facts.deals,
        visits=facts.visits,
        moves=facts.moves,
        run=facts.run,
        sql=facts.sql,
        pipeline=facts.pipeline,
        as_of=facts.as_of,
        as_of_at=facts.as_of_at,
        table=facts.table,
        settings=facts.settings,
        zone=facts.zone,
        **question,
    )


@pytest.fixture(scope="module")
def scope(root):
    facts, scope = scope_on(root, "duckdb")
    yield scope
    facts.close()


def test_from_moves_to_the_funnel_as_the_simulator_knows_it(history, scope):
    paths, now = history.paths, history.cut()
    (flow,) = funnel(scope)
    spells = [seen.spells(paths, now, place) for place in range(len(flow.stages))]
    for row, known in zip(flow.stages, spells, strict=True):
        assert (row.entered, row.advanced, row.lost, row.open) == (
            known.total, known.advanced.sum(), known.lost.sum(), known.running,
        )  # fmt: skip
        # a moment is stored to the millisecond and a day in the simulator is exact
        assert row.rate_expected == pytest.approx(expected_share(known).rate, abs=1e-3)
    (whole,) = conversion(scope)
    assert whole.rate_expected == pytest.approx(chained([expected_share(each) for each in spells]).rate, abs=1e-3)


def test_from_moves_to_the_time_in_stage_as_the_simulator_knows_it(history, scope):
    paths, now = history.paths, history.cut()
    (times,) = dwell(scope)
    for place, row in enumerate(times.stages):
        long, ending = seen.lengths(paths, now, place)
        stood = ~paths.skipped[paths.entered[:, place] <= now, place]
        known = kaplan_meier(Spells.count(long[stood], ending[stood]))
        assert row.n == stood.sum()
        assert row.median_days == pytest.approx(known.quantile(0.5), abs=1e-3)
        assert row.mean_days == pytest.approx(known.restricted_mean().value, abs=1e-2)


@pytest.mark.sail
def test_both_engines_give_the_same_figures(root):
    duck_facts, duck = scope_on(root, "duckdb")
    sail_facts, sail = scope_on(root, "sail")
    try:
        for by in ((), ("month",), ("stage",), ("product", "week")):
            one, two = (replace(scope, by=by) for scope in (duck, sail))
            close(measure(list(REGISTRY), one), measure(list(REGISTRY), two))
        period = Period.parse("2025-Q1")
        one, two = (replace(scope, period=period) for scope in (duck, sail))
        close(funnel(one), funnel(two))
        for basis in ("first", "visit"):
            close(dwell(one, basis), dwell(two, basis))
        close(conversion(one, "Meeting", window_days=30), conversion(two, "Meeting", window_days=30))
        close(stage_ratios(duck, 40), stage_ratios(sail, 40))
        assert default_window(duck) == pytest.approx(default_window(sail), abs=1e-9)
        close(explain("stuck", duck).rows, explain("stuck", sail).rows)
        close(deals_to_call(duck), deals_to_call(sail))
        close(where_most_is_lost(duck), where_most_is_lost(sail))
    finally:
        duck_facts.close()
        sail_facts.close()
