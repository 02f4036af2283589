"""Which sources to buy more of: what a customer costs from each, by the source's own ratio, drawn towards all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from yaad.errors import InputError
from yaad.measures.statistics.shrinkage import Shrunk
from yaad.model import FEW, Per, SourceCost, read_amount, single_unit
from yaad.plan.people import Past, shrunk_shares
from yaad.text import Message

SURE = 0.8
"""The cheapest source is named without a doubt when it is the cheapest with this chance."""


@dataclass(frozen=True)
class SourcePlan:
    """What a source brings and costs.

    Attributes:
        name: the source; None for deals without one.
        of: its inquiries of the past.
        monthly: inquiries a month now.
        rate: part of its inquiries that becomes a customer, drawn towards all; `low` and `high` in 8 of 10.
        per_inquiry: money an inquiry costs; None when nobody said.
        per_customer: money a customer costs; `customer_low` and `customer_high` in 8 of 10.
        few: fewer than ten decided deals: the rate is mostly that of all.
    """

    name: str | None
    of: int
    monthly: float
    rate: float
    low: float
    high: float
    few: bool
    per_inquiry: float | None = None
    per_customer: float | None = None
    customer_low: float | None = None
    customer_high: float | None = None


@dataclass(frozen=True)
class SourcesPlan:
    """All sources, the cheapest customer first, those without a cost behind.

    Attributes:
        rows: one a source.
        unit: currency of the costs; None when unknown.
        best: chance that the first is the cheapest; None with fewer than two costs.
    """

    rows: tuple[SourcePlan, ...]
    unit: str | None
    best: float | None

    @property
    def words(self) -> Message:
        """Which one to buy more of, and how sure that is."""
        known = [row for row in self.rows if row.per_customer is not None]
        if not known:
            return Message("levers.no_costs")
        name = known[0].name or ""
        if self.best is None:
            return Message("levers.one_cost", {"source": name})
        key = "levers.buy_more" if self.best >= SURE else "levers.buy_unsure"
        return Message(key, {"source": name, "other": known[1].name or ""})


def plan_sources(
    sources: Mapping[str | None, Past], costs: Mapping[str, SourceCost], recent_months: float
) -> SourcesPlan:
    """What a customer of each source costs.

    Args:
        sources: source → what is behind it.
        costs: source → what it costs.
        recent_months: how many months the recent inquiries are of.

    Raises:
        InputError: costs in several currencies.
    """
    unit = single_unit([cost.currency for cost in costs.values()]) if costs else None
    known = {name: past for name, past in sources.items() if past.of}
    rates = shrunk_shares([past.share for past in known.values()])
    rows, draws = [], []
    for (name, past), rate in zip(known.items(), rates, strict=True):
        monthly = past.recent / recent_months
        each = per_inquiry(costs.get(name or ""), monthly)
        rows.append(_row(name, past, monthly, rate, each))
        if each is not None:
            draws.append((rows[-1].per_customer or 0.0, each / np.maximum(rate.draws, 1e-9)))
    draws.sort(key=lambda one: one[0])
    best = None
    if len(draws) > 1:
        best = float(np.mean(draws[0][1] < np.min([one[1] for one in draws[1:]], axis=0)))
    rows.sort(key=lambda row: (row.per_customer is None, row.per_customer or 0.0, row.name or ""))
    return SourcesPlan(tuple(rows), unit, best)


def per_inquiry(cost: SourceCost | None, monthly: float) -> float | None:
    """Money that an inquiry costs; None when nobody said, or when nothing comes for the money of the month."""
    if cost is None:
        return None
    if cost.per is Per.INQUIRY:
        return float(cost.amount)
    return float(cost.amount) / monthly if monthly else None


def read_costs(pairs: Mapping[str, str], unit: str | None = None) -> dict[str, SourceCost]:
    """Costs as typed: source → ``45`` an inquiry, or ``3000/month``.

    Raises:
        InputError: one of them is no amount above 0.

    >>> read_costs({"Search": "3000/month"})["Search"].per.value
    'month'
    """
    costs = {}
    for source, text in pairs.items():
        amount, _, per = text.partition("/")
        kind = {"": Per.INQUIRY, "inquiry": Per.INQUIRY, "month": Per.MONTH}.get(per.strip().casefold())
        money = _positive(amount)
        if kind is None or money is None:
            raise InputError(Message("levers.bad_cost", {"source": source, "text": text}))
        costs[source] = SourceCost(kind, money, unit)
    return costs


def _positive(text: str) -> Decimal | None:
    try:
        amount = read_amount(text)
    except InputError:
        return None
    return amount if amount > 0 else None


def _row(name: str | None, past: Past, monthly: float, rate: Shrunk, each: float | None) -> SourcePlan:
    low, high = rate.range
    row = SourcePlan(name, past.of, monthly, rate.rate, low, high, past.share.decided < FEW, each)
    if each is None:
        return row
    # the cost by the mean ratio; a mean of costs would be drawn up by ratios near 0
    return replace(row, per_customer=each / rate.rate, customer_low=each / high, customer_high=each / max(low, 1e-9))
