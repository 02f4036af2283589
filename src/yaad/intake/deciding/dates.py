"""In which order a column writes its dates: decided by evidence over the whole column, asked where both orders fit."""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass

from yaad.errors import Question
from yaad.intake.deciding.days import EPOCH, Look, Order, look, plain_digits, read_day
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import Moments
from yaad.intake.deciding.yearless import NEAR
from yaad.text import Message

NO_VALUE = (
    frozenset(map(fold, ("n/a", "na", "null", "none", "nil", "-", "--", "—", "?", "אין", "ללא", "לא ידוע", "tbd")))
    | frozenset(map(fold, ("k. A.", "keine Angabe", "unbekannt", "n/d", "n/c", "s/o", "sin datos", "н/д")))
    | {"0000 00 00", "00 00 0000"}
)
"""Words that cannot be a date or a number: in such a column, and only there, they are read as no value."""
YEAR_TOLD = re.compile(rf"(?:19|20)\d\d|{NEAR}")
STRAY = 0.1
"""Up to this share of dates against the order of the others are rejected; more of them are asked about."""


@dataclass(frozen=True)
class DateDecision:
    """How to read a column of dates.

    Attributes:
        order: of day and month; None where it does not matter or is still open.
        how: how we know.
        serial: 1900 or 1904 where plain numbers are a workbook's day numbers.
        null_words: texts of this column that mean no value.
        question: set where the data do not decide.
        year: of dates that name none; ``near``: that of the dates around each.
        year_question: set where some name none, and nobody told it.
        dates: share of the values that are dates at all.
    """

    order: Order | None
    how: Message
    serial: int | None = None
    null_words: tuple[str, ...] = ()
    question: Question | None = None
    dates: float = 1.0
    year: str | None = None
    year_question: Question | None = None


NO_END = frozenset(
    map(fold, ("open-ended", "open end", "ongoing", "ללא הגבלה", "ללא הגבלת זמן", "לא מוגבל", "ללא סיום"))
)
"""Words that a column of dates has for what has no end."""


def decide_dates(
    parts: Moments, header: str, *, told: Order | None = None, epoch: int | None = None, year: str | None = None
) -> DateDecision:
    """Decide the order of a column's dates.

    Args:
        parts: the column taken apart.
        header: its name, for the question.
        told: the order that the mapping names.
        epoch: 1900 or 1904, of a workbook; None elsewhere, where a plain number is no date.
        year: of dates that name none, as the mapping or an answer tells it.
    """
    if parts.instants is not None:
        key = "typed" if parts.typed else "counted" if parts.counted else "iso"
        return DateDecision(Order.ISO if key == "iso" else None, Message(f"intake.how_dates_{key}"))
    weights = parts.weights().tolist()
    looks: Counter[Look] = Counter()
    for day, weight in zip(parts.days, weights, strict=True):
        looks[look(day)] += weight
    empty = tuple(day for day in parts.days if look(day) is Look.NONE and fold(day) in NO_VALUE | NO_END)
    total = sum(weights) - sum(w for day, w in zip(parts.days, weights, strict=True) if day in empty)
    serial = epoch if looks[Look.SERIAL] else None
    good = total - looks[Look.NONE] - (0 if serial else looks[Look.SERIAL]) + sum(weights) - total
    share = good / total if total else 1.0
    order, how, question = _order(looks, parts, header, told)
    known = year if year is not None and YEAR_TOLD.fullmatch(year) else None
    asked = _ask_year(looks, parts, header) if looks[Look.YEARLESS] and known is None else None
    return DateDecision(order, how, serial, empty, question, share, known, asked)


