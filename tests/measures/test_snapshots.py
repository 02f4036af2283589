"""How many were open at month ends, against counting stay by stay."""

import datetime as dt

from yaad.measures import month_ends


def by_day(scope, months):
    return {each.day: each.counts for each in month_ends(scope, months)}


def test_by_hand(written):
    book = written("Meeting", "Quote")
    book.deal(("Meeting", "2024-01-05"), ("Quote", "2024-02-10"), ("Won", "2024-03-05"))
    book.deal(("Meeting", "2024-01-31"), ("Lost", "2024-01-31"))
    book.deal(("Meeting", "2024-02-29"))
    book.deal(("Meeting", "2023-11-01"), ("Quote", "2023-12-01"))
    assert by_day(book.scope("2024-03-15"), 3) == {
        dt.date(2024, 1, 31): {"Meeting": 1, "Quote": 1},
        dt.date(2024, 2, 29): {"Meeting": 1, "Quote": 2},
        dt.date(2024, 3, 15): {"Meeting": 1, "Quote": 1},
    }


def test_the_last_one_is_what_is_open_now(written):
    book = written("Meeting", "Quote")
    book.deal(("Meeting", "2024-01-05"), ("Quote", "2024-02-10"), ("Meeting", "2024-02-12"))
    book.deal(("Meeting", None))
    assert by_day(book.scope("2024-02-29"), 1) == {dt.date(2024, 2, 29): {"Meeting": 1, "Quote": 0}}
