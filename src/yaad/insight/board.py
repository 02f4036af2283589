"""The board: the open deals by the stage they stand in, each with what is next, and what a stage holds.

What a column is worth by chance is each deal's amount × the chance by its stage and age, as in the measure
`weighted_pipeline`: the columns of all deals sum to it. A deal is stuck as in the measure `stuck`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yaad.errors import InputError
from yaad.measures import Scope, open_stays
from yaad.measures.lengths import ages
from yaad.measures.opted_out import OptOuts
from yaad.measures.stuck import stuck_yardstick
from yaad.measures.winning import StageChances, between
from yaad.model import Pipeline, Stage, Tax, single_unit
from yaad.text.searching import found_in

SHOWN = 50
"""Cards of a column that are shown; the others are counted."""
EVERY = 10_000
"""Cards of a column where all are asked for."""
DETAILS = (
    "deal", "deal_id", "name", "account", "contact", "owner", "source", "product", "branch", "amount", "currency",
    "tax", "phone", "email", "stage", "next_step", "next_step_day", "expected_close_day", "created_day",
    "campaign", "lost_reason",
)  # fmt: skip
SINCE = ("entered", "entered_day", "whole_days")
"""Columns of stays: when a deal came to its stage."""
FOUND_BY = ("deal_id", "name", "account", "contact", "owner", "phone", "email", "next_step")
"""What a search looks at."""
EQUAL = ("owner", "source", "product", "branch")
"""What the board can be narrowed by."""
STUCK, NO_STEP, OVERDUE = "stuck", "no_step", "overdue"
ONLY = (STUCK, NO_STEP, OVERDUE)
Row = Mapping[str, Any]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
FAR = np.iinfo(np.int32).max
"""A day after all days."""


@dataclass(frozen=True)
class Yardsticks:
    """What deals are held against: what the book has seen of stages and times.

    Attributes:
        chances: of being won, by stage and age.
        limits: days after which a deal is stuck, by place of the stage.
    """

    chances: StageChances
    limits: Mapping[int, float]


@dataclass(frozen=True)
class Standing:
    """The open deals as they stand at a moment, of whoever looks.

    Attributes:
        rows: of `open_rows`.
        pipeline: the company's stages.
        as_of: the day of the data; `as_of_at` its end.
        zone: the company's time zone.
        opt_outs: those whose numbers stand on no card.
    """

    rows: pa.Table
    pipeline: Pipeline
    as_of: dt.date
    as_of_at: dt.datetime
    zone: str = "UTC"
    opt_outs: OptOuts = field(default_factory=OptOuts)


@dataclass(frozen=True)
class Wanted:
    """Which deals stand on the board; what is not said does not narrow.

    Attributes:
        equal: column of `EQUAL` → its value.
        text: what is looked for.
        only: a word of `ONLY`; empty: all.
    """

    equal: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    only: str = ""


@dataclass(frozen=True)
class Card:
    """One open deal.

    Attributes:
        name: the deal's name; the account's, the contact's or the id where it has none.
        amount: None when it has none.
        days: since it came to its stage; None when unknown.
        limit_days: after so many it is stuck there; None when nobody can tell.
        chance: of being won, 0–1, by stage and age.
        next_step, next_step_day: what is agreed, and by when; None: nothing.
        is_overdue: the day of the next step is over.
        asked_not: what the customer asks, in a word of `yaad.model.opt_outs.OPT_OUTS`; then no number is told.
    """

    deal_id: str
    name: str
    account: str | None
    owner: str | None
    stage: str
    amount: float | None
    currency: str | None
    tax: str | None
    phone: str | None
    days: float | None
    limit_days: float | None
    chance: float
    next_step: str | None
    next_step_day: dt.date | None
    expected_close_day: dt.date | None
    is_overdue: bool
    asked_not: str | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether it has been in its stage longer than 4 of 5 deals are."""
        return self.days is not None and self.limit_days is not None and self.days > self.limit_days

    @property
    def whole_days(self) -> int | None:
        """Days since it came to its stage that are over."""
        return None if self.days is None else int(self.days)

    @property
    def has_no_step(self) -> bool:
        """Whether nothing is agreed."""
        return not self.next_step and self.next_step_day is None


