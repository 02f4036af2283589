"""How much money the pipeline yields a day: by the field's formula, and by the law of queues that stands behind it.

*Sales velocity* is open deals × share won × mean won amount ÷ days that a won deal takes. By Little's law (Little 1961,
Oper. Res. 9:383) the deals that are in a queue are those that come a day times the days that each stays in it – each,
won or lost. Where lost deals leave sooner or later than won ones, only *throughput*, with the days of all decided
deals, is what the pipeline yields. Open are the deals that stood open at the end of the period; without a period, on
the data's day.
"""

from decimal import Decimal
from functools import partial

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from yaad.measures.catalogue.deals import CLOSED, shown
from yaad.measures.definition import AsOf, Censoring, Family, Good, Kind, Measure, Unit
from yaad.measures.dimensions import grouped, groups, has_grain, in_period, integers, keyed
from yaad.measures.lengths import number
from yaad.measures.scope import Scope
from yaad.model import Tax, single_unit
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

MOST = 0.5


def _parts(scope: Scope) -> ir.Table:
    """Deals with what each of them is in the formula: open at the end, won or lost in the period."""
    deals = keyed(scope, scope.deals, "closed_day")
    closed = deals.outcome.isin(CLOSED) & in_period(scope, deals, "closed_day")
    return deals.mutate(
        is_won=closed & (deals.outcome == "won"),
        is_lost=closed & (deals.outcome == "lost"),
        is_open=_was_open(scope, deals),
        has_amount=deals.amount.notnull() & (deals.amount != 0),
        took=ibis.ifelse(deals.cycle_days >= number(0), deals.cycle_days, ibis.null("float64")),
    )


def _was_open(scope: Scope, deals: ir.Table) -> ir.BooleanValue:
    still = deals.outcome == "open"
    if scope.period is None:
        return still
    end = ibis.literal(scope.period.end)
    later = deals.closed_day.notnull() & (deals.closed_day >= end)
    return deals.created_day.notnull() & (deals.created_day < end) & (still | later)


def _statistics(scope: Scope) -> ir.Table:
    """Counts and sums of each group, amounts apart by currency and tax."""
    deals = _parts(scope)
    paid = deals.is_won & deals.has_amount
    deals = deals.mutate(
        unit=ibis.ifelse(paid, deals.currency, ibis.null("string")),
        taxed=ibis.ifelse(paid, deals.tax, ibis.null("string")),
        is_paid=paid,
    )
    decided = deals.is_won | deals.is_lost
    return grouped(
        scope,
        deals,
        "unit",
        "taxed",
        "is_paid",
        open=deals.count(where=deals.is_open),
        won=deals.count(where=deals.is_won),
        lost=deals.count(where=deals.is_lost),
        total=deals.amount.sum(where=deals.is_paid),
        won_timed=deals.took.count(where=deals.is_won),
        won_days=deals.took.sum(where=deals.is_won),
        timed=deals.took.count(where=decided),
        days=deals.took.sum(where=decided),
    )


def _finish(table: pa.Table, scope: Scope, *, measure: str) -> list[Figure]:
    """Open × share won × mean amount ÷ days, in each group.

    Raises:
        InputError: amounts of mixed currency or tax in one group.
    """
    of_won = measure == "sales_velocity"
    figures = []
    for by, rows in groups(scope, table):
        counts = {name: int(integers(rows, name).sum()) for name in ("open", "won", "lost", "won_timed", "timed")}
        paid = rows.filter(rows["is_paid"])
        single_unit(None if tax in (None, Tax.UNKNOWN.value) else tax for tax in paid["taxed"].to_pylist())
        unit = single_unit(paid["unit"].to_pylist())
        paid_n = int(integers(paid, "won").sum())
        timed = counts["won_timed" if of_won else "timed"]
        why = _why(scope, counts["won"], counts["lost"], paid_n, timed)
        value, beside = None, {"open": counts["open"], "won": counts["won"], "lost": counts["lost"]}
        told: dict[str, Cell] = {**beside}
        if why is None:
            days = _sum(rows, "won_days" if of_won else "days") / timed
            rate = counts["won"] / (counts["won"] + counts["lost"])
            mean = float(sum(paid["total"].to_pylist(), Decimal(0))) / paid_n
            wins = counts["open"] * rate / days if days > 0 else None
            value = None if wins is None else wins * mean
            told |= {"win_rate": rate, "mean_amount": mean, "days": days, "wins_per_day": wins}
            why = Message("measures.none_timed") if wins is None else None
        figures.append(
            Figure(
                measure,
                value,
                unit,
                n=counts["won"] + counts["lost"],
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=why,
                beside=told,
            )
        )
    return figures


def _sum(rows: pa.Table, column: str) -> float:
    return float(pc.sum(rows[column]).as_py() or 0.0)


def _why(scope: Scope, won: int, lost: int, paid: int, timed: int) -> Message | None:
    if has_grain(scope):
        return Message("measures.not_by_time")
    if not won:
        return Message("measures.none_won" if lost else "measures.none_decided")
    if (won - paid) / won > MOST:
        return Message("measures.no_amounts_won", {"n": won - paid, "of": won})
    return None if timed else Message("measures.none_timed")


def _rows(scope: Scope) -> ir.Table:
    deals = _parts(scope)
    return shown(scope, deals.filter(deals.is_open | deals.is_won | deals.is_lost), "is_open")


def _measure(measure: str, source: str) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.DERIVED,
        unit=Unit.MONEY,
        family=Family.VALUE,
        date_column="closed_day",
        as_of=AsOf.STATE,
        censoring=Censoring.OPEN_COUNTED,
        good=Good.UP,
        source=source,
        statistics=_statistics,
        finish=partial(_finish, measure=measure),
        rows=_rows,
        minimum=FEW,
        has_rival=True,
    )


VELOCITY = (
    _measure("sales_velocity", "Salesforce and HubSpot, sales velocity, in money a day"),
    _measure("throughput", "Little 1961, L = λW, with the days of all decided deals"),
)
