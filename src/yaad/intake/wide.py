"""Tables with a date a stage: recognised by columns of dates that are named like stages, else asked in one question."""

import re
from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa

from yaad.errors import Question
from yaad.intake.arrow import Ints, pc
from yaad.intake.deciding.dates import decide_dates
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import stage_date_columns
from yaad.intake.deciding.moments import cleaned, read_moments, take_apart
from yaad.intake.deciding.stages import StageSeen
from yaad.intake.deciding.words import header_words, stage_words
from yaad.intake.mapping import StageRule, stages_line
from yaad.intake.table import Table
from yaad.intake.unmapped import example, holds_dates
from yaad.model import StageType
from yaad.text import Message

NEVER = np.iinfo(np.int64).min
LEAST = 2
"""Columns of stages' dates that make a table wide."""


def type_of(name: str) -> StageType | None:
    """What a stage's name says for sure; None for one that is unknown or has several meanings."""
    return stage_words().type_of(name)


def stage_in(header: str) -> str | None:
    """The stage whose date a column's name promises: ``Won``, ``Quote date``, ``Date entered Demo``; None else."""
    entered = stage_date_columns([header], ())
    if entered:
        return next(iter(entered))
    words = "|".join(map(re.escape, header_words().date_words))
    bare = re.sub(rf"^(?:{words})[\s_.:-]+|[\s_.:-]+(?:{words})$", "", header.strip(), flags=re.IGNORECASE).strip()
    return bare if type_of(bare) is not None else None


def stage_dates(table: Table, headers: Collection[str]) -> dict[str, str]:
    """Stage → column, of those columns that are named like stages and hold dates; empty where it is fewer than two."""
    found: dict[str, str] = {}
    for header in headers:
        stage = stage_in(header)
        if stage is not None and holds_dates(table, header):
            found.setdefault(stage, header)
    return found if len(found) >= LEAST else {}


def seen_in(table: Table, columns: dict[str, str]) -> list[StageSeen]:
    """The stages that columns stand for, each with how many deals came to it, and its place in the order of dates."""
    times = {stage: _times(table, header) for stage, header in columns.items()}
    known = [moments for moments in times.values() if moments is not None]
    last = np.max(known, axis=0) if known else None
    seen = []
    for stage, header in columns.items():
        count, moments = len(cleaned(table.columns[header]).drop_null()), times[stage]
        if moments is None or last is None:
            seen.append(StageSeen(stage, count))
            continue
        here = moments > NEVER
        earlier = sum((other[here] > NEVER) & (other[here] < moments[here]) for other in known)
        place = float(np.mean(earlier)) if here.any() else None
        seen.append(StageSeen(stage, count, place=place, passed=bool((last[here] > moments[here]).any())))
    return seen


def _times(table: Table, header: str) -> Ints | None:
    """The instants of a column of dates, `NEVER` where it has none; None where its order of day and month is open."""
    parts = take_apart(table.columns[header])
    decision = decide_dates(parts, header, epoch=table.epochs.get(header))
    if decision.question is not None:
        return None
    at = read_moments(parts, decision.order, "UTC", serial=decision.serial).at.cast(pa.int64())
    return np.asarray(pc.fill_null(at, NEVER).to_numpy(zero_copy_only=False), np.int64)


def ask_stage_dates(table: Table, headers: Sequence[str]) -> Question:
    """Which columns of dates are stages, in which order, and which of them end a deal."""
    names = {header: stage_in(header) or header for header in headers}
    rules = [StageRule(names[h], type_of(names[h]) or StageType.OPEN, h) for h in headers]
    rules.sort(key=lambda rule: list(StageType).index(rule.type))
    evidence = tuple(
        Message("intake.option_column", {"column": header, "example": example(table, header)}) for header in headers
    )
    text = Message("intake.ask_stage_dates", {"columns": ", ".join(headers), "example": _written(rules)})
    return Question("stages", text, evidence, {}, stages_line(rules))


def _written(rules: Sequence[StageRule]) -> str:
    """Rules as an answer writes them."""
    columns = [(rule.entered or rule.name, rule.type) for rule in rules]
    return ", ".join(name if kind is StageType.OPEN else f"{name}={kind.value}" for name, kind in columns)


def told_dates(answer: str, table: Table) -> tuple[StageRule, ...]:
    """An answer like ``New, Quote, Signed=won`` as stages with the columns of their dates.

    Empty where it names no columns of dates. A type that is not written is the one that the name says, else open.
    """
    rules: list[StageRule] = []
    by_key = {fold(header): header for header in table.columns}
    for part in filter(None, map(str.strip, answer.split(","))):
        written, _, kind = part.rpartition("=")
        known = kind.strip() in [one.value for one in StageType]
        header = by_key.get(fold(written if known and written else part))
        if header is None or not holds_dates(table, header):
            return ()
        name = stage_in(header) or header
        rules.append(StageRule(name, StageType(kind.strip()) if known else type_of(name) or StageType.OPEN, header))
    return tuple(rules)
