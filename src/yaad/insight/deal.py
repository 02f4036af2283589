"""One deal as people work on it: where it stands, how sure it is, what is next, and all that happened to it.

How long it has been in its stage, and from when on it is stuck there, is as on the board; its chance is that of
`win_chances`, and withheld where those are. What people wrote is told by their entries, the rest by the tables.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np

from yaad.facts import undone
from yaad.insight.board import name_of
from yaad.insight.timeline import Happened, Row, number_of, timeline
from yaad.insight.winning import Level, WinChances
from yaad.measures import Scope, dwell, open_stays
from yaad.measures.purchases import purchases
from yaad.measures.retention import contracts_of, has_contracts
from yaad.measures.stuck import stuck_yardstick
from yaad.measures.winning import StageChances
from yaad.model import DealEntry, OptOutEntry
from yaad.model.leaving import lacking, lines_of
from yaad.model.opt_outs import OPT_OUTS
from yaad.text import Message

MOST = 200
"""So many lines of a timeline are told; the others are counted."""
OTHERS = 5
"""So many other deals of the customer are told."""


@dataclass(frozen=True)
class Other:
    """Another deal of the same customer."""

    deal_id: str
    name: str
    stage: str
    outcome: str
    amount: float | None
    currency: str | None


@dataclass(frozen=True, kw_only=True)
class Deal:
    """One deal.

    Attributes:
        deal_id: the source's id.
        name: what it is called.
        stage, outcome: where it stands; `outcome` is open, won, lost or not_inquiry.
        values: column of deals → what it says.
        custom: the company's own columns.
        days: since it came to its stage; None when unknown, or when it has ended.
        usual_days: half of the deals have left the stage by then; None when nobody can tell.
        limit_days: after so many it is stuck there.
        waiting: how long it has been there, against what is usual.
        chance: to be won, 0–1; None where it is not told.
        reasons: why, the weightiest first.
        withheld: why no chance is told.
        share: of the deals that came to its stage, the part that is won in the end; None where nobody can tell.
        is_overdue: the day of the next step is over.
        has_page: the customer bought something, so that there is more to tell of them.
        others, others_more: other deals of the customer, the latest first, and how many are not told.
        needed: what its stage asks before it goes on.
        lacks: what it went on without of what earlier stages asked.
        plans: what is planned and nobody has settled, the next first, also where its line is not told.
        happened: the timeline, the latest first.
        more: lines that are not told.
        as_of: the data's day.
        asked_not: what the customer asks, not to be called before all.
        agreed: the touch with the words that the customer agreed to last; None: to none.
    """

    deal_id: str
    name: str
    stage: str
    outcome: str
    values: Mapping[str, Any]
    custom: Mapping[str, str]
    days: float | None
    usual_days: float | None
    limit_days: float | None
    waiting: Message | None
    chance: float | None
    reasons: tuple[Message, ...]
    withheld: Message | None
    share: float | None
    is_overdue: bool
    has_page: bool
    others: tuple[Other, ...]
    others_more: int
    needed: tuple[str, ...]
    lacks: tuple[str, ...]
    plans: tuple[Happened, ...]
    happened: tuple[Happened, ...]
    more: int
    as_of: dt.date
    asked_not: tuple[OptOutEntry, ...] = ()
    agreed: Happened | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.outcome == "open"

    @property
    def is_stuck(self) -> bool:
        """Whether it has been in its stage longer than 4 of 5 deals are."""
        return self.days is not None and self.limit_days is not None and self.days > self.limit_days

    @property
    def has_no_step(self) -> bool:
        """Whether nothing is agreed."""
        return not self.values["next_step"] and self.values["next_step_day"] is None

    @property
    def level(self) -> Level | None:
        """The chance in one word."""
        return None if self.chance is None else Level.of(self.chance)

    @property
    def ended(self) -> Happened | None:
        """How it was won or lost, where it was."""
        if self.is_open:
            return None
        return next((one for one in self.happened if one.kind.value == self.outcome), None)


@dataclass(frozen=True)
class Beside:
    """What is known of a deal beside the tables.

    Attributes:
        entries: what people wrote of it, up to the day that it is seen from.
        told: column → what the source says, of those of which people wrote.
        chances: of the open deals, where they were computed for these data.
    """

    entries: Sequence[DealEntry]
    told: Mapping[str, str | None]
    chances: WinChances | None


def one_deal(scope: Scope, row: Row, beside: Beside, today: dt.date) -> Deal:
    """One deal.

    Args:
        scope: the facts.
        row: of the deal, as its viewer sees it.
        beside: see there.
        today: by which a next step is overdue.
    """
    whole = scope.asking(by=(), all_time=True)
    time = _time(whole, row) if row["outcome"] == "open" else _Time()
    chance, reasons, withheld = _chance(row, beside.chances)
    others, others_more = _others(scope, row)
    lines = timeline(scope, row, beside.entries, beside.told)
    step_day, said = row["next_step_day"], scope.opt_outs.of(row["phone"], row["email"])
    return Deal(
        deal_id=str(row["deal_id"]),
        name=name_of(row),
        stage=row["stage"] or "",
        outcome=row["outcome"],
        values={name: value for name, value in row.items() if name != "custom"},
        custom=dict(row["custom"] or ()),
        days=time.days,
        usual_days=time.usual,
        limit_days=time.limit,
        waiting=time.said(row["stage"] or "–") if row["outcome"] == "open" else None,
        chance=chance,
        reasons=reasons,
        withheld=withheld,
        share=time.share,
        is_overdue=row["outcome"] == "open" and step_day is not None and step_day < today,
        has_page=_has_page(scope, row["account"]),
        others=others,
        others_more=others_more,
        needed=_needed(scope, row),
        lacks=lacking(beside.entries, undone(beside.entries), lines_of(scope.settings.exits)),
        plans=_plans(lines),
        happened=tuple(lines[:MOST]),
        more=max(len(lines) - MOST, 0),
        as_of=scope.as_of,
        asked_not=tuple(said[what] for what in OPT_OUTS if what in said),
        agreed=next((one for one in lines if one.consent), None),
    )


def _needed(scope: Scope, row: Row) -> tuple[str, ...]:
    return tuple(scope.settings.exits.get(row["stage"] or "", ())) if row["outcome"] == "open" else ()


def _plans(lines: Sequence[Happened]) -> tuple[Happened, ...]:
    waiting = (one for one in lines if one.waits)
    return tuple(sorted(waiting, key=lambda one: one.due or dt.datetime.max.replace(tzinfo=dt.UTC)))


# ---- how long, how sure ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Time:
    """Days in the stage, those that are usual, those after which it is stuck, and the share won from there."""

    days: float | None = None
    usual: float | None = None
    limit: float | None = None
    share: float | None = None

    def said(self, stage: str) -> Message:
        """How long it has been there, against what is usual."""
        if self.days is None:
            return Message("insight.why_unknown", {"stage": stage})
        values: dict[str, object] = {"n": int(self.days), "stage": stage}
        if int(self.days) < 1:
            return Message("deal.since_today", {"stage": stage})
        if self.limit is not None and self.days > self.limit:
            return Message("insight.why_stuck", values)
        if self.usual is None:
            return Message("insight.why_days", values)
        return Message("insight.why_late" if self.days > self.usual else "deal.within_usual", values)


def _time(whole: Scope, row: Row) -> _Time:
    stays = open_stays(whole)
    found = whole.run(stays.filter(stays.deal == ibis.literal(row["deal"])).select("place", "days")).to_pylist()
    if not found:
        return _Time()
    place, days = int(found[0]["place"]), found[0]["days"]
    usual = dwell(whole)[0].stages
    share = StageChances.of(whole).share_from(place)
    return _Time(
        days=None if days is None or np.isnan(days) else float(days),
        usual=usual[place].median_days if place < len(usual) else None,
        limit=stuck_yardstick(whole).get(place),
        share=None if share.immature else share.rate,
    )


def _chance(row: Row, known: WinChances | None) -> tuple[float | None, tuple[Message, ...], Message | None]:
    """The chance, its reasons, and why none is told."""
    if row["outcome"] != "open":
        return None, (), None
    if known is None:
        return None, (), Message("deal.chance_not_yet")
    if known.withheld is not None:
        return None, (), known.withheld
    found = next((one for one in known.deals if one.number == row["deal"]), None)
    if found is None or found.chance is None:
        return None, (), Message("deal.chance_unknown")
    return found.chance, found.reasons, None


# ---- the customer ------------------------------------------------------------------------------------------------


def _has_page(scope: Scope, account: str | None) -> bool:
    """Whether the customer stands among those who bought something."""
    if not account:
        return False
    rows = contracts_of(scope) if has_contracts(scope) else purchases(scope.asking(by=(), all_time=True))
    return bool(scope.run(rows.filter(rows.customer == ibis.literal(account)).select("customer").limit(1)).num_rows)


def _others(scope: Scope, row: Row) -> tuple[tuple[Other, ...], int]:
    """The latest other deals of the customer, and how many there are beside them."""
    if not row["account"]:
        return (), 0
    deals = scope.table("deals")
    same = deals.filter((deals.account == ibis.literal(row["account"])) & (deals.deal != ibis.literal(row["deal"])))
    found = scope.run(same.order_by(ibis.desc("deal")).limit(OTHERS)).to_pylist()
    n = int(scope.run(same.aggregate(n=same.count()))["n"][0].as_py()) if len(found) == OTHERS else len(found)
    told = (
        Other(
            str(one["deal_id"]),
            name_of(scope.opt_outs.hidden(one)),
            one["stage"] or "",
            one["outcome"],
            number_of(one["amount"]),
            one["currency"],
        )
        for one in found
    )
    return tuple(told), n - len(found)
