"""Where the money leaks: a planted leak is found, nothing is where there is nothing, like is held against like."""

import numpy as np
import pytest
from benchmarks.statistics import leaks

from yaad.insight import find_leaks
from yaad.measures.statistics import Ending, Spells, aalen_johansen
from yaad.measures.statistics.standardised import Rows, standardised_gap
from yaad.show import LeaksResult
from yaad.text import LANGUAGES, render


def test_a_planted_leak_is_found_and_no_other():
    found = leaks.run(full=False)
    assert [name for name, held in found["checks"].items() if not held] == []
    assert found["accepted"]


def company(written, leaks_of_four=1, others_of_four=3, **columns):
    """Two hundred quotes of four people: one closes so many of four, the others so many."""
    book = written("Meeting", "Quote")
    for owner, of_four in (
        ("Ann", others_of_four),
        ("Bob", others_of_four),
        ("Cyd", others_of_four),
        ("Dan", leaks_of_four),
    ):
        for place in range(80):
            end = "Won" if place % 4 < of_four else "Lost"
            come = ("Meeting", f"2025-{10 + place % 2:02}-{1 + place % 20:02}")
            quoted = ("Quote", f"2025-{10 + place % 2:02}-{3 + place % 20:02}")
            closed = (end, f"2025-{10 + place % 2:02}-{8 + place % 20:02}")
            book.deal(come, quoted, closed, owner=owner, amount=100, currency="ILS", **columns)
    return book


def test_a_person_below_the_others(written):
    book = company(written)
    for number in range(6):  # open ones: not lost yet
        book.deal(("Meeting", "2025-12-20"), ("Quote", "2025-12-28"), owner="Dan", amount=100, deal_id=f"open {number}")
    found = find_leaks(book.scope("2025-12-31"))
    (leak,) = found.rows
    assert (leak.stage, leak.next_stage, leak.dimension, leak.group, leak.against) == (
        "Quote", "Won", "owner", "Dan", "others",
    )  # fmt: skip
    assert leak.rate == pytest.approx(0.25, abs=0.01)
    assert leak.expected == pytest.approx(0.75)
    assert leak.open == 6
    # 86 quotes in 91 days, half of them would be won more, 100 each: 86 ÷ (91 ÷ 30.4375) × (.75 − rate) × 100
    assert leak.money == pytest.approx(86 / 91 * 30.4375 * (0.75 - leak.rate) * 100, rel=1e-6)
    assert leak.money_low < leak.money < leak.money_high
    assert leak.first.key == "levers.now_open_owner"
    assert leak.then.key == "levers.then_owner"
    for lang in LANGUAGES:
        assert "Dan" in render(leak.first, lang)
        assert "levers." not in LeaksResult(found).html(lang)


def test_nothing_where_all_are_alike(written):
    found = find_leaks(company(written, 3, 3).scope("2025-12-31"))
    assert found.rows == ()
    assert found.compared > 0
    assert [note.key for note in LeaksResult(found).notes()] == ["levers.no_leak"]


def test_too_few_are_not_compared(written):
    book = written("Quote")
    for _ in range(10):
        book.deal(("Quote", "2025-11-01"), ("Lost", "2025-11-09"), owner="Ann")
    found = find_leaks(book.scope("2025-12-31"))
    assert (found.rows, found.compared) == ((), 0)
    assert [note.key for note in LeaksResult(found).notes()] == ["levers.no_compare"]


def test_open_deals_are_no_leak(written):
    """Dan's deals are as good as the others'; most of his stand open, and to count them as lost would accuse him."""
    book = company(written, 3, 3)
    for number in range(120):
        book.deal(("Meeting", "2025-12-20"), ("Quote", f"2025-12-{29 + number % 3}"), owner="Dan", amount=100)
    assert find_leaks(book.scope("2025-12-31")).rows == ()


def test_like_is_held_against_like(written):
    """Dan closes less because his inquiries come from a source that closes less with everybody."""
    book = written("Quote")
    for owner, weak in (("Ann", 30), ("Bob", 30), ("Cyd", 30), ("Dan", 100)):
        for place in range(130):
            source, of_four = ("weak", 1) if place < weak else ("strong", 3)
            end = "Won" if place % 4 < of_four else "Lost"
            day = f"2025-11-{1 + place % 20:02}"
            book.deal(("Quote", day), (end, f"2025-11-{5 + place % 20:02}"), owner=owner, source=source)
    found = find_leaks(book.scope("2025-12-31"))
    assert [(leak.dimension, leak.group) for leak in found.rows] == [("source", "weak")]


def test_a_step_that_fell_behind_its_own_past(written):
    book = written("Quote")
    for month, of_four in ((3, 3), (5, 3), (7, 3), (11, 1), (12, 1)):
        for place in range(100):
            end = "Won" if place % 4 < of_four else "Lost"
            book.deal(("Quote", f"2025-{month:02}-{1 + place % 15:02}"), (end, f"2025-{month:02}-{5 + place % 15:02}"))
    (leak,) = find_leaks(book.scope("2025-12-31")).rows
    assert (leak.dimension, leak.against) == (None, "past")
    assert (leak.rate, leak.expected) == (pytest.approx(0.25), pytest.approx(0.75))
    assert leak.money is None, "no amounts"
    assert leak.customers == pytest.approx(200 / 91 * 30.4375 * 0.5)
    assert leak.first.key == "levers.now_lost_all"


