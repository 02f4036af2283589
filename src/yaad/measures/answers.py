"""How long an inquiry waits for its first answer, in opening hours; those that nobody answered yet are counted too.

The wait runs from the moment the inquiry came to the first outgoing call or message, or the first talk, on the same day
or later – a further message of the customer is none –; what was done in between while the company was closed costs
nothing. An inquiry that is still waiting waits until the logs end, one that was closed without an answer until it
closed. An inquiry, an answer or an end that has a date without a time says nothing of hours, and what came before the
logs begin says nothing at all: both are left out and counted.
"""

from enum import StrEnum

import ibis
import ibis.expr.types as ir

from yaad.measures.contacts import Logs, contacts, logs, truth
from yaad.measures.dimensions import asked
from yaad.measures.lengths import SECONDS, counted, number
from yaad.measures.opening import open_seconds_through, with_open_seconds
from yaad.measures.scope import Scope

ANSWER_HOURS = 1.0
"""Opening hours within which an inquiry is to be answered, where the company says nothing else.

Firms that tried to reach a web inquiry within an hour spoke to whoever decides seven times as often as those that tried
an hour later (Oldroyd, McElheran & Elkington 2011, Harvard Business Review 89:28).
"""


class Answer(StrEnum):
    """How an inquiry stands."""

    GIVEN = "given"
    WAITING = "waiting"
    ENDED = "ended"  # closed without an answer
    UNTIMED = "untimed"  # answered or not, hours cannot be told
    BEFORE = "before"  # it came before the logs begin, or after they end
    NO_LOG = "no_log"


def answer_hours(scope: Scope) -> float:
    """Opening hours within which an inquiry is to be answered."""
    minutes = scope.settings.answer_minutes
    return ANSWER_HOURS if minutes is None else minutes / 60


def answer_statistics(scope: Scope) -> ir.Table:
    """Inquiries of each group by how they stand and how long they waited: ``answer``, ``days``, ``n``.

    ``days`` are 24 opening hours each; null where hours cannot be told.
    """
    return counted(scope, inquiries(scope), "answer")


def inquiries(scope: Scope) -> ir.Table:
    """The dated inquiries asked about, with ``answer`` and the ``days`` of opening time that they waited."""
    deals = asked(scope, scope.deals, "created_day")
    deals = deals.filter(deals.created_day.notnull())
    known = logs(scope)
    if known is None:
        nothing = {"days": ibis.null("float64"), "contact_at": ibis.null(deals.created_at.type())}
        return deals.mutate(answer=ibis.literal(Answer.NO_LOG.value), **nothing)
    return _waited(scope, _with_first_contact(scope, deals), known)


def waiting_deals(scope: Scope) -> ir.Table:
    """The open inquiries that nobody answered yet, those without a time of day among them."""
    rows = inquiries(scope)
    return rows.filter(is_waiting(rows))


def waiting_again(scope: Scope) -> ir.Table:
    """Open deals whose customer turned to us again after the last answer, and has none yet: `turned`, `turned_day`.

    What has no answer is a message, or a call that nobody took. Of what has a day alone nobody knows whether it came
    after an answer of that day: it is taken as answered. ``turned`` is the moment of the first one; null where only its
    day is known.
    """
    rows, deals = contacts(scope), scope.deals.filter(scope.deals.outcome == "open")
    timed = ibis.ifelse(rows.whole_day, ibis.null(rows["at"].type()), rows["at"])
    rows = rows.mutate(timed=timed, day_alone=ibis.ifelse(rows.whole_day, rows.day, ibis.null("date")))
    last = (
        rows.filter(rows.is_answer)
        .group_by(of="deal")
        .aggregate(last_day=lambda t: t.day.max(), last_at=lambda t: t.timed.max(), alone=lambda t: t.day_alone.max())
    )
    turned = rows.filter(~rows.is_answer & ~rows.is_out).join(last, rows.deal == last.of)
    same_day = (turned.day == turned.last_day) & truth(turned.timed > turned.last_at)
    same_day &= turned.alone.fill_null(ibis.date(1, 1, 1)) < turned.last_day
    turned = turned.filter((turned.day > turned.last_day) | same_day)
    first = turned.group_by(turned_of="deal").aggregate(
        turned_day=turned.day.min(), turned_at=turned.timed.min(), untimed=turned.day_alone.min()
    )
    is_told = first.untimed.isnull() | (first.untimed > first.turned_day)
    first = first.mutate(turned=ibis.ifelse(is_told, first.turned_at, ibis.null(first.turned_at.type())))
    return deals.join(first, deals.deal == first.turned_of).drop("turned_of", "turned_at", "untimed")


