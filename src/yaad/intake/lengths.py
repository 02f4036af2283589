"""Contracts that tell how many months they have run, and whether the customer left, instead of two days.

The months are counted until a day that is the same for all rows: the mapping's, an answer's, or that in the files'
names. A contract began so many months before it; that of a customer who left ended on it.
"""

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa

from yaad.errors import Question
from yaad.intake.arrow import codes, mask, pc
from yaad.intake.deciding.flags import NO, YES
from yaad.intake.deciding.folding import fold
from yaad.intake.decisions import Decisions
from yaad.intake.kinds import Kind
from yaad.intake.mapping import Mapping
from yaad.intake.snapshots import day_of
from yaad.intake.values import Values
from yaad.text import Message


def is_day(text: str) -> bool:
    """Whether a text is a day as 2026-01-31."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def settle_lengths(found: Decisions) -> None:
    """Take the day until which the months are counted; a day that nothing tells is asked for.

    Where the file has the contracts' first days, its months say nothing more and stay the company's own column.
    """
    if found.kind is not Kind.CONTRACTS or "months" not in found.fields:
        return
    if "start" in found.fields:
        for name in ("months", "left"):
            found.fields.pop(name, None)
        return
    named = day_of(found.table.grids)
    told = found.mapping.until or found.answers.get("until") or (named.isoformat() if named else None)
    if told is None or not is_day(told):
        text = Message("intake.ask_until", {"column": found.fields["months"]})
        found.questions.append(Question("until", text, (), {}, "until: 2026-01-31"))
        return
    if found.mapping.until is None and "until" not in found.answers:
        found.notes.append(Message("intake.how_until", {"day": dt.date.fromisoformat(told)}))
    found.mapping = replace(found.mapping, until=told)


def counted_until(mapping: Mapping, last_day: dt.date | None) -> dt.date | None:
    """The latest day that the rows speak of: that of the months too."""
    days = [last_day] if last_day else []
    return max([*days, dt.date.fromisoformat(mapping.until)]) if mapping.until else last_day


def contract_days(values: Values) -> dict[str, pa.Array]:
    """The first and the last day of each contract by its months; those without a usable number of months are rejected.

    A month that is too short for the day of the month gives its last day.
    """
    found, sieve = values.found, values.sieve
    assert found.mapping.until is not None
    until = np.datetime64(found.mapping.until, "D")
    amounts = values.amounts("months")
    assert amounts is not None
    months = np.asarray(pc.fill_null(amounts.values.cast(pa.float64()), -1.0).to_numpy(zero_copy_only=False))
    usable = (months >= 0) & (months == np.floor(months))
    sieve.reject(~usable, found.fields["months"], "intake.rejected_bad_number")
    first = until.astype("M8[M]") - np.where(usable, months, 0).astype("m8[M]")
    longest = (first + 1).astype("M8[D]") - first.astype("M8[D]")
    into = np.minimum(until - until.astype("M8[M]").astype("M8[D]"), longest - 1)
    start = pa.array(first.astype("M8[D]") + into)
    return {"start_day": start, "end_day": pa.array(np.full(len(start), until), mask=~_left(values))}


def _left(values: Values) -> np.ndarray:
    """Rows whose customer left; a row that says neither yes nor no is rejected."""
    texts = values.text("left")
    if texts is None:
        return np.zeros(len(values), np.bool_)
    number, distinct = codes(texts)
    keys = [fold(text) for text in distinct.to_pylist()]
    says = np.array([*(key in YES for key in keys), False])[number]
    unread = np.array([*(key not in YES | NO for key in keys), False])[number]
    values.sieve.reject(unread & mask(pc.is_valid(texts)), values.found.fields["left"], "intake.rejected_yes_no")
    return np.asarray(says, np.bool_)
