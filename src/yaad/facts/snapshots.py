"""What was open at the end of given days: each stay is one up and one down, and a running sum tells the rest."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

UP, DOWN = 1, -1


def open_at(visits: ir.Table, days: Sequence[dt.date], deals: ir.Table | None = None) -> ir.Table:
    """Deals in each stage at the end of each day.

    A stay counts from the day it was entered to the day before it was left. Stays whose day of entering is unknown,
    that ended on an unknown day, or that ended before they began, are not in any day.

    Args:
        visits: a table of the schema STAGE_VISITS.
        days: the days to look at.
        deals: gives the amounts for `value`; without it `value` is null.

    Returns:
        stage, day, open (int64) and value (sum of the amounts known): one row a stage seen and day.
    """
    stays = visits.filter(
        visits.entered_day.notnull()
        & ((visits.ended == "open") | (visits.left_day.notnull() & (visits.left_day >= visits.entered_day)))
    )
    if deals is None:
        stays = stays.select("stage", "entered_day", "left_day", amount=ibis.null("decimal(18, 4)"))
    else:
        amounts = deals.select("deal", "amount")
        stays = stays.join(amounts, "deal").select("stage", "entered_day", "left_day", "amount")
    ups = stays.select("stage", "amount", day=stays.entered_day, change=ibis.literal(UP, type="int64"))
    downs = stays.filter(stays.left_day.notnull())
    downs = downs.select("stage", amount=-downs.amount, day=downs.left_day, change=ibis.literal(DOWN, type="int64"))
    changes = ups.union(downs, distinct=False)
    daily = changes.group_by("stage", "day").aggregate(change=changes.change.sum(), value=changes.amount.sum())
    daily = daily.mutate(looked_at=ibis.literal(0, type="int8"))
    wanted = ibis.array([ibis.literal(day) for day in sorted(set(days))])
    blank = daily.select("stage").distinct()
    blank = blank.select("stage", day=wanted.unnest())
    blank = blank.mutate(
        change=ibis.literal(0, type="int64"),
        value=ibis.null(daily.value.type()),
        looked_at=ibis.literal(1, type="int8"),
    )
    rows = daily.union(blank.select(*daily.columns), distinct=False)
    so_far = ibis.cumulative_window(group_by="stage", order_by=["day", "looked_at"])
    rows = rows.mutate(open=rows.change.sum().over(so_far), value=rows.value.sum().over(so_far))
    return rows.filter(rows.looked_at == 1).select("stage", "day", "open", "value")
