"""Dates of the Hebrew calendar, as ``ג' באדר תשפ"ה``: read by the calendar's own arithmetic.

Source: N. Dershowitz and E. M. Reingold, Calendrical Calculations, the Hebrew calendar (molad arithmetic and the four
postponements); held against the holidays of a century in the tests.
"""

import re

from yaad.intake.deciding.folding import QUOTES

BEFORE_FIRST = -1_373_428
"""Ordinal of the day before 1 Tishrei of the year 1."""
VALUES = {letter: value for value, letters in (
    (1, "א"), (2, "ב"), (3, "ג"), (4, "ד"), (5, "ה"), (6, "ו"), (7, "ז"), (8, "ח"), (9, "ט"), (10, "י"), (20, "כך"),
    (30, "ל"), (40, "מם"), (50, "נן"), (60, "ס"), (70, "ע"), (80, "פף"), (90, "צץ"), (100, "ק"), (200, "ר"), (300, "ש"),
    (400, "ת"),
) for letter in letters}  # fmt: skip
MONTHS = ("תשרי", "חשון", "כסלו", "טבת", "שבט", "אדר", "אדר ב", "ניסן", "אייר", "סיון", "תמוז", "אב", "אלול")
"""Months of a leap year, in the order of its days; in a common year there is one Adar."""
SPELLINGS = {
    "חשוון": "חשון", "מרחשון": "חשון", "מרחשוון": "חשון", "כסליו": "כסלו", "איר": "אייר", "סיוון": "סיון",
    "מנחם אב": "אב",
}  # fmt: skip
ADAR, SECOND_ADAR = 5, 6
WRITTEN = re.compile(
    r"(?P<day>[א-ת]{1,3}|\d{1,2})\s+(?P<month>[א-ת]+(?:\s[אב])?|מנחם אב)\s+(?P<year>[א-ת]{2,6}|5[67]\d\d)"
)


def read_hebrew(text: str) -> tuple[int, int, int] | None:
    r"""Day, place in `MONTHS` and year; None when the text is no date of the Hebrew calendar.

    >>> read_hebrew("ג' באדר תשפ\"ה"), read_hebrew("3 במרץ 2025")
    ((3, 5, 5785), None)
    """
    plain = "".join(letter for letter in text if letter not in QUOTES).strip()
    found = WRITTEN.fullmatch(re.sub(r"[\s,.\-־]+", " ", plain))
    if found is None:
        return None
    day, month, year = _number(found["day"]), _month(found["month"]), _year(found["year"])
    return (day, month, year) if day and month is not None and year else None


def ordinal_of(day: int, month: int, year: int) -> int | None:
    """The proleptic Gregorian ordinal of a date; None for one that the year does not have, or has twice.

    Plain Adar of a leap year is not told from its second one, so it is not read.

    >>> import datetime
    >>> datetime.date.fromordinal(ordinal_of(3, 5, 5785))
    datetime.date(2025, 3, 3)
    """
    leap = is_leap(year)
    if month == SECOND_ADAR and not leap:
        return None
    lengths = _lengths(year)
    if not 1 <= day <= lengths[month]:
        return None
    return new_year(year) + sum(lengths[:month]) + day - 1


def is_leap(year: int) -> bool:
    """The year has thirteen months."""
    return (7 * year + 1) % 19 < 7


def new_year(year: int) -> int:
    """Ordinal of 1 Tishrei."""
    before, this, after = (_elapsed(one) for one in (year - 1, year, year + 1))
    late = 2 if after - this == 356 else 1 if this - before == 382 else 0
    return BEFORE_FIRST + this + late + 1


def _elapsed(year: int) -> int:
    """Days from the beginning of the count to the mean conjunction of a year's Tishrei, its weekday allowed for."""
    months = (235 * year - 234) // 19
    days = 29 * months + (12_084 + 13_753 * months) // 25_920
    return days + 1 if 3 * (days + 1) % 7 < 3 else days


def _lengths(year: int) -> list[int]:
    """Days of each of `MONTHS`; a month that the year lacks has none."""
    size = (new_year(year + 1) - new_year(year)) % 10
    cheshvan, kislev = (30 if size == 5 else 29), (29 if size == 3 else 30)
    adars = [30, 29] if is_leap(year) else [29, 0]
    return [30, cheshvan, kislev, 29, 30, *adars, 30, 29, 30, 29, 30, 29]


def is_twofold(month: int, year: int, text: str) -> bool:
    """Plain Adar of a leap year: it may be the first or the second."""
    return month == ADAR and is_leap(year) and re.search(r"אדר[\s'׳]*[אב]\b", text) is None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else sum(VALUES[letter] for letter in text)


def _year(text: str) -> int:
    """``תשפה``, with or without the thousands before it."""
    if text.isdecimal():
        return int(text)
    if text.startswith("ה") and len(text) > 2:
        text = text[1:]
    number = _number(text)
    return 5000 + number if 600 <= number < 900 else 0


def _month(text: str) -> int | None:
    for name in (text, text.removeprefix("ב"), text.removeprefix("ב").removesuffix(" א")):
        plain = SPELLINGS.get(name, name)
        if plain in MONTHS:
            return MONTHS.index(plain)
    return None
