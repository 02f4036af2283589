"""A column of dates and times taken apart once: distinct days and distinct times, each read once whatever the rows."""

import re
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Codes, Ints, Mask, codes, mask, pc, trimmed, whole
from yaad.intake.deciding.days import BAD, PIVOT, YEAR, Order, plain_digits, read_day
from yaad.intake.deciding.zones import DAY, SECOND, local_days, to_utc
from yaad.model.tables import MOMENT

FORMULA_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#N/A N/A")
"""What a spreadsheet leaves where a formula failed: no value."""
SPLIT = r"(?s)^(?P<day>.+?)(?:(?:T|,?\s+(?:בשעה|at)\s+|,?\s+|\s+-\s+)(?P<time>\d{1,2}:\d{2}.*))?$"
TIME_FIRST = r"(?s)^\[?(\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?)\]?,?\s+(?:-\s+)?(.*\d.*)$"
"""A time that stands before its date: 09:30 25/12/2024."""
WEEKDAY_FIRST = (
    r"(?is)^(?:(?:יום\s+)?(?:[א-ו]['׳’]|ראשון|שני|שלישי|רביעי|חמישי|שישי|ששי|שבת)"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?),?\s+(?:ה-?\s*)?(\d.*)$"
)
"""The day of the week before a date in numbers: יום ב' 13/01/2025."""
LOOKED_AT = 1000
"""Rows by which it is known how times are written."""
MILLIS, SECONDS = r"^1[0-9]{12}$", r"^1[0-9]{9}(\.[0-9]+)?$"
"""Moments as machines count them, since 1970: those of 2001 to 2033."""
MIDNIGHT = r"^.{10}[ T]00:00(:00(\.0+)?)?([^\d.:].*)?$"
ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$")
TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])?\.?[Mm]?\.?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)
NAIVE = np.iinfo(np.int64).min
"""Stands for the offset of a time that names none."""
EARLIEST, LATEST = (
    np.datetime64("1970-01-01", "us").astype(np.int64),
    np.datetime64("2101-01-01", "us").astype(np.int64),
)


@dataclass(frozen=True)
class Moments:
    """A column taken apart.

    Attributes:
        days: distinct texts of days.
        day_of: row → place in `days`; -1 where there is no value.
        times: distinct texts of times of day.
        time_of: row → place in `times`; -1 where there is none.
        instants: microseconds since 1970, when the texts (or the types) are plain ISO times; else None.
        aware: `instants` are UTC; else local.
        present: rows with a value.
        typed: the file itself types the column.
        counted: it holds seconds since 1970, or thousandths of them.
    """

    days: list[str]
    day_of: Codes
    times: list[str]
    time_of: Codes
    present: Mask
    instants: Ints | None = None
    aware: bool = False
    typed: bool = False
    counted: bool = False

    def weights(self) -> Ints:
        """How many rows have each of `days`."""
        return np.bincount(self.day_of[self.day_of >= 0], minlength=len(self.days)).astype(np.int64)


@dataclass(frozen=True)
class Dates:
    """A column of dates as read.

    Attributes:
        at: UTC; a day without a time stands at 00:00 UTC of that date.
        day: the date (by the zone's calendar).
        whole_day: there was no time beside the date.
        faults: reason → rows that could not be read (they are null above).
        odd_clock: local times that the clock skipped or showed twice.
        twice: rows whose local time the clock showed twice: they are read as the first of the two, and among such
            times of one hour only the order of the file tells which came first.
    """

    at: pa.Array
    day: pa.Array
    whole_day: pa.Array
    faults: dict[str, Mask] = field(default_factory=dict)
    odd_clock: int = 0
    twice: Mask | None = None


def cleaned(column: pa.ChunkedArray | pa.Array, null_words: tuple[str, ...] = ()) -> pa.Array:
    """Texts without white space at their ends; empty ones, failed formulas and the null words are null."""
    text = trimmed(_as_text(whole(column)))
    nothing = pa.array(["", *FORMULA_ERRORS, *null_words])
    return pc.if_else(pc.is_in(text, value_set=nothing), pa.scalar(None, pa.string()), text)


def _as_text(column: pa.Array) -> pa.Array:
    """Numbers that a file types as floating, though all are whole, are written without a point (ids are)."""
    if pa.types.is_floating(column.type):
        try:
            column = column.cast(pa.int64())
        except pa.ArrowInvalid:
            return column.cast(pa.string())
    return column.cast(pa.string())


