"""Feasts that wander through the civil year: the weeks of Passover and of Tishrei, by the Hebrew calendar."""

import datetime as dt
from collections.abc import Iterator
from functools import cache

import holidays

from yaad.model.periods import Period

ISRAEL = "IL"
SEASONS = {"Pesach": (-1, 6), "Rosh Hashanah": (-1, 21)}
"""First day of a season as the library calls it → its first and last day, counted from there, the eve included."""


def days_of_feasts(country: str | None, period: Period) -> frozenset[tuple[str, int]]:
    """The days of Passover and Tishrei in a period, each by its season and its place in it.

    >>> sorted(days_of_feasts("IL", Period.parse("2026-04-01..2026-04-02")))
    [('Pesach', -1), ('Pesach', 0)]
    """
    found = set()
    for year in range(period.start.year, period.end.year + 1):
        for season, first in _firsts(country, year).items():
            begin, end = SEASONS[season]
            days = {place: first + dt.timedelta(days=place) for place in range(begin, end + 1)}
            found |= {(season, place) for place, day in days.items() if period.start <= day < period.end}
    return frozenset(found)


def with_the_same_feasts(country: str | None, period: Period, a_year_before: Period) -> Period | None:
    """The days of the year before that hold the same days of Passover and Tishrei as a period; None where none do.

    Where `a_year_before` holds them itself it stands; else the period goes back by as many days as the feast did.

    Args:
        country: whose feasts these are (ISO code).
        period: of this year.
        a_year_before: the same days of the civil year before.

    >>> march = Period.parse("2021-03"), Period.parse("2020-03")
    >>> with_the_same_feasts("IL", *march)
    Period(start=datetime.date(2020, 3, 13), end=datetime.date(2020, 4, 13), name='2020-03-13..2020-04-12')
    """
    wanted = days_of_feasts(country, period)
    if wanted == days_of_feasts(country, a_year_before):
        return a_year_before
    for back in _ways_back(country, period):
        start, end = period.start - back, period.end - back
        moved = Period(start, end, f"{start.isoformat()}..{(end - dt.timedelta(days=1)).isoformat()}")
        if days_of_feasts(country, moved) == wanted:
            return moved
    return None


def _ways_back(country: str | None, period: Period) -> Iterator[dt.timedelta]:
    """By how many days each feast of the period's years came at another day the year before."""
    for year in sorted({period.start.year, (period.end - dt.timedelta(days=1)).year}):
        before = _firsts(country, year - 1)
        yield from (first - before[season] for season, first in _firsts(country, year).items() if season in before)


@cache
def _firsts(country: str | None, year: int) -> dict[str, dt.date]:
    """Season → its first day in a civil year; nothing where the feasts are not kept."""
    if country != ISRAEL:
        return {}
    found: dict[str, dt.date] = {}
    for day, name in sorted(holidays.country_holidays(ISRAEL, years=year, language="en_US").items()):
        for season in SEASONS.keys() & set(name.split("; ")):
            found.setdefault(season, day)
    return found
