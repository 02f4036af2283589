"""No question, and no sum and difference of questions, tells a group of fewer than five."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.measures.reckoning import learnt

from yaad.measures.small_groups import Hidden
from yaad.measures.withheld import LEAST

MONTHS = [f"{year}-{month:02}" for year in (2025, 2026) for month in (1, 2, 3, 10, 11)]
SIZES = st.one_of(st.integers(0, 9), st.integers(0, 200))
WHOLE = st.dictionaries(st.sampled_from(MONTHS), SIZES, min_size=1).map(
    lambda found: {((), month): n for month, n in found.items()}
)
SPLIT = st.dictionaries(
    st.tuples(st.sampled_from([("web",), ("fair",), (None,), ("call",)]), st.sampled_from(MONTHS)), SIZES, min_size=1
)


def hidden_of(dated, undated):
    whole = dict(undated)
    for (key, _), n in dated.items():
        whole[key] = whole.get(key, 0) + n
    return Hidden.of(dated, whole, LEAST)


@settings(max_examples=examples(150), deadline=None)
@given(WHOLE, st.integers(0, 9))
def test_whole_periods_tell_no_small_one(dated, undated):
    undated = {(): undated}
    assert learnt(dated, undated, hidden_of(dated, undated)) == []


@settings(max_examples=examples(150), deadline=None)
@given(SPLIT)
def test_neither_do_those_of_a_column(dated):
    undated = dict.fromkeys({key for key, _ in dated}, 0)
    assert learnt(dated, undated, hidden_of(dated, undated)) == []


@settings(max_examples=examples(60), deadline=None)
@given(SPLIT)
def test_the_whole_hides_the_same_with_a_column_as_without(dated):
    undated = dict.fromkeys({key for key, _ in dated}, 0)
    alone = {}
    for (_, month), n in dated.items():
        alone[(), month] = alone.get(((), month), 0) + n
    split, whole = hidden_of(dated, undated), hidden_of(alone, {(): 0})
    assert {place for place in split.places if not place[0]} == whole.places


def test_what_is_large_enough_is_told():
    dated = {((), month): 20 for month in MONTHS}
    assert hidden_of(dated, {(): 0}).places == frozenset()


def test_an_attack_is_found_where_only_the_small_one_is_hidden():
    dated = {((), "2026-10"): 3, ((), "2026-11"): 20}
    only = Hidden(frozenset({((), "2026-10")}))
    assert learnt(dated, {(): 0}, only) == [((), "2026-10")]
    assert hidden_of(dated, {(): 0}).places >= {((), "2026-10"), ((), "2026-11")}


@pytest.mark.parametrize("when", [None, "2026-10"])
def test_days_that_are_no_whole_period_are_never_told(when):
    assert Hidden(frozenset()).holds((), when) is (when is None)
