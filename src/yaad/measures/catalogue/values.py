"""Money: won and open value, the win rate by value, the mean and the typical deal.

An amount that is empty or 0 is no amount. Where most of the deals that a figure is about have none, no figure is
given. Currencies, and amounts with and without VAT, are never added up.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.measures.catalogue.deals import CLOSED, deal_rows, deals_with
from yaad.measures.definition import AsOf, Censoring, Family, Good, Kind, Measure, Unit
from yaad.measures.dimensions import floats, grouped, groups, integers
from yaad.measures.scope import Scope
from yaad.measures.statistics import LEVEL, Estimate, Sample, share_of_sum
from yaad.model import Tax, single_unit
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

MOST = 0.5


def _told(scope: Scope, day: str, outcomes: tuple[str, ...]) -> ir.Table:
    """The deals asked about, and whether each has an amount."""
    deals = deals_with(scope, day, outcomes)
    return deals.mutate(has_amount=deals.amount.notnull() & (deals.amount != 0))


def value_statistics(scope: Scope, *, day: str, outcomes: tuple[str, ...]) -> ir.Table:
    """Deals, and the sum and the sum of squares of their amounts, per outcome, currency and tax."""
    deals = _told(scope, day, outcomes)
    plain = deals.amount.cast("float64")
    sums = {"n": deals.count(), "total": deals.amount.sum(), "squares": (plain * plain).sum()}
    return grouped(scope, deals, "outcome", "currency", "tax", "has_amount", **sums)


def _amounts(scope: Scope, *, day: str, outcomes: tuple[str, ...]) -> ir.Table:
    """How many deals have each amount, per outcome, currency and tax."""
    deals = _told(scope, day, outcomes)
    return grouped(scope, deals, "outcome", "currency", "tax", "has_amount", "amount", n=deals.count())


def _with_amount(rows: pa.Table) -> pa.Table:
    return rows.filter(rows["has_amount"])


def _missing(rows: pa.Table, outcome: str) -> Message | None:
    """The reason why no figure is given: most deals of this outcome have no amount."""
    these = rows.filter(pc.equal(rows["outcome"], outcome))
    every, having = int(integers(these, "n").sum()), int(integers(_with_amount(these), "n").sum())
    if not every:
        return None
    if (every - having) / every > MOST:
        return Message(f"measures.no_amounts_{outcome}", {"n": every - having, "of": every})
    return None


def _unit(rows: pa.Table) -> str | None:
    """The one currency of the amounts to be added up.

    Raises:
        InputError: more than one currency, or amounts with VAT beside amounts without.
    """
    known = _with_amount(rows)
    single_unit(None if tax in (None, Tax.UNKNOWN.value) else tax for tax in known["tax"].to_pylist())
    return single_unit(known["currency"].to_pylist())


def _total(rows: pa.Table) -> float:
    amounts = [amount for amount in _with_amount(rows)["total"].to_pylist() if amount is not None]
    return float(sum(amounts, Decimal(0)))


def _beside(rows: pa.Table) -> dict[str, Cell]:
    without = rows.filter(pc.invert(rows["has_amount"]))
    return {"without_amount": int(integers(without, "n").sum())}


def finish_value(table: pa.Table, scope: Scope, *, measure: str, outcome: str) -> list[Figure]:
    """The sum of the amounts in each group, from rows of `value_statistics`; none where most have no amount.

    Raises:
        InputError: amounts of mixed currency or tax in one group.
    """
    figures = []
    for by, rows in groups(scope, table):
        unit, why = _unit(rows), _missing(rows, outcome)
        figures.append(
            Figure(
                measure,
                None if why else _total(rows),
                unit,
                n=int(integers(_with_amount(rows), "n").sum()),
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=why,
                beside=_beside(rows),
                variance=_squares(_with_amount(rows))[0],
            )
        )
    return figures


def _finish_typical(
    table: pa.Table, scope: Scope, *, measure: str, estimate: Callable[[Sample], Estimate]
) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        unit, why = _unit(rows), _missing(rows, "won")
        known = _with_amount(rows)
        sample = Sample.count(floats(known, "amount"), integers(known, "n"))
        value, low, high = estimate(sample)
        if why is None and value is None:
            why = Message("measures.none_won")
        told = why is None
        figures.append(
            Figure(
                measure,
                value if told else None,
                unit,
                n=sample.n,
                as_of=scope.as_of,
                low=low if told else None,
                high=high if told else None,
                level=LEVEL if told and sample.n > 1 else None,
                period=scope.period,
                by=by,
                why=why,
                beside=_beside(rows),
            )
        )
    return figures


def _finish_rate(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        _unit(rows)
        why = _missing(rows, "lost") or _missing(rows, "won")
        known = _with_amount(rows)
        won = known.filter(pc.equal(known["outcome"], "won"))
        n = int(integers(known, "n").sum())
        value, low, high = share_of_sum(n, _total(won), _total(known), *_squares(won, known))
        if why is None and value is None:
            why = Message("measures.none_decided")
        told = why is None
        figures.append(
            Figure(
                "win_rate_value",
                value if told else None,
                Unit.RATE,
                n=n,
                as_of=scope.as_of,
                low=low if told else None,
                high=high if told else None,
                level=LEVEL if told else None,
                period=scope.period,
                by=by,
                why=why,
                beside=_beside(rows),
            )
        )
    return figures


def _squares(*parts: pa.Table) -> tuple[float, ...]:
    return tuple(float(np.nansum(floats(part, "squares"))) for part in parts)


def _value(measure: str, day: str, outcome: str, source: str, *, state: bool = False) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.SIMPLE,
        unit=Unit.MONEY,
        family=Family.VALUE,
        date_column=day,
        as_of=AsOf.STATE if state else AsOf.EVENTS,
        good=Good.UP,
        source=source,
        statistics=partial(value_statistics, day=day, outcomes=(outcome,)),
        finish=partial(finish_value, measure=measure, outcome=outcome),
        rows=partial(deal_rows, day=day, outcomes=(outcome,)),
    )


def _typical(measure: str, estimate: Callable[[Sample], Estimate], source: str) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.RATIO,
        unit=Unit.MONEY,
        family=Family.VALUE,
        date_column="closed_day",
        censoring=Censoring.CLOSED_ONLY,
        good=Good.UP,
        source=source,
        statistics=partial(_amounts, day="closed_day", outcomes=("won",)),
        finish=partial(_finish_typical, measure=measure, estimate=estimate),
        rows=partial(deal_rows, day="closed_day", outcomes=("won",)),
        minimum=FEW,
    )


VALUES = (
    _value("won_value", "closed_day", "won", "Salesforce, sum of Opportunity.Amount where IsWon"),
    _value("open_value", "created_day", "open", "Salesforce, sum of Amount where not IsClosed", state=True),
    Measure(
        id="win_rate_value",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        date_column="closed_day",
        censoring=Censoring.CLOSED_ONLY,
        good=Good.UP,
        source="Oracle Analytics, Opportunity Stage Progression; interval: Cochran 1977, 6.3, and Wilson 1927",
        statistics=partial(value_statistics, day="closed_day", outcomes=CLOSED),
        finish=_finish_rate,
        rows=partial(deal_rows, day="closed_day", outcomes=CLOSED),
        minimum=FEW,
    ),
    _typical("deal_value_mean", Sample.mean, "Salesforce, average deal size; interval: Student 1908"),
    _typical("deal_value_median", Sample.median, "the same deals; interval: Brookmeyer & Crowley 1982"),
)
