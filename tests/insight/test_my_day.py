"""Where somebody is strong and where weak: a planted difference is found, sameness and small numbers say nothing."""

import numpy as np
import pytest

from yaad.insight.leaking import Entries, of_person
from yaad.insight.my_day import strengths
from yaad.measures.statistics import Ending
from yaad.measures.statistics.standardised import Rows
from yaad.model import Pipeline, Stage, StageType

PIPELINE = Pipeline((Stage("New"), Stage("Quote"), Stage("Won", StageType.WON), Stage("Lost", StageType.LOST)))
NAMES = ("Ann", "Ben", "Cyd")


def entries(*told):
    """From rows of place, whose, advanced, lost: each went on, or was lost, after three days."""
    ends = (Ending.ADVANCED, Ending.LOST)
    rows = [(place, who, ended, n) for place, who, *both in told for ended, n in zip(ends, both, strict=True)]
    place, who, ended, n = (np.array([row[at] for row in rows], dtype=np.int64) for at in range(4))
    zero = np.zeros(len(rows), dtype=np.int64)
    stays = Rows(np.full(len(rows), 3, dtype=np.int64), ended, n, zero)
    return Entries(place, stays, zero, np.full(len(rows), 2, dtype=np.int64), {"owner": who}, {"owner": NAMES})


def told(*rows, person="Ann"):
    return strengths(of_person(entries(*rows), person), PIPELINE)


def test_the_step_ahead_and_the_step_behind_are_named_with_their_deals():
    found = told((0, 0, 80, 20), (0, 1, 50, 50), (0, 2, 50, 50), (1, 0, 20, 80), (1, 1, 50, 50), (1, 2, 50, 50))
    best, worst = found.best, found.worst
    assert (best.stage, best.next_stage, best.rate, best.expected, best.n) == ("New", "Quote", 0.8, 0.5, 100)
    assert (worst.stage, worst.next_stage, worst.rate, worst.expected) == ("Quote", "Won", 0.2, 0.5)
    assert best.is_sure
    assert worst.is_sure


def test_a_small_difference_is_said_to_be_luck():
    found = told((0, 0, 17, 15), (0, 1, 50, 50), (0, 2, 50, 50))
    assert found.best is not None
    assert not found.best.is_sure


@pytest.mark.parametrize("rows", [
    [(0, 0, 50, 50), (0, 1, 50, 50), (0, 2, 50, 50)],  # alike
    [(0, 0, 20, 9), (0, 1, 50, 50), (0, 2, 50, 50)],  # 29 deals
    [(0, 0, 80, 20), (0, 1, 9, 5), (0, 2, 9, 5)],  # 28 of others
])  # fmt: skip
def test_nothing_is_named_where_there_is_no_difference_or_too_little_is_known(rows):
    found = told(*rows)
    assert (found.best, found.worst) == (None, None)


def test_beside_one_other_person_nothing_is_told_for_it_would_be_theirs():
    alone = entries((0, 0, 80, 20), (0, 1, 50, 50))
    two = Entries(alone.place, alone.rows, alone.by_size, alone.when, alone.groups, {"owner": NAMES[:2]})
    assert of_person(two, "Ann") == ()
    assert of_person(alone, "Dan") == ()
