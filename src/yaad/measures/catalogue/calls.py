"""Calls: how many there were, and what part of those that were missed was called back."""

from functools import partial

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import event_rows
from yaad.measures.contacts import Logs, call_log, is_answered, is_outgoing, truth
from yaad.measures.definition import Censoring, Family, Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import asked, grouped, groups, integers
from yaad.measures.finishing import counted_share
from yaad.measures.opening import next_working_days
from yaad.measures.scope import Scope
from yaad.model.figures import FEW, Figure
from yaad.text import Message

SHOWN = ("call_id", "deal_id", "phone", "direction", "answered", "seconds", "at", "by")


def _calls(scope: Scope) -> ir.Table:
    """The dated calls of inquiries up to the data's day."""
    calls = scope.table("calls")
    calls = calls.filter(calls.day.notnull() & (calls.day <= ibis.literal(scope.as_of)))
    return calls if scope.left_out is None else calls.anti_join(scope.left_out.select("deal_id"), "deal_id")


def _count_statistics(scope: Scope) -> ir.Table:
    calls = asked(scope, _calls(scope), "day")
    is_out, is_talk = is_outgoing(calls), is_answered(calls)
    counts = grouped(scope, calls, n=calls.count(), out=calls.count(where=is_out), answered=calls.count(where=is_talk))
    return counts.mutate(known=ibis.literal(call_log(scope) is not None))


def _count(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        n, out, answered = (int(integers(rows, name).sum()) for name in ("n", "out", "answered"))
        known = any(rows["known"].to_pylist())
        figures.append(
            Figure(
                "calls",
                n if known else None,
                Unit.COUNT,
                n=n,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=None if known else Message("measures.no_calls"),
                beside={"out": out, "answered": answered},
            )
        )
    return figures


def _missed(scope: Scope) -> ir.Table:
    """The missed incoming calls asked about, with ``returned``: null while the time for it is not up.

    A call is returned when the same number (of a call without one: the same deal) is called, or calls again and is
    answered, later and by the end of the next working day.
    """
    calls, known = _calls(scope), call_log(scope) or Logs(scope.as_of, scope.as_of)
    who = ibis.coalesce(calls.phone, calls.deal_id)
    calls = calls.mutate(who=who, is_out=is_outgoing(calls), is_talk=is_answered(calls))
    is_sign = (calls.is_out | calls.is_talk) & calls.who.notnull()
    sign = ibis.ifelse(is_sign, calls.day, ibis.null("date"))
    # the least of the signs from the last call of the number back to this one
    later = ibis.cumulative_window(group_by="who", order_by=ibis.desc("at"))
    calls = calls.mutate(sign_day=sign.min().over(later))
    missed = calls.filter(~calls.is_out & ~calls.is_talk)
    days = next_working_days(scope.calendar, known.first, known.last)
    missed = missed.join(days, missed.day == days.open_day, how="left").drop("open_day")
    returned = ibis.cases(
        (truth(missed.sign_day <= missed.next_day), ibis.literal(value=True)),
        (missed.next_day < ibis.literal(known.last), ibis.literal(value=False)),
        else_=ibis.null("boolean"),
    )
    return asked(scope, missed.mutate(returned=returned), "day")


def _missed_statistics(scope: Scope) -> ir.Table:
    missed = _missed(scope)
    counts = grouped(
        scope,
        missed,
        missed=missed.count(),
        returned=missed.count(where=missed.returned),
        undecided=missed.count(where=missed.returned.isnull()),
    )
    return counts.mutate(known=ibis.literal(call_log(scope) is not None))


def _missed_returned(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        missed, returned, undecided = (int(integers(rows, name).sum()) for name in ("missed", "returned", "undecided"))
        n = missed - undecided
        known = any(rows["known"].to_pylist())
        figures.append(
            counted_share(
                scope,
                "missed_returned",
                returned,
                n,
                by,
                why=None if n else Message("measures.none_missed" if known else "measures.no_calls"),
                beside={"missed": missed, "returned": returned, "undecided": undecided},
            )
        )
    return figures


def _call_rows(scope: Scope, *, missed: bool) -> ir.Table:
    if not missed:
        return event_rows(scope, asked(scope, _calls(scope), "day"), *SHOWN, order=("day", "call_id"))
    rows = _missed(scope)
    return event_rows(scope, rows.filter(rows.returned.notnull()), *SHOWN, "returned", order=("day", "call_id"))


CALLS = (
    Measure(
        id="calls",
        kind=Kind.SIMPLE,
        unit=Unit.COUNT,
        family=Family.ACTIVITY,
        grain=Grain.CALL,
        date_column="day",
        good=Good.UP,
        source="HubSpot, calls logged",
        statistics=_count_statistics,
        finish=_count,
        rows=partial(_call_rows, missed=False),
    ),
    Measure(
        id="missed_returned",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        family=Family.ACTIVITY,
        grain=Grain.CALL,
        date_column="day",
        censoring=Censoring.OPEN_APART,
        good=Good.UP,
        source="call centres, callback rate of abandoned calls; interval: Wilson 1927",
        statistics=_missed_statistics,
        finish=_missed_returned,
        rows=partial(_call_rows, missed=True),
        minimum=FEW,
    ),
)
