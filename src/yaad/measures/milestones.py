"""When deals first came to a stage: single times, and how far they came within a window of days."""

import ibis
import ibis.expr.types as ir

from yaad.measures.lengths import age, days_between, number
from yaad.measures.scope import Scope


def milestones(scope: Scope, deals: ir.Table, start: int, *ends: int) -> ir.Table:
    """`deals` with the days from its beginning to each of `ends`.

    Adds ``days_<end>`` for each end: null when it was not reached or at an unknown time, below 0 when it came before
    the clock started. Adds ``days_lost``, and ``days_seen``, the days that the deal was watched. The clock starts with
    the first entry into the stage at `start` or a later one; at `start` 0 with the deal itself, its first dated entry.
    Deals whose clock never started are left out.

    Args:
        scope: the question.
        deals: `keyed` deals.
        start: place of the stage at which the clock starts.
        ends: places of later stages; won is their count.
    """
    won_at = len(scope.stages)
    # who begins at the first stage begins with the deal itself
    places = sorted({place for place in (start, *ends) if 0 < place < won_at})
    row = _with_entries(scope, deals, places) if places else deals
    won = row.outcome == "won"
    won_time = (
        ibis.ifelse(won, row.closed_at, ibis.null(row.closed_at.type())),
        ibis.ifelse(won, row.closed_day, ibis.null("date")),
    )
    begun, begun_day = (row.created_at, row.created_day) if not start else _reached(row, start, won_time)

    def since(at: ir.TimestampValue, day: ir.DateValue) -> ir.FloatingValue:
        return days_between(begun, at, begun_day, day, row.whole_days)

    times = {end: won_time if end == won_at else _reached(row, end, won_time) for end in ends}
    return row.mutate(
        **{f"days_{end}": since(*time) for end, time in times.items()},
        days_lost=ibis.ifelse(row.outcome == "lost", since(row.closed_at, row.closed_day), ibis.null("float64")),
        days_seen=age(scope, begun, begun_day, row.whole_days),
    ).filter(begun.notnull())


def furthest_within(scope: Scope, deals: ir.Table, days: float) -> ir.Table:
    """Of the deals watched for at least `days` since they came, how many came how far within so many days.

    Columns: ``place``, the furthest stage entered by then (the number of stages when won by then), and ``n``.

    Args:
        scope: the question.
        deals: the deals that it is about; undated ones are left out.
        days: the window; its last day is in it.
    """
    window = number(days)
    mature = deals.filter(age(scope, deals.created_at, deals.created_day, deals.whole_days) >= window)
    begun = mature.select("deal", "created_at", "created_day", begun_whole="whole_days")
    stays = scope.visits.select("deal", "position", "entered", "entered_day").inner_join(begun, "deal")
    since = days_between(stays.created_at, stays.entered, stays.created_day, stays.entered_day, stays.begun_whole)
    timely = stays.filter(since <= window)
    furthest = timely.group_by("deal").aggregate(came_to=timely["position"].max()).rename(of_deal="deal")
    row = mature.join(furthest, mature.deal == furthest.of_deal, how="left")
    closing = days_between(row.created_at, row.closed_at, row.created_day, row.closed_day, row.whole_days)
    won = (row.outcome == "won") & (closing <= window)
    place = ibis.ifelse(won, len(scope.stages), row.came_to.fill_null(0))
    row = row.mutate(place=place.cast("int64"))
    return row.group_by("place").aggregate(n=row.count())


def _with_entries(scope: Scope, deals: ir.Table, places: list[int]) -> ir.Table:
    """`deals` with the first time and day (``at_<place>``, ``day_<place>``) in each place or a later one."""
    visits = scope.visits.filter(scope.visits["position"] >= places[0])
    first = visits.group_by("deal").aggregate(
        **{f"at_{place}": visits.entered.min(where=visits["position"] >= place) for place in places},
        **{f"day_{place}": visits.entered_day.min(where=visits["position"] >= place) for place in places},
    )
    return deals.join(first.rename(of_deal="deal"), deals.deal == first.deal, how="left")


def _reached(
    row: ir.Table, place: int, won_time: tuple[ir.TimestampValue, ir.DateValue]
) -> tuple[ir.TimestampValue, ir.DateValue]:
    """When a deal came to a place: who skipped it on the way to winning came there with the winning."""
    return row[f"at_{place}"].coalesce(won_time[0]), row[f"day_{place}"].coalesce(won_time[1])
