"""The customers of a book: all of them, one of them, who is still there – and the margin that they are told in."""

import re
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from yaad.errors import InputError, UnknownName
from yaad.facts import Facts
from yaad.insight.customers import TO_CALL, Whole, customers, one_customer, whole_of
from yaad.measures import Scope
from yaad.measures.cohorts import Every, cohorts
from yaad.measures.standing import State
from yaad.show.customers import CohortsResult, CustomersResult, OneCustomerResult
from yaad.text import Message

MARGIN = "margin"
"""The setting."""
_KNOWN: WeakKeyDictionary[Facts, Whole] = WeakKeyDictionary()
"""What is known of the customers of a picture of the facts, whatever the period."""
PER_CENT = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,4})?)\s*(?P<sign>%?)")


def _known_of(scope: Scope, facts: Facts) -> Whole:
    if facts not in _KNOWN:
        _KNOWN[facts] = whole_of(scope)
    return _KNOWN[facts]


def customers_of(
    scope: Scope,
    facts: Facts,
    *,
    states: Sequence[str] | None,
    owner: str | None,
    every: str | None,
    limit: int | None,
) -> CustomersResult:
    """The customers, those with something to do listed unless states are named.

    Raises:
        UnknownName: no such state, or no such length of a cohort's time.
    """
    asked = TO_CALL if states is None else tuple(State(_known(one, State)) for one in states)
    found = customers(scope, states=asked, owner=owner, every=_every(every), limit=limit, known=_known_of(scope, facts))
    return CustomersResult(found)


def customer_of(scope: Scope, facts: Facts, name: str) -> OneCustomerResult:
    """One customer.

    Raises:
        InputError: nobody is called so.
    """
    found = one_customer(scope, name, _known_of(scope, facts).standing)
    if found is None:
        raise InputError(Message("customers.no_such", {"name": name}))
    return OneCustomerResult(found)


def cohorts_of(scope: Scope, every: str | None) -> CohortsResult:
    """Who is still there, by when they came.

    Raises:
        UnknownName: no such length of a cohort's time.
    """
    return CohortsResult(cohorts(scope, _every(every)))


def read_margin(text: str) -> float | None:
    """A gross margin as it is typed: ``35%`` or ``35``; empty: none.

    Raises:
        InputError: it is none.

    >>> read_margin("35 %"), read_margin("12.5"), read_margin("")
    (0.35, 0.125, None)
    """
    if not text.strip():
        return None
    found = PER_CENT.fullmatch(text.strip())
    share = float(found["number"]) / 100 if found else 0.0
    is_part = share < 0.01 and "%" not in text  # 0.35 for 35 %: a hundredth of what is meant
    if not 0 < share <= 1 or is_part:
        raise InputError(Message("customers.bad_margin", {"text": text.strip()}))
    return share


def _every(name: str | None) -> Every | None:
    return Every(_known(name, Every)) if name else None


def _known(name: str, known: type[State] | type[Every]) -> str:
    names = [one.value for one in known]
    if name not in names:
        raise UnknownName("option", name, names)
    return name
