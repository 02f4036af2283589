"""The next steps: how dates and numbers are read, in which currency, with VAT or without, and in which zone."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, codes, pc
from yaad.intake.deciding.amounts import decide_amounts, take_numbers_apart
from yaad.intake.deciding.dates import decide_dates
from yaad.intake.deciding.days import Order
from yaad.intake.deciding.flags import read_flags
from yaad.intake.deciding.headers import currency_in, tax_in
from yaad.intake.deciding.moments import cleaned, take_apart
from yaad.intake.deciding.stages import Places
from yaad.intake.decisions import BEGINS, POINTS, Decisions
from yaad.intake.fields import MONTH, Value
from yaad.intake.kinds import DEALS_LIKE, HISTORY, Kind
from yaad.intake.mapping import ALL
from yaad.intake.outcomes import is_hebrew
from yaad.intake.siblings import follow_siblings
from yaad.text import Message

LOOKED_AT = 10_000
"""Rows whose language is looked at."""


def decide_values(found: Decisions) -> None:
    """How each column of dates and numbers is read; a proposed column that holds no such thing is let go."""
    fresh = [name for name in found.fields if name not in {*found.dates, *found.numbers, *found.flags}]
    for name in fresh:
        value = found.field(name).value
        if value in (Value.MOMENT, Value.DAY):
            _decide_dates(found, name)
        elif value not in (Value.TEXT, Value.FLAG):
            _decide_numbers(found, name)
    follow_siblings(found)
    _follow_months(found)
    decided = [(found.dates.get(name) or found.numbers.get(name)) for name in fresh]
    found.questions += [one[1].question for one in decided if one is not None and one[1].question is not None]
    dated = [found.dates[name] for name in fresh if name in found.dates]
    found.questions += [one[1].year_question for one in dated if one[1].year_question is not None]
    _keep(found)


def _decide_dates(found: Decisions, name: str) -> None:
    column, mapping = found.fields[name], found.mapping
    values = found.table.columns[column]
    flags = read_flags(values) if name in ("won", "lost") else None
    if flags is not None:
        found.flags[name] = flags
        found.how[column] = Message("intake.how_flags")
        return
    told = mapping.setting(mapping.dates, name, column) or found.answers.get(f"dates:{column}")
    order = Order(told) if told in [one.value for one in Order] else None
    parts = take_apart(values, found.null_words(name), counted=True)
    year = mapping.setting(mapping.year, name, column) or found.answers.get(f"year:{column}")
    decision = decide_dates(parts, column, told=order, epoch=found.table.epochs.get(column), year=year)
    if decision.null_words:
        _remember_null_words(found, name, decision.null_words)
        parts = take_apart(values, found.null_words(name), counted=True)
    if found.proposed and decision.dates < 0.5:
        _let_go(found, name, decision.dates)
        return
    found.dates[name] = (parts, decision)
    found.how[column] = decision.how


def _decide_numbers(found: Decisions, name: str) -> None:
    column, mapping = found.fields[name], found.mapping
    values = found.table.columns[column]
    told = mapping.setting(mapping.decimal, name, column) or found.answers.get(f"decimal:{column}") or ""
    amounts = found.field(name).value is not Value.SHARE
    parts = take_numbers_apart(values, found.null_words(name), amounts=amounts)
    point = POINTS.get(told)
    decision = decide_amounts(parts, column, told="." if point == "." else "," if point else None)
    if decision.null_words:
        _remember_null_words(found, name, decision.null_words)
        parts = take_numbers_apart(values, found.null_words(name), amounts=amounts)
    clock = found.field(name).value is Value.SECONDS  # may be written as 0:01:30
    if found.proposed and decision.numbers < 0.5 and not clock:
        _let_go(found, name, decision.numbers)
        return
    found.numbers[name] = (parts, decision)
    found.how[column] = decision.how


def _follow_months(found: Decisions) -> None:
    """Columns of months are written alike: by those that show their decimal sign, else one of them is asked about."""
    months = {name: found.numbers[name] for name in found.numbers if name.startswith(MONTH)}
    open_ = [name for name, (_, one) in months.items() if one.question is not None]
    plain = "intake.how_numbers_plain"
    points = {one.point for _, one in months.values() if one.question is None and one.how.key != plain}
    if len(points) > 1 or not open_:
        return
    point = points.pop() if points else None
    for name in open_ if point is not None else open_[1:]:
        parts, decision = months[name]
        how = Message("intake.how_numbers_months")
        found.numbers[name] = (parts, replace(decision, point=point, question=None, how=how))
        found.how[found.fields[name]] = how


def _remember_null_words(found: Decisions, name: str, words: tuple[str, ...]) -> None:
    kept = tuple(dict.fromkeys((*found.null_words(name), *words)))
    found.mapping = replace(found.mapping, null_words=found.mapping.null_words | {name: kept})


def _let_go(found: Decisions, name: str, share: float) -> None:
    """A column that does not hold what its name promises is kept as it is.

    Where some of it does, or it would be when a deal came or what it is worth, that is said.
    """
    column = found.fields.pop(name)
    found.how.pop(column, None)
    if share or (name in (*BEGINS, "amount") and len(cleaned(found.table.columns[column]).drop_null())):
        found.notes.append(Message("intake.note_let_go", {"column": column, "percent": f"{share:.0%}"}))


def _keep(found: Decisions) -> None:
    """Write the decisions into the mapping, so that the next file is read alike even if it shows less."""
    orders = {found.fields[name]: d.order.value for name, (_, d) in found.dates.items() if d.order is not None}
    if not found.mapping.dates and orders:
        same = len(set(orders.values())) == 1 and len(orders) == len(found.dates)
        found.mapping = replace(found.mapping, dates={ALL: next(iter(orders.values()))} if same else orders)
    elif answered := {c: o for c, o in orders.items() if f"dates:{c}" in found.answers}:
        found.mapping = replace(found.mapping, dates=found.mapping.dates | answered)
    years = {found.fields[name]: d.year for name, (_, d) in found.dates.items() if d.year is not None}
    found.mapping = replace(found.mapping, year=found.mapping.year | years) if years else found.mapping
    points = {
        found.fields[name]: "point" if d.point == "." else "comma"
        for name, (parts, d) in found.numbers.items()
        if d.point is not None and parts.exact is None
    }
    if fresh := {
        column: point
        for column, point in points.items()
        if found.mapping.setting(found.mapping.decimal, column) is None
    }:
        found.mapping = replace(found.mapping, decimal=found.mapping.decimal | fresh)


def decide_money(found: Decisions) -> None:
    """Currency and VAT, from signs beside the numbers and from headers; what nothing says stays unknown."""
    columns = [found.fields[name] for name in found.numbers if found.field(name).value is Value.AMOUNT]
    signs: set[str] = set()
    for _, decision in found.numbers.values():
        signs |= set(decision.currencies)
    named = {code for column in columns if (code := currency_in(column))}
    if not found.mapping.currency and "currency" not in found.fields:
        only = signs or named
        if len(only) == 1:
            found.mapping = replace(found.mapping, currency={ALL: next(iter(only))})
    taxes = {tax for column in columns if (tax := tax_in(column))}
    if not found.mapping.tax and len(taxes) == 1:
        found.mapping = replace(found.mapping, tax={ALL: taxes.pop()})
    elif not found.mapping.tax and not taxes and found.mapping.usual_tax:
        found.mapping = replace(found.mapping, tax={ALL: found.mapping.usual_tax})
    priced = found.kind in DEALS_LIKE | {Kind.ORDERS, Kind.PRODUCTS, Kind.LINES, Kind.CONTRACTS}
    unknown = not found.mapping.currency and "currency" not in found.fields and len(signs) < 2
    usual = found.mapping.usual_currency
    if columns and priced and unknown and usual:
        found.mapping = replace(found.mapping, currency={ALL: usual})
        found.notes.append(Message("intake.note_currency_of_book", {"currency": usual}))
    elif columns and priced and unknown:
        found.notes.append(Message("intake.note_currency_unknown"))


def decide_zone(found: Decisions) -> None:
    """The zone of local times: the mapping's; else Israel's for Hebrew columns, for others the book's own.

    A first file with other headings is from Israel where one of its columns is mostly Hebrew or most of its signs of
    money are shekels; else its times are read as UTC. It is said.
    """
    if found.mapping.zone is None:
        usual = None if is_hebrew(found.table.columns) else found.mapping.usual_zone
        zone = usual or ("Asia/Jerusalem" if is_hebrew(found.table.columns) or _tells_israel(found) else "UTC")
        found.mapping = replace(found.mapping, zone=zone)
        if any(len(parts.times) or parts.instants is not None for parts, _ in found.dates.values()):
            found.notes.append(Message("intake.note_zone_of_book" if usual else "intake.note_zone", {"zone": zone}))


def _tells_israel(found: Decisions) -> bool:
    signs = Counter[str]()
    for _, decision in found.numbers.values():
        signs.update(decision.currencies)
    if signs and signs.most_common(1)[0][0] == "ILS":
        return True
    for column in found.table.columns.values():
        if not pa.types.is_string(column.type):
            continue
        texts = cleaned(column.slice(0, LOOKED_AT)).drop_null()
        if len(texts) and pc.mean(pc.match_substring_regex(texts, "[א-ת]")).as_py() > 0.5:
            return True
    return False


def history_places(found: Decisions) -> Places | None:
    """Each event's place in its deal's history, 0–1, by time and then by place in the file."""
    ids, at = found.text("id"), found.dates.get("at")
    if found.kind not in HISTORY or ids is None or at is None:
        return None
    number, _ = codes(ids)
    moments: Ints = pc.fill_null(found.read_dates("at").at.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    order = np.lexsort((np.arange(len(number)), moments, number))
    counts = np.bincount(number + 1)
    starts = np.concatenate(([0], np.cumsum(counts)))[:-1]
    places = np.empty(len(number), np.float64)
    places[order] = np.arange(len(number)) - starts[number[order] + 1]
    return places / np.maximum(counts[number + 1] - 1, 1)
