"""How many deals stood in each stage at the end of each month: moves in less moves out, added up."""

import datetime as dt

import ibis
import ibis.expr.types as ir
import numpy as np

from yaad.measures.dimensions import integers
from yaad.measures.scope import Scope
from yaad.model import Snapshot

MONTHS_A_YEAR = 12


def month_ends(scope: Scope, months: int) -> list[Snapshot]:
    """The open deals by stage at the end of the last `months` months, oldest first; the last one is the data's day.

    Each stay adds one in the month it began and takes one away in the month it ended, so that the whole history is
    read once. Where lists tell the stages, a stay of unknown beginning, and one that ended on an unknown day, met on
    the day of the first list; month ends before it are left out where only lists tell them. Else stays of unknown
    beginning are left out.

    Args:
        scope: the question; its period and breakdown are not looked at.
        months: how many, at least 1.
    """
    rows = scope.rows(_changes)
    places, at, change = integers(rows, "place"), integers(rows, "month"), integers(rows, "change")
    now = _number(scope.as_of)
    level = np.zeros((len(scope.stages), months), dtype=np.int64)
    for place, month, more in zip(places, at, change, strict=True):
        first = max(int(month) - (now - months + 1), 0)
        level[int(place), first:] += int(more)
    ends = [_last_day(now - months + 1 + step, scope.as_of) for step in range(months)]
    since = scope.pipeline.watched_since or dt.date.min
    return [
        Snapshot(end, dict(zip(scope.stages, level[:, step].tolist(), strict=True)))
        for step, end in enumerate(ends)
        if end >= since
    ]


def met(scope: Scope) -> ir.Table:
    """The stays as they were met; where lists tell them, what is unknown of the first list's took place by its day."""
    visits = scope.visits
    if scope.list_gap is None:
        return visits
    first = ibis.literal(scope.list_days[0])
    left = ibis.ifelse(
        visits.ended == "open", visits.left_day, visits.left_day.fill_null(ibis.greatest(first, visits.entered_day))
    )
    return visits.mutate(entered_day=visits.entered_day.fill_null(ibis.least(first, visits.left_day)), left_day=left)


def _changes(scope: Scope) -> ir.Table:
    visits = met(scope)
    dated = visits.filter(visits.entered_day.notnull())
    gone = dated.filter(dated.left_day.notnull())
    moved_in = _by_month(dated, dated.entered_day, 1)
    moved_out = _by_month(gone, gone.left_day, -1)
    return moved_in.union(moved_out, distinct=False)


def _by_month(stays: ir.Table, day: ir.DateValue, sign: int) -> ir.Table:
    month = (day.year() * ibis.literal(MONTHS_A_YEAR) + day.month() - ibis.literal(1)).cast("int64")
    counts = stays.group_by(place=stays.position.cast("int64"), month=month).aggregate(n=stays.count())
    return counts.select("place", "month", change=(counts.n * ibis.literal(sign)).cast("int64"))


def _number(day: dt.date) -> int:
    return day.year * MONTHS_A_YEAR + day.month - 1


def _last_day(month: int, as_of: dt.date) -> dt.date:
    year, place = divmod(month + 1, MONTHS_A_YEAR)
    return min(dt.date(year, place + 1, 1) - dt.timedelta(days=1), as_of)
