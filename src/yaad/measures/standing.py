"""How each customer stands: stays, is due, has stopped – and what is at stake.

By contracts, a customer stays while one of the customer's contracts runs, is due when the last of them ends within
`RENEWAL_DAYS`, and has stopped when all have ended. Without contracts, by purchases:

- *stopped*: the chance to still buy is below `STOPPED` (BG/NBD, see `statistics`); where the data hold no such model,
  nobody is said to have stopped;
- *due*: still buys, as far as is seen, and more days than usual have passed since the last purchase; usual is the mean
  of the customer's own gaps from two on, the typical gap of the book else;
- *once*: has bought once, of which no model can tell who stopped;
- *stays*: all others.

At stake is what the customer would still be worth if the customer still bought, times the chance that this is over.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.errors import CannotTell, InputError
from yaad.measures.asking import customers_asking
from yaad.measures.catalogue.customers import buyers
from yaad.measures.customer_value import Buyers, Terms
from yaad.measures.dimensions import floats, integers
from yaad.measures.namesakes import with_customer
from yaad.measures.opted_out import OptOuts
from yaad.measures.purchases import UNTOLD, gaps, histories, money, purchases, unit_of
from yaad.measures.retention import contracts_of, has_contracts
from yaad.measures.scope import Scope
from yaad.measures.statistics import Sample
from yaad.measures.statistics.spells import Floats
from yaad.model import single_unit
from yaad.text import Message

STOPPED = 0.3
"""Below this chance to still buy a customer is said to have stopped."""
RENEWAL_DAYS = 60
"""A contract that ends within so many days is due."""
OWN_GAPS = 2
"""From so many gaps between purchases on, a customer's own mean gap is what is usual."""


class State(StrEnum):
    """How a customer stands; those with something to do come first."""

    STOPPED = "stopped"
    DUE = "due"
    STAYS = "stays"
    ONCE = "once"


STATES = tuple(State)


@dataclass(frozen=True)
class Customer:
    """One customer.

    Attributes:
        name: as orders, deals or contracts name the customer.
        state: see there.
        owner: who sold last, or holds the contract.
        phone: of the customer's deals or of the list of customers; None where somebody there asks not to be contacted.
        first_day, last_day: of the first and the last purchase; of contracts, when the customer came, and when the
            last contract ends or ended (None: it names no end).
        orders: purchases, or contracts.
        total: what was bought so far, net of returns; of contracts, what the last one says; None where not told.
        usual_days: days between purchases as is usual; None by contract.
        own: `usual_days` is the customer's own.
        silent_days: since the last purchase, or until (below 0) or since the end of the contract; None without an end.
        alive: the chance to still buy; None where it cannot be told.
        worth: what the customer is still worth.
        at_stake: money that is lost if nothing is done; what orders the list.
        asked_not: what they ask, in a word of `yaad.model.opt_outs.OPT_OUTS`.
    """

    name: str
    state: State
    owner: str | None
    phone: str | None
    first_day: dt.date
    last_day: dt.date | None
    orders: int
    total: float | None
    usual_days: float | None
    own: bool
    silent_days: int | None
    alive: float | None
    worth: float | None
    at_stake: float | None
    asked_not: str | None = None


