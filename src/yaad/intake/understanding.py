"""What was understood of the files before anything is written: each decision with its evidence, and what is asked."""

from collections.abc import Iterable
from collections.abc import Mapping as Plain
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from yaad.errors import Question
from yaad.intake.answers import check_of_rows
from yaad.intake.arrow import pc
from yaad.intake.decisions import (
    Decisions,
    ask_needed,
    ask_unclaimed,
    ask_wide,
    decide_fields,
    decide_kind,
    decide_money,
    decide_values,
    decide_zone,
    finish_columns,
    refuse_lost_digits,
)
from yaad.intake.duplicates import Duplicates, find_duplicates
from yaad.intake.files import paths_of
from yaad.intake.kinds import DEALS_LIKE, HISTORY, Kind
from yaad.intake.mapping import DUPLICATES, Mapping
from yaad.intake.outcomes import decide_outcomes, remember_duplicates
from yaad.intake.outside import leave_out_lines
from yaad.intake.reading import Grid, Progress
from yaad.intake.remarks import remark, remark_rows
from yaad.intake.scales import decide_scales
from yaad.intake.shaping import decide_stages
from yaad.intake.study import Readings, read_files, told_kind
from yaad.text import Message

PREVIEW = 5
"""Rows of a file that are shown."""


@dataclass(frozen=True)
class ColumnUnderstanding:
    """One column: its header, our field (None: kept as it is), some value of it, how we know."""

    header: str
    field: str | None
    example: str
    how: Message | None


@dataclass(frozen=True)
class FileUnderstanding:
    """One file as it was read.

    Attributes:
        name: its name.
        sha256: hash of its content.
        format: csv, xlsx, parquet, xes.
        rows_in: records after the header.
        encoding, delimiter, header_row, sheet: how it was read; None where the format leaves nothing to decide.
        evidence: a sentence a decision.
        columns: its columns in order.
        preview: its first rows, as texts.
    """

    name: str
    sha256: str
    format: str
    rows_in: int
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    sheet: str | None
    evidence: tuple[Message, ...]
    columns: tuple[ColumnUnderstanding, ...]
    preview: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Understanding:
    """What was understood of some files.

    Attributes:
        files: each file; those that cannot be read before a question is answered are missing.
        mapping: complete but for the open questions.
        questions: what the data do not decide.
        notes: what was decided of the files as a whole, in sentences.
        study: the files as they were read; handed to `load`, it spares reading them again.
    """

    files: tuple[FileUnderstanding, ...]
    mapping: Mapping
    questions: tuple[Question, ...]
    notes: tuple[Message, ...] = ()
    study: "Study | None" = field(default=None, repr=False, compare=False)


@dataclass
class Study:
    """A study of files: how they were read, and all decisions (None while a file cannot be read)."""

    readings: Readings
    decisions: Decisions | None = None
    duplicates: Duplicates | None = None
    questions: list[Question] = field(default_factory=list)

    @property
    def mapping(self) -> Mapping:
        """The mapping as far as it is decided."""
        return self.decisions.mapping if self.decisions else self.readings.mapping


def study(
    paths: str | Path | Iterable[str | Path],
    mapping: Mapping | None,
    kind: Kind | None,
    answers: Plain[str, str] | None,
    on_progress: Progress | None,
) -> Study:
    """Read the files and decide all that can be decided.

    Raises:
        InputError: a file or the mapping cannot be used.
    """
    given, told = mapping or Mapping(), dict(answers or {})
    asked_kind = told_kind(given, kind)
    readings = read_files(paths_of(paths), given, told, on_progress)
    if readings.table is None:
        return Study(readings, questions=list(readings.questions))
    found = Decisions(readings.table, readings.mapping, told, notes=list(readings.notes))
    result = Study(readings, found)
    decide_kind(found, asked_kind)
    if not found.questions:
        decide_fields(found)
        refuse_lost_digits(found)
        decide_values(found)
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
    names = {name: column for name, column in found.fields.items() if not name.startswith("entered ")}
    return replace(found.mapping, columns=names) if names else found.mapping


def _duplicates(found: Decisions) -> Duplicates | None:
    """Rows that share an id, in files that have one row a thing; different ones without a date of change are asked."""
    ids = found.text("id")
    if found.kind in HISTORY or ids is None:
        return None
    updated = None
    if "updated" in found.dates and found.dates["updated"][1].question is None:
        at = found.read_dates("updated").at.cast(pa.int64())
        updated = np.asarray(pc.fill_null(at, 0).to_numpy(zero_copy_only=False), np.int64)
    duplicates = find_duplicates(found.table, ids, updated)
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


def understand(
    paths: str | Path | Iterable[str | Path],
    *,
    mapping: Mapping | None = None,
    kind: Kind | None = None,
    answers: Plain[str, str] | None = None,
    on_progress: Progress | None = None,
) -> Understanding:
    """What files hold and how they are to be read; nothing is written.

    Args:
        paths: one or several files.
        mapping: what is known of such files; the rest is proposed from the data.
        kind: what the rows are, where that is known.
        answers: answers to questions of an earlier call, by the question's id.
        on_progress: called with bytes done and bytes in all.

    Raises:
        InputError: a file is absent, empty, binary or broken; the mapping names a column that the file lacks; a file
            is named by no pattern of the mapping; an answer belongs to no question or is none of its options.
    """
    result = study(paths, mapping, kind, answers, on_progress)
    files = tuple(_file(grid, result.decisions) for grid in result.readings.grids)
    notes = tuple(result.decisions.notes) if result.decisions else ()
    return Understanding(files, result.mapping, tuple(result.questions), notes, result)


def _file(grid: Grid, found: Decisions | None) -> FileUnderstanding:
    by_column = {column: name for name, column in found.fields.items()} if found else {}
    cells = [[_text(cell) for cell in grid.columns[name].slice(0, PREVIEW).to_pylist()] for name in grid.headers]
    columns = tuple(
        ColumnUnderstanding(name, by_column.get(name), _first(grid, name), found.how.get(name) if found else None)
        for name in grid.headers
    )
    return FileUnderstanding(
        name=grid.source.name,
        sha256=grid.source.sha256,
        format=grid.source.format.value,
        rows_in=grid.tally.rows_in,
        encoding=grid.found.encoding,
        delimiter=grid.found.delimiter,
        header_row=grid.found.header_row,
        sheet=grid.found.sheet,
        evidence=tuple(grid.found.evidence),
        columns=columns,
        preview=tuple(zip(*cells, strict=True)),
    )


def _first(grid: Grid, name: str) -> str:
    """Some value of a column, not an empty one."""
    values = (value.as_py() for value in grid.columns[name].slice(0, 200))
    return next((_text(value) for value in values if value not in (None, "")), "")


def _text(value: object) -> str:
    return "" if value is None else str(value)