@dataclass(frozen=True)
class Column:
    """A stage on the board.

    Attributes:
        stage: which.
        n: deals that stand there.
        has_amounts: one of them has an amount.
        value: what they are worth together; None where their currencies differ, or none has an amount.
        weighted: the same by their chances; None too while fewer deals have ended than a chance takes.
        between: ends of its interval at 95 %, as of the measure.
        currency, tax: of all of them.
        cards: the first of them.
    """

    stage: Stage
    n: int
    has_amounts: bool
    value: float | None
    weighted: float | None
    between: tuple[float, float] | None
    currency: str | None
    tax: str | None
    cards: tuple[Card, ...]

    @property
    def more(self) -> int:
        """Deals that are not shown."""
        return self.n - len(self.cards)


@dataclass(frozen=True)
class Board:
    """The board.

    Attributes:
        columns: stages in the company's order.
        n: deals on it.
        of: open deals that are seen.
        without_step: those on it for which nothing is agreed.
        choices: column of `EQUAL` → its values among the open deals.
        spread: ends of the interval at 95 % of what they bring by their chances; see `between`.
    """

    columns: tuple[Column, ...]
    n: int
    of: int
    without_step: int
    choices: Mapping[str, tuple[str, ...]]
    spread: tuple[float, float] | None = None

    @property
    def between(self) -> tuple[float, float] | None:
        """Between what `weighted` lies in 19 of 20 cases; None where that is not told."""
        return None if self.weighted is None else self.spread

    @property
    def currency(self) -> str | None:
        """Of all amounts; None where nobody says, or they differ: then `value` and `weighted` are None too."""
        units = {one.currency for one in self.columns if one.value is not None}
        return units.pop() if len(units) == 1 else None

    @property
    def value(self) -> float | None:
        """What all deals on it are worth together."""
        return self._sum([one.value for one in self.columns])

    @property
    def weighted(self) -> float | None:
        """The same by their chances; None while nobody can tell these."""
        if any(one.weighted is None for one in self.columns if one.value is not None):
            return None
        return self._sum([one.weighted for one in self.columns])

    def _sum(self, parts: Sequence[float | None]) -> float | None:
        of_stages = {(one.currency, one.tax) for one in self.columns if one.value is not None}
        is_whole = all(one.value is not None for one in self.columns if one.has_amounts)
        return sum(one or 0.0 for one in parts) if is_whole and len(of_stages) == 1 else None


def board(scope: Scope, wanted: Wanted, today: dt.date, shown: int = SHOWN) -> Board:
    """The open deals as they stand.

    Args:
        scope: the facts.
        wanted: which of them.
        today: by which a next step is overdue.
        shown: cards of a column.
    """
    return board_of(standing_of(scope), yardsticks(scope), wanted, today, shown=shown)


def standing_of(scope: Scope) -> Standing:
    """The open deals of the facts as they stand."""
    rows = scope.rows(open_rows)
    return Standing(rows, scope.pipeline, scope.as_of, scope.as_of_at, scope.zone, scope.opt_outs)


def yardsticks(scope: Scope) -> Yardsticks:
    """What the deals of a book are held against."""
    whole = scope.asking(by=(), all_time=True)
    return Yardsticks(StageChances.of(whole), stuck_yardstick(whole))


def open_rows(scope: Scope) -> ir.Table:
    """The open deals, each with the place where it stands, and since when; ``days`` is null where nobody can tell."""
    whole = scope.asking(by=(), all_time=True)
    deals = whole.deals.filter(whole.deals.outcome == "open").select(*DETAILS)
    stays = open_stays(whole)
    stays = stays.select("place", "days", *SINCE, of_deal="deal")
    return deals.left_join(stays, deals.deal == stays.of_deal).drop("of_deal")


def board_of(
    standing: Standing,
    yard: Yardsticks,
    wanted: Wanted,
    today: dt.date,
    *,
    shown: int = SHOWN,
    more: str | None = None,
) -> Board:
    """The board of deals as they stand.

    Args:
        standing: the deals that are seen.
        yard: what they are held against.
        wanted: which of them.
        today: by which a next step is overdue.
        shown: cards of a column.
        more: name of a stage of which all cards are shown.
    """
    held = Held(standing, yard, today)
    kept = held.wanted(wanted)
    # text is compared once for each stage, not for each deal
    told = pc.dictionary_encode(standing.rows["stage"].fill_null("")).combine_chunks()
    names, here = told.dictionary.to_pylist(), told.indices.to_numpy(zero_copy_only=False)
    at = {name: np.flatnonzero(kept & (here == code)) for code, name in enumerate(names)}
    nowhere = np.empty(0, dtype=np.int64)
    columns = tuple(
        _column(held, stage, at.get(stage.name, nowhere), EVERY if stage.name == more else shown)
        for stage in _stages(standing.pipeline, set(names))
    )
    n, without = int(kept.sum()), int((kept & held.without_step).sum())
    spread = held.between(np.flatnonzero(kept & ~np.isnan(held.amounts))) if held.is_told else None
    return Board(columns, n, len(kept), without, choices_of(standing), spread)


