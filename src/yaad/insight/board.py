"""The board: the open deals by the stage they stand in, each with what is next, and what a stage holds.

What a column is worth by chance is each deal's amount × the chance by its stage and age, as in the measure
`weighted_pipeline`: the columns of all deals sum to it. A deal is stuck as in the measure `stuck`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from yaad.errors import InputError
from yaad.measures import Scope, open_stays
from yaad.measures.stuck import stuck_yardstick
from yaad.measures.winning import StageChances
from yaad.model import Stage, Tax, single_unit
from yaad.text.searching import found_in

SHOWN = 50
"""Cards of a column that are shown; the others are counted."""
DETAILS = (
    "deal", "deal_id", "name", "account", "contact", "owner", "source", "product", "branch", "amount", "currency",
    "tax", "phone", "email", "stage", "next_step", "next_step_day", "expected_close_day", "created_day",
)  # fmt: skip
FOUND_BY = ("deal_id", "name", "account", "contact", "owner", "phone", "email", "next_step")
"""What a search looks at."""
EQUAL = ("owner", "source", "product", "branch")
"""What the board can be narrowed by."""
STUCK, NO_STEP, OVERDUE = "stuck", "no_step", "overdue"
ONLY = (STUCK, NO_STEP, OVERDUE)
Row = Mapping[str, Any]


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
        weighted: the same by their chances.
        currency, tax: of both.
        cards: the first of them.
    """

    stage: Stage
    n: int
    has_amounts: bool
    value: float | None
    weighted: float | None
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
    """

    columns: tuple[Column, ...]
    n: int
    of: int
    without_step: int
    choices: Mapping[str, tuple[str, ...]]

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
        """The same by their chances."""
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
    whole = scope.asking(by=(), all_time=True)
    rows = _rows(whole)
    every = _cards(whole, rows, today)
    kept = [card for row, card in zip(rows, every, strict=True) if _is_wanted(row, card, wanted)]
    by_stage: dict[str, list[Card]] = {}
    for card in kept:
        by_stage.setdefault(card.stage, []).append(card)
    columns = [_column(stage, by_stage.get(stage.name, []), shown) for stage in _stages(scope, every)]
    choices = {name: tuple(sorted({str(row[name]) for row in rows if row[name]})) for name in EQUAL}
    return Board(tuple(columns), len(kept), len(every), sum(card.has_no_step for card in kept), choices)


def _rows(scope: Scope) -> list[Row]:
    """The open deals in the order of their numbers, with where they stand and since how long."""
    deals = scope.deals.filter(scope.deals.outcome == "open").select(*DETAILS)
    stays = open_stays(scope).select(of_deal="deal", place="place", days="days")
    both = deals.left_join(stays, deals.deal == stays.of_deal).drop("of_deal").order_by("deal")
    found: list[Row] = scope.run(both).to_pylist()
    return found


def _cards(scope: Scope, rows: Sequence[Row], today: dt.date) -> list[Card]:
    places = np.array([row["place"] or 0 for row in rows], dtype=np.int64)
    days = np.array([np.nan if row["days"] is None else row["days"] for row in rows], dtype=np.float64)
    chances = StageChances.of(scope).chances(places, days) if rows else np.empty(0)
    limits = stuck_yardstick(scope) if rows else {}
    return [
        _card(row, float(chance), limits.get(int(place)), today)
        for row, chance, place in zip(rows, chances.tolist(), places.tolist(), strict=True)
    ]


def _card(row: Row, chance: float, limit: float | None, today: dt.date) -> Card:
    day = row["next_step_day"]
    return Card(
        deal_id=row["deal_id"],
        name=name_of(row),
        account=row["account"],
        owner=row["owner"],
        stage=row["stage"] or "",
        amount=None if row["amount"] is None else float(row["amount"]),
        currency=row["currency"],
        tax=row["tax"],
        phone=row["phone"],
        days=row["days"],
        limit_days=limit,
        chance=chance,
        next_step=row["next_step"],
        next_step_day=day,
        expected_close_day=row["expected_close_day"],
        is_overdue=day is not None and day < today,
    )


def _is_wanted(row: Row, card: Card, wanted: Wanted) -> bool:
    if any(row[name] != value for name, value in wanted.equal.items()):
        return False
    if wanted.text and not found_in(wanted.text, *(row[name] for name in FOUND_BY)):
        return False
    asked = {STUCK: card.is_stuck, NO_STEP: card.has_no_step, OVERDUE: card.is_overdue}
    return asked.get(wanted.only, True)


def _stages(scope: Scope, cards: Iterable[Card]) -> list[Stage]:
    """Open stages, and those of rest in which deals stand, in the company's order; deals without one stand first."""
    held = {card.stage for card in cards}
    opened = {stage.name for stage in scope.pipeline.open}
    found = [stage for stage in scope.pipeline.stages if stage.name in opened or stage.name in held]
    return [*([Stage("")] if "" in held else []), *found]


def _column(stage: Stage, cards: list[Card], shown: int) -> Column:
    known = [card for card in cards if card.amount is not None]
    try:
        currency, tax, told = *_unit(known), bool(known)
    except InputError:  # of mixed currencies, or some with VAT and some without, no sum is told
        currency, tax, told = None, None, False
    return Column(
        stage=stage,
        n=len(cards),
        has_amounts=bool(known),
        value=sum(card.amount or 0.0 for card in known) if told else None,
        weighted=sum((card.amount or 0.0) * card.chance for card in known) if told else None,
        currency=currency,
        tax=tax,
        cards=tuple(sorted(cards, key=_urgency)[:shown]),
    )


def _unit(cards: Iterable[Card]) -> tuple[str | None, str | None]:
    """The one currency of amounts, and whether VAT is in them.

    Raises:
        InputError: they are not of one kind.
    """
    every = list(cards)
    tax = single_unit(None if card.tax in (None, Tax.UNKNOWN.value) else card.tax for card in every)
    return single_unit(card.currency for card in every), tax


def name_of(row: Row) -> str:
    """What a deal is called: by its own name, its customer's, or else by its telephone or its id.

    >>> name_of({"name": None, "account": "Oak Kitchens", "contact": None, "phone": None, "deal_id": "D-1"})
    'Oak Kitchens'
    """
    return str(row["name"] or row["account"] or row["contact"] or row["phone"] or row["deal_id"])


def _urgency(card: Card) -> tuple[int, dt.date, float, str]:
    """Overdue steps first, then deals without one, then steps to come; among equals who is there longest."""
    rank = 0 if card.is_overdue else 1 if card.has_no_step else 2
    return rank, card.next_step_day or dt.date.max, -(card.days or 0.0), card.deal_id
