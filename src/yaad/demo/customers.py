"""Who asks: customers and the people in them, invented and never the same twice."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.random import Generator

from yaad.demo.words import Kind, Pack

T = TypeVar("T")

RETURNING = 0.12  # part of the inquiries that come from a customer who asked before


@dataclass(frozen=True)
class Customer:
    """A customer and the person who speaks for it."""

    id: str
    name: str
    sector: str
    city: str
    contact: str
    phone: str
    email: str
    employees: int


def draw_customers(pack: Pack, deals: int, rng: Generator) -> list[Customer]:
    """The customer behind each deal, in the order of the deals; some of them have asked before."""
    known: list[Customer] = []
    names: set[str] = set()
    drawn: list[Customer] = []
    for _ in range(deals):
        if known and rng.random() < RETURNING:
            drawn.append(known[int(rng.integers(len(known)))])
            continue
        customer = _customer(pack, len(known), names, rng)
        names.add(customer.name)
        known.append(customer)
        drawn.append(customer)
    return drawn


def _customer(pack: Pack, number: int, taken: set[str], rng: Generator) -> Customer:
    kind, city = _any(pack.kinds, rng), _any(pack.cities, rng)
    name = _name(kind, pack, rng)
    while name in taken:
        name = f"{_name(kind, pack, rng)} {_any(pack.cities, rng)}"
    return Customer(
        id=f"A-{number + 1:05d}",
        name=name,
        sector=kind.sector,
        city=city,
        contact=f"{_any(pack.first_names, rng)} {_any(pack.last_names, rng)}",
        phone=phone_number(pack, number),
        email=f"office@customer-{number + 1:05d}.example",
        employees=max(2, round(float(np.exp(rng.normal(2.7, 0.9))))),
    )


def _name(kind: Kind, pack: Pack, rng: Generator) -> str:
    return kind.pattern.format(
        last=_any(pack.last_names, rng),
        first=_any(pack.first_names, rng),
        brand=_any(pack.brands, rng),
        place=_any(pack.places, rng),
    )


def _any(choices: tuple[T, ...], rng: Generator) -> T:
    return choices[int(rng.integers(len(choices)))]


def phone_number(pack: Pack, number: int) -> str:
    """The phone of the customer of this number: different for each, and one that nobody can have."""
    ahead, turn = number % len(pack.phone_first), number // len(pack.phone_first)
    width = pack.phone.count("#")
    # a prime step walks over all numbers of this width before one comes again
    digits = iter(f"{((turn + 37 * ahead) * 7919 + 123_457) % 10**width:0{width}d}")
    signs = {"@": lambda: pack.phone_first[ahead], "#": lambda: next(digits)}
    return "".join(signs[sign]() if sign in signs else sign for sign in pack.phone)
