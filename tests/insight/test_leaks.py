"""Where most is lost, and whether the open deals may still change it."""

import pytest

from yaad.insight import where_most_is_lost
from yaad.text import LANGUAGES, render


def book_of(written, lost_in_meeting, lost_in_quote, open_in_quote, amount=100, **columns):
    book = written("Meeting", "Quote")
    for _ in range(lost_in_meeting):
        book.deal(("Meeting", "2024-01-01"), ("Lost", "2024-01-10"), amount=amount, **columns)
    for _ in range(lost_in_quote):
        book.deal(("Meeting", "2024-01-01"), ("Quote", "2024-01-05"), ("Lost", "2024-01-10"), amount=amount, **columns)
    for _ in range(open_in_quote):
        book.deal(("Meeting", "2024-01-01"), ("Quote", "2024-01-05"), amount=amount, **columns)
    return book.scope("2024-02-01")


def test_the_step_with_most_lost_and_its_worth(written):
    leak = where_most_is_lost(book_of(written, 5, 2, 1, currency="ILS"))
    assert (leak.stage, leak.next_stage) == ("Meeting", "Quote")
    assert (leak.entered, leak.lost, leak.open, leak.lost_in_all) == (8, 5, 0, 7)
    assert (leak.value, leak.unit, leak.why) == (500, "ILS", None)
    assert leak.certain
    assert leak.words.key == "insight.leak"


def test_open_deals_may_change_it(written):
    leak = where_most_is_lost(book_of(written, 5, 2, 3))
    assert not leak.certain
    assert leak.words.key == "insight.leak_open"


def test_after_the_last_stage_comes_winning(written):
    leak = where_most_is_lost(book_of(written, 1, 4, 0))
    assert (leak.stage, leak.next_stage, leak.value) == ("Quote", "Won", 400)


def test_without_amounts_the_step_is_named_without_its_worth(written):
    leak = where_most_is_lost(book_of(written, 5, 2, 0, amount=None))
    assert (leak.lost, leak.value) == (5, None)
    assert leak.why.key == "measures.no_amounts_lost"


def test_mixed_currencies_do_not_hide_the_step(written):
    book = written("Meeting")
    book.deal(("Meeting", "2024-01-01"), ("Lost", "2024-01-10"), amount=1, currency="ILS")
    book.deal(("Meeting", "2024-01-01"), ("Lost", "2024-01-10"), amount=1, currency="USD")
    leak = where_most_is_lost(book.scope("2024-02-01"))
    assert (leak.lost, leak.value, leak.why.key) == (2, None, "errors.mixed_money")


def test_nothing_lost(written):
    assert where_most_is_lost(book_of(written, 0, 0, 2)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_in_words(written, lang):
    said = render(where_most_is_lost(book_of(written, 5, 2, 1)).words, lang)
    assert "Meeting" in said
    assert "5" in said


@pytest.mark.shared
def test_maven(maven):
    leak = where_most_is_lost(maven)
    assert (leak.stage, leak.lost, leak.entered, leak.certain, leak.value) == ("Engaging", 2473, 8300, True, None)
