"""Telephone numbers in one form for matching: +972501234567, whatever a spreadsheet made of them.

What stood in the file is kept as it is; this form is only compared.
"""

import re

import pyarrow as pa

from yaad.intake.arrow import codes, pc, whole
from yaad.intake.deciding.days import plain_digits

SEPARATORS = r"[\s().\-–־/\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]"
SEVERAL = re.compile(r"\s*(?:[/,;|\n]|\sאו\s|\sor\s)\s*")
"""What stands between two numbers in one cell."""
SHORTEST = 8
"""Digits of a number with its area; fewer are a part of one."""
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
    told = plain_digits(text).strip().removesuffix(".0")  # a spreadsheet's number
    plain = re.sub(SEPARATORS, "", told)
    several = [part for part in SEVERAL.split(told) if sum(map(str.isdecimal, part)) >= SHORTEST]
    if several and several != [told]:  # 050/1234567 is one number
        return next((one for part in several if (one := fold_phone(part, country)) is not None), None)
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


def fold_phones(column: pa.ChunkedArray | pa.Array, country: str = "IL") -> pa.Array:
    """A column of numbers in that form; null where a cell holds none. Each distinct text is read once."""
    numbers, distinct = codes(whole(column).cast(pa.string()))
    folded = pa.array([fold_phone(text, country) for text in distinct.to_pylist()], pa.string())
    return folded.take(pa.array(numbers, mask=numbers < 0)) if len(folded) else pc.cast(whole(column), pa.string())
