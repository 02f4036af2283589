"""When an office works: weekdays, half days, holidays; and what waits for its opening."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class OfficeHours:
    """The working time of an office.

    Attributes:
        country: whose public holidays are free, as the library `holidays` names it.
        full, half: weekdays of a full and of a half day (Monday is 0).
        opens, closes, half_closes: hours of the day.
        half_eves: the day before a holiday is a half day.

    >>> office = OfficeHours("IL", full=(6, 0, 1, 2, 3), half=(4,))
    >>> [office.part(date(2026, 4, day)) for day in (1, 2, 3, 4, 5)]  # the eve of Passover, Passover, …, Saturday
    [0.5, 0.0, 0.5, 0.0, 1.0]
    """

    country: str
    full: tuple[int, ...]
    half: tuple[int, ...] = ()
    opens: float = 9.0
    closes: float = 17.5
    half_closes: float = 13.0
    half_eves: bool = True

    def part(self, day: date) -> float:
        """Working part of a day: 1, 0.5 or 0."""
        return float(self.parts(day, 1)[0])

    def parts(self, start: date, days: int) -> NDArray[np.float64]:
        """Working part of each day from `start` on, shape (days,)."""
        free = holidays.country_holidays(self.country, years=range(start.year, (start + timedelta(days=days)).year + 1))
        return np.array([self._part(day, free) for day in _days(start, days)])

    def _part(self, day: date, free: holidays.HolidayBase) -> float:
        if day in free or day.weekday() not in (*self.full, *self.half):
            return 0.0
        eve = self.half_eves and day + timedelta(days=1) in free
        return 0.5 if eve or day.weekday() in self.half else 1.0

    def working_days(self, start: date, days: int) -> list[date]:
        """The days of a span on which the office works, half days included."""
        parts = self.parts(start, days)
        return [day for day, part in zip(_days(start, days), parts, strict=True) if part]

    def fit(self, times: NDArray[np.float64], start: date) -> NDArray[np.float64]:
        """Move times into working time without changing their order.

        A working day takes what happened since the one before it ended, and spreads it over its hours.

        Args:
            times: days since `start`; infinite ones stay so.
            start: the first day.

        Returns:
            Days since `start`, each within working hours, shape of `times`.
        """
        known = np.isfinite(times)
        if not known.any():
            return times.copy()
        last = int(times[known].max()) + 30  # no office is closed for a month
        parts = self.parts(start, last)
        open_days = np.flatnonzero(parts)
        begins = np.concatenate([[0], open_days[:-1] + 1])
        fitted = times.copy()
        place = np.searchsorted(open_days, times[known].astype(np.int64))
        day = open_days[place]
        within = (times[known] - begins[place]) / (day + 1 - begins[place])
        closes = np.where(parts[day] < 1, self.half_closes, self.closes)
        fitted[known] = day + (self.opens + within * (closes - self.opens)) / 24
        return fitted

    def span(self, times: NDArray[np.float64], start: date) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The working hours in which each moment lies, or the next ones after it.

        Args:
            times: days since `start`, finite.
            start: the first day.

        Returns:
            Opening and closing, days since `start`, shape of `times`.
        """
        parts = self.parts(start, int(times.max(initial=0)) + 30)
        open_days = np.flatnonzero(parts)
        opens = open_days.astype(np.float64) + self.opens / 24
        closes = open_days.astype(np.float64) + np.where(parts[open_days] < 1, self.half_closes, self.closes) / 24
        place = np.searchsorted(closes, times, side="right")
        return opens[place], closes[place]


def _days(start: date, days: int) -> Iterator[date]:
    return (start + timedelta(days=offset) for offset in range(days))
