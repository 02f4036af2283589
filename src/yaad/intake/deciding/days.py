"""One date without its time, as people write it: 2024-03-01, 01/03/2024, 1.3.24, 1 במרץ 2024, Mar 1, 2024."""

import datetime as dt
import re
from enum import StrEnum
from functools import lru_cache

from yaad.intake.deciding.hebrew_dates import is_twofold, ordinal_of, read_hebrew

EPOCH = dt.date(1970, 1, 1).toordinal()
FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Years beyond these are typing errors in sales data."""
PIVOT = 69
"""Two-digit years up to this one are of the 2000s, later ones of the 1900s."""
SERIALS = (20_000, 80_000)
"""Day numbers that a spreadsheet may have left in a column of dates (1954 to 2119)."""

NUMERIC = re.compile(r"(\d{1,4})\s?([./\- ])\s?(\d{1,2})\s?\2\s?(\d{1,4})")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
DAY_NAME = re.compile(r"(\d{1,2})[\s.\-/]*([^\W\d_]+)[\s.,\-/]*(\d{4}|\d{2})")
DAY_NAME_ALONE = re.compile(r"(\d{1,2})[\s.\-/]*([^\W\d_]+)")
NAME_DAY = re.compile(r"([^\W\d_]+)[\s.]*(\d{1,2})(?:st|nd|rd|th)?[,\s]+(\d{4})")
WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+", re.IGNORECASE)

MONTHS = (
    ("jan", "january", "ינואר", "ינו"),
    ("feb", "february", "פברואר", "פבר"),
    ("mar", "march", "מרץ", "מרס"),
    ("apr", "april", "אפריל", "אפר"),
    ("may", "מאי"),
    ("jun", "june", "יוני", "יונ"),
    ("jul", "july", "יולי", "יול"),
    ("aug", "august", "אוגוסט", "אוג"),
    ("sep", "sept", "september", "ספטמבר", "ספט"),
    ("oct", "october", "אוקטובר", "אוק"),
    ("nov", "november", "נובמבר", "נוב"),
    ("dec", "december", "דצמבר", "דצמ"),
)
ABROAD = (
    ("januar", "jänner", "janvier", "janv", "enero", "ene", "janeiro", "января", "январь", "янв"),
    ("februar", "février", "févr", "fév", "febrero", "fevereiro", "fev", "февраля", "февраль", "фев"),
    ("märz", "mrz", "mär", "mars", "marzo", "março", "марта", "март", "мар"),
    ("avril", "avr", "abril", "abr", "апреля", "апрель", "апр"),
    ("mai", "mayo", "maio", "мая", "май"),
    ("juni", "juin", "junio", "junho", "июня", "июнь", "июн"),
    ("juli", "juillet", "juil", "julio", "julho", "июля", "июль", "июл"),
    ("août", "aout", "agosto", "августа", "август", "авг"),
    ("septembre", "septiembre", "setembro", "сентября", "сентябрь", "сент", "сен"),
    ("oktober", "okt", "octobre", "octubre", "outubro", "октября", "октябрь", "окт"),
    ("novembre", "noviembre", "novembro", "ноября", "ноябрь", "ноя"),
    ("dezember", "dez", "décembre", "déc", "diciembre", "dic", "dezembro", "декабря", "декабрь", "дек"),
)
"""The same in German, French, Spanish, Portuguese and Russian; not *set*, *out* and *ago*, which are English words."""
MONTH_OF = {
    name: number
    for number, names in enumerate(zip(MONTHS, ABROAD, strict=True), start=1)
    for name in (*names[0], *names[1])
}


class Order(StrEnum):
    """How a numeric date is written; the values are those of the mapping's ``dates``."""

    ISO = "iso"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    HEBREW = "hebrew"  # of the Hebrew calendar; dates in numbers beside them are day first


class Look(StrEnum):
    """What one text shows of its order."""

    ISO = "iso"  # year first: one reading
    NAMED = "named"  # the month is a word: one reading
    BOTH = "both"  # 03/04/2024: two readings
    SAME = "same"  # 04/04/2024: both readings are one day
    DAY_FIRST = "day_first"  # 25/12/2024
    MONTH_FIRST = "month_first"  # 12/25/2024
    SERIAL = "serial"  # 45000: a spreadsheet's day number
    HEBREW = "hebrew"  # ג' באדר תשפ"ה: another calendar
    YEARLESS = "yearless"  # 3 באפריל: the month is a word, the year is nowhere
    NONE = "none"  # no date


BAD, IMPOSSIBLE, YEAR, MISFIT, NO_YEAR = (
    "intake.rejected_bad_date",
    "intake.rejected_impossible_date",
    "intake.rejected_year",
    "intake.rejected_date_order",
    "intake.rejected_no_year",
)


def plain_digits(text: str) -> str:
    """With full-width, Arabic and other digits as 0–9, and without direction marks."""
    if text.isascii():
        return text
    kept = (str(int(ch)) if ch.isdecimal() else ch for ch in text if ch not in "\u200e\u200f\u202a\u202c\u2066\u2069")
    return "".join(kept).replace("\u00a0", " ")


def _month(word: str) -> int | None:
    key = word.casefold()
    return MONTH_OF.get(key) or MONTH_OF.get(key.removeprefix("ב"))


