"""What the pages of customers ask the book, through the shelf that keeps the answers until the data change."""

from yaad.errors import InputError
from yaad.faces.web import reading
from yaad.server.state import opened
from yaad.show import CustomersResult, OneCustomerResult
from yaad.show.speech import Said
from yaad.text import Message


def customers(period: str, every: str) -> CustomersResult:
    """All customers, nobody listed yet: the list is narrowed by who asks."""
    return opened().shelf.ask(
        "customers", lambda b: b.customers(period or None, states=[], every=every or None), period, every
    )


def one(name: str) -> OneCustomerResult:
    """One customer.

    Raises:
        InputError: nobody is called so, or no name was asked for.
    """
    if not name:
        raise InputError(Message("customers.no_such", {"name": name}))
    return opened().shelf.once(lambda b: b.customer(name))


def words(measure: str) -> tuple[Said, Said]:
    """The name and the meaning of a measure."""
    found = reading.catalogue()[measure]
    return found.name, found.words