@dataclass(frozen=True, eq=False)
class Standing:
    """All customers of a book as arrays of one length, in the order of their names.

    Attributes:
        rows: one a customer: ``customer``, ``owner``, ``phone``, ``first_day``, ``last_day``, ``orders``.
        state: place of each one's state in `STATES`.
        total, usual, alive, worth, at_stake: see `Customer`; NaN where not told.
        own: whether `usual` is the customer's own.
        silent: days; NaN where there is no end to count from.
        unit: the currency of the money.
        by_contract: told by contracts.
        no_chance: why nobody is said to have stopped; None where it can be told.
        no_worth: why nothing is said of what they are worth.
        opt_outs: those whose numbers are not told.
        asking: customer → what they ask, see `yaad.measures.asking.customers_asking`.
    """

    rows: pa.Table
    state: np.ndarray
    total: Floats
    usual: Floats
    own: np.ndarray
    silent: Floats
    alive: Floats
    worth: Floats
    at_stake: Floats
    unit: str | None
    by_contract: bool
    no_chance: Message | None = None
    no_worth: Message | None = None
    buying: Buyers | None = field(default=None, repr=False)
    opt_outs: OptOuts = field(default_factory=OptOuts, repr=False)
    asking: Mapping[str, str] = field(default_factory=dict, repr=False)

    def count(self, state: State) -> int:
        """Customers in a state."""
        return int((self.state == STATES.index(state)).sum())

    def stake(self, state: State) -> float | None:
        """Money at stake in a state, all together; None where it is not told."""
        told = self.at_stake[self.state == STATES.index(state)]
        return None if np.isnan(told).all() else float(np.nansum(told))

    def sure(self) -> float | None:
        """Of those said to have stopped, the share to be expected to have done so; None where nobody is."""
        alive = self.alive[self.state == STATES.index(State.STOPPED)]
        return float(1 - alive.mean()) if len(alive) and not np.isnan(alive).any() else None

    @cached_property
    def owners(self) -> list[str]:
        """Who sold to these customers, in order."""
        return sorted(name for name in pc.unique(self.rows["owner"]).to_pylist() if name)

    def order(self, states: Sequence[State], owner: str | None = None, words: str = "") -> np.ndarray:
        """Places of the customers in some states, those with most at stake first, then those who brought most.

        Who asks not to be contacted, and is known by a number or an address alone, stands on no list.

        Args:
            states: which.
            owner: only those whose last sale was this person's.
            words: only whose name holds this, in capitals or small.
        """
        kept = np.isin(self.state, [STATES.index(state) for state in states])
        if owner:
            kept &= _truth(pc.equal(self.rows["owner"], owner))
        if words:
            kept &= _truth(pc.match_substring(self.rows["customer"], words, ignore_case=True))
        places = np.flatnonzero(kept)
        if self.opt_outs:
            places = places[self._is_told[places]]
        stake, total = np.nan_to_num(self.at_stake[places]), np.nan_to_num(self.total[places])
        return np.asarray(places[np.lexsort((places, -total, -stake))])

    @cached_property
    def _is_told(self) -> np.ndarray:
        """Of each customer, whether they are known by more than the number or the address of who asks it."""
        called = self.rows["customer"].to_pylist()
        return np.array([not self.opt_outs.hides_name(one) for one in called], dtype=bool)

    def told(self, places: np.ndarray) -> list[Customer]:
        """The customers at these places."""
        rows = self.rows.take(pa.array(places, pa.int64())).to_pylist()
        return [self._at(place, row) for place, row in zip(places.tolist(), rows, strict=True)]

    def listed(self, states: Sequence[State], owner: str | None = None, words: str = "") -> list[Customer]:
        """The customers of `order`."""
        return self.told(self.order(states, owner, words))

    def one(self, name: str) -> Customer | None:
        """The customer of this name; None when there is none."""
        place = self.place(name)
        return None if place is None else self.told(np.array([place]))[0]

    def place(self, name: str) -> int | None:
        """Where the customer of this name stands; None when there is none."""
        found = int(pc.index(self.rows["customer"], name).as_py())
        return None if found < 0 else found

    def _at(self, place: int, row: dict[str, object]) -> Customer:
        silent, name = _or_none(self.silent[place]), str(row["customer"])
        asked_not = self.asking.get(name) or self.opt_outs.word(_text(row["phone"]))
        return Customer(
            name=name,
            state=STATES[int(self.state[place])],
            owner=_text(row["owner"]),
            phone=None if asked_not else _text(row["phone"]),
            first_day=_day(row["first_day"]),
            last_day=_day(row["last_day"]) if row["last_day"] is not None else None,
            orders=int(str(row["orders"])),
            total=_or_none(self.total[place]),
            usual_days=_or_none(self.usual[place]),
            own=bool(self.own[place]),
            silent_days=None if silent is None else round(silent),
            alive=_or_none(self.alive[place]),
            worth=_or_none(self.worth[place]),
            at_stake=_or_none(self.at_stake[place]),
            asked_not=asked_not,
        )


def _truth(told: pa.ChunkedArray) -> np.ndarray:
    """An answer of Arrow for each row; nothing said is no."""
    return np.asarray(pc.fill_null(told, False).to_numpy(), dtype=bool)  # noqa: FBT003 – Arrow takes the value


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _text(value: object) -> str | None:
    return str(value) if value else None


