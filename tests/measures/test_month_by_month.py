"""How things stood at past ends, counted by hand."""

import datetime as dt
from dataclasses import replace

import pytest

from yaad.measures import month_ends
from yaad.measures.month_by_month import ends_of
from yaad.measures.scorecards import scorecard
from yaad.model import Period

JANUARY, FEBRUARY, MARCH = dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)


@pytest.fixture(scope="module")
def scope(written):
    """Ten quick deals give the yardstick; one opened in January closes in March, one of February is still open."""
    book = written("Quote")
    for day in range(1, 11):
        book.deal(("Quote", f"2025-12-{day:02}"), ("Won", f"2025-12-{day + 2:02}"), amount=5)
    book.deal(("Quote", "2026-01-10"), ("Lost", "2026-03-05"), amount=100)
    book.deal(("Quote", "2026-02-27"), amount=30)
    return book.scope("2026-04-10")


def test_by_hand(scope):
    ends = (dt.date(2025, 12, 31), JANUARY, FEBRUARY, MARCH)
    assert ends_of(scope, "open", ends) == [0, 1, 2, 1]
    assert ends_of(scope, "open_value", ends) == [0, 100, 130, 30]
    # four of five leave within two days: the deal of January is over that by the end of it; that of February is one
    # day old at the end of February and 32 at the end of March
    assert ends_of(scope, "stuck", ends) == [0, 1, 1, 1]
    assert ends_of(scope, "won", ends) is None


def test_the_ends_are_those_of_the_pictures(scope):
    for one in month_ends(scope, 5):
        assert ends_of(scope, "open", [one.day]) == [sum(one.counts.values())]


def test_the_line_of_a_scorecard_ends_with_its_figure(scope):
    card = scorecard(replace(scope, period=Period.parse("2026-04")), ["open", "open_value", "stuck", "stalled"])
    lines = {kpi.measure.id: kpi for kpi in card.kpis}
    assert [(point.period.name, point.value) for point in lines["open"].series] == [
        ("2025-12", 0), ("2026-01", 1), ("2026-02", 2), ("2026-03", 1), ("2026-04", 1),
    ]  # fmt: skip
    for name in ("open", "open_value", "stuck"):
        last = lines[name].series[-1]
        assert (last.value, last.is_running) == (lines[name].figure.value, True)
    assert lines["stalled"].series == (), "how long the longest deal was then is not told"
    quarters = scorecard(replace(scope, period=Period.parse("2026-Q1")), ["open"]).kpis[0].series
    assert [(point.period.name, point.value) for point in quarters] == [("2025-Q4", 0), ("2026-Q1", 1), ("2026-Q2", 1)]
