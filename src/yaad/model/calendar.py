"""A company's calendar: on which days it works, and when it is open."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

import holidays

SATURDAY, SUNDAY, FRIDAY = 5, 6, 4
DAYS = 7
ISRAEL = "IL"
COUNTRIES = {"Asia/Jerusalem": ISRAEL, "Asia/Tel_Aviv": ISRAEL}


@dataclass(frozen=True)
class Calendar:
    """Working days of a company.

    Attributes:
        country: whose holidays are free (ISO code); None for none.
        rest: days of the week without work, Monday = 0.
        half: those of them on which the company is open until noon.
        opens, closes, half_closes: hours of the day; the eve of a holiday is a half day too.

    >>> Calendar.of_zone("Asia/Jerusalem").working_days(dt.date(2026, 9, 9), dt.date(2026, 9, 14))
    (datetime.date(2026, 9, 10), datetime.date(2026, 9, 14))
    """

    country: str | None = None
    rest: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    half: frozenset[int] = frozenset()
    opens: float = 9.0
    closes: float = 18.0
    half_closes: float = 13.0

    @classmethod
    def of_zone(cls, zone: str) -> "Calendar":
        """The calendar that is usual where this time zone is: Sunday to Thursday in Israel, else Monday to Friday.

        In Israel Friday is a half day: it is no working day, and whoever asks by then may be answered.
        """
        country = COUNTRIES.get(zone)
        return cls() if country is None else cls.of_country(country)

    @classmethod
    def of_country(cls, country: str) -> "Calendar":
        """The calendar of a country: its public holidays, and the days of the week on which it rests.

        Args:
            country: ISO code; one of which no holidays are known works from Monday to Friday.

        >>> len(Calendar.of_country("US").working_days(dt.date(2026, 10, 31), dt.date(2026, 11, 30)))  # 21 less 2
        19
        """
        rest = _rest_of(country)
        if rest is None:
            return cls()
        return cls(country, rest, frozenset({FRIDAY}) if country == ISRAEL else frozenset())

    @property
    def dials_in(self) -> str:
        """The country to which a telephone number without a code belongs (ISO code).

        >>> Calendar.of_country("US").dials_in, Calendar.of_zone("UTC").dials_in
        ('US', 'IL')
        """
        return self.country or ISRAEL

    @property
    def first_weekday(self) -> int:
        """The day on which the week begins: the one after its rest; Monday = 0.

        >>> Calendar.of_zone("Asia/Jerusalem").first_weekday, Calendar().first_weekday
        (6, 0)
        """
        begins = (day for day in range(DAYS) if day not in self.rest and (day - 1) % DAYS in self.rest)
        return max(begins, default=0)

    def is_working(self, day: dt.date) -> bool:
        """Whether people work on a day."""
        return day.weekday() not in self.rest and day not in _free_days(self.country, day.year)

    def open_hours(self, day: dt.date) -> tuple[float, float] | None:
        """From when until when the company is open on a day, in hours of its clock; None where it is closed.

        >>> israel = Calendar.of_zone("Asia/Jerusalem")
        >>> [israel.open_hours(dt.date(2026, 4, day)) for day in (1, 2, 3, 4, 5)]  # the eve of Passover, Passover …
        [(9.0, 13.0), None, (9.0, 13.0), None, (9.0, 18.0)]
        """
        free = _free_days(self.country, day.year)
        if day in free or (day.weekday() in self.rest and day.weekday() not in self.half):
            return None
        following = day + dt.timedelta(days=1)
        is_half = day.weekday() in self.half or following in _free_days(self.country, following.year)
        return self.opens, min(self.half_closes, self.closes) if is_half else self.closes

    def working_days(self, after: dt.date, until: dt.date) -> tuple[dt.date, ...]:
        """Working days after one day up to another, the latter included."""
        days = (after + dt.timedelta(days=step) for step in range(1, (until - after).days + 1))
        return tuple(day for day in days if self.is_working(day))


@cache
def _rest_of(country: str) -> frozenset[int] | None:
    """The days of the week on which a country rests; None where no holidays of it are known."""
    if country not in holidays.list_supported_countries():
        return None
    return frozenset(holidays.country_holidays(country).weekend)


@cache
def _free_days(country: str | None, year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays(country, years=year)) if country else frozenset()
