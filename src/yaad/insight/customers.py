"""The customers of a company in one picture: who came, who stays, who stopped or is due, and whom to call first."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from yaad.errors import InputError
from yaad.measures import Scope, measure
from yaad.measures.catalogue.customers import finish_value
from yaad.measures.cohorts import Cohorts, Every, cohorts
from yaad.measures.customer_value import Terms
from yaad.measures.dimensions import plain
from yaad.measures.purchases import has_orders, purchases, with_first_day
from yaad.measures.retention import Window, contracts_of
from yaad.measures.standing import Customer, Standing, State, standing
from yaad.model import Figure, Period

TO_CALL = (State.STOPPED, State.DUE)
"""Those with something to do."""
OF_PERIOD = ("churn_rate", "retention_rate")
OF_ALL = ("tenure", "days_between_orders", "repeat_rate")
DRAWS = 10_000
SEED = 20


@dataclass(frozen=True)
class Flow:
    """Who bought in a time, or had a contract in it: new + returning = customers.

    Attributes:
        customers: in all.
        new: whose first purchase or contract was in it.
        period: the time.
    """

    customers: int
    new: int
    period: Period | None

    @property
    def returning(self) -> int:
        """Who had been a customer before."""
        return self.customers - self.new


@dataclass(frozen=True, eq=False)
class Whole:
    """What does not depend on a period: a model is fitted for it, so it is found out once.

    Attributes:
        standing: how each customer stands on the data's day.
        figures: measures of the catalogue by id.
    """

    standing: Standing
    figures: dict[str, Figure]


def whole_of(scope: Scope) -> Whole:
    """See there."""
    asked = scope.asking(by=(), all_time=True)
    found = standing(asked)
    told = [*_value(asked, found), *measure(OF_ALL, asked)]
    return Whole(found, {figure.id: figure for figure in told})


def _value(scope: Scope, found: Standing) -> list[Figure]:
    """What a customer is worth, by the model that was fitted to how they stand."""
    if found.buying is None:
        return measure(["clv"], scope)
    try:
        return finish_value(found.rows, scope, terms=Terms(margin=scope.settings.margin), every=found.buying)
    except InputError as error:  # mixed amounts: the measures beside are told all the same
        return [Figure("clv", None, None, n=0, as_of=scope.as_of, why=error.message)]


@dataclass(frozen=True, eq=False)
class Customers:
    """The customers of a company.

    Attributes:
        as_of: the data's day.
        asked: the period asked for; the last year when None.
        flow: who came in the period.
        standing: how each one stands on the data's day.
        figures: measures of the catalogue by id; of the period where they are of one.
        cohorts: who is still there, by when they came.
        states, owner, words: what the list is narrowed to.
        listed: the customers of the list, those with most at stake first.
        of: how many the list has in all.
    """

    as_of: dt.date
    asked: Period | None
    flow: Flow
    standing: Standing
    figures: dict[str, Figure]
    cohorts: Cohorts
    states: tuple[State, ...]
    owner: str | None
    words: str
    listed: tuple[Customer, ...]
    of: int

    def narrowed(
        self,
        states: Sequence[State],
        owner: str | None = None,
        words: str = "",
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> "Customers":
        """The same with another list.

        Args:
            states: of the list.
            owner: only whose last sale was this person's.
            words: only whose name holds this.
            limit: at most so many.
            offset: passing over so many.
        """
        places = self.standing.order(states, owner, words)
        shown = places[offset:] if limit is None else places[offset : offset + limit]
        kept = tuple(self.standing.told(shown))
        return replace(self, states=tuple(states), owner=owner, words=words, listed=kept, of=len(places))

    @property
    def is_empty(self) -> bool:
        """Whether nobody ever bought or had a contract."""
        return not len(self.standing.state)

    @property
    def terms(self) -> Terms:
        """How what they are worth is told."""
        beside = self.figures["clv"].beside
        margin = beside.get("margin")
        return Terms(margin=None if margin is None else float(margin))


@dataclass(frozen=True)
class Bought:
    """One purchase of a customer, or one contract.

    Attributes:
        kind: ``order``, ``deal`` or ``contract``.
        id: the source's.
        day: of the purchase; when the contract began.
        until: when the contract ends; None of purchases, and where it names no end.
        amount: None where it has none.
    """

    kind: str
    id: str
    day: dt.date
    until: dt.date | None
    amount: float | None
    currency: str | None
    owner: str | None


@dataclass(frozen=True)
class OneCustomer:
    """One customer with everything bought.

    Attributes:
        customer: how the customer stands.
        by_contract: whether that is told by contracts.
        unit: the currency of the money.
        bought: the latest first.
        low, high: between what the customer will bring within a year, in 8 of 10 cases; None where it is not told.
        margin: see `Terms`.
    """

    customer: Customer
    by_contract: bool
    unit: str | None
    bought: tuple[Bought, ...]
    low: float | None
    high: float | None
    margin: float | None
    as_of: dt.date


def customers(
    scope: Scope,
    *,
    states: Sequence[State] = TO_CALL,
    owner: str | None = None,
    every: Every | None = None,
    limit: int | None = None,
    known: Whole | None = None,
) -> Customers:
    """The customers of a book.

    Args:
        scope: the question; its period is that of who came and of churn.
        states: of the list.
        owner: only whose last sale was this person's.
        every: length of a cohort's time; the finest of which there are at most twelve when absent.
        limit: at most so many on the list.
        known: what does not depend on the period, where that was found out already.
    """
    of_all = known or whole_of(scope)
    found = of_all.standing
    of_period = {figure.id: figure for figure in measure(OF_PERIOD, scope.asking(by=()))}
    everybody = Customers(
        as_of=scope.as_of,
        asked=scope.period,
        flow=flow(scope, by_contract=found.by_contract),
        standing=found,
        figures=of_period | of_all.figures,
        cohorts=cohorts(scope, every),
        states=(),
        owner=None,
        words="",
        listed=(),
        of=0,
    )
    return everybody.narrowed(states, owner, limit=limit)


def flow(scope: Scope, *, by_contract: bool) -> Flow:
    """Who bought in the asked period, or had a contract in it; in the last year where none is asked for."""
    rows = scope.rows(_there, by_contract).to_pylist()[0]
    return Flow(int(rows["n"]), int(rows["new"]), Window.of(scope).period)


def _there(scope: Scope, by_contract: bool) -> ir.Table:  # noqa: FBT001 – a part of the question
    window = Window.of(scope)
    start, end = ibis.literal(window.start), ibis.literal(window.end)
    if by_contract:
        contracts = contracts_of(scope)
        each = contracts.group_by("customer").aggregate(
            first=contracts.start_day.min(),
            there=((contracts.start_day < end) & (contracts.ended.isnull() | (contracts.ended > start))).max(),
        )
        seen = each.filter(each.there.cast("boolean"))
    else:
        bought = with_first_day(purchases(scope.asking(by=(), all_time=True)))
        inside = bought.filter((bought.day >= start) & (bought.day < end) & ~bought.is_return)
        seen = inside.group_by("customer").aggregate(first=inside.first_day.min())
    return seen.aggregate(n=seen.count(), new=seen.count(where=seen["first"] >= start))


def one_customer(scope: Scope, name: str, found: Standing) -> OneCustomer | None:
    """One customer with everything bought; None when nobody is called so."""
    customer = found.one(name)
    if customer is None:
        return None
    terms = Terms(margin=scope.settings.margin)
    low = high = None
    place = found.place(name)
    if found.buying is not None and customer.worth is not None and place is not None:
        low, high = found.buying.between(terms, place, DRAWS, SEED)
    whole = scope.asking(by=(), all_time=True)
    bought = (*_bought(whole, name), *(_contracts(whole, name) if found.by_contract else ()))
    latest = tuple(sorted(bought, key=lambda each: (each.day, each.id), reverse=True))
    return OneCustomer(customer, found.by_contract, found.unit, latest, low, high, terms.margin, scope.as_of)


def _bought(scope: Scope, name: str) -> tuple[Bought, ...]:
    bought = purchases(scope)
    mine = bought.filter(bought.customer == name)
    kind = "order" if has_orders(scope) else "deal"
    shown = mine.select(*("order_id", "day", "amount", "currency", "owner"))
    return tuple(
        Bought(kind, str(row["order_id"]), row["day"], None, _amount(row["amount"]), row["currency"], row["owner"])
        for row in scope.run(shown).to_pylist()
    )


def _contracts(scope: Scope, name: str) -> tuple[Bought, ...]:
    contracts = contracts_of(scope)
    mine = contracts.filter(contracts.customer == name)
    return tuple(
        Bought(
            "contract",
            str(row["contract_id"]),
            row["start_day"],
            row["end_day"],
            _amount(row["amount"]),
            row["currency"],
            row["owner"],
        )
        for row in scope.run(mine).to_pylist()
    )


def _amount(value: object) -> float | None:
    told = plain(value)
    return None if told is None else float(told)