def last_done(scope: Scope) -> ir.Table:
    """Of each deal when it was last answered or moved: ``of_deal``, ``done_at``; ``done_day`` of what has no time."""
    rows, moves = contacts(scope), scope.moves
    rows = rows.filter(rows.is_answer)
    answered = rows.select(of_deal=rows.deal, at=rows["at"], day=rows.day, whole_day=rows.whole_day)
    moved = moves.select(of_deal=moves.deal, at=moves["at"], day=moves.day, whole_day=truth(moves.whole_day))
    both = answered.union(moved, distinct=False)
    timed = ibis.ifelse(both.whole_day, ibis.null(both["at"].type()), both["at"])
    alone = ibis.ifelse(both.whole_day, both.day, ibis.null("date"))
    return both.group_by("of_deal").aggregate(done_at=timed.max(), done_day=alone.max())


def is_waiting(rows: ir.Table) -> ir.BooleanValue:
    """Whether an inquiry of `inquiries` is open and has no answer."""
    return rows.answer == Answer.WAITING.value


def _with_first_contact(scope: Scope, deals: ir.Table) -> ir.Table:
    """`deals` with the day of the first contact since they came, and the first moment where it has a time."""
    came = scope.deals.select(of_deal="deal", came="created_day")
    rows = contacts(scope)
    rows = rows.filter(rows.is_answer)
    rows = rows.join(came, rows.deal == came.of_deal)
    rows = rows.filter(rows.day >= rows.came)
    timed = ibis.ifelse(rows.whole_day, ibis.null(rows["at"].type()), rows["at"])
    day_timed = ibis.ifelse(rows.whole_day, ibis.null("date"), rows.day)
    first = rows.group_by("of_deal").aggregate(
        contact_day=rows.day.min(), contact_at=timed.min(), contact_timed_day=day_timed.min()
    )
    return deals.left_join(first, deals.deal == first.of_deal).drop("of_deal")


def _waited(scope: Scope, deals: ir.Table, known: Logs) -> ir.Table:
    deals = with_open_seconds(
        scope,
        deals,
        known.first,
        open_came=("created_at", "created_day"),
        open_answered=("contact_at", "contact_timed_day"),
        open_closed=("closed_at", "closed_day"),
    )
    is_answered, timed_day = deals.contact_day.notnull(), deals.contact_timed_day
    came_timed = ~(
        truth(deals.whole_days) & _is_day_alone(deals.created_at, deals.created_day, deals.open_came_midnight)
    )
    ended_timed = ~(
        truth(deals.whole_days) & _is_day_alone(deals.closed_at, deals.closed_day, deals.open_closed_midnight)
    )
    answered_timed = truth(timed_day.notnull() & (timed_day == deals.contact_day))
    end = number(open_seconds_through(scope, known.first, known.last))
    still = ibis.ifelse(deals.outcome == "open", end, ibis.least(deals.open_closed.fill_null(end), end))
    until = ibis.ifelse(is_answered, deals.open_answered, still)
    waited = ibis.greatest(until - deals.open_came, number(0)) / number(SECONDS)
    until_timed = ibis.ifelse(is_answered, answered_timed, (deals.outcome == "open") | ended_timed)
    days = ibis.ifelse(came_timed & until_timed, waited, ibis.null("float64"))
    is_seen = deals.created_day.between(ibis.literal(known.first), ibis.literal(known.last))
    answer = ibis.cases(
        (~is_seen, Answer.BEFORE.value),
        (~is_answered & (deals.outcome == "open"), Answer.WAITING.value),
        (days.isnull(), Answer.UNTIMED.value),
        (is_answered, Answer.GIVEN.value),
        else_=Answer.ENDED.value,
    )
    return deals.mutate(answer=answer, days=ibis.ifelse(is_seen, days, ibis.null("float64")))


def _is_day_alone(at: ir.Value, day: ir.Value, begins_day: ir.Value) -> ir.BooleanValue:
    """Whether a moment may stand for a day alone: the day's beginning, by the company's clock or in UTC."""
    in_utc = (
        at.epoch_seconds().cast("float64") == day.delta(ibis.date(1970, 1, 1), unit="day").cast("float64") * SECONDS
    )
    return truth(begins_day) | truth(in_utc)
