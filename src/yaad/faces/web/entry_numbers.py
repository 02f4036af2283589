"""Numbers of entries, as addresses and forms have them."""

from collections.abc import Iterable

LONGEST_NUMBER = 18


def entry_number(text: str) -> int | None:
    """The number of an entry; None where it is none.

    >>> entry_number("17"), entry_number("x"), entry_number("9" * 40)
    (17, None, None)
    """
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def entry_numbers(texts: Iterable[str]) -> list[int]:
    """The numbers of entries among texts, in order; what is none is passed over."""
    return [one for one in map(entry_number, texts) if one is not None]
