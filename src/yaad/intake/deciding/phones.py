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
LONGEST = 20
"""Digits of the longest number with its country and an extension."""
STAR = re.compile(r"\*\d{3,6}")
"""A short number of a company."""
OWN = {"IL": ("+972", re.compile(r"(?:(?:\+|00)?972)?0?([57]\d{8}|[23489]\d{7})"))}
"""Country → its code, and its numbers in any writing: with the code, with the leading zero, or with neither."""

BETWEEN_DIGITS = SEPARATORS + "{0,4}"
TOGETHER = re.compile(rf"\d(?:{BETWEEN_DIGITS}\d)*")
"""Digits of one number, with what stands between them."""
WITHIN = {
    "IL": re.compile(
        rf"(?<!\d)(?:(?:\+|00)?972{BETWEEN_DIGITS}0?|0){BETWEEN_DIGITS}"
        rf"([57](?:{BETWEEN_DIGITS}\d){{8}}|[23489](?:{BETWEEN_DIGITS}\d){{7}})(?!\d)"
    )
}
"""Country → its numbers among words, where only the code or the leading zero tells them from other figures."""


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


def phones_among(text: str, country: str = "IL") -> tuple[str, ...]:
    """All numbers of a cell in that form, also of one in which words or further figures stand beside them.

    >>> phones_among("052-3334444 Dana"), phones_among("050-1234567 (2)"), phones_among("+39 050 1234567")
    (('+972523334444',), ('+972501234567',), ('+390501234567',))
    """
    told = plain_digits(re.sub(r"[^\S\n]+", " ", text))
    found, within = phones_in(told, country), _within(told, country)
    if set(within) <= set(found):
        return found
    kept = [one for one in found if one in within or _is_given_out(one)]
    code = len(OWN[country][0])
    return tuple(dict.fromkeys([*kept, *(one for one in within if not any(one[code:] in other for other in kept))]))


def _within(told: str, country: str) -> tuple[str, ...]:
    """The country's own numbers in a text with words; one without its zero only where no other figure stands there."""
    if country not in WITHIN:
        return ()
    code, own = OWN[country]
    alone = own.fullmatch("".join(one for one in told if one.isdecimal()))
    if alone:
        return (code + alone[1],)
    runs = (own.fullmatch(re.sub(SEPARATORS, "", one[1])) for one in WITHIN[country].finditer(told))
    return tuple(dict.fromkeys(code + one[1] for one in runs if one))


def _is_given_out(number: str) -> bool:
    import phonenumbers

    return bool(phonenumbers.is_valid_number(phonenumbers.parse(number)))


def surely(text: str, country: str = "IL") -> str | None:
    """The number of a cell in that form, where it holds one alone, and one that is given out; else None.

    >>> [surely(text) for text in ("050-123 4567", "44 20 7946 0958", "050-1239999 / *2345", "212-555-0199")]
    ['+972501234567', None, None, None]
    """
    found = phones_in(text, country)
    if len(found) != 1 or SEVERAL.search(text.strip()):
        return None
    code, own = OWN.get(country, ("", None))
    if own is not None and found[0].startswith(code) and own.fullmatch(found[0]):
        return found[0]
    return found[0] if _is_given_out(found[0]) else None


def may_be_dialled(text: str) -> bool:
    """Whether what somebody typed can be a telephone number of any country, or hold one: nothing else can be called.

    Its digits stand together, with nothing between them but what stands within numbers: an hour and a day are none.

    >>> [may_be_dialled(text) for text in ("050-123 4567", "6123456", "*2345", "03-6123456 ext. 12", "12", "Dana", "")]
    [True, True, True, True, False, False, False]
    >>> may_be_dialled("after 16:30, from 12.3.26")
    False
    """
    told = plain_digits(text)
    parts = [told, *SEVERAL.split(told)]
    return any(STAR.fullmatch(re.sub(SEPARATORS, "", one)) for one in parts) or any(
        REPEATED <= sum(map(str.isdecimal, run)) <= LONGEST for one in parts for run in TOGETHER.findall(one)
    )


def takes_messages(number: str) -> bool:
    """Whether a folded number may be a mobile one; in countries that do not tell them apart any may be.

    >>> [takes_messages(number) for number in ("+972501234567", "+97236123456", "+972771234567", "+12125550199")]
    [True, False, False, True]
    """
    import phonenumbers

    kind = phonenumbers.number_type(phonenumbers.parse(number))
    types = phonenumbers.PhoneNumberType
    return kind in (types.MOBILE, types.FIXED_LINE_OR_MOBILE, types.UNKNOWN)


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
