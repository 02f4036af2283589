"""Finding a text as people type it: in both scripts, without niqqud and final letters, and numbers in any spelling."""

import unicodedata

FINAL = str.maketrans("ךםןףץ", "כמנפצ")
"""A final letter → the letter that it is: who types half a word types the plain one."""
NUMBER_LETTERS = frozenset("+-() ./")
"""Letters between the digits of a telephone number."""
LEAST_DIGITS = 4
"""Digits from which on a text is looked for as a number."""


def searchable(text: str) -> str:
    """A text as it is compared: without case, marks, quotes and final letters, parted by single spaces.

    >>> searchable("מִטְבָּחִים  בע״מ"), searchable("Café  O'Neil")
    ('מטבחימ בעמ', 'cafe oneil')
    """
    plain = unicodedata.normalize("NFKD", text).casefold().translate(FINAL)
    kept = (" " if letter.isspace() or letter in "-–—/.,_" else letter for letter in plain)
    return " ".join("".join(one for one in kept if one == " " or one.isalnum()).split())


def digits(text: str) -> str:
    """The digits of a telephone number, without the country's code or the zero before it; empty of other texts.

    >>> digits("+972-50-123 4567"), digits("050-1234567"), digits("Suite 12")
    ('501234567', '501234567', '')
    """
    if any(not (letter.isdigit() or letter in NUMBER_LETTERS) for letter in text.strip()):
        return ""
    plain = "".join(letter for letter in text if letter.isdigit())
    if len(plain) < LEAST_DIGITS:
        return ""
    return plain.removeprefix("972").removeprefix("0")


def found_in(wanted: str, *texts: str | None) -> bool:
    """Whether every word of `wanted` stands in one of the texts, or its number in one of them.

    >>> found_in("מטבח", "מִטְבָּחִים בע״מ"), found_in("050 123", "+972501234567"), found_in("oak pine", "Oak", "Maple")
    (True, True, False)
    """
    number = digits(wanted)
    if number:
        return any(number in digits(text) for text in texts if text)
    held = [searchable(text) for text in texts if text]
    return all(any(word in one for one in held) for word in searchable(wanted).split())
