"""A time that only deals which still run would tell: it is withheld, and why is said."""

import pytest

from yaad.measures import dwell, measure
from yaad.show import DwellTimes
from yaad.show.speech import say_plain


@pytest.fixture
def ended_undated(written):
    """Three deals ended, nobody knows when; two still run."""
    book = written("Lead")
    for end in ("Won", "Lost", "Lost"):
        book.deal(("Lead", "2024-01-01"), (end, None))
    for day in ("2024-01-10", "2024-02-01"):
        book.deal(("Lead", day))
    return book


def test_no_time_is_told_where_all_that_ended_lack_the_day_of_it(ended_undated):
    (times,) = dwell(ended_undated.scope("2024-03-01"))
    for row in (*times.stages, times.total):
        assert (row.n, row.n_open, row.left_out) == (2, 2, 3)
        told = (row.median_days, row.low, row.high, row.q25_days, row.p80_days, row.mean_days, row.horizon_days)
        assert told == (None,) * 7
        assert not row.mean_is_floor
    assert [(note.key, note.values["n"]) for note in times.notes] == [
        ("measures.ends_untold", 3),
        ("measures.ends_untold_all", 3),
    ]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "No time is told for Lead: 3 deals have left it"), ("he", "אין זמן לשלב Lead: 3 עסקאות")]
)
def test_why_no_time_is_told_is_said(ended_undated, lang, words):
    table = DwellTimes(dwell(ended_undated.scope("2024-03-01"))).table(lang)
    assert any(say_plain(note, lang).startswith(words) for note in table.notes)
    assert table.rows[0][1].said == "–"


def test_the_measures_of_time_are_withheld_too(ended_undated):
    figures = measure(["dwell", "dwell_mean", "dwell_mean_closed"], ended_undated.scope("2024-03-01"))
    assert [(figure.value, figure.why and figure.why.key) for figure in figures] == [
        (None, "measures.ends_untold_why")
    ] * 3


def test_one_known_end_is_enough_for_a_time(ended_undated):
    ended_undated.deal(("Lead", "2024-01-01"), ("Lost", "2024-01-21"))
    (times,) = dwell(ended_undated.scope("2024-03-01"))
    assert times.total.mean_days is not None
    assert not times.notes


def test_where_nothing_has_ended_the_open_ones_tell_how_long_it_takes_at_least(written):
    book = written("Lead", "Meeting")
    book.deal(("Lead", "2024-01-01"))
    book.deal(("Meeting", "2024-01-01"), ("Lead", "2024-02-01"))  # a later stage came first: nothing ended in Lead
    (times,) = dwell(book.scope("2024-03-01"))
    assert times.stages[0].mean_days == 60
    assert not times.notes