def _day(value: object) -> dt.date:
    if not isinstance(value, dt.date):
        raise TypeError(value)
    return value


def standing(scope: Scope) -> Standing:
    """How the customers of a book stand on the data's day, whatever the period and the breakdown of the question."""
    whole = scope.asking(by=(), all_time=True)
    found = _by_contract(whole) if has_contracts(whole) else _by_purchases(whole)
    return replace(found, opt_outs=scope.opt_outs, asking=_asking(whole, found))


def _asking(scope: Scope, found: Standing) -> Mapping[str, str]:
    """What customers ask, by the number that is shown and by all of who answers it."""
    if not scope.opt_outs:
        return {}
    deals, accounts = with_customer(scope, scope.deals), scope.table("accounts")
    called = deals.named if found.by_contract else deals.customer
    told = deals.select(customer=called, phone="phone", email="email", contact="contact")
    listed = accounts.select(customer="name", phone="phone", email="email", contact=ibis.null("string"))
    both = told.union(listed, distinct=False)
    shown = dict(zip(found.rows["customer"].to_pylist(), found.rows["phone"].to_pylist(), strict=True))
    return customers_asking(scope, both.filter(both.customer.notnull()), shown)


# ---- by purchases ---------------------------------------------------------------------------------------------------


def _by_purchases(scope: Scope) -> Standing:
    rows = scope.rows(_buying)
    every, n = buyers(rows), rows.num_rows
    silent = every.age - every.span
    usual, own = _usual(scope, every)
    alive, no_chance = np.full(n, np.nan), None
    try:
        alive = np.where(every.repeats > 0, every.alive(), np.nan)
    except CannotTell as error:
        no_chance = error.message
    sums = _money_of(scope, rows, every, alive)
    state = np.full(n, STATES.index(State.STAYS))
    state[silent > usual] = STATES.index(State.DUE)
    state[alive < STOPPED] = STATES.index(State.STOPPED)
    state[every.repeats == 0] = STATES.index(State.ONCE)
    return Standing(
        rows=rows,
        state=state,
        total=sums.total,
        usual=usual,
        own=own,
        silent=silent,
        alive=alive,
        worth=sums.worth,
        at_stake=sums.at_stake,
        unit=sums.unit,
        by_contract=False,
        no_chance=no_chance,
        no_worth=sums.why,
        buying=every,
    )


def _buying(scope: Scope) -> ir.Table:
    told = histories(scope, "customer", "first_day", "last_day")
    return _named(scope, told, _last_owner(scope)).order_by("customer")


class _Money(NamedTuple):
    """What customers brought, are worth and have at stake; the currency; why something of it is not told."""

    total: Floats
    worth: Floats
    at_stake: Floats
    unit: str | None
    why: Message | None


def _usual(scope: Scope, every: Buyers) -> tuple[Floats, np.ndarray]:
    """Days between purchases as is usual for each customer, and whether they are the customer's own."""
    found = scope.rows(gaps)
    again = found.filter(found["gap"].is_valid())
    typical = Sample.count(floats(again, "gap"), integers(again, "n")).median().value
    own = every.repeats >= OWN_GAPS
    mean = every.span / np.maximum(every.repeats, 1)
    return np.where(own, mean, np.nan if typical is None else typical), own


def _money_of(scope: Scope, rows: pa.Table, every: Buyers, alive: Floats) -> _Money:
    nothing = np.full(rows.num_rows, np.nan)
    try:
        unit = unit_of(rows)
    except InputError as error:
        return _Money(nothing, nothing, nothing, None, error.message)
    total = money(rows, "total")
    try:
        while_buying = every.worth_while_buying(Terms(margin=scope.settings.margin))
    except CannotTell as error:
        return _Money(total, nothing, nothing, unit, error.message)
    again = every.repeats > 0
    worth = while_buying * np.where(again, alive, 1.0)
    return _Money(total, worth, np.where(again, while_buying * (1 - alive), np.nan), unit, None)


