"""What people do with customers: how much, how much of it a sale takes, and how much a working day holds."""

import datetime as dt
from collections.abc import Callable
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.catalogue.deals import deals_with, event_rows, shown
from yaad.measures.catalogue.meetings import activities_of
from yaad.measures.contacts import contacts, done, logs
from yaad.measures.definition import Censoring, Family, Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import asked, grouped, groups, integers
from yaad.measures.finishing import estimated
from yaad.measures.kinds import Did, Went, told_of
from yaad.measures.scope import Scope
from yaad.measures.statistics import Sample
from yaad.measures.time_parts import CLOCK, GRAINS
from yaad.model import Calendar, Period
from yaad.model import Grain as TimeGrain
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

SHOWN = ("id", "deal_id", "kind", "day", "by")
ONE_DAY = dt.timedelta(days=1)


# ---- how many -------------------------------------------------------------------------------------------------------


def _done(scope: Scope) -> ir.Table:
    return asked(scope, done(scope), "day")


def _done_statistics(scope: Scope) -> ir.Table:
    rows = _done(scope)
    counts = grouped(scope, rows, n=rows.count(), calls=rows.count(where=rows.kind == Did.CALL.value))
    return counts.mutate(known=ibis.literal(logs(scope) is not None))


def _activities(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        n, known = int(integers(rows, "n").sum()), any(rows["known"].to_pylist())
        why = None if known else Message("measures.no_log")
        beside: dict[str, Cell] = {"calls": int(integers(rows, "calls").sum())}
        figures.append(
            Figure(
                "activities",
                n if known else None,
                Unit.COUNT,
                n=n,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=why,
                beside=beside,
            )
        )
    return figures


def _done_rows(scope: Scope) -> ir.Table:
    return event_rows(scope, _done(scope), *SHOWN, order=("day", "id"))


# ---- how many a win takes -------------------------------------------------------------------------------------------


def _per_win_statistics(scope: Scope, *, meetings: bool) -> ir.Table:
    """What was done in each group, and the deals won in it, each by its own date: ``done``, ``won``, ``known``."""
    rows = _held(scope) if meetings else _done(scope)
    won = deals_with(scope, "closed_day", ("won",))
    is_known = bool(told_of(scope).kinds_of(Did.MEETING)) if meetings else logs(scope) is not None
    none, known = ibis.literal(0, type="int64"), ibis.literal(is_known)
    acts = grouped(scope, rows, done=rows.count()).mutate(won=none, known=known)
    wins = grouped(scope, won, won=won.count()).mutate(done=none, known=known)
    return acts.union(wins.select(*acts.columns), distinct=False)


def _held(scope: Scope) -> ir.Table:
    rows = activities_of(scope, Did.MEETING)
    return rows.filter(rows.went == Went.HELD.value)


def _per_win(table: pa.Table, scope: Scope, *, measure: str) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        acts, won = int(integers(rows, "done").sum()), int(integers(rows, "won").sum())
        known = any(rows["known"].to_pylist())
        missing = "measures.no_meetings" if measure == "meetings_per_win" else "measures.no_log"
        why = Message("measures.none_won" if known else missing)
        told = known and won > 0
        figures.append(
            Figure(
                measure,
                acts / won if told else None,
                Unit.NUMBER,
                n=won,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=None if told else why,
                beside={"done": acts},
            )
        )
    return figures


def _per_win_rows(scope: Scope, *, meetings: bool) -> ir.Table:
    if not meetings:
        return _done_rows(scope)
    rows = _held(scope)
    return event_rows(scope, rows.mutate(id=rows.activity_id), *SHOWN, order=("day", "id"))


# ---- how many a won deal took ---------------------------------------------------------------------------------------


def _won_touched(scope: Scope) -> ir.Table:
    """The won deals asked about with how many ``touches`` they took; null where they came before the logs begin."""
    won = deals_with(scope, "closed_day", ("won",))
    known = logs(scope)
    if known is None:
        return won.mutate(touches=ibis.null("int64"), known=ibis.literal(value=False))
    life = scope.deals.select(of_deal="deal", came="created_day", ended="closed_day")
    rows = contacts(scope)
    rows = rows.join(life, rows.deal == life.of_deal)
    rows = rows.filter(rows.day.between(rows.came, rows.ended))
    touched = rows.group_by("of_deal").aggregate(touches=rows.count())
    both = won.left_join(touched, won.deal == touched.of_deal).drop("of_deal")
    seen = both.created_day.between(ibis.literal(known.first), ibis.literal(known.last))
    seen &= both.closed_day.notnull() & (both.closed_day <= ibis.literal(known.last))
    return both.mutate(
        touches=ibis.ifelse(seen, both.touches.fill_null(0), ibis.null("int64")), known=ibis.literal(value=True)
    )


def _touches_statistics(scope: Scope) -> ir.Table:
    deals = _won_touched(scope)
    return grouped(scope, deals, "touches", "known", n=deals.count())


def _touches_to_close(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        n, known = integers(rows, "n"), any(rows["known"].to_pylist())
        seen = np.array(rows["touches"].is_valid().to_pylist(), dtype=bool)
        sample = Sample.count(integers(rows, "touches")[seen], n[seen])
        mean = sample.mean()
        before = int(n[~seen].sum())
        why = "measures.none_won"
        if before:
            why = "measures.none_in_log" if known else "measures.no_log"
        figures.append(
            estimated(
                scope,
                "touches_to_close",
                mean,
                Unit.NUMBER,
                n=sample.n,
                by=by,
                why=Message(why) if mean.value is None else None,
                beside={"before_log": before},
            )
        )
    return figures


def _touches_rows(scope: Scope) -> ir.Table:
    return shown(scope, _won_touched(scope), "touches")


# ---- how many a working day holds -----------------------------------------------------------------------------------


def _daily(scope: Scope) -> ir.Table:
    """What people did, with the first and the last day on which each of them did anything."""
    rows = done(scope)
    of_person = {"group_by": "by"}
    return asked(
        scope, rows.mutate(began=rows.day.min().over(**of_person), ended=rows.day.max().over(**of_person)), "day"
    )


def _daily_statistics(scope: Scope) -> ir.Table:
    """How much each person of a group did, and the days they are seen: ``by``, ``began``, ``ended``, ``n``."""
    rows = _daily(scope)
    return grouped(scope, rows, "by", "began", "ended", n=rows.count())


def _activities_per_day(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        people, n = rows["by"].to_pylist(), integers(rows, "n")
        named = np.array([name is not None for name in people], dtype=bool)
        spans = zip(rows["began"].to_pylist(), rows["ended"].to_pylist(), people, strict=True)
        days = sum(_working(scope, by, began, ended) for began, ended, name in spans if name is not None)
        acts = int(n[named].sum()) if len(n) else 0
        by_clock = any(name in CLOCK for name in scope.by)
        told = days > 0 and not by_clock
        why = "measures.not_by_clock" if by_clock else "measures.no_person_acts" if len(n) else "measures.no_log"
        figures.append(
            Figure(
                "activities_per_day",
                acts / days if told else None,
                Unit.NUMBER,
                n=acts,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=None if told else Message(why),
                beside={"days": days, "people": int(named.sum()), "left_out": int(n[~named].sum()) if len(n) else 0},
            )
        )
    return figures


def _working(scope: Scope, by: dict[str, Cell], began: dt.date, ended: dt.date) -> int:
    """Working days of a person in a group's stretch of time, between the first and the last day that they are seen."""
    start, end = began, ended + ONE_DAY
    for stretch in (scope.period, _stretch(by)):
        if stretch is not None:
            start, end = max(start, stretch.start), min(end, stretch.end)
    return _days(scope.calendar, start, end)


def _stretch(by: dict[str, Cell]) -> Period | None:
    """The smallest stretch of days that the group's parts of time name."""
    found: list[Period] = []
    for name, value in by.items():
        if name in GRAINS and isinstance(value, str):
            period = Period.parse(value)
            if name == TimeGrain.WEEK.value:
                period = Period(period.start, period.start + 7 * ONE_DAY, value)
            found.append(period)
    return min(found, key=lambda period: period.end - period.start, default=None)


def _days(calendar: Calendar, start: dt.date, end: dt.date) -> int:
    return len(calendar.working_days(start - ONE_DAY, end - ONE_DAY)) if start < end else 0


def _daily_rows(scope: Scope) -> ir.Table:
    return event_rows(scope, _daily(scope), *SHOWN, order=("day", "id"))


def _measure(
    measure: str,
    unit: Unit,
    *,
    statistics: Callable[[Scope], ir.Table],
    finish: Callable[[pa.Table, Scope], list[Figure]],
    rows: Callable[[Scope], ir.Table],
    source: str,
    date_column: str = "day",
    family: Family = Family.ACTIVITY,
) -> Measure:
    is_count = unit is Unit.COUNT
    of_deals = date_column == "closed_day"
    return Measure(
        id=measure,
        kind=Kind.SIMPLE if is_count else Kind.RATIO,
        unit=unit,
        family=family,
        grain=Grain.DEAL if of_deals else Grain.ACTIVITY,
        date_column=date_column,
        censoring=Censoring.CLOSED_ONLY if of_deals else Censoring.NONE,
        good=Good.UP if is_count or family is Family.PEOPLE else Good.NEITHER,
        source=source,
        statistics=statistics,
        finish=finish,
        rows=rows,
        minimum=0 if is_count else FEW,
        has_rival=measure in ("activities_per_win", "activities_per_day"),
    )


DOING = (
    _measure(
        "activities",
        Unit.COUNT,
        statistics=_done_statistics,
        finish=_activities,
        rows=_done_rows,
        source="Salesforce, Task and Event that are completed; notes and tasks of one's own are no contact",
    ),
    _measure(
        "touches_to_close",
        Unit.NUMBER,
        statistics=_touches_statistics,
        finish=_touches_to_close,
        rows=_touches_rows,
        source="touches per won deal; interval: Student 1908",
        date_column="closed_day",
    ),
    _measure(
        "activities_per_win",
        Unit.NUMBER,
        statistics=partial(_per_win_statistics, meetings=False),
        finish=partial(_per_win, measure="activities_per_win"),
        rows=partial(_per_win_rows, meetings=False),
        source="activity ratio: activities ÷ deals won in the same period",
    ),
    _measure(
        "meetings_per_win",
        Unit.NUMBER,
        statistics=partial(_per_win_statistics, meetings=True),
        finish=partial(_per_win, measure="meetings_per_win"),
        rows=partial(_per_win_rows, meetings=True),
        source="activity ratio: meetings held ÷ deals won in the same period",
    ),
    _measure(
        "activities_per_day",
        Unit.NUMBER,
        statistics=_daily_statistics,
        finish=_activities_per_day,
        rows=_daily_rows,
        source="activity rate: activities ÷ working days of the people who did them",
        family=Family.PEOPLE,
    ),
)