def take_apart(column: pa.ChunkedArray, null_words: tuple[str, ...] = (), *, counted: bool = False) -> Moments:
    """Distinct days and times of a column, or its instants where it is plain ISO.

    Args:
        column: the column.
        null_words: texts that mean no value.
        counted: it is known to hold times, so that large numbers in it are seconds since 1970.
    """
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _typed(column)
    text = cleaned(column, null_words)
    instants = _iso_instants(text) or (_counted(text) if counted else None)
    if instants is not None:
        return instants
    for pattern, kept in ((TIME_FIRST, r"\2 \1"), (WEEKDAY_FIRST, r"\1")):
        if pc.any(pc.match_substring_regex(text.slice(0, LOOKED_AT), pattern=pattern)).as_py():
            text = pc.replace_substring_regex(text, pattern=pattern, replacement=kept)
    alike = _split_alike(text)
    if alike is not None:
        return alike
    which, distinct = codes(text)
    parts = pc.extract_regex(distinct, pattern=SPLIT)
    day_of, days = codes(pc.struct_field(parts, ["day"]))
    clock = pc.struct_field(parts, ["time"])
    times = pc.if_else(pc.equal(clock, ""), pa.scalar(None, pa.string()), clock)
    time_of, hours = codes(times)
    return Moments(
        days=days.to_pylist(),
        day_of=_spread(day_of, which),
        times=hours.to_pylist(),
        time_of=_spread(time_of, which),
        present=which >= 0,
    )


def _split_alike(text: pa.Array) -> Moments | None:
    """The same for texts of one length with the time at one place (``01/03/2024 09:30``), without a look at each."""
    lengths = pc.min_max(pc.binary_length(text)).as_py()
    first = pc.first(text).as_py()
    if first is None or lengths["min"] != lengths["max"] or not first.isascii():
        return None
    found = re.search(r"[ T](?=\d{1,2}:\d{2})", first)
    place = found.start() if found else len(first)
    separator = pc.utf8_slice_codeunits(text, place, place + 1)
    if not pc.all(pc.equal(separator, found[0] if found else "")).as_py():
        return None
    day_of, days = codes(pc.utf8_slice_codeunits(text, 0, place))
    time_of, times = codes(pc.utf8_slice_codeunits(text, place + 1))
    if not found:
        time_of, times = np.full(len(text), -1, np.int32), pa.array([], pa.string())
    return Moments(days.to_pylist(), day_of, times.to_pylist(), time_of, day_of >= 0)


def _counted(text: pa.Array) -> Moments | None:
    """The instants of a column of seconds or thousandths of seconds since 1970; None when it is not such a column."""
    first = pc.first(text).as_py() or ""
    for pattern, size in ((MILLIS, 1_000), (SECONDS, 1_000_000)):
        if re.match(pattern, first) and pc.all(pc.match_substring_regex(text, pattern=pattern)).as_py():
            micro = pc.multiply(text.cast(pa.float64()), float(size)).cast(pa.int64(), safe=False)
            none = np.full(len(text), -1, np.int32)
            instants = np.asarray(pc.fill_null(micro, 0).to_numpy(zero_copy_only=False), np.int64)
            return Moments([], none, [], none, mask(pc.is_valid(text)), instants, aware=True, counted=True)
    return None


def _spread(inner: Codes, which: Codes) -> Codes:
    spread = np.append(inner, np.int32(-1))[which]
    return np.asarray(spread, np.int32)


def _typed(column: pa.ChunkedArray) -> Moments:
    array = whole(column)
    present = mask(pc.is_valid(array))
    none = np.full(len(array), -1, np.int32)
    aware = pa.types.is_timestamp(array.type) and array.type.tz is not None
    zone = array.type.tz if pa.types.is_timestamp(array.type) else None
    instants = _numbers(array.cast(pa.timestamp("us", zone), safe=False))
    return Moments([], none, [], none, present, instants, aware=aware, typed=True)


def _numbers(instants: pa.Array) -> Ints:
    plain = pc.fill_null(instants.cast(pa.int64()), 0)
    return np.asarray(plain.to_numpy(zero_copy_only=False), np.int64)


def _iso_instants(text: pa.Array) -> Moments | None:
    """The instants of a column of ISO times, all with an offset or all without; None when it is not such a column."""
    first = ISO.match(pc.first(text).as_py() or "")
    if first is None or pc.min(pc.binary_length(text)).as_py() < 16:
        return None
    if pc.all(pc.match_substring_regex(text, pattern=MIDNIGHT)).as_py():
        return None  # dates in the dress of times: they are read as days
    try:
        instants = text.cast(pa.timestamp("us", "UTC" if first[1] else None))
    except pa.ArrowInvalid:
        return None
    none = np.full(len(text), -1, np.int32)
    return Moments([], none, [], none, mask(pc.is_valid(text)), _numbers(instants), aware=bool(first[1]))


