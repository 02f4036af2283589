"""Sheets without ids: an inquiry is known by its person and its first day; what that person does soon after is a touch.

Rows that share a telephone number or a mail are of one person; a name tells where a row has neither. The window opens
with the first touch, and later rows never change what came before it: who they are is learned in the order of the days.
A row that names two inquiries whose windows are open (one known by its number, one by its mail) makes them one. Of
the rows of one inquiry the latest says where it stands; the day it came and its source are those of the first. A column
of the dates of an open stage holds the first date that any of them has there. A stage that only an earlier row names is
not kept: the day of the row is that of the touch, and nobody knows when the inquiry came to that stage.

An inquiry is called by its first day and by who came on it, so its id is the same when the sheet comes again with more
rows, in whatever order.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, mask, pc
from yaad.intake.deciding.headers import stage_date_columns
from yaad.intake.deciding.moments import cleaned, take_apart
from yaad.intake.decisions import BEGINS, Decisions
from yaad.intake.kinds import Kind
from yaad.intake.outcomes import is_hebrew
from yaad.intake.persons import persons_of
from yaad.intake.unmapped import NONE
from yaad.intake.wide import type_of
from yaad.model import StageType
from yaad.text import Message

WINDOW = 30
"""Days within which touches of one person are one inquiry."""
ID = "#inquiry"
"""The column of made ids; no file has one of this name, since a header's number comes last."""
TOUCH = "touch"
LAST_SOURCE = {True: "מקור אחרון", False: "last source"}
NEVER = np.iinfo(np.int64).min
ENDING = (StageType.WON, StageType.LOST)


def join_touches(found: Decisions) -> None:
    """Give a sheet without ids its own, and make one inquiry of the touches of one person; dates are decided before."""
    given = found.mapping.touch_days
    told = found.answers.get("column:id")
    if found.kind is not Kind.DEALS or "id" in found.fields or (told not in (None, NONE)):
        return
    begin = next((name for name in reversed(BEGINS) if name in found.dates), None)
    known = {"phone", "email"} & found.fields.keys() or told == NONE
    if begin is None or not (given is not None or (found.proposed and known)):
        return
    window = WINDOW if given is None else given
    persons, days = persons_of(found), _days(found, begin)
    if days is None:  # the order of day and month is asked first
        names = [label[1] if label is not None else None for label in persons.labels]
        _give_ids(found, names, np.zeros(len(names), np.int64))
        return
    first, last = _inquiries(persons.keys, days, window)
    _merge(found, first, last, days)
    _give_ids(found, _called(persons.labels, first, days), days[first])
    found.mapping = replace(found.mapping, touch_days=window)
    found.notes.append(Message("intake.note_touches", {"days": window}))


def _days(found: Decisions, begin: str) -> Ints | None:
    """Each row's first day; `NEVER` without one; None while it is open how the column is read."""
    decision = found.dates[begin][1]
    if decision.question is not None or decision.year_question is not None:
        return None
    days = pc.fill_null(found.read_dates(begin).day.cast(pa.int32()).cast(pa.int64()), NEVER)
    return np.asarray(days.to_numpy(zero_copy_only=False), np.int64)


def _inquiries(keys: Sequence[tuple[int, ...]], days: Ints, window: int) -> tuple[Ints, Ints]:
    """Of each row, the first and the last row of its inquiry; rows without person or day stand alone."""
    rows = np.arange(len(days), dtype=np.int64)
    order = np.lexsort((rows, days))
    order = order[days[order] != NEVER]
    day_of = days.tolist()
    opened = rows.tolist()  # row → an earlier row of its inquiry, the first one of all: itself
    latest: dict[int, int] = {}

    def first_of(row: int) -> int:
        while opened[row] != row:
            opened[row] = row = opened[opened[row]]
        return row

    for row in order.tolist():
        known = {first_of(latest[key]) for key in keys[row] if key in latest}
        inquiries = [one for one in known if day_of[row] - day_of[one] <= window]
        first = min(inquiries, key=lambda one: (day_of[one], one), default=row)
        for one in (*inquiries, row):
            opened[one] = first
        latest |= dict.fromkeys(keys[row], first)
    firsts = np.array([first_of(row) for row in opened], np.int64)
    last = rows.copy()
    last[firsts[order]] = order  # of several values for one place the last one stays
    return firsts, last[firsts]


