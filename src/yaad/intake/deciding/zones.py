"""Local times to UTC and back, for whole columns: the zone is asked once a day that occurs."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

from yaad.intake.arrow import Ints, Mask

QUARTER = 15 * 60 * 1_000_000
SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - a local time, its zone is added where it is known


def _offset(moment: int, region: ZoneInfo, *, utc: bool) -> int:
    """Microseconds that local time is ahead of UTC, at one local (or UTC) moment."""
    clock = EPOCH + dt.timedelta(microseconds=moment)
    if utc:
        ahead = clock.replace(tzinfo=dt.UTC).astimezone(region).utcoffset()
    else:
        ahead = clock.replace(tzinfo=region).utcoffset()
    return round((ahead or dt.timedelta()).total_seconds()) * SECOND


def _offsets(moments: Ints, zone: str, *, utc: bool) -> Ints:
    """The same for a column: one look a day, and one a quarter of an hour on days when the clock is changed."""
    if zone.upper() == "UTC" or not len(moments):
        return np.zeros(len(moments), np.int64)
    region = ZoneInfo(zone)
    days = moments // DAY
    first = int(days.min())
    table = np.zeros(int(days.max()) - first + 1, np.int64)
    changed = np.zeros(len(table), np.bool_)
    present = np.zeros(len(table), np.bool_)
    present[days - first] = True
    for place in np.flatnonzero(present).tolist():
        start = (first + place) * DAY
        table[place] = _offset(start, region, utc=utc)
        changed[place] = table[place] != _offset(start + DAY, region, utc=utc)
    ahead = table[days - first]
    rows = np.flatnonzero(changed[days - first])
    quarters, which = np.unique(moments[rows] // QUARTER, return_inverse=True)
    exact = np.array([_offset(quarter * QUARTER, region, utc=utc) for quarter in quarters.tolist()], np.int64)
    if len(rows):
        ahead[rows] = exact[which.reshape(-1)]
    return ahead


def to_utc(local: Ints, zone: str) -> tuple[Ints, Mask, Mask]:
    """UTC of local times, which of those local times the clock never showed or showed twice, and which it showed twice.

    A time that the clock jumped over (02:30 when summer time begins) is read by the clock before the jump, so it
    becomes 03:30; one that it showed twice is the first of the two.
    """
    moments = local - _offsets(local, zone, utc=False)
    odd = moments + _offsets(moments, zone, utc=True) != local
    later = moments + 3_600 * SECOND
    twice = later + _offsets(later, zone, utc=True) == local
    return moments, odd | twice, twice


def local_days(moments: Ints, zone: str) -> Ints:
    """Days since 1970-01-01 by the zone's own calendar, of moments in UTC."""
    return (moments + _offsets(moments, zone, utc=True)) // DAY
