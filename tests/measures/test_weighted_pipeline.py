"""The weighted pipeline of three open deals, each chance worked out by hand; and what it refuses."""

from dataclasses import replace
from math import sqrt

import pytest

from yaad.errors import InputError
from yaad.measures import REGISTRY, measure
from yaad.model import Period
from yaad.text import has_key

AMOUNTS = {"E": 1000, "F": 2000, "G": 4000}


def book_of(written, times=3, **columns):
    """Seen from 31 January. Seven left Meeting for Quote after 10 days, six were lost in it after 20.

    `times`: how many times the four that ended.
    """
    book = written("Meeting", "Quote")

    def deal(name, *moves, **more):
        moves = [(stage, f"2024-01-{day:02}") for stage, day in moves]
        book.deal(*moves, deal_id=name, **{"amount": AMOUNTS.get(name, 500), "owner": "Ann"} | more | columns)

    for number in range(times):
        deal(f"A{number}", ("Meeting", 1), ("Quote", 11), ("Won", 21))
        deal(f"B{number}", ("Meeting", 1), ("Quote", 11), ("Lost", 21))
        deal(f"C{number}", ("Meeting", 1), ("Lost", 21))
        deal(f"D{number}", ("Meeting", 2), ("Lost", 22))
    deal("E", ("Meeting", 26))
    deal("F", ("Meeting", 16), ("Quote", 26))
    deal("G", ("Meeting", 16), owner="Ben")
    return book


def one(scope, **question):
    (figure,) = measure(["weighted_pipeline"], replace(scope, **question))
    return figure


def test_amounts_by_the_chance_of_stage_and_age(written):
    """Of Meeting 15 stays: F1 = 7/14 after 10 days (E is not watched so long), nobody is left after 20. Half advance.

    Of Quote 7: half are won after 10 days. E, 5 days in Meeting, is as new: ½ · ½. F, 5 days in Quote: ½. G, 15 days in
    Meeting, is past all that ever advanced: what is left is drawn to the whole by half a deal of 15,
    (0 + 1/30 · ½) ÷ (½ + 1/30) = 1/32, and then ½.
    """
    figure = one(book_of(written, currency="ILS").scope("2024-01-31"))
    assert figure.value == pytest.approx(1000 / 4 + 2000 / 2 + 4000 / 64)
    assert (figure.n, figure.unit, figure.level) == (3, "ILS", 0.95)
    assert figure.beside == {"open": 3, "open_value": 7000, "without_amount": 0}
    # each is won or not, p·(1 − p)·amount²; that the shares are known only so well makes it wider still
    outcome = 1000**2 * 3 / 16 + 2000**2 / 4 + 4000**2 * 63 / 4096
    assert figure.low == 0
    assert figure.value + 1.96 * sqrt(outcome) < figure.high < 7000


def test_parts_are_weighed_by_the_whole_book(written):
    scope = book_of(written).scope("2024-01-31")
    by_owner = {figure.by["owner"]: figure for figure in measure(["weighted_pipeline"], replace(scope, by=("owner",)))}
    assert {name: figure.value for name, figure in by_owner.items()} == pytest.approx({"Ann": 1250, "Ben": 62.5})
    # of the deals that came in the last days of the month, by the chances of all
    assert one(scope, period=Period.parse("2024-01-20..2024-01-31")).value == pytest.approx(250)


def test_a_deal_that_stands_still_is_worth_less_than_a_fixed_share_of_its_stage_says(written):
    """The rival: a quarter of what stands in Meeting and half of what stands in Quote, however long."""
    assert one(book_of(written).scope("2024-01-31")).value < 5000 / 4 + 2000 / 2
    told = REGISTRY["weighted_pipeline"].rival
    assert told is not None
    assert has_key(told.key, "he")
    assert has_key(told.key, "en")


def test_no_sum_where_most_have_no_amount_or_of_two_currencies(written):
    book = book_of(written)
    for _ in range(4):
        book.deal(("Meeting", "2024-01-30"))
    figure = one(book.scope("2024-01-31"))
    assert (figure.value, figure.low, figure.why.values) == (None, None, {"n": 4, "of": 7})
    mixed = book_of(written, currency="ILS").deal(("Meeting", "2024-01-30"), amount=1, currency="USD")
    with pytest.raises(InputError):
        one(mixed.scope("2024-01-31"))


@pytest.mark.parametrize(("times", "why"), [(2, "measures.too_few"), (3, None)])
def test_of_few_that_have_ended_no_sum_is_told(written, times, why):
    """Eight have ended, or twelve: the board tells no sum of the former either."""
    figure = one(book_of(written, times).scope("2024-01-31"))
    assert (figure.value is None, figure.low is None, figure.high is None) == ((why is not None,) * 3)
    assert (figure.why and figure.why.key) == why
    assert figure.beside["open_value"] == 7000


def test_while_no_deal_has_ended_nobody_can_tell_what_they_bring(written):
    """The least that it can be is nothing, and a sum of nothing would be read as one."""
    book = written("Meeting", "Quote")
    book.deal(("Meeting", "2024-01-01"), ("Quote", "2024-01-11"), deal_id="A", amount=500, currency="ILS")
    book.deal(("Meeting", "2024-01-16"), deal_id="B", amount=500, currency="ILS")
    figure = one(book.scope("2024-01-31"))
    assert (figure.value, figure.low, figure.high) == (None, None, None)
    assert figure.why.key == "measures.none_decided"
    assert figure.beside["open_value"] == 1000
