"""Parts of time in a breakdown: day, week (from Sunday), month, quarter and year, the day of the week and the hour.

Each is a whole number in the engine, since whole numbers group alike in every engine, and a name when it is told. A
moment is stored in UTC with its local day beside it; what has a date without a time has no hour. A zone's offset
changes a few times a year: the changes between the first and the last moment of the table are looked up once and stand
in the query as plain numbers, so that every engine tells the same hour.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from yaad.measures.scope import Scope
from yaad.model import Grain
from yaad.model.figures import Cell

GRAINS = {grain.value: grain for grain in Grain}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Days of the week as they are told, Monday first as `datetime` counts them."""
CLOCK = ("weekday", "hour")
"""The day of the week and the hour, in the company's zone."""
TIMES = frozenset((*GRAINS, *CLOCK))
"""All parts of time; they are of the measure's own date."""
EPOCH = dt.date(1970, 1, 1)
SUNDAY = dt.date(1970, 1, 4)
MONDAY = dt.date(1970, 1, 5)
INSTANTS = {
    "created_day": ("created_at", "whole_days"),
    "closed_day": ("closed_at", "whole_days"),
    "entered_day": ("entered", "whole_days"),
    "day": ("at", "whole_day"),
}
"""Date column → the moment that stands beside it, and the column that says that it is a date without a time."""
HOUR = 3600
WEEK = 7


def time_code(scope: Scope, table: ir.Table, day: str, name: str) -> ir.Value:
    """A whole number for the part of time `name` of the date in column `day`; the hour is null without a time."""
    if name == "hour":
        return _hour(scope, table, day)
    if name == "weekday":
        return _place_in_week(scope, table[day])
    return _grain_code(table[day], GRAINS[name])


def time_name(scope: Scope, name: str, code: int) -> Cell:
    """A code of `time_code` as it is told: periods by name, days of the week in English, hours from 0 to 23."""
    if name == "hour":
        return code
    if name == "weekday":
        return WEEKDAYS[(code + scope.calendar.first_weekday) % WEEK]
    return _period_name(GRAINS[name], code)


def local_seconds(scope: Scope, table: ir.Table, at: str) -> ir.IntegerValue:
    """Seconds since 1970 as the company's clock shows the moment in column `at`."""
    utc = table[at].epoch_seconds().cast("int64")
    ends = scope.run(table.aggregate(first=table[at].min(), last=table[at].max()))
    first, last = ends["first"][0].as_py(), ends["last"][0].as_py()
    if first is None:
        return utc
    start, changes = _offsets(ZoneInfo(scope.zone), first, last)
    if not changes:
        return utc + ibis.literal(start, type="int64")
    cases = [(utc >= ibis.literal(moment, type="int64"), _whole(offset)) for moment, offset in reversed(changes)]
    return utc + ibis.cases(*cases, else_=_whole(start))


def _hour(scope: Scope, table: ir.Table, day: str) -> ir.Value:
    at, whole = INSTANTS.get(day, ("", ""))  # a day without a moment beside it has no hour
    if at not in table.columns or whole not in table.columns:
        return ibis.null("int64")
    seconds = local_seconds(scope, table, at) % ibis.literal(24 * HOUR, type="int64")
    hour = (seconds.cast("float64") / ibis.literal(float(HOUR), type="float64")).floor().cast("int64")
    return ibis.ifelse(table[whole].fill_null(False), ibis.null("int64"), hour)  # noqa: FBT003 – Ibis takes the value


def _place_in_week(scope: Scope, day: ir.Value) -> ir.Value:
    since = MONDAY + dt.timedelta(days=scope.calendar.first_weekday)
    days = day.delta(ibis.literal(since), unit="day").cast("int64")
    return days - _weeks(days) * ibis.literal(WEEK, type="int64")


def _grain_code(day: ir.Value, grain: Grain) -> ir.IntegerValue:
    if grain is Grain.DAY:
        return day.delta(ibis.literal(EPOCH), unit="day").cast("int64")
    if grain is Grain.WEEK:
        return _weeks(day.delta(ibis.literal(SUNDAY), unit="day"))
    year = day.year().cast("int64")
    if grain is Grain.MONTH:
        return year * 12 + day.month() - 1
    return year * 4 + day.quarter() - 1 if grain is Grain.QUARTER else year


def _period_name(grain: Grain, code: int) -> str:
    if grain is Grain.DAY:
        return (EPOCH + dt.timedelta(days=code)).isoformat()
    if grain is Grain.WEEK:
        return (SUNDAY + dt.timedelta(weeks=code)).isoformat()
    if grain is Grain.MONTH:
        return f"{code // 12:04}-{code % 12 + 1:02}"
    return f"{code // 4:04}-Q{code % 4 + 1}" if grain is Grain.QUARTER else f"{code:04}"


def _weeks(days: ir.Value) -> ir.IntegerValue:
    return (days.cast("float64") / ibis.literal(float(WEEK), type="float64")).floor().cast("int64")


def _whole(value: int) -> ir.IntegerScalar:
    return ibis.literal(value, type="int64")


def _offsets(zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> tuple[int, list[tuple[int, int]]]:
    """The zone's offset in seconds at the first moment, and each later change as (moment, offset after it)."""
    day = dt.timedelta(days=1)
    at, end = first.astimezone(dt.UTC), last.astimezone(dt.UTC)
    start = now = _offset(zone, at)
    changes: list[tuple[int, int]] = []
    while at < end:
        following = min(at + day, end)
        if (later := _offset(zone, following)) != now:
            changes.append((_change(zone, at, following), later))
            now = later
        at = following
    return start, changes


def _change(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> int:
    """The second at which the offset changes between two moments: halved until it is found."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, dt.datetime.fromtimestamp(middle, dt.UTC)) == old:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: dt.datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
