"""What is quoted and what is bought: lines of products, and the orders that follow a sale."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

import numpy as np
from numpy.random import Generator

from yaad.demo.words import Pack, Solution

MONTH = 30.0  # days


@dataclass(frozen=True)
class Line:
    """So many pieces of a product; `price` a piece, `discount` as a part of 1."""

    product: str
    quantity: int
    price: Decimal
    discount: Decimal

    @property
    def total(self) -> Decimal:
        """Money of the line, before VAT."""
        return self.quantity * self.price * (1 - self.discount)


@dataclass(frozen=True)
class Order:
    """An order: the first of a sale, or one that came later.

    Attributes:
        deal: index of the deal that won the customer.
        at: days since the company's start.
        lines: what was bought.
        first: whether it is the sale itself.
    """

    deal: int
    at: float
    lines: tuple[Line, ...]
    first: bool

    @property
    def amount(self) -> Decimal:
        """Money of the order, before VAT."""
        return sum((line.total for line in self.lines), Decimal(0))


def quote(pack: Pack, solution: Solution, employees: int, rng: Generator) -> tuple[Line, ...]:
    """The lines of a quote: what the solution holds, for a part of the customer's people."""
    seats = max(1.0, employees * float(rng.uniform(0.2, 0.7)))
    chosen = [part for part in solution.parts.items() if rng.random() < part[1][0]]
    chosen = chosen or [max(solution.parts.items(), key=lambda part: part[1][0])]
    off = Decimal(int(rng.choice([0, 0, 0, 3, 5, 7, 10]))) / 100
    return tuple(_line(pack, name, ceil(seats * a_seat), off) for name, (_, a_seat) in chosen)


def _line(pack: Pack, name: str, quantity: int, discount: Decimal) -> Line:
    price = next(item.price for item in pack.items if item.name == name)
    return Line(name, max(quantity, 1), Decimal(price), discount)


def later_orders(pack: Pack, deal: int, won: float, until: float, rng: Generator) -> list[Order]:
    """What a customer orders after the sale.

    Each has a pace of its own (gamma distributed) and stops for good after any order with a chance of its own (beta
    distributed): the world of the BG/NBD model (Fader, Hardie & Lee 2005, Marketing Science 24:275).

    Args:
        pack: the company's words.
        deal: index of the deal.
        won: days from the company's start to the sale.
        until: days from the company's start to the last day; later orders are not seen yet.
        rng: the stream.
    """
    pace, stopping = rng.gamma(1.1, 0.25) / MONTH, rng.beta(1.2, 3.0)
    small = [item for item in pack.items if item.price < np.median([other.price for other in pack.items])]
    orders: list[Order] = []
    at = won
    while rng.random() >= stopping:
        at += float(rng.exponential(1 / max(pace, 1e-6)))
        if at >= until:
            break
        items = rng.choice(len(small), size=int(rng.integers(1, 4)), replace=False)
        lines = tuple(_line(pack, small[item].name, int(rng.integers(1, 7)), Decimal(0)) for item in items)
        orders.append(Order(deal, at, lines, first=False))
    return orders
