"""Expressions are compared rightly, whoever else compares some at the time."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import ibis
import pytest
from ibis.common.bases import Comparable

from yaad.facts import engines

TABLE = ibis.table({"n": "int64", "of": "string"}, name="things")


def doubled(number: int, depth: int):
    """A column, made anew, in which each step stands twice in the next."""
    found = TABLE.n + number
    for _ in range(depth):
        found = found | found
    return found


def made(number: int):
    """A table of such a column."""
    return TABLE.select(found=doubled(number, 3)).op()


def test_alike_is_equal_and_what_differs_deep_inside_is_not():
    assert engines.compare_by_thread  # expressions are compared so from here on
    assert made(1) == made(1)
    assert made(1) != made(2)
    assert made(1) != TABLE.op()
    assert made(1) != "made"
    assert {made(number % 3) for number in range(9)} == {made(0), made(1), made(2)}


def test_what_stands_in_many_places_is_compared_once():
    """Place by place it would take 2**60 steps."""
    assert doubled(1, 60).op() == doubled(1, 60).op()


def test_nothing_is_kept_of_what_has_ended():
    one, other = made(1), made(1)
    assert one == other
    assert not Comparable.__cache__
    assert not hasattr(Comparable, "__del__")


@pytest.fixture
def hasty():
    """Threads take turns as often as they can, and garbage is collected as often."""
    switched, collected = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(10)
    yield
    sys.setswitchinterval(switched)
    gc.set_threshold(*collected)


@pytest.mark.usefixtures("hasty")
def test_threads_that_compare_and_let_go_at_once_answer_rightly():
    kept = [made(number) for number in range(4)]

    def ask(number: int) -> list[int]:
        asked = made(number % 5)
        return [place for place, one in enumerate(kept) if one == asked]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(400)))
    assert found == [[number % 5] if number % 5 < 4 else [] for number in range(400)]