def _last_owner(scope: Scope) -> ir.Table:
    """Who sold last to each customer."""
    bought = purchases(scope)
    named = bought.filter(bought.customer.notnull() & ~bought.is_return)
    latest = ibis.window(group_by=named.customer, order_by=[named.day.desc(), named.order_id.desc()])
    numbered = named.mutate(nth=ibis.row_number().over(latest))
    return numbered.filter(numbered.nth == 0).select("customer", "owner")


def _named(scope: Scope, told: ir.Table, owners: ir.Table, *, called: str = "customer") -> ir.Table:
    """`told` with the ``owner`` and a ``phone`` of each customer, whom deals tell by their column `called`."""
    deals = with_customer(scope, scope.deals)
    known = deals.filter(deals[called].notnull())
    of_deals = known.group_by(customer=known[called]).aggregate(phone=known.phone.max())
    accounts = scope.table("accounts")
    known = accounts.filter(accounts.name.notnull() & accounts.phone.notnull())
    of_accounts = known.group_by(customer=known.name).aggregate(of_account=known.phone.max())
    rows = told.left_join(owners, "customer").drop("customer_right")
    rows = rows.left_join(of_deals, "customer").drop("customer_right")
    rows = rows.left_join(of_accounts, "customer").drop("customer_right")
    return rows.mutate(phone=ibis.coalesce(rows.phone, rows.of_account)).drop("of_account")


# ---- by contract ----------------------------------------------------------------------------------------------------


def _under_contract(scope: Scope) -> ir.Table:
    contracts = contracts_of(scope)
    latest = ibis.window(
        group_by=contracts.customer, order_by=[contracts.start_day.desc(), contracts.contract_id.desc()]
    )
    numbered = contracts.mutate(nth=ibis.row_number().over(latest))
    last = numbered.filter(numbered.nth == 0).select("customer", "owner", "amount", "currency", "tax")
    each = contracts.group_by("customer").aggregate(first_day=contracts.start_day.min(), orders=contracts.count())
    signed = contracts_of(scope, begun=False)  # a renewal that begins later keeps its customer
    lasts = signed.group_by(of_customer=signed.customer).aggregate(
        ends=signed.end_day.max(), endless=signed.end_day.isnull().max()
    )
    both = each.join(lasts, each.customer == lasts.of_customer)
    last_day = ibis.ifelse(both.endless.cast("boolean"), ibis.null("date"), both.ends)
    told = both.mutate(last_day=last_day).drop("of_customer", "ends", "endless")
    return _named(scope, told, last, called="named").order_by("customer")  # a contract has the bare name


def _by_contract(scope: Scope) -> Standing:
    rows = scope.rows(_under_contract)
    n = rows.num_rows
    until = rows["last_day"].to_numpy(zero_copy_only=False).astype("M8[D]")
    silent = (np.datetime64(scope.as_of, "D") - until).astype("m8[D]").astype(float)
    silent[np.isnat(until)] = np.nan
    state = np.full(n, STATES.index(State.STAYS))
    state[(silent < 0) & (silent >= -RENEWAL_DAYS)] = STATES.index(State.DUE)
    state[silent >= 0] = STATES.index(State.STOPPED)
    amount, unit, no_worth = _amounts(rows)
    at_risk = state != STATES.index(State.STAYS)
    nothing = np.full(n, np.nan)
    return Standing(
        rows=rows,
        state=state,
        total=amount,
        usual=nothing,
        own=np.zeros(n, dtype=bool),
        silent=silent,
        alive=nothing,
        worth=nothing,
        at_stake=np.where(at_risk, amount, np.nan),
        unit=unit,
        by_contract=True,
        no_worth=no_worth,
    )


def _amounts(rows: pa.Table) -> tuple[Floats, str | None, Message | None]:
    """What the last contract of each customer says, and its currency; or why nothing can be said."""
    amount = floats(rows, "amount")
    told = ~np.isnan(amount)
    try:
        for column in ("tax", "currency"):
            values = {value for value, is_told in zip(rows[column].to_pylist(), told, strict=True) if is_told}
            unit = single_unit(None if value in (UNTOLD, "unknown") else value for value in values)
    except InputError as error:
        return np.full(len(amount), np.nan), None, error.message
    return amount, unit, None if told.any() else Message("customers.no_contract_amounts")