def _called(labels: Sequence[tuple[int, str] | None], first: Ints, days: Ints) -> list[str | None]:
    """Of each row, what its inquiry is called by: the best that anybody was called by on its first day."""
    best: dict[int, tuple[int, str]] = {}
    for row, (opened, label) in enumerate(zip(first.tolist(), labels, strict=True)):
        if label is not None and days[row] == days[opened]:
            best[opened] = min(best.get(opened, label), label)
    return [best[opened][1] if opened in best else None for opened in first.tolist()]


def _merge(found: Decisions, first: Ints, last: Ints, days: Ints) -> None:
    """The last row of an inquiry stands for it, with the day and the source of the first, and its dates of stages."""
    rows = np.arange(len(first), dtype=np.int64)
    kept: Mask = last == rows
    if kept.all():
        return
    found.outside[TOUCH] = ~kept
    take = pa.array(np.where(kept, first, rows))
    columns = dict(found.table.columns)
    several = pa.array(kept & (first != rows))
    if "source" in found.fields:
        sources = cleaned(columns[found.fields["source"]])
        title = LAST_SOURCE[is_hebrew(columns)]
        columns[title] = pa.chunked_array([pc.if_else(several, sources, pa.scalar(None, pa.string()))])
    for name in (*BEGINS, "source"):
        if name in found.fields:
            header = found.fields[name]
            columns[header] = pa.chunked_array([columns[header].combine_chunks().take(take)])
            if name in found.dates:
                found.dates[name] = (
                    take_apart(columns[header], found.null_words(name), counted=True),
                    found.dates[name][1],
                )
    for header in _stage_columns(found):
        dated = cleaned(columns[header])
        columns[header] = pa.chunked_array([dated.take(pa.array(_first_filled(mask(pc.is_valid(dated)), last, days)))])
    found.table = replace(found.table, columns=columns)


def _stage_columns(found: Decisions) -> set[str]:
    """Columns with the date on which an inquiry came to a stage that ends nothing."""
    rules: list[tuple[StageType | None, str]] = [(one.type, one.entered or "") for one in found.mapping.stages]
    if not rules:
        stages = found.text("stage")
        names = stages.unique().drop_null().to_pylist() if stages is not None else []
        free = [header for header in found.table.columns if header not in found.fields.values()]
        rules = [(type_of(name), one) for name, one in (stage_date_columns(free, names) | found.wide).items()]
    return {column for kind, column in rules if column in found.table.columns and kind not in ENDING}


def _first_filled(filled: Mask, last: Ints, days: Ints) -> Ints:
    """Of each row, the row to take its cell from: for one that stands for an inquiry, the first filled one of it."""
    rows = np.arange(len(last), dtype=np.int64)
    order = np.lexsort((rows, days))
    rank = np.empty_like(order)
    rank[order] = rows
    best = rank.copy()
    best[~filled] = len(rows)
    np.minimum.at(best, last, best.copy())
    return np.where(best < len(rows), np.append(order, 0)[best], rows)


def _give_ids(found: Decisions, called: list[str | None], days: Ints) -> None:
    day = pa.array(np.where(days == NEVER, 0, days).astype(np.int32)).cast(pa.date32()).cast(pa.string())
    day = pc.if_else(pa.array(days == NEVER), "", day)
    ids = pc.binary_join_element_wise(pa.array(called, pa.string()), day, "|")
    found.table = replace(found.table, columns={**found.table.columns, ID: pa.chunked_array([ids])})
    found.fields["id"] = ID


def is_own(column: str) -> bool:
    """A column that we made, and no mapping names."""
    return column == ID
