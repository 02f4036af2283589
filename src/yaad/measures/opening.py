"""Time that passed while the company was open.

The opening hours of each day stand in a small table: when it opens and closes, and how long the company had been open
on all days before. How long it was open until a moment is what stands there plus the part of the day that has passed,
so a length of time is the difference of two such numbers.
"""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.lengths import number
from yaad.measures.scope import Scope
from yaad.model import Calendar

NUMBERS = ("midnight", "opens", "closes", "before")
NEXT = pa.schema([("open_day", pa.date32()), ("next_day", pa.date32())])
SCHEMA = pa.schema([("open_day", pa.date32()), *((name, pa.float64()) for name in NUMBERS)])


def with_open_seconds(scope: Scope, table: ir.Table, first: dt.date, **moments: tuple[str, str]) -> ir.Table:
    """`table` with a column for each of `moments`: the seconds that the company was open until then.

    Only differences of two such columns mean anything. They are null where the moment is unknown, comes before `first`
    or after the as-of day. A column ``<name>_midnight`` says whether the moment is the very beginning of its day.

    Args:
        scope: the question; says when the company is open.
        table: any table.
        first: no moment is before this day.
        moments: new column = (column of the moment, column of its local day).
    """
    days = opening_days(scope.calendar, scope.zone, first, scope.as_of)
    for column, (at, day) in moments.items():
        joined = table.join(days, table[day] == days.open_day, how="left")
        passed = joined[at].epoch_seconds().cast("float64") - joined.opens
        length = joined.closes - joined.opens
        inside = ibis.least(ibis.greatest(passed, number(0)), length)
        known = joined.open_day.notnull() & joined[at].notnull()
        seconds = ibis.ifelse(known, joined.before + inside, ibis.null("float64"))
        is_midnight = joined[at].epoch_seconds().cast("float64") == joined.midnight
        table = joined.mutate(**{column: seconds, f"{column}_midnight": is_midnight}).drop(*SCHEMA.names)
    return table


def open_seconds_through(scope: Scope, first: dt.date, last: dt.date) -> float:
    """The seconds that the company was open until the end of a day, as in `with_open_seconds`."""
    place = ZoneInfo(scope.zone)
    hours = (_hours(scope.calendar, place, first + dt.timedelta(days=step)) for step in range((last - first).days + 1))
    return sum(closes - opens for opens, closes in hours)


def day_minutes(calendar: Calendar) -> int:
    """The minutes that the company is open on a whole working day: long waits are told in such days.

    >>> day_minutes(Calendar(opens=9.0, closes=18.0))
    540
    """
    return round((calendar.closes - calendar.opens) * 60)


def open_seconds_between(calendar: Calendar, zone: str, first: dt.datetime, last: dt.datetime) -> float:
    """The seconds that the company was open between two moments, as in `with_open_seconds`; 0 where the first is later.

    >>> calendar, monday = Calendar(), dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    >>> open_seconds_between(calendar, "UTC", monday.replace(hour=8), monday.replace(hour=10)) / 3600
    1.0
    """
    place = ZoneInfo(zone)
    day, end = first.astimezone(place).date(), last.astimezone(place).date()
    total = 0.0
    while day <= end:
        opens, closes = _hours(calendar, place, day)
        total += max(min(last.timestamp(), closes) - max(first.timestamp(), opens), 0.0)
        day += dt.timedelta(days=1)
    return total


@lru_cache(maxsize=32)
def opening_days(calendar: Calendar, zone: str, first: dt.date, last: dt.date) -> ir.Table:
    """One row a day from `first` to `last`: ``open_day``, ``midnight``, ``opens``, ``closes``, ``before``.

    All are seconds, the moments since 1970. On a closed day ``opens`` and ``closes`` are the same. The table is kept,
    so that measures with the same days share one query.
    """
    place, rows, before = ZoneInfo(zone), [], 0.0
    for step in range((last - first).days + 1):
        day = first + dt.timedelta(days=step)
        opens, closes = _hours(calendar, place, day)
        midnight = dt.datetime.combine(day, dt.time(), place).timestamp()
        rows.append({"open_day": day, "midnight": midnight, "opens": opens, "closes": closes, "before": before})
        before += closes - opens
    return ibis.memtable(pa.Table.from_pylist(rows, schema=SCHEMA))


@lru_cache(maxsize=32)
def next_working_days(calendar: Calendar, first: dt.date, last: dt.date) -> ir.Table:
    """One row a day from `first` to `last`: ``open_day``, and ``next_day``, the first working day after it."""
    rows = []
    for step in range((last - first).days + 1):
        day = first + dt.timedelta(days=step)
        following = day + dt.timedelta(days=1)
        while not calendar.is_working(following):
            following += dt.timedelta(days=1)
        rows.append({"open_day": day, "next_day": following})
    return ibis.memtable(pa.Table.from_pylist(rows, schema=NEXT))


def _hours(calendar: Calendar, zone: ZoneInfo, day: dt.date) -> tuple[float, float]:
    hours = calendar.open_hours(day) or (0.0, 0.0)
    midnight = dt.datetime.combine(day, dt.time())
    ends = (midnight + dt.timedelta(hours=hour) for hour in hours)
    opens, closes = (end.replace(tzinfo=zone).timestamp() for end in ends)
    return opens, closes
