"""What was understood of the files before anything is written: each decision with its evidence, and what is asked."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Plain
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from yaad.errors import InputError, Question
from yaad.intake.answers import check_of_rows
from yaad.intake.arrow import pc
from yaad.intake.columns import (
    ask_kind,
    ask_needed,
    ask_unclaimed,
    ask_wide,
    decide_fields,
    decide_kind,
    finish_columns,
    refuse_lost_digits,
)
from yaad.intake.contents import decide_money, decide_values, decide_zone
from yaad.intake.deciding.yearless import NEAR
from yaad.intake.decisions import Decisions
from yaad.intake.duplicates import Duplicates, find_duplicates
from yaad.intake.fields import MONTH
from yaad.intake.files import paths_of
from yaad.intake.kinds import DEALS_LIKE, HISTORY, Kind
from yaad.intake.mapping import DUPLICATES, Mapping, StageRule
from yaad.intake.outcomes import decide_outcomes, remember_duplicates
from yaad.intake.outside import leave_out_lines
from yaad.intake.parts import Names, Part, joined_rules, linked, named, names_in
from yaad.intake.presets.exchange import with_calls
from yaad.intake.reading import Grid, Progress
from yaad.intake.remarks import once, remark, remark_rows
from yaad.intake.scales import decide_scales
from yaad.intake.shaping import decide_stages
from yaad.intake.snapshots import are_lists
from yaad.intake.study import PART_SIGN, Readings, read_files, told_kind
from yaad.intake.table import stack
from yaad.intake.targets import take_months
from yaad.intake.totals import total_rows
from yaad.intake.touches import is_own, join_touches
from yaad.intake.unmapped import NONE
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
    found = _study(read_files(paths_of(paths), given, told, on_progress), asked_kind, told)
    if found.readings.sampled and not fits_bins(found):
        return _study(read_files(paths_of(paths), given, told, on_progress, whole=True), asked_kind, told)
    return found


def _study(readings: Readings, asked_kind: Kind | None, told: Plain[str, str]) -> Study:
    if readings.parts:
        return _study_several(readings, told)
    return study_rows(readings, asked_kind, told)


def fits_bins(found: Study) -> bool:
    """Whether large files can be read bin by bin: rows of one kind, each with an id of its own column.

    What leans on all rows at once – touches of one person, calls of several rows, years that are told by the rows
    around, ids whose writing depends on other ids – does not fit.
    """
    rows = found.decisions
    if rows is None or rows.table.beside is not None or rows.mapping.snapshots or rows.kind is Kind.TARGETS:
        return found.several is None and rows is None
    if "id" not in rows.fields:
        return bool(found.questions) and rows.answers.get("column:id") != NONE
    first = rows.table.grids[0]
    ids = first.columns.get(rows.fields["id"])
    by_neighbours = any(decision.year == NEAR for _, decision in rows.dates.values())
    return ids is not None and not pa.types.is_floating(ids.type) and with_calls(first) is first and not by_neighbours


def _study_several(readings: Readings, told: Plain[str, str]) -> Study:
    """Each kind of rows by itself, ids turned into names, the stages of the deals known to their history."""
    readings, asked = _with_told_kinds(readings, told)
    lists, studies = names_in(readings.parts), dict[str, Study]()
    notes = list(readings.notes)
    notes += [part.export.message for part in readings.parts if part.kind is None and part.export is not None]
    left = [grid.source.name for part in readings.parts if part.is_unknown for grid in part.grids]
    notes += [Message("intake.note_left_aside", {"names": ", ".join(left), "n": len(left)})] if left else []
    given = readings.mapping
    prepared: dict[str, Readings] = {}
    for part in readings.parts:
        if part.kind is not None:
            prepared[part.name], used = _prepared(part, readings, lists)
            notes += [Message("intake.how_named", {"field": Message(f"intake.field_{one.of}")}) for one in used]
    told_of = {part.name: _answers_of(part, readings.parts, told) for part in readings.parts}
    rules = _shared_stages(readings.parts, prepared, told_of)
    for part in readings.parts:
        if part.kind is not None:
            own = prepared[part.name]
            if rules and not own.mapping.stages and part.kind in DEALS_LIKE:
                own = replace(own, mapping=replace(own.mapping, stages=rules))
            studies[part.name] = study_rows(own, part.kind, told_of[part.name])
    _refuse_other_parts(told, studies)
    whole = replace(given, parts={name: one.mapping for name, one in studies.items()})
    first = next(iter(studies))
    questions = asked + [_of_part(question, name, first) for name, one in studies.items() for question in one.questions]
    several = Several(readings.parts, studies, whole, once(notes))
    return Study(readings, questions=questions, several=several)


def _with_told_kinds(readings: Readings, told: Plain[str, str]) -> tuple[Readings, list[Question]]:
    """Files of unknown content that were given by themselves are asked about; tables of a database are left aside."""
    parts: list[Part] = []
    asked: list[Question] = []
    for part in readings.parts:
        answer = told.get(f"{part.name}{PART_SIGN}kind", "")
        own = not part.grids[0].source.whole
        if part.is_unknown and answer in [kind.value for kind in Kind]:
            part = replace(part, kind=Kind(answer))  # noqa: PLW2901 - the same part, with what was told
        elif part.is_unknown and own and answer != NONE and not readings.mapping.parts:
            question = ask_kind(Message("intake.ask_kind", {"columns": ", ".join(part.headers)[:300]}))
            options = question.options | {NONE: Message("intake.option_leave_aside")}
            asked.append(replace(question, id=f"{part.name}{PART_SIGN}kind", options=options, map_line=""))
        parts.append(part)
    return replace(readings, parts=tuple(parts)), asked


def _prepared(part: Part, readings: Readings, lists: Sequence[Names]) -> tuple[Readings, tuple[Names, ...]]:
    """A part as one table with names in the place of ids, and the lists that gave them."""
    mapping = readings.mapping.parts.get(part.name, Mapping(kind=part.kind, usual_zone=readings.mapping.usual_zone))
    table, used = named(linked(stack(part.grids), part, readings.parts), part, lists)
    listed = next((one.stages for one in used if one.stages), ())
    if listed and not mapping.stages and part.kind in DEALS_LIKE:
        mapping = replace(mapping, stages=listed)
    return Readings(part.grids, table, mapping), used


def _shared_stages(
    parts: Sequence[Part], prepared: Plain[str, Readings], told: Plain[str, Plain[str, str]]
) -> tuple[StageRule, ...]:
    """The stages of deals and their history together: in the history's order, of the types that the deals' file shows.

    Stages whose type is open in either are left out: they are asked about.
    """
    both = [part for part in parts if part.kind in DEALS_LIKE]
    if len(both) < 2 or any(prepared[part.name].mapping.stages for part in both):
        return ()
    answers = {key: value for part in both for key, value in told[part.name].items() if key.startswith("stage:")}
    known: list[tuple[StageRule, ...]] = []
    for part in both:
        mine = study_rows(prepared[part.name], part.kind, {**told[part.name], **answers})
        asked = {question.id for question in mine.questions}
        known.append(tuple(rule for rule in mine.mapping.stages if f"stage:{rule.name}" not in asked))
    return joined_rules(known[1], known[0])


def _answers_of(part: Part, parts: Sequence[Part], told: Plain[str, str]) -> dict[str, str]:
    """The answers to questions on a part; those of the first part stand without its name."""
    mine = {key.partition(PART_SIGN)[2]: value for key, value in told.items() if key.startswith(part.name + PART_SIGN)}
    if part is parts[0]:
        mine |= {key: value for key, value in told.items() if PART_SIGN not in key}
    return mine


def _refuse_other_parts(told: Plain[str, str], studies: Plain[str, Study]) -> None:
    kinds = {key for key in told if key.endswith(f"{PART_SIGN}kind")}
    names = {key.partition(PART_SIGN)[0] for key in told if PART_SIGN in key and key not in kinds} - set(studies)
    if names:
        values: dict[str, object] = {"question": f"{names.pop()}{PART_SIGN}…", "known": ", ".join(studies)}
        raise InputError(Message("intake.answer_unknown", values))


def _of_part(question: Question, name: str, first: str) -> Question:
    """A question on a part: its id and its line of a mapping say which."""
    line = f"parts: {{{name}: {{{question.map_line}}}}}" if question.map_line else ""
    own = question.id if name == first else f"{name}{PART_SIGN}{question.id}"
    return replace(question, id=own, map_line=line)


def study_rows(readings: Readings, asked_kind: Kind | None, told: Plain[str, str]) -> Study:
    """All decisions on one kind of rows."""
    if readings.table is None:
        return Study(readings, questions=list(readings.questions))
    found = Decisions(readings.table, readings.mapping, told, notes=list(readings.notes))
    result = Study(readings, found)
    decide_kind(found, asked_kind)
    if not found.questions:
        decide_fields(found)
        take_months(found)
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
