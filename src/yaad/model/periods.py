"""Periods: half-open ranges of days, named as people name them."""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from yaad.errors import InputError
from yaad.text import Message


class Grain(StrEnum):
    """Sizes of a period that a figure can be broken down by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def parse_day(text: str) -> dt.date:
    """A day written as 2017-12-31, or as 31.12.2017: with dots the day comes first.

    Raises:
        InputError: it is not a day.

    >>> parse_day("10.11.2026") == parse_day("2026-11-10")
    True
    """
    written = text.strip()
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", written, re.ASCII)
    try:
        return dt.date(*map(int, reversed(dotted.groups()))) if dotted else dt.date.fromisoformat(written)
    except ValueError:
        raise InputError(Message("errors.bad_date", {"text": text})) from None


@dataclass(frozen=True, order=True)
class Period:
    """A half-open range of days ``[start, end)`` with the name that it was asked by.

    >>> Period.parse("2017-Q1")
    Period(start=datetime.date(2017, 1, 1), end=datetime.date(2017, 4, 1), name='2017-Q1')
    >>> Period.parse("2017-03-01..2017-03-31") == Period.parse("2017-03").renamed("2017-03-01..2017-03-31")
    True
    """

    start: dt.date
    end: dt.date
    name: str

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read 2017, 2017-Q1, 2017-03, 2017-03-15 or 2017-03-01..2017-03-31 (both days included).

        Raises:
            InputError: it is none of these.
        """
        name = text.strip()
        try:
            start, end = cls._bounds(name)
        except ValueError:
            raise InputError(Message("errors.bad_period", {"text": text})) from None
        return cls(start, end, name)

    @staticmethod
    def _bounds(name: str) -> tuple[dt.date, dt.date]:
        first, dots, last = name.partition("..")
        if dots:
            start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last) + dt.timedelta(days=1)
            if start >= end:
                raise ValueError(name)
            return start, end
        if re.fullmatch(r"\d{4}", name):
            return dt.date(int(name), 1, 1), dt.date(int(name) + 1, 1, 1)
        if quarter := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", name):
            year, number = int(quarter[1]), int(quarter[2])
            return dt.date(year, 3 * number - 2, 1), _month_after(dt.date(year, 3 * number, 1))
        if month := re.fullmatch(r"(\d{4})-(\d{2})", name):
            start = dt.date(int(month[1]), int(month[2]), 1)
            return start, _month_after(start)
        start = dt.date.fromisoformat(name)
        return start, start + dt.timedelta(days=1)

    def renamed(self, name: str) -> "Period":
        """The same days under another name."""
        return Period(self.start, self.end, name)

    def to_dict(self) -> dict[str, str]:
        """Name, first day and last day (included), for JSON."""
        return {
            "name": self.name,
            "start": self.start.isoformat(),
            "end": (self.end - dt.timedelta(days=1)).isoformat(),
        }


def end_of_month_after(day: dt.date, months: int) -> dt.date:
    """The last day of the month so many months after a day's.

    >>> end_of_month_after(dt.date(2017, 12, 31), 3)
    datetime.date(2018, 3, 31)
    """
    whole = day.year * 12 + day.month + months
    return dt.date(whole // 12, whole % 12 + 1, 1) - dt.timedelta(days=1)


def _month_after(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
