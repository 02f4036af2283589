"""Telephone numbers in one form for matching: +972501234567, whatever a spreadsheet made of them.

What stood in the file is kept as it is; this form is only compared.
"""

import re

from yaad.intake.deciding.days import plain_digits

SEPARATORS = r"[\s().\-–־/\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]"
SEVERAL = re.compile(r"\s*(?:[/,;|\n]|\sאו\s|\sor\s)\s*")
"""What stands between two numbers in one cell."""
SHORTEST = 8
"""Digits of a number with its area; fewer are a part of one."""
REPEATED = 7
"""Digits of a number after its area."""
OWN = {"IL": ("+972", re.compile(r"(?:(?:\+|00)?972)?0?([57]\d{8}|[23489]\d{7})"))}
"""Country → its code, and its numbers in any writing: with the code, with the leading zero, or with neither."""


def fold_phone(text: str, country: str = "IL") -> str | None:
    """A number as the whole world dials it, the first one where a cell holds several; None where it cannot be one.

    Args:
        text: as written; without a country code it belongs to `country`, also where a spreadsheet dropped the zero.
        country: ISO code.

    >>> [fold_phone(text) for text in ("050-123 4567", "501234567", "+972 50 1234567", "03-6123456", "12")]
    ['+972501234567', '+972501234567', '+972501234567', '+97236123456', None]
    >>> fold_phone("(212) 555-0199", "US")
    '+12125550199'
    """
    return next(iter(phones_in(text, country)), None)


def phones_in(text: str, country: str = "IL") -> tuple[str, ...]:
    """All numbers of a cell in that form, in their order; none where it holds none.

    >>> phones_in("03-1234567 / 052-1111111")
    ('+97231234567', '+972521111111')
    """
    told = plain_digits(text).strip().removesuffix(".0")  # a spreadsheet's number
    several = [part for part in SEVERAL.split(told) if sum(map(str.isdecimal, part)) >= SHORTEST]
    if several and several != [told]:  # 050/1234567 is one number
        return tuple(dict.fromkeys(number for part in several for number in phones_in(part, country)))
    number = _dialled(told, country)
    return () if number is None else (number,)


def surely(text: str, country: str = "IL") -> str | None:
    """The number of a cell in that form, where it holds one alone, and one that is given out; else None.

    >>> [surely(text) for text in ("050-123 4567", "44 20 7946 0958", "050-1239999 / *2345", "212-555-0199")]
    ['+972501234567', None, None, None]
    """
    import phonenumbers

    found = phones_in(text, country)
    if len(found) != 1 or SEVERAL.search(text.strip()):
        return None
    code, own = OWN.get(country, ("", None))
    if own is not None and found[0].startswith(code) and own.fullmatch(found[0]):
        return found[0]
    return found[0] if phonenumbers.is_valid_number(phonenumbers.parse(found[0])) else None


def is_made_up(number: str) -> bool:
    """Whether a folded number is one digit repeated after its area, as people fill in where they have no number.

    >>> [is_made_up(number) for number in ("+972500000000", "+97231111111", "+972501234567")]
    [True, True, False]
    """
    return len(number) > REPEATED and len(set(number[-REPEATED:])) == 1


def _dialled(told: str, country: str) -> str | None:
    plain = re.sub(SEPARATORS, "", told)
    code, own = OWN.get(country, ("", None))
    if own is not None and (found := own.fullmatch(plain)):
        return code + found[1]
    import phonenumbers

    try:
        number = phonenumbers.parse(told, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