def _ask_year(looks: Counter[Look], parts: Moments, header: str) -> Question:
    """Dates without a year: which year, the commonest of the column's other dates first."""
    places = [place for place, day in enumerate(parts.days) if look(day) is Look.YEARLESS]
    years: Counter[str] = Counter()
    for day, weight in zip(parts.days, parts.weights().tolist(), strict=True):
        if found := re.search(r"(?<!\d)(?:(?:19|20)\d\d|(?<=[./\- ])\d\d$)", plain_digits(day)):
            years[found[0] if len(found[0]) == 4 else f"20{found[0]}"] += weight
    values: dict[str, object] = {"column": header, "example": parts.days[places[0]], "n": looks[Look.YEARLESS]}
    options = {year: Message("intake.option_year", {"year": year, "n": count}) for year, count in years.most_common(4)}
    near = {NEAR: Message("intake.option_year_near")} if years else {}
    options = near | options if len(years) > 1 else options | near
    line = f'year: {{"{header}": {next(iter(options), "2025")}}}'
    return Question(f"year:{header}", Message("intake.ask_year", values), (), options, line)


def _order(
    looks: Counter[Look], parts: Moments, header: str, told: Order | None
) -> tuple[Order | None, Message, Question | None]:
    """The order, how we know, and the question where both orders fit (or too many dates stand against the others)."""
    day, month = looks[Look.DAY_FIRST], looks[Look.MONTH_FIRST]
    least = min(day, month)
    if told is not None:
        return told, Message("intake.how_told", {"value": told.value}), None
    if looks[Look.HEBREW]:
        return None, Message("intake.how_open"), _ask_hebrew(looks, parts, header)
    if least > STRAY * (day + month) or (looks[Look.BOTH] and not day and not month):
        return None, Message("intake.how_open"), _ask(looks, parts, header)
    if not day and not month:
        return (*_one_reading(looks), None)
    order = Order.DAY_FIRST if day > month else Order.MONTH_FIRST
    if least:
        return order, Message("intake.how_dates_mostly", {"order": _name(order), "n": least}), None
    return order, Message("intake.how_dates_decided", {"order": _name(order), "n": day or month}), None


def _one_reading(looks: Counter[Look]) -> tuple[Order | None, Message]:
    """Columns whose dates have one reading each, or none."""
    if looks[Look.ISO]:
        return Order.ISO, Message("intake.how_dates_iso")
    key = "named" if looks[Look.NAMED] or looks[Look.YEARLESS] else "serial" if looks[Look.SERIAL] else "none"
    return None, Message(f"intake.how_dates_{key}")


def _ask_hebrew(looks: Counter[Look], parts: Moments, header: str) -> Question:
    """Dates of the Hebrew calendar: whether to turn them into civil ones, with one of them turned."""
    example = next(day for day in parts.days if look(day) is Look.HEBREW)
    read = read_day(example, Order.HEBREW)
    civil = dt.date.fromordinal(read + EPOCH).isoformat() if isinstance(read, int) else "–"
    values: dict[str, object] = {"column": header, "example": example, "n": looks[Look.HEBREW]}
    options = {
        Order.HEBREW.value: Message("intake.option_hebrew_dates", {"example": example, "value": civil}),
        Order.DAY_FIRST.value: Message("intake.option_no_hebrew_dates"),
    }
    text = Message("intake.ask_hebrew_dates", values)
    return Question(f"dates:{header}", text, (), options, f'dates: {{"{header}": hebrew}}')


def _name(order: Order) -> Message:
    return Message(f"intake.order_{order.value}")


def _ask(looks: Counter[Look], parts: Moments, header: str) -> Question:
    """The question, with how many dates allow which order and one of them read both ways."""
    example = next((day for day in parts.days if look(day) is Look.BOTH), parts.days[0])
    counts: dict[str, object] = {
        "n": looks[Look.BOTH],
        "day_first": looks[Look.DAY_FIRST],
        "month_first": looks[Look.MONTH_FIRST],
    }
    options = {
        order.value: Message(f"intake.option_{order.value}", {"example": example})
        for order in (Order.DAY_FIRST, Order.MONTH_FIRST)
    }
    return Question(
        f"dates:{header}",
        Message("intake.ask_dates", {"column": header, "example": example}),
        (Message("intake.evidence_dates", counts),),
        options,
        f'dates: {{"{header}": day_first}}',
    )