def _named(text: str) -> tuple[int, int, str] | None:
    """Day, month, year's text of a date whose month is a word."""
    plain = re.sub(r"['׳’]", "", WEEKDAY.sub("", text)).replace(" de ", " ")  # 3 de marzo de 2026
    found = DAY_NAME.fullmatch(plain)
    if found and (month := _month(found[2])):
        return int(found[1]), month, found[3]
    found = NAME_DAY.fullmatch(plain)
    if found and (month := _month(found[1])):
        return int(found[2]), month, found[3]
    return None


def _yearless(text: str) -> tuple[int, int] | None:
    """Day and month of a date whose month is a word and whose year is not written."""
    found = DAY_NAME_ALONE.fullmatch(re.sub(r"['׳’]", "", WEEKDAY.sub("", text)))
    month = _month(found[2]) if found else None
    return (int(found[1]), month) if found and month else None


@lru_cache(maxsize=65536)
def look(text: str) -> Look:
    """What a text shows of its order.

    >>> look("25/12/2024"), look("03/04/2024"), look("2024-04-03"), look("3 במרץ 2025")
    (<Look.DAY_FIRST: 'day_first'>, <Look.BOTH: 'both'>, <Look.ISO: 'iso'>, <Look.NAMED: 'named'>)
    """
    plain = plain_digits(text)
    if found := NUMERIC.fullmatch(plain):
        return _numeric_look(found[1], found[3], found[4])
    if COMPACT.fullmatch(plain) and isinstance(_compact(plain), int):
        return Look.ISO
    worded = ((_named, Look.NAMED), (read_hebrew, Look.HEBREW), (_yearless, Look.YEARLESS))
    for read, shown in worded:
        if read(plain) is not None:
            return shown
    number = plain.partition(".")[0]
    if number.isdecimal() and SERIALS[0] <= int(number) <= SERIALS[1]:
        return Look.SERIAL
    return Look.NONE


def _numeric_look(first: str, second: str, last: str) -> Look:
    if len(first) == 4:
        return Look.ISO
    if len(first) == 3 or len(last) not in (2, 4):
        return Look.NONE
    a, b = int(first), int(second)
    if a > 12:
        return Look.DAY_FIRST if a <= 31 and b <= 12 else Look.NONE
    if b > 12:
        return Look.MONTH_FIRST if b <= 31 else Look.NONE
    return Look.SAME if a == b else Look.BOTH


def read_day(
    text: str, order: Order | None, pivot: int = PIVOT, serial: int | None = None, year: int | None = None
) -> int | str:
    """Days since 1970-01-01, or the key of the reason why not.

    Args:
        text: the date, without its time.
        order: how numeric dates of this column are written.
        pivot: see `PIVOT`.
        serial: 1900 or 1904 where plain numbers are a workbook's day numbers.
        year: of dates that name none.

    >>> read_day("01/03/2024", Order.DAY_FIRST), read_day("31/02/2024", Order.DAY_FIRST)
    (19783, 'intake.rejected_impossible_date')
    """
    plain = plain_digits(text)
    if found := NUMERIC.fullmatch(plain):
        return _numeric(found[1], found[3], found[4], order, pivot)
    if COMPACT.fullmatch(plain):
        return _compact(plain)
    worded = _read_worded(plain, order, pivot, year)
    if worded is not None:
        return worded
    if serial is not None and look(text) is Look.SERIAL:
        return _serial(int(plain.partition(".")[0]), serial)
    return IMPOSSIBLE if plain == "60" and serial == 1900 else BAD


def _read_worded(text: str, order: Order | None, pivot: int, year: int | None) -> int | str | None:
    """A date whose month is a word; None where it is none."""
    if (named := _named(text)) is not None:
        return _days(_year(named[2], pivot), named[1], named[0])
    if (hebrew := read_hebrew(text)) is not None:
        return _hebrew(hebrew, text) if order is Order.HEBREW else MISFIT
    if (alone := _yearless(text)) is not None:
        return NO_YEAR if year is None else _days(year, alone[1], alone[0])
    return None


def _numeric(first: str, second: str, last: str, order: Order | None, pivot: int) -> int | str:
    if len(first) == 4:
        return _days(int(first), int(second), int(last)) if len(last) <= 2 else BAD
    if len(first) == 3 or len(last) not in (2, 4):
        return BAD
    year, a, b = _year(last, pivot), int(first), int(second)
    if order is Order.MONTH_FIRST:
        return MISFIT if a > 12 >= b else _days(year, a, b)
    if order in (Order.DAY_FIRST, Order.HEBREW) or a == b:
        return MISFIT if b > 12 >= a else _days(year, b, a)
    return MISFIT


def _compact(text: str) -> int | str:
    return _days(int(text[:4]), int(text[4:6]), int(text[6:]))


def _year(text: str, pivot: int) -> int:
    year = int(text)
    if len(text) == 2:
        return 2000 + year if year <= pivot else 1900 + year
    return year


def _hebrew(date: tuple[int, int, int], text: str) -> int | str:
    """A date of the Hebrew calendar; plain Adar of a leap year is two months."""
    day, month, year = date
    ordinal = None if is_twofold(month, year, text) else ordinal_of(day, month, year)
    return IMPOSSIBLE if ordinal is None else ordinal - EPOCH


def _serial(number: int, epoch: int) -> int:
    """A workbook's day number; the 1900 system counts a 29 February 1900 that never was."""
    start = dt.date(1904, 1, 1) if epoch == 1904 else dt.date(1899, 12, 30)
    return start.toordinal() + number - EPOCH


def _days(year: int, month: int, day: int) -> int | str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return YEAR
    try:
        return dt.date(year, month, day).toordinal() - EPOCH
    except ValueError:
        return IMPOSSIBLE
