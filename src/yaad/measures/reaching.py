"""How many tries it takes to speak with who inquired, and with how many one ever speaks.

A try is an outgoing call, answered or not; reached is who was spoken with: by an answered call in either direction, a
meeting or a visit, or a message that came in. Counted is what happened on the day the inquiry came or later, up to the
first talk. Inquiries of the time before the logs begin are left out and counted.
"""

from enum import StrEnum

import ibis
import ibis.expr.types as ir

from yaad.measures.contacts import call_log, contacts, logs
from yaad.measures.dimensions import asked, grouped
from yaad.measures.kinds import Did, told_of
from yaad.measures.scope import Scope


class Reached(StrEnum):
    """How an inquiry stands."""

    YES = "yes"
    NOT_YET = "not_yet"  # open
    NEVER = "never"  # closed without a talk
    BEFORE = "before"  # it came before the logs begin, or after they end
    NO_LOG = "no_log"


def reach_statistics(scope: Scope) -> ir.Table:
    """Inquiries of each group by how they stand and how many tries were made: ``reached``, ``tries``, ``n``."""
    deals = tried(scope)
    return grouped(scope, deals, "reached", "tries", n=deals.count())


def tried(scope: Scope) -> ir.Table:
    """The dated inquiries asked about, with ``tries``, ``talk_at`` and ``reached``."""
    deals = asked(scope, scope.deals, "created_day")
    deals = deals.filter(deals.created_day.notnull())
    known = logs(scope)
    if known is None or not _tells_calls(scope):
        nobody = {"tries": ibis.literal(0, type="int64"), "talk_at": ibis.null(deals.created_at.type())}
        return deals.mutate(**nobody, reached=ibis.literal(Reached.NO_LOG.value))
    both = _with_tries(scope, deals)
    is_seen = both.created_day.between(ibis.literal(known.first), ibis.literal(known.last))
    reached = ibis.cases(
        (~is_seen, Reached.BEFORE.value),
        (both.talk_at.notnull(), Reached.YES.value),
        (both.outcome == "open", Reached.NOT_YET.value),
        else_=Reached.NEVER.value,
    )
    return both.mutate(tries=both.tries.fill_null(0), reached=reached)


def _tells_calls(scope: Scope) -> bool:
    return call_log(scope) is not None or bool(told_of(scope).kinds_of(Did.CALL))


def _with_tries(scope: Scope, deals: ir.Table) -> ir.Table:
    came = scope.deals.select(of_deal="deal", came="created_day")
    rows = contacts(scope).filter(lambda row: row.is_try | row.is_talk)
    rows = rows.join(came, rows.deal == came.of_deal)
    rows = rows.filter(rows.day >= rows.came)
    talk = ibis.ifelse(rows.is_talk, rows["at"], ibis.null(rows["at"].type()))
    rows = rows.mutate(first_talk=talk.min().over(group_by="of_deal"))
    in_time = rows.first_talk.isnull() | (rows["at"] <= rows.first_talk)
    per_deal = rows.group_by("of_deal").aggregate(
        tries=rows.count(where=rows.is_try & in_time), talk_at=rows.first_talk.min()
    )
    return deals.left_join(per_deal, deals.deal == per_deal.of_deal).drop("of_deal")
