"""How things stood at the end of past periods, for spark lines: open deals, their money, and those that were stuck.

Read from the facts of today in one query each: a deal stood open at the end of a day where one of its stays had begun
and not ended. Its amount is that of today, and stuck is held against today's yardstick, so that the line shows what
moved and not what was corrected. A book looked at from that day (`Book.open` with `as_of`) has those of then.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from yaad.measures.funnels import first_stays
from yaad.measures.lengths import number
from yaad.measures.scope import Scope
from yaad.measures.snapshots import met
from yaad.measures.stuck import stuck_yardstick

SECONDS = 86400.0
Ends = Sequence[dt.date]


def ends_of(scope: Scope, measure: str, ends: Ends) -> list[float | None] | None:
    """The figure of a measure at the end of each of these days; None of one that cannot be told so.

    Args:
        scope: the question; its period and breakdown are not looked at.
        measure: its id.
        ends: days, none after the data's.

    Returns:
        A value a day; None where the data do not reach back so far.
    """
    found = _TOLD.get(measure)
    if found is None or not ends or (found is _open_value and _is_mixed(scope)):
        return None
    whole = scope.asking(by=(), all_time=True)
    since = whole.pipeline.watched_since or dt.date.min
    return [None if end < since else value for end, value in zip(ends, found(whole, ends), strict=True)]


def _is_mixed(scope: Scope) -> bool:
    """Whether the amounts of the deals are of more than one currency or tax."""
    rows = scope.run(scope.deals.filter(scope.deals.amount.notnull()).select("currency", "tax").distinct())
    return bool(rows.num_rows > 1)


def _standing(stays: ir.Table, end: dt.date) -> ir.BooleanValue:
    """Whether a stay had begun and not ended at the end of a day."""
    day = ibis.literal(end)
    return (stays.entered_day <= day) & (stays.left_day.isnull() | (stays.left_day > day))


def _open(scope: Scope, ends: Ends) -> list[float]:
    stays = met(scope)
    counted = {f"at{place}": stays.count(where=_standing(stays, end)) for place, end in enumerate(ends)}
    return _row(scope, stays.aggregate(**counted), len(ends))


def _open_value(scope: Scope, ends: Ends) -> list[float]:
    worth = scope.deals.select(of_deal="deal", worth=scope.deals.amount.cast("float64"))
    stays = met(scope)
    both = stays.join(worth, stays.deal == worth.of_deal)
    summed = {
        f"at{place}": both.worth.sum(where=_standing(both, end)).fill_null(number(0)) for place, end in enumerate(ends)
    }
    return _row(scope, both.aggregate(**summed), len(ends))


def _stuck(scope: Scope, ends: Ends) -> list[float]:
    limits = stuck_yardstick(scope)
    stays = first_stays(scope, scope.visits)
    stays = stays.filter(stays.days.notnull() & stays.entered_day.notnull())
    cases = [(stays["position"] == place, number(limit)) for place, limit in sorted(limits.items())]
    if not cases:
        return [0.0] * len(ends)
    stays = stays.mutate(limit_days=ibis.cases(*cases, else_=ibis.null("float64")))
    over = {f"at{place}": stays.count(where=_is_over(scope, stays, end)) for place, end in enumerate(ends)}
    return _row(scope, stays.aggregate(**over), len(ends))


def _is_over(scope: Scope, stays: ir.Table, end: dt.date) -> ir.BooleanValue:
    """Whether a deal stood in this stage at the end of a day, for longer than the stage's limit."""
    midnight = dt.datetime.combine(end + dt.timedelta(days=1), dt.time(), ZoneInfo(scope.zone)).timestamp()
    by_day = ibis.literal(end).delta(stays.entered_day, unit="day").cast("float64")
    by_time = (number(midnight) - stays.entered.epoch_seconds().cast("float64")) / number(SECONDS)
    age = ibis.ifelse(stays.whole_days, by_day, by_time)
    there = (stays.first_ended == "open") | (stays.days > age)
    return (stays.entered_day <= ibis.literal(end)) & there & (age > stays.limit_days)


def _row(scope: Scope, query: ir.Table, size: int) -> list[float]:
    found = scope.run(query)
    return [float(found[f"at{place}"][0].as_py() or 0) for place in range(size)]


_TOLD: dict[str, Callable[[Scope, Ends], list[float]]] = {"open": _open, "open_value": _open_value, "stuck": _stuck}
"""Measures of how things stand whose past ends can be told."""
