"""Which open deals to call, and why: those with most to gain now, each with its reason and next step in words."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures import Scope, dwell, open_stays
from yaad.measures.dimensions import floats, integers
from yaad.measures.statistics.spells import Floats
from yaad.measures.winning import StageChances
from yaad.model import DwellRow
from yaad.text import Message

LARGE_SHARE = 0.8
"""An amount above that of this share of open deals is large."""
MOST = 0.5
LOOKED_AT = 50
"""Deals that are looked at together, where some of the first are of who asks not to be contacted."""
DETAILS = ("deal_id", "name", "account", "contact", "owner", "amount", "currency", "phone", "email", "next_step")


@dataclass(frozen=True)
class CallDeal:
    """An open deal to call.

    Attributes:
        name: the deal's name; the account's, the contact's or the id where it has none.
        amount: None when it has none; its currency may be unknown.
        stage: where it is now; `days` since it came there, None when unknown.
        why: the reason, in one or two sentences; `reasons` apart.
        waiting: how long it has been in its stage, against what is usual there.
        next_step: what the deal itself says, else what to do.
        chance: of being won, 0–1, for ranking.
        number: the book's own number of the deal.
    """

    deal_id: str
    name: str
    owner: str | None
    stage: str
    amount: float | None
    currency: str | None
    phone: str | None
    days: float | None
    why: Message
    reasons: tuple[Message, ...]
    waiting: Message
    next_step: Message | str
    chance: float
    number: int = 0


@dataclass(frozen=True)
class _Candidates:
    """The open deals, one place in each array a deal."""

    numbers: np.ndarray
    stages: list[str]
    places: np.ndarray
    days: Floats
    amounts: Floats
    overdue: np.ndarray
    chances: Floats

    def best(self, limit: int) -> np.ndarray:
        """The places of the first ones by what is to be gained: chance × amount; the chance alone where money is dark.

        A deal without an amount among deals with amounts counts as a middling one. Of equals the one that waits longest
        comes first, those in their stage for an unknown time last, then the one that came first.
        """
        worth = self.chances
        if len(self.amounts) and np.count_nonzero(self.amounts > 0) > MOST * len(self.amounts):
            worth = self.chances * np.where(self.amounts > 0, self.amounts, np.median(self.amounts[self.amounts > 0]))
        return np.lexsort((self.numbers, -np.nan_to_num(self.days), np.isnan(self.days), -worth))[:limit]

    @property
    def large(self) -> float:
        """From which amount on a deal is large."""
        known = self.amounts[self.amounts > 0]
        return float(np.quantile(known, LARGE_SHARE)) if len(known) else np.inf


def deals_to_call(scope: Scope, limit: int = 10, known: Mapping[int, float] | None = None) -> list[CallDeal]:
    """The open deals with most to gain, first the best; never a closed one, nor one of who asks not to be contacted.

    Args:
        scope: the question; its period is by the day the deal came to its stage.
        limit: how many at most.
        known: the book's number of a deal → its chance, where a better way tells it than stage and age.
    """
    whole = scope.asking(by=())
    chances = StageChances.of(whole)
    deals = _candidates(whole, chances, known or {})
    order = deals.best(len(deals.numbers)).tolist()
    usual = dict(enumerate(dwell(whole.asking(all_time=True))[0].stages))
    reasons = _Reasons(whole, chances, usual, deals)
    found: list[CallDeal] = []
    at, part = 0, min(limit, len(order))
    while len(found) < limit and at < len(order):
        places = order[at : at + part]
        details = _details(scope, deals.numbers[places], is_all=part == len(order))
        told = ((details[int(deals.numbers[place])], place) for place in places)
        found += [
            _call(row, deals, place, reasons)
            for row, place in told
            if not scope.opt_outs.of(row["phone"], row["email"])
        ]
        at, part = at + part, max(part, LOOKED_AT)
    return found[:limit]


def _details(scope: Scope, numbers: np.ndarray, *, is_all: bool) -> dict[int, dict[str, Any]]:
    """The book's number of a deal → what is told of it, of these deals or of all open ones."""
    rows = scope.deals
    rows = rows.filter(rows.outcome == "open" if is_all else rows.deal.isin([int(one) for one in numbers]))
    return {row["deal"]: row for row in scope.run(rows.select("deal", *DETAILS)).to_pylist()}


def _candidates(scope: Scope, chances: StageChances, known: Mapping[int, float]) -> _Candidates:
    rows = scope.rows(_open)
    places, days = integers(rows, "place"), floats(rows, "days")
    stages = rows["stage"].to_pylist()
    # the stay is that of the furthest stage with a history; a deal that stands elsewhere now came there unknown when
    elsewhere = [stage != scope.stages[place] for stage, place in zip(stages, places.tolist(), strict=True)]
    days = np.where(elsewhere, np.nan, days)
    numbers = integers(rows, "deal")
    by_age = chances.chances(places, days)
    chance = np.array([known.get(deal, by_age[at]) for at, deal in enumerate(numbers.tolist())], dtype=np.float64)
    overdue = _days_since(rows["expected_close_day"], scope.as_of)
    return _Candidates(numbers, stages, places, days, np.nan_to_num(floats(rows, "amount")), overdue, chance)


