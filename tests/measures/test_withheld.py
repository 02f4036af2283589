"""Small groups are not told, and cannot be reckoned from what is."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from yaad.measures.withheld import LEAST, few, withheld, without_small_funnels
from yaad.model import Figure, Funnel, FunnelRow

DAY = dt.date(2026, 1, 1)
sizes = st.lists(st.integers(0, 30), max_size=8).map(lambda found: dict(enumerate(found)))


@given(sizes)
def test_what_is_hidden_cannot_be_reckoned_from_the_rest(found):
    hidden = few(found, LEAST)
    assert {place for place, size in found.items() if 0 < size < LEAST} <= hidden
    left = sum(found[place] for place in hidden)
    counted = [place for place, size in found.items() if size]
    is_all = set(counted) <= hidden
    assert not hidden or is_all or (left >= LEAST and len(hidden) > 1)


def test_a_figure_of_few_says_why_it_has_no_value():
    small, large = (Figure("won_value", 700.0, "ILS", n, DAY, beside={"undated": 1}) for n in (LEAST - 1, LEAST))
    (told,) = withheld([small], LEAST)
    assert (told.value, told.n, told.beside, told.why.key) == (None, 0, {}, "viewer.few")
    assert withheld([large], LEAST) == [large]


def test_a_single_small_group_takes_the_next_with_it():
    figures = [Figure("won", n, "count", n, DAY, by={"source": name}) for name, n in (("a", 9), ("b", 2), ("c", 7))]
    assert [one.value for one in withheld(figures, LEAST)] == [9, None, None]


def test_a_funnel_of_few_is_empty_and_says_so():
    row = FunnelRow("Meeting", 3, 2, 1, 0, 0.6, None, None, None)
    (told,) = without_small_funnels([Funnel((row,), 2, 0, DAY)], LEAST)
    assert (told.won, told.stages[0].entered, [note.key for note in told.notes]) == (0, 0, ["viewer.few_groups"])
