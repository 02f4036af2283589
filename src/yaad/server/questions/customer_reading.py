"""What is asked of the customers: all of them are told once, the list that is shown is narrowed from there."""

from collections.abc import Sequence
from dataclasses import dataclass

from yaad.errors import InputError, UnknownName
from yaad.insight.customers import TO_CALL
from yaad.measures.standing import State
from yaad.server.questions import reading
from yaad.server.state import opened
from yaad.show import CohortsResult, CustomersResult, OneCustomerResult
from yaad.show.speech import Said
from yaad.text import Message


def customers(period: str, every: str) -> CustomersResult:
    """All customers, nobody listed yet: the list is narrowed by who asks."""
    return opened().shelf.ask(
        "customers", lambda b: b.customers(period or None, states=[], every=every or None), period, every
    )


EVERYBODY = "all"


@dataclass(frozen=True)
class Wanted:
    """Which customers are listed.

    Attributes:
        states: of them; those with something to do where none is said.
        owner: only whose last sale was this person's; empty: whoever's it was.
        words: only whose name holds this.
    """

    states: tuple[State, ...] = TO_CALL
    owner: str = ""
    words: str = ""


def states_of(names: Sequence[str]) -> tuple[State, ...]:
    """States by their names; those with something to do where none is named, all of them as `EVERYBODY`.

    Raises:
        UnknownName: there is no such state.
    """
    if EVERYBODY in names:
        return tuple(State)
    for name in names:
        if name not in set(State):
            raise UnknownName("option", name, [*State])
    return tuple(State(name) for name in names) or TO_CALL


def listed(period: str, every: str, wanted: Wanted, *, limit: int | None = None, offset: int = 0) -> CustomersResult:
    """The customers, with those that are wanted listed; of these at most so many, passing over so many."""
    whole = customers(period, every).content
    return CustomersResult(
        whole.narrowed(wanted.states, wanted.owner or None, wanted.words, limit=limit, offset=offset)
    )


def cohorts(every: str) -> CohortsResult:
    """Who is still there, by when they came; by the usual length of time where none is said."""
    return CohortsResult(customers("", every).content.cohorts)


def one(name: str) -> OneCustomerResult:
    """One customer.

    Raises:
        InputError: nobody is called so, or no name was asked for.
    """
    if not name:
        raise InputError(Message("customers.no_such", {"name": name}))
    return opened().shelf.in_request("customer", lambda b: b.customer(name), name)


def words(measure: str) -> tuple[Said, Said]:
    """The name and the meaning of a measure."""
    found = reading.catalogue()[measure]
    return found.name, found.words
