"""A demo company: its deals, customers, orders and calls as its own files would tell them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from yaad.demo.baskets import Line, Order, later_orders, quote
from yaad.demo.customers import Customer, draw_customers
from yaad.demo.history import History, simulate
from yaad.demo.touches import Calls, Touches, draw_calls, draw_touches
from yaad.demo.words import PACKS, Pack
from yaad.demo.world import STEPS, Group, Step, World

AS_OF = date(2026, 11, 17)
"""The last day of the demo companies, unless another one is asked for."""

DAYS = 548  # eighteen months

CENT = Decimal("0.01")


@dataclass(frozen=True, eq=False)
class Company:
    """A simulated company with names.

    Attributes:
        pack: its words.
        history: its deals, with `History.truth`; amounts are those of the quotes.
        customers: the customer of each deal.
        quotes: the lines quoted in each deal.
        orders: all orders up to the last day, by time.
        calls, touches: what people did, by time.
    """

    pack: Pack
    history: History
    customers: list[Customer]
    quotes: list[tuple[Line, ...]]
    orders: list[Order]
    calls: Calls
    touches: Touches

    def moment(self, at: float) -> datetime:
        """A time as the company's clock showed it, to the second."""
        seconds = int(at * 86_400)
        return datetime.combine(self.history.world.start, datetime.min.time()) + timedelta(seconds=seconds)

    def owner(self, deal: int) -> str:
        """The person who sells a deal."""
        return self.history.world.reps[int(self.history.paths.rep[deal])].name


def world_of(pack: Pack, as_of: date = AS_OF) -> World:
    """The parameters of a demo company: those of the studies, with people, sources, seasons and office hours."""
    steps = tuple(Step(name, *_habits(step)) for name, step in zip(pack.stages, STEPS, strict=True))
    return World(
        start=as_of - timedelta(days=DAYS - 1),
        days=DAYS,
        inquiries_a_day=4.6,
        growth=1.3,
        frailty=0.4,
        steps=steps,
        won=pack.won,
        lost=pack.lost,
        sources=pack.sources,
        reps=pack.reps,
        products=tuple(Group(solution.name, solution.share, solution.odds) for solution in pack.solutions),
        campaigns=pack.campaigns,
        lost_reasons=pack.lost_reasons,
        currency=pack.currency,
        tax=pack.tax,
        zone=pack.zone,
        months=pack.months,
        weekdays=pack.weekdays,
        hours=pack.hours,
        amount_missing=0.05,
        back=0.06,
        skip=0.04,
        reopened=0.01,
    )


def _habits(step: Step) -> tuple[float, float, float, float]:
    return step.advance, step.advance_days, step.loss_days, step.spread


def draw_company(lang: str = "he", seed: int = 1, as_of: date = AS_OF) -> Company:
    """A whole demo company.

    Args:
        lang: ``he`` or ``en``.
        seed: the same seed and day give the same company.
        as_of: its last day; its history covers the eighteen months up to it.

    Raises:
        KeyError: no company speaks this language.
    """
    pack = PACKS[lang]
    history = simulate(world_of(pack, as_of), seed)
    # the second stream of the seed: names do not depend on how many numbers the deals took
    people, goods, repeats, talk = np.random.default_rng([seed, 2]).spawn(4)
    customers = draw_customers(pack, len(history.paths.born), people)
    quotes = [
        quote(pack, pack.solutions[int(solution)], customer.employees, goods)
        for solution, customer in zip(history.paths.product, customers, strict=True)
    ]
    amounts = np.array([float(sum(line.total for line in lines)) for lines in quotes])
    amounts[np.isnan(history.paths.amount) & ~np.isfinite(history.paths.entered[:, -1])] = np.nan
    history = History(history.world, replace(history.paths, amount=amounts))
    orders = [
        order
        for deal in np.flatnonzero(history.paths.entered[:, -1] < history.cut())
        for order in _orders(pack, history, int(deal), quotes[deal], repeats)
    ]
    return Company(
        pack=pack,
        history=history,
        customers=customers,
        quotes=quotes,
        orders=sorted(orders, key=lambda order: order.at),
        calls=draw_calls(history, talk),
        touches=draw_touches(history, len(pack.touches), talk),
    )


def _orders(
    pack: Pack, history: History, deal: int, lines: tuple[Line, ...], rng: np.random.Generator
) -> Iterator[Order]:
    won = float(history.paths.entered[deal, -1])
    yield Order(deal, won, lines, first=True)
    yield from later_orders(pack, deal, won, history.cut(), rng)
