"""Errors of the product's family and the status by which a face answers them; one table for pages and programs."""

from yaad.errors import BookError, CannotTell, Changed, NotAllowed, UnknownName, YaadError
from yaad.server.beside import TooBusy
from yaad.server.scoping import NoSuchCompany

STATUS: tuple[tuple[type[YaadError], int], ...] = (
    (UnknownName, 404),
    (NoSuchCompany, 404),
    (NotAllowed, 403),
    (CannotTell, 422),
    (BookError, 409),
    (Changed, 409),
    (TooBusy, 503),
)


LATER = "5"
"""Seconds after which it is worth to ask again where too many ask."""


def status_of(error: YaadError) -> int:
    """The status of an answer that says this error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)