REGIONS = ("north", "south", "east", "west")


def of_regions(written, weak, custom):
    """Four hundred quotes and forty open ones of four regions; of the weak one every fourth is won, else three of four.

    Args:
        written: makes the book.
        weak: the region; None: all are alike.
        custom: the own columns of a deal, of its region and its end.
    """
    book = written("Quote")
    for region in REGIONS:
        for place in range(100):
            end = "Won" if place % 4 < (1 if region == weak else 3) else "Lost"
            days = [("Quote", f"2025-11-{1 + place % 20:02}"), (end, f"2025-11-{5 + place % 20:02}")]
            own = custom(region, end) | {"ID number": f"{region} {place}"}
            book.deal(*days, owner=f"rep {place % 3}", amount=100, currency="ILS", custom=own)
        for _ in range(10):
            book.deal(("Quote", "2025-12-20"), owner="rep 0", amount=100, currency="ILS", custom=custom(region, "open"))
    return find_leaks(book.scope("2025-12-31"))


def test_a_kind_of_deals_in_a_column_of_the_companys_own_leaks(written):
    (leak,) = of_regions(written, "west", lambda region, _end: {"Region": region}).rows
    assert (leak.dimension, leak.group, leak.called, leak.open) == ("Region", "west", "Region: west", 10)
    assert (leak.rate, leak.expected) == (pytest.approx(25 / 110), pytest.approx(75 / 110)), (
        "open ones were watched for longer"
    )
    assert leak.then.key == "levers.then_own"
    assert "Region: west" in render(leak.first, "he")


def test_of_regions_that_are_alike_none_leaks(written):
    found = of_regions(written, None, lambda region, _end: {"Region": region})
    assert found.rows == ()
    assert found.compared > of_regions(written, None, lambda _region, _end: {}).compared, "they were looked at"


@pytest.mark.parametrize(
    "custom",
    [
        lambda _region, end: {"Why": "price"} if end == "Lost" else {"Why": "ours"} if end == "Won" else {},
        lambda _region, end: {"Result": {"Won": "signed", "Lost": "gone", "open": "talking"}[end]},
        lambda _region, end: {"Result": end if end == "Lost" else "other"},
    ],
)
def test_a_column_that_tells_how_deals_ended_is_no_kind(written, custom):
    assert of_regions(written, None, custom).rows == ()


def test_a_branch_is_not_accused_of_its_one_weak_person(written):
    book = written("Quote")
    for owner, branch, of_four in (
        ("Ann", "north", 3), ("Bob", "north", 3), ("Dan", "north", 0), ("Eve", "south", 3), ("Fay", "south", 3),
    ):  # fmt: skip
        for place in range(100):
            end = "Won" if place % 4 < of_four else "Lost"
            day = f"2025-11-{1 + place % 20:02}"
            book.deal(("Quote", day), (end, f"2025-11-{5 + place % 20:02}"), owner=owner, branch=branch)
    assert [leak.group for leak in find_leaks(book.scope("2025-12-31")).rows] == ["Dan"]


def test_mixed_currencies_do_not_hide_a_leak(written):
    book = company(written)
    book.deal(("Quote", "2025-11-01"), ("Won", "2025-11-09"), owner="Ann", amount=5, currency="USD")
    (leak,) = find_leaks(book.scope("2025-12-31")).rows
    assert (leak.group, leak.money) == ("Dan", None)


def test_one_stratum_is_the_plain_difference_of_two_curves():
    rng = np.random.default_rng(3)
    days, ended = rng.integers(0, 30, 400), rng.integers(0, 3, 400)
    inside = rng.random(400) < 0.4
    ones, zeros = np.ones(400, dtype=int), np.zeros(400, dtype=int)
    gap = standardised_gap(Rows(days, ended, ones, zeros), inside, 20)

    def within(rows):
        curve = aalen_johansen(Spells.count(days[rows], ended[rows]))
        return curve.advanced[np.searchsorted(curve.spells.times, 20, side="right") - 1]

    assert gap.rate == pytest.approx(within(inside))
    assert gap.expected == pytest.approx(within(~inside))
    assert (gap.n, gap.left_out) == (int(inside.sum()), 0)


def test_strata_are_weighted_by_the_group():
    # stratum 0: group 1 of 2, others 3 of 4; stratum 1: group 1 of 4, others 1 of 2 – by hand:
    # rate (2·.5 + 4·.25)/6, expected (2·.75 + 4·.5)/6
    end, lost = int(Ending.ADVANCED), int(Ending.LOST)
    rows = Rows(
        np.zeros(8, dtype=int),
        np.array([end, lost, end, lost] * 2),
        np.array([10, 10, 75, 25, 10, 30, 50, 50]),
        np.array([0] * 4 + [1] * 4),
    )
    inside = np.array([True, True, False, False] * 2)
    gap = standardised_gap(rows, inside, 5)
    assert gap.rate == pytest.approx((20 * 0.5 + 40 * 0.25) / 60)
    assert gap.expected == pytest.approx((20 * 0.75 + 40 * 0.5) / 60)
    alone = rows.only(np.array([True, True, False, False, True, True, False, False]))
    assert standardised_gap(alone, np.ones(4, dtype=bool), 5) is None
