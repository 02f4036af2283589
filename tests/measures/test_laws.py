"""What must hold for every book."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import examples

from yaad.measures import conversion, dwell, funnel, measure

STAGES = ("Meeting", "Quote", "Talks")

deal = st.tuples(
    st.lists(st.sampled_from([*STAGES, "Won", "Lost"]), min_size=1, max_size=6),
    st.lists(st.integers(0, 20), min_size=6, max_size=6),
    st.integers(0, 30),
    st.sampled_from(["Ann", "Ben", None]),
    st.booleans(),
)
books = st.lists(deal, min_size=1, max_size=30)
few = settings(max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def day(number: int) -> str:
    return f"2024-{1 + number // 28:02}-{1 + number % 28:02}"


def scope_of(written, deals):
    book = written(*STAGES)
    for stages, gaps, start, owner, dated in deals:
        at, moves = start, []
        for stage, gap in zip(stages, gaps, strict=False):
            moves.append((stage, day(at) if dated else None))
            at += gap
        book.deal(*moves, owner=owner, amount=10 + start)
    return book.scope("2024-12-31")


@few
@given(deals=books)
def test_a_funnel_never_grows_and_adds_up(written, deals):
    (flow,) = funnel(scope_of(written, deals))
    entered = [row.entered for row in flow.stages]
    assert entered == sorted(entered, reverse=True)
    assert entered[0] == len(deals)
    for row, following in zip(flow.stages, [*entered[1:], flow.won], strict=True):
        assert row.entered == row.advanced + row.lost + row.open
        assert row.advanced == following
        if row.rate_expected is not None:
            assert row.low - 1e-9 <= row.rate_expected <= row.high + 1e-9
        if not row.open and row.entered:
            assert row.rate_expected == pytest.approx(row.rate)


@few
@given(deals=books)
def test_groups_add_up_to_the_whole(written, deals):
    scope = scope_of(written, deals)
    by_person = replace(scope, by=("owner",))
    whole, parts = funnel(scope)[0], funnel(by_person)
    for place, row in enumerate(whole.stages):
        for name in ("entered", "advanced", "lost", "open"):
            assert sum(getattr(part.stages[place], name) for part in parts) == getattr(row, name)
    for name in ("inquiries", "won", "lost", "open", "won_value", "reached", "stalled", "stuck"):
        (total,) = measure([name], scope)
        told = [figure.value for figure in measure([name], by_person) if figure.value is not None]
        assert sum(told) == pytest.approx(total.value or 0)
    stays, stays_by_person = dwell(scope)[0], dwell(by_person)
    for place, row in enumerate(stays.stages):
        assert sum(each.stages[place].n for each in stays_by_person) == row.n
        assert sum(each.stages[place].n_open for each in stays_by_person) == row.n_open


@few
@given(deals=books, random=st.randoms())
def test_row_order_changes_nothing(written, deals, random):
    shuffled = list(deals)
    random.shuffle(shuffled)
    one, two = scope_of(written, deals), scope_of(written, shuffled)
    assert funnel(one) == funnel(two)
    assert dwell(one, "visit") == dwell(two, "visit")
    assert conversion(one, window_days=15) == conversion(two, window_days=15)


@few
@given(deals=books)
def test_an_open_deal_never_changes_the_win_rate(written, deals):
    more = [*deals, (["Meeting"], [0] * 6, 3, "Ann", True)]
    names = ["win_rate", "win_rate_value", "won_value", "sales_cycle", "days_to_close_mean"]
    before, after = (measure(names, scope_of(written, each)) for each in (deals, more))
    assert before == after


@few
@given(deals=books)
def test_each_deal_comes_there_is_lost_or_is_undecided(written, deals):
    scope = scope_of(written, deals)
    for ends in (("Meeting", "Talks"), ("Quote", "Won"), (None, None)):
        for window in (None, 10):
            (row,) = conversion(scope, *ends, window_days=window)
            assert row.entered == row.reached + row.lost + row.undecided


@few
@given(deals=books)
def test_a_longer_window_never_reaches_fewer(written, deals):
    scope = scope_of(written, deals)
    reached = [conversion(scope, window_days=days)[0].reached for days in (5, 10, 40, 400)]
    assert reached == sorted(reached)
