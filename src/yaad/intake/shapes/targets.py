"""Targets: who is to reach how much in which month – a row each, or a column a month."""

import datetime as dt

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Mask, mask, pc
from yaad.intake.batch import Shaped, typed_table
from yaad.intake.deciding.months import month_in
from yaad.intake.fields import MONTH
from yaad.intake.totals import total_rows
from yaad.intake.values import Values
from yaad.model.tables import TARGETS

WHO = ("owner", "branch", "product", "measure", "team")
"""What a target is of; none of them: of the company."""
LONGER = {"3": 3, "12": 12}
"""How a length in months is written, of a quarter and of a year; any other is a month."""


def targets_batch(values: Values) -> Shaped:
    """Table ``targets``: one row for each amount; a row of the file that sets no target is skipped."""
    who = {name: texts for name in WHO if (texts := values.text(name)) is not None}
    first = next(iter(who), None)
    if first is not None and values.found.mapping.totals != "keep":
        column = values.found.fields[first]
        values.sieve.reject(total_rows(values.found.table, column), column, "intake.rejected_total_row")
    told = _by_column(values) or _by_row(values)
    values.sieve.skip(~np.logical_or.reduce([filled for _, _, filled in told]), "no_target")
    parts, places = [], []
    for months, name, filled in told:
        rows = np.flatnonzero(filled & values.sieve.alive)
        take = pa.array(rows)
        amounts = values.amounts(name)
        assert amounts is not None
        columns = {name: texts.take(take) for name, texts in who.items()}
        columns |= {
            "month": months.take(take),
            "amount": amounts.values.take(take),
            "currency": values.currency(name).take(take),
            "tax": values.tax(name).take(take),
            "custom": values.custom(rows),
            "file": values.files().take(take),
            "row": values.lines().take(take),
        }
        keys = [pc.fill_null(columns[who_], "") for who_ in WHO if who_ in columns]
        keys.append(columns["month"].cast(pa.string()))
        if (lengths := values.text("months")) is not None:
            columns["months"] = pa.array([LONGER.get(text or "", 1) for text in lengths.take(take).to_pylist()])
            keys.append(columns["months"].cast(pa.string()))
        columns["target_id"] = pc.binary_join_element_wise(*keys, "|")
        parts.append(typed_table(columns, TARGETS))
        places.append(rows)
    table = pa.concat_tables(parts).combine_chunks()
    return Shaped({"targets": table}, {"targets": np.concatenate(places)})


def _by_column(values: Values) -> list[tuple[pa.Array, str, Mask]]:
    """A column a month: the month of each row (all the same), the field of its amounts, the rows that have one."""
    told = []
    for name in values.found.fields:
        if name.startswith(MONTH) and (amounts := values.amounts(name)) is not None:
            day = dt.date.fromisoformat(f"{name.removeprefix(MONTH)}-01")
            told.append((pa.array([day] * len(values), pa.date32()), name, mask(pc.is_valid(amounts.values))))
    return told


def _by_row(values: Values) -> list[tuple[pa.Array, str, Mask]]:
    """A column with the month; a row whose month cannot be read is rejected."""
    texts, amounts = values.text("month"), values.amounts("amount")
    assert texts is not None
    assert amounts is not None
    column = values.found.fields["month"]
    mapping = values.found.mapping
    known = {
        text: _first_day(text, mapping.setting(mapping.year, "month", column)) for text in texts.unique().to_pylist()
    }
    days = pa.array([known[text] for text in texts.to_pylist()], pa.date32())
    filled = mask(pc.is_valid(amounts.values))
    values.sieve.reject(mask(pc.is_null(days)) & filled, column, "intake.rejected_bad_date")
    return [(days, "amount", filled & mask(pc.is_valid(days)))]


def _first_day(text: str | None, year: str | None) -> dt.date | None:
    found = month_in(text) if text else None
    if found is None or (found[0] is None and year is None):
        return None
    return dt.date(found[0] or int(str(year)), found[1], 1)
