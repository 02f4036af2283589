"""What a demo company needs of words."""

from dataclasses import dataclass

from yaad.demo.hours import OfficeHours
from yaad.demo.world import Group, Rep


@dataclass(frozen=True)
class Item:
    """A product of the price list: its price is before VAT."""

    name: str
    category: str
    price: int


@dataclass(frozen=True)
class Solution:
    """What an inquiry asks for, and what a quote for it holds.

    Attributes:
        name: as people say it.
        share: its weight among the inquiries.
        odds: see `yaad.demo.world.Group`.
        parts: item → (part of the quotes that hold it, pieces a seat).
    """

    name: str
    share: float
    odds: tuple[float, ...]
    parts: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Kind:
    """A kind of customer: a pattern of its name (``{last}``, ``{first}``, ``{brand}``, ``{place}``) and its sector."""

    pattern: str
    sector: str


@dataclass(frozen=True)
class Pack:
    """All words and habits of one demo company.

    Attributes:
        stages: the four open stages, in order; `won` and `lost` end them.
        months, weekdays: see `yaad.demo.world.World`.
        phone: pattern of a phone number, ``@`` for one of `phone_first`, ``#`` for a digit; no such number can be
            given to anyone.
        heads: our field → the head of the column in the company's files, by file.
        touches: kinds of what people do with a customer beside calling.
        calls: how an incoming and an outgoing call are named.
    """

    lang: str
    company: str
    zone: str
    currency: str
    tax: str
    hours: OfficeHours
    months: tuple[float, ...]
    weekdays: tuple[float, ...]
    stages: tuple[str, str, str, str]
    won: str
    lost: str
    sources: tuple[Group, ...]
    campaigns: tuple[Group, ...]
    reps: tuple[Rep, ...]
    lost_reasons: tuple[Group, ...]
    items: tuple[Item, ...]
    solutions: tuple[Solution, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    brands: tuple[str, ...]
    places: tuple[str, ...]
    cities: tuple[str, ...]
    kinds: tuple[Kind, ...]
    next_steps: tuple[str, ...]
    touches: tuple[str, ...]
    calls: tuple[str, str]
    phone: str
    phone_first: tuple[str, ...]
    heads: dict[str, dict[str, str]]


def names(text: str) -> tuple[str, ...]:
    """Names written one after the other.

    >>> names("Dana Noa")
    ('Dana', 'Noa')
    """
    return tuple(text.split())
