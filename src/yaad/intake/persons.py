"""Whose row is it: the telephone numbers, the mail and the name that tell one person from another in a sheet.

A number of one repeated digit (050-0000000) is what people write where a form insists on a number: it says who somebody
is only together with the name beside it.
"""

from dataclasses import dataclass

import pyarrow as pa

from yaad.intake.arrow import codes, pc
from yaad.intake.deciding.phones import is_made_up, phones_in
from yaad.intake.deciding.spellings import skeleton
from yaad.intake.decisions import Decisions

PHONE, MAIL, NAME = range(3)


@dataclass(frozen=True)
class Persons:
    """Who each row is.

    Attributes:
        keys: row → all that it is known by; rows that share any of these are one person. Empty where nobody is named.
        labels: row → what its person is called by (the first number, else the mail, else the name) and which of these
            that is, so that the smallest is the best; None where nobody is named.
    """

    keys: list[tuple[int, ...]]
    labels: list[tuple[int, str] | None]


def persons_of(found: Decisions) -> Persons:
    """Who each row is; the name tells where a row has neither a number nor a mail.

    The name is that of a contact, or that of a company with what is sold to it, where both are told.
    """
    told_phones = found.text("phone")
    cells: list[str | None] = [None] * len(found.table) if told_phones is None else told_phones.to_pylist()
    mail, contact, account, name = (_folded(found, one) for one in ("email", "contact", "account", "name"))
    names = pc.coalesce(contact, pc.binary_join_element_wise(account, name, "|"), account, name)
    numbers = {cell: phones_in(cell) if cell else () for cell in set(cells)}
    places: dict[tuple[object, ...], int] = {}
    keys: list[tuple[int, ...]] = []
    labels: list[tuple[int, str] | None] = []
    for cell, address, called in zip(cells, mail.to_pylist(), names.to_pylist(), strict=True):
        told = numbers[cell]
        known: list[tuple[int, str]] = [(PHONE, one) for one in told if not is_made_up(one)]
        known += [(MAIL, address)] if address is not None else []
        known += [(NAME, called)] if called is not None and not known else []
        both = [(PHONE, one, called) for one in told if is_made_up(one) and called is not None]
        keys.append(tuple(places.setdefault(one, len(places)) for one in (*known, *both)))
        labels.append(known[0] if known else None)
    return Persons(keys, labels)


def _folded(found: Decisions, name: str) -> pa.Array:
    texts = found.text(name)
    if texts is None:
        return pa.nulls(len(found.table), pa.string())
    number, distinct = codes(texts)
    plain = pa.array([skeleton(text) or None for text in distinct.to_pylist()], pa.string())
    return plain.take(pa.array(number, mask=number < 0)) if len(plain) else texts
