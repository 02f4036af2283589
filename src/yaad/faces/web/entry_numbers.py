"""Numbers of entries, as addresses and forms have them."""

LONGEST_NUMBER = 18


def entry_number(text: str) -> int | None:
    """The number of an entry; None where it is none.

    >>> entry_number("17"), entry_number("x"), entry_number("9" * 40)
    (17, None, None)
    """
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None