def read_moments(
    parts: Moments,
    order: Order | None,
    zone: str,
    *,
    pivot: int = PIVOT,
    serial: int | None = None,
    year: str | None = None,
) -> Dates:
    """All rows' times by one order of day and month; what does not fit it is a fault, never guessed.

    A column whose times are all midnight holds dates: they stay days, with no shift through UTC.
    """
    if parts.instants is not None:
        return _from_instants(parts, parts.instants, zone)
    told = int(year) if year is not None else None
    read = [read_day(day, order, pivot, serial, told) for day in parts.days]
    clock = [_read_time(time) for time in parts.times]
    faults = _faults(read, parts.day_of)
    no_time = np.append(np.array([c is None for c in clock], np.bool_), np.False_)[parts.time_of]
    if no_time.any():
        faults[BAD] = faults.get(BAD, np.zeros(len(no_time), np.bool_)) | no_time
    clocks = _Clocks(
        day=_gather(np.array([d if isinstance(d, int) else 0 for d in read], np.int64), parts.day_of),
        since=_gather(np.array([c[0] if c else 0 for c in clock], np.int64), parts.time_of),
        ahead=_gather(np.array([c[1] if c else NAIVE for c in clock], np.int64), parts.time_of, NAIVE),
        timed=(parts.time_of >= 0) & any(c is not None and c[0] for c in clock),
    )
    good = parts.present.copy()
    for rows in faults.values():
        good &= ~rows
    return _dates(clocks.at_utc(zone, good), good, faults)


@dataclass(frozen=True)
class _Utc:
    """Rows in UTC with their own day; `odd` counts local times that the clock skipped or showed twice."""

    at: Ints
    day: Ints
    whole_day: Mask
    odd: int
    twice: Mask


@dataclass(frozen=True)
class _Clocks:
    """Rows as written: day, microseconds since midnight, microseconds ahead of UTC, whether a time was written."""

    day: Ints
    since: Ints
    ahead: Ints
    timed: Mask

    def at_utc(self, zone: str, good: Mask) -> _Utc:
        local = self.day * DAY + self.since
        naive = self.timed & (self.ahead == NAIVE) & good
        aware = self.timed & (self.ahead != NAIVE) & good
        at, own_day = self.day * DAY, self.day.copy()
        twice = np.zeros(len(local), np.bool_)
        at[naive], odd, twice[naive] = to_utc(local[naive], zone)
        at[aware] = local[aware] - self.ahead[aware]
        own_day[aware] = local_days(at[aware], zone)
        return _Utc(at, own_day, ~self.timed, int(odd.sum()), twice)


def _from_instants(parts: Moments, instants: Ints, zone: str) -> Dates:
    """Typed or plain ISO times; years beyond all reason are faults."""
    within = (instants >= EARLIEST) & (instants < LATEST)
    faults = {YEAR: parts.present & ~within} if not within[parts.present].all() else {}
    good = parts.present & within
    timed = bool((instants[good] % DAY).any())
    at, day, odd = instants.copy(), instants // DAY, 0
    twice = np.zeros(len(at), np.bool_)
    if timed and parts.aware:
        day[good] = local_days(instants[good], zone)
    elif timed:
        at[good], clock, twice[good] = to_utc(instants[good], zone)
        odd = int(clock.sum())
    return _dates(_Utc(at, day, np.full(len(at), not timed), odd, twice), good, faults)


def _dates(rows: _Utc, good: Mask, faults: dict[str, Mask]) -> Dates:
    gone = ~good
    return Dates(
        at=pa.array(rows.at, mask=gone).cast(MOMENT),
        day=pa.array(rows.day.astype(np.int32), mask=gone).cast(pa.date32()),
        whole_day=pa.array(rows.whole_day, mask=gone),
        faults=faults,
        odd_clock=rows.odd,
        twice=rows.twice,
    )


def _gather(values: Ints, which: Codes, missing: int = 0) -> Ints:
    return np.asarray(np.append(values, missing)[which], np.int64)


def _faults(read: list[int | str], which: Codes) -> dict[str, Mask]:
    """Reason → rows, for the distinct texts that could not be read."""
    found: dict[str, Mask] = {}
    for reason in {fault for fault in read if isinstance(fault, str)}:
        bad = np.append(np.array([fault == reason for fault in read], np.bool_), np.False_)
        found[reason] = np.asarray(bad[which], np.bool_)
    return found


def _read_time(text: str) -> tuple[int, int] | None:
    """Microseconds since midnight, and microseconds ahead of UTC (`NAIVE` when not said); None when it is no time."""
    found = TIME.fullmatch(plain_digits(text).strip())
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[5] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    micro = int((found[4] or "0").ljust(6, "0")[:6])
    return (hour * 3600 + minute * 60 + second) * SECOND + micro, _ahead(found[6])


def _ahead(text: str | None) -> int:
    if not text:
        return NAIVE
    if text.upper() in ("Z", "UTC", "GMT"):
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    ahead = (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * SECOND
    return -ahead if text[0] == "-" else ahead
