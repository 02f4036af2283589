"""Files whose rows are things of their own: accounts, products, orders, lines, activities, calls, contracts."""

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import codes, mask, pc
from yaad.intake.batch import Shaped, typed_table
from yaad.intake.deciding.amounts import Amounts
from yaad.intake.deciding.folding import fold
from yaad.intake.duplicates import Duplicates
from yaad.intake.fields import FIELDS, KEY_FROM, NEEDED, Value
from yaad.intake.kinds import Kind
from yaad.intake.lengths import contract_days
from yaad.intake.presets.exchange.log import answer_told
from yaad.intake.scales import shares
from yaad.intake.shapes.deals import settle_duplicates
from yaad.intake.shapes.events import numbered_keys
from yaad.intake.values import Values, has_date
from yaad.model.tables import KEYS, SCHEMAS

OUTWARD = frozenset({"out", "outgoing", "outbound", "יוצאת", "יוצא", "שיחה יוצאת"})
INWARD = frozenset({"in", "incoming", "inbound", "נכנסת", "נכנס", "שיחה נכנסת", "missed", "לא נענתה"})
CLOCK = r"^(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,2}):(?P<s>\d{2})(?:\.\d+)?$"


def flat_batch(values: Values, duplicates: Duplicates | None) -> Shaped:
    """The one table of a flat kind."""
    found, kind, sieve = values.found, values.found.kind, values.sieve
    columns = _columns(values)
    if "months" in columns:
        columns |= contract_days(values)
    for name in ("id", *NEEDED[kind]) if kind is Kind.ORDERS else NEEDED[kind]:
        if name not in found.fields:  # an order's number, or the start of a contract that tells its length
            continue
        dated = found.field(name).value in (Value.MOMENT, Value.DAY)
        needed = columns["at" if name == "at" else found.field(name).column] if dated else values.keys(name)
        reason = "intake.rejected_no_time" if dated else "intake.rejected_no_id"
        sieve.reject(mask(pc.is_null(needed)), found.fields[name], reason)
    if "id" in found.fields:
        columns[KEYS[kind.value]] = values.keys("id")
        settle_duplicates(values, duplicates)
    if kind is Kind.CONTRACTS and "end_day" in columns:
        sieve.flag("ends_before_start", mask(pc.less(columns["end_day"], columns["start_day"])))
    rows = np.flatnonzero(sieve.alive)
    take = pa.array(rows)
    kept = {name: column.take(take) for name, column in columns.items()}
    if "id" not in found.fields:
        parts = [FIELDS[kind][name].column for name in KEY_FROM[kind]]
        kept[KEYS[kind.value]] = _own_keys(kind, [kept[part] for part in parts if part in kept])
    kept["custom"] = values.custom(rows)
    kept["file"], kept["row"] = values.files().take(take), values.lines().take(take)
    return Shaped({kind.value: typed_table(kept, SCHEMAS[kind.value])}, {kind.value: rows})


def _own_keys(kind: Kind, parts: list[pa.Array]) -> pa.Array:
    """The id of rows without one; a thing known by its name alone keeps that name."""
    return parts[0] if KEY_FROM[kind] == ("name",) else numbered_keys(parts)


def _columns(values: Values) -> dict[str, pa.Array]:
    """All fields that the file has, as the schema's columns."""
    found = values.found
    columns: dict[str, pa.Array] = {}
    for name in found.fields:
        field = found.field(name)
        if field.value is Value.MOMENT:
            dates = values.dates(name)
            if dates is not None:
                columns |= {"at": dates.at, "day": dates.day, "whole_day": dates.whole_day}
        elif field.value is Value.DAY:
            days = values.dates(name)
            columns[field.column] = days.day if days is not None else pa.nulls(len(values), pa.date32())
        elif field.value is Value.TEXT:
            texts = values.text(name)
            columns[field.column] = _direction(texts) if name == "direction" else texts
        elif field.value is Value.FLAG:
            if name == "answered":
                columns[field.column] = _answered(values, name)
        else:
            columns |= _numbers(values, name, field.value)
    return columns


def _numbers(values: Values, name: str, value: Value) -> dict[str, pa.Array]:
    if value is Value.SECONDS:
        return {name: _seconds(values, name)}
    amounts = values.amounts(name)
    assert amounts is not None
    if value is Value.SHARE:
        return {name: _share(values, name, amounts)}
    money = {"currency": values.currency(name), "tax": values.tax(name)} if name in ("amount", "price") else {}
    return {name: amounts.values, **money}


def _share(values: Values, name: str, amounts: Amounts) -> pa.Array:
    """A part of one, 0–1; a number above one that is said to be a part of one is no such part."""
    mapping = values.found.mapping
    parts = shares(amounts, mapping.setting(mapping.scale, name, values.found.fields[name]))
    values.sieve.reject(parts > 1, values.found.fields[name], "intake.rejected_mixed_scale")
    return pa.array(parts, mask=mask(pc.is_null(amounts.values)))


def _seconds(values: Values, name: str) -> pa.Array:
    """A length of time: seconds, or h:mm:ss and mm:ss."""
    texts = values.text(name)
    assert texts is not None
    parts = pc.extract_regex(texts, pattern=CLOCK)
    clock = None
    for key, size in (("h", 3600.0), ("m", 60.0), ("s", 1.0)):
        part = pc.struct_field(parts, [key])  # null where the whole did not match
        number = pc.multiply(pc.if_else(pc.equal(part, ""), "0", part).cast(pa.float64()), size)
        clock = number if clock is None else pc.add(clock, number)
    amounts = values.amounts(name) if pc.all(pc.is_null(clock)).as_py() else None
    if amounts is not None:
        return amounts.values.cast(pa.float64())
    values.sieve.reject(
        mask(pc.and_(pc.is_valid(texts), pc.is_null(clock))), values.found.fields[name], "intake.rejected_bad_number"
    )
    return clock


def _answered(values: Values, name: str) -> pa.Array:
    """Whether a call was answered, by the words of call logs; a row whose word says nothing of that is refused."""
    texts = values.text(name)
    assert texts is not None
    number, distinct = codes(texts)
    told = pa.array([*(answer_told(fold(text)) for text in distinct.to_pylist()), None], pa.bool_())
    answered = told.take(pa.array(np.where(number < 0, len(told) - 1, number)))
    unread = mask(pc.and_(pc.is_valid(texts), pc.is_null(answered)))
    values.sieve.reject(unread, values.found.fields[name], "presets.rejected_answered")
    return answered


def _direction(texts: pa.Array | None) -> pa.Array | None:
    """``in`` or ``out`` where a word says so; another word stays."""
    if texts is None:
        return None
    number, distinct = codes(texts)
    words = [
        ("out" if fold(text) in OUTWARD else "in" if fold(text) in INWARD else text) for text in distinct.to_pylist()
    ]
    return pa.array([*words, None], pa.string()).take(pa.array(np.where(number < 0, len(words), number)))


__all__ = ["flat_batch", "has_date"]