def choices_of(standing: Standing) -> dict[str, tuple[str, ...]]:
    """Column of `EQUAL` → its values among the open deals."""
    return {name: tuple(sorted(filter(None, pc.unique(standing.rows[name]).to_pylist()))) for name in EQUAL}


class Held:
    """The open deals, column by column, held against the yardsticks.

    Attributes:
        days: since each came to its stage; NaN where unknown.
        limits: after so many it is stuck; NaN where nobody can tell.
        chances: of being won.
        is_told: whether enough have ended for sums by chances.
        amounts: NaN where there is none.
        due: the day of the next step as a number; `FAR` where there is none.
        overdue, without_step: of each deal.
    """

    def __init__(self, standing: Standing, yard: Yardsticks, today: dt.date) -> None:
        rows = self.rows = standing.rows
        self._opt_outs = standing.opt_outs
        self._today = today
        places = self._places = rows["place"].fill_null(0).to_numpy().astype(np.int64)
        so_far = ages(rows["entered"], rows["entered_day"], rows["whole_days"], standing.as_of, standing.as_of_at)
        self.days: Numbers = np.where(rows["days"].is_valid().to_numpy(), so_far, np.nan)
        self.is_told = not yard.chances.is_few
        self._yard = yard.chances
        self.chances: Numbers = yard.chances.chances(places, self.days) if len(places) else np.empty(0)
        known = np.unique(places)
        limits = np.array([yard.limits.get(int(place), np.nan) for place in known], dtype=np.float64)
        self.limits: Numbers = limits[np.searchsorted(known, places)] if len(places) else np.empty(0)
        self.amounts: Numbers = rows["amount"].cast(pa.float64()).fill_null(np.nan).to_numpy()
        self.due = rows["next_step_day"].cast(pa.int32()).fill_null(FAR).to_numpy()
        self.overdue: Flags = self.due < (today - dt.date(1970, 1, 1)).days
        is_silent = pc.equal(rows["next_step"].fill_null(""), "").to_numpy()
        self.without_step: Flags = is_silent & (self.due == FAR)

    def wanted(self, wanted: Wanted) -> Flags:
        """Which of them are."""
        kept = np.ones(self.rows.num_rows, dtype=np.bool_)
        for name, value in wanted.equal.items():
            kept &= pc.equal(self.rows[name], value).fill_null(False).to_numpy()  # noqa: FBT003 – Arrow's own
        if wanted.only:
            kept &= {STUCK: self.days > self.limits, NO_STEP: self.without_step, OVERDUE: self.overdue}[wanted.only]
        if wanted.text:
            at = np.flatnonzero(kept)
            texts = self.rows.select(FOUND_BY).take(pa.array(at)).to_pydict()
            found = [found_in(wanted.text, *each) for each in zip(*texts.values(), strict=True)]
            kept[at] = found
        return kept

    def between(self, at: npt.NDArray[np.int64]) -> tuple[float, float]:
        """Between what these, each with an amount, bring by their chances: as in the measure `weighted_pipeline`."""
        worth = self.amounts[at]
        mean, variance = self._yard.spread(self._places[at], self.chances[at], worth, worth**2)
        return between(mean, variance, float(worth.sum()))

    def most_urgent(self, at: npt.NDArray[np.int64], shown: int) -> list[Card]:
        """The first of these: overdue steps, then deals without one, then steps to come; who is there longest first."""
        keys = self._urgency(at)
        order = np.lexsort(keys)
        if len(order) > shown:  # and all that are no less urgent than the last of them: the id decides
            last = order[shown - 1]
            same = np.logical_and.reduce([key[order[shown:]] == key[last] for key in keys])
            order = np.concatenate([order[:shown], order[shown:][same]])
        return sorted((self.card(row) for row in self._rows(at[order])), key=_urgency)[:shown]

    def in_order(self, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """All of these in that order."""
        ids = self.rows["deal_id"].take(pa.array(at))
        by_id = np.empty(len(at), dtype=np.int64)
        by_id[pc.sort_indices(ids).to_numpy()] = np.arange(len(at))
        return at[np.lexsort((by_id, *self._urgency(at)))]

    def _urgency(self, at: npt.NDArray[np.int64]) -> tuple[npt.NDArray[Any], ...]:
        """By what they stand, the weightiest last: see `_urgency` below."""
        rank = np.where(self.overdue[at], 0, np.where(self.without_step[at], 1, 2))
        return -np.nan_to_num(self.days[at]), self.due[at], rank

    def _rows(self, at: npt.NDArray[np.int64]) -> list[tuple[int, Row]]:
        return list(zip(at.tolist(), self.rows.take(pa.array(at)).to_pylist(), strict=True))

    def card(self, numbered: tuple[int, Row]) -> Card:
        """One of them."""
        at, told = numbered
        row = self._opt_outs.hidden(told)
        return Card(
            deal_id=row["deal_id"],
            name=name_of(row),
            account=row["account"],
            owner=row["owner"],
            stage=row["stage"] or "",
            amount=_told(self.amounts[at]),
            currency=row["currency"],
            tax=row["tax"],
            phone=row["phone"],
            days=_told(self.days[at]),
            limit_days=_told(self.limits[at]),
            chance=float(self.chances[at]),
            next_step=row["next_step"],
            next_step_day=row["next_step_day"],
            expected_close_day=row["expected_close_day"],
            is_overdue=bool(self.overdue[at]),
            asked_not=row["asked_not"],
        )

    def unit(self, at: npt.NDArray[np.int64]) -> tuple[str | None, str | None]:
        """The one currency of amounts, and whether VAT is in them.

        Raises:
            InputError: they are not of one kind.
        """
        some = self.rows.select(["currency", "tax"]).take(pa.array(at))
        told = {name: pc.unique(some[name]).to_pylist() for name in some.column_names}
        tax = single_unit(None if one in (None, Tax.UNKNOWN.value) else one for one in told["tax"])
        return single_unit(told["currency"]), tax


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _stages(pipeline: Pipeline, held: set[str]) -> list[Stage]:
    """Open stages, and those of rest in which deals stand, in the company's order; deals without one stand first."""
    opened = {stage.name for stage in pipeline.open}
    found = [stage for stage in pipeline.stages if stage.name in opened or stage.name in held]
    return [*([Stage("")] if "" in held else []), *found]


def _column(held: Held, stage: Stage, at: npt.NDArray[np.int64], shown: int) -> Column:
    known = at[~np.isnan(held.amounts[at])]
    try:
        currency, tax, told = *held.unit(known), bool(len(known))
    except InputError:  # of mixed currencies, or some with VAT and some without, no sum is told
        currency, tax, told = None, None, False
    return Column(
        stage=stage,
        n=len(at),
        has_amounts=bool(len(known)),
        value=fsum(held.amounts[known].tolist()) if told else None,
        weighted=fsum((held.amounts[known] * held.chances[known]).tolist()) if told and held.is_told else None,
        between=held.between(known) if told and held.is_told else None,
        currency=currency,
        tax=tax,
        cards=tuple(held.most_urgent(at, shown)),
    )


def name_of(row: Row) -> str:
    """What a deal is called: by its own name, its customer's, or else by its telephone or its id.

    >>> name_of({"name": None, "account": "Oak Kitchens", "contact": None, "phone": None, "deal_id": "D-1"})
    'Oak Kitchens'
    """
    return str(row["name"] or row["account"] or row["contact"] or row["phone"] or row["deal_id"])


def called(row: Row, opt_outs: OptOuts) -> str:
    """What a deal is called wherever it is named in words: who asks not to be contacted, not by their telephone."""
    return name_of(opt_outs.hidden(row))


def _urgency(card: Card) -> tuple[int, dt.date, float, str]:
    """Overdue steps first, then deals without one, then steps to come; among equals who is there longest."""
    rank = 0 if card.is_overdue else 1 if card.has_no_step else 2
    return rank, card.next_step_day or dt.date.max, -(card.days or 0.0), card.deal_id
