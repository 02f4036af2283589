"""Who came on a day alone, without a time of day, has no wait in hours: whatever the zone, and whatever came after."""

import datetime as dt

import pytest

from yaad.book import Book

EVENTS = """deal,stage,day,who
D1,New,2026-11-15,Dana
D2,New,2026-11-16,Dana
D3,New,2026-11-16,Dana
D4,New,2026-11-16,Dana
"""
MAPPING = """kind: events
shape: events
columns: {id: deal, stage: stage, at: day, rep: who}
stages: [New, Meeting, {name: Won, type: won}, {name: Lost, type: lost}]
equal_times: file_order
zone: %s
"""
NINE = dt.datetime(2026, 11, 16, 7, tzinfo=dt.UTC)


@pytest.fixture(params=["Asia/Jerusalem", "UTC", "America/New_York"])
def book(request, tmp_path):
    """Deals that came on a day alone, and what was written of them on that day with a time."""
    (tmp_path / "deals.csv").write_text(EVENTS)
    (tmp_path / "deals.yaml").write_text(MAPPING % request.param)
    with_deals = Book.create(tmp_path / "book")
    with_deals.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "deals.yaml")
    made = Book.open(with_deals.root)
    made.act("D1", "call", at=NINE, by="Dana")  # a day later
    made.move("D2", "Meeting", at=NINE + dt.timedelta(minutes=5), by="Dana")
    made.act("D2", "call", at=NINE + dt.timedelta(minutes=20), by="Dana")
    made.lose("D3", reason="price", at=NINE + dt.timedelta(minutes=40), by="Dana")
    yield made
    made.close()


def test_a_day_alone_has_no_wait_in_hours(book):
    (figure,) = book.measure("first_response").content
    assert (figure.value, figure.n) == (None, 0)
    assert book.unanswered(now=NINE + dt.timedelta(hours=1)).inquiries[0].minutes is None


def test_one_that_comes_at_a_moment_has_one(book):
    at = NINE + dt.timedelta(days=1, hours=8)  # open in all three zones
    book.write_down("New", {"owner": "Dana", "name": "Levi"}, at=at, by="Dana", deal_id="D5")
    book.act("D5", "call", at=at + dt.timedelta(minutes=30), by="Dana")
    seen = Book.open(book.root)
    (figure,) = seen.measure("first_response").content
    assert figure.n == 1
    assert figure.value == pytest.approx(0.5)
