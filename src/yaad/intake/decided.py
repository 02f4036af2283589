"""All that is decided of rows of one kind, step by step, and what is left to ask."""

from collections.abc import Mapping as Plain
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from yaad.errors import Question
from yaad.intake.answers import check_of_rows
from yaad.intake.arrow import pc
from yaad.intake.columns import (
    ask_needed,
    ask_unclaimed,
    ask_wide,
    decide_fields,
    decide_kind,
    finish_columns,
    refuse_lost_digits,
)
from yaad.intake.contents import decide_money, decide_values, decide_zone
from yaad.intake.decisions import Decisions
from yaad.intake.duplicates import Duplicates, find_duplicates
from yaad.intake.fields import MONTH
from yaad.intake.kinds import DEALS_LIKE, HISTORY, Kind
from yaad.intake.lengths import settle_lengths
from yaad.intake.mapping import DUPLICATES, Mapping
from yaad.intake.outcomes import decide_outcomes, remember_duplicates
from yaad.intake.outside import leave_out_lines
from yaad.intake.parts import Part
from yaad.intake.reading import Grid
from yaad.intake.remarks import remark, remark_rows
from yaad.intake.scales import decide_scales
from yaad.intake.shaping import decide_stages
from yaad.intake.snapshots import are_lists
from yaad.intake.study import Readings
from yaad.intake.targets import take_months
from yaad.intake.totals import total_rows
from yaad.intake.touches import is_own, join_touches
from yaad.text import Message


@dataclass
class Study:
    """A study of files: how they were read, and all decisions (None while a file cannot be read)."""

    readings: Readings
    decisions: Decisions | None = None
    duplicates: Duplicates | None = None
    questions: list[Question] = field(default_factory=list)
    several: "Several | None" = None

    @property
    def mapping(self) -> Mapping:
        """The mapping as far as it is decided."""
        if self.several is not None:
            return self.several.mapping
        return self.decisions.mapping if self.decisions else self.readings.mapping

    def of(self, grid: Grid) -> Decisions | None:
        """The decisions on a file."""
        if self.several is None:
            return self.decisions
        return next((one.decisions for one in self.several.studies.values() if grid in one.readings.grids), None)


@dataclass(frozen=True)
class Several:
    """Studies of files of several kinds: a part each, those of deals first.

    Attributes:
        parts: the files by what they hold.
        studies: part → its study; lists that only give names have none.
        mapping: of the whole.
        notes: what is said of the files together.
    """

    parts: tuple[Part, ...]
    studies: dict[str, Study]
    mapping: Mapping
    notes: tuple[Message, ...]


def study_rows(readings: Readings, asked_kind: Kind | None, told: Plain[str, str]) -> Study:
    """All decisions on one kind of rows."""
    if readings.table is None:
        return Study(readings, questions=list(readings.questions))
    found = Decisions(readings.table, readings.mapping, told, notes=list(readings.notes), sampled=readings.sampled)
    result = Study(readings, found)
    decide_kind(found, asked_kind)
    if not found.questions:
        decide_fields(found)
        take_months(found)
        settle_lengths(found)
        refuse_lost_digits(found)
        decide_values(found)
        join_touches(found)
        decide_outcomes(found)
        leave_out_lines(found)
        ask_wide(found)
        ask_needed(found)
        ask_unclaimed(found)
        finish_columns(found)
        decide_scales(found)
        decide_money(found)
        decide_zone(found)
        if found.kind in DEALS_LIKE and not any(q.id.startswith(("column:", "stages")) for q in found.questions):
            decide_stages(found)
            remark(found)
        remember_duplicates(found)
        remark_rows(found)
        result.duplicates = _duplicates(found)
    check_of_rows(found)
    found.mapping = _with_columns(found)
    result.questions = found.questions
    return result


def _with_columns(found: Decisions) -> Mapping:
    """The mapping with the columns by our names, as the files write them."""
    fields = {name: column for name, column in found.fields.items() if not name.startswith(("entered ", MONTH))}
    names = {name: column for name, column in fields.items() if not is_own(column)}
    return replace(found.mapping, columns=names) if names else found.mapping


def _duplicates(found: Decisions) -> Duplicates | None:
    """Rows that share an id, in files that have one row a thing; different ones without a date of change are asked."""
    ids = found.text("id")
    if found.kind in HISTORY or ids is None or is_own(found.fields["id"]):
        return None
    updated = None
    if "updated" in found.dates and found.dates["updated"][1].question is None:
        at = found.read_dates("updated").at.cast(pa.int64())
        updated = np.asarray(pc.fill_null(at, 0).to_numpy(zero_copy_only=False), np.int64)
    if found.mapping.totals != "keep":  # what is no deal shares no id with others
        ids = pc.if_else(pa.array(total_rows(found.table, found.fields["id"])), pa.scalar(None, pa.string()), ids)
    lists = found.table.origin if are_lists(found.table.grids, found.mapping) else None
    duplicates = find_duplicates(found.table, ids, updated, lists)
    answer = found.answers.get("duplicates")
    if answer in DUPLICATES and found.mapping.duplicates is None:
        found.mapping = replace(found.mapping, duplicates=answer)
    if duplicates.ids and updated is None and found.mapping.duplicates is None:
        found.questions.append(_ask_duplicates(duplicates))
    return duplicates


def _ask_duplicates(duplicates: Duplicates) -> Question:
    values: dict[str, object] = {"n": duplicates.ids, "example": duplicates.example}
    options = {answer: Message(f"intake.option_duplicates_{answer}") for answer in DUPLICATES}
    return Question("duplicates", Message("intake.ask_duplicates", values), (), options, "duplicates: last")
