r"""Lengths of time in the engine: ages of what still runs, and counting per length.

Ages. A stay whose ends are dates is as old as the whole days from its date to the as-of day; a timed one until the
as-of instant, to the millisecond (the finest that all engines can tell).

Counting. In small books lengths are counted exactly. In books above `EXACT_ROWS` stays they are counted in bins of
equal ratio, half a per cent wide (one per cent with a breakdown), each told by the mean of its lengths. So
means stay exact, lengths in whole days below 200 (100) days stay exact, and a quantile is off by less than the width
of a bin: 0.5 % (1 %) of itself.
"""

import datetime as dt
from math import log

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yaad.measures.dimensions import grouped
from yaad.measures.scope import Scope

SECONDS = 86400.0
BINS = 1 / log(1.005)
BINS_WITH_BREAKDOWN = 1 / log(1.01)


def number(value: float) -> ir.FloatingScalar:
    """A double in every engine (Spark reads 86400.0 as a decimal)."""
    return ibis.literal(float(value), type="float64")


def days_between(
    start: ir.TimestampValue, end: ir.TimestampValue, start_day: ir.DateValue, end_day: ir.DateValue, whole: ir.Value
) -> ir.FloatingValue:
    """Days from `start` to `end`: between the dates where `whole`, else between the instants."""
    whole_days = end_day.delta(start_day, unit="day").cast("float64")
    return ibis.ifelse(whole, whole_days, (_seconds(end) - _seconds(start)) / number(SECONDS))


def age(scope: Scope, start: ir.TimestampValue, start_day: ir.DateValue, whole: ir.Value) -> ir.FloatingValue:
    """Days from `start` until the data's end."""
    whole_days = ibis.literal(scope.as_of).delta(start_day, unit="day").cast("float64")
    until = number(scope.as_of_at.timestamp())
    return ibis.ifelse(whole, whole_days, (until - _seconds(start)) / number(SECONDS))


def ages(
    start: pa.ChunkedArray, start_day: pa.ChunkedArray, whole: pa.ChunkedArray, as_of: dt.date, as_of_at: dt.datetime
) -> npt.NDArray[np.float64]:
    """`age` of rows that are at hand; NaN where it is unknown."""
    micros = start.cast(pa.timestamp("us")).cast(pa.int64())
    at = micros.fill_null(0).to_numpy()
    seconds = at // 1_000_000 + at % 1_000_000 // 1000 / 1000
    timed = np.where(micros.is_valid().to_numpy(), (as_of_at.timestamp() - seconds) / SECONDS, np.nan)
    days = start_day.cast(pa.int32())
    since = (as_of - dt.date(1970, 1, 1)).days - days.fill_null(0).to_numpy()
    dated = np.where(days.is_valid().to_numpy(), since, np.nan)
    return np.where(whole.fill_null(False).to_numpy(), dated, timed)  # noqa: FBT003 – Arrow's own


def _seconds(at: ir.TimestampValue) -> ir.FloatingValue:
    """Seconds since 1970 to the millisecond. DuckDB's epoch has fractions and Spark's has none, so it is cut first."""
    return at.epoch_seconds().cast("float64").floor() + at.millisecond().cast("float64") / number(1000)


def counted(scope: Scope, table: ir.Table, *more: str, exact: bool = False) -> ir.Table:
    """How many rows of each length in column ``days``, for each group and each value of `more`: columns days, n.

    Args:
        scope: the question; says whether the book is large.
        table: a `keyed` table with a column ``days``; null: unknown.
        more: further columns to tell apart.
        exact: count exactly in a large book too.
    """
    if exact or not scope.is_large:
        return grouped(scope, table, *more, "days", n=table.count())
    binned = table.mutate(bin=_bin(scope, table.days))
    return grouped(scope, binned, *more, "bin", days=binned.days.mean(), n=binned.count()).drop("bin")


def _bin(scope: Scope, days: ir.FloatingValue) -> ir.IntegerValue:
    """The number of the bin of a length: bins of equal ratio above a second."""
    steps = BINS_WITH_BREAKDOWN if scope.by else BINS
    return ((days.abs() * number(SECONDS) + number(1)).ln() * number(steps)).floor().cast("int32")
