"""Finding a text as people type it: in both scripts, without niqqud and final letters, and numbers in any spelling."""

import re
import unicodedata

FINAL = str.maketrans("ךםןףץ", "כמנפצ")
"""A final letter → the letter that it is: who types half a word types the plain one."""
SEPARATORS = frozenset("-–—‐‑־/.,_|·:;()[]")
"""Signs between words, the Hebrew maqaf and hyphens that do not break among them."""
NUMBER = re.compile(r"[+\d][\d\s().\-–‐‑־/]*\d")
"""Digits with what people put between them."""
LEAST_DIGITS = 4
"""Digits from which on a text is looked for as a number."""


def searchable(text: str) -> str:
    """A text as it is compared: without case, marks, quotes and final letters, parted by single spaces.

    >>> searchable("מִטְבָּחִים  בע״מ"), searchable("Café  O'Neil"), searchable("תל־אביב")
    ('מטבחימ בעמ', 'cafe oneil', 'תל אביב')
    """
    plain = unicodedata.normalize("NFKD", text).casefold().translate(FINAL)
    kept = (" " if letter.isspace() or letter in SEPARATORS else letter for letter in plain)
    return " ".join("".join(one for one in kept if one == " " or one.isalnum()).split())


def digits(text: str) -> list[str]:
    """The numbers in a text, each by its digits, without the country's code or the zero before it.

    >>> digits("+972-50-123 4567"), digits("00972501234567 (Dana)"), digits("050-1234567, 03-5550100")
    (['501234567'], ['501234567'], ['501234567', '35550100'])
    >>> digits("Suite 12")
    []
    """
    plain = "".join(one for one in text if unicodedata.category(one) != "Cf")
    found = ("".join(letter for letter in one if letter.isdigit()) for one in NUMBER.findall(plain))
    return [_within(one) for one in found if len(one) >= LEAST_DIGITS]


def _within(number: str) -> str:
    """A number as it is dialled within the country, without the zero before it."""
    plain = number.removeprefix("00")
    return plain.removeprefix("972").removeprefix("0")


def found_in(wanted: str, *texts: str | None) -> bool:
    """Whether every word of `wanted` stands in one of the texts, or its number in one of them.

    >>> found_in("מטבח", "מִטְבָּחִים בע״מ"), found_in("050 123", "+972501234567"), found_in("oak pine", "Oak", "Maple")
    (True, True, False)
    >>> found_in("10045", "D-10045"), found_in("2024", "Budget 2024")
    (True, True)
    """
    told = [text for text in texts if text]
    numbers = digits(wanted)
    if numbers and all(any(one in held for text in told for held in digits(text)) for one in numbers):
        return True
    held = [searchable(text) for text in told]
    return all(any(word in one for one in held) for word in searchable(wanted).split())
