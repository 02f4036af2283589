"""What was understood of the files before anything is written: each decision with its evidence, and what is asked."""

from collections.abc import Iterable
from collections.abc import Mapping as Plain
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from yaad.errors import Question
from yaad.intake.decided import Study, study_rows
from yaad.intake.deciding.yearless import NEAR
from yaad.intake.decisions import Decisions
from yaad.intake.files import paths_of
from yaad.intake.kinds import Kind
from yaad.intake.mapping import Mapping
from yaad.intake.presets.exchange import with_calls
from yaad.intake.reading import Grid, Progress
from yaad.intake.remarks import once
from yaad.intake.several import study_several
from yaad.intake.study import Readings, read_files, told_kind
from yaad.intake.unmapped import NONE
from yaad.text import Message

PREVIEW = 5
"""Rows of a file that are shown."""
HELD = 8
"""Bytes of memory for a byte of a file that is held as a whole, with all that is made of it."""


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
    given_paths = paths_of(paths)
    readings = read_files(given_paths, given, told, on_progress)
    found = _study(readings, asked_kind, told)
    if not readings.sampled:
        return found
    if fits_bins(found):
        return _of_sample(found)
    held = read_files(given_paths, given, told, on_progress, whole=True)
    size = sum(grid.source.size for grid in held.grids)
    note = Message("intake.note_held", {"gigabytes": f"{size * HELD / 1e9:.1f}"})
    return _study(replace(held, notes=(*held.notes, note)), asked_kind, told)


def _study(readings: Readings, asked_kind: Kind | None, told: Plain[str, str]) -> Study:
    if readings.parts:
        return study_several(readings, told)
    return study_rows(readings, asked_kind, told)


def _of_sample(found: Study) -> Study:
    """Questions on a large file say that they count the rows of a sample."""
    n = sum(len(grid.rows) for grid in found.readings.grids)
    total = sum(grid.tally.rows_in for grid in found.readings.grids)
    told = Message("intake.evidence_sampled", {"n": n, "of": total})
    found.questions = [replace(question, evidence=(*question.evidence, told)) for question in found.questions]
    return found


def fits_bins(found: Study) -> bool:
    """Whether large files can be read bin by bin: rows of one kind, each with an id of its own column.

    What leans on all rows at once – touches of one person, calls of several rows, years that are told by the rows
    around, ids whose writing depends on other ids – does not fit.
    """
    rows = found.decisions
    if found.several is not None:
        return False
    if rows is None:  # how the files are read is asked first
        return True
    if rows.table.beside is not None or rows.mapping.snapshots or rows.kind is Kind.TARGETS:
        return False
    if rows.export is not None and rows.export.export.complete:  # the zone is told by all of its days
        return False
    if "id" not in rows.fields:
        return bool(found.questions) and rows.answers.get("column:id") != NONE
    first = rows.table.grids[0]
    ids = first.columns.get(rows.fields["id"])
    by_neighbours = any(decision.year == NEAR for _, decision in rows.dates.values())
    return ids is not None and not pa.types.is_floating(ids.type) and with_calls(first) is first and not by_neighbours


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
    files = tuple(_file(grid, result.of(grid)) for grid in result.readings.grids)
    notes = tuple(result.decisions.notes) if result.decisions else ()
    if result.several is not None:
        told = [note for one in result.several.studies.values() if one.decisions for note in one.decisions.notes]
        notes = once((*result.several.notes, *told))
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