def _open(scope: Scope) -> ir.Table:
    stays = open_stays(scope).select("deal", "place", "days")
    deals = scope.deals.select(of_deal="deal", amount="amount", expected_close_day="expected_close_day", stage="stage")
    return stays.join(deals, stays.deal == deals.of_deal).drop("of_deal")


def _days_since(days: pa.ChunkedArray, as_of: dt.date) -> np.ndarray:
    """Days from each date to the data's day; 0 where there is none or it is still to come."""
    return np.array([max((as_of - day).days, 0) if day else 0 for day in days.to_pylist()], dtype=np.int64)


@dataclass(frozen=True)
class _Reasons:
    """Why a deal is worth a call."""

    scope: Scope
    chances: StageChances
    usual: dict[int, DwellRow]
    deals: _Candidates

    def of(self, at: int) -> Iterator[Message]:
        """The reasons for the deal at this place, the weightiest first."""
        if self.deals.overdue[at]:
            yield Message("insight.why_overdue", {"n": int(self.deals.overdue[at])})
        if self.is_late(at):
            yield self.waiting(at)
        if self.deals.amounts[at] >= self.deals.large:
            yield Message("insight.why_large")
        if self.is_hot(at):
            yield self.near(int(self.deals.places[at]))
        if not self.is_late(at):
            yield self.waiting(at)

    def is_late(self, at: int) -> bool:
        """Whether it has been in its stage longer than half of the deals."""
        usual = self.usual[int(self.deals.places[at])]
        return usual.median_days is not None and bool(self.deals.days[at] > usual.median_days)

    def is_stuck(self, at: int) -> bool:
        """Whether it has been in its stage longer than 4 of 5 deals."""
        usual = self.usual[int(self.deals.places[at])]
        return usual.p80_days is not None and bool(self.deals.days[at] > usual.p80_days)

    def is_hot(self, at: int) -> bool:
        """Whether it is in the last stage of several: nearest to closing."""
        place = int(self.deals.places[at])
        return place > 0 and place == len(self.scope.stages) - 1 and self.deals.stages[at] == self.scope.stages[place]

    def waiting(self, at: int) -> Message:
        """How long it has been in its stage, against what is usual there."""
        stage, days = self.deals.stages[at], self.deals.days[at]
        if np.isnan(days):
            return Message("insight.why_unknown", {"stage": stage})
        values: dict[str, object] = {"n": int(days), "stage": stage}
        if not values["n"]:
            return Message("insight.why_just_came", values)
        if self.is_stuck(at):
            return Message("insight.why_stuck", values)
        if self.usual[int(self.deals.places[at])].median_days is None:
            return Message("insight.why_days", values)
        return Message("insight.why_late" if self.is_late(at) else "insight.why_fresh", values)

    def near(self, place: int) -> Message:
        """How many of the deals in the stage are won in the end: of 10, of 100 where that would be none."""
        share, of = self.chances.from_stage(place), 10
        if round(share * of) < 1:
            of = 100
        return Message("insight.why_near", {"stage": self.scope.stages[place], "won": round(share * of), "of": of})


def _call(row: dict[str, object], deals: _Candidates, at: int, reasons: _Reasons) -> CallDeal:
    found = tuple(reasons.of(at))
    why = found[0] if len(found) == 1 else Message("insight.two", {"first": found[0], "second": found[1]})
    days, amount = deals.days[at], deals.amounts[at]
    name = row["name"] or row["account"] or row["contact"] or row["deal_id"]
    return CallDeal(
        deal_id=str(row["deal_id"]),
        name=str(name),
        owner=_text(row["owner"]),
        stage=deals.stages[at],
        amount=float(amount) if amount else None,
        currency=_text(row["currency"]),
        phone=_text(row["phone"]),
        days=None if np.isnan(days) else float(days),
        why=why,
        reasons=found,
        waiting=reasons.waiting(at),
        next_step=_text(row["next_step"]) or _step(reasons, at),
        chance=float(deals.chances[at]),
        number=int(deals.numbers[at]),
    )


def _step(reasons: _Reasons, at: int) -> Message:
    if reasons.deals.overdue[at]:
        return Message("insight.step_date")
    if reasons.is_stuck(at):
        return Message("insight.step_decide")
    return Message("insight.step_close" if reasons.is_hot(at) else "insight.step_call")


def _text(value: object) -> str | None:
    return str(value) if value else None
