"""Numbers, money and dates as people write them, without direction marks (a face isolates them)."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
SIGNS = {"ILS": "₪", "USD": "$", "EUR": "€", "GBP": "£"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHORT_WORDS = {"he": ((1_000_000, "מיליון"), (1_000, "אלף")), "en": ((1_000_000, "M"), (1_000, "K"))}


def plain(value: float | Decimal, digits: int) -> str:
    """A number with at most `digits` decimals and no trailing zeros, groups of three parted by commas.

    >>> plain(1234.50, 2), plain(-3, 0)
    ('1,234.5', '−3')
    """
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return MINUS + text if rounded < 0 else text


def number(value: float | Decimal, lang: str) -> str:
    """A count or a plain figure: integers whole, small ones with two decimals, large ones with one.

    >>> number(8800, "he"), number(0.1052, "en"), number(47.98, "en")
    ('8,800', '0.11', '48')
    """
    del lang  # Hebrew and English write digits alike
    size = abs(float(value))
    if size.is_integer():
        return plain(value, 0)
    return plain(value, 2 if size < 10 else 1 if size < 20 else 0)


def percent(rate: float, lang: str, digits: int | None = None) -> str:
    """A rate of 0–1 as a percentage: whole numbers, one decimal below ten.

    >>> percent(0.631501, "en"), percent(0.0865, "he")
    ('63%', '8.7%')
    """
    del lang
    hundredths = Decimal(str(rate)) * 100
    return plain(hundredths, digits if digits is not None else 1 if abs(hundredths) < 10 else 0) + "%"


def days(value: float, lang: str) -> str:
    """A length of time in days, with more decimals the shorter it is (the word "days" comes from a sentence).

    >>> days(69.0, "en"), days(10.9618, "en"), days(0.0005, "en")
    ('69', '11', '<0.1')
    """
    if 0 < abs(value) < 0.05:
        return "<0.1"
    return plain(value, 1) if abs(value) < 10 else number(round(value), lang)


def _to_cents(amount: Decimal, places: int) -> str:
    """A whole amount without decimals, another one with all of its `places`."""
    rounded = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if rounded == rounded.to_integral_value():
        return plain(rounded, 0)
    return (MINUS if rounded < 0 else "") + f"{abs(rounded):,f}"


def _significant(value: Decimal) -> str:
    """Three significant digits at most."""
    size = abs(value)
    return plain(value, 2 if size < 10 else 1 if size < 100 else 0)


def money(value: float | Decimal, unit: str | None, lang: str, *, short: bool = True, places: int = 0) -> str:
    """An amount with its sign: ``₪842K`` in English, ``842 אלף ₪`` in Hebrew; bare when the currency is unknown.

    Args:
        value: the amount.
        unit: its currency.
        lang: of the words.
        short: large ones in thousands or millions.
        places: decimals of one that is told whole, where it has any.

    >>> money(1350000, "ILS", "he"), money(1350000, "ILS", "en"), money(950, None, "en")
    ('1.35 מיליון ₪', '₪1.35M', '950')
    >>> [money(value, "ILS", "en", short=False, places=2) for value in (1180, 99.9)]
    ['₪1,180', '₪99.90']
    """
    amount = Decimal(str(value))
    sign = SIGNS.get(unit or "", unit or "")
    word, shown = "", _to_cents(amount, places)
    if short:
        for size, name in SHORT_WORDS[lang]:
            if abs(amount) >= size * Decimal("0.9995"):
                word, shown = name, _significant(amount / size)
                break
    if lang == "en":
        minus = MINUS if shown.startswith(MINUS) else ""
        space = " " if len(sign) > 1 else ""
        return f"{minus}{sign}{space}{shown.removeprefix(MINUS)}{word}"
    return " ".join(part for part in (shown, word, sign) if part)


def day(value: dt.date, lang: str) -> str:
    """A date: ``31.12.2017`` in Hebrew, ``31 Dec 2017`` in English.

    >>> day(dt.date(2017, 12, 31), "he"), day(dt.date(2017, 12, 31), "en")
    ('31.12.2017', '31 Dec 2017')
    """
    if lang == "he":
        return f"{value.day}.{value.month}.{value.year}"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(value: dt.datetime, lang: str) -> str:
    """A date with its time of day, in the zone that the value carries."""
    return f"{day(value.date(), lang)} {value:%H:%M}"
