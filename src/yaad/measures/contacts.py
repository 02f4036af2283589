"""Contacts: calls and activities in one table, each with the deal that it belongs to, and what the logs can tell.

A contact is *outgoing* when the company made it, a *try* when it was an outgoing call, a *talk* when both sides spoke:
an answered call, a meeting or visit that took place, a message that came in. An *answer* is what the company made, or a
talk that is no message: who writes again has not been answered by that. Notes and tasks are no contact, and what
is planned, called off or dated after the data's day has not happened.

Logs begin some day: of inquiries that came before the first row nobody knows how they were answered. A log whose last
row is more than a week before the data's day has ended with it.
"""

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from yaad.measures.kinds import Did, Went, did_what, state_of, told_of
from yaad.measures.pictures import once_a_picture
from yaad.measures.scope import Scope

ENDED = 7
"""Days without a row after which a log is taken to have ended."""


@dataclass(frozen=True)
class Logs:
    """From when until when contacts were written down.

    Attributes:
        first: the day of the first one.
        last: the last day on which they can be trusted to be all there.
    """

    first: dt.date
    last: dt.date


def contacts(scope: Scope) -> ir.Table:
    """All contacts of known deals up to the data's day.

    Columns: ``deal``, ``by``, ``at``, ``day``, ``whole_day``, ``is_out``, ``is_try``, ``is_talk``, ``is_answer``.
    """
    return _of_activities(scope).union(of_calls(scope), distinct=False)


def of_calls(scope: Scope) -> ir.Table:
    """The calls among `contacts`; a call whose log says neither way is taken as outgoing."""
    calls = scope.table("calls")
    calls = calls.filter(calls.day.notnull() & (calls.day <= ibis.literal(scope.as_of)))
    numbers = scope.deals.select(number="deal", called="deal_id")
    rows = calls.join(numbers, calls.deal_id == numbers.called)
    is_out = is_outgoing(rows)
    return rows.select(
        deal=rows.number,
        by=rows.by,
        at=rows["at"],
        day=rows.day,
        whole_day=truth(rows.whole_day),
        is_out=is_out,
        is_try=is_out,
        is_talk=is_answered(rows),
        is_answer=is_out | is_answered(rows),
    )


def is_outgoing(calls: ir.Table) -> ir.BooleanValue:
    """Whether the company made a call."""
    return calls.direction.fill_null("out") != "in"


def is_answered(calls: ir.Table) -> ir.BooleanValue:
    """Whether both sides spoke: the log says so, or else the call lasted."""
    lasted = calls.seconds > ibis.literal(0.0, type="float64")
    return truth(ibis.coalesce(calls.answered, lasted))


def _of_activities(scope: Scope) -> ir.Table:
    rows = happened(scope)
    rows = rows.filter(rows.deal.notnull()).semi_join(scope.deals.select("deal"), "deal")
    told = told_of(scope)
    came_in = truth(rows.kind.isin(sorted(told.incoming))) if told.incoming else ibis.literal(value=False)
    took_place = rows.went != Went.NO_SHOW.value
    with_both = rows.did.isin([Did.MEETING.value, Did.VISIT.value, Did.WALK_IN.value, Did.CALL.value])
    is_out = ~came_in & (rows.did != Did.WALK_IN.value)
    spoke = with_both & took_place
    return rows.select(
        "deal",
        "by",
        "at",
        "day",
        whole_day=truth(rows.whole_day),
        is_out=is_out,
        is_try=is_out & (rows.did == Did.CALL.value),
        is_talk=spoke | ((rows.did == Did.MESSAGE.value) & came_in),
        is_answer=is_out | spoke,
    )


def happened(scope: Scope) -> ir.Table:
    """The activities with a customer up to the data's day, with what was done (``did``) and how it ``went``.

    Notes, tasks, and what is planned or was called off are not among them; ``went`` is empty where nobody said.
    """
    told, rows = told_of(scope), scope.table("activities")
    rows = rows.filter(rows.day.notnull() & (rows.day <= ibis.literal(scope.as_of)))
    rows = rows.mutate(did=did_what(rows, told), went=state_of(rows, told).fill_null(""))
    is_off = rows.went.isin([Went.PLANNED.value, Went.CANCELLED.value])
    return rows.filter((rows.did != Did.NOTE.value) & ~is_off)


def planned_on(scope: Scope, day: dt.date) -> ir.Table:
    """What is planned with customers of known deals for a day: ``deal_id``, ``did``, ``at``, ``whole_day``, ``text``.

    What happened since, or was called off, is planned no more.

    Args:
        scope: the question, seen from that day or a later one.
        day: by the company's clock.
    """
    told, rows = told_of(scope), scope.table("activities")
    rows = rows.filter(rows.deal.notnull() & (rows.day == ibis.literal(day)))
    rows = rows.semi_join(scope.deals.select("deal"), "deal")
    rows = rows.mutate(did=did_what(rows, told), went=state_of(rows, told).fill_null(""))
    rows = rows.filter((rows.did != Did.NOTE.value) & (rows.went == Went.PLANNED.value))
    return rows.select("deal_id", "did", "at", "text", whole_day=truth(rows.whole_day))


def done(scope: Scope) -> ir.Table:
    """Everything that people did with customers by the data's day, of known deals or not: `happened` and all calls.

    Columns: ``id``, ``deal_id``, ``by``, ``kind`` (of a call: ``call``), ``at``, ``day``, ``whole_day``. What belongs
    to no inquiry is left out.
    """
    activities, calls = happened(scope), scope.table("calls")
    calls = calls.filter(calls.day.notnull() & (calls.day <= ibis.literal(scope.as_of)))
    if scope.left_out is not None:
        left = scope.left_out.select("deal_id")
        activities, calls = activities.anti_join(left, "deal_id"), calls.anti_join(left, "deal_id")
    columns = ("deal_id", "by", "kind", "at", "day", "whole_day")
    calls = calls.mutate(kind=ibis.literal(Did.CALL.value))
    return activities.select(id=activities.activity_id, **{name: activities[name] for name in columns}).union(
        calls.select(id=calls.call_id, **{name: calls[name] for name in columns}), distinct=False
    )


@once_a_picture
def logs(scope: Scope) -> Logs | None:
    """From when until when the calls and activities of a book were written down; None where there are none."""
    return _ends(scope, "activities", "calls")


@once_a_picture
def call_log(scope: Scope) -> Logs | None:
    """The same of the calls alone."""
    return _ends(scope, "calls")


def _ends(scope: Scope, *tables: str) -> Logs | None:
    ends = []
    for name in tables:
        found = scope.rows(_first_and_last, name).to_pylist()[0]
        if found["first"] is not None:
            ends.append((found["first"], found["last"]))
    if not ends:
        return None
    last = max(last for _, last in ends)
    has_ended = (scope.as_of - last).days > ENDED
    return Logs(min(first for first, _ in ends), last if has_ended else scope.as_of)


def _first_and_last(scope: Scope, name: str) -> ir.Table:
    rows = scope.table(name)
    rows = rows.filter(rows.day <= ibis.literal(scope.as_of))
    return rows.aggregate(first=rows.day.min(), last=rows.day.max())


def truth(flag: ir.Value) -> ir.BooleanValue:
    """The flag; nothing said is no."""
    return ibis.coalesce(flag, ibis.literal(value=False))
